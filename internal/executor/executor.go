// Package executor carries out what was approved, once, and proves it.
//
// A request is carried out step by step: most have one step, some a plan of
// several, written before the first. One attempt at a step is: read the mailbox
// (the before-image), before the first step ask the rules again on it, take the
// one token of the attempt, write Started (the claim, and the trace that a crash
// leaves), send once, read back, write Stepped or Done. What is not proved
// either way is Unknown, and stays so until the token is dead and the write can
// no longer take effect: then the mailbox is read twice, and only two reads that
// do not find the effect count as a proof that it did not happen. An attempt
// that another process has claimed is left alone.
//
// A step that fails for good turns the request back: the steps in force are
// taken back one by one, last first, by the same protocol.
package executor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unistra/melusine/internal/desk"
)

// An Executor works through the requests that are ready or in doubt.
type Executor struct {
	Desk   *desk.Desk
	Office desk.Office
	// Refresh reads people from the directory itself into the view.
	Refresh func(context.Context, ...desk.UID) error
	Timing  Timing
	// Halted says that nothing may be sent, by a sign outside the journal: the
	// freeze file. It is asked before each claim, and again as the write leaves.
	Halted func() bool
	Steady func() time.Duration // time gone by, by a clock that nobody sets
	Log    *slog.Logger

	mu      sync.Mutex
	resting map[desk.ID]time.Time // what was tried came to nothing: not before
	seen    map[desk.ID]sight
}

// A sight is when this process first saw a request in the doubt that it is in.
type sight struct {
	attempt, looks int
	at             time.Duration // by the steady clock
}

// Run works until ctx ends. A send that is under way is finished first.
func (x *Executor) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, at := x.Desk.View.Request("")
		soon, done := context.WithTimeout(ctx, x.untilNext()) // what becomes due during the sweep is not waited for twice
		if err := x.Sweep(ctx); err != nil && ctx.Err() == nil {
			x.Log.Error("sweep", "error", err)
		}
		wait, cancel := context.WithTimeout(soon, x.untilNext())
		err := x.Desk.Journal.Wait(wait, at)
		cancel()
		done()
		if err == nil {
			err = x.Desk.View.CatchUp(context.WithoutCancel(ctx))
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return fmt.Errorf("follow journal: %w", err)
		}
	}
	return nil
}

// Sweep takes one step on every request that may be worked on now: one at a
// time in each mail domain, and never two at once on one account.
func (x *Executor) Sweep(ctx context.Context) error {
	byDomain, busy := map[string][]desk.Request{}, map[string]bool{}
	open := x.open()
	x.forget(open)
	for _, r := range open {
		if boxes := boxesOf(r); slices.ContainsFunc(boxes, func(box string) bool { return busy[box] }) {
			continue
		}
		for _, box := range boxesOf(r) {
			busy[box] = true
		}
		if x.due(r) {
			domain := desk.Address(r.Next().Target).Domain()
			byDomain[domain] = append(byDomain[domain], r)
		}
	}
	var work errgroup.Group
	work.SetLimit(8)
	found := make([]error, len(byDomain)) // Wait would give the first only
	for i, domain := range slices.Sorted(maps.Keys(byDomain)) {
		work.Go(func() error {
			for _, r := range byDomain[domain] {
				found[i] = errors.Join(found[i], x.Step(ctx, r))
			}
			return nil
		})
	}
	return errors.Join(append(found, work.Wait())...)
}

// boxesOf names what a request keeps others from: its mailbox, the one that its
// next step is on, or an address that nobody has yet.
func boxesOf(r desk.Request) []string {
	return []string{cmp.Or(r.Mailbox, r.Action.Target), cmp.Or(r.Box(), r.Action.Target)}
}

// open lists the requests to be worked on, claimed and begun ones first, then
// oldest first. In a freeze what was sent is still looked at.
func (x *Executor) open() []desk.Request {
	var claimed, ready []desk.Request
	frozen := x.frozen()
	for r := range x.Desk.View.Requests(desk.Query{States: []desk.State{desk.Ready, desk.Running, desk.Doubtful}}) {
		switch {
		case r.State != desk.Ready:
			claimed = append(claimed, r)
		case frozen:
		case r.Begun():
			claimed = append(claimed, r)
		default:
			ready = append(ready, r)
		}
	}
	slices.Reverse(ready) // Requests gives the newest first
	return append(claimed, ready...)
}

// frozen: the journal says so, or the file.
func (x *Executor) frozen() bool {
	_, frozen := x.Desk.View.Freeze()
	return frozen || x.Halted()
}

func (x *Executor) due(r desk.Request) bool { return x.wait(r) <= 0 }

// wait is how long nothing is to be done about the request.
func (x *Executor) wait(r desk.Request) time.Duration {
	now := x.Desk.Now()
	until, longest := r.Until.Sub(now), r.Wait
	if r.State == desk.Ready {
		longest = x.Timing.Rest << doublings
	}
	if until > longest { // the clock was ahead when that was written: it would never come
		until = 0
	}
	return max(until, x.restUntil(r.ID).Sub(now), x.fence(r))
}

// fence is how long this process must still wait for it to have waited itself
// for as long as the request was to. A clock that is set ahead must not make a
// fence shorter, so a process that finds a doubt when it starts gives it the
// whole time anew.
func (x *Executor) fence(r desk.Request) time.Duration {
	if r.State == desk.Ready {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	s, known := x.seen[r.ID]
	if !known || s.attempt != r.Attempt || s.looks != r.Looks {
		if x.seen == nil {
			x.seen = map[desk.ID]sight{}
		}
		s = sight{r.Attempt, r.Looks, x.Steady()}
		x.seen[r.ID] = s
	}
	return s.at + r.Wait - x.Steady()
}

// forget drops what is known of requests that are no longer open.
func (x *Executor) forget(open []desk.Request) {
	still := make(map[desk.ID]bool, len(open))
	for _, r := range open {
		still[r.ID] = true
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	maps.DeleteFunc(x.seen, func(id desk.ID, _ sight) bool { return !still[id] })
	now := x.Desk.Now()
	maps.DeleteFunc(x.resting, func(_ desk.ID, until time.Time) bool { return now.After(until) })
}

// untilNext is how long nothing is due, a minute at most.
func (x *Executor) untilNext() time.Duration {
	next := time.Minute
	for _, r := range x.open() {
		if d := x.wait(r); d > 0 {
			next = min(next, d)
		}
	}
	return next
}

func (x *Executor) rest(id desk.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.resting == nil {
		x.resting = map[desk.ID]time.Time{}
	}
	x.resting[id] = x.Desk.Now().Add(x.Timing.Rest)
}

func (x *Executor) restUntil(id desk.ID) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.resting[id]
}
