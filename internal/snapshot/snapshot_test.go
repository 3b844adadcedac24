package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 42, time.UTC)

func write(t testing.TB, path, origin string) {
	t.Helper()
	err := Write(path, origin, func(w *Writer) {
		w.Text("é\x00")
		w.Number(-42)
		w.Time(noon)
		w.Time(time.Time{})
		w.Text(strings.Repeat("x", 3<<20))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(path, origin string) (taken int, err error) {
	err = Read(path, origin, func(r *Reader) error {
		if r.Text() == "é\x00" && r.Number() == -42 && r.Time().Equal(noon) && r.Time().IsZero() && len(r.Text()) == 3<<20 {
			taken++
		}
		return nil
	})
	return taken, err
}

func TestSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if _, err := read(path, "a 1"); !errors.Is(err, ErrNone) {
		t.Errorf("no file: %v", err)
	}
	write(t, path, "a 1")
	write(t, path, "a 1") // in the place of the first
	if n, err := read(path, "a 1"); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("may be read by others: %v, %v", info.Mode(), err)
	}
	for _, origin := range []string{"a 2", "", "a"} {
		if n, err := read(path, origin); n != 0 || !errors.Is(err, ErrOther) {
			t.Errorf("%q: read %d, %v", origin, n, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Whatever byte is changed, and wherever it is cut, nothing is taken.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	write(t, path, "a 1")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if n, err := read(path, "a 1"); n != 0 || !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: took %d, %v", what, n, err)
		}
	}
	for at := 0; at < len(whole); at += 1 + at*2 {
		changed := append([]byte(nil), whole...)
		changed[at] ^= 1
		try("changed", changed)
		try("cut", whole[:at])
	}
	try("longer", append(whole, 0))
	last := append([]byte(nil), whole...)
	last[len(last)-1] ^= 1
	try("sum", last)
}

// What is read must be what was written: more or less is damage, though the sum is right.
func TestOtherContents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	write(t, path, "a 1")
	err := Read(path, "a 1", func(r *Reader) error { r.Text(); return nil })
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("less was read: %v", err)
	}
	err = Read(path, "a 1", func(r *Reader) error {
		for range 100 {
			r.Text()
		}
		return nil
	})
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("more was read: %v", err)
	}
	broken := errors.New("broken")
	if err := Read(path, "a 1", func(*Reader) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if err := Write(filepath.Join(t.TempDir(), "no", "folder"), "a", func(*Writer) {}); err == nil {
		t.Error("written nowhere")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("\x02a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "s")
		if err := Write(path, "", func(w *Writer) { _, w.err = w.to.Write(data) }); err != nil {
			t.Fatal(err)
		}
		_ = Read(path, "", func(r *Reader) error {
			for n := r.Count(); n > 0 && r.Err() == nil; n-- {
				r.Text()
				r.Time()
			}
			return nil
		})
	})
}
