package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// What the rules looked at is found again as it was, whatever has become of
// people and mailboxes since.
func TestRecordedFactsAreThoseDecidedOn(t *testing.T) {
	for _, text := range []string{"quota.set bob@u.fr size=2G", "alias.add bob@u.fr alias=b@u.fr", "account.cos bob@u.fr cos=staff_l", "quota.set ann@u.fr size=3G", "house.freeze", "delegation.grant bob domains=u.fr", "account.forward fay2@u.fr to=none"} {
		d, h := newDesk(t)
		h.people["ann"] = desk.Person{UID: "ann", Name: "Ann", Affiliation: "employee", Unit: "U1", UnitDomain: "u.fr", Manager: "dan", Groups: []string{"g"},
			Delegations: []desk.Delegation{{Grant: desk.Grant{To: "ann", Domains: []string{"u.fr"}}}}}
		h.people["bob"] = desk.Person{UID: "bob", Name: "Bob", Affiliation: "student", Unit: "U2"}
		if text == "account.forward fay2@u.fr to=none" { // whose owner the directory does not know
			a := h.accounts["fay2@u.fr"]
			a.Owner, a.Forward = "gone", "x@y.fr"
			h.accounts["fay2@u.fr"] = a
		}
		var looked desk.Facts
		d.Rules = book(func(f desk.Facts) desk.Decision { looked = f; return desk.Decision{Outcome: desk.Denied} })
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		for _, uid := range []desk.UID{"ann", "bob"} { // the world moves on
			p := h.people[uid]
			p.Unit, p.Groups, p.Affiliation, p.Delegations, p.UnitDomain, p.Manager = "other", nil, "retired", nil, "x.fr", "eve"
			h.people[uid] = p
		}
		h.accounts = nil
		d.Now = func() time.Time { return now.Add(time.Hour) }
		got, recorded := d.Recorded(r)
		if !recorded {
			t.Fatalf("%s: not recorded", text)
		}
		if mine := text == "quota.set ann@u.fr size=3G"; mine != (r.Seen.Owner == nil && r.Owner != "") && r.Owner != "" && r.Owner != "gone" {
			t.Errorf("%s: the owner is kept twice, or not at all", text)
		}
		looked.Target.Name, looked.Target.Used, looked.Target.Forward = "", 0, "" // no rule looks at them
		if diff := cmp.Diff(looked, got); diff != "" {
			t.Errorf("%s (-decided on +recorded):\n%s", text, diff)
		}
	}
}

// Of what an amendment changes, the last decision counts.
func TestRecordedOfAnAmendment(t *testing.T) {
	d, _ := newDesk(t)
	r := ask(t, d, "k")
	r, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "size=4G")
	if f, ok := d.Recorded(r); err != nil || !ok || f.Size != 4<<30 {
		t.Errorf("%v, %v, %d", err, ok, f.Size)
	}
}

func TestCompare(t *testing.T) {
	d, h := ruled(t)
	for i, by := range []desk.UID{"ann", "ann", "fay"} {
		if _, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(t, "quota.set bob@u.fr size="+string(rune('2'+i))+"G"), Key: string(rune('a' + i))}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Withdraw(t.Context(), "fay", desk.Chat, "D-3"); err != nil {
		t.Fatal(err)
	}
	own, err := readText(textBook("own"))
	if err != nil {
		t.Fatal(err)
	}
	shift := desk.Shift{Verb: desk.QuotaSet, Kind: desk.Gains,
		Was: desk.Verdict{Outcome: desk.Pending, Rule: "needs"}, Is: desk.Verdict{Outcome: desk.Allowed, Rule: "own"}, Requests: 3, People: 2, Open: 2, Some: []desk.ID{"D-3", "D-2", "D-1"}}
	want := desk.Comparison{Requests: 3, Turns: []desk.Turned{{Shift: shift, By: []desk.UID{"ann", "fay"}, All: shift.Some}}}
	if diff := cmp.Diff(want, d.Compare(d.Rules, own)); diff != "" {
		t.Error(diff)
	}
	for i, e := range h.events { // as of a journal that does not say what was known
		if f, ok := e.Fact.(desk.Decided); ok {
			f.Seen = nil
			h.events[i].Fact = f
		}
	}
	delete(h.people, "fay")
	if got := d.Compare(d.Rules, own); len(got.Today) != 2 || got.Requests != 2 || got.Lost != 1 {
		t.Errorf("%+v", got)
	}
	if got := d.Compare(d.Rules, d.Rules); len(got.Turns) != 0 {
		t.Errorf("a book differs from itself: %+v", got)
	}
}

func TestTurns(t *testing.T) {
	asks, more, others := needs(1, "admins"), needs(2, "admins"), needs(1, "dsi")
	late := needs(1, "admins")
	late.Expiry = 5
	denied, allowed := desk.Decision{Outcome: desk.Denied}, desk.Decision{Outcome: desk.Allowed}
	for _, c := range []struct {
		was, is desk.Decision
		want    desk.Turn
	}{
		{denied, desk.Decision{}, ""}, {denied, desk.Decision{Outcome: "odd", Rule: "x"}, ""}, {asks, asks, ""}, {allowed, allowed, ""},
		{denied, asks, desk.Gains}, {denied, allowed, desk.Gains}, {asks, allowed, desk.Gains},
		{allowed, asks, desk.Loses}, {asks, denied, desk.Loses}, {allowed, desk.Decision{}, desk.Loses},
		{asks, more, desk.Others}, {asks, others, desk.Others}, {asks, late, desk.OtherDays},
	} {
		if got := desk.Turns(c.was, c.is); got != c.want {
			t.Errorf("%v -> %v: %q, want %q", c.was.Outcome, c.is.Outcome, got, c.want)
		}
	}
}

// Of rights only those count that were in force and not used up: so they answer
// alike at any time.
func TestRecordedRightsAreThoseInForce(t *testing.T) {
	d, h := newDesk(t)
	right := func(domain string) desk.Grant { return desk.Grant{To: "ann", Domains: []string{domain}} }
	over, later, used, lasting := right("over.fr"), right("later.fr"), right("used.fr"), right("u.fr")
	over.Until, later.From, used.Daily, lasting.Until = now, now.Add(1), 1, now.Add(time.Hour)
	h.people["ann"] = desk.Person{UID: "ann", Delegations: []desk.Delegation{{Grant: over}, {Grant: later}, {Grant: lasting}, {Grant: right("gone.fr"), Ended: now}}}
	r := ask(t, d, "k")
	f, ok := d.Recorded(r)
	if want := []desk.Delegation{{Grant: right("u.fr")}}; !ok || !cmp.Equal(want, f.Actor.Delegations) {
		t.Errorf("recorded %+v", f.Actor.Delegations)
	}
	used.Domains = []string{"u.fr"}
	h.people["ann"] = desk.Person{UID: "ann", Delegations: []desk.Delegation{{Grant: used}}}
	if f, _ := d.Recorded(ask(t, d, "l")); len(f.Actor.Delegations) > 0 {
		t.Errorf("recorded %+v, which was used up", f.Actor.Delegations)
	}
}
