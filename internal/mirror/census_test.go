package mirror

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// The census is of what is there now, however it came.
func TestCensusFollowsWhatIsLearned(t *testing.T) {
	m := New(journal.NewMemory())
	if c := m.Census(); c.Accounts != 0 || c.People != 0 {
		t.Errorf("before anything is read: %+v", c)
	}
	people := []desk.Person{{UID: "ann", Affiliation: "student"}, {UID: "bob", Affiliation: "student"}, {UID: "cid"}}
	must(t, m.LoadPeople(t.Context(), all(people...), noon))
	a := desk.Account{ID: "1", Address: "ann@u.fr", COS: "s", Status: "active", Used: 5}
	b := desk.Account{ID: "2", Address: "bob@u.fr", COS: "l", Status: "closed", Used: 7}
	c := desk.Account{ID: "3", Address: "cid@u.fr", COS: "s", Status: "active", Used: 1}
	must(t, m.LoadAccounts(t.Context(), all(a, b, c), noon))
	want := desk.Census{People: 3, Affiliations: map[string]int{"student": 2, "": 1}, Accounts: 3,
		Classes: map[string]desk.ClassCount{"s": {Accounts: 2, Used: 6}, "l": {Accounts: 1, Used: 7}}, Statuses: map[string]int{"active": 2, "closed": 1}}
	first := m.Census()
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	b.Address = b.Trash()
	must(t, m.Learn(b, noon.Add(time.Minute)))
	must(t, m.LearnPerson("bob", desk.Person{}, noon))
	want2 := desk.Census{People: 2, Affiliations: map[string]int{"student": 1, "": 1}, Accounts: 2, Deleted: 1,
		Classes: map[string]desk.ClassCount{"s": {Accounts: 2, Used: 6}}, Statuses: map[string]int{"active": 2}}
	if diff := cmp.Diff(want2, m.Census()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("what a reader holds has changed: %s", diff)
	}
	var addresses, logins []string
	for a := range m.EachAccount() {
		addresses = append(addresses, string(a.Address))
	}
	for p := range m.EachPerson() {
		logins = append(logins, string(p.UID))
	}
	if !slices.Equal(addresses, []string{"ann@u.fr", "cid@u.fr", string(b.Address)}) || !slices.Equal(logins, []string{"ann", "cid"}) {
		t.Errorf("%q %q", addresses, logins)
	}
}

func compared(day string) desk.Compared { return desk.Compared{Point: desk.Point{Day: day, Gaps: 5}} }

func TestTrend(t *testing.T) {
	m := folded(t, event("", desk.System, compared("2026-11-23")), event("", desk.System, compared("2026-11-25")))
	if trend := m.Trend(); len(trend) != 2 || trend[1].Day != "2026-11-25" {
		t.Errorf("%+v", trend)
	}
	for name, e := range map[string]desk.Event{
		"twice a day":   event("", desk.System, compared("2026-11-25")),
		"a day before":  event("", desk.System, compared("2026-11-24")),
		"on no day":     event("", desk.System, compared("")),
		"by somebody":   event("", "ann", compared("2026-11-26")),
		"for a request": event("D-1", desk.System, compared("2026-11-26")),
	} {
		m := New(journalOf(t, event("", desk.System, compared("2026-11-25")), e))
		if err := m.CatchUp(t.Context()); !errors.Is(err, desk.ErrIllegal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two years of points are kept, and what a reader holds stays as it was.
func TestTrendIsBounded(t *testing.T) {
	var trend, early []desk.Point
	for i := range 1000 {
		next := desk.Point{Day: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}
		ok := false
		if trend, ok = desk.Plotting(trend, next); !ok {
			t.Fatal(fmt.Sprint(i, " is not the next"))
		}
		if i == 800 {
			early = trend
		}
	}
	if len(trend) != 731 || early[0].Day == trend[0].Day || len(early) != 731 || early[len(early)-1].Day != "2028-03-11" {
		t.Errorf("%d points from %s; %d from %s to %s", len(trend), trend[0].Day, len(early), early[0].Day, early[len(early)-1].Day)
	}
}
