package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

const (
	attempt  = 10 * time.Second     // for one transaction
	pause    = 2 * time.Millisecond // before the second; then twice as long each time,
	maxPause = time.Second          // up to this
)

// errDoubt is a COMMIT that got no answer: nobody knows whether the events are
// kept. Whoever gets it must look before he does anything again.
var errDoubt = errors.New("nobody knows whether the events are kept")

// errClosed ends whoever waits for the database when the Log is closed.
var errClosed = errors.New("the journal is closed")

// keepPatiently writes rows to a database that may go away meanwhile.
//
// Before COMMIT is sent nothing is kept, so the rows can be written again. After
// a COMMIT without an answer the same is done, for another reason: the first
// transaction holds their numbers until it ends, so PostgreSQL lets the second
// go on only when the first has ended. Either the second is let through, and the
// first was nothing; or it is refused, and the commitment tells whose the rows
// are. Merely looking could come too early: the COMMIT may still be on its way.
func keepPatiently(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
	limit := time.NewTimer(l.patience)
	defer limit.Stop()
	left, doubt := ctx.Done(), false
	for wait := pause; ; wait = min(2*wait, maxPause) {
		err := l.tryOnce(ctx, after, rows)
		if doubt && errors.Is(err, desk.ErrBehind) {
			err = l.ours(ctx, rows)
		}
		if err == nil || errors.Is(err, desk.ErrBehind) {
			return err
		}
		if doubt && !errors.Is(err, errDoubt) {
			err = fmt.Errorf("%w: %w", errDoubt, err)
		}
		if !l.away(err) {
			return err
		}
		if errors.Is(err, errDoubt) {
			left, doubt = nil, true // to be finished, even if nobody waits any more
		}
		select {
		case <-left:
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-l.closed:
			return fmt.Errorf("%w: %w", errClosed, err)
		case <-limit.C:
			return err
		case <-time.After(wait):
		}
	}
}

func (l *Log) tryOnce(ctx context.Context, after desk.Seq, rows []row) error {
	once, cancel := context.WithTimeout(context.WithoutCancel(ctx), attempt)
	defer cancel()
	if err := l.enter(once); err != nil {
		return err
	}
	defer l.leave()
	return l.write(once, after, rows)
}

// ours says whether the rows that stand there are these: nil, or ErrBehind.
func (l *Log) ours(ctx context.Context, rows []row) error {
	once, cancel := context.WithTimeout(context.WithoutCancel(ctx), attempt)
	defer cancel()
	var stored []byte
	err := l.reader.QueryRowContext(once, `SELECT commitment FROM event WHERE seq = $1`, rows[0].seq).Scan(&stored)
	if err != nil {
		return fmt.Errorf("read commitment %d: %w", rows[0].seq, err)
	}
	if !bytes.Equal(stored, rows[0].commitment) {
		return desk.ErrBehind
	}
	return nil
}

// patiently reads, and again while the database is away.
func (l *Log) patiently(ctx context.Context, read func() error) error {
	limit := time.NewTimer(l.patience)
	defer limit.Stop()
	for wait := pause; ; wait = min(2*wait, maxPause) {
		err := read()
		if err == nil || !l.away(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-l.closed:
			return fmt.Errorf("%w: %w", errClosed, err)
		case <-limit.C:
			return err
		case <-time.After(wait):
		}
	}
}
