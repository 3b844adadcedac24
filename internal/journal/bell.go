package journal

import "sync"

// A bell wakes everybody who waits. It is a hint: what there is to read is the truth.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next is closed by the next ring. Take it before looking, or a ring is missed.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
	}
	b.rung = nil
}
