package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// born starts a node and waits until it has sent something.
func (s *storm) born(t *testing.T) *node {
	t.Helper()
	n, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	if err := s.partage.SetFaults(s.weather(s.rand)...); err != nil {
		t.Fatal(err)
	}
	for before := len(s.partage.Log()); len(s.partage.Log()) < before+10; {
		select {
		case <-n.ended:
			t.Fatalf("a node ended by itself, %v: %s", n.process.ProcessState, &n.complaint)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return n
}

// sentAfter is how many writes Partage received later than that.
func (s *storm) sentAfter(at time.Time) (n int) {
	for _, w := range s.partage.Log() {
		if w.At.After(at) {
			n++
		}
	}
	return n
}

// Once the freeze file is there nothing is sent after a second: nor by a node
// that is killed and started again. 50 trials with the long storm.
func TestFreezeFileStopsARealNode(t *testing.T) {
	for range max(5, *stormActions/200) {
		s := newStorm(t, 300, *stormSeed)
		n := s.born(t)
		if err := os.WriteFile(s.Freeze, []byte("essai"), 0o600); err != nil {
			t.Fatal(err)
		}
		acknowledged := time.Now()
		time.Sleep(1100 * time.Millisecond)
		n.kill()
		again, err := s.start()
		if err != nil {
			t.Fatal(err)
		}
		<-again.born
		time.Sleep(300 * time.Millisecond)
		again.kill()
		if late := s.sentAfter(acknowledged.Add(time.Second)); late > 0 {
			t.Fatalf("%d writes more than a second after the freeze", late)
		}
		if _, frozen := s.view(t).Freeze(); !frozen {
			t.Error("the journal does not tell of the freeze")
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
		n := s.born(t)
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
	s.born(t)
	second, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	<-second.ended
	if code := second.process.ProcessState.ExitCode(); code != 1 || !strings.Contains(second.complaint.String(), journal.ErrInUse.Error()) {
		t.Errorf("status %d: %s", code, &second.complaint)
	}
}

// When the file may grow no more, as on a full disk, the node stops by a
// sentence; all that it acknowledged is there, and the next node goes on.
func TestNoRoomForTheJournal(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	s.calm, s.Room = true, 200<<10
	if err := s.partage.SetFaults(s.weather(s.rand)...); err != nil {
		t.Fatal(err)
	}
	n, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-n.ended:
	case <-time.After(time.Minute):
		n.kill()
		t.Fatal("it goes on")
	}
	if n.over || n.process.ProcessState.ExitCode() != 1 || !strings.Contains(n.complaint.String(), "writing has stopped") {
		t.Fatalf("over: %v, %v: %s", n.over, n.process.ProcessState, &n.complaint)
	}
	if len(s.acks) == 0 {
		t.Fatal("nothing was acknowledged before")
	}
	s.Room = 0
	if v := s.rage(t); v.bad() {
		t.Errorf("%s\n%s", v, v.told())
	}
}

// A journal that was cut short, or written over, is not served.
func TestADamagedJournalIsNotServed(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"cut short":    func(path string) error { return os.Truncate(path, 40<<10) },
		"written over": func(path string) error { return overwrite(path, 20<<10) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStorm(t, 100, *stormSeed)
			s.calm = true
			if v := s.rage(t); v.bad() {
				t.Fatal(v.told())
			}
			for _, beside := range []string{"-wal", "-shm"} {
				if err := os.RemoveAll(s.Journal + beside); err != nil {
					t.Fatal(err)
				}
			}
			if err := damage(s.Journal); err != nil {
				t.Fatal(err)
			}
			sends := len(s.partage.Log())
			n, err := s.start()
			if err != nil {
				t.Fatal(err)
			}
			<-n.ended
			if n.over || n.process.ProcessState.ExitCode() != 1 || n.complaint.Len() == 0 || len(s.partage.Log()) > sends {
				t.Errorf("over: %v, %v: %s", n.over, n.process.ProcessState, &n.complaint)
			}
			t.Log(&n.complaint)
		})
	}
}

// overwrite puts zeros in a file, from an offset on.
func overwrite(path string, from int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(make([]byte, max(0, info.Size()-from)), from)
	}
	if err != nil {
		return err
	}
	return f.Close()
}
