package journal

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

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
	err := follow(after, events)
	if err == nil {
		err = ctx.Err()
	}
	kept := make([]desk.Event, len(events))
	for i := range events {
		if err == nil {
			kept[i], err = passed(events[i])
		}
	}
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
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
	for _, e := range kept {
		m.erase(e)
	}
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

// passed is the event as it comes out of a database.
func passed(e desk.Event) (desk.Event, error) {
	name, data, err := encode(e.Fact)
	if err != nil {
		return e, err
	}
	e.At = time.UnixMicro(e.At.UnixMicro()).UTC()
	e.Fact, err = decode(name, data)
	return e, err
}

// erase destroys what an event says is to be destroyed. Readers keep what they
// have begun to read.
func (m *Memory) erase(by desk.Event) {
	var gone func(desk.Event) bool
	switch f := by.Fact.(type) {
	case desk.Forgotten:
		gone = func(e desk.Event) bool { return subjectOf(e) == subjectOf(by) }
	case desk.Redacted:
		gone = func(e desk.Event) bool { return slices.Contains(f.Events, e.Seq) }
	default:
		return
	}
	m.events = slices.Clone(m.events)
	for i, e := range m.events {
		if name, _, err := encode(e.Fact); err == nil && gone(e) { // else erased already
			m.events[i].Fact, _ = erased(name)
		}
	}
	if _, ok := by.Fact.(desk.Forgotten); ok {
		m.unname(subjectOf(by), desk.UID(fmt.Sprintf("#%d", by.Seq)))
	}
}

func (m *Memory) unname(who, number desk.UID) {
	for i := range m.events {
		for _, name := range []*desk.UID{&m.events[i].By, &m.events[i].Subject} {
			if *name == who {
				*name = number
			}
		}
	}
}
