package desk

import (
	"strings"
	"time"
)

// Term is how long a deleted account can be given back.
const Term = 30 * 24 * time.Hour

// deletion is the last deletion, of what the action gives back or makes final, that
// was done at its target and that nothing has taken back, nor made final, or the zero Request.
func (d *Desk) deletion(a Action) (last Request) {
	deletes, at := a.Verb.takesBack(), a.Target
	back := map[string]time.Time{} // mailbox -> when it last came back, or was purged
	for r := range d.View.Requests(Query{Target: Address(at), States: []State{Settled}, Verbs: deletes.takers()}) {
		if r.Changed.After(back[r.Mailbox]) {
			back[r.Mailbox] = r.Changed
		}
	}
	for r := range d.View.Requests(Query{Target: Address(at), States: []State{Settled}, Verbs: []Verb{deletes}}) {
		if r.Action.Target == at && r.Changed.After(back[r.Mailbox]) && r.Changed.After(last.Changed) {
			last = r
		}
	}
	return last
}

// deletionAt is the last account.delete at an address that nothing has taken back.
func (d *Desk) deletionAt(at string) Request {
	return d.deletion(Action{Verb: AccountRestore, Target: at})
}

// Formerly is the address that a mailbox had before it was deleted, if the address is
// where it lies since; any other address as it is.
func Formerly(v Fold, a Address) Address {
	if !strings.HasPrefix(string(a), trash) {
		return a
	}
	for r := range v.Requests(Query{Verbs: []Verb{AccountDelete}, States: []State{Settled}}) { // newest first
		if was := (Account{ID: r.Mailbox, Address: Address(r.Action.Target)}); was.Trash() == a {
			return was.Address
		}
	}
	return a
}

// Deletion is the request that r takes back, or makes final; zero if r does
// neither, or if its mailbox is no longer the one that was deleted last.
func (d *Desk) Deletion(r Request) Request {
	if r.Action.Verb.takesBack() == "" {
		return Request{}
	}
	if last := d.deletion(r.Action); last.Mailbox == r.Mailbox {
		return last
	}
	return Request{}
}

// restorable: within the term, and nobody else has its address or its person.
func (d *Desk) restorable(origin Account) error {
	if until := d.deletionAt(string(origin.Address)).Changed.Add(Term); d.Now().After(until) {
		return Fail(Conflict, TermOver, "until", until.UTC().Format(time.RFC3339))
	}
	if holder := d.View.Account(origin.Address); holder.Known() && holder.ID != origin.ID {
		return Fail(Conflict, AddressTaken, "address", string(origin.Address))
	}
	for _, a := range d.View.Owned(origin.Owner) {
		if a.ID != origin.ID {
			return Fail(Conflict, PersonTaken, "person", string(origin.Owner), "account", string(a.Address)).about(d.View.Person(origin.Owner))
		}
	}
	return nil
}
