package drift_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

// town has leavers, and as many staff of the class of students: two causes.
func town(leavers, others, sound int) (people []desk.Person, accounts []desk.Account) {
	for i := range leavers + others + sound {
		uid := desk.UID(fmt.Sprintf("p%04d", i))
		a := desk.Account{ID: "id-" + string(uid), Address: desk.Address(string(uid) + "@u.fr"), Owner: uid, Status: desk.Active, COS: "s_personnel", Quota: 8 << 30}
		if i >= leavers {
			people = append(people, desk.Person{UID: uid, Mail: a.Address, Affiliation: "employee", MailState: "A"})
		}
		if i >= leavers && i < leavers+others {
			a.COS = "s_etudiant"
		}
		accounts = append(accounts, a)
	}
	return people, accounts
}

func townHouse(t *testing.T, leavers, others, sound int) *house {
	people, accounts := town(leavers, others, sound)
	c := policy()
	c.Canary, c.Wave = 4, 3
	return newHouse(t, c, people, accounts)
}

func TestAPlanIsProvedByItsCanaryFirst(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	if r.State != desk.Applying || len(r.Repairs.Parts) != 12 || r.Repairs.Canary != 4 {
		t.Fatalf("%s with %+v", r.State, r.Repairs)
	}
	h.must(h.conduct.Look(t.Context()))
	if p, _ := h.desk.Progress(r); p.Asked != 4 || !p.Canary {
		t.Fatalf("%+v are asked before the canary is proved", p)
	}
	h.must(h.conduct.Look(t.Context()))
	if p, _ := h.desk.Progress(r); p.Asked != 4 {
		t.Fatalf("%d are asked while the canary is under way", p.Asked)
	}
	verbs := map[desk.Verb]int{}
	for _, part := range slices.Collect(h.mirror.Requests(desk.Query{Batch: string(r.ID)})) {
		verbs[part.Action.Verb]++
		if part.By != "odile" || part.Via != desk.Sync || !part.Part() || part.State != desk.Ready {
			t.Errorf("part %+v", part)
		}
	}
	if diff := cmp.Diff(map[desk.Verb]int{desk.AccountDelete: 2, desk.AccountCOS: 2}, verbs); diff != "" {
		t.Errorf("the canary has not some of each: %s", diff)
	}
	h.must(h.executor.Sweep(t.Context()))
	h.must(h.conduct.Look(t.Context()))
	if p, _ := h.desk.Progress(r); p.Done != 4 || p.Canary || p.Asked != 7 {
		t.Fatalf("%+v after the canary: three more are to be under way", p)
	}
	if r = h.settle(r.ID); r.State != desk.Settled || h.gaps() != nil {
		t.Errorf("%s %s, left %q", r.State, r.Code, h.gaps())
	}
	if len(h.office.writes) != 12 {
		t.Errorf("%d writes of 12 repairs", len(h.office.writes))
	}
	if plans := h.desk.Plans(); plans != nil {
		t.Errorf("%v are still looked at", plans)
	}
}

func TestAPlanStopsOnTheFirstSurprise(t *testing.T) {
	// Of the four of the canary, p0003 changes class, p0000 is deleted.
	for name, tt := range map[string]struct {
		before, after func(*house) // the canary is asked
		code          desk.Code
		writes        int
	}{
		"a part is refused": {before: func(h *house) { h.office.fail["p0000@u.fr"] = desk.ErrRefused }, code: desk.PartageRefused, writes: 3},
		"a gap is gone": {before: func(h *house) {
			h.people = append(h.people, desk.Person{UID: "p0000", Mail: "p0000@u.fr", Affiliation: "employee"})
			h.load()
		}, code: desk.PlanMoved},
		"a gap is another":     {before: func(h *house) { h.alter("p0003", func(a *desk.Account) { a.COS = "x" }); h.load() }, code: desk.PlanMoved},
		"a gap of the rest is": {after: func(h *house) { h.alter("p0011", func(a *desk.Account) { a.COS = "s_personnel" }); h.load() }, code: desk.PlanMoved, writes: 10},
		"Partage has moved on": {after: func(h *house) { h.alter("p0003", func(a *desk.Account) { a.COS = "x" }) }, code: desk.PlanMoved, writes: 3},
		"the person has come back": {after: func(h *house) {
			h.must(h.mirror.LearnPerson("p0000", desk.Person{UID: "p0000", Mail: "p0000@u.fr", Affiliation: "employee", MailState: "A"}, h.desk.Now()))
		}, code: desk.PlanMoved, writes: 3},
		"the rules deny it now": {after: func(h *house) {
			h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
				if f.Action.Verb == desk.AccountDelete {
					return desk.Decision{Outcome: desk.Denied}
				}
				return twoAdmins(false)(f)
			})
		}, code: desk.NotAllowed, writes: 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := townHouse(t, 3, 9, 100)
			r := h.plan(desk.Selection{})
			if tt.before != nil {
				tt.before(h)
			}
			h.must(h.conduct.Look(t.Context()))
			if tt.after != nil {
				tt.after(h)
			}
			if r = h.settle(r.ID); r.State != desk.Broken || r.Code != tt.code {
				t.Errorf("%s %q, not broken by %q", r.State, r.Code, tt.code)
			}
			for range 5 {
				h.round()
			}
			if len(h.office.writes) != tt.writes {
				t.Errorf("%d writes, not %d: %q", len(h.office.writes), tt.writes, h.office.writes)
			}
			for part := range h.mirror.Requests(desk.Query{Batch: string(r.ID)}) {
				if !part.State.Final() {
					t.Errorf("%s is %s after its plan has stopped", part.ID, part.State)
				}
			}
		})
	}
}

func (h *house) alter(uid string, change func(*desk.Account)) {
	a := h.office.accounts["id-"+uid]
	change(&a)
	h.office.accounts["id-"+uid] = a
}

// Nothing is begun between the end of a plan and the withdrawal of its parts.
func TestNothingOfAPlanThatHasEndedIsBegun(t *testing.T) {
	for name, end := range map[string]func(*house, desk.Request) error{
		"halted": func(h *house, r desk.Request) error {
			_, err := h.desk.Change(h.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{desk.Halted{Code: desk.PlanMoved}}, nil })
			return err
		},
		"withdrawn by its asker": func(h *house, r desk.Request) error {
			_, err := h.desk.Withdraw(h.Context(), "odile", desk.Chat, r.ID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := townHouse(t, 3, 9, 100)
			r := h.plan(desk.Selection{})
			h.must(h.conduct.Look(t.Context()))
			h.must(end(h, r))
			h.must(h.executor.Sweep(t.Context()))
			if len(h.office.writes) != 0 {
				t.Errorf("sent %q", h.office.writes)
			}
			h.must(h.conduct.Look(t.Context()))
			for part := range h.mirror.Requests(desk.Query{Batch: string(r.ID)}) {
				if part.State != desk.Cancelled && part.State != desk.Broken {
					t.Errorf("%s is %s", part.ID, part.State)
				}
			}
			if h.desk.Plans() != nil {
				t.Error("the plan is still looked at")
			}
		})
	}
}

// A process dies at each step; another goes on. Two are at work at once. Each
// part is asked and sent once.
func TestAPlanGoesOnAfterACrashAndOnSeveralNodes(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	c := policy()
	for range 60 {
		if now, _ := h.mirror.Request(r.ID); now.State.Final() {
			break
		}
		h.must(h.conduct.Look(t.Context()))
		other := *h
		other.start(c) // with a memory of its own
		other.load()
		h.must(other.conduct.Look(t.Context()))
		h.must(other.executor.Sweep(t.Context()))
		h.desk.View = h.mirror
		h.must(h.mirror.CatchUp(t.Context()))
		h.start(c)
		h.load()
	}
	if now, _ := h.mirror.Request(r.ID); now.State != desk.Settled {
		t.Fatalf("%s %s", now.State, now.Code)
	}
	parts := slices.Collect(h.mirror.Requests(desk.Query{Batch: string(r.ID)}))
	if slices.Sort(h.office.writes); len(parts) != 12 || len(slices.Compact(h.office.writes)) != 12 {
		t.Errorf("%d parts, wrote %q", len(parts), h.office.writes)
	}
}

func TestWhatAPlanMayNotBe(t *testing.T) {
	h := townHouse(t, 30, 9, 100)
	for name, tt := range map[string]struct {
		s    desk.Selection
		code desk.Code
	}{
		"more than of a population is touched": {desk.Selection{}, desk.TooMany},
		"all of one cause":                     {desk.Selection{Causes: []desk.GapCause{desk.PersonGone}}, desk.TooMany},
		"nothing":                              {desk.Selection{Causes: []desk.GapCause{desk.QuotaLow}}, desk.NothingToRepair},
		"nobody's population":                  {desk.Selection{Population: "nobody"}, desk.NothingToRepair},
		"another domain":                       {desk.Selection{Domain: "v.fr"}, desk.NothingToRepair},
		"no cause":                             {desk.Selection{Causes: []desk.GapCause{"none"}}, desk.InvalidArgument},
		"fewer":                                {desk.Selection{Most: 10}, ""},
		"of one cause":                         {desk.Selection{Causes: []desk.GapCause{desk.ClassOther}}, ""},
	} {
		p, err := h.desk.Plot("odile", desk.Chat, tt.s)
		if desk.CodeOf(err) != tt.code || err == nil && len(p.Gaps) != len(p.Repairs.Parts) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.desk.Plot("p0035", desk.Chat, desk.Selection{Most: 1}); desk.KindOf(err) != desk.Forbidden {
		t.Errorf("somebody who may not look: %v", err)
	}
	h.now = h.now.Add(2 * time.Hour)
	if _, err := h.desk.Plot("odile", desk.Chat, desk.Selection{Most: 1}); desk.CodeOf(err) != desk.StaleData {
		t.Errorf("an old copy of the directory: %v", err)
	}
}

func TestAPlanIsAskedAsItIs(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	ask := func(by desk.UID, via desk.Door, verb desk.Verb, args map[string]string) error {
		a, err := desk.NewAction(verb, "", args)
		h.must(err)
		h.loads++
		_, err = h.desk.Ask(t.Context(), desk.Asking{By: by, Via: via, Action: a, Key: fmt.Sprint("k", h.loads)})
		return err
	}
	if err := ask("odile", desk.Chat, desk.DriftApply, map[string]string{"plan": strings.Repeat("0", 64)}); desk.CodeOf(err) != desk.OtherPlan {
		t.Errorf("a plan that is not: %v", err)
	}
	if err := ask("odile", desk.Sync, desk.DriftApply, nil); desk.CodeOf(err) != desk.PlanHalted {
		t.Errorf("by the door of the program: %v", err)
	}
	if err := ask("odile", desk.Sync, desk.RulesUndo, nil); desk.CodeOf(err) != desk.PlanHalted {
		t.Errorf("an action by the door of the program: %v", err)
	}
	r := h.ask(desk.Selection{Most: 5})
	if r.State != desk.Waiting || len(r.Repairs.Parts) != 5 {
		t.Fatalf("%s %+v", r.State, r.Repairs)
	}
	if err := ask("odile", desk.Chat, desk.DriftApply, map[string]string{"most": "5"}); desk.CodeOf(err) != desk.AlreadySo {
		t.Errorf("the same plan twice: %v", err)
	}
	if _, err := h.desk.Approve(t.Context(), "odile", desk.Chat, r.ID, ""); desk.CodeOf(err) != desk.OwnRequest {
		t.Errorf("approved by its asker: %v", err)
	}
	if h.desk.Rules = answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} }); true {
		if err := ask("odile", desk.Chat, desk.DriftSync, nil); desk.CodeOf(err) != desk.NotAllowed {
			t.Errorf("the program's own plan, by somebody: %v", err)
		}
		if err := ask("odile", desk.Chat, desk.DriftApply, map[string]string{"most": "7"}); err != nil {
			t.Error(err)
		} else if last := slices.Collect(h.mirror.Requests(desk.Query{Limit: 1}))[0]; last.State != desk.Rejected {
			t.Errorf("%s by one person alone", last.State)
		}
	}
}

// What was shown to the approver must still be so.
func TestWhatHasChangedIsNotApproved(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.ask(desk.Selection{})
	h.people = append(h.people, desk.Person{UID: "p0000", Mail: "p0000@u.fr", Affiliation: "employee", MailState: "A"})
	h.load()
	if _, err := h.desk.Approve(t.Context(), "oscar", desk.Chat, r.ID, r.Digest()); desk.CodeOf(err) != desk.PlanMoved {
		t.Errorf("approved: %v", err)
	}
	// Other gaps that came about change nothing of it.
	h = townHouse(t, 3, 9, 100)
	r = h.ask(desk.Selection{})
	h.alter("p0050", func(a *desk.Account) { a.COS = "s_etudiant" })
	h.load()
	if _, err := h.desk.Approve(t.Context(), "oscar", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Error(err)
	}
}

// Nobody approves the repair of their own account.
func TestWhoGainsByAPlanDoesNotApproveIt(t *testing.T) {
	for name, change := range map[string]func(*house){
		"of the plan": func(h *house) {
			h.office.accounts["id-oscar"] = desk.Account{ID: "id-oscar", Address: "oscar@u.fr", Owner: "oscar", Status: desk.Active, COS: "s_etudiant"}
		},
		"has no account": func(*house) {},
		"sound": func(h *house) {
			h.office.accounts["id-oscar"] = desk.Account{ID: "id-oscar", Address: "oscar@u.fr", Owner: "oscar", Status: desk.Active, COS: "s_personnel"}
		},
	} {
		h := townHouse(t, 0, 3, 100)
		h.people = append(slices.DeleteFunc(h.people, func(p desk.Person) bool { return p.UID == "oscar" }),
			desk.Person{UID: "oscar", Affiliation: "employee", Groups: []string{"admins"}})
		change(h)
		h.load()
		r := h.ask(desk.Selection{})
		_, err := h.desk.Approve(t.Context(), "oscar", desk.Chat, r.ID, r.Digest())
		want := map[string]desk.Code{"of the plan": desk.OwnBenefit}[name]
		if desk.CodeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
		if inbox := h.desk.Inbox("oscar"); len(inbox) != 0 && want != "" {
			t.Errorf("%s: awaited of %v", name, inbox)
		}
	}
}

// What is one's own is not done by the plan's approval alone.
func TestThePartsOfAPlanAreDecidedByTheRules(t *testing.T) {
	h := townHouse(t, 2, 0, 100)
	h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
		if f.Via == desk.Sync && f.Target.Address == "p0001@u.fr" {
			return desk.Decision{Outcome: desk.Denied, Rule: "never"}
		}
		return twoAdmins(false)(f)
	})
	r := h.settle(h.plan(desk.Selection{}).ID)
	if r.State != desk.Broken || r.Code != desk.NotAllowed {
		t.Errorf("%s %s", r.State, r.Code)
	}
}

// The hourly limits are of what people do; those of the day hold for plans too.
func TestThePartsOfAPlanAndTheBrakes(t *testing.T) {
	h := townHouse(t, 12, 0, 200)
	h.desk.Brakes.PerMille = 40 // 8 of 212 a day
	r := h.plan(desk.Selection{})
	if r = h.settle(r.ID); r.State != desk.Applying {
		t.Fatalf("%s %s", r.State, r.Code)
	}
	p, _ := h.desk.Progress(r)
	if len(h.office.writes) > 8 || p.Done > 8 || len(h.desk.Held()) == 0 {
		t.Errorf("%d writes, %d held: the day's share is 8", len(h.office.writes), len(h.desk.Held()))
	}
	if held := h.desk.Held()[0]; held.Limit.Limit != desk.ShareLimit {
		t.Errorf("held by %s", held.Limit.Limit)
	}
}

func TestHourlyLimitsDoNotCountApprovedPlans(t *testing.T) {
	b := desk.Brakes{Person: 1, Domain: 1, Verb: 1, All: 1, PerMille: 50}
	h := townHouse(t, 6, 0, 200)
	h.desk.Brakes = b
	if r := h.settle(h.plan(desk.Selection{}).ID); r.State != desk.Settled {
		t.Errorf("%s %s", r.State, r.Code)
	}
	// Nor do those count against what people do.
	h.alter("p0100", func(a *desk.Account) { a.Aliases = []desk.Address{"x@u.fr"} })
	h.load()
	a, err := desk.NewAction(desk.AliasRemove, "p0100@u.fr", map[string]string{"alias": "x@u.fr"})
	h.must(err)
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: "x"})
	h.must(err)
	if h.must(h.executor.Sweep(t.Context())); len(h.office.accounts["id-p0100"].Aliases) != 0 {
		r, _ = h.mirror.Request(r.ID)
		t.Errorf("%s is %s, %+v %s", r.ID, r.State, r.Limit, r.Code)
	}
}

func TestSynchronisation(t *testing.T) {
	people, accounts := town(2, 4, 100)
	c := policy()
	c.Sync.Every, c.Sync.Causes = time.Hour, []desk.GapCause{desk.ClassOther}
	h := newHouse(t, c, people, accounts)
	if err := h.conduct.Look(t.Context()); desk.CodeOf(err) != desk.NotAllowed {
		t.Errorf("without a rule: %v", err)
	}
	if id, _ := h.mirror.Next(); id != "D-1" {
		t.Fatal("what the rules do not allow was asked for")
	}
	h.desk.Rules = twoAdmins(true)
	h.now = h.now.Add(30 * time.Minute)
	h.load()
	h.round()
	if id, _ := h.mirror.Next(); id != "D-1" {
		t.Error("before its time")
	}
	h.now = h.now.Add(30 * time.Minute)
	h.load()
	h.must(h.conduct.Look(t.Context()))
	r := h.settle("D-1")
	if r.State != desk.Settled || r.Action.Verb != desk.DriftSync || r.By != desk.System || len(h.office.writes) != 4 {
		t.Errorf("%s %s by %s: %q", r.State, r.Action, r.By, h.office.writes)
	}
	if diff := cmp.Diff([]string{"person.gone p0000@u.fr -> account.delete p0000@u.fr", "person.gone p0001@u.fr -> account.delete p0001@u.fr"}, h.gaps()); diff != "" {
		t.Errorf("what it was not to repair: %s", diff)
	}
}

// What nobody approved keeps every brake.
func TestSynchronisationIsBraked(t *testing.T) {
	people, accounts := town(10, 0, 200)
	c := policy()
	c.Sync.Every, c.Sync.Causes = time.Hour, []desk.GapCause{desk.PersonGone}
	h := newHouse(t, c, people, accounts)
	h.desk.Rules = twoAdmins(true)
	h.settle("D-1")
	if held := h.desk.Held(); len(held) == 0 || held[0].Limit.Limit != desk.PersonLimit || len(h.office.writes) != 0 {
		t.Errorf("held %d, wrote %q", len(held), h.office.writes)
	}
	h.now = h.now.Add(2 * time.Hour)
	h.people = slices.DeleteFunc(h.people, func(p desk.Person) bool { return p.UID == "p0100" }) // another plan than before
	h.load()
	h.must(h.conduct.Look(t.Context()))
	if id, _ := h.mirror.Next(); id != "D-12" {
		t.Errorf("another plan was asked while one is held: next is %s", id)
	}
}

func TestTheTrendIsKeptOnceADay(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	h.now = time.Date(2026, 11, 24, 5, 59, 0, 0, time.UTC)
	h.load()
	h.must(h.conduct.Look(t.Context()))
	if h.mirror.Trend() != nil {
		t.Error("before its hour")
	}
	for day := range 3 {
		h.now = time.Date(2026, 11, 24+day, 6, 1, 0, 0, time.UTC)
		h.load()
		for range 3 {
			h.must(h.conduct.Look(t.Context()))
		}
		h.alter("p0003", func(a *desk.Account) { a.COS = "s_personnel" })
	}
	trend, err := h.desk.Trend("odile", desk.Chat)
	h.must(err)
	var days []string
	for _, p := range trend {
		days = append(days, fmt.Sprint(p.Day, " ", p.Gaps, " ", p.ByCause[desk.ClassOther], " ", p.Repairable, " ", p.Accounts))
	}
	if diff := cmp.Diff([]string{"2026-11-24 12 9 12 112", "2026-11-25 11 8 11 112", "2026-11-26 11 8 11 112"}, days); diff != "" {
		t.Error(diff)
	}
	h.start(policy())
	if len(h.mirror.Trend()) != 3 {
		t.Error("a start forgets the trend")
	}
	if _, err := h.desk.Trend("p0050", desk.Chat); desk.KindOf(err) != desk.Forbidden {
		t.Errorf("seen by anybody: %v", err)
	}
	h.now = h.now.Add(26 * time.Hour) // nothing was read for a day
	if h.must(h.conduct.Look(t.Context())); len(h.mirror.Trend()) != 3 {
		t.Error("a point of old copies")
	}
}

func TestFreezeHoldsAPlan(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	h.must(h.desk.Freeze(t.Context(), desk.ByFile, "stop"))
	for range 3 {
		h.round()
	}
	if p, _ := h.desk.Progress(r); p.Asked != 0 || len(h.office.writes) != 0 {
		t.Errorf("%+v asked in a freeze, %d writes", p, len(h.office.writes))
	}
}

var errDown = errors.Join(desk.ErrNotSent, errors.New("down"))

// What Partage does not take now is tried again, and is no surprise.
func TestPartageDownHoldsAPlan(t *testing.T) {
	h := townHouse(t, 3, 0, 100)
	r := h.plan(desk.Selection{})
	h.office.fail["p0000@u.fr"] = errDown
	for range 3 {
		h.round()
	}
	if now, _ := h.mirror.Request(r.ID); now.State != desk.Applying {
		t.Fatalf("%s %s", now.State, now.Code)
	}
	delete(h.office.fail, "p0000@u.fr")
	for range 30 {
		h.now = h.now.Add(time.Minute)
		h.load()
		h.round()
	}
	if now, _ := h.mirror.Request(r.ID); now.State != desk.Settled {
		t.Errorf("%s %s", now.State, now.Code)
	}
}

// A plan that stops while one of its parts is being asked leaves it unasked.
func TestNothingIsAskedOfAPlanThatStopsMeanwhile(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	stopped := false
	h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
		if f.Via == desk.Sync && !stopped {
			stopped = true
			_, err := h.desk.Withdraw(t.Context(), "odile", desk.Chat, r.ID)
			h.must(err)
		}
		return twoAdmins(false)(f)
	})
	h.must(h.desk.Conduct(t.Context(), r.ID))
	if parts := slices.Collect(h.mirror.Requests(desk.Query{Batch: string(r.ID)})); len(parts) != 0 || !stopped {
		t.Errorf("asked %v", parts)
	}
}
