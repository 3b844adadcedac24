package desk

import (
	"context"
	"errors"
	"time"
)

// A Cause is why every send was stopped.
type Cause string

// The causes.
const (
	ByRequest Cause = "request" // somebody who may asked for it
	ByFile    Cause = "file"    // the freeze file is there
	ByClock   Cause = "clock"   // the clock jumped: deadlines mean nothing
	ByDamage  Cause = "damage"  // the journal does not verify: it is only read, and this is written nowhere
	ByAnchor  Cause = "anchor"  // the journal is not the one that was published: an old copy, or edited
)

// Freeze stops every send on every node, as a request of the program's own that
// no rule is asked about: whoever finds that it must be, may. It writes nothing
// if the house is frozen already.
func (d *Desk) Freeze(ctx context.Context, cause Cause, reason string) error {
	return d.freeze(ctx, Frozen{Cause: cause, Reason: clip(reason)}, func() bool { _, frozen := d.View.Freeze(); return frozen })
}

// FreezeByAnchor is Freeze because of a root that was published and is not the
// journal's, whatever else it is frozen for; unless that root has frozen it
// before, whether two administrators have accepted that since or not.
func (d *Desk) FreezeByAnchor(ctx context.Context, root, reason string) error {
	return d.freeze(ctx, Frozen{Cause: ByAnchor, Reason: clip(reason), Anchor: root}, func() bool { return d.View.Anchor(root) != Unheard })
}

func (d *Desk) freeze(ctx context.Context, f Frozen, already func() bool) error {
	for {
		id, at := d.View.Next()
		if already() {
			return nil
		}
		asked := Asked{Action: Action{Verb: HouseFreeze}, Reason: f.Reason, Via: Shell, Key: "freeze:" + string(id)}
		err := d.write(ctx, at, d.events(id, System, asked, Decided{Decision: Decision{Outcome: Allowed}}, f))
		if !errors.Is(err, ErrBehind) {
			return err
		}
	}
}

// An Anchoring is what the journal says of a root that was published and is not
// its own.
type Anchoring string

// The anchorings.
const (
	Unheard  Anchoring = ""         // it has frozen nothing
	Freezing Anchoring = "freezing" // the house is frozen because of it
	Accepted Anchoring = "accepted" // two administrators have ended that
)

// maxStepBack is how far a clock may be behind the latest event: nodes differ a
// little.
const maxStepBack = time.Minute

// steppedBack: the clock is behind what has happened already, and no deadline
// means anything.
func (d *Desk) steppedBack() bool { return d.Now().Before(d.View.Latest().Add(-maxStepBack)) }

// governable says whether there is anything for a verb of governance to do.
func (d *Desk) governable(v Verb) error {
	freeze, frozen := d.View.Freeze()
	switch {
	case v == HouseFreeze && frozen:
		return frozenBy(freeze)
	case v == HouseThaw && !frozen:
		return Fail(Conflict, NotFrozen)
	case v == BrakeRelease && len(d.Held()) == 0:
		return Fail(Conflict, NothingHeld)
	}
	return nil
}

// freezeSince: the house was frozen after r was asked, and is.
func (d *Desk) freezeSince(r Request) bool {
	freeze, frozen := d.View.Freeze()
	return frozen && freeze.ID.after(r.ID)
}

func frozenBy(freeze Event) *Error {
	return Fail(Conflict, HouseFrozen, "from", freeze.At.Format(time.RFC3339))
}

// consequences are what a request of governance brings about the moment it
// lacks nothing: it is carried out by being written.
func (d *Desk) consequences(r Request, by UID) []Event {
	if r.State != Ready {
		return nil
	}
	switch r.Action.Verb {
	case HouseFreeze:
		return d.events(r.ID, by, Frozen{Cause: ByRequest, Reason: r.Reason})
	case HouseThaw:
		return d.events(r.ID, by, Thawed{})
	case AddressRelease:
		return d.events(r.ID, by, Lifted{Address: Address(r.Action.Target)})
	case DriftSpare:
		return d.events(r.ID, by, Spared{})
	case TokenEnd:
		return d.endTokens(r, by)
	case DelegationGrant, DelegationDeputy, DelegationRevoke:
		return d.events(r.ID, by, d.rights(r.Action))
	case RulesActivate, RulesRollback, RulesUndo:
		return d.events(r.ID, by, BookActivated{r.Action.Arg("book"), r.Proposal.Book})
	case DriftApply, DriftSync:
		return d.events(r.ID, by, Launched{})
	case BrakeRelease:
		events := d.events(r.ID, by, BrakesReset{})
		for _, held := range d.Releases(r) {
			events = append(events, d.events(held.ID, by, Released{})...)
		}
		return events
	}
	return nil
}

// governed is the part of the fold that belongs to freezes, brakes and rights; governs
// is false for other facts.
func (r Request) governed(e Event) (next Request, ok, governs bool) {
	settles := r.State == Ready
	next = r
	switch f := e.Fact.(type) {
	case Held:
		next.State, next.Limit = Stopped, f
		return next, r.holdable() && !r.Action.Verb.governs(), true
	case Released:
		next.State = Ready
		return next, r.State == Stopped, true
	case Frozen:
		ok = settles && r.Action.Verb == HouseFreeze
	case Thawed:
		ok = settles && r.Action.Verb == HouseThaw
	case Lifted:
		ok = settles && r.Action.Verb == AddressRelease && r.Action.Target == string(f.Address)
	case Spared:
		ok = settles && r.Action.Verb == DriftSpare
	case TokensEnded:
		ok = settles && r.Action.Verb == TokenEnd
	case BrakesReset:
		ok = settles && r.Action.Verb == BrakeRelease
	case Granted, Deputised:
		ok = settles && r.Action.settles(f)
	case Revoked:
		next.Thin, ok = f.Thin, settles && r.Action.settles(f)
	case BookActivated:
		ok = settles && r.proposes(f)
	default:
		return r, false, false
	}
	next.State = Settled
	return next, ok, true
}
