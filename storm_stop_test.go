package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// born starts a node and waits until it is at work.
func (s *storm) born(t *testing.T) *node {
	t.Helper()
	n, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	select {
	case <-n.born:
	case <-n.ended:
		t.Fatalf("a node ended by itself, %v: %s", n.process.ProcessState, &n.complaint)
	}
	return n
}

// sending starts a node and waits until it has sent something.
func (s *storm) sending(t *testing.T) *node {
	t.Helper()
	if err := s.partage.SetFaults(s.weather(s.rand)...); err != nil {
		t.Fatal(err)
	}
	n := s.born(t)
	s.works(t, n)
	return n
}

// works waits until a node has sent something more.
func (s *storm) works(t *testing.T, n *node) {
	t.Helper()
	for before := len(s.partage.Log()); len(s.partage.Log()) < before+10; {
		if !n.outlives(t.Context(), 5*time.Millisecond) {
			t.Fatalf("a node ended by itself, %v: %s", n.process.ProcessState, &n.complaint)
		}
	}
}

// view is the fold of the journal, with no node at work.
func (s *storm) view(t *testing.T) desk.View {
	t.Helper()
	events, err := config{Journal: s.Journal}.openJournal(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := events.Close(); err != nil {
			t.Error(err)
		}
	}()
	view := mirror.New(events)
	if err := view.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return view
}

// A node that is asked to stop under load finishes what it sends and leaves
// nothing in doubt; the next one finishes the rest.
func TestStoppedUnderLoad(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	s.calm = true
	for range 5 {
		n := s.sending(t)
		n.signal(syscall.SIGTERM)
		select {
		case <-n.ended:
		case <-time.After(10 * time.Second):
			t.Fatal("still there after 10 s")
		}
		if code := n.process.ProcessState.ExitCode(); code != 0 {
			t.Fatalf("status %d: %s", code, &n.complaint)
		}
		for r := range s.view(t).Requests(desk.Query{States: []desk.State{desk.Running, desk.Doubtful}}) {
			t.Errorf("%s is left %s", r.ID, r.State)
		}
	}
	if v := s.rage(t); v.bad() {
		t.Errorf("%s\n%s", v, v.told())
	}
}

// A node that may open no more files for a while waits for Partage, or stops by a
// sentence if its journal is concerned; nothing is lost.
func TestOutOfFiles(t *testing.T) {
	for _, files := range []uint64{12, 16, 20} {
		s := newStorm(t, 100, *stormSeed)
		s.calm, s.Files = true, files
		if err := s.partage.SetFaults(s.weather(s.rand)...); err != nil {
			t.Fatal(err)
		}
		n, err := s.start()
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-n.ended:
			if !n.over && (n.process.ProcessState.ExitCode() != 1 || n.complaint.Len() == 0) {
				t.Errorf("%v: %s", n.process.ProcessState, &n.complaint)
			}
		case <-time.After(time.Second):
			n.kill()
		}
		s.Files = 0
		if v := s.rage(t); v.bad() {
			t.Errorf("%s\n%s", v, v.told())
		}
	}
}

// A second process on the same file is refused, by a sentence.
func TestASecondNodeOnTheSameFile(t *testing.T) {
	s := newStorm(t, 300, *stormSeed)
	s.sending(t)
	second, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	<-second.ended
	if code := second.process.ProcessState.ExitCode(); code != 1 || !strings.Contains(second.complaint.String(), journal.ErrInUse.Error()) {
		t.Errorf("status %d: %s", code, &second.complaint)
	}
}
