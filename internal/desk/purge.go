package desk

import "time"

// votes is how many people must approve, at least, whatever the rules say.
func (v Verb) votes() int {
	if v == AccountPurge {
		return 2
	}
	return 1
}

// purgeable: it was deleted by us, lies where we put it, and the term in which it
// can be given back is over.
func (d *Desk) purgeable(origin Account) error {
	last := d.deletionAt(string(origin.Address))
	if trash := d.View.Account(origin.Trash()); trash.ID != origin.ID || !trash.Deleted() {
		return Fail(NotFound, NotDeleted, "value", string(origin.Address))
	}
	if until := last.Changed.Add(Term); !d.Now().After(until) {
		return Fail(Conflict, TermRuns, "until", until.UTC().Format(time.RFC3339))
	}
	return nil
}

// allows says that the rules let the request go on without any vote.
func (v Verb) allows(now Decision) bool { return now.Outcome == Allowed && !v.takesTwo() }

// About is the account that a request is about, as it is known now: one that was
// deleted is where its deletion has put it, one that is to be is as it will be.
func (d *Desk) About(r Request) Account {
	switch r.Action.Verb {
	case AccountRestore, AccountPurge:
		return d.View.Account(d.deletion(r.Action).Origin.Trash())
	}
	return d.View.Account(Address(r.Action.Target))
}
