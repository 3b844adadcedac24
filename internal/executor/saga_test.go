package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

var (
	errRefused = fmt.Errorf("%w: no", desk.ErrRefused)
	errUnsent  = fmt.Errorf("%w: dial", desk.ErrNotSent)
)

// fates are the faults of one step, by the nth time that it is sent.
var fates = []struct {
	name string
	of   func(nth int) fate
	back bool // the step fails for good
}{
	{"clean", func(int) fate { return fate{} }, false},
	{"applied, answer lost", first(fate{err: errLost}), false},
	{"not applied, answer lost", first(fate{skip: true, err: errLost}), false},
	{"accepted without effect", first(fate{skip: true}), false},
	{"applied at the very end of the token, answer lost", first(fate{late: 299 * time.Second, err: errLost}), false},
	{"accepted, applied late", first(fate{late: 100 * time.Second}), false},
	{"refused, and yet applied", first(fate{err: errRefused}), false},
	{"not sent", first(fate{skip: true, err: errUnsent}), false},
	{"refused", func(int) fate { return fate{skip: true, err: errRefused} }, true},
	{"never applied", func(int) fate { return fate{skip: true, err: errLost} }, true},
}

func first(f fate) func(int) fate {
	return func(nth int) fate {
		if nth == 1 {
			return f
		}
		return fate{}
	}
}

// An outcome is what must hold at the end of a deletion, whatever happened.
type outcome struct {
	w   *town
	was any // the state of the town before
	r   desk.Request
}

// ends says where it ended: "done", "undone", or "stuck" for all that a human must see.
func (o outcome) ends(t *testing.T) string {
	t.Helper()
	for action, n := range o.w.effects {
		if n > 1 {
			t.Errorf("%s took effect %d times", action, n)
		}
	}
	now := o.w.state()
	switch r := o.r; {
	case r.State == desk.Settled && r.Step == len(r.Plan.Steps):
		if !now.Account.Deleted() || now.Account.Status != "closed" || !now.Account.Hidden || now.Detail.EPPN != "" || len(now.Lists["staff@u.fr"]) != 0 {
			t.Errorf("done, but %+v", now)
		}
		return "done"
	case r.State == desk.Broken && r.Step == 0:
		if diff := cmp.Diff(o.was, any(now)); diff != "" {
			t.Errorf("nothing is in force, but %s", diff)
		}
		return "undone"
	case r.State == desk.Broken:
		return "stuck"
	}
	t.Errorf("left in %s at step %d", o.r.State, o.r.Step)
	return ""
}

// Each fault of each step: all done, or nothing changed in the end.
func TestEachFaultOfEachStep(t *testing.T) {
	for _, verb := range []desk.Verb{desk.ListLeave, desk.AccountClose, desk.AccountHide, desk.AccountRename, desk.AccountEPPN, desk.AccountMark} {
		for _, f := range fates {
			t.Run(string(verb)+", "+f.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newTown()
					w.fault = func(nth int, a desk.Action) fate {
						if a.Verb == verb {
							return f.of(nth)
						}
						return fate{}
					}
					was := w.state()
					h := settled(t, memory(), w, w)
					id := h.approved(t, "account.delete "+bobs)
					h.run(t, 3*time.Hour)
					want := map[bool]string{false: "done", true: "undone"}[f.back]
					if got := (outcome{w, was, h.request(id)}).ends(t); got != want {
						t.Errorf("%s, want %s: %+v", got, want, h.request(id).Error)
					}
					if r := h.request(id); f.back && r.Cause != map[string]desk.Code{"refused": desk.PartageRefused, "never applied": desk.NoEffect}[f.name] {
						t.Errorf("because %q", r.Cause)
					}
				})
			})
		}
	}
}

// A step cannot be taken back: what is in force stays visible, and nothing more is sent.
func TestStuckIsVisible(t *testing.T) {
	for _, f := range fates {
		if !f.back {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			w := newTown()
			w.fault = func(nth int, a desk.Action) fate {
				if a.Verb == desk.AccountMark || a.Verb == desk.AccountUnhide {
					return f.of(nth)
				}
				return fate{}
			}
			was := w.state()
			h := settled(t, memory(), w, w)
			id := h.approved(t, "account.delete "+bobs)
			h.run(t, 5*time.Hour)
			r := h.request(id)
			if got := (outcome{w, was, r}).ends(t); got != "stuck" || r.Cause == "" || len(r.InForce()) != 4 || r.InForce()[3].Do.Verb != desk.AccountHide {
				t.Errorf("%s: %s, because %q, in force %v", f.name, got, r.Cause, r.InForce())
			}
			sent := len(w.sent)
			h.run(t, 5*time.Hour)
			if len(w.sent) != sent {
				t.Errorf("sent again: %v", w.sent[sent:])
			}
		})
	}
}

// A deletion and its return leave everything as it was.
func TestDeletedAndGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		was := w.state()
		h := settled(t, memory(), w, w)
		deleted := h.approved(t, "account.delete "+bobs)
		h.run(t, time.Minute)
		if got := (outcome{w, was, h.request(deleted)}).ends(t); got != "done" || len(w.sent) != 7 {
			t.Fatalf("%s by %v", got, w.sent)
		}
		back := h.approved(t, "account.restore "+bobs)
		h.run(t, time.Minute)
		if r := h.request(back); r.State != desk.Settled || r.Owner != "bob" {
			t.Fatalf("%s %q %s", r.State, r.Code, r.Error)
		}
		if diff := cmp.Diff(was, w.state()); diff != "" {
			t.Error(diff)
		}
		if a := h.mirror.Account(bobs); a.ID != "z-1" || a.Owner != "bob" {
			t.Errorf("in memory: %+v", a)
		}
	})
}

// A begun request goes on before anything else that its mailbox waits for, and
// the rules are not asked again in the middle.
func TestNothingComesBetweenTheSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		w.fault = func(nth int, a desk.Action) fate {
			if a.Verb == desk.AccountHide && nth < 3 {
				return fate{skip: true, err: errUnsent}
			}
			return fate{}
		}
		h := settled(t, memory(), w, w)
		a, _ := desk.NewAction(desk.QuotaSet, bobs, map[string]string{"size": "2G"})
		early, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: "early"})
		if err != nil {
			t.Fatal(err)
		}
		id := h.approved(t, "account.delete "+bobs)
		h.run(t, 10*time.Second) // until the step that is not sent
		if r := h.request(id); r.Step != 3 || r.State != desk.Ready {
			t.Fatalf("%s at step %d", r.State, r.Step)
		}
		if _, err := h.desk.Approve(t.Context(), "dan", desk.Chat, early.ID, ""); err != nil {
			t.Fatal(err)
		}
		_, err = h.desk.Withdraw(t.Context(), "ann", desk.Chat, id)
		if desk.CodeOf(err) != desk.TooLate {
			t.Errorf("withdrawn in the middle: %v", err)
		}
		h.desk.Rules = rulesFunc(func(f desk.Facts) desk.Decision {
			if f.Action.Verb == desk.AccountDelete {
				return desk.Decision{}
			}
			return approval(f)
		})
		h.run(t, time.Hour)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s %q", r.State, r.Code)
		}
		if i := slices.IndexFunc(w.sent, func(s string) bool { return strings.HasPrefix(s, "quota.set") }); i >= 0 {
			t.Errorf("changed in the middle: %v", w.sent)
		}
	})
}

// As long as nothing is done the plan follows the world; from the first step on it holds.
func TestThePlanHoldsFromTheFirstStepOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		w.fault = func(nth int, a desk.Action) fate {
			if nth == 1 && (a.Arg("list") == "all@u.fr" || a.Verb == desk.AccountClose) {
				return fate{skip: true, err: errUnsent}
			}
			return fate{}
		}
		join := func(list desk.Address) { w.mu.Lock(); w.lists[list] = []desk.Address{bobs}; w.mu.Unlock() }
		h := settled(t, memory(), w, w)
		id := h.approved(t, "account.delete "+bobs)
		h.run(t, time.Second)
		join("bees@u.fr")
		h.run(t, 90*time.Second)
		planned := h.request(id).Plan
		if r := h.request(id); len(planned.Steps) != 8 || r.State != desk.Ready || r.Step != 3 {
			t.Fatalf("%s, %d of %d steps", r.State, r.Step, len(planned.Steps))
		}
		join("sea@u.fr")
		h.run(t, time.Hour)
		if diff := cmp.Diff(planned, h.request(id).Plan); diff != "" || h.request(id).State != desk.Settled {
			t.Error(diff)
		}
	})
}

// The mailbox is gone in the middle: nothing is sent to whoever is there, and
// what is in force is told.
type haunted struct {
	*town
	gone func() bool
}

func (h haunted) Look(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	account, err := h.town.Look(ctx, a, id)
	if h.gone() {
		account.ID = "z-2"
	}
	return account, err
}

func TestAnotherMailboxInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		h := settled(t, memory(), haunted{w, func() bool { w.mu.Lock(); defer w.mu.Unlock(); return len(w.sent) == 3 }}, w)
		id := h.approved(t, "account.delete "+bobs)
		h.run(t, 3*time.Hour)
		if r := h.request(id); r.State != desk.Broken || r.Cause != desk.OtherMailbox || len(w.sent) != 3 || r.Step != 2 {
			t.Errorf("%s %q, %d in force, %v", r.State, r.Cause, r.Step, w.sent)
		}
	})
}

// The token comes before the intent, and the intent tells when it was.
func TestTheTokenComesBeforeTheIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		w.fault = func(nth int, a desk.Action) fate {
			if nth == 1 {
				return fate{skip: true, err: errLost}
			}
			return fate{}
		}
		j := slowly{memory(), 500 * time.Millisecond}
		w.slow = 100 * time.Millisecond
		h := settled(t, j, w, w)
		var id desk.ID
		attempts := map[int]int{}
		w.checks = func(a desk.Action, issued time.Time) {
			r := h.request(id)
			attempts[r.Attempt]++
			if r.State != desk.Running || r.Next() != a || !r.Issued.Equal(issued) || !r.Until.Equal(issued.Add(6*time.Minute)) || attempts[r.Attempt] != 1 {
				t.Errorf("%s sent in %s, by a token of %v: the intent is of %s, by one of %v, until %v", a, r.State, issued, r.Next(), r.Issued, r.Until)
			}
			if age := time.Since(issued); age != 600*time.Millisecond {
				t.Errorf("a token of %v", age)
			}
		}
		id = h.approved(t, "account.delete "+bobs)
		h.run(t, 3*time.Hour)
		if r := h.request(id); r.State != desk.Settled || len(attempts) != 14 {
			t.Errorf("%s after %d sends", r.State, len(attempts))
		}
	})
}

// slowly is a journal whose appends take their time.
type slowly struct {
	desk.Journal
	by time.Duration
}

func (s slowly) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	seq, err := s.Journal.Append(ctx, after, events...)
	if slices.ContainsFunc(events, func(e desk.Event) bool { _, ok := e.Fact.(desk.Started); return ok }) {
		time.Sleep(s.by)
	}
	return seq, err
}

// A process that was paused between the intent and the send sends nothing.
func TestPausedBeforeTheSend(t *testing.T) {
	for pause, sends := range map[time.Duration]int{0: 1, time.Second: 1, time.Second + time.Millisecond: 0, time.Hour: 0} {
		synctest.Test(t, func(t *testing.T) {
			p := &partage{account: bob}
			h := newHouse(t, slowly{memory(), pause}, p, rulesFunc(approval))
			id := h.ask(t, "b@u.fr")
			h.run(t, 2*time.Second)
			if r := h.request(id); p.sends != sends || sends == 0 && (r.Code != desk.Paused || r.Doubts != 0) {
				t.Errorf("paused %v: %d sends, %s %q", pause, p.sends, r.State, r.Code)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // one pause only, then all is well
		p := &partage{account: bob}
		j := slowly{memory(), time.Minute}
		h := newHouse(t, &j, p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, time.Second)
		j.by = 0
		h.run(t, time.Hour)
		if r := h.request(id); r.State != desk.Settled || p.sends != 1 || p.applied != 1 {
			t.Errorf("%s, %d sends", r.State, p.sends)
		}
	})
}

// A connection may come late, and the house be frozen meanwhile: what was so at
// the intent is looked at again as the write leaves.
func TestStoppedWhileConnecting(t *testing.T) {
	for name, tt := range map[string]struct {
		while func(*testing.T, house)
		sends int
		code  desk.Code
	}{
		"at once":             {func(*testing.T, house) {}, 1, ""},
		"just in time":        {func(*testing.T, house) { time.Sleep(time.Second) }, 1, ""},
		"too late":            {func(*testing.T, house) { time.Sleep(time.Second + time.Millisecond) }, 0, desk.Paused},
		"clock set back":      {func(_ *testing.T, h house) { h.desk.Now = func() time.Time { return time.Now().Add(-time.Minute) } }, 0, desk.Paused},
		"frozen by the file":  {func(_ *testing.T, h house) { h.executor.Halted = func() bool { return true } }, 0, desk.HouseFrozen},
		"frozen by a request": {func(t *testing.T, h house) { _ = h.desk.Freeze(t.Context(), desk.ByFile, "") }, 0, desk.HouseFrozen},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &partage{account: bob}
			h := newHouse(t, memory(), p, rulesFunc(approval))
			p.connect = func() { tt.while(t, h) }
			id := h.ask(t, "b@u.fr")
			h.run(t, 5*time.Second)
			if r := h.request(id); p.sends != tt.sends || r.Code != tt.code || r.Doubts != 0 || tt.sends == 0 && r.State != desk.Ready {
				t.Errorf("%s: %d sends, %s %q", name, p.sends, r.State, r.Code)
			}
		})
	}
}

// penless is a Partage that gives no token.
type penless struct {
	*partage
	err error
}

func (p penless) Pen(context.Context, desk.Action, desk.Account) (desk.Pen, error) { return nil, p.err }

// Without a token there is no intent: nothing is in doubt.
func TestNoTokenNoIntent(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		state desk.State
		code  desk.Code
	}{
		"not now":      {errUnsent, desk.Ready, desk.PartageDown},
		"nobody knows": {errors.New("?\xe9"), desk.Ready, desk.PartageDown},
		"never":        {errRefused, desk.Broken, desk.PartageRefused},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, memory(), penless{&partage{account: bob}, tt.err}, rulesFunc(approval))
			id := h.ask(t, "b@u.fr")
			h.run(t, time.Hour)
			if r := h.request(id); r.State != tt.state || r.Code != tt.code || r.Attempt != 0 {
				t.Errorf("%s: %s %q, attempt %d", name, r.State, r.Code, r.Attempt)
			}
			if _, at := h.mirror.Request(id); at > 5 {
				t.Errorf("%s: an hour took %d facts", name, at)
			}
		})
	}
}
