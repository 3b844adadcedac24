package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// A Book is the text of a rule book, as people wrote it: public data.
type Book struct {
	Name  string // what people call it, such as the file or folder it came from
	Files []BookFile
}

// A BookFile is one file of a book. A book of several is read in the order of their names.
type BookFile struct{ Name, Text string }

// The bounds of a book.
const (
	maxFiles    = 32
	maxBookSize = 256 << 10
)

// NewBook puts the files in order, under their names without folder; or an
// *Error that says why they are no book, whatever they hold.
func NewBook(name string, files ...BookFile) (Book, error) {
	b, size := Book{Name: clip(name)}, 0
	for _, f := range files {
		f.Name = path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		if line, ok := oneLine(f.Name); !ok || line != f.Name || strings.Trim(f.Name, "./") == "" {
			return Book{}, badBook(fmt.Errorf("%q is no name of a file", f.Name))
		}
		size += len(f.Text)
		b.Files = append(b.Files, f)
	}
	slices.SortFunc(b.Files, func(a, b BookFile) int { return cmp.Compare(a.Name, b.Name) })
	if len(files) == 0 || len(files) > maxFiles || size > maxBookSize {
		return Book{}, badBook(fmt.Errorf("%d files, %d bytes; 1 to %d files and %d bytes at most", len(files), size, maxFiles, maxBookSize))
	}
	return b, nil
}

// badBook tells the author all that is wrong: it is about their own text.
func badBook(err error) *Error { return Fail(Invalid, BadBook, "faults", err.Error()) }

// Digest identifies the book: SHA-256 of the names and the texts of its files,
// in hex. What it is called does not count.
func (b Book) Digest() string {
	sum := sha256.New()
	for _, f := range b.Files {
		_, _ = fmt.Fprintf(sum, "%d %s\n%d\n%s", len(f.Name), f.Name, len(f.Text), f.Text) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// An Edition is a book that was or is in force.
type Edition struct {
	Book
	Digest string
	ID     ID        // the request that brought it, "" for the first book of a journal
	At     time.Time // from when
	Back   bool      // it was in force before, and was returned to
}

// recent is how long after its activation one person alone may take a book back.
const recent = 24 * time.Hour

// Undoes says that an edition right after those, at a time, takes the last
// activation back: the book before it returns, within a day of it. What was
// itself a return is not taken back so: two books could take turns at one
// person's will.
func Undoes(editions []Edition, digest string, at time.Time) bool {
	n := len(editions)
	return n > 1 && !editions[n-1].Back && editions[n-2].Digest == digest && !at.After(editions[n-1].At.Add(recent))
}
