package executor_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
)

// A town is a Partage of one mailbox that has everything a deletion could lose,
// and of the lists that it is on. Each write takes effect, late or not at all,
// and is answered, as fault says.
type town struct {
	mu      sync.Mutex
	account desk.Account
	lists   map[desk.Address][]desk.Address
	sent    []string       // actions, in order
	effects map[string]int // by action: how often it took effect
	fault   func(nth int, a desk.Action) fate
	tries   map[string]int
	checks  func(a desk.Action, issued time.Time) // at each send
	slow    time.Duration                         // a token on its way to us
}

// A fate is what becomes of one write.
type fate struct {
	skip bool          // no effect
	late time.Duration // the effect comes later
	err  error         // the answer
}

const bobs = "bob_the_builder@u.fr"

func newTown() *town {
	return &town{
		account: desk.Account{ID: "z-1", Address: bobs, Owner: "bob", Status: "active", Aliases: []desk.Address{"b@u.fr"},
			Detail: &desk.Detail{EPPN: "bob@u.fr", Notes: "seen"}},
		lists:   map[desk.Address][]desk.Address{"all@u.fr": {bobs, "x@u.fr"}, "staff@u.fr": {"b@u.fr"}},
		effects: map[string]int{}, tries: map[string]int{},
	}
}

// state is what must be the same before a deletion and after its return.
func (w *town) state() (s struct {
	Account desk.Account
	Detail  desk.Detail
	Lists   map[desk.Address][]desk.Address
}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Account, s.Detail, s.Lists = w.account, *w.account.Detail, map[desk.Address][]desk.Address{}
	s.Account.Detail = nil
	for l, members := range w.lists {
		s.Lists[l] = slices.Sorted(slices.Values(members))
	}
	return s
}

// Look is by identifier: there is one mailbox.
func (w *town) Look(_ context.Context, a desk.Action, _ string) (desk.Account, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	account, detail := w.account, *w.account.Detail
	if a.Verb == desk.ListJoin || a.Verb == desk.ListLeave {
		list, member := desk.Address(a.Arg("list")), desk.Address(a.Arg("member"))
		detail.Lists = []desk.Membership{{List: list, ID: "l-" + list.Local(), Member: member, In: slices.Contains(w.lists[list], member)}}
	}
	account.Detail = &detail
	return account, nil
}

func (w *town) Shows(a desk.Action, account desk.Account) bool {
	return (&effect.Office{}).Shows(a, account)
}

// Plan is that of the real office, by fewer reads.
func (w *town) Plan(_ context.Context, r desk.Request, before desk.Account, taken desk.Request) (p desk.Plan, err error) {
	if r.Action.Verb == desk.AccountRestore {
		return taken.Reverse(), nil
	}
	if r.Action.Verb != desk.AccountDelete {
		return p, nil
	}
	add := func(verb desk.Verb, args map[string]string) {
		do, e := desk.NewAction(verb, string(before.Address), args)
		undo, ok := desk.Undo(do, before)
		if err = errors.Join(err, e); !ok {
			err = errors.Join(err, errors.New("no undo of "+do.String()))
		}
		p.Steps = append(p.Steps, desk.Step{Do: do, Undo: undo})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range slices.Sorted(maps.Keys(w.lists)) {
		for _, m := range w.lists[l] {
			if before.Holds(m) {
				add(desk.ListLeave, map[string]string{"list": string(l), "id": "l-" + l.Local(), "member": string(m)})
			}
		}
	}
	add(desk.AccountClose, nil)
	add(desk.AccountHide, nil)
	add(desk.AccountRename, map[string]string{"to": string(before.Trash())})
	before.Address = before.Trash()
	add(desk.AccountEPPN, nil)
	add(desk.AccountMark, map[string]string{"mark": "melusine " + string(r.ID)})
	return p, err
}

func (w *town) Pen(_ context.Context, a desk.Action, _ desk.Account) (desk.Pen, error) {
	p := pen{issued: time.Now()}
	time.Sleep(w.slow)
	p.write = func(context.Context) error { return w.write(a, p.issued) }
	return p, nil
}

func (w *town) write(a desk.Action, issued time.Time) error {
	if w.checks != nil {
		w.checks(a, issued)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, a.String())
	w.tries[a.String()]++
	var f fate
	if w.fault != nil {
		f = w.fault(w.tries[a.String()], a)
	}
	switch {
	case f.skip:
	case f.late > 0:
		time.AfterFunc(f.late, func() { w.mu.Lock(); defer w.mu.Unlock(); w.apply(a) })
	default:
		w.apply(a)
	}
	return f.err
}

// apply has the effect of a write; one that is refused by then has none.
func (w *town) apply(a desk.Action) {
	w.effects[a.String()]++
	detail := *w.account.Detail
	w.account.Detail = &detail
	switch a.Verb {
	case desk.AccountClose, desk.AccountActivate, desk.AccountLock:
		w.account.Status = desk.StatusAfter(a.Verb)
	case desk.AccountHide, desk.AccountUnhide:
		w.account.Hidden = a.Verb == desk.AccountHide
	case desk.AccountRename:
		w.account.Address = desk.Address(a.Arg("to"))
	case desk.AccountEPPN:
		detail.EPPN = a.Arg("eppn")
		w.account.Owner = desk.UID(strings.TrimSuffix(detail.EPPN, "@u.fr"))
	case desk.AccountMark:
		detail.Notes += " [" + a.Arg("mark") + "]"
	case desk.AccountUnmark:
		detail.Notes = strings.ReplaceAll(detail.Notes, " ["+a.Arg("mark")+"]", "")
	case desk.ListJoin, desk.ListLeave:
		list, member := desk.Address(a.Arg("list")), desk.Address(a.Arg("member"))
		w.lists[list] = slices.DeleteFunc(slices.Clone(w.lists[list]), func(m desk.Address) bool { return m == member })
		if a.Verb == desk.ListJoin {
			w.lists[list] = append(w.lists[list], member)
		}
	}
}

// settled opens a house on the town and has it know the mailbox.
func settled(t *testing.T, j desk.Journal, o desk.Office, w *town) house {
	t.Helper()
	h := newHouse(t, j, o, rulesFunc(approval))
	if err := h.mirror.Learn(w.state().Account, time.Now()); err != nil {
		t.Fatal(err)
	}
	return h
}

// request has ann ask for the action, and eve approve it.
func (h house) approved(t *testing.T, text string) desk.ID {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: "key " + text})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Fatal(err)
	}
	return r.ID
}
