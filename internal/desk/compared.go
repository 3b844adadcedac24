package desk

import (
	"iter"
	"slices"
	"sync"
	"time"
)

// How long what a comparison found serves: then it is made again beside the
// answers, and then it serves no more.
const (
	lookAgain = 10 * time.Second
	lookStale = time.Minute
)

// Recalled is a Drift that remembers what it found last. Comparing everything takes
// a tenth of a second, and many may look: it serves for a while, as long as neither
// the journal nor a full reading has moved. Plans are made of what differs now.
type Recalled struct {
	Drift
	Now func() time.Time

	mu    sync.Mutex
	last  look
	again bool // one is on its way
}

// A look is what a comparison found, and of what.
type look struct {
	at   time.Time
	upTo Seq
	read [2]time.Time
	gaps []Gap // not to be changed
}

// Gaps is Drift's.
func (r *Recalled) Gaps(v View) iter.Seq[Gap] { return slices.Values(r.recall(v)) }

func (r *Recalled) recall(v View) []Gap {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, last := look{at: r.Now()}, r.last
	_, now.upTo = v.Next()
	now.read[0], now.read[1] = v.Ages()
	age := now.at.Sub(last.at)
	if last.at.IsZero() || last.upTo != now.upTo || last.read != now.read || age < 0 || age > lookStale {
		now.gaps = slices.Collect(r.Drift.Gaps(v))
		r.last = now
		return now.gaps
	}
	if age > lookAgain && !r.again {
		r.again = true
		go r.look(v, now)
	}
	return last.gaps
}

// look compares again, beside what is answered.
func (r *Recalled) look(v View, now look) {
	now.gaps = slices.Collect(r.Drift.Gaps(v))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.again = now, false
}
