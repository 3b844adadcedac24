package desk

import (
	"context"
)

// A Thing is all that is known of a list or a resource, as far as one reader may
// see it.
type Thing struct {
	Target   Account      // with its Detail
	Listing  Listing      // what the register tells of its address; zero if the reader may not see it
	Keepers  []Delegation // by which others act on it or on its domain
	Within   []Address    // the lists that it is in
	Reach    *Reach       // where its mail ends up; nil if the reader may not know
	Requests []Request    // about it, newest first
	Events   []Event      // of its history, newest first; nil if the reader may not see it
}

// Find returns the list or the resource that has an address, its own or an alias,
// if the rules let the person see it; what they do not let them see is not there.
func (d *Desk) Find(by UID, via Door, ref string) (Account, error) {
	a, err := NewAction(ListShow, ref, nil)
	if err != nil {
		return Account{}, err
	}
	for _, a.Verb = range []Verb{ListShow, ResourceShow} {
		if there, _ := d.object(a); !there.Known() {
			continue
		}
		if found, err := d.Object(by, via, a); KindOf(err) != NotFound {
			return found, err
		}
	}
	if err := d.fresh(); err != nil {
		return Account{}, err
	}
	return Account{}, Fail(NotFound, UnknownList, "value", a.Target)
}

// Thing tells all that is known of a list or a resource, if the rules let the
// person see it: what Partage has, as for Find; what the register says, if
// address.show is allowed; what happened, if history.show is; where its mail
// goes, if address.reach is; and rights that delegation.show lets them see.
func (d *Desk) Thing(ctx context.Context, by UID, via Door, ref string) (t Thing, err error) {
	if t.Target, err = d.Find(by, via, ref); err != nil {
		return t, err
	}
	a := t.Target
	t.Listing, _ = d.Address(by, via, a.Address)
	if r, err := d.Receives(by, via, Action{Verb: AddressReach, Target: string(a.Address)}); err == nil {
		t.Reach = &r
	}
	t.Keepers = d.rightsShown(by, via, func(o Delegation) bool { return o.Names(string(a.Address)) || o.Names(a.Address.Domain()) })
	for _, l := range d.View.ListsWith(a.Address) {
		if !l.Has(a.Address) {
			continue
		}
		if _, err := d.Find(by, via, string(l.Address)); err == nil {
			t.Within = append(t.Within, l.Address)
		}
	}
	if d.lets(by, via, HistoryShow, a) {
		t.Requests = d.lately(a)
		t.Events, err = d.happened(ctx, by, via, a)
	}
	return t, err
}
