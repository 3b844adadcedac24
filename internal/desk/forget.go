package desk

import (
	"context"
	"slices"
)

// Forget destroys the personal data of somebody for good: history says nothing
// any more of requests about his mailbox, of those he asked for a mailbox that
// is nobody's, or of what was delegated to him; elsewhere his name becomes a
// number. Who still takes part in something unfinished cannot be forgotten.
func (d *Desk) Forget(ctx context.Context, by, who UID) error {
	if who == "" || who == System {
		return Fail(NotFound, UnknownPerson, "value", string(who))
	}
	_, err := d.Change(ctx, "", by, func(Request) ([]Fact, error) {
		facts := []Fact{Forgotten{Who: who}}
		for r := range d.View.Requests(Query{}) {
			read, err := d.readOf(ctx, r, who)
			if err != nil {
				return nil, err
			}
			if !r.State.Final() && (r.wrote(who) || r.Owner == who || r.Voted(who) || len(read) > 0) {
				return nil, Fail(Conflict, StillConcerned, "value", string(who), "id", string(r.ID)).about(d.View.Person(who))
			}
			if len(read) > 0 {
				facts = append(facts, Redacted{Events: read})
			}
		}
		return facts, nil
	})
	return err
}

// readOf are the events of a request of somebody else in which the account of the
// person was read, as one that an alias moved to: all of its events, or none.
func (d *Desk) readOf(ctx context.Context, r Request, who UID) (all []Seq, err error) {
	if r.Owner == who || r.Erased || !slices.ContainsFunc(r.Plan.Steps, func(s Step) bool { return s.Mailbox != "" }) {
		return nil, nil
	}
	theirs := false
	for e, err := range d.View.History(ctx, string(r.ID)) {
		if err != nil {
			return nil, err
		}
		switch f := e.Fact.(type) {
		case Started:
			theirs = theirs || f.Before.Owner == who
		case Stepped:
			theirs = theirs || f.Proof.Owner == who
		case Done:
			theirs = theirs || f.Proof.Owner == who
		case Undone:
			theirs = theirs || f.Proof.Owner == who
		}
		all = append(all, e.Seq)
	}
	if slices.Sort(all); !theirs {
		all = nil
	}
	return all, nil
}

// subject is whose personal data a request is: of the owner of its mailbox, of
// whose right it gives or takes, or of who asks for a mailbox that is nobody's.
func (r Request) subject() UID {
	if r.Action.Verb.governs() && !r.Action.Verb.ofHolder() {
		return System
	}
	if r.Owner != "" {
		return r.Owner
	}
	return r.By
}

// subject is whose personal data a fact without a request is. What is not about
// one person is the program's own: to forget who signed must not undo it.
func subject(f Fact, by UID) UID {
	switch f := f.(type) {
	case Granted:
		return f.To
	case Registered:
		return ownerOf(f.Entries)
	case Vanished:
		return ownerOf(f.Entries)
	case Forgotten:
		return f.Who
	case TokenEnded:
		return f.Of
	case BindingOffered, Bound, TokenIssued:
		return by
	case Unbound:
		return f.Who
	}
	return System
}

// ownerOf is whose the addresses are: nobody's are the program's.
func ownerOf(entries []Registration) UID {
	if len(entries) == 0 || entries[0].Owner == "" {
		return System
	}
	return entries[0].Owner
}

// without is the request after a fact whose words were destroyed. All of a
// request are, or else only those that say where it was told of: a lone vote
// or withdrawal that is missing is a forgery. Only what was finished is ever
// erased, so the request is at each moment one that nothing will move.
func (r Request) without(e Event, f Erased) (Request, bool) {
	switch f.Was.(type) {
	case BookActivated: // kept for ever: decisions name it
		return r, false
	case Asked:
		return Request{ID: e.ID, State: Rejected, Erased: true, Asked: e.At}, r.State == None
	case Announced:
		r.Hushed = !r.Erased
		return r, r.State != None
	case Done, Frozen, Thawed, Lifted, Spared, TokensEnded, BrakesReset, Granted, Deputised, Revoked, Repaired:
		r.State = Settled
	case Withdrawn:
		r.State = Cancelled
	case Expired:
		r.State = Lapsed
	case Failed, Undone, Halted:
		r.State = Broken
	}
	return r, r.Erased
}
