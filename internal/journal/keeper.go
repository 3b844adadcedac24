package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Keeper signs checkpoints of a journal while it grows. Several nodes may each
// have one: of the same tree at the same size they sign the same text.
type Keeper struct {
	Log     *Log
	Key     Key
	Shelf   Shelf
	Publish func(ctx context.Context, signed string) error // to where others keep it; nil = nowhere
	Accepts func(Checkpoint) bool                          // that the journal is not the one of a checkpoint; nil = never
	Now     func() time.Time
	Report  *slog.Logger
}

const (
	keptEvents = 100             // that are signed together at most
	keptWait   = 5 * time.Minute // that an event waits at most
	tryTime    = 10 * time.Second
	tryAgain   = 30 * time.Second
)

// Run signs until ctx ends, and then once more: each time that 100 events have
// come, and within five minutes after any. It signs nothing while the journal is not the one of the
// last checkpoint, until that is accepted; then it begins anew. A folder that cannot be written, or a place to publish
// that does not answer, is told and tried again, and holds nothing else up.
func (k *Keeper) Run(ctx context.Context) error {
	kept, err := k.begin(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	for {
		kept.size = k.Log.tree.grown()
		k.bring(ctx, &kept)
		if err := k.wait(ctx, kept); err != nil || ctx.Err() != nil {
			k.end(kept)
			return err
		}
	}
}

// begin finds how far the work came before, or waits until it may begin anew.
func (k *Keeper) begin(ctx context.Context) (at kept, err error) {
	for told := false; ; told = true {
		last, err := k.Shelf.Last(k.Key.Public())
		if err == nil {
			err = k.Log.Against(ctx, last)
		}
		switch {
		case err == nil && last.Size == 0:
			return at, nil
		case err == nil: // the same text again: what was not published before the last end is
			at.signed, at.published = last.Size, k.Shelf.posted()
			at.note, err = k.Key.Sign(last.Size, last.Root)
			return at, err
		case k.Accepts != nil && k.Accepts(last):
			return at, nil
		case !told && ctx.Err() == nil:
			k.Report.Error("no checkpoint is signed any more, until this is accepted by a thaw", "error", err)
		}
		size := k.Log.tree.grown()
		if err := k.wait(ctx, kept{size: size, signed: size}); err != nil || ctx.Err() != nil {
			return at, err
		}
	}
}

// end signs what was read since, so that an older copy is known at the next start.
func (k *Keeper) end(at kept) {
	if at.size = k.Log.tree.grown(); at.size == at.signed {
		return
	}
	if err := k.sign(&at); err != nil {
		k.Report.Error("keep checkpoint", "events", int64(at.size), "error", err)
	}
}

// kept is how far the work has come.
type kept struct {
	size, signed, published desk.Seq
	note                    []byte
	since                   time.Time // something is unsigned
	again                   time.Time // what went wrong is tried, not before
}

// bring signs and publishes what is due.
func (k *Keeper) bring(ctx context.Context, at *kept) {
	now := k.Now()
	if at.size == at.signed || at.since.IsZero() {
		at.since = now
	}
	if now.Before(at.again) {
		return
	}
	var err error
	if grown := at.size - at.signed; grown >= keptEvents || grown > 0 && now.Sub(at.since) >= keptWait {
		err = k.sign(at)
	}
	if err == nil && at.published < at.signed && k.Publish != nil {
		err = k.publish(ctx, at)
	}
	if err != nil && ctx.Err() == nil {
		at.again = now.Add(tryAgain)
		k.Report.Error("keep checkpoint", "events", int64(at.signed), "error", err)
	}
}

func (k *Keeper) sign(at *kept) error {
	root, err := k.Log.tree.root(at.size)
	if err != nil {
		return err
	}
	signed, err := k.Key.Sign(at.size, root)
	if err != nil {
		return err
	}
	if err := k.Shelf.put(signed); err != nil {
		return err
	}
	at.note, at.signed, at.since = signed, at.size, k.Now()
	return nil
}

func (k *Keeper) publish(ctx context.Context, at *kept) error {
	once, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	if err := k.Publish(once, string(at.note)); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	at.published = at.signed
	return k.Shelf.post(at.published)
}

// wait returns when there is more to read, which it has then read, or when
// something is due.
func (k *Keeper) wait(ctx context.Context, at kept) error {
	now, next := k.Now(), time.Hour
	if at.signed < at.size {
		next = at.since.Add(keptWait).Sub(now)
	}
	if later := at.again.Sub(now); later > 0 {
		next = later
	}
	soon, cancel := context.WithTimeout(ctx, max(next, 0))
	defer cancel()
	err := k.Log.Wait(soon, at.size)
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err == nil {
		err = k.Log.grow(context.WithoutCancel(ctx))
	}
	return err
}
