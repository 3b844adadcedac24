package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// An entry is a row that was read, checked and understood.
type entry struct {
	row
	salt, data []byte // nil once erased
	leaf       tlog.Hash
	event      desk.Event
}

// entry opens a row.
func (l *Log) entry(ctx context.Context, r row) (entry, error) {
	e := entry{row: r, leaf: r.hash()}
	err := l.fill(ctx, &e)
	if err != nil {
		return e, fmt.Errorf("event %d: %w", r.seq, err)
	}
	return e, nil
}

func (l *Log) fill(ctx context.Context, e *entry) error {
	by, err := l.persons.of(ctx, e.by)
	if err != nil {
		return err
	}
	subject, err := l.persons.of(ctx, e.subject)
	if err != nil {
		return err
	}
	e.event = desk.Event{Seq: e.seq, At: time.UnixMicro(e.at).UTC(), ID: desk.ID(e.request), By: by.login, Subject: subject.login}
	if subject.key == nil || len(e.payload) == 0 {
		e.event.Fact, err = erased(e.kind)
		return err
	}
	if e.salt, e.data, err = e.open(subject.key); err != nil {
		return fmt.Errorf("%w: %w", err, ErrDamaged)
	}
	e.event.Fact, err = decode(e.kind, e.data)
	return err
}

// greet makes the program the first person of a journal that begins.
func (l *Log) greet(ctx context.Context) error {
	head, err := l.head(ctx)
	if err == nil && head == 0 {
		_, err = l.persons.called(ctx, desk.System)
	}
	return err
}

// rows encodes and seals the events.
func (l *Log) rows(ctx context.Context, events []desk.Event) (rows []row, err error) {
	rows = make([]row, len(events))
	for i, e := range events {
		if err := l.row(ctx, &rows[i], e); err != nil {
			return nil, fmt.Errorf("write event %d: %w", e.Seq, err)
		}
	}
	return rows, nil
}

func (l *Log) row(ctx context.Context, r *row, e desk.Event) (err error) {
	*r = row{seq: e.Seq, at: e.At.UnixMicro(), request: string(e.ID)}
	var data []byte
	if r.kind, data, err = encode(e.Fact); err != nil {
		return err
	}
	if r.by, err = l.persons.called(ctx, e.By); err != nil {
		return err
	}
	if r.subject, err = l.persons.called(ctx, subjectOf(e)); err != nil {
		return err
	}
	who, err := l.persons.of(ctx, r.subject)
	if err != nil {
		return err
	}
	return r.seal(l.random, who.key, data)
}

func subjectOf(e desk.Event) desk.UID {
	switch {
	case e.Subject != "":
		return e.Subject
	case e.By != "":
		return e.By
	}
	return desk.System
}

// follow checks that events can stand right after a position.
func follow(after desk.Seq, events []desk.Event) error {
	if len(events) == 0 || after < 0 {
		return errors.New("nothing to append, or nowhere")
	}
	for i, e := range events {
		switch {
		case e.Seq != after+desk.Seq(i)+1:
			return fmt.Errorf("event %d cannot be number %d after %d", e.Seq, i+1, after)
		case e.ID == "-" || strings.ContainsFunc(string(e.ID), func(r rune) bool { return r <= ' ' || r > '~' }):
			return fmt.Errorf("event %d: %q is no name of a request", e.Seq, e.ID)
		case strings.ContainsAny(string(e.By+e.Subject), "\n"):
			return fmt.Errorf("event %d: line break in a login", e.Seq)
		case !utf8.ValidString(string(e.By)) || !utf8.ValidString(string(e.Subject)):
			return fmt.Errorf("event %d: a login that is no text", e.Seq)
		}
	}
	return nil
}
