package mirror

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A ledger is the fold of what the journal says of addresses. Of each it keeps
// only which events were about it, in order of address: what they say is made
// anew from the events themselves, which are in memory anyway. An address takes
// some 60 bytes beside its text, which is the event's.
type ledger struct {
	shelf [][]line // in order; no block is empty, nor has more than mostLines
	size  int      // lines
	terms map[string]term
	alike map[uint32][]desk.Address // by skeleton, what is elsewhere than on Partage
}

// A line is one address with what was done to it.
type line struct {
	address desk.Address
	marks   []mark
}

// A mark is one deed of an event.
type mark struct {
	seq    uint32
	what   desk.What
	nature uint8 // its place in natures
}

// A term is the last day of an alias, by its address, or of a mailbox, by its
// identifier.
type term struct {
	desk.Expiry
	at desk.Address // the alias, or the own address of the mailbox by now
}

const mostLines = 512

var natures = desk.Natures()

func newLedger() ledger {
	return ledger{terms: map[string]term{}, alike: map[uint32][]desk.Address{}}
}

// place is where the address is or belongs: its block, and its place there.
func (l *ledger) place(a desk.Address) (block, at int, there bool) {
	block, _ = slices.BinarySearchFunc(l.shelf, a, func(lines []line, a desk.Address) int { return cmp.Compare(lines[len(lines)-1].address, a) })
	if block == len(l.shelf) {
		return block, 0, false
	}
	at, there = slices.BinarySearchFunc(l.shelf[block], a, func(x line, a desk.Address) int { return cmp.Compare(x.address, a) })
	return block, at, there
}

// marks are those of an address; nil if it has none.
func (l *ledger) marks(a desk.Address) []mark {
	if block, at, there := l.place(a); there {
		return l.shelf[block][at].marks
	}
	return nil
}

// note adds a mark to an address.
func (l *ledger) note(a desk.Address, m mark) {
	block, at, there := l.place(a)
	if there {
		x := &l.shelf[block][at]
		x.marks = append(x.marks, m)
		return
	}
	if last := len(l.shelf) - 1; block > last && last >= 0 && len(l.shelf[last]) < mostLines {
		block, at = last, len(l.shelf[last])
	} else if block > last {
		l.shelf = append(l.shelf, make([]line, 0, mostLines))
	} else if len(l.shelf[block]) == mostLines {
		half := slices.Clone(l.shelf[block][mostLines/2:])
		l.shelf[block] = slices.Clip(l.shelf[block][:mostLines/2])
		l.shelf = slices.Insert(l.shelf, block+1, half)
		if at > mostLines/2 {
			block, at = block+1, at-mostLines/2
		}
	}
	l.shelf[block], l.size = slices.Insert(l.shelf[block], at, line{a, []mark{m}}), l.size+1
}

// from yields the lines of addresses that begin with prefix, in order.
func (l *ledger) from(prefix string) func(func(line) bool) {
	return func(yield func(line) bool) {
		block, at, _ := l.place(desk.Address(prefix))
		for ; block < len(l.shelf); block, at = block+1, 0 {
			for _, x := range l.shelf[block][at:] {
				if !strings.HasPrefix(string(x.address), prefix) || !yield(x) {
					return
				}
			}
		}
	}
}

// record notes what the event, which was folded in, does to addresses.
func (f *fold) record(e desk.Event) {
	r := f.request(e.ID)
	for _, d := range desk.DeedsOf(e, r) {
		f.ledger.note(d.Address, mark{uint32(e.Seq), d.What, uint8(max(0, slices.Index(natures, d.Nature)))})
		if sum := d.Address.SkeletonSum(); d.What == desk.Enrolls && d.Nature.Elsewhere() && !slices.Contains(f.ledger.alike[sum], d.Address) {
			f.ledger.alike[sum] = append(f.ledger.alike[sum], d.Address)
		}
		f.ledger.follow(d, desk.ProofOf(e.Fact))
	}
	own := desk.ProofOf(e.Fact).Address
	if from, to, at, ok := desk.Succeeded(e, r); ok {
		f.ledger.inherit(from, to, at)
		own = at
	}
	if t, ok := desk.ExpiryOf(e, r); ok {
		f.ledger.date(t, own)
	}
}

// follow keeps a last day with what it is of: with a mailbox where it goes, with
// an alias as long as its mailbox has it, or nobody.
func (l *ledger) follow(d desk.Deed, proof desk.Account) {
	if d.What != desk.Gives {
		return
	}
	if t, dated := l.terms[proof.ID]; dated && d.Nature == desk.AsAccount {
		t.at = d.Address
		l.terms[proof.ID] = t
	}
	if t, dated := l.terms[string(d.Address)]; dated && t.Mailbox != proof.ID {
		delete(l.terms, string(d.Address))
	}
}

// inherit gives the last day of a list to the one that has taken its place.
func (l *ledger) inherit(from, to string, at desk.Address) {
	if t, dated := l.terms[from]; dated {
		delete(l.terms, from)
		t.Mailbox = to
		l.terms[to] = term{t.Expiry, at}
	}
}

func (l *ledger) date(t desk.Expiry, own desk.Address) {
	key, at := string(t.Alias), t.Alias
	if key == "" {
		key, at = t.Mailbox, own
	}
	if l.terms[key] = (term{t, at}); t.Until == "" {
		delete(l.terms, key)
	}
}

// until adds to an entry the last day that it has.
func (l *ledger) until(x desk.Entry) desk.Entry {
	key := x.Mailbox
	if x.Nature == desk.AsAlias {
		key = string(x.Address)
	}
	// The other addresses of a list are of its nature, and end with it.
	if t, dated := l.terms[key]; dated && x.Of(t.Mailbox) && (t.Alias == "") == (x.Nature != desk.AsAlias) && (x.Nature == desk.AsAccount || t.at == x.Address) {
		x.Until, x.Dated = t.Until, t.By
	}
	return x
}

// said is what marks say of an address, and of who had it before.
func (f *fold) said(a desk.Address, marks []mark) (x desk.Entry, past []desk.Entry) {
	for _, m := range marks {
		e := &f.events[m.seq-1]
		next := x.With(desk.Deed{Address: a, What: m.what, Nature: natures[m.nature]}, *e, f.request(e.ID))
		if x.Known() && (next.Mailbox != x.Mailbox || next.Nature.Elsewhere() != x.Nature.Elsewhere() || next.Held && !x.Held) {
			past = append(past, x)
		}
		x = next
	}
	return x, past
}

// enroll checks what the program says by itself of addresses.
func (f *fold) enroll(e desk.Event) error {
	ok := e.By == desk.System
	switch fact := e.Fact.(type) {
	case desk.Registered:
		ok = ok && fact.Orderly()
		for _, r := range fact.Entries {
			ok = ok && slices.Contains(natures, r.Nature) && (r.Nature.Elsewhere() || !r.Freed.IsZero())
		}
	case desk.Vanished:
		ok = ok && fact.Orderly()
	}
	if !ok {
		return fmt.Errorf("%T: %w", e.Fact, desk.ErrIllegal)
	}
	return nil
}
