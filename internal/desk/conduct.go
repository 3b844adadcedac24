package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// The parts of a plan are ordinary requests of one batch, asked through the door
// Sync by who asked for the plan. Each has its own key: whatever the nodes and
// the restarts, it is asked once.

// Part says that the request is part of a plan.
func (r Request) Part() bool { return r.Via == Sync && !r.Action.Verb.repairs() }

// partKey is the key of the request that closes a gap of the plan.
func (r Request) partKey(digest string) string { return "part:" + string(r.ID) + ":" + digest }

// partOf is the plan that a request belongs to, and the gap that it closes.
func (d *Desk) partOf(r Request) (plan Request, digest string) {
	if r.Via != Sync || r.Batch == "" {
		return Request{}, ""
	}
	plan, _ = d.View.Request(ID(r.Batch))
	if plan.Repairs == nil {
		return Request{}, ""
	}
	i := slices.IndexFunc(plan.Repairs.Parts, func(part string) bool { return plan.partKey(part) == r.Key })
	if i < 0 {
		return Request{}, ""
	}
	return plan, plan.Repairs.Parts[i]
}

// partial refuses whatever comes by the door Sync and is no part of a plan that
// is under way, by who asked for it, as that plan has it and as things are: no
// other door leads there. A plan itself comes by it too, from the program.
func (d *Desk) partial(a Asking) error {
	if a.Via != Sync || a.Action.Verb == DriftSync && a.By == System {
		return nil
	}
	plan, digest := d.partOf(Request{Via: a.Via, Key: a.Key, Batch: a.Batch})
	if plan.State != Applying || plan.By != a.By || a.part == nil {
		return Fail(Conflict, PlanHalted, "id", a.Batch)
	}
	if a.part.Digest() != digest || a.part.Repair != a.Action || !d.gapStands(digest, d.View.Account(a.part.Address), a.part.Owner) {
		return Fail(Conflict, PlanMoved, "id", a.Batch)
	}
	return nil
}

// gapStands says that the account and its owner, or somebody without one, still
// have the gap.
func (d *Desk) gapStands(digest string, account Account, owner UID) bool {
	if account.Owner != owner { // the address is another's, or nobody's
		account = Account{}
	}
	return slices.ContainsFunc(d.Drift.GapsOf(d.View, account, d.View.Person(owner)), func(g Gap) bool { return !g.Spared() && g.Digest() == digest })
}

// stillGap says why a part is not to be carried out on the account as it was
// just read: the gap is not the one that was planned any more.
func (d *Desk) stillGap(r Request, target Account) error {
	if !r.Part() {
		return nil
	}
	if _, digest := d.partOf(r); !d.gapStands(digest, target, r.Owner) {
		return Fail(Conflict, PlanMoved, "id", r.Batch)
	}
	return nil
}

// Conduct moves a plan on by one step: the canary is asked, and proved whole;
// then the rest, so many at once; it ends when all is proved, and stops at the
// first part that is not, or that is not as it was planned. Nothing of a plan
// that has stopped is begun any more.
func (d *Desk) Conduct(ctx context.Context, id ID) error {
	r, _ := d.View.Request(id)
	if r.Repairs == nil || r.State == Waiting || r.State == Settled {
		return nil
	}
	asked := d.parts(r)
	if r.State != Applying {
		return d.abandon(ctx, asked)
	}
	done, open := 0, 0
	for _, part := range asked {
		switch {
		case part.State == Settled:
			done++
		case part.State.Final():
			return d.settlePlan(ctx, id, Halted{Part: part.ID, Code: codeOf(part)})
		default:
			open++
		}
	}
	if done == len(r.Repairs.Parts) {
		return d.settlePlan(ctx, id, Repaired{Parts: done})
	}
	return d.askParts(ctx, r, r.next(asked, done, open))
}

// codeOf is why a part has come to nothing.
func codeOf(r Request) Code {
	if r.Code == "" {
		return NotAllowed
	}
	return r.Code
}

// parts are those of a plan that were asked, by their digests.
func (d *Desk) parts(plan Request) map[string]Request {
	asked := map[string]Request{}
	for _, part := range plan.Repairs.Parts {
		if id := d.View.Keyed(plan.partKey(part)); id != "" {
			asked[part], _ = d.View.Request(id)
		}
	}
	return asked
}

// next are the parts to be asked now: of the canary until all of it is proved,
// then as many as may be under way at once.
func (r Request) next(asked map[string]Request, done, open int) (next []string) {
	among, room := r.Repairs.Parts, r.Repairs.Wave-open
	if done < r.Repairs.Canary {
		among, room = r.Repairs.Parts[:r.Repairs.Canary], r.Repairs.Canary
	}
	for _, part := range among {
		if _, known := asked[part]; !known && len(next) < room {
			next = append(next, part)
		}
	}
	return next
}

// askParts asks for parts, or stops the plan at the first that is not as it was.
// In a freeze nothing is asked: it would only wait.
func (d *Desk) askParts(ctx context.Context, plan Request, parts []string) error {
	if _, frozen := d.View.Freeze(); frozen || len(parts) == 0 {
		return nil
	}
	now := d.gapsOf(parts)
	for _, part := range parts {
		g, stands := now[part]
		if !stands {
			return d.settlePlan(ctx, plan.ID, Halted{Code: PlanMoved})
		}
		_, err := d.Ask(ctx, Asking{By: plan.By, Via: Sync, Action: g.Repair, Reason: string(g.Cause), Key: plan.partKey(part), Batch: string(plan.ID), part: &g})
		switch kind := KindOf(err); {
		case err == nil:
		case kind == Unavailable || kind == Internal:
			return err // later
		default:
			return d.settlePlan(ctx, plan.ID, Halted{Code: CodeOf(err)})
		}
	}
	return nil
}

// settlePlan ends a plan, once.
func (d *Desk) settlePlan(ctx context.Context, id ID, f Fact) error {
	_, err := d.Change(ctx, id, System, func(r Request) ([]Fact, error) {
		if r.State != Applying {
			return nil, nil
		}
		return []Fact{f}, nil
	})
	return err
}

// abandon withdraws the parts of a plan that is over of which nothing was sent.
func (d *Desk) abandon(ctx context.Context, asked map[string]Request) error {
	var errs []error
	for _, part := range asked {
		_, err := d.Change(ctx, part.ID, System, func(r Request) ([]Fact, error) {
			if !r.withdrawable() {
				return nil, nil
			}
			return []Fact{Withdrawn{Via: Sync}}, nil
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// halted says that the request is part of a plan that is not under way.
func (d *Desk) halted(r Request) bool {
	if !r.Part() {
		return false
	}
	plan, _ := d.partOf(r)
	return plan.State != Applying
}

// Plans lists the plans of repair that are under way, and those that have ended
// with parts that have not, oldest first.
func (d *Desk) Plans() (plans []ID) {
	for r := range d.View.Requests(Query{States: []State{Applying}}) {
		plans = append(plans, r.ID)
	}
	for r := range d.View.Requests(Query{States: []State{Waiting, Ready, Stopped}}) {
		if d.halted(r) && !slices.Contains(plans, ID(r.Batch)) {
			plans = append(plans, ID(r.Batch))
		}
	}
	slices.SortFunc(plans, func(a, b ID) int { return either(a.after(b), 1, -1) })
	return plans
}

// A Progress is how far a plan has come.
type Progress struct {
	Parts, Asked, Done int
	Open               []Request // not ended, oldest first
	Canary             bool      // not all of it is proved
}

// Progress tells it; false if the request is no plan.
func (d *Desk) Progress(r Request) (p Progress, ok bool) {
	if r.Repairs == nil {
		return p, false
	}
	asked := d.parts(r)
	p.Parts, p.Asked = len(r.Repairs.Parts), len(asked)
	for _, part := range r.Repairs.Parts {
		switch of := asked[part]; {
		case of.State == Settled:
			p.Done++
		case of.State != None && !of.State.Final():
			p.Open = append(p.Open, of)
		}
	}
	p.Canary = p.Done < r.Repairs.Canary
	return p, true
}

// conducted is the part of the fold that belongs to plans of repair.
func (r Request) conducted(e Event) (next Request, ok, conducts bool) {
	next, ok = r, r.State == Applying && e.By == System
	switch f := e.Fact.(type) {
	case Launched:
		next.State = Applying
		return next, r.State == Ready && r.Repairs != nil, true
	case Repaired:
		next.State = Settled
		return next, ok && f.Parts == len(r.Repairs.Parts), true
	case Halted:
		next.State, next.Code, next.Error = Broken, f.Code, string(f.Part)
		return next, ok && f.Code != "", true
	}
	return r, false, false
}

// Synchronise asks, as the program's own request, for a plan that the rules let
// it carry out alone. While one of its plans is not over it asks for no other;
// what has stopped is asked again on another day.
func (d *Desk) Synchronise(ctx context.Context, s Selection) error {
	for _, id := range d.Plans() {
		if r, _ := d.View.Request(id); r.By == System {
			return nil
		}
	}
	a, err := NewAction(DriftSync, "", s.Args())
	if err != nil {
		return err
	}
	a, decision, err := d.Preview(System, Sync, a)
	if err != nil {
		return err
	}
	if decision.Outcome != Allowed {
		return Fail(Forbidden, NotAllowed, "verb", string(DriftSync), "target", "", "rule", decision.Rule)
	}
	day := d.Now().In(d.zone()).Format(time.DateOnly)
	_, err = d.Ask(ctx, Asking{By: System, Via: Sync, Action: a, Key: "sync:" + day + ":" + a.Arg("plan")})
	return err
}
