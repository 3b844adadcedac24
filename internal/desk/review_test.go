package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// review is a decision that allows, and has n admins look afterwards.
func review(n int) desk.Decision {
	d := needs(n, "admins")
	d.Outcome = desk.Allowed
	return d
}

// locked is a desk where ann's lock of bob's mailbox is done, and looked at.
func locked(t *testing.T, needed int) (*desk.Desk, *house, desk.Request) {
	t.Helper()
	d, h := newDesk(t)
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Action.Verb == desk.AccountLock {
			return review(needed)
		}
		return desk.Decision{Outcome: desk.Allowed}
	})
	d.Terms = desk.Terms{Calendar: days{}, Deadline: 2, Expiry: 10}
	bobs := h.accounts["bob@u.fr"]
	bobs.Forward, bobs.Aliases = "thief@evil.example", []desk.Address{"b@u.fr"}
	h.accounts["bob@u.fr"] = bobs
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.lock bob@u.fr"), Reason: "phishing", Key: "lock"})
	if err != nil || r.State != desk.Ready || r.Dates.End.IsZero() {
		t.Fatalf("%s until %v, %v", r.State, r.Dates.End, err)
	}
	proof := bobs
	proof.Status = desk.Locked
	r, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: bobs}, desk.Done{Attempt: 1, Proof: proof}}, nil
	})
	if err != nil || r.State != desk.Review {
		t.Fatalf("%s, %v", r.State, err)
	}
	h.accounts["bob@u.fr"] = proof
	return d, h, r
}

func TestALockIsKept(t *testing.T) {
	d, _, r := locked(t, 2)
	if n := len(d.Inbox("dan")); n != 1 {
		t.Fatalf("%d requests wait for dan", n)
	}
	for _, who := range []struct {
		uid  desk.UID
		code desk.Code
	}{{"ann", desk.OwnRequest}, {"bob", desk.OwnBenefit}, {"fay", desk.NotApprover}} {
		if _, err := d.Approve(t.Context(), who.uid, desk.Chat, r.ID, r.Digest()); desk.CodeOf(err) != who.code {
			t.Errorf("%s: %v", who.uid, err)
		}
		if _, err := d.Refuse(t.Context(), who.uid, desk.Chat, r.ID, r.Digest(), ""); desk.CodeOf(err) != who.code {
			t.Errorf("%s: %v", who.uid, err)
		}
	}
	if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, "other"); desk.CodeOf(err) != desk.Changed {
		t.Errorf("on another digest: %v", err)
	}
	for i, who := range []desk.UID{"dan", "eve"} {
		r, err := d.Approve(t.Context(), who, desk.Chat, r.ID, r.Digest())
		if want := []desk.State{desk.Review, desk.Settled}[i]; err != nil || r.State != want {
			t.Errorf("after %s: %s, %v", who, r.State, err)
		}
	}
	if _, err := d.Refuse(t.Context(), "cid", desk.Chat, r.ID, r.Digest(), ""); desk.CodeOf(err) != desk.TooLate {
		t.Errorf("after it was kept: %v", err)
	}
	if r, _ := d.View.Request(r.ID); !r.Kept() {
		t.Errorf("%s", r.State)
	}
}

// Who asked may have lost the right meanwhile: the lock can be kept all the same.
func TestALockIsKeptWithoutItsAuthor(t *testing.T) {
	d, h, r := locked(t, 1)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
	delete(h.people, "ann")
	if r, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest()); err != nil || r.State != desk.Settled {
		t.Errorf("%s, %v", r.State, err)
	}
}

func TestALockIsTakenBack(t *testing.T) {
	d, _, r := locked(t, 1)
	r, err := d.Refuse(t.Context(), "dan", desk.Chat, r.ID, r.Digest(), "a mistake")
	if err != nil || r.State != desk.Ready || r.Next().String() != "account.activate bob@u.fr" {
		t.Fatalf("%s, next %s, %v", r.State, r.Next(), err)
	}
	if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, r.ID); desk.CodeOf(err) != desk.TooLate {
		t.Errorf("withdrawn: %v", err)
	}
	if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, r.Digest()); desk.CodeOf(err) != desk.TooLate {
		t.Errorf("approved after that: %v", err)
	}
	r, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 2, Undo: true}, desk.Undone{Attempt: 2}}, nil
	})
	if err != nil || r.State != desk.Rejected || r.Ended != "dan" || r.Refusal != "a mistake" {
		t.Errorf("%s by %s, %v", r.State, r.Ended, err)
	}
}

// Nobody answers: people are reminded, then it stays, and it says so.
func TestALockStays(t *testing.T) {
	d, _, r := locked(t, 1)
	at := now
	d.Now = func() time.Time { return at }
	for _, step := range []struct {
		after time.Duration
		state desk.State
		told  bool
	}{{time.Hour, desk.Review, false}, {49 * time.Hour, desk.Review, true}, {241 * time.Hour, desk.Settled, true}} {
		at = now.Add(step.after)
		if err := d.Pursue(t.Context(), r.ID, true); err != nil {
			t.Fatal(err)
		}
		if r, _ := d.View.Request(r.ID); r.State != step.state || r.Reminded != step.told {
			t.Errorf("after %v: %s, reminded %v", step.after, r.State, r.Reminded)
		}
	}
}

func TestSuspects(t *testing.T) {
	d, h, r := locked(t, 1)
	h.events = append(h.events, desk.Event{Seq: h.last() + 1, At: now, By: desk.System, Fact: desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}}}})
	d.Rules = book(func(desk.Facts) desk.Decision { return needs(1, "admins") })
	if _, err := d.Ask(t.Context(), desk.Asking{By: "bob", Via: desk.Chat, Action: action(t, "quota.set fay@u.fr size=2G"), Key: "thief"}); err != nil {
		t.Fatal(err)
	}
	s, ok := d.Suspects(r)
	if !ok || s.Forward != "thief@evil.example" || !cmp.Equal(s.Aliases, []desk.Address{"b@u.fr"}) || len(s.Rights) != 1 || len(s.Asked) != 1 {
		t.Errorf("%v %+v", ok, s)
	}
	other := h.accounts["bob@u.fr"]
	other.ID = "another"
	h.accounts["bob@u.fr"] = other
	if _, ok := d.Suspects(r); ok {
		t.Error("of another mailbox")
	}
}
