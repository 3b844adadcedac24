package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"
)

// ErrBrake refuses a reading in which too many rows have vanished: more than
// 20 and more than one in 20. The copy stays as it was, and ages.
var ErrBrake = errors.New("too many would vanish at once")

// maxRows of one write transaction: go-memdb compares the whole table at the
// commit of one that touches too much, which takes seconds.
const maxRows = 500

// A table is a copy of one kind of thing, replaced by whole readings.
type table[T any] struct {
	key     func(*T) string
	adopt   func(row, old *T) // has row share with old the texts that are the same
	indexes []index[T]        // the first is "id", by key
	writing sync.Mutex
	writes  atomic.Int64            // so that what was made of the rows can be made anew
	now     atomic.Pointer[reading] // nil before the first
	commit  func(rows int)          // told of each write transaction; for tests
	changed func(gone, comes *T)    // told of each row once it is written; under writing
}

type reading struct {
	db   *memdb.MemDB
	at   time.Time
	rows int
}

func newTable[T any](key func(*T) string, adopt func(row, old *T), others ...index[T]) *table[T] {
	indexes := append([]index[T]{{name: "id", of: func(row *T) []string { return []string{key(row)} }}}, others...)
	for i := range indexes {
		indexes[i].row, indexes[i].recent = key, newRecent[T]()
	}
	return &table[T]{key: key, adopt: adopt, indexes: indexes, commit: func(int) {}, changed: func(_, _ *T) {}}
}

// age is when the last reading was begun, zero if there is none.
func (t *table[T]) age() time.Time {
	if r := t.now.Load(); r != nil {
		return r.at
	}
	return time.Time{}
}

// size is how many rows there are.
func (t *table[T]) size() int {
	if r := t.now.Load(); r != nil {
		return r.rows
	}
	return 0
}

// find yields the rows under a key of an index, or under every key that begins
// so if the index is named with "_prefix". The empty key finds nothing.
func (t *table[T]) find(name, key string) iter.Seq[*T] {
	name, prefix := strings.CutSuffix(name, "_prefix")
	return func(yield func(*T) bool) {
		if key == "" {
			return
		}
		t.from(name, key, func(e entry[T]) bool {
			return (e.key == key || prefix && strings.HasPrefix(e.key, key)) && yield(e.cell.Load())
		})
	}
}

// rows yields every row of an index, in order of key.
func (t *table[T]) rows(name string) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		t.from(name, "", func(e entry[T]) bool { return yield(e.cell.Load()) })
	}
}

func (t *table[T]) from(name, key string, yield func(entry[T]) bool) {
	r := t.now.Load()
	if r == nil {
		return
	}
	t.index(name).from(r.db.Txn(false), key, yield)
}

func (t *table[T]) index(name string) *index[T] {
	return &t.indexes[slices.IndexFunc(t.indexes, func(x index[T]) bool { return x.name == name })]
}

// first is the first row under a key, or nil.
func (t *table[T]) first(index, key string) *T {
	if t.now.Load() == nil {
		return nil
	}
	c := t.index(index).recent.find(key, t.writes.Load(), func() *cell[T] { return t.cell(index, key) })
	if c != nil {
		return c.Load()
	}
	return nil
}

// read takes a whole reading in, or nothing. pack checks and copies one row.
func read[T any](ctx context.Context, t *table[T], rows iter.Seq2[T, error], pack func(T) (*T, error)) (map[string]*T, error) {
	all := map[string]*T{}
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		packed, err := pack(row)
		if err != nil {
			return nil, err
		}
		if all[t.key(packed)] != nil {
			return nil, fmt.Errorf("%q is listed twice", t.key(packed))
		}
		all[t.key(packed)] = packed
	}
	return all, nil
}

// replace makes the table hold these rows. The first time they go into a new
// database at once; later only what differs is written, in small transactions,
// what comes before what goes. Under writing.
func (t *table[T]) replace(rows map[string]*T, at time.Time, day *drain) error {
	if at.IsZero() || at.Before(t.age()) {
		return fmt.Errorf("reading of %v is not newer than %v", at, t.age())
	}
	last := t.now.Load()
	if last == nil {
		return t.fill(rows, at)
	}
	var changed, gone []*T
	for row := range t.rows("id") {
		next := rows[t.key(row)]
		delete(rows, t.key(row))
		switch {
		case next == nil:
			gone = append(gone, row)
		// Compared by reflection, so that no field added later is forgotten.
		case !reflect.DeepEqual(row, next):
			changed = append(changed, next)
		}
	}
	if err := brake(len(gone), last.rows); err != nil {
		return err
	}
	if err := day.take(len(gone), last.rows, at); err != nil {
		return err
	}
	if err := t.put(slices.AppendSeq(changed, maps.Values(rows))...); err != nil {
		return err
	}
	if err := t.remove(gone...); err != nil {
		return err
	}
	t.now.Store(&reading{last.db, at, t.size()})
	return nil
}

// reach makes the copy of a later time. Under writing.
func (t *table[T]) reach(at time.Time) {
	if r := t.now.Load(); at.After(r.at) {
		t.now.Store(&reading{r.db, at, r.rows})
	}
}

// A drain counts what goes a little at a time: in a day, many small losses are a
// large one.
type drain struct {
	since      time.Time
	held, gone int
}

func (d *drain) take(gone, held int, at time.Time) error {
	if d.since.IsZero() || at.Sub(d.since) >= 24*time.Hour {
		*d = drain{at, held, 0}
	}
	d.held = max(d.held, held) // more may have come since
	if gone == 0 {
		return nil
	}
	if err := brake(d.gone+gone, d.held); err != nil {
		return err
	}
	d.gone += gone
	return nil
}

func brake(gone, held int) error {
	if gone > 20 && gone*20 > held {
		return fmt.Errorf("%d of %d: %w", gone, held, ErrBrake)
	}
	return nil
}

// fill puts the rows of the first reading into a new database.
func (t *table[T]) fill(rows map[string]*T, at time.Time) error {
	db, err := memdb.NewMemDB(schemaOf(t.indexes))
	if err != nil {
		return fmt.Errorf("make table: %w", err)
	}
	changes := make([]change[T], 0, len(rows))
	for _, row := range rows {
		changes = append(changes, change[T]{comes: newCell(row)})
	}
	txn := db.Txn(true)
	for _, x := range t.indexes {
		_, come := x.edits(changes)
		if err := x.fill(txn, "", true, come); err != nil {
			txn.Abort()
			return fmt.Errorf("fill: %w", err)
		}
	}
	txn.Commit()
	t.now.Store(&reading{db, at, len(rows)})
	t.writes.Add(1) // now that they are seen: who counts before has counted none
	for _, row := range rows {
		t.changed(nil, row)
	}
	return nil
}

// put writes rows, each in the place of the one with its key. Under writing.
func (t *table[T]) put(rows ...*T) error {
	var changes []change[T]
	for _, row := range rows {
		held := t.cell("id", t.key(row))
		if held == nil {
			changes = append(changes, change[T]{comes: newCell(row)})
			continue
		}
		old := held.Load()
		if t.adopt(row, old); t.sameKeys(row, old) {
			held.Store(row)
			t.writes.Add(1)
			t.changed(old, row)
			continue
		}
		changes = append(changes, change[T]{held, newCell(row)})
	}
	return t.write(changes)
}

// remove takes rows out. Under writing.
func (t *table[T]) remove(rows ...*T) error {
	var changes []change[T]
	for _, row := range rows {
		if held := t.cell("id", t.key(row)); held != nil {
			changes = append(changes, change[T]{gone: held})
		}
	}
	return t.write(changes)
}

// cell is where the first row under a key is, or nil.
func (t *table[T]) cell(index, key string) (held *cell[T]) {
	t.from(index, key, func(e entry[T]) bool {
		if e.key == key && key != "" {
			held = e.cell
		}
		return false
	})
	return held
}

func (t *table[T]) sameKeys(a, b *T) bool {
	for _, x := range t.indexes[1:] {
		if !slices.Equal(x.of(a), x.of(b)) {
			return false
		}
	}
	return true
}

// write carries changes out, at most maxRows in one transaction.
func (t *table[T]) write(changes []change[T]) error {
	slices.SortFunc(changes, func(a, b change[T]) int { return strings.Compare(t.keyOf(a), t.keyOf(b)) })
	for some := range slices.Chunk(changes, maxRows) {
		r := t.now.Load()
		before, txn := r.db.Txn(false), r.db.Txn(true)
		for _, x := range t.indexes {
			if err := x.write(before, txn, some); err != nil {
				txn.Abort()
				return fmt.Errorf("write: %w", err)
			}
		}
		txn.Commit()
		t.writes.Add(1)
		t.now.Store(&reading{r.db, r.at, r.rows + t.tell(some)})
		t.commit(len(some))
	}
	return nil
}

func (t *table[T]) keyOf(c change[T]) string { return t.key(cmp.Or(c.comes, c.gone).Load()) }

// tell tells of changes, and by how many rows the table has grown.
func (t *table[T]) tell(changes []change[T]) (grown int) {
	row := func(c *cell[T], n int) *T {
		if c == nil {
			return nil
		}
		grown += n
		return c.Load()
	}
	for _, c := range changes {
		t.changed(row(c.gone, -1), row(c.comes, 1))
	}
	return grown
}
