package journal

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// Memory is a journal that lasts as long as the process. Events come back as
// they would from a file. The zero Memory is empty and ready.
type Memory struct {
	mu     sync.Mutex
	events []desk.Event
	bell   bell
}

var _ desk.Journal = (*Memory)(nil)

// NewMemory returns an empty journal.
func NewMemory() *Memory { return &Memory{} }

// Append is desk.Journal's.
func (m *Memory) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	rows, err := rows(after, events)
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	kept := make([]desk.Event, len(rows))
	for i, r := range rows {
		if kept[i], err = r.event(); err != nil {
			return 0, fmt.Errorf("append: %w", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch head := m.head(); {
	case after > head:
		return 0, fmt.Errorf("append after %d: %w", after, ErrLost)
	case after < head:
		return 0, desk.ErrBehind
	}
	m.events = append(m.events, kept...)
	m.bell.ring()
	return m.head(), nil
}

// Read is desk.Journal's.
func (m *Memory) Read(ctx context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		events, err := m.after(after)
		for _, e := range events {
			if err = ctx.Err(); err != nil {
				break
			}
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(desk.Event{}, fmt.Errorf("read journal: %w", err))
		}
	}
}

// Wait is desk.Journal's.
func (m *Memory) Wait(ctx context.Context, after desk.Seq) error {
	for {
		rung := m.bell.next()
		events, err := m.after(after)
		if err != nil {
			return fmt.Errorf("wait after %d: %w", after, err)
		}
		if len(events) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait: %w", ctx.Err())
		case <-rung:
		}
	}
}

func (m *Memory) head() desk.Seq { return desk.Seq(len(m.events)) }

func (m *Memory) after(seq desk.Seq) ([]desk.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seq < 0 || seq > m.head() {
		return nil, ErrLost
	}
	return m.events[seq:], nil
}
