package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A Forecast is what would come of actions asked together.
type Forecast struct {
	Rows []Foreseen // one for each action, in order
	// Held is the limit that they would pass together: none is begun before two
	// administrators have looked. Zero: they pass none.
	Held Held
	Cost Money // a month, of all that could be asked, on the accounts as they are known
}

// A Foreseen is what the rules say of one action, or why it cannot be asked.
type Foreseen struct {
	Action   Action // its target resolved
	Before   Account
	Decision Decision
	Err      error
	facts    Facts
}

// Good says that it can be asked and is not denied.
func (f Foreseen) Good() bool { return f.Err == nil && f.Decision.concedes() }

// Faults counts the rows that are not good.
func (f Forecast) Faults() (n int) {
	for _, row := range f.Rows {
		if !row.Good() {
			n++
		}
	}
	return n
}

// Foresee tells what AskAll would do of the actions, and does nothing. Rows are
// looked at in order: what an earlier one takes is taken.
func (d *Desk) Foresee(by UID, via Door, actions []Action) Forecast {
	f, taken, used := Forecast{}, map[string]bool{}, map[Mandate]int{}
	takes := 0
	for _, a := range actions {
		row := d.foresee(by, via, a, taken, used)
		if f.Rows = append(f.Rows, row); !row.Good() {
			continue
		}
		if f.Cost += d.Estate.Tariff.Cost(row.Action, row.Before); row.Action.Verb.takes() {
			takes++
			next := Intent{At: d.Now(), By: by, Domain: Address(row.Action.Target).Domain(), Verb: row.Action.Verb}
			if held, trips := d.Brakes.trips(d.View.Intents(), next, takes, d.View.Population()); trips {
				f.Held = held
			}
		}
	}
	return f
}

func (d *Desk) foresee(by UID, via Door, a Action, taken map[string]bool, used map[Mandate]int) Foreseen {
	if spec, ok := SpecOf(a.Verb); !ok || !spec.Changes || spec.Governs || spec.Shell || spec.Inner || spec.Step {
		return Foreseen{Action: a, Err: Fail(Invalid, UnknownVerb, "value", string(a.Verb))}
	}
	facts, err := d.check(by, via, a)
	if err != nil {
		return Foreseen{Action: a, Err: err}
	}
	row := Foreseen{Action: facts.Action, Before: facts.Target}
	c := claimsOf(facts.Action, facts.Target)
	if claim := c.taken(taken); claim != "" {
		row.Err = Fail(Conflict, Twice, "value", claim[strings.Index(claim, " ")+1:])
		return row
	}
	row.facts = d.countedAfter(facts, used)
	if row.Decision = d.Rules.Decide(row.facts); row.Good() {
		c.take(taken)
		d.spend(facts, used)
	}
	return row
}

// countedAfter is counted, with what earlier rows have used of delegations too.
func (d *Desk) countedAfter(f Facts, used map[Mandate]int) Facts {
	f = d.counted(f, Request{})
	f.Actor.Delegations = slices.Clone(f.Actor.Delegations)
	for i, o := range f.Actor.Delegations {
		f.Actor.Delegations[i].Used += used[o.ID]
	}
	return f
}

// spend notes which delegations of who asks the row uses.
func (d *Desk) spend(f Facts, used map[Mandate]int) {
	asked := Request{Owner: f.Whose(), Action: f.Action, Asked: f.Now}
	for _, o := range f.Actor.Delegations {
		if o.Daily > 0 {
			unlimited := o
			if unlimited.Daily = 0; d.covers(unlimited, asked) {
				used[o.ID]++
			}
		}
	}
}

// claims are what an action touches: own is for one of the actions asked together
// alone, shared for as many as do not have it for their own.
type claims struct{ own, shared []string }

const together = "together " // before a claim that is shared

// taken is a claim that an earlier action keeps this one from, "" if none does.
func (c claims) taken(by map[string]bool) string {
	for _, claim := range c.own {
		if by[claim] || by[together+claim] {
			return claim
		}
	}
	i := slices.IndexFunc(c.shared, func(claim string) bool { return by[claim] })
	if i < 0 {
		return ""
	}
	return c.shared[i]
}

func (c claims) take(taken map[string]bool) {
	for _, claim := range c.own {
		taken[claim] = true
	}
	for _, claim := range c.shared {
		taken[together+claim] = true
	}
}

// claimsOf: an address that is given or taken, and each thing of an account.
func claimsOf(a Action, on Account) claims {
	if specs[a.Verb].Object {
		return objectClaims(a)
	}
	thing := "one " + string(a.Verb) + " " + a.Target
	switch a.Verb {
	case AliasAdd, AliasRemove, AliasMove, AliasRenew:
		return claims{own: []string{"address " + a.Arg("alias")}}
	case AccountRename:
		return claims{own: []string{"address " + a.Arg("to"), thing}}
	case AccountCreate:
		if on.Owner == "" {
			return claims{own: []string{"address " + a.Target}}
		}
		return claims{own: []string{"address " + a.Target, "person " + string(on.Owner)}}
	case AccountLock, AccountActivate, AccountClose, AccountDelete, AccountRestore:
		return claims{own: []string{"status " + a.Target}}
	case AccountHide, AccountUnhide:
		return claims{own: []string{"book " + a.Target}}
	case AccountShare, AccountUnshare:
		return claims{own: []string{"share " + a.Target + " " + a.Arg("with")}}
	}
	return claims{own: []string{thing}}
}

// objectClaims: what is made, renamed, deleted or given back is for one action alone;
// else several may act on one list, but not on the same member, alias or sender.
func objectClaims(a Action) claims {
	whole := "object " + a.Target
	switch a.Verb {
	case ListAdd, ListRemove:
		var members []string
		for _, m := range a.Members() {
			members = append(members, "member "+a.Target+" "+string(m))
		}
		return claims{members, []string{whole}}
	case ListAlias, ListUnalias:
		return claims{[]string{"address " + a.Arg("alias")}, []string{whole}}
	case ListSender, ListUnsender:
		return claims{[]string{"sender " + a.Target + " " + a.Arg("sender")}, []string{whole}}
	case ListProfile, ResourceProfile:
		return claims{[]string{"profile " + a.Target}, []string{whole}}
	case ListRename, ResourceRename:
		return claims{own: []string{whole, "address " + a.Arg("to")}}
	}
	return claims{own: []string{whole, "address " + a.Target}}
}

// An Order is several actions that somebody asks for at once.
type Order struct {
	By     UID
	Via    Door
	Key    string // of the file or form: the same key never asks twice; required
	Reason string
	Rows   []Action
	Whole  bool // all, or none if one cannot be asked or is denied
}

// AskAll asks for the rows of an order that are good, as requests of one batch,
// in one append: all of them are there or none is. Rows that are not good are in
// the forecast, and leave no trace. Of a whole order with one of those nothing is
// asked, and the error is of code NotWhole. Asking again under the same key
// gives the first requests.
func (d *Desk) AskAll(ctx context.Context, o Order) ([]Request, Forecast, error) {
	if err := keyable(o.Key); err != nil {
		return nil, Forecast{}, err
	}
	for {
		first, at := d.View.Next() // first: what follows must still be true at this position
		if again, err := d.askedAs(o); len(again) > 0 || err != nil {
			return again, Forecast{}, err
		}
		f := d.Foresee(o.By, o.Via, o.Rows)
		if faults := f.Faults(); faults == len(f.Rows) || faults > 0 && o.Whole {
			return nil, f, Fail(Conflict, NotWhole, "n", strconv.Itoa(faults), "of", strconv.Itoa(len(f.Rows)))
		}
		requests, events, err := d.batched(o, f, first)
		if err != nil {
			return nil, f, err
		}
		if err := d.write(ctx, at, events); !errors.Is(err, ErrBehind) {
			return requests, f, err
		}
	}
}

// askedAs lists the requests that the order was asked as before.
func (d *Desk) askedAs(o Order) (again []Request, err error) {
	for row := range o.Rows {
		id := d.View.Keyed(o.key(row))
		if id == "" {
			continue
		}
		r, _ := d.View.Request(id)
		if r.By != o.By {
			return nil, Fail(Conflict, Changed, "id", string(id))
		}
		again = append(again, r)
	}
	return again, nil
}

func (o Order) key(row int) string { return o.Key + ":" + strconv.Itoa(row) }

// batched are the requests of the good rows and their events, numbered from first.
func (d *Desk) batched(o Order, f Forecast, first ID) (requests []Request, events []Event, err error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(first), "D-"), 10, 64)
	if err != nil {
		return nil, nil, err
	}
	for i, row := range f.Rows {
		if !row.Good() {
			continue
		}
		id := ID("D-" + strconv.FormatInt(n, 10))
		asked := Asked{Action: row.Action, Mailbox: row.facts.Target.ID, Owner: row.facts.Whose(), Gains: d.gains(row.Action), Reason: clip(o.Reason), Via: o.Via, Key: o.key(i), Batch: o.Key}
		own := d.events(id, o.By, asked, d.decided(row.facts, row.Decision))
		r, err := folded(Request{}, own)
		if err != nil {
			return nil, nil, err
		}
		requests, events = append(requests, r), append(events, own...)
		n++
	}
	return requests, events, nil
}
