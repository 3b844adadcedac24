package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// Brakes are how many effects that take something away (Spec.Takes) may be
// started: in any hour by one person, in one domain, of one verb, in all; and
// in any day, for how many in a thousand accounts, or as many as one person may
// in an hour if that is more. Zero allows none.
type Brakes struct {
	Person, Domain, Verb, All int
	PerMille                  float64
}

// StandardBrakes suit a university; they are lower than what a clumsy import
// would do, and higher than what people do by hand.
func StandardBrakes() Brakes { return Brakes{Person: 5, Domain: 10, Verb: 15, All: 20, PerMille: 1} }

// A Limit names one of the brakes.
type Limit string

// The limits.
const (
	PersonLimit Limit = "person"
	DomainLimit Limit = "domain"
	VerbLimit   Limit = "verb"
	AllLimit    Limit = "all"
	ShareLimit  Limit = "share"
)

// An Intent is one effect that was started.
type Intent struct {
	ID     ID
	At     time.Time
	By     UID
	Domain string
	Verb   Verb
	Plan   bool // part of a plan of repair that a second person approved
}

// IntentOf is what brakes count of a request that is started at a time; false
// if it takes nothing away.
func IntentOf(r Request, at time.Time) (Intent, bool) {
	planned := r.Via == Sync && r.By != System
	return Intent{r.ID, at, r.By, Address(r.Action.Target).Domain(), r.Action.Verb, planned}, r.Action.Verb.takes()
}

// A Tally is the intents of the last day, oldest first.
type Tally []Intent

// With returns the tally after an event; r is its request, the event folded in.
// The tally itself stays as it was.
func (t Tally) With(e Event, r Request) Tally {
	switch f := e.Fact.(type) {
	case BrakesReset:
		return nil
	case Failed:
		// Proved without effect, as was all before it; but a mailbox that is gone, or an answer that never came, proves nothing.
		if f.Attempt > 0 && r.Step == 0 && f.Code != UnknownAccount && f.Code != OtherMailbox && f.Code != Unproved {
			return t.without(e.ID)
		}
	case Started:
		if next, counts := IntentOf(r, e.At); counts {
			return append(t.without(e.ID).since(e.At.Add(-24*time.Hour)), next)
		}
	}
	return t
}

func (t Tally) without(id ID) Tally {
	return slices.DeleteFunc(slices.Clone(t), func(i Intent) bool { return i.ID == id })
}

func (t Tally) has(id ID) bool {
	return slices.ContainsFunc(t, func(i Intent) bool { return i.ID == id })
}

func (t Tally) since(at time.Time) Tally {
	return slices.DeleteFunc(t, func(i Intent) bool { return i.At.Before(at) })
}

// Limits lists the brakes with their values, of a population without accounts:
// see share.
func (b Brakes) Limits() []Held {
	return []Held{{Limit: PersonLimit, Max: b.Person}, {Limit: DomainLimit, Max: b.Domain}, {Limit: VerbLimit, Max: b.Verb},
		{Limit: AllLimit, Max: b.All}, {Limit: ShareLimit, Max: b.share(0)}}
}

func (b Brakes) share(population int) int {
	return max(b.Person, int(b.PerMille*float64(population)/1000))
}

// trips is the limit that more effects like next would pass, given those of the
// past; false if they pass none. The hourly limits are for what one person does;
// a plan that two have approved, with its numbers before them, has limits of its
// own, and the day's share.
func (b Brakes) trips(past Tally, next Intent, more, population int) (Held, bool) {
	for _, l := range b.Limits() {
		if l.Limit == ShareLimit {
			l.Max = b.share(population)
		} else if next.Plan {
			continue
		}
		count := more
		for _, i := range past {
			if i.ID != next.ID && l.Limit.counts(i, next) {
				count++
			}
		}
		if count > l.Max {
			return l, true
		}
	}
	return Held{}, false
}

// counts says whether a past effect counts against next.
func (l Limit) counts(past, next Intent) bool {
	hour := past.At.After(next.At.Add(-time.Hour)) && !past.Plan
	switch l {
	case PersonLimit:
		return hour && past.By == next.By
	case DomainLimit:
		return hour && past.Domain == next.Domain
	case VerbLimit:
		return hour && past.Verb == next.Verb
	case AllLimit:
		return hour
	}
	return past.At.After(next.At.Add(-24 * time.Hour))
}

// Clear says whether the effect of a request may be started as things are at
// the view's position: nil, or an *Error of code ClockBack, HouseFrozen,
// PlanHalted or Braked. Asked in the decide function of the claim, it holds in the
// transaction of the intent.
func (d *Desk) Clear(r Request) error {
	if freeze, frozen := d.View.Freeze(); frozen {
		return frozenBy(freeze)
	}
	if d.steppedBack() {
		return Fail(Unavailable, ClockBack)
	}
	if d.halted(r) && !r.Begun() {
		return Fail(Conflict, PlanHalted, "id", r.Batch)
	}
	if held, trips := d.trips(r); trips && !r.Begun() {
		return Fail(Conflict, Braked, "limit", string(held.Limit), "max", strconv.Itoa(held.Max))
	}
	return nil
}

// holdable: nothing of it is done yet. What is begun goes on to its end, or back:
// a mailbox is not left halfway.
func (r Request) holdable() bool { return r.State == Ready && !r.Begun() }

// trips: of requests asked together the first must leave room for all, so that
// none is begun that could not be finished; unless two administrators have seen
// that they pass a limit, and let them go on.
func (d *Desk) trips(r Request) (Held, bool) {
	next, counts := IntentOf(r, d.Now())
	if !counts {
		return Held{}, false
	}
	more, past := 1, d.View.Intents()
	for _, o := range d.batch(r) {
		if r.Limit == (Held{}) && o.ID != r.ID && !o.State.Final() && !past.has(o.ID) {
			more++
		}
	}
	return d.Brakes.trips(past, next, more, d.View.Population())
}

// batch lists the requests that one person asked together with r.
func (d *Desk) batch(r Request) []Request {
	if r.Batch == "" {
		return nil
	}
	return slices.Collect(d.View.Requests(Query{By: r.By, Batch: r.Batch}))
}

// Hold stops a request that passes a limit, and all that are ready of those it
// was asked with. What moved on meanwhile is left alone.
func (d *Desk) Hold(ctx context.Context, id ID) error {
	for {
		r, at := d.View.Request(id)
		limit, trips := d.trips(r)
		if !trips || !r.holdable() {
			return nil
		}
		limit.First = d.View.Stopped() == 0
		events := d.events(id, System, limit)
		limit.First = false
		for _, o := range d.batch(r) {
			if o.ID != id && o.holdable() {
				events = append(events, d.events(o.ID, System, limit)...)
			}
		}
		if err := d.write(ctx, at, events); !errors.Is(err, ErrBehind) {
			return err
		}
	}
}

// Releases lists the requests that r lets go on, oldest first, if it is a release:
// those held when it was asked for. Nobody has looked at what was held since.
func (d *Desk) Releases(r Request) []Request {
	if r.Action.Verb != BrakeRelease {
		return nil
	}
	return slices.DeleteFunc(d.Held(), func(held Request) bool { return held.Changed.After(r.Asked) })
}

// Held lists the requests that a brake has stopped, oldest first.
func (d *Desk) Held() []Request {
	held := slices.Collect(d.View.Requests(Query{States: []State{Stopped}}))
	slices.Reverse(held)
	return held
}
