// Package snapshot keeps what was read elsewhere in a file, so that a start need
// not read it again. A snapshot is worth nothing: it may be deleted at any time,
// and one that is damaged, of another version or of another origin is not read.
package snapshot

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Why a snapshot is not read.
var (
	ErrNone    = errors.New("there is no snapshot")
	ErrDamaged = errors.New("the snapshot is damaged")
	ErrOther   = errors.New("the snapshot is of another version or origin")
)

const longest = 64 << 20

// A Writer writes values one after the other. Its first error is kept.
type Writer struct {
	to  *bufio.Writer
	err error
}

// Text writes a text.
func (w *Writer) Text(s string) {
	w.Number(int64(len(s)))
	if w.err == nil {
		_, w.err = w.to.WriteString(s)
	}
}

// Number writes a number.
func (w *Writer) Number(n int64) {
	if w.err == nil {
		_, w.err = w.to.Write(binary.AppendVarint(nil, n))
	}
}

// Time writes a moment, to the nanosecond.
func (w *Writer) Time(t time.Time) {
	if t.IsZero() {
		w.Text("")
		return
	}
	w.Text(t.UTC().Format(time.RFC3339Nano))
}

// Write puts a snapshot in the place of the one before, durably and at once.
// origin says what it is of, and by which version it is to be read. It may hold
// personal data: nobody else may read it.
func Write(path, origin string, fill func(*Writer)) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // for its owner only
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // what was renamed is there no more
	sum := sha256.New()
	w := &Writer{to: bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)}
	w.Text(origin)
	fill(w)
	if err = errors.Join(w.err, w.to.Flush()); err == nil {
		_, err = f.Write(sum.Sum(nil))
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

// A Reader reads what a Writer wrote, in that order. After its first error all
// that it gives is zero.
type Reader struct {
	from *bufio.Reader
	err  error
}

// Err is the first error.
func (r *Reader) Err() error { return r.err }

// Number reads a number.
func (r *Reader) Number() int64 {
	if r.err != nil {
		return 0
	}
	n, err := binary.ReadVarint(r.from)
	if err != nil {
		r.err = ErrDamaged
		return 0
	}
	return n
}

// Count reads how many of something follow.
func (r *Reader) Count() int {
	n := r.Number()
	if n < 0 || n > 1<<40 {
		r.err = ErrDamaged
		return 0
	}
	return int(n)
}

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count()
	if n > longest {
		r.err = ErrDamaged
	}
	if r.err != nil || n == 0 {
		return ""
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r.from, text); err != nil {
		r.err = ErrDamaged
		return ""
	}
	return string(text)
}

// Time reads a moment.
func (r *Reader) Time() time.Time {
	text := r.Text()
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.err = ErrDamaged
	}
	return t
}

// Read reads the snapshot of an origin. Nothing is taken before all of it is known
// to be what was written; what take has taken counts only if Read has no error.
func Read(path, origin string, take func(*Reader) error) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return ErrNone
	}
	if err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	defer func() { _ = f.Close() }()
	size, err := check(f)
	if err != nil {
		return fmt.Errorf("read snapshot %s: %w", path, err)
	}
	r := &Reader{from: bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 1<<20)}
	if r.Text() != origin {
		return fmt.Errorf("read snapshot %s: %w", path, ErrOther)
	}
	if err := errors.Join(take(r), r.err); err != nil {
		return fmt.Errorf("read snapshot %s: %w", path, err)
	}
	if _, err := r.from.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read snapshot %s: more than was to be read: %w", path, ErrDamaged)
	}
	return nil
}

// check compares the file with its sum, and says how long it is without.
func check(f *os.File) (size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if size = info.Size() - sha256.Size; size < 0 {
		return 0, ErrDamaged
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f, 0, size)); err != nil {
		return 0, err
	}
	kept := make([]byte, sha256.Size)
	if _, err := f.ReadAt(kept, size); err != nil {
		return 0, err
	}
	if string(kept) != string(sum.Sum(nil)) {
		return 0, ErrDamaged
	}
	return size, nil
}
