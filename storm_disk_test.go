package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// givesUp lets a node work until it stops by itself: it must say this sentence.
// Nothing is wrong with what it acknowledged, and the next node finishes.
func (s *storm) givesUp(t *testing.T, sentence string, repair func()) verdict {
	t.Helper()
	s.calm = true
	if err := s.partage.SetFaults(s.weather(s.rand)...); err != nil {
		t.Fatal(err)
	}
	n, err := s.start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	if n.outlives(t.Context(), time.Minute) {
		t.Fatal("it goes on")
	}
	if n.over || n.process.ProcessState.ExitCode() != 1 || !strings.Contains(n.complaint.String(), sentence) {
		t.Fatalf("over: %v, %v: %s", n.over, n.process.ProcessState, &n.complaint)
	}
	t.Logf("after %d acknowledgements: %s", len(s.acks), &n.complaint)
	repair()
	s.Sabotage = ""
	return s.rage(t)
}

// When the file may grow no more the node stops by a sentence, wherever nobody
// may make a disk that is full.
func TestNoRoomForTheJournal(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	s.Room = 200 << 10
	s.givesUp(t, "writing has stopped", func() { s.Room = 0 }).must(t)
	if len(s.acks) == 0 {
		t.Error("nothing was acknowledged before")
	}
	s = newStorm(t, 150, *stormSeed)
	s.Room, s.Sabotage = 200<<10, noError
	if v := s.givesUp(t, "", func() { s.Room = 0 }); v.lost == 0 {
		t.Errorf("%q is not seen: %s", noError, v)
	}
}

// disk puts the journal on a small disk of its own, which can be mounted anew by
// other options. The test is skipped where that is not allowed.
func (s *storm) disk(t *testing.T, size string) (remount func(options string)) {
	t.Helper()
	folder := t.TempDir()
	mount := func(args ...string) error { return exec.Command("mount", append(args, folder)...).Run() }
	if err := mount("-t", "tmpfs", "-o", "size="+size, "tmpfs"); err != nil {
		t.Skipf("mount a disk: %v", err)
	}
	t.Cleanup(func() {
		if err := exec.Command("umount", folder).Run(); err != nil {
			t.Errorf("umount: %v", err)
		}
	})
	s.Journal = filepath.Join(folder, "journal.db")
	return func(options string) {
		if err := mount("-o", "remount,"+options); err != nil {
			t.Fatalf("mount again, %s: %v", options, err)
		}
	}
}

// A disk that is full.
func TestAFullDisk(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	remount := s.disk(t, "400k")
	s.givesUp(t, "full", func() { remount("size=64m") }).must(t)
	if len(s.acks) == 0 {
		t.Error("nothing was acknowledged before")
	}
}

// A disk that may only be read.
func TestAReadOnlyDisk(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	remount := s.disk(t, "64m")
	s.sending(t).kill()
	sends := len(s.partage.Log())
	remount("ro")
	s.givesUp(t, "read-only file system", func() {
		if now := len(s.partage.Log()); now > sends {
			t.Errorf("%d writes", now-sends)
		}
		remount("rw")
	}).must(t)
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
