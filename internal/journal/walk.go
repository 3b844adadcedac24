package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Verify walks over every event and returns the last position: numbers without
// a hole, data that open and match their commitment, words missing only where
// it is recorded that they were destroyed. The error names the first event that
// does not hold. What the
// tree says, Against compares.
func (l *Log) Verify(ctx context.Context) (desk.Seq, error) {
	return l.verify(ctx, 0)
}

// tail is how many of the last events are verified when a journal is opened.
const tail = 1000

func (l *Log) verifyTail(ctx context.Context) error {
	head, err := l.head(ctx)
	if err != nil {
		return err
	}
	_, err = l.verify(ctx, max(0, head-tail))
	return err
}

func (l *Log) verify(ctx context.Context, after desk.Seq) (desk.Seq, error) {
	blank := map[desk.Seq]bool{}
	for e, err := range l.walk(ctx, after) {
		if err != nil {
			return after, fmt.Errorf("verify: %w", err)
		}
		after = e.seq
		if len(e.payload) == 0 {
			blank[e.seq] = true
		}
		if f, ok := e.event.Fact.(desk.Redacted); ok {
			for _, seq := range f.Events {
				delete(blank, seq)
			}
		}
	}
	if len(blank) > 0 {
		seq := slices.Min(slices.Collect(maps.Keys(blank)))
		return seq - 1, fmt.Errorf("verify: event %d: its words are gone, and nothing says why: %w", seq, ErrDamaged)
	}
	return after, nil
}

// walk yields the events after a position, each checked. It is the only way
// they are read; what it yields in order from the first becomes the tree.
func (l *Log) walk(ctx context.Context, after desk.Seq) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for page, err := range l.ahead(ctx, after) {
			for _, e := range page {
				if refused := l.accept(ctx, e, after); refused != nil {
					yield(entry{}, refused)
					return
				}
				if !yield(e, nil) {
					return
				}
				after = e.seq
			}
			if err != nil {
				yield(entry{}, err)
				return
			}
		}
	}
}

// accept takes an entry right after another into the tree. What it says is to be
// destroyed is then destroyed, whichever node wrote it, and if that node stopped
// before it could.
func (l *Log) accept(ctx context.Context, e entry, after desk.Seq) error {
	if e.seq != after+1 {
		return fmt.Errorf("event %d is missing: %w", after+1, ErrDamaged)
	}
	if err := l.tree.take(e.seq, e.leaf); err != nil {
		return err
	}
	if e.kind == forgotten {
		return l.persons.forget(ctx, e.subject)
	}
	if f, ok := e.event.Fact.(desk.Redacted); ok {
		return l.redact(ctx, f.Events)
	}
	return nil
}

func (l *Log) head(ctx context.Context) (head desk.Seq, err error) {
	if err := l.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM event`).Scan(&head); err != nil {
		return 0, fmt.Errorf("read last position: %w", err)
	}
	return head, nil
}

// reaches is ErrLost if there is no event at a position.
func reaches(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, at desk.Seq) error {
	if at == 0 {
		return nil
	}
	err := db.QueryRowContext(ctx, `SELECT seq FROM event WHERE seq = $1`, at).Scan(new(int64))
	if errors.Is(err, sql.ErrNoRows) {
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("look for event %d: %w", at, err)
	}
	return nil
}
