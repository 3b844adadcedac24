package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/unistra/melusine/internal/desk"
)

// pageSize bounds how many rows are read at once: nothing is held in the
// database while somebody looks at an event.
const pageSize = 1000

// Verify walks over every event and returns the last position: numbers without
// a hole, data that match their commitment, seals that follow. The error names
// the first event that does not hold.
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
	for r, err := range l.walk(ctx, after) {
		if err == nil {
			_, err = r.event()
		}
		if err != nil {
			return after, fmt.Errorf("verify: %w", err)
		}
		after = r.seq
	}
	return after, nil
}

// walk yields the rows after a position, each checked. It is the only way rows
// are read.
func (l *Log) walk(ctx context.Context, after desk.Seq) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		var seal []byte
		err := l.patiently(ctx, func() (err error) { seal, err = sealAt(ctx, l.reader, after); return err })
		for err == nil {
			var page []row
			err = l.patiently(ctx, func() (err error) { page, err = l.page(ctx, after); return err })
			for _, r := range page {
				if err = r.check(after, seal); err != nil {
					break
				}
				if !yield(r, nil) {
					return
				}
				after, seal = r.seq, r.seal
			}
			if len(page) < pageSize {
				break
			}
		}
		if err != nil {
			yield(row{}, err)
		}
	}
}

// check says whether the row is as it was written, right after another.
func (r row) check(after desk.Seq, seal []byte) error {
	switch {
	case r.seq != after+1:
		return fmt.Errorf("event %d is missing", after+1)
	case len(r.nonce) != nonceSize || !bytes.Equal(r.commitment, r.commit()):
		return fmt.Errorf("event %d: its data were changed", r.seq)
	case !bytes.Equal(r.seal, r.sealAfter(seal)):
		return fmt.Errorf("event %d: its seal does not follow", r.seq)
	}
	return nil
}

func (l *Log) page(ctx context.Context, after desk.Seq) ([]row, error) {
	found, err := l.reader.QueryContext(ctx, `SELECT `+columns+` FROM event WHERE seq > $1 ORDER BY seq LIMIT $2`, after, pageSize)
	if err != nil {
		return nil, fmt.Errorf("read events after %d: %w", after, err)
	}
	defer found.Close()
	var page []row
	for found.Next() {
		var r row
		if err := r.scan(found); err != nil {
			return nil, fmt.Errorf("read event after %d: %w", after, err)
		}
		page = append(page, r)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read events after %d: %w", after, err)
	}
	return page, nil
}

func (l *Log) head(ctx context.Context) (head desk.Seq, err error) {
	if err := l.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM event`).Scan(&head); err != nil {
		return 0, fmt.Errorf("read last position: %w", err)
	}
	return head, nil
}

// sealAt is the seal of the event at a position.
func sealAt(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, at desk.Seq) (seal []byte, err error) {
	if at == 0 {
		return noSeal, nil
	}
	err = db.QueryRowContext(ctx, `SELECT seal FROM event WHERE seq = $1`, at).Scan(&seal)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrLost
	}
	if err != nil {
		return nil, fmt.Errorf("read seal %d: %w", at, err)
	}
	return seal, nil
}
