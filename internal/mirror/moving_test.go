package mirror

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// What is not over is kept in order of number, once each; what is over is let go,
// and who reads meanwhile keeps what they have.
func TestMoving(t *testing.T) {
	f := newFold()
	all := map[desk.ID]*desk.Request{}
	put := func(id desk.ID, s desk.State) {
		if all[id] == nil {
			all[id] = &desk.Request{ID: id}
		}
		all[id].State = s
		f.move(all[id])
	}
	ids := func() (ids []desk.ID) {
		for _, r := range f.moving {
			ids = append(ids, r.ID)
		}
		return ids
	}
	for _, id := range []desk.ID{"D-2", "D-10", "D-9", "D-1", "D-9"} {
		put(id, desk.Waiting)
	}
	reading := f.moving
	for _, x := range []struct {
		id   desk.ID
		to   desk.State
		want []desk.ID
	}{
		{"D-3", desk.Rejected, []desk.ID{"D-1", "D-2", "D-9", "D-10"}}, // over from the start
		{"D-9", desk.Settled, []desk.ID{"D-1", "D-2", "D-10"}},
		{"D-10", desk.Cancelled, []desk.ID{"D-1", "D-2"}},
		{"D-9", desk.Review, []desk.ID{"D-1", "D-2", "D-9"}},
		{"D-1", desk.Settled, []desk.ID{"D-2", "D-9"}},
	} {
		if put(x.id, x.to); !slices.Equal(ids(), x.want) {
			t.Errorf("%s is %s: %v move, want %v", x.id, x.to, ids(), x.want)
		}
	}
	if got := []desk.ID{reading[0].ID, reading[1].ID, reading[2].ID, reading[3].ID}; !slices.Equal(got, []desk.ID{"D-1", "D-2", "D-9", "D-10"}) {
		t.Errorf("who was reading has %v", got)
	}
}
