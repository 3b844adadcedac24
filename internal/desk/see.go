package desk

import (
	"context"
	"iter"
	"slices"
)

// What is not to be seen is not there: a missing account and one that the
// rules hide give the same answer.

// Show returns an account if the rules let the person see it.
func (d *Desk) Show(by UID, via Door, ref string) (Account, error) {
	facts, err := d.may(by, via, AccountShow, ref)
	return facts.Target, err
}

// History yields what happened to an account, newest first, if the rules let
// the person see it.
func (d *Desk) History(ctx context.Context, by UID, via Door, ref string) (iter.Seq2[Event, error], error) {
	facts, err := d.may(by, via, HistoryShow, ref)
	if err != nil {
		return nil, err
	}
	return func(yield func(Event, error) bool) {
		for e, err := range d.View.History(ctx, string(facts.Target.Address)) {
			r, _ := d.View.Request(e.ID)
			if err == nil && r.Mailbox != facts.Target.ID && (r.Made == "" || r.Made != facts.Target.ID) {
				continue // the address was another mailbox's then, or this one's alias
			}
			if !yield(e, err) {
				return
			}
		}
	}, nil
}

func (d *Desk) may(by UID, via Door, verb Verb, ref string) (Facts, error) {
	a, err := NewAction(verb, ref, nil)
	if err != nil {
		return Facts{}, err
	}
	facts, err := d.check(by, via, a)
	if err != nil {
		return Facts{}, err
	}
	if d.Rules.Decide(facts).Outcome != Allowed {
		return Facts{}, Fail(NotFound, UnknownAccount, "value", a.Target)
	}
	return facts, nil
}

// Request returns a request that the person asked, is the owner of, may
// approve or may see the account of; any other is not there.
func (d *Desk) Request(by UID, via Door, id ID) (Request, error) {
	r, _ := d.View.Request(id)
	if r.State == None || !d.concerns(by, via, r) {
		return Request{}, Fail(NotFound, UnknownRequest, "value", string(id))
	}
	return d.veiled(by, via, r), nil
}

// veiled is a request as the reader is told it: who asked in vain for something of
// an account that they may not see is not told whose it is.
func (d *Desk) veiled(by UID, via Door, r Request) Request {
	spec, _ := SpecOf(r.Action.Verb)
	if r.By == by && r.Owner != by && spec.OnAccount() && !r.Decision.concedes() && !d.lets(by, via, AccountShow, Account{ID: r.Mailbox, Address: Address(r.Action.Target)}) {
		r.Owner = ""
	}
	return r
}

func (d *Desk) concerns(by UID, via Door, r Request) bool {
	if by == "" {
		return false
	}
	if r.By == by || r.Owner == by || r.Decision.Approves(d.voter(by, r.Action)) {
		return true
	}
	if r.Action.Verb.governs() { // seen by who may ask for the same
		return d.Rules.Decide(Facts{Actor: d.View.Person(by), Via: via, Action: r.Action, Now: d.Now()}).concedes()
	}
	facts, err := d.may(by, via, HistoryShow, r.Action.Target)
	return err == nil && facts.Target.ID == r.Mailbox
}

// Mine lists the requests of the query that the person asked, newest first.
func (d *Desk) Mine(by UID, q Query) []Request {
	if q.By = by; by == "" {
		return nil
	}
	return slices.AppendSeq(make([]Request, 0, q.Limit), d.View.Requests(q))
}

// undecided are the requests that wait for anybody's vote.
var undecided = Query{States: []State{Waiting, Review}}

// Inbox lists the requests that wait for this person's vote, oldest first.
func (d *Desk) Inbox(by UID) (waiting []Request) {
	for r := range d.Awaiting(by) {
		if waiting == nil {
			waiting = make([]Request, 0, d.View.Count(undecided))
		}
		waiting = append(waiting, r)
	}
	slices.Reverse(waiting)
	return waiting
}

// Waiting is how many requests wait for this person's vote.
func (d *Desk) Waiting(by UID) (n int) {
	for range d.Awaiting(by) {
		n++
	}
	return n
}

// Awaiting yields the requests that wait for this person's vote, newest first.
func (d *Desk) Awaiting(by UID) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		me := d.View.Person(by)
		for r := range d.View.Requests(undecided) {
			if d.awaits(&r, me) && !yield(r) {
				return
			}
		}
	}
}

// Awaits says that the request waits for this person's vote.
func (d *Desk) Awaits(r Request, by UID) bool { return d.awaits(&r, d.View.Person(by)) }

func (d *Desk) awaits(r *Request, who Person) bool {
	now := d.Now()
	return !r.Over(now) && r.awaits(Voter{who, r.Action.use(now)}) && !d.serves(r.Action, r.Owner, who.UID)
}

// Seen lists those of the query that the person may see, newest first.
func (d *Desk) Seen(by UID, via Door, q Query) (seen []Request) {
	most := q.Limit
	q.Limit = 0
	for r := range d.View.Requests(q) {
		if !d.concerns(by, via, r) {
			continue
		}
		if seen = append(seen, d.veiled(by, via, r)); len(seen) == most {
			break
		}
	}
	return seen
}
