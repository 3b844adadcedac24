package say

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestAmountsAndTimes(t *testing.T) {
	for got, want := range map[string]string{
		Money("fr", 467_359_150, "€"): "467,36\u202f€", Money("en", 467_359_150, "€"): "467.36\u00a0€",
		Money("fr", 6_400, "€"): "0,0064\u202f€", Money("fr", -19_475, ""): "-0,019475", Money("en", 0, "€"): "0.00\u00a0€",
		Money("fr", 12_500_000, "€"): "12,50\u202f€", Money("fr", 1_204_000_000_000, "€"): "1\u202f204\u202f000,00\u202f€", Money("en", 999_999, ""): "0.999999",
		Money("en", 1_999_999, ""): "2.00", Monthly("fr", 13_075, "€"): "+0,013075\u202f€ par mois", Monthly("en", -13_075, "€"): "-0.013075\u00a0€ a month",
		Latency("fr", 182*time.Millisecond): "182\u202fms", Latency("en", 1240*time.Millisecond): "1.2\u00a0s", Latency("fr", 1240*time.Millisecond): "1,2\u202fs",
		Span("fr", 40*time.Second): "40\u202fs", Span("en", 5*time.Minute): "5\u00a0min", Span("fr", 47*time.Hour): "47\u202fh", Span("fr", 49*time.Hour): "2\u202fj", Span("en", 49*time.Hour): "2\u00a0d",
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// Each cause, risk, source, equality and side has its words; what is to be done
// of a gap is said either way.
func TestEveryGapIsSaid(t *testing.T) {
	for _, c := range desk.Causes() {
		want(t, "gap."+string(c))
		want(t, "human."+string(c))
		for _, g := range []desk.Gap{{Cause: c}, {Cause: c, Repair: desk.Action{Verb: desk.AccountClose, Target: "EVIL"}}} {
			for _, lang := range []string{"fr", "en"} {
				onlyMarked(t, Repair(lang, g, mark))
			}
		}
	}
	for _, r := range []desk.Risk{desk.LowRisk, desk.MiddleRisk, desk.HighRisk} {
		want(t, "risk."+string(r))
	}
	for _, s := range []desk.Source{desk.FromDirectory, desk.FromPartage, desk.FromJournal, desk.FromConfig, desk.FromProbe} {
		want(t, "source."+string(s))
	}
	for _, e := range []desk.Equality{desk.Same, desk.Differs, desk.Alone, desk.Reserved} {
		want(t, "equal."+string(e))
	}
	for _, name := range []string{"person", "name", "address", "aliases", "affiliation", "unit", "manager", "state", "book", "quota", "used", "forward", "seen"} {
		want(t, "whole."+name)
	}
}

func TestSidesAreSaidInTheReadersUnits(t *testing.T) {
	for got, want := range map[string]string{
		Side("fr", "quota", "10G (D-3)", time.UTC): "10\u202fGo (D-3)", Side("en", "used", "512M", time.UTC): "512\u00a0MB", Side("fr", "state", "A", time.UTC): "actif",
		Side("fr", "state", "locked", time.UTC): "verrouillé", Side("en", "seen", "2026-08-31T10:12:00Z", time.UTC): "31\u00a0Aug 2026", Side("fr", "name", "EVIL", time.UTC, mark): mark("EVIL"),
		Side("fr", "state", "EVIL", time.UTC, mark): mark("EVIL"), Side("fr", "quota", "EVIL", time.UTC, mark): mark("EVIL"),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// A plan that has stopped changed something, or may have: nobody is told that
// nothing was changed.
func TestAPlanThatStoppedIsNotSaidToHaveChangedNothing(t *testing.T) {
	for _, s := range []desk.State{desk.Broken, desk.Cancelled} {
		r := desk.Request{ID: "D-1", State: s, Code: desk.PlanMoved, Action: desk.Action{Verb: desk.DriftApply}, Repairs: &desk.Repairs{}}
		if key := outcomeKey(r); key != "outcome."+string(s)+".plan" {
			t.Errorf("%s is said as %s", s, key)
		}
	}
}

// What is asked for names the difference in words.
func TestASparedDifferenceIsNamed(t *testing.T) {
	a, err := desk.ParseAction("drift.spare a@u.fr cause=quota.low until=2027-01-31")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"fr", "en"} {
		done := desk.Request{ID: "D-1", State: desk.Settled, Action: a}
		for _, said := range []string{Summary(lang, a), Outcome(lang, done, nil), Error(lang, desk.Fail(desk.NotFound, desk.NoSuchGap, "value", "a@u.fr", "cause", "quota.low"))} {
			if !strings.Contains(said, Gap(lang, desk.QuotaLow)) {
				t.Errorf("%q", said)
			}
		}
	}
}

// Of lost aliases it is said which one is left, or that all are.
func TestSparedAliasesAreSaid(t *testing.T) {
	for text, want := range map[string]string{
		"drift.spare a@u.fr cause=alias.lost lost=b@u.fr until=2027-01-31": "lost alias b@u.fr of a@u.fr left as it is until 31\u00a0Jan 2027",
		"drift.spare a@u.fr cause=alias.lost until=2027-01-31":             "all lost aliases of a@u.fr left as they are until 31\u00a0Jan 2027",
	} {
		a, err := desk.ParseAction(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Summary("en", a); got != want {
			t.Errorf("%q, not %q", got, want)
		}
		for _, lang := range []string{"fr", "en"} {
			if said := Effect(lang, a); a.Arg("lost") != "" && !strings.Contains(said, "b@u.fr") {
				t.Errorf("%q", said)
			}
		}
	}
}
