package main

import (
	"os"
	"testing"
	"time"
)

// soon is how long after a freeze was acknowledged something may still be sent.
const soon = time.Second

// trials is how many freezes there are: 50 with the long storm.
func trials() int { return max(3, *stormActions/200) }

// lastSend is how long after that Partage received its last write, 0 if before.
func (s *storm) lastSend(since time.Time) (last time.Duration) {
	for _, w := range s.partage.Log() {
		last = max(last, w.At.Sub(since))
	}
	return last
}

// sendsOn waits until something was sent too late, and fails if nothing ever is.
func (s *storm) sendsOn(t *testing.T, n *node, since time.Time) {
	t.Helper()
	for s.lastSend(since) <= soon {
		if !n.outlives(t.Context(), 10*time.Millisecond) {
			t.Fatalf("%q is not seen, %v: %s", s.Sabotage, n.process.ProcessState, &n.complaint)
		}
	}
}

// busy starts a node that has enough to do for the whole trial.
func busy(t *testing.T, sabotage string) (*storm, *node) {
	s := newStorm(t, 1500, *stormSeed)
	s.Sabotage = sabotage
	return s, s.sending(t)
}

// Once the freeze file is there nothing is sent after a second: nor by a node
// that is killed and started again.
func TestFreezeFileStopsARealNode(t *testing.T) {
	frozen := func(sabotage string) (*storm, *node, time.Time) {
		s, n := busy(t, sabotage)
		if err := os.WriteFile(s.Freeze, []byte("essai"), 0o600); err != nil {
			t.Fatal(err)
		}
		return s, n, time.Now()
	}
	last := time.Duration(0)
	for range trials() {
		s, n, acknowledged := frozen("")
		n.outlives(t.Context(), soon+100*time.Millisecond)
		n.kill()
		again := s.born(t)
		again.outlives(t.Context(), 300*time.Millisecond)
		again.kill()
		last = max(last, s.lastSend(acknowledged))
		if _, frozen := s.view(t).Freeze(); !frozen {
			t.Error("the journal does not tell of the freeze")
		}
	}
	if t.Logf("%d freezes; the last send %v after", trials(), last); last > soon {
		t.Error("too late")
	}
	s, n, acknowledged := frozen(noFile)
	s.sendsOn(t, n, acknowledged)
}
