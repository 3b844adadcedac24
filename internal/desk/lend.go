package desk

import (
	"context"
	"slices"
	"time"
)

// A delegation with a last day lapses by itself: see Delegation.Holds. Who asked for
// it, and who holds it, are told before. It is renewed by the same grant with a later
// day, which takes two as ever; nobody renews their own.

// lends says that the action gives a right until a day.
func (a Action) lends() bool { return a.Verb == DelegationGrant && a.Arg("until") != "" }

// keepRights has it told, once, that a delegation lapses soon, if no other goes on
// from there. An imported one has no request to tell it by: see Lapsing.
func (d *Desk) keepRights(ctx context.Context) (errs []error) {
	for _, o := range d.View.Delegations() {
		soon := d.dayAfter(d.Keeping.Notice)
		if r, _ := d.View.Request(o.Request); r.Action.lends() && !r.Noticed && Day(r.Action.Arg("until")) <= soon {
			errs = append(errs, d.notice(ctx, o.Request, func() bool { return d.lapses(d.View.Delegation(o.ID)) }))
		}
	}
	return errs
}

// Lapsing lists the imported delegations of which it is to be told now that they lapse
// soon, and was not yet: see Noticed.
func (d *Desk) Lapsing() []Delegation {
	if d.Keeping == (Keeping{}) || d.Timeless() {
		return nil
	}
	soon, _ := d.day(string(d.dayAfter(d.Keeping.Notice)), 1) // a day that we have written ourselves
	return slices.DeleteFunc(d.View.Delegations(), func(o Delegation) bool {
		return o.Request != "" || o.Noticed || o.Until.After(soon) || !d.lapses(o)
	})
}

// Notice records that it was told of an imported delegation that it lapses soon.
func (d *Desk) Notice(ctx context.Context, of Mandate) error {
	_, err := d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		if o := d.View.Delegation(of); o.Noticed || !o.Stands() {
			return nil, nil
		}
		return []Fact{Noticed{Of: of}}, nil
	})
	return err
}

// Renewers lists the people who can be reached in the chat and may ask for the same
// again: nobody has asked for what was imported.
func (d *Desk) Renewers(o Delegation) []UID {
	again, ok := d.RenewalOfRight(o)
	return d.reached(func(who UID) bool {
		_, decision, err := d.Preview(who, Chat, again)
		return ok && err == nil && decision.concedes()
	})
}

// RenewRight asks, with one click, for another term of an imported delegation.
func (d *Desk) RenewRight(ctx context.Context, by UID, via Door, of Mandate) (Request, error) {
	o, err := d.Delegation(by, via, of)
	if err != nil {
		return Request{}, err
	}
	again, ok := d.RenewalOfRight(o)
	if !ok {
		return Request{}, Fail(Conflict, NoEnd, "address", string(of))
	}
	return d.renew(ctx, by, via, "renew:"+string(of), again)
}

// lapses says that the delegation is in force until a day that is to come, and that
// nothing takes its place then.
func (d *Desk) lapses(o Delegation) bool {
	return o.Stands() && d.Now().Before(o.Until) && !d.outlived(o)
}

// outlived says that the same person has the same right for longer.
func (d *Desk) outlived(o Delegation) bool {
	return slices.ContainsFunc(d.View.Correspondents()[o.To], func(other Delegation) bool {
		longer := other.Until.IsZero() || other.Until.After(o.Until)
		same := other.Grant
		same.From, same.Until = o.From, o.Until
		return other.To == o.To && longer && same.equal(o.Grant)
	})
}

// lendAgain is RenewalOfRight of what a request gave.
func (d *Desk) lendAgain(r Request) (Action, bool) {
	all := d.View.Delegations()
	i := slices.IndexFunc(all, func(o Delegation) bool { return o.Request == r.ID })
	if i < 0 || !r.Action.lends() {
		return Action{}, false
	}
	return d.RenewalOfRight(all[i])
}

// RenewalOfRight is the same grant for as long as the house renews, also once it is
// over; false if it was revoked, or goes on anyway.
func (d *Desk) RenewalOfRight(o Delegation) (Action, bool) {
	if !o.Stands() || d.outlived(o) {
		return Action{}, false
	}
	g := o.Grant
	g.From = time.Time{}
	g.Until, _ = d.day(string(d.dayAfter(d.Keeping.Renewal)), 1) // a day that we have written ourselves
	return d.Again(g)
}
