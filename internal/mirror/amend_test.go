package mirror

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// A request is found by what it asks for now, once, in its place.
func TestAmendedIsFoundByWhatItAsksNow(t *testing.T) {
	first, second := asked("bob@u.fr", "one@u.fr", "k1"), asked("bob@u.fr", "two@u.fr", "k2")
	amended := func(to string, version int) desk.Event {
		r := desk.Request{ID: "D-1", Action: first.Action, Version: version}
		if version == 1 {
			r.Action = second.Action
		}
		return event("D-1", "ann", desk.Amended{Action: asked("bob@u.fr", to, "").Action, Digest: r.Digest()})
	}
	events := []desk.Event{event("D-1", "ann", first), event("D-1", "ann", pending), event("D-2", "ann", second), amended("two@u.fr", 0), event("D-1", "ann", pending)}
	about := func(m *Mirror, a desk.Address) []desk.ID { return ids(m.Requests(desk.Query{Target: a})) }
	m := folded(t, events...)
	got := [][]desk.ID{about(m, "one@u.fr"), about(m, "two@u.fr"), about(m, "bob@u.fr")}
	m = folded(t, append(events, amended("one@u.fr", 1))...)
	got = append(got, about(m, "one@u.fr"), about(m, "two@u.fr"), about(m, "bob@u.fr"))
	want := [][]desk.ID{nil, {"D-2", "D-1"}, {"D-2", "D-1"}, {"D-1"}, {"D-2"}, {"D-2", "D-1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	said := slices.ContainsFunc(facts(t, m.History(t.Context(), "two@u.fr")), func(f string) bool { return f != "" })
	if !said {
		t.Error("its history is not that of the address")
	}
}
