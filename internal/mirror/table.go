package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-memdb"
)

// ErrBrake refuses a reading in which too many rows have vanished: more than
// 20 and more than one in 20. The copy stays as it was, and ages.
var ErrBrake = errors.New("too many would vanish at once")

// maxRows of one write transaction: from about 1500 on, go-memdb compares the
// whole table at each commit, which takes seconds.
const maxRows = 500

const rowsTable = "row" // each database holds one table

// A table is a copy of one kind of thing, replaced by whole readings.
type table[T any] struct {
	key     func(*T) string
	schema  *memdb.DBSchema
	writing sync.Mutex
	now     atomic.Pointer[reading] // nil before the first
	writes  atomic.Int64            // transactions, so that what was made of the rows can be made anew
	commit  func(rows int)          // told of each write transaction; for tests
}

type reading struct {
	db *memdb.MemDB
	at time.Time
}

func newTable[T any](key func(*T) string, others ...*memdb.IndexSchema) *table[T] {
	one := func(row *T) []string { return []string{key(row)} }
	indexes := map[string]*memdb.IndexSchema{"id": {Name: "id", Unique: true, Indexer: idIndex[T]{index[T]{one}}}}
	for _, i := range others {
		indexes[i.Name] = i
	}
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{rowsTable: {Name: rowsTable, Indexes: indexes}}}
	return &table[T]{key: key, schema: schema, commit: func(int) {}}
}

// age is when the last reading was begun, zero if there is none.
func (t *table[T]) age() time.Time {
	if r := t.now.Load(); r != nil {
		return r.at
	}
	return time.Time{}
}

// find yields the rows under a key of an index, or under every key that begins
// so if the index is named with "_prefix". The empty key finds nothing.
func (t *table[T]) find(index, key string) iter.Seq[*T] {
	if key == "" {
		return func(func(*T) bool) {}
	}
	return t.rows(index, key)
}

func (t *table[T]) rows(index string, keys ...any) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		r := t.now.Load()
		if r == nil {
			return
		}
		found, err := r.db.Txn(false).Get(rowsTable, index, keys...)
		if err != nil {
			panic(err) // no such index: a fault of this package
		}
		for raw := found.Next(); raw != nil; raw = found.Next() {
			if !yield(raw.(*T)) {
				return
			}
		}
	}
}

// first is the first row under a key, or nil.
func (t *table[T]) first(index, key string) *T {
	for row := range t.find(index, key) {
		return row
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
// what is new before what is gone. Under writing.
func (t *table[T]) replace(rows map[string]*T, at time.Time) error {
	if at.IsZero() || at.Before(t.age()) {
		return fmt.Errorf("reading of %v is not newer than %v", at, t.age())
	}
	last := t.now.Load()
	if last == nil {
		return t.fill(rows, at)
	}
	held, gone := 0, []*T(nil)
	for row := range t.rows("id") {
		held++
		switch next := rows[t.key(row)]; {
		case next == nil:
			gone = append(gone, row)
		// Compared by reflection, so that no field added later is forgotten.
		case reflect.DeepEqual(row, next):
			delete(rows, t.key(row))
		}
	}
	if len(gone) > 20 && len(gone)*20 > held {
		return fmt.Errorf("%d of %d: %w", len(gone), held, ErrBrake)
	}
	if err := t.write((*memdb.Txn).Insert, slices.Collect(maps.Values(rows))); err != nil {
		return err
	}
	if err := t.write((*memdb.Txn).Delete, gone); err != nil {
		return err
	}
	t.now.Store(&reading{last.db, at})
	return nil
}

// fill inserts in order of key, which takes half the time.
func (t *table[T]) fill(rows map[string]*T, at time.Time) error {
	db, err := memdb.NewMemDB(t.schema)
	if err != nil {
		return fmt.Errorf("make table: %w", err)
	}
	txn := db.Txn(true)
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if err := txn.Insert(rowsTable, rows[key]); err != nil {
			txn.Abort()
			return fmt.Errorf("insert %q: %w", key, err)
		}
	}
	txn.Commit()
	t.now.Store(&reading{db, at})
	t.writes.Add(1)
	return nil
}

// write does the same to each row, at most maxRows in one transaction.
func (t *table[T]) write(do func(*memdb.Txn, string, any) error, rows []*T) error {
	for batch := range slices.Chunk(rows, maxRows) {
		txn := t.now.Load().db.Txn(true)
		for _, row := range batch {
			if err := do(txn, rowsTable, row); err != nil {
				txn.Abort()
				return fmt.Errorf("write %q: %w", t.key(row), err)
			}
		}
		txn.Commit()
		t.writes.Add(1)
		t.commit(len(batch))
	}
	return nil
}
