package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Log is a journal in a database. What it returns from Append is on the
// disk; what it yields from Read has been opened and compared with its commitment.
type Log struct {
	dialect
	random  io.Reader
	held    *os.File
	writer  *sql.DB // one connection; nil if the Log is only to be read
	reader  *sql.DB
	persons *persons
	tree    tree
	bell    bell
	poll    time.Duration // how often Wait looks by itself, for what another process appended

	mu     sync.Mutex
	broken error // the first write that went wrong
}

var _ desk.Journal = (*Log)(nil)

// ErrLost says that somebody has seen events that this journal does not have,
// as when an older copy of the file was put back.
var ErrLost = errors.New("the journal ends before: it has lost events")

// ErrRewritten says that an event is not what it was when somebody saw it.
var ErrRewritten = errors.New("the journal was rewritten")

// errBusy is a lock that another program holds, such as a backup; nothing was
// written.
var errBusy = errors.New("the journal is held by another program")

// Append is desk.Journal's. Once begun it is finished, even if ctx ends. After
// a write that went wrong nobody knows what the disk holds: the Log returns
// that error for ever, until it is opened anew.
func (l *Log) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	err := follow(after, events)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && l.writer == nil {
		err = errors.New("the journal was opened for reading")
	}
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return 0, l.broken
	}
	ctx = context.WithoutCancel(ctx)
	rows, err := l.rows(ctx, events)
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	err = l.write(ctx, after, rows)
	switch {
	case err == nil:
		l.bell.ring()
		return after + desk.Seq(len(rows)), nil
	case errors.Is(err, desk.ErrBehind):
		return 0, err
	case errors.Is(err, ErrLost), errors.Is(err, errBusy):
		return 0, fmt.Errorf("append after %d: %w", after, err)
	}
	l.broken = fmt.Errorf("append after %d, writing has stopped: %w", after, err)
	return 0, l.broken
}

func (l *Log) write(ctx context.Context, after desk.Seq, rows []row) error {
	tx, err := l.writer.BeginTx(ctx, nil)
	if l.busy(err) {
		return fmt.Errorf("%w: %w", errBusy, err)
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := l.insert(ctx, tx, after, rows); err != nil {
		if undone := tx.Rollback(); undone != nil {
			return fmt.Errorf("roll back after %q: %w", err.Error(), undone)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// insert adds the rows after the event they follow.
func (l *Log) insert(ctx context.Context, tx *sql.Tx, after desk.Seq, rows []row) error {
	if err := reaches(ctx, tx, after); err != nil {
		return err
	}
	err := insert(ctx, tx, rows)
	if l.taken(err) {
		return desk.ErrBehind
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

// Wait is desk.Journal's.
func (l *Log) Wait(ctx context.Context, after desk.Seq) error {
	tick := time.NewTicker(l.poll)
	defer tick.Stop()
	for {
		rung := l.bell.next()
		switch head, err := l.head(ctx); {
		case err != nil:
			return fmt.Errorf("wait: %w", err)
		case head < after:
			return fmt.Errorf("wait after %d: %w", after, ErrLost)
		case head > after:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait: %w", ctx.Err())
		case <-rung:
		case <-tick.C:
		}
	}
}

// Close waits for the append under way and lets the file go. Whoever waits
// gets an error.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, db := range []*sql.DB{l.reader, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if l.persons != nil {
		errs = append(errs, l.persons.db.Close())
	}
	if l.held != nil {
		errs = append(errs, l.held.Close())
	}
	l.bell.ring()
	return errors.Join(errs...)
}
