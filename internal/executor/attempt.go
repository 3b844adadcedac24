package executor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// errTaken: another process was faster. Nothing to do, nothing wrong.
var errTaken = errors.New("taken by another executor")

// Step moves one request along: sends it if it is ready, looks if it is in doubt.
func (x *Executor) Step(ctx context.Context, r desk.Request) error {
	step := x.look
	if r.State == desk.Ready {
		step = x.attempt
	}
	if err := step(ctx, r); err != nil && !errors.Is(err, errTaken) {
		return fmt.Errorf("%s: %w", r.ID, err)
	}
	return nil
}

func (x *Executor) attempt(ctx context.Context, r desk.Request) error {
	before, err := x.read(ctx, r)
	if err != nil {
		x.rest(r.ID)
		return x.tellDown(ctx, r, err)
	}
	if !before.Known() {
		return x.fail(ctx, r, desk.UnknownAccount, nil)
	}
	if before.ID != r.Mailbox {
		return x.fail(ctx, r, desk.OtherMailbox, fmt.Errorf("mailbox is %q, was %q", before.ID, r.Mailbox))
	}
	shown := x.Office.Shows(r.Action, before)
	if err := x.allowed(ctx, r, before); err != nil && !shown {
		if desk.KindOf(err) == desk.Unavailable {
			x.rest(r.ID)
			return err
		}
		return x.fail(ctx, r, desk.CodeOf(err), err)
	}
	claimed, err := x.claim(ctx, r, before)
	if err != nil {
		return err
	}
	// From here on the end of ctx must not cut what is being sent.
	send, cancel := context.WithTimeout(context.WithoutCancel(ctx), x.Timing.Send)
	defer cancel()
	if shown {
		return x.done(send, claimed, before)
	}
	return x.conclude(send, claimed, x.Office.Do(send, r.Action, before))
}

// read finds the mailbox of the request: where the action finds it or, if it is
// not there, where the action leaves it.
func (x *Executor) read(ctx context.Context, r desk.Request) (desk.Account, error) {
	here, err := x.Office.Look(ctx, desk.Address(r.Action.Target))
	if err != nil || here.ID == r.Mailbox || r.Action.After() == desk.Address(r.Action.Target) {
		return here, err
	}
	there, err := x.Office.Look(ctx, r.Action.After())
	if err == nil && there.ID == r.Mailbox {
		return there, nil
	}
	return here, err
}

// allowed asks the rules again, on the people as the directory has them now.
func (x *Executor) allowed(ctx context.Context, r desk.Request, target desk.Account) error {
	people := []desk.UID{r.By, target.Owner}
	for _, v := range r.Votes {
		people = append(people, v.By)
	}
	if err := x.Refresh(ctx, people...); err != nil {
		return desk.Fail(desk.Unavailable, desk.StaleData, "source", "directory").Because(err)
	}
	return x.Desk.Recheck(r, target)
}

// claim writes Started: from now on only this process may send, and anybody
// who finds the claim abandoned knows that the outcome is unknown.
func (x *Executor) claim(ctx context.Context, r desk.Request, before desk.Account) (desk.Request, error) {
	return x.Desk.Change(ctx, r.ID, desk.System, func(now desk.Request) ([]desk.Fact, error) {
		if now.State != desk.Ready || now.Attempt != r.Attempt {
			return nil, errTaken
		}
		until := x.Desk.Now().Add(x.Timing.Send + x.Timing.Fence)
		return []desk.Fact{desk.Started{Attempt: r.Attempt + 1, Until: until, Before: before}}, nil
	})
}

// conclude reads back whatever the answer was: an effect that is seen is
// there, even if the answer was an error.
func (x *Executor) conclude(ctx context.Context, r desk.Request, sent error) error {
	if errors.Is(sent, desk.ErrNotSent) {
		return x.again(ctx, r, sent)
	}
	after, err := x.read(context.WithoutCancel(ctx), r)
	switch {
	case err == nil && x.proves(r, after):
		return x.done(ctx, r, after)
	case err == nil && errors.Is(sent, desk.ErrRefused):
		return x.fail(ctx, r, desk.PartageRefused, sent)
	case sent == nil:
		sent = errors.New("accepted, but the effect is not there")
	}
	return x.doubt(ctx, r, sent, x.Timing.Fence)
}

// look settles an attempt whose outcome is unknown and whose time is over.
func (x *Executor) look(ctx context.Context, r desk.Request) error {
	now, err := x.read(ctx, r)
	switch {
	case err != nil:
		x.rest(r.ID)
		return err
	case now.ID != r.Before.ID:
		return x.fail(ctx, r, desk.OtherMailbox, fmt.Errorf("mailbox is %q, was %q", now.ID, r.Before.ID))
	case x.proves(r, now):
		return x.done(ctx, r, now)
	case r.Looks < 2:
		return x.doubt(ctx, r, errors.New("effect not seen"), x.Timing.Apart)
	case r.Doubts >= x.Timing.Attempts:
		return x.fail(ctx, r, desk.NoEffect, errors.New(r.Error))
	}
	return x.again(ctx, r, errors.New("proved without effect"))
}

// proves: the same mailbox, and it shows what was asked.
func (x *Executor) proves(r desk.Request, a desk.Account) bool {
	return a.Known() && a.ID == r.Before.ID && x.Office.Shows(r.Action, a)
}

func (x *Executor) done(ctx context.Context, r desk.Request, proof desk.Account) error {
	return x.write(ctx, r, desk.Done{Attempt: r.Attempt, Proof: proof})
}

func (x *Executor) doubt(ctx context.Context, r desk.Request, cause error, wait time.Duration) error {
	return x.write(ctx, r, desk.Unknown{Attempt: r.Attempt, Looks: r.Looks + 1, Error: cause.Error(), Until: x.Desk.Now().Add(wait)})
}

// again makes the request ready, after a rest that doubles: a long outage must
// not fill the journal.
func (x *Executor) again(ctx context.Context, r desk.Request, cause error) error {
	after := x.Desk.Now().Add(x.Timing.Rest << min(r.Attempt, 6))
	return x.write(ctx, r, desk.Failed{Attempt: r.Attempt, Code: desk.PartageDown, Error: cause.Error(), After: after})
}

func (x *Executor) fail(ctx context.Context, r desk.Request, code desk.Code, cause error) error {
	f := desk.Failed{Attempt: r.Attempt, Code: code, Final: true}
	if cause != nil {
		f.Error = cause.Error()
	}
	return x.write(ctx, r, f)
}

// tellDown records, once, that a ready request waits for Partage to answer.
func (x *Executor) tellDown(ctx context.Context, r desk.Request, cause error) error {
	if r.Code == desk.PartageDown || ctx.Err() != nil {
		return cause
	}
	return errors.Join(cause, x.again(ctx, r, cause))
}

// write appends what was found, unless somebody else has moved the attempt on.
func (x *Executor) write(ctx context.Context, r desk.Request, f desk.Fact) error {
	_, err := x.Desk.Change(context.WithoutCancel(ctx), r.ID, desk.System, func(now desk.Request) ([]desk.Fact, error) {
		if now.State != r.State || now.Attempt != r.Attempt || now.Looks != r.Looks {
			return nil, errTaken
		}
		return []desk.Fact{f}, nil
	})
	return err
}
