package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// An encoding is how letters beyond ASCII are written. The first of them settles it.
type encoding int

const (
	unsettled encoding = iota
	utf8Text
	windows1252
)

var (
	errUTF16   = errors.New("saved as UTF-16")
	errBinary  = errors.New("holds bytes of no text: it may be a spreadsheet, not CSV")
	errInvalid = errors.New("begins in UTF-8, and does not go on so")
)

// A decoder turns bytes into UTF-8. What is settled by the first letter beyond
// ASCII holds for all: a text that is not so throughout is an error, never guessed.
type decoder struct {
	from    *bufio.Reader
	as      encoding
	started bool
	left    []byte // decoded, not yet read
	err     error
}

func newDecoder(from io.Reader) *decoder { return &decoder{from: bufio.NewReaderSize(from, 32<<10)} }

// Read is io.Reader's.
func (d *decoder) Read(p []byte) (int, error) {
	if !d.started {
		d.started = true
		d.err = d.begin()
	}
	for len(d.left) == 0 && d.err == nil {
		d.left, d.err = d.next()
	}
	n := copy(p, d.left)
	if d.left = d.left[n:]; n > 0 {
		return n, nil
	}
	return 0, d.err
}

// begin takes off a mark, which says UTF-8.
func (d *decoder) begin() error {
	head, _ := d.from.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		d.as = utf8Text
		_, err := d.from.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return errUTF16
	}
	return nil
}

// next is some more text. A run of ASCII ends before the first other byte.
func (d *decoder) next() ([]byte, error) {
	if _, err := d.from.Peek(1); err != nil {
		return nil, err
	}
	ahead, _ := d.from.Peek(d.from.Buffered())
	n := bytes.IndexFunc(ahead, func(r rune) bool { return r >= utf8.RuneSelf })
	if n < 0 {
		n = len(ahead)
	}
	if i := bytes.IndexByte(ahead[:n], 0); i >= 0 {
		return nil, errBinary
	}
	if n > 0 {
		run := bytes.Clone(ahead[:n])
		_, err := d.from.Discard(n)
		return run, err
	}
	return d.letter()
}

// letter is the next one beyond ASCII.
func (d *decoder) letter() ([]byte, error) {
	head, _ := d.from.Peek(utf8.UTFMax)
	r, size := utf8.DecodeRune(head)
	valid := r != utf8.RuneError || size > 1
	if d.as == unsettled {
		d.as = windows1252
		if valid {
			d.as = utf8Text
		}
	}
	switch {
	case d.as == utf8Text && !valid:
		return nil, errInvalid
	case d.as == utf8Text:
		letter := bytes.Clone(head[:size])
		_, err := d.from.Discard(size)
		return letter, err
	}
	r = charmap.Windows1252.DecodeByte(head[0])
	if r == utf8.RuneError || r >= 0x80 && r < 0xA0 { // no letter of that page
		return nil, errBinary
	}
	_, err := d.from.Discard(1)
	return utf8.AppendRune(nil, r), err
}
