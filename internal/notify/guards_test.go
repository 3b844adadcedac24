package notify_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/notify"
)

// Whoever withdraws knows it.
func TestAWithdrawalDoesNotRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell approvers waiting", "tell asker waiting")
		if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, r.ID); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers withdrawn", "edit asker withdrawn")
	})
}

func TestNoReplyWithoutACard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{mute: desk.ToAsker}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell approvers waiting")
		if _, err := d.Refuse(t.Context(), "eve", desk.Chat, r.ID, "", ""); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers rejected")
	})
}

func TestAMailboxOfNobodyHasNoOwnerToTell(t *testing.T) {
	r := desk.Request{By: "ann", State: desk.Settled, Decision: desk.Decision{Outcome: desk.Allowed}}
	if roles := notify.Wanted(r); slices.Contains(roles, desk.ToOwner) {
		t.Errorf("told %v", roles)
	}
}

// Where it was told of is erased at its term: nobody is told anew.
func TestWhatWasErasedIsNotToldAgain(t *testing.T) {
	for _, state := range []desk.State{desk.Waiting, desk.Settled, desk.Broken} {
		r := desk.Request{By: "ann", Owner: "bob", State: state, Hushed: true, Decision: desk.Decision{Outcome: desk.Pending}}
		if roles := notify.Wanted(r); len(roles) > 0 {
			t.Errorf("%s: told %v", state, roles)
		}
	}
	if roles := notify.Wanted(desk.Request{State: desk.Settled, Erased: true}); len(roles) > 0 {
		t.Errorf("told %v", roles)
	}
}

// What comes half a pause after a change is told with it.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := &notify.Notifier{Desk: d, Teller: w, Pause: time.Second, Retry: 5 * time.Second, Log: slog.New(slog.DiscardHandler)}
		go n.Run(ctx)
		r := ask(t, d, "ann")
		time.Sleep(2 * time.Second)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		w.want(t)
		change(t, d, r.ID, done...)
		time.Sleep(2 * time.Second)
		w.want(t, "edit approvers done", "tell outcome done", "edit asker done", "tell owner done")
	})
}

// A revocation that leaves a domain with too few correspondents is told to the approvers.
func TestThinDomainsAreTold(t *testing.T) {
	r := desk.Request{ID: "D-1", State: desk.Settled, Decision: desk.Decision{Outcome: desk.Allowed}, Thin: []string{"u.fr"}}
	if !slices.Contains(notify.Wanted(r), desk.ToApprovers) {
		t.Error(notify.Wanted(r))
	}
	r.Thin = nil
	if slices.Contains(notify.Wanted(r), desk.ToApprovers) {
		t.Error(notify.Wanted(r))
	}
}

// A brake that stops many is told to the approvers once, whoever restarts.
func TestABrakeIsToldOnce(t *testing.T) {
	first := desk.Request{ID: "D-1", State: desk.Stopped, Decision: desk.Decision{Outcome: desk.Allowed}, Limit: desk.Held{Limit: desk.AllLimit, First: true}}
	next := first
	next.Limit.First = false
	if !slices.Contains(notify.Wanted(first), desk.ToApprovers) || slices.Contains(notify.Wanted(next), desk.ToApprovers) {
		t.Error(notify.Wanted(first), notify.Wanted(next))
	}
}

// What one administrator alone does to the rules, to the sends or to keys is told to the others.
func TestWhatOneDoesAloneIsTold(t *testing.T) {
	for verb, told := range map[desk.Verb]bool{desk.HouseFreeze: true, desk.RulesUndo: true, desk.TokenEnd: true, desk.QuotaSet: false} {
		r := desk.Request{ID: "D-1", Action: desk.Action{Verb: verb}, State: desk.Settled, Decision: desk.Decision{Outcome: desk.Allowed}}
		if slices.Contains(notify.Wanted(r), desk.ToApprovers) != told {
			t.Errorf("%s: %v", verb, notify.Wanted(r))
		}
	}
}

// The parts of a plan are hundreds: who asked for it has the card of the plan. Who
// owns an account is told, and approvers are, where one waits for them.
func TestThePartsOfAPlanAreNotToldToItsAsker(t *testing.T) {
	part := desk.Request{By: "ann", Owner: "bob", State: desk.Settled, Via: desk.Sync, Batch: "D-1", Action: desk.Action{Verb: desk.AccountCOS}, Decision: desk.Decision{Outcome: desk.Allowed}}
	if roles := notify.Wanted(part); !slices.Equal(roles, []desk.Role{desk.ToOwner}) {
		t.Errorf("told %v", roles)
	}
	part.State, part.Decision.Outcome = desk.Waiting, desk.Pending
	if roles := notify.Wanted(part); !slices.Equal(roles, []desk.Role{desk.ToApprovers}) {
		t.Errorf("told %v", roles)
	}
	plan := desk.Request{By: desk.System, State: desk.Settled, Via: desk.Sync, Action: desk.Action{Verb: desk.DriftSync}, Decision: desk.Decision{Outcome: desk.Allowed}}
	if roles := notify.Wanted(plan); !slices.Contains(roles, desk.ToApprovers) {
		t.Errorf("of what the program did alone, told %v", roles)
	}
}
