package desk_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// govern has an admin ask for a verb of governance.
func govern(tb testing.TB, d *desk.Desk, by desk.UID, v desk.Verb, key string) (desk.Request, error) {
	tb.Helper()
	return d.Ask(tb.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(tb, string(v)), Reason: "incident", Key: key})
}

// steering is a desk whose rules are the default book's for governance: admins
// freeze at once and ask each other for the rest; anything else is allowed.
func steering(tb testing.TB) (*desk.Desk, *house) {
	d, h := newDesk(tb)
	d.Brakes = desk.Brakes{Person: 3, Domain: 100, Verb: 100, All: 100, PerMille: 1000}
	d.Rules = book(func(f desk.Facts) desk.Decision {
		spec, _ := desk.SpecOf(f.Action.Verb)
		switch {
		case spec.Governs && !f.Actor.In("admins"):
			return desk.Decision{}
		case spec.Two:
			return needs(1, "admins")
		}
		return desk.Decision{Outcome: desk.Allowed}
	})
	return d, h
}

func TestOneFreezesTwoThaw(t *testing.T) {
	d, h := steering(t)
	_, err := govern(t, d, "cid", desk.HouseThaw, "0")
	wants(t, err, desk.NotFrozen)
	if r, err := govern(t, d, "ann", desk.HouseFreeze, "1"); err != nil || r.State != desk.Rejected {
		t.Errorf("somebody who may not: %s, %v", r.State, err)
	}
	h.read = time.Time{} // an old directory keeps nobody from freezing
	r, err := govern(t, d, "cid", desk.HouseFreeze, "2")
	if e, frozen := h.Freeze(); err != nil || r.State != desk.Settled || !frozen || e.ID != r.ID || e.Fact != (desk.Frozen{Cause: desk.ByRequest, Reason: "incident"}) {
		t.Fatalf("freeze: %s, %v, %+v", r.State, err, e)
	}
	if _, err := d.Request("dan", desk.Portal, r.ID); err != nil {
		t.Errorf("another admin does not see it: %v", err)
	}
	_, err = d.Request("ann", desk.Portal, r.ID)
	wants(t, err, desk.UnknownRequest)
	_, err = govern(t, d, "dan", desk.HouseFreeze, "3")
	wants(t, err, desk.HouseFrozen)
	_, err = govern(t, d, "dan", desk.HouseThaw, "4")
	wants(t, err, desk.StaleData)
	h.read = now
	r, err = govern(t, d, "dan", desk.HouseThaw, "5")
	if err != nil || r.State != desk.Waiting {
		t.Fatalf("thaw: %s, %v", r.State, err)
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, desk.OwnRequest)
	if _, frozen := h.Freeze(); !frozen {
		t.Fatal("thawed by one")
	}
	if r, err = d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil || r.State != desk.Settled {
		t.Errorf("approved: %s, %v", r.State, err)
	}
	if e, frozen := h.Freeze(); frozen {
		t.Errorf("still frozen: %+v", e)
	}
}

// A rule book that lets one person end a freeze alone is not obeyed.
func TestNobodyThawsAlone(t *testing.T) {
	d, h := steering(t)
	if err := d.Freeze(t.Context(), desk.ByFile, ""); err != nil {
		t.Fatal(err)
	}
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	if r, err := govern(t, d, "cid", desk.HouseThaw, "k"); err != nil || r.State != desk.Rejected {
		t.Errorf("%s, %v", r.State, err)
	}
	if _, frozen := h.Freeze(); !frozen {
		t.Error("thawed by one")
	}
}

func TestTheProgramFreezesOnce(t *testing.T) {
	d, h := steering(t)
	h.asking = func() { // somebody is faster
		if err := d.Freeze(t.Context(), desk.ByClock, "1h"); err != nil {
			t.Error(err)
		}
	}
	for range 3 {
		if err := d.Freeze(t.Context(), desk.ByFile, "why\nnot"); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := h.Freeze()
	if r, _ := h.Request(e.ID); len(h.events) != 3 || r.State != desk.Settled || r.By != desk.System || e.Fact != (desk.Frozen{Cause: desk.ByClock, Reason: "1h"}) {
		t.Errorf("%d events, %+v", len(h.events), e)
	}
}

func TestClear(t *testing.T) {
	d, _ := steering(t)
	r := ask(t, d, "k")
	wants(t, d.Clear(r), "")
	d.Now = func() time.Time { return now.Add(-time.Minute) }
	wants(t, d.Clear(r), "")
	d.Now = func() time.Time { return now.Add(-time.Minute - time.Microsecond) }
	wants(t, d.Clear(r), desk.ClockBack)
	d.Now = func() time.Time { return now }
	if err := d.Freeze(t.Context(), desk.ByFile, ""); err != nil {
		t.Fatal(err)
	}
	wants(t, d.Clear(r), desk.HouseFrozen)
}

// Who asked to end one freeze has said nothing of the next.
func TestAThawIsOfTheFreezeItWasAskedFor(t *testing.T) {
	d, h := steering(t)
	if err := d.Freeze(t.Context(), desk.ByFile, ""); err != nil {
		t.Fatal(err)
	}
	old, err := govern(t, d, "cid", desk.HouseThaw, "1")
	if err != nil {
		t.Fatal(err)
	}
	again, err := govern(t, d, "cid", desk.HouseThaw, "2")
	if err == nil {
		_, err = d.Approve(t.Context(), "dan", desk.Chat, again.ID, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Freeze(t.Context(), desk.ByAnchor, ""); err != nil {
		t.Fatal(err)
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, old.ID, "")
	wants(t, err, desk.OtherFreeze)
	if _, frozen := h.Freeze(); !frozen {
		t.Error("thawed")
	}
}
