package journal

import (
	"fmt"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// A tree is the RFC 6962 tree over the leaves of the events, as far as they
// were read. It keeps every hash (64 bytes an event), so that it knows its root
// at any size and proves any event.
type tree struct {
	mu     sync.RWMutex
	size   desk.Seq
	hashes []tlog.Hash
}

// take adds the leaf of the event that follows. An earlier one must be what it
// was when it was first read; a later one is left for later.
func (t *tree) take(seq desk.Seq, leaf tlog.Hash) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq <= t.size {
		if t.hashes[tlog.StoredHashIndex(0, int64(seq)-1)] != leaf {
			return fmt.Errorf("event %d is not what it was: %w", seq, ErrRewritten)
		}
		return nil
	}
	if seq > t.size+1 {
		return nil
	}
	t.hashes = append(t.hashes, leaf)
	for level, n := 0, int64(t.size); n&1 == 1; level, n = level+1, n>>1 {
		left := t.hashes[tlog.StoredHashIndex(level, n-1)]
		t.hashes = append(t.hashes, tlog.NodeHash(left, t.hashes[len(t.hashes)-1]))
	}
	t.size++
	return nil
}

func (t *tree) grown() desk.Seq {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.size
}

// root is what the tree was at a size; ErrLost if it has not come so far.
func (t *tree) root(size desk.Seq) (tlog.Hash, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if size < 0 || size > t.size {
		return tlog.Hash{}, fmt.Errorf("%d events of %d: %w", t.size, size, ErrLost)
	}
	return tlog.TreeHash(int64(size), t)
}

// prove gives the hashes that lead from an event to the root at a size.
func (t *tree) prove(seq, size desk.Seq) (tlog.RecordProof, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if seq < 1 || seq > size || size > t.size {
		return nil, fmt.Errorf("prove event %d of %d: %w", seq, size, ErrLost)
	}
	return tlog.ProveRecord(int64(size), int64(seq)-1, t)
}

// ReadHashes is tlog.HashReader's.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		found[i] = t.hashes[at]
	}
	return found, nil
}
