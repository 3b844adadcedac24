package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What has a last day ends by itself, one stage after the other, each an ordinary
// request that the program asks through the door Clock and the rules decide: an
// alias is removed, and kept for its holder and then for nobody (see Quarantined);
// a share is taken back; a mailbox is locked and a list hidden, and after the grace
// deleted, which can be taken back. Renewing brings back what the end has taken.

// dates says that the verb sets the last day of an address.
func (v Verb) dates() bool { return v == AliasRenew || v == AccountRenew }

// Dates says that the action sets the last day of an address: it is more than
// what Partage shows of it.
func (a Action) Dates() bool { return a.Verb.dates() || a.Arg("until") != "" && !a.Verb.governs() }

// today is the day of the house.
func (d *Desk) today() Day { return d.dayAfter(0) }

func (d *Desk) dayAfter(days int) Day {
	return Day(d.Now().In(d.zone()).AddDate(0, 0, days).Format(time.DateOnly))
}

// past says that so many days have gone by since the last day.
func (d *Desk) past(last Day, days int) bool { return last.Past(d.dayAfter(-days)) }

// datable checks the last day that an action asks for: one that is to come, and
// not further than the house lets.
func (d *Desk) datable(a Action) error {
	until := Day(a.Arg("until"))
	if until == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, string(until)); err != nil || until.Past(d.today()) || d.Keeping.Renewal > 0 && until > d.dayAfter(d.Keeping.Renewal) {
		return Fail(Invalid, InvalidArgument, "name", "until", "value", string(until))
	}
	return nil
}

// renewable checks a renewal, and completes it: what has a last day gets a later
// one; what has none gets the one that is said. What its end has taken comes back to the same mailbox, and to no other.
func (d *Desk) renewable(f *Facts) error {
	alias := Address(f.Action.Arg("alias"))
	of := alias
	if alias == "" {
		of = f.Target.Address
	} else {
		f.Domain = alias.Domain()
	}
	x, _ := d.View.Entry(of)
	switch {
	case !x.Of(f.Target.ID) || alias != "" && x.Held && x.Nature != AsAlias:
		return Fail(NotFound, AliasAbsent, "alias", string(of), "account", string(f.Target.Address))
	case x.Until == "" && f.Action.Arg("until") == "":
		return Fail(Conflict, NoEnd, "address", string(of))
	}
	if err := d.complete(f, x); err != nil {
		return err
	}
	if alias == "" {
		return d.reopens(f.Target, x)
	}
	if !f.Target.Holds(alias) {
		return d.free(alias, f.Target)
	}
	return nil
}

// complete fills in the day that is not said, and refuses one that is not later.
func (d *Desk) complete(f *Facts, x Entry) error {
	until := Day(f.Action.Arg("until"))
	if until == "" && d.Keeping.Renewal > 0 {
		until = d.dayAfter(d.Keeping.Renewal)
	}
	args := map[string]string{"until": string(until)}
	if alias := f.Action.Arg("alias"); alias != "" {
		args["alias"] = alias
	}
	var err error
	if f.Action, err = NewAction(f.Action.Verb, f.Action.Target, args); err != nil {
		return err
	}
	return d.later(f.Action, x.Until)
}

// later: what has a last day gets a later one, which takes nothing away.
func (d *Desk) later(a Action, last Day) error {
	if Day(a.Arg("until")) <= last {
		return Fail(Conflict, AlreadySo, "value", string(last))
	}
	return d.datable(a)
}

// lasting checks the last day that an action gives to a list, if it gives one.
func (d *Desk) lasting(a Action, of Address) error {
	if !a.Dates() {
		return nil
	}
	x, _ := d.View.Entry(of)
	return d.later(a, x.Until)
}

// lastsAgain: a list comes back with the last day that it had. One that has passed
// would end nothing and tell nobody: it gets another, for as long as the house renews,
// or the day that is said.
func (d *Desk) lastsAgain(f *Facts) (err error) {
	x, _ := d.View.Entry(f.Target.Address)
	last := either(x.Of(f.Target.ID), x.Until, "")
	switch {
	case f.Action.Dates():
		return d.later(f.Action, last)
	case last.Past(d.today()):
		f.Action, err = NewAction(f.Action.Verb, f.Action.Target, map[string]string{"until": string(d.dayAfter(d.Keeping.Renewal))})
	}
	return err
}

// stillLasts: a last day that has passed since the request was asked is not put off
// unseen.
func (d *Desk) stillLasts(r Request, now Action) error {
	if r.Action.Verb != ListRestore || now == r.Action {
		return nil
	}
	x, _ := d.View.Entry(Address(r.Action.Target))
	return Fail(Invalid, InvalidArgument, "name", "until", "value", string(x.Until))
}

// reopens: a mailbox is opened again only if its end has locked it. What somebody
// has locked stays so.
func (d *Desk) reopens(target Account, x Entry) error {
	if target.Status == Active {
		return nil
	}
	for r := range d.View.Requests(Query{Target: target.Address, States: []State{Settled}}) {
		if StatusAfter(r.Action.Verb) != "" && r.Mailbox == target.ID {
			if target.Status == Locked && r.Via == Clock && r.Action.Verb == AccountLock {
				return nil
			}
			break
		}
	}
	return Fail(Conflict, WrongStatus, "account", string(target.Address), "state", target.Status)
}

// Ended says that the last day of what the action acts on is over.
func (d *Desk) ended(a Action, target Account) bool {
	if a.Verb == AccountUnshare {
		return d.shareOver(a)
	}
	of := target.Address
	if alias := Address(a.Arg("alias")); alias != "" {
		of = alias
	}
	x, _ := d.View.Entry(of)
	return x.Of(target.ID) && x.Held && x.Until.Past(d.today())
}

// due is what is to be done now to an address whose last day is over; false if
// nothing is.
func (d *Desk) due(x Entry) (a Action, ok bool) {
	if !x.Held || !x.Until.Past(d.today()) {
		return Action{}, false
	}
	target, over := d.any(x.Address), d.past(x.Until, d.Keeping.Grace)
	verb, args := AliasRemove, map[string]string{"alias": string(x.Address)}
	switch {
	case x.Nature == AsAlias:
	case x.Nature == AsAccount && slices.Contains(settlings[AccountLock].from, target.Status):
		verb, args = AccountLock, nil
	case x.Nature == AsAccount && target.Status == Locked && over:
		verb, args = AccountDelete, nil
	case x.Nature.listed() && !target.Hidden:
		verb, args = ListProfile, map[string]string{"hidden": string(Yes)}
	case x.Nature.listed() && over:
		verb, args = ListDelete, nil
	default:
		return Action{}, false
	}
	a, err := NewAction(verb, string(target.Address), args)
	return a, err == nil && x.Of(target.ID)
}

// timely refuses whatever comes by the door Clock and is not due, or not from the
// program: no other door leads there.
func (d *Desk) timely(a Asking) error {
	if a.Via != Clock {
		return nil
	}
	of := a.Action.Target
	if alias := a.Action.Arg("alias"); alias != "" {
		of = alias
	}
	x, _ := d.View.Entry(Address(of))
	due, ok := d.due(x)
	if due = either(ok, due, Action{}); a.By != System || due != a.Action && !d.shareOver(a.Action) {
		return Fail(Conflict, NotDue, "address", of)
	}
	return nil
}

// Keep does what the last days of addresses ask for by now: holders are told when
// people are at work, and what has ended is taken, as fast as brakes let. Each is
// done once, whatever the nodes and the restarts. Addresses that are gone are
// recorded first.
func (d *Desk) Keep(ctx context.Context, working bool) error {
	if d.Keeping == (Keeping{}) || d.Timeless() {
		return nil
	}
	errs := []error{d.Miss(ctx)}
	_, frozen := d.View.Freeze()
	if d.fresh() != nil {
		frozen = true
	}
	for _, x := range d.View.Dated() {
		if working && x.Until <= d.dayAfter(d.Keeping.Notice) && x.Dated != "" {
			errs = append(errs, d.notice(ctx, x.Dated, func() bool {
				now, _ := d.View.Entry(x.Address)
				return now.Dated == x.Dated && now.Held && !now.Until.Past(d.today())
			}))
		}
		if a, due := d.due(x); due && !frozen {
			errs = append(errs, d.end(ctx, fmt.Sprintf("end:%s:%s:%s:%s", x.Address, x.Mailbox, x.Until, a.Verb), a))
		}
	}
	errs = append(errs, d.keepShares(ctx, working, frozen)...)
	if working {
		errs = append(errs, d.keepRights(ctx)...)
	}
	return errors.Join(errs...)
}

// notice has it told, once for each last day, that the day is near which a request
// has set, as long as it is to come.
func (d *Desk) notice(ctx context.Context, id ID, still func() bool) error {
	_, err := d.Change(ctx, id, System, func(r Request) ([]Fact, error) {
		if r.State != Settled || r.Noticed || !still() {
			return nil, nil
		}
		return []Fact{Noticed{}}, nil
	})
	return err
}

// end asks for what is due, once for each last day. What would only be held by a
// brake waits for a later look.
func (d *Desk) end(ctx context.Context, key string, a Action) error {
	if d.View.Keyed(key) != "" || d.crowded(a) {
		return nil
	}
	_, err := d.Ask(ctx, Asking{By: System, Via: Clock, Action: a, Key: key})
	if KindOf(err) == Conflict || KindOf(err) == NotFound { // somebody was faster, or somebody must look
		return nil
	}
	return err
}

// crowded: one more would pass a limit, those that wait to be sent counted in.
func (d *Desk) crowded(a Action) bool {
	past := d.View.Intents()
	for r := range d.View.Requests(Query{States: []State{Ready, Waiting, Stopped}}) {
		if next, counts := IntentOf(r, d.Now()); counts && !past.has(r.ID) && r.State != Waiting {
			past = append(slices.Clone(past), next)
		}
	}
	next, _ := IntentOf(Request{By: System, Via: Clock, Action: a}, d.Now())
	_, trips := d.Brakes.trips(past, next, 1, d.View.Population())
	return trips
}

// Renew asks, with one click, for another term of what a request has dated.
func (d *Desk) Renew(ctx context.Context, by UID, via Door, id ID) (Request, error) {
	r, _ := d.View.Request(id)
	if r.State == None || !d.concerns(by, via, r) {
		return Request{}, Fail(NotFound, UnknownRequest, "value", string(id))
	}
	a, ok := d.RenewalOf(r)
	if !ok {
		return r, Fail(Conflict, NoEnd, "address", r.Action.Target)
	}
	return d.renew(ctx, by, via, "renew:"+string(id), a)
}

// renew asks for it once: whom the rules deny is not in the way of others.
func (d *Desk) renew(ctx context.Context, by UID, via Door, key string, a Action) (Request, error) {
	for first, _ := d.View.Request(d.View.Keyed(key)); first.State == Rejected && first.By != by; first, _ = d.View.Request(d.View.Keyed(key)) {
		key = "renew:" + string(first.ID)
	}
	return d.Ask(ctx, Asking{By: by, Via: via, Action: a, Key: key})
}

// RenewalOf is what renews what the request has dated, where that is by now; false if
// it has no end any more.
func (d *Desk) RenewalOf(r Request) (Action, bool) {
	switch r.Action.Verb {
	case AccountShare:
		return d.shareAgain(r)
	case DelegationGrant:
		return d.lendAgain(r)
	}
	for _, x := range d.View.Dated() {
		if x.Dated == r.ID {
			a, err := d.again(r, x)
			return a, err == nil
		}
	}
	return Action{}, false
}

// again is what renews an address, for as long as the house does: a list that its
// end has hidden is shown again.
func (d *Desk) again(r Request, x Entry) (Action, error) {
	target := r.Action.After()
	if at := d.View.Account(x.Address); at.ID == r.Mailbox {
		target = at.Address
	}
	switch {
	case x.Nature == AsAlias:
		return NewAction(AliasRenew, string(target), map[string]string{"alias": string(x.Address)})
	case x.Nature == AsAccount:
		return NewAction(AccountRenew, string(target), nil)
	}
	args := map[string]string{"until": string(d.dayAfter(d.Keeping.Renewal))}
	if d.hiddenByEnd(x) {
		args["hidden"] = string(No)
	}
	return NewAction(ListProfile, string(x.Address), args)
}

// hiddenByEnd: what somebody has hidden stays so.
func (d *Desk) hiddenByEnd(x Entry) bool {
	for r := range d.View.Requests(Query{Target: x.Address, States: []State{Settled}}) { // newest first
		if r.Action.Verb == ListProfile && r.Action.Arg("hidden") != "" && x.Of(r.Mailbox) {
			return r.Via == Clock && r.Action.Arg("hidden") == string(Yes)
		}
	}
	return false
}
