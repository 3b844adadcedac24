package drift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Conductor carries plans out, keeps the trend, and synchronises. It keeps
// nothing that matters in memory: several nodes may each have one.
type Conductor struct {
	Desk   *desk.Desk
	Config Config
	Zone   *time.Location       // of Daily
	Steady func() time.Duration // time gone by, by a clock that nobody sets
	Log    *slog.Logger

	synced time.Duration // when it last synchronised, by the steady clock
	begun  bool
}

// every is how often it looks when the journal is still.
const every = time.Minute

// Run works until ctx ends.
func (c *Conductor) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, at := c.Desk.View.Request("")
		if err := c.Look(ctx); err != nil && ctx.Err() == nil {
			c.Log.Error("conduct", "error", err)
		}
		wait, cancel := context.WithTimeout(ctx, every)
		err := c.Desk.Journal.Wait(wait, at)
		cancel()
		if err == nil {
			err = c.Desk.View.CatchUp(context.WithoutCancel(ctx))
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return fmt.Errorf("follow journal: %w", err)
		}
	}
	return nil
}

// Look does all that is due now. A plan that cannot be moved on holds up no other.
func (c *Conductor) Look(ctx context.Context) error {
	var errs []error
	for _, id := range c.Desk.Plans() {
		if err := c.Desk.Conduct(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("plan %s: %w", id, err))
		}
	}
	if c.Desk.Timeless() {
		return errors.Join(errs...)
	}
	return errors.Join(append(errs, c.mark(ctx), c.synchronise(ctx))...)
}

// mark keeps the day's point, from its hour on. What is too old to be believed
// is not a point: later.
func (c *Conductor) mark(ctx context.Context) error {
	if c.Config.Daily == "" || c.Desk.Now().In(c.Zone).Format(hourForm) < c.Config.Daily || c.Desk.Marked() {
		return nil
	}
	if err := c.Desk.Mark(ctx); desk.KindOf(err) != desk.Unavailable {
		return err
	}
	return nil
}

// synchronise asks for what the program may repair by itself. What the rules do
// not let it is not asked for.
func (c *Conductor) synchronise(ctx context.Context) error {
	if c.Config.Sync.Every == 0 || c.begun && c.Steady()-c.synced < c.Config.Sync.Every {
		return nil
	}
	c.synced, c.begun = c.Steady(), true
	err := c.Desk.Synchronise(ctx, desk.Selection{Causes: c.Config.Sync.Causes})
	switch desk.CodeOf(err) {
	case desk.NothingToRepair, desk.AlreadySo, desk.StaleData:
		return nil
	}
	return err
}
