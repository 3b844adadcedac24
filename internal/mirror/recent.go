package mirror

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// recent remembers what an index has found last: a page asks for the same few people
// and accounts again and again, and to go down a tree of go-memdb takes a dozen
// allocations. Each place is for the last of the keys that fall to it and were asked
// twice in a row: who walks through thousands once leaves the others in their places.
type recent[T any] struct {
	seed   maphash.Seed
	asked  [1 << 10]atomic.Uint64 // the sum of the key that was not found at each place last
	places [1 << 10]atomic.Pointer[finding[T]]
}

// A finding is where the row of a key is, nil if there is none. It holds until
// anything is written to the table again.
type finding[T any] struct {
	key    string
	writes int64
	cell   *cell[T]
}

func newRecent[T any]() *recent[T] { return &recent[T]{seed: maphash.MakeSeed()} }

// find is what look finds now, or has found since the table was written last.
func (r *recent[T]) find(key string, writes int64, look func() *cell[T]) *cell[T] {
	sum := maphash.String(r.seed, key)
	i := sum % uint64(len(r.places))
	if f := r.places[i].Load(); f != nil && f.writes == writes && f.key == key {
		return f.cell
	}
	c := look()
	if r.asked[i].Swap(sum) == sum {
		r.places[i].Store(&finding[T]{strings.Clone(key), writes, c})
	}
	return c
}
