package mirror

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"pgregory.net/rapid"
)

// A clock is set by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// delegated is the book of these tests: rights wait for dsi and for the
// correspondents; the rest is for whom the domain is delegated to.
func delegated(f desk.Facts) desk.Decision {
	switch {
	case f.Action.Verb == desk.DelegationRevoke && f.Actor.In("dsi"):
		return desk.Decision{Outcome: desk.Allowed}
	case f.Action.Verb == desk.DelegationGrant, f.Action.Verb == desk.DelegationDeputy:
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi", "domain:u.fr"}, Needed: 1}}}
	case f.Manages(f.Domain):
		return desk.Decision{Outcome: desk.Allowed}
	case f.Action.Verb == desk.AliasAdd && f.Target.Owner == f.Actor.UID:
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"domain:u.fr"}, Needed: 1}}}
	}
	return desk.Decision{Outcome: desk.Denied}
}

// node is one node on the journal, with the clock and the book of these tests.
func node(t testing.TB, j desk.Journal, c *clock) (*desk.Desk, *Mirror) {
	t.Helper()
	d, m := house(t, j)
	d.Now, d.Rules, d.Stale = c.now, rulesFunc(delegated), 10*365*24*time.Hour
	return d, m
}

func asking(t testing.TB, d *desk.Desk, by desk.UID, text, key string) (desk.Request, error) {
	t.Helper()
	a, err := desk.ParseAction(text)
	must(t, err)
	return d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: a, Key: key})
}

// given asks for the right and has another approve it.
func given(t testing.TB, d *desk.Desk, text, key string) desk.Request {
	t.Helper()
	r, err := asking(t, d, "dsi0", text, key)
	must(t, err)
	r, err = d.Approve(t.Context(), "dsi1", desk.Chat, r.ID, r.Digest())
	must(t, err)
	if r.State != desk.Settled {
		t.Fatalf("%s: %s", text, r.State)
	}
	return r
}

func mandate(t testing.TB, d *desk.Desk, r desk.Request) desk.Mandate {
	t.Helper()
	for _, o := range d.View.Delegations() {
		if o.Request == r.ID {
			return o.ID
		}
	}
	t.Fatalf("%s granted nothing", r.ID)
	return ""
}

func TestNobodyGrantsToThemselvesNorApprovesIt(t *testing.T) {
	d, _ := node(t, journal.NewMemory(), &clock{noon})
	if _, err := asking(t, d, "dsi0", "delegation.grant dsi0 domains=u.fr", "self"); desk.CodeOf(err) != desk.OwnRight {
		t.Errorf("granted to oneself: %v", err)
	}
	r, err := asking(t, d, "dsi0", "delegation.grant dsi2 domains=u.fr", "other")
	must(t, err)
	if r.State != desk.Waiting {
		t.Fatalf("%s, not to be approved", r.State)
	}
	for who, code := range map[desk.UID]desk.Code{"dsi0": desk.OwnRequest, "dsi2": desk.OwnBenefit, "ann": desk.NotApprover} {
		if _, err := d.Approve(t.Context(), who, desk.Chat, r.ID, r.Digest()); desk.CodeOf(err) != code {
			t.Errorf("approved by %s: %v, not %s", who, err, code)
		}
	}
	m := mandate(t, d, given(t, d, "delegation.grant dsi2 domains=u.fr daily=3", "third"))
	for _, who := range []string{"dsi0", "dsi2"} {
		if _, err := asking(t, d, "dsi0", fmt.Sprintf("delegation.deputy %s person=%s until=2026-12-31", m, who), "deputy "+who); desk.CodeOf(err) != desk.OwnRight {
			t.Errorf("%s as a deputy: %v", who, err)
		}
	}
}

func TestADeputyApprovesWithinItsDates(t *testing.T) {
	c := &clock{noon}
	d, _ := node(t, journal.NewMemory(), c)
	m := mandate(t, d, given(t, d, "delegation.grant ann domains=u.fr verbs=alias.*", "k"))
	given(t, d, fmt.Sprintf("delegation.deputy %s person=dsi5 from=2026-12-01 until=2026-12-02", m), "deputy")
	for i, tt := range []struct {
		at   time.Time
		want bool
	}{
		{time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC), false},
		{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), true},
		{time.Date(2026, 12, 2, 23, 59, 59, 0, time.UTC), true},
		{time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC), false},
	} {
		c.at = tt.at
		r, err := asking(t, d, "bob", fmt.Sprintf("alias.add bob alias=b%d@u.fr", i), fmt.Sprint("alias", i))
		must(t, err)
		if _, err := d.Approve(t.Context(), "dsi5", desk.Chat, r.ID, r.Digest()); (err == nil) != tt.want {
			t.Errorf("at %s: %v", tt.at, err)
		}
		if _, err := d.Approve(t.Context(), "dsi6", desk.Chat, r.ID, r.Digest()); err == nil {
			t.Error("approved by who is no deputy")
		}
	}
}

func TestTwoNodesShareADelegationAndItsDailyLimit(t *testing.T) {
	j, c := journal.NewMemory(), &clock{noon}
	one, _ := node(t, j, c)
	two, other := node(t, j, c)
	given(t, one, "delegation.grant ann domains=u.fr daily=2", "k")
	must(t, other.CatchUp(t.Context()))
	var states []desk.State
	for i, d := range []*desk.Desk{one, two, one, two} {
		r, err := asking(t, d, "ann", fmt.Sprintf("quota.set bob size=%dG", i+3), fmt.Sprint(i))
		must(t, err)
		states = append(states, r.State)
	}
	if want := []desk.State{desk.Ready, desk.Ready, desk.Rejected, desk.Rejected}; !slices.Equal(states, want) {
		t.Errorf("%v, not %v", states, want)
	}
	c.at = noon.Add(24*time.Hour + time.Second)
	if r, err := asking(t, two, "ann", "quota.set bob size=9G", "next day"); err != nil || r.State != desk.Ready {
		t.Errorf("the day after: %s, %v", r.State, err)
	}
}

// TestWhatIsGoneStaysRevoked: to forget who revoked gives nothing back of what
// was delegated to somebody whom the directory no longer has.
func TestWhatIsGoneStaysRevoked(t *testing.T) {
	d, m := node(t, journal.NewMemory(), &clock{noon})
	r := given(t, d, "delegation.grant ann domains=u.fr", "k")
	must(t, m.LearnPerson("ann", desk.Person{}, noon))
	revoked, err := asking(t, d, "dsi3", "delegation.revoke "+string(mandate(t, d, r)), "revoke")
	must(t, err)
	if revoked.State != desk.Settled || revoked.Owner != "ann" {
		t.Errorf("%s, and it is the data of %q", revoked.State, revoked.Owner)
	}
	for e, err := range d.Journal.Read(t.Context(), 0) {
		must(t, err)
		if _, ok := e.Fact.(desk.Revoked); ok && e.Subject != "ann" {
			t.Errorf("the revocation of what was ann's goes with the words of %q", e.Subject)
		}
	}
}

// TestADomainIsNotAllThatIsDelegated: a rule that asks whether the domain is
// managed must not let pass a grant of units or lists beside it.
func TestADomainIsNotAllThatIsDelegated(t *testing.T) {
	d, _ := node(t, journal.NewMemory(), &clock{noon})
	seen := map[string]string{}
	d.Rules = rulesFunc(func(f desk.Facts) desk.Decision {
		seen[f.Action.String()] = f.Domain
		return desk.Decision{Outcome: desk.Denied}
	})
	for text, want := range map[string]string{
		"delegation.grant ann domains=u.fr":                      "u.fr",
		"delegation.grant ann domains=u.fr lists=everybody@u.fr": "",
	} {
		a, err := desk.ParseAction(text)
		must(t, err)
		if _, _, err := d.Preview("bob", desk.Chat, a); err != nil {
			t.Fatal(err)
		}
		if got := seen[a.String()]; got != want {
			t.Errorf("%s: the rules see the domain %q, not %q", a, got, want)
		}
	}
}

// TestLessDelegatedNeverGivesMore: to take any delegation away, or to tell less
// of the time, turns no no into a yes.
func TestLessDelegatedNeverGivesMore(t *testing.T) {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		return noon.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "hours")) * time.Hour)
	})
	one := rapid.Custom(func(t *rapid.T) desk.Delegation {
		o := desk.Delegation{ID: "M-1", Used: rapid.IntRange(0, 3).Draw(t, "used"), Ended: moment.Draw(t, "ended")}
		o.To = rapid.SampledFrom([]desk.UID{"ann", "bob"}).Draw(t, "to")
		o.Domains = rapid.SliceOfN(rapid.SampledFrom([]string{"u.fr", "v.fr"}), 0, 2).Draw(t, "domains")
		o.Verbs = rapid.SliceOfN(rapid.SampledFrom([]desk.Verb{desk.QuotaSet, desk.AliasAdd}), 0, 1).Draw(t, "verbs")
		o.Quota, o.Daily = rapid.SampledFrom([]int64{0, 1, 5}).Draw(t, "quota"), rapid.IntRange(0, 2).Draw(t, "daily")
		o.From, o.Until = moment.Draw(t, "from"), moment.Draw(t, "until")
		if rapid.Bool().Draw(t, "deputy") {
			o.Deputies = []desk.Deputy{{Who: "ann", From: moment.Draw(t, "deputy from"), Until: moment.Draw(t, "deputy until")}}
		}
		return o
	})
	verbs := []desk.Verb{desk.QuotaSet, desk.AliasAdd, desk.AccountShow, desk.HouseThaw}
	world := rapid.Custom(func(t *rapid.T) (w struct {
		desk.Person
		desk.Use
	}) {
		w.Person = desk.Person{UID: "ann", Delegations: rapid.SliceOfN(one, 1, 4).Draw(t, "delegations")}
		w.Use = desk.Use{Verb: rapid.SampledFrom(verbs).Draw(t, "verb"), Size: rapid.SampledFrom([]int64{0, 1, 4, 6}).Draw(t, "size"), At: noon}
		return w
	})
	yes := 0
	for i := range 5000 {
		w := world.Example(i)
		p, u := w.Person, w.Use
		if p.Manages("u.fr", u) {
			yes++
			continue
		}
		for i := range p.Delegations {
			less := p
			less.Delegations = slices.Delete(slices.Clone(p.Delegations), i, i+1)
			if less.Manages("u.fr", u) || less.Corresponds(noon) && !p.Corresponds(noon) {
				t.Fatalf("without %+v", p.Delegations[i])
			}
		}
		dateless := func(o desk.Delegation) bool { return o.From.IsZero() && o.Until.IsZero() }
		if u.At = (time.Time{}); p.Manages("u.fr", u) && !slices.ContainsFunc(p.Delegations, dateless) {
			t.Fatal("at an unknown time, by what has dates")
		}
	}
	if yes < 100 {
		t.Errorf("%d times yes: hardly anybody ever may", yes)
	}
}
