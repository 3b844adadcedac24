package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Log is a journal in a database. What it returns from Append is on the
// disk; what it yields from Read has been opened and compared with its commitment.
type Log struct {
	dialect
	random  io.Reader
	writer  *sql.DB        // nil if the Log is only to be read
	reader  *sql.DB        // the same, unless the database tells them apart
	also    []func() error // to be closed too, after them
	persons *persons
	tree    tree
	closed  chan struct{}
	close   sync.Once
	bell    bell
	poll    time.Duration // how often Wait looks by itself, for what another process appended

	turn   chan struct{} // held by the one who writes
	known  desk.Seq      // the last position that this Log has written
	broken error         // the first write that went wrong, where writing stops then
}

var _ desk.Journal = (*Log)(nil)

func newLog(d dialect, random io.Reader) *Log {
	return &Log{dialect: d, random: random, poll: time.Second, turn: make(chan struct{}, 1), closed: make(chan struct{})}
}

// ErrLost says that somebody has seen events that this journal does not have,
// as when an older copy of the file was put back.
var ErrLost = errors.New("the journal ends before: it has lost events")

// ErrRewritten says that an event is not what it was when somebody saw it.
var ErrRewritten = errors.New("the journal was rewritten")

// Append is desk.Journal's. Once begun it is finished, even if ctx ends.
//
// In a file, nobody knows what the disk holds after a write that went wrong: the
// Log returns that error for ever, until it is opened anew. PostgreSQL itself
// stops when its disk fails, so a connection that was lost says nothing of the
// disk: Append finds out what became of the events and the Log goes on.
func (l *Log) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	err := follow(after, events)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && l.writer == nil {
		err = errors.New("the journal was opened for reading")
	}
	var rows []row
	if err == nil {
		rows, err = l.rows(ctx, events)
	}
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	err = l.keep(ctx, l, after, rows)
	if errors.Is(err, desk.ErrBehind) {
		return 0, desk.ErrBehind
	}
	if err != nil {
		return 0, fmt.Errorf("append after %d: %w", after, err)
	}
	l.bell.ring()
	return after + desk.Seq(len(rows)), nil
}

// enter waits for the turn to write; leave gives it back.
func (l *Log) enter(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	default: // a free turn is taken, even if ctx has just ended
	}
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer before: %w", ctx.Err())
	}
}

func (l *Log) leave() { <-l.turn }

// write is one transaction, in the turn of whoever calls it. errDoubt: it may
// have been kept. Any other error: it was not, unless undoing it failed too.
func (l *Log) write(ctx context.Context, after desk.Seq, rows []row) error {
	if after < l.known {
		return desk.ErrBehind
	}
	err := l.transact(ctx, l, after, rows)
	switch {
	case err == nil:
		l.known = after + desk.Seq(len(rows))
	case !errors.Is(err, desk.ErrBehind):
		l.known = 0 // a database that went away may come back without them
	}
	return err
}

// Read is desk.Journal's. Each event has been checked as Verify does; an error
// ends it.
func (l *Log) Read(ctx context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for e, err := range l.walk(ctx, after) {
			if err != nil {
				yield(desk.Event{}, fmt.Errorf("read journal: %w", err))
				return
			}
			if !yield(e.event, nil) {
				return
			}
		}
	}
}

// Wait is desk.Journal's. While the database is away there is nothing to read.
func (l *Log) Wait(ctx context.Context, after desk.Seq) error {
	tick := time.NewTicker(l.poll)
	defer tick.Stop()
	for {
		rung := l.bell.next()
		switch head, err := l.head(ctx); {
		case err != nil && (ctx.Err() != nil || !l.away(err)):
			return fmt.Errorf("wait: %w", err)
		case err == nil && head < after:
			return fmt.Errorf("wait after %d: %w", after, ErrLost)
		case head > after:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait: %w", ctx.Err())
		case <-l.closed:
			return fmt.Errorf("wait: %w", errClosed)
		case <-rung:
		case <-tick.C:
		}
	}
}

// Close waits for the append under way and lets the database go. Whoever waits
// gets an error.
func (l *Log) Close() error {
	l.close.Do(func() { close(l.closed) })
	l.turn <- struct{}{}
	defer l.leave()
	var errs []error
	for _, db := range []*sql.DB{l.reader, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	for _, end := range l.also {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// Fit says whether the journal can be read now, and written as far as is known:
// nil, or what went wrong.
func (l *Log) Fit(ctx context.Context) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	broken := l.broken
	l.leave()
	if broken != nil {
		return broken
	}
	_, err := l.head(ctx)
	return err
}
