package mirror

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/go-memdb"
)

// An index finds rows by texts made of them. It is a table of leaves: go-memdb
// takes some 480 bytes for each object, which a leaf takes once for many rows.
type index[T any] struct {
	name   string
	of     func(*T) []string
	row    func(*T) string // the key of the table: orders rows with one key
	recent *recent[T]
}

// A leaf holds neighbours of an index, in order of key: those after the leaf before
// it, up to its own last. Rows with one key are in one leaf. It is replaced, never
// changed.
type leaf[T any] struct {
	last    string
	end     bool // there is none behind it: it takes whatever comes after the others
	entries []entry[T]
}

type entry[T any] struct {
	key  string
	cell *cell[T]
}

// A cell holds a row. Another with the same keys is put in its place without
// any index being touched: that is what nearly every change is.
type cell[T any] struct{ atomic.Pointer[T] }

func newCell[T any](row *T) *cell[T] {
	c := &cell[T]{}
	c.Store(row)
	return c
}

// A leaf is made of so many entries, and divided when it has more.
const (
	madeOf = 96
	mostOf = 128
)

func schemaOf[T any](indexes []index[T]) *memdb.DBSchema {
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, x := range indexes {
		schema.Tables[x.name] = &memdb.TableSchema{Name: x.name, Indexes: map[string]*memdb.IndexSchema{
			"id": {Name: "id", Unique: true, Indexer: leafIndex[T]{}}}}
	}
	return schema
}

// A leafIndex orders the leaves of an index, so that the first that is not before a
// key is the one where the key is or would be. go-memdb wants keys that end where no
// other goes on, hence the zero byte.
type leafIndex[T any] struct{}

// FromObject is memdb.SingleIndexer's.
func (leafIndex[T]) FromObject(raw any) (bool, []byte, error) {
	l := raw.(*leaf[T])
	if l.end {
		return true, []byte{1}, nil
	}
	return true, placed(l.last), nil
}

// FromArgs is memdb.Indexer's.
func (leafIndex[T]) FromArgs(args ...any) ([]byte, error) {
	key, ok := args[0].(string)
	if !ok || len(args) != 1 {
		return nil, fmt.Errorf("find by %v: want one text", args)
	}
	return placed(key), nil
}

func placed(key string) []byte {
	b := make([]byte, len(key)+2)
	copy(b[1:], key)
	return b
}

// from yields the entries of an index whose key is not before a key, in order.
func (x index[T]) from(txn *memdb.Txn, key string, yield func(entry[T]) bool) {
	next := x.leaves(txn, key)
	l := next()
	if l == nil {
		return
	}
	for at := l.find(key); l != nil; l, at = next(), 0 {
		for _, e := range l.entries[at:] {
			if !yield(e) {
				return
			}
		}
	}
}

// leaves gives the leaf where a key is or would be, then those that follow it.
func (x index[T]) leaves(txn *memdb.Txn, key string) (next func() *leaf[T]) {
	found, err := txn.LowerBound(x.name, "id", key)
	if err != nil {
		panic(err) // no such index: a fault of this package
	}
	return func() *leaf[T] {
		l, _ := found.Next().(*leaf[T])
		return l
	}
}

// find is the place of the first entry that is not before the key.
func (l *leaf[T]) find(key string) int {
	at, _ := slices.BinarySearchFunc(l.entries, key, func(e entry[T], key string) int { return strings.Compare(e.key, key) })
	return at
}

// A change of the table: a cell that goes, one that comes, or one for another.
type change[T any] struct{ gone, comes *cell[T] }

// edits lists what changes mean for an index, in order of key.
func (x index[T]) edits(changes []change[T]) (gone, come []entry[T]) {
	add := func(to []entry[T], c *cell[T]) []entry[T] {
		if c == nil {
			return to
		}
		for _, key := range x.of(c.Load()) {
			to = append(to, entry[T]{key, c})
		}
		return to
	}
	for _, c := range changes {
		gone, come = add(gone, c.gone), add(come, c.comes)
	}
	return x.sorted(gone), x.sorted(come)
}

func (x index[T]) sorted(entries []entry[T]) []entry[T] {
	slices.SortFunc(entries, func(a, b entry[T]) int {
		if n := strings.Compare(a.key, b.key); n != 0 {
			return n
		}
		return strings.Compare(x.row(a.cell.Load()), x.row(b.cell.Load()))
	})
	return entries
}

// write carries changes out on the index, each leaf that they touch once. before
// is what there was: to look into txn itself would have it copy what it wrote.
func (x index[T]) write(before, txn *memdb.Txn, changes []change[T]) error {
	gone, come := x.edits(changes)
	for len(gone)+len(come) > 0 {
		first := ""
		if len(come) == 0 || len(gone) > 0 && gone[0].key < come[0].key {
			first = gone[0].key
		} else {
			first = come[0].key
		}
		l := x.leaves(before, first)()
		goes, gone2 := l.divide(gone)
		comes, come2 := l.divide(come)
		if err := x.rewrite(txn, l, goes, comes); err != nil {
			return err
		}
		gone, come = gone2, come2
	}
	return nil
}

// divide divides entries in those that are the leaf's, and those behind it.
func (l *leaf[T]) divide(entries []entry[T]) (own, behind []entry[T]) {
	if l.end {
		return entries, nil
	}
	at, _ := slices.BinarySearchFunc(entries, l.last, func(e entry[T], last string) int {
		if e.key <= last {
			return -1
		}
		return 1
	})
	return entries[:at], entries[at:]
}

// rewrite puts another leaf in the place of one, or several if it has grown.
func (x index[T]) rewrite(txn *memdb.Txn, l *leaf[T], gone, come []entry[T]) error {
	entries := make([]entry[T], 0, len(l.entries)+len(come))
	for _, e := range l.entries {
		if at, found := slices.BinarySearchFunc(gone, e.key, func(g entry[T], key string) int { return strings.Compare(g.key, key) }); !found || !goes(gone[at:], e) {
			entries = append(entries, e)
		}
	}
	entries = x.sorted(append(entries, come...))
	if len(entries) == 0 && !l.end {
		return txn.Delete(x.name, l)
	}
	if len(entries) <= mostOf {
		return txn.Insert(x.name, &leaf[T]{l.last, l.end, slices.Clone(entries)})
	}
	return x.fill(txn, l.last, l.end, entries)
}

// goes says that the entry is among those with its key, which begin here.
func goes[T any](gone []entry[T], e entry[T]) bool {
	for _, g := range gone {
		if g.key != e.key {
			return false
		}
		if g.cell == e.cell {
			return true
		}
	}
	return false
}

// fill makes leaves of entries in order, the last of which is as told.
func (x index[T]) fill(txn *memdb.Txn, last string, end bool, entries []entry[T]) error {
	for {
		n := min(madeOf, len(entries))
		for n < len(entries) && entries[n].key == entries[n-1].key {
			n++
		}
		if n == len(entries) {
			return txn.Insert(x.name, &leaf[T]{last, end, slices.Clone(entries)})
		}
		if err := txn.Insert(x.name, &leaf[T]{entries[n-1].key, false, slices.Clone(entries[:n])}); err != nil {
			return err
		}
		entries = entries[n:]
	}
}
