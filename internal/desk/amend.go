package desk

import (
	"context"
	"strings"
)

// Amend changes what a waiting request says beside its account: its arguments,
// as "key=value", or the bare value if the verb takes only one. It is then
// another request under the same number: all votes are void, and the rules
// decide anew. Its asker may, and who may approve it; but nobody judges their
// own words, so an amendment by an approver waits for another approver, even
// where the rules would let the asker alone. What the rules deny changes
// nothing. digest is what the page showed; "" stands for a command typed in
// full.
func (d *Desk) Amend(ctx context.Context, by UID, via Door, id ID, digest, args string) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if err := d.Amendable(by, via, id, r); err != nil {
			return nil, err
		}
		if digest != "" && digest != r.Digest() {
			return nil, Fail(Conflict, Changed, "id", string(r.ID))
		}
		action, err := r.Action.With(args)
		if err != nil {
			return nil, err
		}
		action, decided, err := d.redecide(by, r, action)
		if err != nil {
			return nil, err
		}
		return []Fact{Amended{Action: action, Digest: r.Digest(), Gains: d.gains(action), Via: via}, decided}, nil
	})
}

// Amendable says why the person may not amend the request as it stands: nil, or
// an *Error.
func (d *Desk) Amendable(by UID, via Door, id ID, r Request) error {
	switch spec, _ := SpecOf(r.Action.Verb); {
	case r.State == None || !d.concerns(by, via, r):
		return Fail(NotFound, UnknownRequest, "value", string(id))
	case r.State != Waiting || r.Over(d.Now()):
		return d.tooLate(r)
	case len(spec.Args) == 0 || spec.Governs || r.Part():
		return Fail(Conflict, NotAmendable, "id", string(r.ID))
	case r.By == by:
		return nil
	case d.serves(r.Action, r.Owner, by):
		return Fail(Forbidden, OwnBenefit, "id", string(r.ID))
	case !r.Decision.Approves(d.voter(by, r.Action)):
		return Fail(Forbidden, NotApprover, "id", string(r.ID))
	}
	return nil
}

// redecide has the rules decide on the request with another action, as if its
// asker asked for it now; it gives that action, completed.
func (d *Desk) redecide(by UID, r Request, action Action) (Action, Decided, error) {
	facts, err := d.check(r.By, r.Via, action)
	if err != nil {
		return action, Decided{}, err
	}
	if facts.Target.ID != r.Mailbox || facts.Whose() != r.Owner || facts.Action.Target != action.Target {
		return action, Decided{}, Fail(Conflict, OtherMailbox, "target", r.Action.Target)
	}
	if action = facts.Action; action == r.Action {
		return action, Decided{}, Fail(Conflict, AlreadySo, "value", action.Args)
	}
	if by != r.By && d.serves(action, r.Owner, by) {
		return action, Decided{}, Fail(Forbidden, OwnBenefit, "id", string(r.ID))
	}
	facts = d.counted(facts, r)
	decision := d.Rules.Decide(facts)
	switch {
	case !decision.concedes():
		return action, Decided{}, Fail(Forbidden, NotAllowed, "verb", string(action.Verb), "target", action.Target, "rule", decision.Rule)
	case decision.Outcome == Allowed && by != r.By: // the asker has not asked for this
		decision.Outcome, decision.Panels = Pending, []Panel{{Approvers: r.Decision.Approvers(), Needed: 1}}
	}
	return action, d.decided(facts, decision), nil
}

// With is the same action with other arguments: all of them as "key=value", or
// the bare value of the only one that must be there.
func (a Action) With(args string) (Action, error) {
	spec, _ := SpecOf(a.Verb)
	needed := spec.Needed()
	key, _, named := strings.Cut(args, "=")
	if _, known := spec.Args[key]; len(needed) == 1 && !(named && known) {
		others := map[string]string{}
		for name := range spec.Args {
			others[name] = a.Arg(name)
		}
		others[needed[0]] = args
		return NewAction(a.Verb, a.Target, others)
	}
	return ParseAction(Action{a.Verb, a.Target, args}.String())
}

// amended is the fold of Amended: it waits for what the rules say next.
func (r Request) amended(e Event, f Amended) (Request, bool) {
	ok := r.State == Waiting && !r.Action.Verb.governs() && e.By != "" && (e.By == r.By || e.By != r.Owner) && f.Digest == r.Digest() &&
		f.Action.Verb == r.Action.Verb && f.Action.Target == r.Action.Target && f.Action.Args != r.Action.Args
	r.State, r.Action, r.Gains, r.Votes, r.Amender = Open, f.Action, f.Gains, nil, e.By
	r.Version++
	return r, ok
}

// wrote says that the request as it stands is in the person's words.
func (r Request) wrote(who UID) bool { return who == r.By || who == r.Amender }
