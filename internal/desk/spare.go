package desk

import (
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

// Spares tell which gaps are left. Another mailbox at the address is another gap; so
// is another alias, unless none was named: then all that the mailbox has lost are left.
type Spares struct {
	last map[gapName]Spare // the last word on each, also one whose day is over
	on   Day
}

type gapName struct {
	cause          GapCause
	address, alias Address
	mailbox        string
}

// SparesOf are those that hold on a day: of each gap the last word counts.
func SparesOf(v Fold, on Day) Spares {
	all := Spares{map[gapName]Spare{}, on}
	for r := range v.Requests(Query{Verbs: []Verb{DriftSpare}, States: []State{Settled}}) { // newest first
		name := gapName{GapCause(r.Action.Arg("cause")), Address(r.Action.Target), Address(r.Action.Arg("lost")), r.Mailbox}
		if _, later := all.last[name]; !later {
			all.last[name] = Spare{Until: Day(r.Action.Arg("until")), By: r.ID}
		}
	}
	return all
}

// Of is until when the gap is left; the zero Spare: it is not.
func (s Spares) Of(g Gap) Spare {
	name := gapName{g.Cause, g.Address, "", g.Mailbox}
	last := s.last[name]
	if name.alias = Address(g.Says); g.Cause == AliasLost && s.last[name].By.after(last.By) {
		last = s.last[name]
	}
	return either(last.Until.Past(s.on), Spare{}, last)
}

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
	g, err := d.leaves(f.Action)
	if err != nil {
		return err
	}
	f.Holder, f.Owner, f.Target = g.Owner, d.View.Person(g.Owner), d.any(g.Address)
	if GapName(f.Action.Target) {
		f.Action, err = g.spare(until)
	}
	return err
}

// leaves is the gap that the action leaves as it is. Two may have one name, which
// means neither then; of an address and a cause it may be one of several.
func (d *Desk) leaves(a Action) (g Gap, err error) {
	named := GapName(a.Target)
	if !named && a.Arg("cause") == "" {
		return g, Fail(Invalid, MissingArgument, "name", "cause")
	}
	found := 0
	for one := range d.Drift.Gaps(d.View) {
		if one.asked(a) {
			g, found = one, found+1
		}
	}
	switch {
	case named && found != 1:
		return g, Fail(NotFound, UnknownGap, "value", a.Target)
	case found == 0:
		return g, Fail(NotFound, NoSuchGap, "value", a.Target, "cause", a.Arg("cause"))
	}
	return g, nil
}

// spare is the action that leaves that very gap.
func (g Gap) spare(until Day) (Action, error) {
	args := map[string]string{"cause": string(g.Cause), "until": string(until)}
	if g.Cause == AliasLost {
		args["lost"] = g.Says
	}
	return NewAction(DriftSpare, string(g.Address), args)
}

// reasoned: to leave a difference takes a reason, which the next to look will read.
func reasoned(a Asking) error {
	if a.Action.Verb == DriftSpare && strings.TrimSpace(a.Reason) == "" {
		return Fail(Invalid, MissingArgument, "name", "reason")
	}
	return nil
}
