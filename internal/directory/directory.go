package directory

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/go-ldap/ldap/v3"

	"github.com/unistra/melusine/internal/desk"
)

// A Directory answers who is who. It may be used by several goroutines.
//
// Lookups share one connection, dialled at the first of them and again when it
// has died; a full read has a connection of its own.
type Directory struct {
	config Config
	shared chan *wire // the one connection; nil when there is none
	stats  atomic.Pointer[Stats]
}

// Stats counts what the last full read that succeeded has found.
type Stats struct {
	People   int
	Units    int
	Groups   int
	Rejected map[Reason]int // entries left out
}

// Open checks the configuration. It does not connect yet: Ping does.
func Open(c Config) (*Directory, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	d := &Directory{config: c, shared: make(chan *wire, 1)}
	d.shared <- nil
	return d, nil
}

// Close ends the shared connection. A lookup afterwards dials again.
func (d *Directory) Close() {
	w := <-d.shared
	if w != nil {
		w.hangUp()
	}
	d.shared <- nil
}

// Stats returns the counts of the last full read; its map must not be changed.
func (d *Directory) Stats() Stats {
	if s := d.stats.Load(); s != nil {
		return *s
	}
	return Stats{}
}

// People reads everybody. It yields either every person, each once and
// complete, and no error; or one error and nobody, so that no part of a
// directory is ever taken for the whole. A directory without people is an
// error.
func (d *Directory) People(ctx context.Context) iter.Seq2[desk.Person, error] {
	return func(yield func(desk.Person, error) bool) {
		all, err := d.Read(ctx)
		if err != nil {
			yield(desk.Person{}, fmt.Errorf("read people: %w", err))
			return
		}
		all.People()(yield)
	}
}

// Person reads somebody afresh, as People would yield them. uid is in lower
// case. The zero Person and no error mean that there is none; it takes at most
// the timeout to know.
func (d *Directory) Person(ctx context.Context, uid desk.UID) (desk.Person, error) {
	var p desk.Person
	err := d.ask(ctx, func(ctx context.Context, w *wire) (err error) {
		p, err = d.look(ctx, w, uid)
		return err
	})
	if err != nil {
		return desk.Person{}, fmt.Errorf("read person: %w", err)
	}
	return p, nil
}

// Ping says whether the directory answers and lets us read the branch of people.
func (d *Directory) Ping(ctx context.Context) error {
	root := query{d.config.people().base, ldap.ScopeBaseObject, "(objectClass=*)", []string{"1.1"}}
	err := d.ask(ctx, func(ctx context.Context, w *wire) error {
		_, err := w.search(ctx, root)
		return err
	})
	if err != nil {
		return fmt.Errorf("ping directory: %w", err)
	}
	return nil
}

// ask runs f on the shared connection, and again on a new one if the old turns
// out to be dead. All of it ends within the timeout.
func (d *Directory) ask(ctx context.Context, f func(context.Context, *wire) error) error {
	asked, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	for {
		w, used, err := d.connection(asked)
		if err != nil {
			return err
		}
		err = f(asked, w)
		if err == nil || answered(err) || ctx.Err() != nil {
			return err
		}
		w.hangUp() // dead, or too slow to be of use
		if !used || asked.Err() != nil {
			return err
		}
	}
}

// connection is the shared one; used says that it may have died unnoticed.
func (d *Directory) connection(ctx context.Context) (w *wire, used bool, err error) {
	select {
	case w = <-d.shared:
	case <-ctx.Done():
		return nil, false, context.Cause(ctx)
	}
	if used = w != nil && !w.IsClosing(); !used {
		w, err = d.config.dial(ctx)
	}
	d.shared <- w
	return w, used, err
}
