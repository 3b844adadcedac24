package portal

import (
	"iter"
	"math"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A lexicon finds addresses by the beginnings of words: a text with a line for each
// address, and where words begin in it. 97,484 accounts are some ten megabytes, and a
// word is found in a millisecond.
type lexicon struct {
	lines string
	at    map[[2]byte][]uint32 // where the words begin that begin with these bytes, in order
}

// A scribe writes a lexicon, in the order in which its addresses are to be found.
type scribe struct {
	lines strings.Builder
	at    map[[2]byte][]uint32
}

func newScribe() *scribe { return &scribe{at: map[[2]byte][]uint32{}} }

// write adds an address, found by words that are folded.
func (s *scribe) write(a desk.Address, words string) {
	s.lines.WriteString(string(a))
	for word := range strings.FieldsSeq(words) {
		s.lines.WriteByte(' ')
		if len(word) > 1 {
			key := [2]byte{word[0], word[1]}
			s.at[key] = append(s.at[key], uint32(s.lines.Len()))
		}
		s.lines.WriteString(word)
	}
	s.lines.WriteByte('\n')
}

func (s *scribe) lexicon() lexicon { return lexicon{s.lines.String(), s.at} }

// find yields the addresses whose lines have words that begin with each of these, which
// are folded and of two bytes or more, each once.
func (x *lexicon) find(words []string) iter.Seq[desk.Address] {
	return func(yield func(desk.Address) bool) {
		last := ""
		for at := range x.begin(x.rarest(words)) {
			start := strings.LastIndexByte(x.lines[:at], '\n') + 1
			line := x.lines[start:]
			line = line[:strings.IndexByte(line, '\n')]
			address, about, _ := strings.Cut(line, " ")
			if address == last || !holds(about, words) {
				continue
			}
			if last = address; !yield(desk.Address(address)) {
				return
			}
		}
	}
}

// rarest is the one of the words that is there least often.
func (x *lexicon) rarest(words []string) (rare string) {
	least := math.MaxInt
	for _, w := range words {
		n := 0
		for range x.begin(w) {
			if n++; n >= least {
				break
			}
		}
		if n < least {
			rare, least = w, n
		}
	}
	return rare
}

// begin yields where words begin so.
func (x *lexicon) begin(word string) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(word) < 2 {
			return
		}
		for _, at := range x.at[[2]byte{word[0], word[1]}] {
			if strings.HasPrefix(x.lines[at:], word) && !yield(int(at)) {
				return
			}
		}
	}
}

// long are those of the words that a lexicon is asked about.
func long(words []string) (some []string) {
	for _, w := range words {
		if len(w) > 1 {
			some = append(some, w)
		}
	}
	return some
}
