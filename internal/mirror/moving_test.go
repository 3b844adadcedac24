package mirror

import (
	"fmt"
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// What is not over is kept in order of number, once each; what is over is let go,
// and who reads meanwhile keeps what they have.
func TestMoving(t *testing.T) {
	f := newFiling()
	for _, at := range []place{2, 10, 9, 1, 9} {
		f.move(at, false)
	}
	reading := f.moving
	for _, x := range []struct {
		at    place
		final bool
		want  []place
	}{
		{3, true, []place{1, 2, 9, 10}}, // over from the start
		{9, true, []place{1, 2, 10}},
		{10, true, []place{1, 2}},
		{9, false, []place{1, 2, 9}},
		{1, true, []place{2, 9}},
	} {
		if f.move(x.at, x.final); !slices.Equal(f.moving, x.want) {
			t.Errorf("%d is over %v: %v move, want %v", x.at, x.final, f.moving, x.want)
		}
	}
	if !slices.Equal(reading, []place{1, 2, 9, 10}) {
		t.Errorf("who was reading has %v", reading)
	}
}

// Whoever reads while the journal is folded anew gets the others once each, though
// they stand elsewhere: one that was asked before them is there no more.
func TestFoldedAnewWhileRead(t *testing.T) {
	var events []desk.Event
	for i := range 5 {
		events = append(events, event(name(int64(i+1)), "ann", asked("bob@u.fr", fmt.Sprintf("b%d@u.fr", i), fmt.Sprint("k", i))))
	}
	for _, q := range []desk.Query{{}, {By: "ann"}, {Target: "bob@u.fr"}, {Before: "D-5"}, {States: []desk.State{desk.Open}}} {
		m := folded(t, events...)
		var got []desk.ID
		for r := range m.Requests(q) {
			if got = append(got, r.ID); len(got) > len(events) {
				break
			}
			if r.ID == "D-4" {
				lost := newFold()
				erased := events[1]
				erased.Fact = desk.Erased{Was: erased.Fact}
				for i, e := range []desk.Event{events[0], erased, events[2], events[3], events[4]} {
					e.Seq = desk.Seq(i + 1)
					must(t, lost.add(e))
				}
				m.refold(lost)
			}
		}
		want := []desk.ID{"D-5", "D-4", "D-3", "D-1"}
		if q.Before != "" {
			want = want[1:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", q, got, want)
		}
	}
}

// Each state has a bit of its own.
func TestStatesAreTold(t *testing.T) {
	var all stateSet
	for _, s := range desk.States() {
		bit := setOf([]desk.State{s})
		if bit == 0 || all&bit != 0 {
			t.Errorf("%s is not told from the others", s)
		}
		all |= bit
	}
}
