package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// errTaken: another process was faster, or the moment has passed. Nothing to do,
// nothing wrong.
var errTaken = errors.New("taken by another executor")

// Step moves one request along: sends it if it is ready, looks if it is in doubt.
// What comes to nothing is tried again after a rest: perhaps nothing was written
// that would wake anybody.
func (x *Executor) Step(ctx context.Context, r desk.Request) error {
	step := x.look
	if r.State == desk.Ready {
		if x.frozen() { // since the sweep began: what could not be claimed is not looked at
			return nil
		}
		step = x.attempt
	}
	err := step(ctx, r)
	if err != nil {
		x.rest(r.ID)
	}
	if err != nil && !errors.Is(err, errTaken) {
		return fmt.Errorf("%s: %w", r.ID, err)
	}
	return nil
}

// attempt carries out the step that comes now, as far as it can be told.
func (x *Executor) attempt(ctx context.Context, r desk.Request) error {
	before, err := x.Office.Look(ctx, r.Next(), r.Box())
	if err != nil {
		return x.down(ctx, r, err)
	}
	if !r.Finds(before) {
		return x.missing(ctx, r, before)
	}
	var plan desk.Plan
	if !r.Begun() {
		if plan, before, err = x.prepare(ctx, r, before); err != nil {
			return x.refuse(ctx, r, err)
		}
		r.Plan = plan
	}
	return x.carryOut(ctx, r, plan, before)
}

// prepare asks the rules, and plans: anew after an attempt that came to nothing, for
// what the request is on may be another by now. It is given what was read for the
// first step, and returns that of the plan.
func (x *Executor) prepare(ctx context.Context, r desk.Request, before desk.Account) (plan desk.Plan, first desk.Account, err error) {
	there := x.there(r, before)
	if len(r.Plan.Steps) > 0 && !there {
		r.Plan = desk.Plan{}
		if before, err = x.Office.Look(ctx, r.Next(), r.Box()); err != nil {
			return plan, before, err
		}
		if !r.Finds(before) {
			return plan, before, desk.Fail(desk.Conflict, desk.OtherMailbox, "target", r.Action.Target)
		}
	}
	if err := x.allowed(ctx, r, before); err != nil && (r.Action.Dates() || !there) {
		return plan, before, err
	}
	return x.plan(ctx, r, before)
}

// carryOut claims the step and sends it. The token comes first: the fence is
// counted from it, and none is taken between the claim and the send.
func (x *Executor) carryOut(ctx context.Context, r desk.Request, plan desk.Plan, before desk.Account) error {
	if x.Office.Shows(r.Next(), before) {
		claimed, _, err := x.claim(ctx, r, plan, before, time.Time{})
		if err != nil {
			return x.stopped(ctx, r, err)
		}
		return x.proved(ctx, claimed, before)
	}
	pen, err := x.Office.Pen(ctx, r.Next(), before)
	if errors.Is(err, desk.ErrRefused) {
		return x.fail(ctx, r, desk.PartageRefused, err)
	}
	if err != nil {
		return x.down(ctx, r, err)
	}
	claimed, intent, err := x.claim(ctx, r, plan, before, pen.Issued())
	if err != nil {
		return x.stopped(ctx, r, err)
	}
	return x.send(ctx, claimed, pen, intent)
}

// send sends what was claimed, if it may leave at the moment it would.
func (x *Executor) send(ctx context.Context, claimed desk.Request, pen desk.Pen, intent time.Time) error {
	// The end of ctx must not cut what is being sent.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), x.Timing.Send)
	defer cancel()
	var stopped error
	sent := pen.Write(desk.WithLeave(ctx, func() error { stopped = x.leave(intent); return stopped }))
	if stopped != nil && errors.Is(sent, desk.ErrNotSent) {
		return x.again(ctx, claimed, desk.CodeOf(stopped), sent)
	}
	return x.conclude(ctx, claimed, sent)
}

// leave says why what was claimed at intent may not leave now: it is too long
// ago for the claim to stand for the present, or everything is stopped.
func (x *Executor) leave(intent time.Time) error {
	if paused := x.Desk.Now().Sub(intent); paused < 0 || paused > x.Timing.Pause {
		return desk.Fail(desk.Unavailable, desk.Paused).Because(fmt.Errorf("%v after its intent", paused))
	}
	if x.frozen() {
		return desk.Fail(desk.Unavailable, desk.HouseFrozen)
	}
	return nil
}

// allowed asks the rules again, on the people as the directory has them now.
func (x *Executor) allowed(ctx context.Context, r desk.Request, target desk.Account) error {
	people := []desk.UID{r.By, r.Owner, target.Owner}
	for _, v := range r.Votes {
		people = append(people, v.By)
	}
	slices.Sort(people)
	if err := x.Refresh(ctx, slices.Compact(people)...); err != nil {
		return desk.Fail(desk.Unavailable, desk.StaleData, "source", "directory").Because(err)
	}
	return x.Desk.Recheck(r, target)
}

// plan says by which steps the request is carried out: none is written for one
// that is its own step. The account is read again for the first of them.
func (x *Executor) plan(ctx context.Context, r desk.Request, before desk.Account) (desk.Plan, desk.Account, error) {
	if x.there(r, before) {
		return r.Plan, before, nil
	}
	plan, err := x.Office.Plan(ctx, r, before, x.Desk.Deletion(r))
	if err != nil || len(plan.Steps) == 0 {
		return plan, before, err
	}
	r.Plan = plan
	first, err := x.Office.Look(ctx, r.Next(), r.Box())
	if err == nil && !r.Finds(first) {
		err = desk.Fail(desk.Conflict, desk.OtherMailbox, "target", r.Action.Target)
	}
	return plan, first, err
}

// there: all that is asked shows already, by its one step.
func (x *Executor) there(r desk.Request, before desk.Account) bool {
	steps := r.Steps()
	return len(steps) == 1 && r.Finds(before) && x.Office.Shows(steps[0].Do, before)
}

// claim writes Started: from now on only this process may send, and anybody
// who finds the claim abandoned knows that the outcome is unknown. It also
// tells when that was; a zero issued says that nothing is to be sent.
func (x *Executor) claim(ctx context.Context, r desk.Request, plan desk.Plan, before desk.Account, issued time.Time) (claimed desk.Request, intent time.Time, err error) {
	claimed, err = x.Desk.Change(ctx, r.ID, desk.System, func(now desk.Request) ([]desk.Fact, error) {
		if now.State != desk.Ready || now.Attempt != r.Attempt {
			return nil, errTaken
		}
		if err := x.Desk.Clear(now); err != nil {
			return nil, err
		}
		// The rules or what they look at may have changed since they were asked: then
		// the next attempt finds out what they say now.
		if err := x.Desk.Recheck(now, before); err != nil && !now.Begun() && (r.Action.Dates() || !issued.IsZero()) {
			return nil, errTaken
		}
		intent = x.Desk.Now()
		if age := intent.Sub(issued); !issued.IsZero() && (age < 0 || age > x.Timing.TokenLife) {
			return nil, errTaken // dead, or the clock was set meanwhile: its fence would mean nothing
		}
		started := desk.Started{Attempt: r.Attempt + 1, Undo: r.Undoing, Issued: issued, Until: intent.Add(x.Timing.Send), Before: before}
		if !issued.IsZero() {
			started.Until = x.Timing.fence(issued)
		}
		if started.Step = r.Step; r.Undoing {
			started.Step--
		}
		if len(plan.Steps) > 0 {
			return []desk.Fact{desk.Planned{Plan: plan}, started}, nil
		}
		return []desk.Fact{started}, nil
	})
	return claimed, intent, err
}

// stopped does what keeps a claim from being made: it holds the request, or
// freezes the house.
func (x *Executor) stopped(ctx context.Context, r desk.Request, why error) error {
	ctx = context.WithoutCancel(ctx)
	switch desk.CodeOf(why) {
	case desk.Braked:
		return x.Desk.Hold(ctx, r.ID)
	case desk.ClockBack:
		return x.Desk.Freeze(ctx, desk.ByClock, "")
	case desk.PlanHalted:
		if r.Attempt > 0 { // too late to withdraw it, and nothing of it is in force
			return x.fail(ctx, r, desk.PlanHalted, why)
		}
		return errTaken // who conducts the plan withdraws it
	case desk.HouseFrozen:
		return errTaken
	}
	return why
}

// conclude reads back whatever the answer was: an effect that is seen is
// there, even if the answer was an error.
func (x *Executor) conclude(ctx context.Context, r desk.Request, sent error) error {
	if errors.Is(sent, desk.ErrNotSent) {
		return x.again(ctx, r, desk.PartageDown, sent)
	}
	after, err := x.Office.Look(context.WithoutCancel(ctx), r.Next(), r.Box())
	switch {
	case err == nil && (x.proves(r, after) || sent == nil && unseen(r) && r.Finds(after)):
		return x.proved(ctx, r, after)
	case err == nil && errors.Is(sent, desk.ErrRefused):
		return x.fail(ctx, r, desk.PartageRefused, sent)
	case sent == nil:
		sent = errors.New("accepted, but the effect is not there")
	}
	return x.doubt(ctx, r, sent, r.Until)
}

// look settles an attempt whose outcome is unknown and whose time is over.
func (x *Executor) look(ctx context.Context, r desk.Request) error {
	now, err := x.Office.Look(ctx, r.Next(), r.Box())
	switch {
	case err != nil:
		return err
	case !r.Finds(now):
		return x.missing(ctx, r, now)
	case x.proves(r, now):
		return x.proved(ctx, r, now)
	case r.Looks < 2:
		return x.doubt(ctx, r, errors.New("effect not seen"), x.Desk.Now().Add(x.Timing.Apart))
	case r.Doubts >= x.Timing.Attempts && unseen(r):
		return x.fail(ctx, r, desk.Unproved, errors.New(r.Error))
	case r.Doubts >= x.Timing.Attempts:
		return x.fail(ctx, r, desk.NoEffect, errors.New(r.Error))
	}
	return x.again(ctx, r, desk.PartageDown, errors.New("proved without effect"))
}

// proves: the same mailbox, and it shows what was asked. An address proves nothing.
func (x *Executor) proves(r desk.Request, a desk.Account) bool {
	return r.Finds(a) && x.Office.Shows(r.Next(), a)
}

// unseen: Partage cannot be asked whether the effect is there. Its word of the
// send is taken, and without it the send is repeated, which changes nothing more.
func unseen(r desk.Request) bool {
	spec, _ := desk.SpecOf(r.Next().Verb)
	return spec.Unseen
}
