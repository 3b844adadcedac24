// Package reminder does what time asks for: it ends requests that nobody has
// answered, asks for what the last days of addresses ask for, takes back the
// tokens of who has left, and, when people are at work, has those reminded whose
// answer is late, others told if it stays so, and everybody told each morning what
// awaits them.
//
// It keeps nothing in memory that matters: what was done is in the journal, so
// that several nodes, and a node that starts again, do each thing once. Telling
// is left to package notify, but for the digest and for imported delegations, which
// are of no one request.
package reminder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Calendar says when people are at work.
type Calendar interface {
	Working(time.Time) bool
	// Day is the day of a time, "2026-12-03".
	Day(time.Time) string
}

// A Teller tells a person, once on a day, what awaits their answer. since is
// before the day's first telling. Somebody who cannot be reached is no error.
type Teller interface {
	Digest(ctx context.Context, to desk.UID, day string, since time.Time, waiting []desk.Request) error
	// Lapse tells who holds an imported delegation, and who may renew it, once, that
	// it lapses soon. since is before it was first told.
	Lapse(ctx context.Context, of desk.Delegation, since time.Time) error
}

// A Reminder looks every minute.
type Reminder struct {
	Desk     *desk.Desk
	Calendar Calendar
	Teller   Teller               // nil: nobody is told
	Quiet    bool                 // nobody is told each morning
	Steady   func() time.Duration // time gone by, by a clock that nobody sets
	Log      *slog.Logger

	wall   time.Time // at the last look
	steady time.Duration
	gone   map[desk.UID]time.Time // who hold tokens and have left: a node that starts again waits anew
}

// every is how often it looks: an end is written within a minute.
const every = time.Minute

// Run works until ctx ends.
func (r *Reminder) Run(ctx context.Context) error {
	r.wall, r.steady = r.Desk.Now(), r.Steady()
	for {
		if err := r.Look(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("remind", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// Look does all that is due now. One request that fails holds up no other.
func (r *Reminder) Look(ctx context.Context) error {
	now := r.Desk.Now()
	if r.jumped(now) {
		return nil // the house freezes by it; nothing has become late
	}
	if err := r.Desk.View.CatchUp(ctx); err != nil {
		return fmt.Errorf("follow journal: %w", err)
	}
	working := r.Calendar.Working(now)
	var errs []error
	for waiting := range r.Desk.View.Requests(desk.Query{States: []desk.State{desk.Waiting, desk.Review}}) {
		if err := r.Desk.Pursue(ctx, waiting.ID, working); err != nil {
			errs = append(errs, fmt.Errorf("pursue %s: %w", waiting.ID, err))
		}
	}
	r.gone = r.Desk.Leavers(r.gone)
	errs = append(errs, r.Desk.Keep(ctx, working), r.Desk.EndLeavers(ctx, r.gone))
	if working && r.Teller != nil {
		errs = append(errs, r.digest(ctx, now), r.lapse(ctx))
	}
	return errors.Join(errs...)
}

// lapse tells of imported delegations, then records it, like digest.
func (r *Reminder) lapse(ctx context.Context) error {
	var errs []error
	for _, o := range r.Desk.Lapsing() {
		err := r.Teller.Lapse(ctx, o, o.Until.AddDate(0, 0, -r.Desk.Keeping.Notice-1))
		if err == nil {
			err = r.Desk.Notice(context.WithoutCancel(ctx), o.ID)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("tell that %s lapses: %w", o.ID, err))
		}
	}
	return errors.Join(errs...)
}

// jumped: the clock was set since the last look. What it says of days gone by is
// believed from the next look on, if the house has not been frozen by then.
func (r *Reminder) jumped(now time.Time) bool {
	passed := r.Steady()
	jump := now.Round(0).Sub(r.wall.Round(0)) - (passed - r.steady)
	r.wall, r.steady = now, passed
	return jump.Abs() > every
}

// digest tells everybody, then records that they were: a node that dies between
// leaves it to another to tell the rest, and the Teller tells nobody twice.
func (r *Reminder) digest(ctx context.Context, now time.Time) error {
	day := r.Calendar.Day(now)
	if r.Quiet || r.Desk.View.Digested() == day || r.Desk.Timeless() {
		return nil
	}
	var errs []error
	for _, who := range r.Desk.View.Bound() {
		if waiting := r.Desk.Inbox(who); len(waiting) > 0 {
			errs = append(errs, r.Teller.Digest(ctx, who, day, now.Add(-24*time.Hour), waiting))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("tell what awaits: %w", err)
	}
	return r.Desk.Digest(context.WithoutCancel(ctx), day)
}
