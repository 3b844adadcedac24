package drift_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// policy of the tests: students and staff, as the seed has them.
func policy() drift.Config {
	c := drift.Default()
	c.Populations = []drift.Population{
		{Name: "students", FR: "étudiants", EN: "students", Affiliations: []string{"student"}, Classes: []string{"s_etudiant*"}, Class: "s_etudiant"},
		{Name: "staff", FR: "personnels", EN: "staff", Affiliations: []string{"employee", "faculty"}, Classes: []string{"?_personnel"}, Class: "s_personnel", Quota: "4G"},
	}
	return c
}

var tariff = desk.Tariff{Prices: []desk.Price{{Class: "s_*", Each: 10}, {Class: "l_*", Each: 30}}}

// house is a desk on a real mirror and a journal in memory, with an office that
// is only a table of accounts.
type house struct {
	*testing.T
	desk     *desk.Desk
	mirror   *mirror.Mirror
	journal  *journal.Memory
	office   *office
	conduct  *drift.Conductor
	executor *executor.Executor
	people   []desk.Person
	now      time.Time
	loads    int
}

type answers func(desk.Facts) desk.Decision

func (f answers) Decide(facts desk.Facts) desk.Decision { return f(facts) }

// twoAdmins is a book: administrators read, and ask each other for plans; what a
// plan holds is done. The program alone may do what unattended says.
func twoAdmins(unattended bool) answers {
	return func(f desk.Facts) desk.Decision {
		admin := f.Actor.In("admins")
		switch f.Action.Verb {
		case desk.DriftShow, desk.FiguresShow, desk.AccountShow, desk.HistoryShow, desk.AccountWhole:
			if admin {
				return desk.Decision{Outcome: desk.Allowed, Rule: "read"}
			}
		case desk.DriftApply, desk.BrakeRelease, desk.HouseThaw:
			if admin {
				return desk.Decision{Outcome: desk.Pending, Rule: "two", Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}
			}
		case desk.DriftSync:
			if unattended && f.Via == desk.Sync {
				return desk.Decision{Outcome: desk.Allowed, Rule: "sync"}
			}
		case desk.HouseFreeze:
			return desk.Decision{Outcome: desk.Allowed}
		default:
			if f.Via == desk.Sync && (admin || unattended && f.Actor.UID == desk.System) || admin && f.Action.Verb == desk.AliasRemove {
				return desk.Decision{Outcome: desk.Allowed, Rule: "parts"}
			}
		}
		return desk.Decision{Outcome: desk.Denied}
	}
}

func newHouse(t *testing.T, c drift.Config, people []desk.Person, accounts []desk.Account) *house {
	t.Helper()
	h := &house{T: t, journal: journal.NewMemory(), office: &office{accounts: map[string]desk.Account{}, fail: map[desk.Address]error{}}, now: noon,
		people: append(slices.Clone(people), desk.Person{UID: "odile", Groups: []string{"admins"}}, desk.Person{UID: "oscar", Groups: []string{"admins"}})}
	for _, a := range accounts {
		h.office.accounts[a.ID] = a
	}
	p, err := drift.New(c, tariff)
	if err != nil {
		t.Fatal(err)
	}
	h.desk = &desk.Desk{Journal: h.journal, Rules: twoAdmins(false), Now: func() time.Time { return h.now }, Stale: time.Hour,
		Brakes: desk.Brakes{Person: 5, Domain: 10, Verb: 15, All: 20, PerMille: 50}, Drift: p, Estate: desk.Estate{Populations: p.Populations(), Tariff: tariff}}
	h.office.now = h.desk.Now
	h.start(c)
	h.load()
	return h
}

// start is a process: all that is in memory is new.
func (h *house) start(c drift.Config) {
	h.mirror = mirror.New(h.journal)
	h.desk.View = h.mirror
	log := slog.New(slog.DiscardHandler)
	h.conduct = &drift.Conductor{Desk: h.desk, Config: c, Zone: time.UTC, Steady: func() time.Duration { return h.now.Sub(noon) }, Log: log}
	timing := executor.Standard()
	h.executor = &executor.Executor{Desk: h.desk, Office: h.office, Timing: timing, Halted: func() bool { return false },
		Refresh: func(context.Context, ...desk.UID) error { return nil }, Steady: func() time.Duration { return h.now.Sub(noon) }, Log: log}
	h.must(h.mirror.CatchUp(h.Context()))
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// load reads the directory and Partage again, a second later.
func (h *house) load() {
	h.Helper()
	h.now = h.now.Add(time.Second)
	h.mirror.SetDomains([]string{"u.fr"})
	h.mirror.SetClasses([]string{"s_etudiant", "s_personnel", "l_personnel"})
	h.must(h.mirror.LoadPeople(h.Context(), all(h.people), h.now))
	var accounts []desk.Account
	for _, a := range h.office.accounts {
		accounts = append(accounts, a)
	}
	h.must(h.mirror.LoadAccounts(h.Context(), all(accounts), h.now))
}

func all[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// gaps are all, as lines: "cause address -> repair".
func (h *house) gaps() (lines []string) {
	for g := range h.desk.Drift.Gaps(h.mirror) {
		lines = append(lines, line(g))
	}
	return lines
}

func line(g desk.Gap) string {
	repair := g.Repair.String()
	if !g.Repairable() {
		repair = "?"
	}
	return fmt.Sprintf("%s %s -> %s", g.Cause, g.Address, repair)
}

// plan asks for a plan as Odile, and Oscar approves it.
func (h *house) plan(s desk.Selection) desk.Request {
	h.Helper()
	r := h.ask(s)
	r, err := h.desk.Approve(h.Context(), "oscar", desk.Chat, r.ID, r.Digest())
	h.must(err)
	return r
}

func (h *house) ask(s desk.Selection) desk.Request {
	h.Helper()
	plotted, err := h.desk.Plot("odile", desk.Chat, s)
	h.must(err)
	r, err := h.desk.Ask(h.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: plotted.Action, Key: fmt.Sprint("ask", h.loads)})
	h.loads++
	h.must(err)
	return r
}

// round is one look of the conductor, then one sweep of the executor.
func (h *house) round() {
	h.Helper()
	h.must(h.conduct.Look(h.Context()))
	h.must(h.executor.Sweep(h.Context()))
}

// settle works until the plan is over, or for so many rounds.
func (h *house) settle(id desk.ID) desk.Request {
	h.Helper()
	for range 100 {
		if r, _ := h.mirror.Request(id); r.State.Final() {
			return r
		}
		h.round()
	}
	r, _ := h.mirror.Request(id)
	return r
}

// An office is Partage as a table: each write takes effect at once, unless it is to fail.
type office struct {
	accounts map[string]desk.Account
	fail     map[desk.Address]error
	writes   []string
	now      func() time.Time
}

func (o *office) Look(_ context.Context, a desk.Action, id string) (desk.Account, error) {
	if account, ok := o.accounts[id]; ok {
		return account, nil
	}
	return desk.Account{}, nil
}

func (o *office) Plan(context.Context, desk.Request, desk.Account, desk.Request) (desk.Plan, error) {
	return desk.Plan{}, nil
}

func (o *office) Pen(_ context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	return pen{o, a, before}, nil
}

func (o *office) Shows(a desk.Action, now desk.Account) bool {
	want := after(a, now)
	return want.Address == now.Address && want.Status == now.Status && want.COS == now.COS && want.Quota == now.Quota && want.Hidden == now.Hidden && slices.Equal(want.Aliases, now.Aliases)
}

type pen struct {
	*office
	action desk.Action
	before desk.Account
}

func (p pen) Issued() time.Time { return p.now() }

func (p pen) Write(ctx context.Context) error {
	if err := desk.Leave(ctx); err != nil {
		return errors.Join(desk.ErrNotSent, err)
	}
	if err := p.fail[p.before.Address]; err != nil {
		return err
	}
	p.writes = append(p.writes, p.action.String())
	p.accounts[p.before.ID] = after(p.action, p.before)
	return nil
}

// after is what an action makes of an account.
func after(a desk.Action, on desk.Account) desk.Account {
	switch a.Verb {
	case desk.AccountDelete:
		on.Address, on.Owner, on.Status = on.Trash(), "", desk.Closed
	case desk.AccountClose, desk.AccountLock:
		on.Status = desk.StatusAfter(a.Verb)
	case desk.AccountCOS:
		on.COS = a.Arg("cos")
	case desk.AccountHide:
		on.Hidden = true
	case desk.QuotaSet:
		size, _ := desk.ParseSize(a.Arg("size"))
		on.Quota = int64(size)
	case desk.AliasAdd:
		if alias := desk.Address(a.Arg("alias")); !on.Holds(alias) {
			on.Aliases = slices.Sorted(slices.Values(append(slices.Clone(on.Aliases), alias)))
		}
	case desk.AliasRemove:
		on.Aliases = slices.DeleteFunc(slices.Clone(on.Aliases), func(x desk.Address) bool { return string(x) == a.Arg("alias") })
	}
	return on
}
