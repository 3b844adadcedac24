package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// openHouse opens the journal and the house on it. If the journal is damaged, or
// holds an event that cannot have happened, the house shows what comes before,
// and does nothing.
func (c config) openHouse(ctx context.Context, log *slog.Logger, p parts, from people) (*house, *journal.Log, error) {
	events, err := c.openJournal(ctx, p.journalPassword)
	if err == nil {
		var h *house
		if h, err = newHouse(ctx, log, events, p.seed, from, p.office); err == nil {
			return h, events, nil
		}
		err = errors.Join(err, events.Close())
	}
	if !errors.Is(err, journal.ErrDamaged) && !errors.Is(err, desk.ErrIllegal) {
		return nil, nil, err
	}
	log.Error("read-only: the journal is damaged; nothing is saved or sent. Put back the last backup: see docs/operations.md", "error", err)
	return c.openRuin(ctx, log, p, from, err)
}

func (c config) openRuin(ctx context.Context, log *slog.Logger, p parts, from people, why error) (*house, *journal.Log, error) {
	events, err := c.salvage(ctx, p.journalPassword)
	if err != nil {
		return nil, nil, errors.Join(why, err)
	}
	sound, damage, err := soundness(ctx, events)
	if err != nil || damage == nil {
		return nil, nil, errors.Join(why, err, events.Close())
	}
	why = damage
	h, err := newHouse(ctx, log, ruin{events, sound, why}, p.seed, from, p.office)
	if err != nil {
		return nil, nil, errors.Join(why, err, events.Close())
	}
	h.ruined = why
	h.desk.View = stopped{h.mirror, desk.Event{At: time.Now().UTC(), By: desk.System, Fact: desk.Frozen{Cause: desk.ByDamage, Reason: why.Error()}}}
	return h, events, nil
}

// soundness finds the last event before the first that was damaged, or that is as
// it was written but cannot have happened, and says what is wrong with that one.
func soundness(ctx context.Context, events *journal.Log) (sound desk.Seq, damage, err error) {
	sound, damage = events.Verify(ctx) // from the first event: the one that was found need not be the first
	if damage != nil && !errors.Is(damage, journal.ErrDamaged) {
		return sound, nil, damage
	}
	view := mirror.New(ruin{events, sound, damage})
	if illegal := view.CatchUp(ctx); errors.Is(illegal, desk.ErrIllegal) {
		_, sound = view.Request("")
		return sound, illegal, nil
	} else if illegal != nil {
		return sound, nil, illegal
	}
	return sound, damage, nil
}

func (c config) salvage(ctx context.Context, password string) (*journal.Log, error) {
	if c.onPostgres() {
		return journal.SalvagePostgres(ctx, c.Journal, password)
	}
	return journal.SalvageSQLite(ctx, c.Journal)
}

// A ruin is a journal that ends, for whoever reads it, where it is damaged.
type ruin struct {
	*journal.Log
	sound desk.Seq // the last event before the damage
	why   error
}

// Append writes nothing.
func (r ruin) Append(context.Context, desk.Seq, ...desk.Event) (desk.Seq, error) {
	return 0, desk.Fail(desk.Unavailable, desk.JournalDamaged).Because(r.why)
}

// Read yields what comes before the damage.
func (r ruin) Read(ctx context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for e, err := range r.Log.Read(ctx, after) {
			if e.Seq > r.sound || errors.Is(err, journal.ErrDamaged) || !yield(e, err) {
				return
			}
		}
	}
}

// Wait waits for ever: nothing comes.
func (ruin) Wait(ctx context.Context, _ desk.Seq) error {
	<-ctx.Done()
	return fmt.Errorf("wait: %w", ctx.Err())
}

// A stopped view is frozen by what no journal can say.
type stopped struct {
	*mirror.Mirror
	freeze desk.Event
}

// Freeze is desk.Fold's.
func (s stopped) Freeze() (desk.Event, bool) { return s.freeze, true }
