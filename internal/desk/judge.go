package desk

import "slices"

// mayJudge says whether the person may approve or refuse the request as it
// stands now. digest "" names it as it is now.
func (d *Desk) mayJudge(by UID, via Door, id ID, r Request, digest string) error {
	mine := d.concerns(by, via, r)
	switch {
	case r.State == None, by == "", !mine && digest != r.Digest(): // whoever names its digest has seen it
		return Fail(NotFound, UnknownRequest, "value", string(id))
	case r.State.Final() && mine:
		return d.tooLate(r)
	case r.By == by:
		return Fail(Forbidden, OwnRequest, "id", string(r.ID))
	case d.serves(r.Action, r.Owner, by):
		return Fail(Forbidden, OwnBenefit, "id", string(r.ID))
	case !r.Decision.Approves(d.voter(by, r.Action)):
		return Fail(Forbidden, NotApprover, "id", string(r.ID))
	case r.State == Waiting && r.wrote(by):
		return Fail(Forbidden, OwnAmendment, "id", string(r.ID))
	case !r.judged() || r.Voted(by) || r.Over(d.Now()):
		return d.tooLate(r)
	case digest != "" && digest != r.Digest():
		return Fail(Conflict, Changed, "id", string(r.ID))
	}
	return nil
}

// mayApprove asks the rules again: the person must be an approver by the rules
// as they are now, and not be served by the request as things are now.
func (d *Desk) mayApprove(by UID, r Request) error {
	if r.State == Review { // it is done: all that is left to say is whether it stays
		return either(r.awaits(d.voter(by, r.Action)), nil, error(Fail(Conflict, OtherPanel, "id", string(r.ID))))
	}
	facts, err := d.check(r.By, r.Via, r.Action)
	if err != nil {
		return err
	}
	if err := d.stillLasts(r, facts.Action); err != nil {
		return err
	}
	if r.Action.Verb == HouseThaw && d.freezeSince(r) {
		return Fail(Conflict, OtherFreeze, "id", string(r.ID))
	}
	if err := d.stillActivable(r); err != nil {
		return err
	}
	now, voter := d.decide(facts, r), d.voter(by, r.Action)
	approver := now.Outcome == Pending && now.Approves(voter)
	if d.serves(r.Action, facts.Whose(), by) || now.Outcome != Allowed && !approver {
		return Fail(Forbidden, NotApprover, "id", string(r.ID))
	}
	if !r.awaits(voter) {
		return Fail(Conflict, OtherPanel, "id", string(r.ID))
	}
	return nil
}

// serves says that the person gains by the action on an account of the owner:
// it is theirs, or the mail or the mailbox would come to them, or it releases what they
// asked for or gain by, or repairs their own account; or the right is theirs.
func (d *Desk) serves(a Action, owner, who UID) bool {
	if a.Verb == BrakeRelease {
		return slices.ContainsFunc(d.Held(), func(r Request) bool { return r.By == who || d.serves(r.Action, r.Owner, who) })
	}
	if a.Verb.repairs() {
		return d.mends(a, who)
	}
	return who == owner || d.receives(a, who)
}

// Recheck asks the rules once more just before the send, on the target as it
// was just read. The request must still be allowed by itself, or by votes that
// still count: of people who may still approve, and who are not served by it.
func (d *Desk) Recheck(r Request, target Account) error {
	if r.Action.Verb.takesBack() != "" {
		// The rules look at the account that comes back, not at what is left of it;
		// what does not lie where its deletion has put it is not destroyed.
		left := target
		if target = d.Deletion(r).Origin; !target.Known() || r.Action.Verb == AccountPurge && left.Address != target.Trash() {
			return Fail(NotFound, NotDeleted, "value", r.Action.Target)
		}
	}
	if specs[r.Action.Verb].onList() && r.Action.Verb.takesBack() == "" && target.ID != r.Mailbox { // its first step is on something else
		if target, _ = d.object(r.Action); target.ID != r.Mailbox {
			return Fail(Conflict, OtherMailbox, "target", r.Action.Target)
		}
	}
	if r.Gains != "" && d.gains(r.Action) != r.Gains {
		return Fail(Conflict, OtherMailbox, "target", joined(r.Action.GivenTo()))
	}
	if err := d.stillGap(r, target); err != nil {
		return err
	}
	if alias := Address(r.Action.Arg("alias")); r.Action.Verb == AliasAdd && r.Attempt > 0 { // an attempt may have had its effect since
		target.Aliases = slices.DeleteFunc(slices.Clone(target.Aliases), func(a Address) bool { return a == alias })
	}
	facts, err := d.checkOn(r.By, r.Via, r.Action, target)
	if err != nil {
		return err
	}
	if r.Action.Verb == AccountCreate && facts.Action != r.Action { // the directory says more than when it was asked
		return Fail(Conflict, DirectoryOwns, "name", "hidden", "account", r.Action.Target)
	}
	if err := d.stillLasts(r, facts.Action); err != nil {
		return err
	}
	if err := d.alone(r); err != nil {
		return err
	}
	now := d.decide(facts, r)
	if r.Action.Verb.allows(now) {
		return nil
	}
	var valid []Vote
	for _, v := range r.Votes {
		v.Panels = now.panelsOf(d.voter(v.By, r.Action))
		if !d.serves(r.Action, facts.Whose(), v.By) && !r.wrote(v.By) && len(v.Panels) > 0 {
			valid = append(valid, v)
		}
	}
	if now.carried(valid) && len(valid) >= r.Action.Verb.votes() {
		return nil
	}
	return Fail(Forbidden, NotAllowed, "verb", string(r.Action.Verb), "target", r.Action.Target, "rule", now.Rule)
}

// tooLate says what has become of the request. One that is over is Lapsed, even
// if nobody has written it yet.
func (d *Desk) tooLate(r Request) *Error {
	if r.judged() && r.Over(d.Now()) {
		r.State = r.unanswered()
	}
	by := r.Ended
	if by == "" && len(r.Votes) > 0 && r.State != Lapsed {
		by = r.Votes[len(r.Votes)-1].By
	}
	return Fail(Conflict, TooLate, "id", string(r.ID), "state", string(r.State), "by", string(by)).about(d.View.Person(by))
}
