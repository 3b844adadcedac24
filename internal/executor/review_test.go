package executor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// reviewed allows a lock at once, and has one of dsi look afterwards.
func reviewed(desk.Facts) desk.Decision {
	return desk.Decision{Outcome: desk.Allowed, Rule: "lock", Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}
}

// A lock takes effect without a vote, whatever the fault; refused afterwards, it
// is taken back by the same protocol, whatever the fault of that.
func TestALockActsAtOnceAndIsTakenBack(t *testing.T) {
	for _, f := range fates {
		if f.back {
			continue
		}
		for _, verb := range []desk.Verb{desk.AccountLock, desk.AccountActivate} {
			t.Run(string(verb)+", "+f.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newTown()
					w.fault = func(nth int, a desk.Action) fate {
						if a.Verb == verb {
							return f.of(nth)
						}
						return fate{}
					}
					h := newHouse(t, memory(), w, rulesFunc(reviewed))
					if err := h.mirror.Learn(w.state().Account, time.Now()); err != nil {
						t.Fatal(err)
					}
					a, _ := desk.NewAction(desk.AccountLock, bobs, nil)
					r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: "lock"})
					if err != nil {
						t.Fatal(err)
					}
					h.run(t, time.Hour)
					if r = h.request(r.ID); r.State != desk.Review || w.state().Account.Status != desk.Locked {
						t.Fatalf("%s, the mailbox is %s", r.State, w.state().Account.Status)
					}
					if _, err = h.desk.Refuse(t.Context(), "eve", desk.Chat, r.ID, r.Digest(), "no"); err != nil {
						t.Fatal(err)
					}
					h.run(t, time.Hour)
					if r = h.request(r.ID); r.State != desk.Rejected || w.state().Account.Status != desk.Active {
						t.Errorf("%s, the mailbox is %s", r.State, w.state().Account.Status)
					}
					for action, n := range w.effects {
						if n > 1 {
							t.Errorf("%s took effect %d times", action, n)
						}
					}
				})
			})
		}
	}
}

// What cannot be lifted is left to a human, and seen.
func TestALockThatCannotBeLifted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTown()
		h := newHouse(t, memory(), w, rulesFunc(reviewed))
		if err := h.mirror.Learn(w.state().Account, time.Now()); err != nil {
			t.Fatal(err)
		}
		a, _ := desk.NewAction(desk.AccountLock, bobs, nil)
		r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: "lock"})
		if err != nil {
			t.Fatal(err)
		}
		h.run(t, time.Hour)
		w.fault = func(int, desk.Action) fate { return fate{skip: true, err: errRefused} }
		if _, err = h.desk.Refuse(t.Context(), "eve", desk.Chat, r.ID, r.Digest(), "no"); err != nil {
			t.Fatal(err)
		}
		h.run(t, time.Hour)
		if r = h.request(r.ID); r.State != desk.Broken || r.Step != 1 || w.state().Account.Status != desk.Locked {
			t.Errorf("%s at step %d, the mailbox is %s", r.State, r.Step, w.state().Account.Status)
		}
	})
}
