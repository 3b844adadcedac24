package desk

import "time"

// What may be done at once and looked at afterwards: a rule allows it and names
// who looks. It takes effect without a vote; then they vote, as before it on
// other requests. It is kept when they approve, and when nobody answers in time;
// a refusal takes it back.

// Reviewable says that the verb may be done before anybody agrees: what it does
// protects, and can be taken back.
func (v Verb) Reviewable() bool { return v == AccountLock }

// Reviewed says that the decision lets the action be done at once, to be looked
// at afterwards.
func (d Decision) Reviewed() bool { return d.Outcome == Allowed && d.manned() }

// judged says that the request waits for votes.
func (r Request) judged() bool { return r.State == Waiting || r.State == Review }

// unanswered is the state of a request when its time to be judged is over.
func (r Request) unanswered() State { return either(r.State == Review, Settled, Lapsed) }

// Kept says that the request was done at once and looked at, or could have been.
func (r Request) Kept() bool { return r.State == Settled && r.Decision.Reviewed() }

// refused is r after an approver's no: it ends, or what is done is taken back.
func (r Request) refused(f Refused, by UID) Request {
	r.Refusal, r.Ended = f.Reason, by
	if r.State == Waiting {
		r.State = Rejected
		return r
	}
	if len(r.Plan.Steps) == 0 {
		undo, _ := Undo(r.Action, r.Origin)
		r.Plan = Plan{Steps: []Step{{Do: r.Action, Undo: undo}}}
	}
	r.State, r.Undoing, r.Until, r.Looks, r.Doubts, r.Tries = Ready, true, time.Time{}, 0, 0, 0
	return r.stuck()
}

// A Suspicion is what to look at when a mailbox may be in the hands of somebody
// else: where its mail goes, under which names it comes, and what its owner may
// do here.
type Suspicion struct {
	Forward string
	Only    bool // nothing is kept in the mailbox
	Aliases []Address
	Rights  []Delegation // in force, of the owner
	Asked   []Request    // by the owner, and not at their end
}

// Suspects lists what to look at on the mailbox that a request has locked, or
// locks; false for other requests.
func (d *Desk) Suspects(r Request) (Suspicion, bool) {
	if r.Action.Verb != AccountLock || r.Erased {
		return Suspicion{}, false
	}
	a := d.View.Account(Address(r.Action.Target))
	if a.ID != r.Mailbox {
		return Suspicion{}, false
	}
	s := Suspicion{Forward: a.Forward, Only: a.ForwardOnly, Aliases: a.Aliases}
	if r.Owner == "" {
		return s, true
	}
	for _, right := range d.View.Person(r.Owner).Delegations {
		if right.Holds(r.Owner, d.Now()) {
			s.Rights = append(s.Rights, right)
		}
	}
	for asked := range d.View.Requests(Query{By: r.Owner}) {
		if !asked.State.Final() {
			s.Asked = append(s.Asked, asked)
		}
	}
	return s, true
}
