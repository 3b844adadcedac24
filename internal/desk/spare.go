package desk

import (
	"maps"
	"strings"
	"time"
)

// SparedMost is how long a difference may be left as it is, in days: then somebody
// looks again.
const SparedMost = 366

// A Spare says until when a gap stays as it is, that day included, and which request
// decided it.
type Spare struct {
	Until Day
	By    ID
}

// Spares tell which gaps are left. Another mailbox at the address is another gap.
type Spares map[gapName]Spare

type gapName struct {
	cause   GapCause
	address Address
	mailbox string
}

// SparesOf are those that hold on a day: of each gap the last word counts.
func SparesOf(v Fold, on Day) Spares {
	all := Spares{}
	for r := range v.Requests(Query{Verbs: []Verb{DriftSpare}, States: []State{Settled}}) { // newest first
		name := gapName{GapCause(r.Action.Arg("cause")), Address(r.Action.Target), r.Mailbox}
		if _, later := all[name]; !later {
			all[name] = Spare{Until: Day(r.Action.Arg("until")), By: r.ID}
		}
	}
	maps.DeleteFunc(all, func(_ gapName, s Spare) bool { return s.Until.Past(on) })
	return all
}

// Of is until when the gap is left; the zero Spare: it is not.
func (s Spares) Of(g Gap) Spare { return s[gapName{g.Cause, g.Address, g.Mailbox}] }

// sparable: there is such a difference now, the day is to come and not too far, and
// the person may see differences.
func (d *Desk) sparable(f *Facts) error {
	if err := d.sees(f.Actor.UID, f.Via, DriftShow); err != nil {
		return err
	}
	if d.Drift == nil {
		return Fail(Unavailable, NoDrift)
	}
	until := Day(f.Action.Arg("until"))
	if _, err := time.Parse(time.DateOnly, string(until)); err != nil || until.Past(d.today()) {
		return Fail(Invalid, InvalidArgument, "name", "until", "value", string(until))
	}
	if last := d.dayAfter(SparedMost); until > last {
		return Fail(Invalid, SparedLong, "value", string(until), "max", string(last))
	}
	for g := range d.Drift.Gaps(d.View) {
		if g.Address == Address(f.Action.Target) && g.Cause == GapCause(f.Action.Arg("cause")) {
			f.Holder, f.Owner, f.Target = g.Owner, d.View.Person(g.Owner), d.any(g.Address)
			return nil
		}
	}
	return Fail(NotFound, NoSuchGap, "value", f.Action.Target, "cause", f.Action.Arg("cause"))
}

// reasoned: to leave a difference takes a reason, which the next to look will read.
func reasoned(a Asking) error {
	if a.Action.Verb == DriftSpare && strings.TrimSpace(a.Reason) == "" {
		return Fail(Invalid, MissingArgument, "name", "reason")
	}
	return nil
}
