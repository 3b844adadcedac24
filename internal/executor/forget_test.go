package executor

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What is remembered of requests is bounded by those that are open, and by how
// long a rest lasts; of an open one nothing is forgotten, or its fence would
// begin anew.
func TestWhatIsOverIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		x := &Executor{Desk: &desk.Desk{Now: time.Now}, Timing: Standard(), Steady: func() time.Duration { return time.Since(start) }}
		open := desk.Request{ID: "D-1", State: desk.Running, Attempt: 1, Wait: time.Minute}
		x.fence(open)
		x.fence(desk.Request{ID: "D-2", State: desk.Doubtful, Attempt: 1, Wait: time.Minute})
		x.rest("D-1")
		time.Sleep(x.Timing.Rest - time.Second)
		x.rest("D-2")
		time.Sleep(2 * time.Second)
		x.forget([]desk.Request{open})
		var seen, resting []desk.ID
		for id := range x.seen {
			seen = append(seen, id)
		}
		for id := range x.resting {
			resting = append(resting, id)
		}
		if !slices.Equal(seen, []desk.ID{"D-1"}) || !slices.Equal(resting, []desk.ID{"D-2"}) {
			t.Errorf("seen %v, resting %v", seen, resting)
		}
		if left := x.fence(open); left != time.Minute-x.Timing.Rest-time.Second {
			t.Errorf("the fence of what is open stands for %v more", left)
		}
	})
}
