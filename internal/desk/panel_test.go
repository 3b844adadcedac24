package desk_test

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// both waits for one dean and for n admins.
func both(n int) desk.Decision {
	return desk.Decision{Outcome: desk.Pending, Rule: "both", Panels: []desk.Panel{
		{Approvers: []string{"group:deans", "person:fay"}, Needed: 1}, {Approvers: []string{"group:admins"}, Needed: n}}}
}

func TestPanelHas(t *testing.T) {
	cid := desk.Voter{Person: desk.Person{UID: "cid", Groups: []string{"admins"}, Delegations: []desk.Delegation{{Grant: desk.Grant{To: "cid", Domains: []string{"u.fr"}}}}},
		Use: desk.Use{Verb: desk.AliasAdd, At: now}}
	for ref, want := range map[string]bool{"group:admins": true, "domain:u.fr": true, "person:cid": true,
		"group:deans": false, "domain:v.fr": false, "person:dan": false, "group:": false, "domain:": false, "person:": false, "cid": false, "": false} {
		if (desk.Panel{Approvers: []string{ref}}).Has(cid) != want {
			t.Errorf("%q has cid: %v", ref, !want)
		}
		if (desk.Panel{Approvers: []string{ref}}).Has(desk.Voter{Person: desk.Person{Groups: []string{""}}}) {
			t.Errorf("%q has nobody", ref)
		}
	}
}

// Every panel must have its people, and who belongs to two counts in one: the
// one where it helps most, whoever came first.
func TestPanelsAllApprove(t *testing.T) {
	tests := map[string]struct {
		needs desk.Decision
		dean  desk.UID // an admin who is a dean too
		votes []desk.UID
		last  desk.State
	}{
		"one of each":              {both(1), "", []desk.UID{"cid", "fay"}, desk.Ready},
		"only admins":              {both(1), "", []desk.UID{"cid"}, desk.Waiting},
		"only the dean":            {both(1), "", []desk.UID{"fay"}, desk.Waiting},
		"who is both counts once":  {both(1), "cid", []desk.UID{"cid"}, desk.Waiting},
		"both, then an admin":      {both(1), "cid", []desk.UID{"cid", "dan"}, desk.Ready},
		"an admin, then both":      {both(1), "cid", []desk.UID{"dan", "cid"}, desk.Ready},
		"both, then the dean":      {both(1), "cid", []desk.UID{"cid", "fay"}, desk.Ready},
		"two admins and both":      {both(2), "cid", []desk.UID{"cid", "dan", "eve"}, desk.Ready},
		"both, an admin, the dean": {both(2), "cid", []desk.UID{"cid", "dan", "fay"}, desk.Ready},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			rules(test.needs)(d, h)
			if test.dean != "" {
				h.people[test.dean] = desk.Person{UID: test.dean, Groups: []string{"admins", "deans"}}
			}
			r := ask(t, d, "k")
			for i, by := range test.votes {
				if !slices.ContainsFunc(d.Inbox(by), func(w desk.Request) bool { return w.ID == r.ID }) || r.State != desk.Waiting {
					t.Errorf("vote %d: it does not wait for %s", i, by)
				}
				var err error
				r, err = d.Approve(t.Context(), by, desk.Chat, r.ID, "")
				wants(t, err, "")
			}
			if r.State != test.last {
				t.Errorf("%s after %v", r.State, test.votes)
			}
			err := d.Recheck(r, h.accounts["bob@u.fr"])
			wants(t, err, map[desk.State]desk.Code{desk.Ready: "", desk.Waiting: desk.NotAllowed}[test.last])
		})
	}
}

// A second vote of a panel that has its people adds nothing: it is not taken,
// nor waited for; a refusal still is.
func TestPanelIsFull(t *testing.T) {
	d, h := newDesk(t)
	rules(both(1))(d, h)
	r := ask(t, d, "k")
	_, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, desk.OtherPanel)
	if dan, fay := len(d.Inbox("dan")), len(d.Inbox("fay")); dan != 0 || fay != 1 {
		t.Errorf("%d wait for the full panel, %d for the other", dan, fay)
	}
	r, err = d.Refuse(t.Context(), "dan", desk.Chat, r.ID, "", "no")
	wants(t, err, "")
	if r.State != desk.Rejected {
		t.Errorf("after a refusal: %s", r.State)
	}
}

// Votes are counted again in the panels that the rules ask for when it is sent.
func TestRecheckCountsPanels(t *testing.T) {
	d, h := newDesk(t)
	rules(needs(2, "admins"))(d, h)
	r := ask(t, d, "k")
	for _, by := range []desk.UID{"cid", "dan"} {
		_, err := d.Approve(t.Context(), by, desk.Chat, r.ID, "")
		wants(t, err, "")
	}
	r, _ = h.Request(r.ID)
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), "")
	rules(both(1))(d, h) // stricter since: a dean as well
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), desk.NotAllowed)
	h.people["dan"] = desk.Person{UID: "dan", Groups: []string{"deans"}}
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), "")
	h.people["cid"] = desk.Person{UID: "cid", Groups: []string{"deans"}}
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), desk.NotAllowed)
}
