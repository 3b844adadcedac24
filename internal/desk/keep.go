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
// a mailbox is locked, and after the grace deleted, which can be taken back.
// Renewing brings back what the end has taken.

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
	if until <= x.Until {
		return Fail(Conflict, AlreadySo, "value", string(x.Until))
	}
	return d.datable(f.Action)
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
	account := d.View.Account(x.Address)
	verb, args := AliasRemove, map[string]string{"alias": string(x.Address)}
	if x.Nature == AsAccount {
		args = nil
		switch {
		case slices.Contains(settlings[AccountLock].from, account.Status):
			verb = AccountLock
		case account.Status == Locked && d.past(x.Until, d.Keeping.Grace):
			verb = AccountDelete
		default:
			return Action{}, false
		}
	}
	a, err := NewAction(verb, string(account.Address), args)
	return a, err == nil && x.Of(account.ID)
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
	if due, ok := d.due(x); a.By != System || !ok || due != a.Action {
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
			errs = append(errs, d.notice(ctx, x))
		}
		if a, due := d.due(x); due && !frozen {
			errs = append(errs, d.end(ctx, x, a))
		}
	}
	return errors.Join(errs...)
}

// notice has the holder told, once for each last day, as long as it is to come.
func (d *Desk) notice(ctx context.Context, x Entry) error {
	_, err := d.Change(ctx, x.Dated, System, func(r Request) ([]Fact, error) {
		now, _ := d.View.Entry(x.Address)
		if r.State != Settled || r.Noticed || now.Dated != x.Dated || !now.Held || now.Until.Past(d.today()) {
			return nil, nil
		}
		return []Fact{Noticed{}}, nil
	})
	return err
}

// end asks for what is due, once for each last day. What would only be held by a
// brake waits for a later look.
func (d *Desk) end(ctx context.Context, x Entry, a Action) error {
	key := fmt.Sprintf("end:%s:%s:%s:%s", x.Address, x.Mailbox, x.Until, a.Verb)
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
	a, err := d.renewal(r)
	if err != nil {
		return r, err
	}
	return d.Ask(ctx, Asking{By: by, Via: via, Action: a, Key: "renew:" + string(id)})
}

// renewal is what renews what the request has dated, where that is by now.
func (d *Desk) renewal(r Request) (Action, error) {
	for _, x := range d.View.Dated() {
		if x.Dated != r.ID {
			continue
		}
		a := r.Action.Renewal()
		if at := d.View.Account(x.Address); at.ID == r.Mailbox {
			a.Target = string(at.Address)
		}
		return a, nil
	}
	return Action{}, Fail(Conflict, NoEnd, "address", r.Action.Target)
}

// Renewal is what renews what the action has dated, for as long as the house does.
func (a Action) Renewal() Action {
	if alias := a.Arg("alias"); alias != "" {
		return Action{Verb: AliasRenew, Target: a.Target, Args: printArgs(map[string]string{"alias": alias})}
	}
	return Action{Verb: AccountRenew, Target: string(a.After())}
}
