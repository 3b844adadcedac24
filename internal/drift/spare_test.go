package drift_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// spare has Odile leave a difference as it is.
func (h *house) spare(key, target, cause, until, reason string) (desk.Request, error) {
	h.Helper()
	a, err := desk.NewAction(desk.DriftSpare, target, map[string]string{"cause": cause, "until": until})
	h.must(err)
	return h.desk.Ask(h.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: key, Reason: reason})
}

// sparing is twoAdmins who may leave differences.
func sparing(f desk.Facts) desk.Decision {
	if f.Action.Verb == desk.DriftSpare && f.Actor.In("admins") {
		return desk.Decision{Outcome: desk.Allowed, Rule: "spare"}
	}
	return twoAdmins(false)(f)
}

func (h *house) spared() (lines []string) {
	h.Helper()
	gaps, err := h.desk.Gaps("odile", desk.Chat, desk.Selection{Spared: true})
	h.must(err)
	for _, g := range gaps {
		if g.Repairable() || g.Cost != 0 {
			h.Errorf("%s of %s would be repaired", g.Cause, g.Address)
		}
		lines = append(lines, string(g.Cause)+" "+string(g.Address)+" "+string(g.Spare.Until)+" "+string(g.Spare.By))
	}
	return lines
}

// What is left as it is is in no plan and in no count until its day is over; then
// it is there again.
func TestADifferenceIsLeftUntilADay(t *testing.T) {
	h := townHouse(t, 2, 1, 50)
	h.desk.Rules = answers(sparing)
	r, err := h.spare("1", "p0001@u.fr", "person.gone", "2026-11-30", "chercheuse invitée")
	if err != nil || r.State != desk.Settled || r.Owner != "p0001" || r.Mailbox != "id-p0001" {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := h.spared(); !slices.Equal(got, []string{"person.gone p0001@u.fr 2026-11-30 D-1"}) {
		t.Errorf("left: %q", got)
	}
	counted := func(want int) {
		t.Helper()
		point, err := h.desk.Gauge()
		h.must(err)
		gaps, err := h.desk.Gaps("odile", desk.Chat, desk.Selection{})
		h.must(err)
		plotted, err := h.desk.Plot("odile", desk.Chat, desk.Selection{})
		h.must(err)
		if point.Gaps != want || point.Repairable != want || len(gaps) != want || len(plotted.Gaps) != want {
			t.Errorf("%d, %d repairable, %d listed, %d planned; want %d", point.Gaps, point.Repairable, len(gaps), len(plotted.Gaps), want)
		}
	}
	counted(2)
	h.now = h.now.Add(7 * 24 * time.Hour) // the last day is included
	h.load()
	counted(2)
	h.now = h.now.Add(24 * time.Hour)
	h.load()
	counted(3)
}

// The last word counts, of the very mailbox and cause.
func TestWhatIsLeftIsThatVeryGap(t *testing.T) {
	for name, then := range map[string]struct {
		do   func(*house)
		want int // still left
	}{
		"nothing": {func(*house) {}, 1},
		"another cause there": {func(h *house) {
			h.people = append(h.people, desk.Person{UID: "p0001", Mail: "p0001@u.fr", Affiliation: "employee", MailState: "I"})
		}, 0},
		"another mailbox there": {func(h *house) {
			h.office.accounts["id-other"] = desk.Account{ID: "id-other", Address: "p0001@u.fr", Owner: "gone", Status: desk.Active, COS: "s_personnel"}
			delete(h.office.accounts, "id-p0001")
		}, 0},
		"until another day": {func(h *house) {
			_, err := h.spare("2", "p0001@u.fr", "person.gone", "2026-11-23", "finalement non")
			h.must(err)
			h.now = h.now.Add(24 * time.Hour)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := townHouse(t, 2, 1, 50)
			h.desk.Rules = answers(sparing)
			_, err := h.spare("1", "p0001@u.fr", "person.gone", "2027-01-31", "chercheuse invitée")
			h.must(err)
			then.do(h)
			h.load()
			if got := h.spared(); len(got) != then.want {
				t.Errorf("left: %q", got)
			}
		})
	}
}

// A plan that was asked for, or is on its way, does not repair what is left since.
func TestAPlanLeavesWhatIsLeft(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	h.desk.Rules = answers(sparing)
	waiting := h.ask(desk.Selection{Causes: []desk.GapCause{desk.PersonGone}})
	_, err := h.spare("1", "p0000@u.fr", "person.gone", "2026-12-31", "départ reporté")
	h.must(err)
	if _, err := h.desk.Approve(t.Context(), "oscar", desk.Chat, waiting.ID, waiting.Digest()); desk.CodeOf(err) != desk.PlanMoved {
		t.Errorf("approved: %v", err)
	}

	h = townHouse(t, 3, 9, 100)
	h.desk.Rules = answers(sparing)
	r := h.plan(desk.Selection{})
	h.must(h.conduct.Look(t.Context()))
	_, err = h.spare("1", "p0000@u.fr", "person.gone", "2026-12-31", "départ reporté")
	h.must(err)
	if r = h.settle(r.ID); r.State == desk.Settled || h.office.accounts["id-p0000"].Deleted() {
		t.Errorf("%s, the mailbox is at %s", r.State, h.office.accounts["id-p0000"].Address)
	}
}

func TestWhatCannotBeLeft(t *testing.T) {
	for name, x := range map[string]struct {
		target, cause, until, reason string
		code                         desk.Code
	}{
		"no such account":    {"nobody@u.fr", "person.gone", "2026-12-31", "x", desk.NoSuchGap},
		"no such difference": {"p0001@u.fr", "quota.low", "2026-12-31", "x", desk.NoSuchGap},
		"without a reason":   {"p0001@u.fr", "person.gone", "2026-12-31", " ", desk.MissingArgument},
		"a day that is past": {"p0001@u.fr", "person.gone", "2026-11-22", "x", desk.InvalidArgument},
		"longer than a year": {"p0001@u.fr", "person.gone", "2027-11-25", "x", desk.SparedLong},
		"almost a year":      {"p0001@u.fr", "person.gone", "2027-11-24", "x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := townHouse(t, 2, 1, 50)
			h.desk.Rules = answers(sparing)
			if _, err := h.spare("1", x.target, x.cause, x.until, x.reason); desk.CodeOf(err) != x.code {
				t.Errorf("%v, want %q", err, x.code)
			}
			if got := len(h.spared()) > 0; got != (x.code == "") {
				t.Errorf("left: %v", got)
			}
		})
	}
	h := townHouse(t, 2, 1, 50)
	h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
		if f.Action.Verb == desk.DriftSpare {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return desk.Decision{Outcome: desk.Denied}
	})
	if _, err := h.spare("1", "p0001@u.fr", "person.gone", "2026-12-31", "x"); desk.CodeOf(err) != desk.NotAllowed {
		t.Errorf("by who may not see differences: %v", err)
	}
}

// A mailbox that has lost two aliases: one is left by its name or its own words, or
// all are; whichever was said last counts.
func TestALostAliasIsLeftAlone(t *testing.T) {
	person, account := bob()
	h := newHouse(t, policy(), []desk.Person{person}, []desk.Account{account})
	h.desk.Rules = answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	for _, alias := range []string{"b@u.fr", "c@u.fr"} {
		a, err := desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": alias})
		h.must(err)
		_, err = h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: alias})
		h.must(err)
		h.must(h.executor.Sweep(t.Context()))
	}
	lost := h.office.accounts["id-bob"]
	lost.Aliases = nil
	h.office.accounts["id-bob"] = lost
	h.load()
	said := map[string]string{} // names by alias
	for g := range h.desk.Drift.Gaps(h.mirror) {
		said[g.Says] = g.Name()
	}
	leaves := func(key, text, want string, code desk.Code) {
		t.Helper()
		a, err := desk.ParseAction(text)
		h.must(err)
		r, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.API, Action: a, Key: key, Reason: "voulu"})
		if desk.CodeOf(err) != code || code == "" && r.Action.String() != want {
			t.Errorf("%s: %s, %v", text, r.Action, err)
		}
	}
	left := func(want ...string) {
		t.Helper()
		var got []string
		for g := range h.desk.Drift.Gaps(h.mirror) {
			if g.Spared() {
				got = append(got, g.Says+" "+string(g.Spare.Until))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("left: %q, want %q", got, want)
		}
	}
	whole, one := "drift.spare bob@u.fr cause=alias.lost until=", "drift.spare bob@u.fr cause=alias.lost lost=b@u.fr until="
	leaves("1", "drift.spare "+said["b@u.fr"]+" until=2026-12-31", one+"2026-12-31", "")
	left("b@u.fr 2026-12-31")
	leaves("2", whole+"2026-11-30", whole+"2026-11-30", "")
	left("b@u.fr 2026-11-30", "c@u.fr 2026-11-30")
	leaves("3", one+"2027-01-31", one+"2027-01-31", "")
	left("b@u.fr 2027-01-31", "c@u.fr 2026-11-30")
	leaves("4", one+"2026-11-23", one+"2026-11-23", "")
	h.now = h.now.Add(24 * time.Hour)
	h.load()
	left("c@u.fr 2026-11-30")
	h.people[0].Mail = "robert@u.fr" // another difference, which no alias makes
	h.load()
	for text, code := range map[string]desk.Code{
		"drift.spare E-10000000 until=2026-12-31":                                   desk.UnknownGap,
		"drift.spare " + said["c@u.fr"] + " cause=quota.low until=2026-12-31":       desk.UnknownGap,
		"drift.spare " + said["c@u.fr"] + " lost=b@u.fr until=2026-12-31":           desk.UnknownGap,
		"drift.spare bob@u.fr cause=mail.lacking lost=robert@u.fr until=2026-12-31": desk.NoSuchGap,
		"drift.spare bob@u.fr until=2026-12-31":                                     desk.MissingArgument,
		"drift.spare bob@u.fr cause=alias.lost lost=x@u.fr until=2026-12-31":        desk.NoSuchGap,
		"drift.spare " + said["c@u.fr"] + " cause=alias.lost until=2026-11-01":      desk.InvalidArgument,
		"drift.spare bob@u.fr cause=quota.low lost=b@u.fr until=2026-12-31":         desk.NoSuchGap,
	} {
		if a, err := desk.ParseAction(text); err == nil {
			_, _, err := h.desk.Preview("odile", desk.Chat, a)
			if desk.CodeOf(err) != code {
				t.Errorf("%s: %v", text, err)
			}
		} else if code != "" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What a name stands for is what is asked, and who sees no differences learns nothing
// by one.
func TestADifferenceIsLeftByItsName(t *testing.T) {
	h := townHouse(t, 2, 1, 50)
	h.desk.Rules = answers(sparing)
	name := ""
	for g := range h.desk.Drift.Gaps(h.mirror) {
		if g.Address == "p0001@u.fr" {
			name = g.Name()
		}
	}
	r, err := h.spare("1", name, "", "2026-11-30", "chercheuse invitée")
	if err != nil || r.State != desk.Settled || r.Owner != "p0001" || r.Action.String() != "drift.spare p0001@u.fr cause=person.gone until=2026-11-30" {
		t.Fatalf("%+v, %v", r.Action, err)
	}
	if got := h.spared(); !slices.Equal(got, []string{"person.gone p0001@u.fr 2026-11-30 D-1"}) {
		t.Errorf("left: %q", got)
	}
	if r, err = h.spare("2", name, "", "2026-12-31", "plus longtemps"); err != nil || h.spared()[0] != "person.gone p0001@u.fr 2026-12-31 D-2" {
		t.Errorf("%s: %v", r.Action, err)
	}
	a, err := desk.NewAction(desk.DriftSpare, name, map[string]string{"until": "2026-11-30"})
	h.must(err)
	told, decision, err := h.desk.Preview("p0002", desk.Chat, a)
	if err == nil && (decision.Outcome == desk.Allowed || told.Target != name) {
		t.Errorf("who may not see it learns %s", told)
	}
}
