package mirror

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

func lost(id desk.ID, was desk.Fact) desk.Event {
	return desk.Event{At: noon, ID: id, By: "ann", Subject: "bob", Fact: desk.Erased{Was: was}}
}

// revoking and naming are requests that settle.
func revoking(of desk.UID, f desk.Revoked) []desk.Event {
	return settled(of, desk.Action{Verb: desk.DelegationRevoke, Target: string(f.Of)}, f)
}

func naming(deputy desk.UID) []desk.Event {
	a := desk.Action{Verb: desk.DelegationDeputy, Target: "M-1", Args: "person=" + string(deputy) + " until=2026-12-31"}
	return settled(deputy, a, desk.Deputised{Of: "M-1", Who: deputy})
}

func settled(owner desk.UID, a desk.Action, f desk.Fact) (events []desk.Event) {
	vote := desk.Approved{Digest: desk.Request{ID: "D-1", Action: a}.Digest()}
	facts := []desk.Fact{desk.Asked{Action: a, Owner: owner}, pending, vote, f}
	if a.Verb == desk.DelegationRevoke {
		facts = []desk.Fact{facts[0], allowed, f}
	}
	for _, fact := range facts {
		e := desk.Event{At: noon, ID: "D-1", By: "ann", Subject: owner, Fact: fact}
		if _, votes := fact.(desk.Approved); votes {
			e.By = "eve"
		}
		events = append(events, e)
	}
	return events
}

func about(who desk.UID, f desk.Fact) desk.Event {
	return desk.Event{At: noon, By: "ann", Subject: who, Fact: f}
}

// A word that is missing gives nothing back: what stands on it is refused.
func TestWhatIsErasedGivesNothingBack(t *testing.T) {
	granted, revoked := desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}}}, desk.Revoked{Of: "M-1"}
	offer := desk.Event{At: noon, By: "bob", Subject: "bob", Fact: desk.BindingOffered{Digest: "d", Until: noon}}
	bound := desk.Event{At: noon, By: "bob", Subject: "bob", Fact: desk.Bound{Account: "a", Digest: "d"}}
	for name, c := range map[string]struct {
		events []desk.Event
		legal  bool
	}{
		"all of somebody":          {[]desk.Event{lost("", granted), lost("", offer.Fact), lost("", bound.Fact), lost("", desk.Forgotten{})}, true},
		"then something new":       {[]desk.Event{lost("", granted), about("bob", granted)}, true},
		"a grant, asked again":     {[]desk.Event{about("bob", granted), lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", granted)}, false},
		"what was revoked":         {append([]desk.Event{lost("", granted)}, revoking("bob", revoked)...), true},
		"a whole revocation":       {[]desk.Event{about("bob", granted), lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", revoked)}, false},
		"a revocation alone":       {append([]desk.Event{about("bob", granted)}, append(revoking("bob", revoked)[:2], lost("D-1", revoked))...), false},
		"both":                     {[]desk.Event{lost("", granted), lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", revoked)}, true},
		"another's":                {[]desk.Event{about("zoe", desk.Granted{Grant: desk.Grant{To: "zoe", Domains: []string{"u.fr"}}}), lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", revoked)}, true},
		"of none that there was":   {revoking("bob", desk.Revoked{Of: "M-1"}), false},
		"a deputy of who is gone":  {append([]desk.Event{lost("", granted)}, naming("zoe")...), true},
		"a deputy, from who stays": {append([]desk.Event{about("bob", granted)}, lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", desk.Deputised{})), false},
		"a binding after another":  {[]desk.Event{offer, bound, lost("", bound.Fact)}, false},
		"the end of a binding":     {[]desk.Event{offer, bound, lost("", desk.Unbound{})}, false},
		"a binding and its end":    {[]desk.Event{lost("", offer.Fact), lost("", bound.Fact), lost("", desk.Unbound{})}, true},
		"an offer that was used":   {[]desk.Event{lost("", offer.Fact), bound}, false},
		"what is of no person":     {[]desk.Event{lost("", desk.Redacted{})}, false},
		"a request":                {[]desk.Event{lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", desk.Done{})}, true},
		"an amended request":       {[]desk.Event{lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), lost("D-1", desk.Amended{}), lost("D-1", desk.Decided{}), lost("D-1", desk.Withdrawn{})}, true},
		"an amendment alone":       {[]desk.Event{event("D-1", "ann", asked("x@u.fr", "y@u.fr", "k")), event("D-1", "ann", pending), lost("D-1", desk.Amended{})}, false},
		"a request that was there": {[]desk.Event{event("D-1", "ann", asked("x@u.fr", "y@u.fr", "k")), lost("D-1", desk.Decided{})}, false},
		"a digest":                 {[]desk.Event{lost("", desk.Digested{})}, false},
		"an end of nothing":        {[]desk.Event{lost("D-1", desk.Done{})}, false},
		"a number twice":           {[]desk.Event{lost("D-2", desk.Asked{}), lost("D-1", desk.Asked{})}, false},
	} {
		f := newFold()
		var err error
		for i, e := range c.events {
			if e.Seq = desk.Seq(i) + 1; err == nil {
				err = f.add(e)
			}
		}
		if (err == nil) != c.legal {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whom one node forgets, the others forget with the next event they read.
func TestForgottenEverywhere(t *testing.T) {
	j := journalOf(t)
	d, m := house(t, j)
	_, other := house(t, j)
	r := askFor(t, d, "b@u.fr", "key")
	must(t, d.Import(t.Context(), "test", desk.Grant{To: "bob", Domains: []string{"u.fr"}}))
	if _, err := d.Amend(t.Context(), r.By, desk.Chat, r.ID, "", "c@u.fr"); err != nil {
		t.Fatal(err)
	}
	must(t, other.CatchUp(t.Context()))
	if _, err := d.Withdraw(t.Context(), r.By, desk.Chat, r.ID); err != nil {
		t.Fatal(err)
	}
	r, _ = m.Request(r.ID)
	if err := d.Forget(t.Context(), "dsi0", r.Owner); err != nil {
		t.Fatal(err)
	}
	must(t, other.CatchUp(t.Context()))
	want := desk.Request{ID: r.ID, State: desk.Cancelled, Erased: true, Asked: r.Asked, Changed: r.Changed}
	for name, v := range map[string]*Mirror{"who forgot": m, "another": other} {
		if got, _ := v.Request(r.ID); !cmp.Equal(got, want) {
			t.Errorf("%s: %s", name, cmp.Diff(want, got))
		}
		if found := ids(v.Requests(desk.Query{})); len(found) != 0 || v.Keyed("key") != "" || len(v.Correspondents()) != 0 {
			t.Errorf("%s: still lists %v, %v", name, found, v.Correspondents())
		}
		if next, _ := v.Next(); next != "D-2" {
			t.Errorf("%s: next is %s", name, next)
		}
		for e := range v.History(t.Context(), string(r.ID)) {
			if _, ok := e.Fact.(desk.Erased); !ok {
				t.Errorf("%s: still tells %+v", name, e.Fact)
			}
		}
	}
	if _, err := d.Request(r.By, desk.Chat, r.ID); desk.CodeOf(err) != desk.UnknownRequest {
		t.Errorf("shown: %v", err)
	}
	if err := d.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker}); !errors.Is(err, desk.ErrIllegal) {
		t.Errorf("announced: %v", err)
	}
}

// What holds the house back is known without its words.
func TestFreezeWithoutWords(t *testing.T) {
	f := newFold()
	add := func(id desk.ID, at time.Time, facts ...desk.Fact) {
		for _, fact := range facts {
			e := lost(id, fact)
			e.Seq, e.At = f.at+1, at
			must(t, f.add(e))
		}
	}
	add("D-1", noon.Add(time.Hour), desk.Asked{}, desk.Decided{}, desk.Frozen{})
	if f.freeze == nil || f.freeze.ID != "D-1" {
		t.Error("an erased freeze holds no more")
	}
	add("D-2", noon, desk.Asked{}, desk.Decided{}, desk.Approved{}, desk.Thawed{})
	if f.freeze != nil || !f.latest.Equal(noon) {
		t.Errorf("after an erased thaw: %+v, latest %v", f.freeze, f.latest)
	}
	add("D-3", noon, desk.Asked{}, desk.Decided{}, desk.Started{}, desk.Failed{}, desk.Undone{})
	for id, want := range map[desk.ID]desk.State{"D-1": desk.Settled, "D-2": desk.Settled, "D-3": desk.Broken} {
		if r := f.request(id); r.State != want {
			t.Errorf("%s is said to be %s", id, r.State)
		}
	}
}
