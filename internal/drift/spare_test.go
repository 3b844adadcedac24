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
