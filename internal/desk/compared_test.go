package desk_test

import (
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// counting is a Drift that finds as many gaps as it was asked before.
type counting struct {
	desk.Drift
	n atomic.Int32
}

func (c *counting) Gaps(desk.View) iter.Seq[desk.Gap] {
	n := c.n.Add(1)
	return func(yield func(desk.Gap) bool) {
		for range n {
			if !yield(desk.Gap{}) {
				return
			}
		}
	}
}

// A comparison serves for a while, unless what it compared has moved; what is a
// little old is compared again beside the answer.
func TestAComparisonServesForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := newDesk(t)
		at := now
		d.Now = func() time.Time { return at }
		d.Drift = &desk.Recalled{Drift: &counting{}, Now: d.Now}
		found := func(want int) {
			t.Helper()
			gaps, err := d.Gaps("dan", desk.Portal, desk.Selection{})
			synctest.Wait()
			if err != nil || len(gaps) != want {
				t.Errorf("found by comparison %d, want %d: %v", len(gaps), want, err)
			}
		}
		found(1)
		found(1)
		at = at.Add(9 * time.Second)
		found(1)
		ask(t, d, "k") // the journal moves
		found(2)
		at = at.Add(11 * time.Second)
		found(2) // and compares again
		found(3)
		at = at.Add(2 * time.Minute)
		found(4)
		at = at.Add(-time.Minute)
		found(5)
	})
}
