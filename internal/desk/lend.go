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
// from there. An imported one has no request to tell it by.
func (d *Desk) keepRights(ctx context.Context) (errs []error) {
	for _, o := range d.View.Delegations() {
		soon := d.dayAfter(d.Keeping.Notice)
		if r, _ := d.View.Request(o.Request); r.Action.lends() && !r.Noticed && Day(r.Action.Arg("until")) <= soon {
			errs = append(errs, d.notice(ctx, o.Request, func() bool { return d.lapses(d.View.Delegation(o.ID)) }))
		}
	}
	return errs
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

// lendAgain is the same grant for as long as the house renews, also once it is over;
// false if it was revoked, or goes on anyway.
func (d *Desk) lendAgain(r Request) (Action, bool) {
	all := d.View.Delegations()
	i := slices.IndexFunc(all, func(o Delegation) bool { return o.Request == r.ID })
	if i < 0 || !r.Action.lends() || !all[i].Stands() || d.outlived(all[i]) {
		return Action{}, false
	}
	g := all[i].Grant
	g.From = time.Time{}
	g.Until, _ = d.day(string(d.dayAfter(d.Keeping.Renewal)), 1) // a day that we have written ourselves
	return d.Again(g)
}
