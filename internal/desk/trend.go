package desk

import (
	"context"
	"slices"
	"time"
)

// A Point is one comparison in numbers: it names nobody.
type Point struct {
	Day        string // "2026-12-03", of the house
	At         time.Time
	People     int
	Accounts   int
	Gaps       int
	ByCause    map[GapCause]int
	Repairable int
	Directory  time.Time // when each was read
	Partage    time.Time
}

// kept is how many points memory holds: two years.
const kept = 731

// Plotting adds a point to a trend, oldest first; false if it is not the next.
func Plotting(trend []Point, p Point) ([]Point, bool) {
	if p.Day == "" || len(trend) > 0 && p.Day <= trend[len(trend)-1].Day {
		return trend, false
	}
	return append(trend[max(0, len(trend)+1-kept):], p), true
}

// Gauge looks at all that differs now, in numbers.
func (d *Desk) Gauge() (Point, error) {
	if d.Drift == nil {
		return Point{}, Fail(Unavailable, NoDrift)
	}
	if err := d.fresh(); err != nil {
		return Point{}, err
	}
	census, now := d.View.Census(), d.Now().UTC().Truncate(time.Second)
	p := Point{Day: now.In(d.zone()).Format(time.DateOnly), At: now, People: census.People, Accounts: census.Accounts, ByCause: map[GapCause]int{}}
	p.Directory, p.Partage = d.View.Ages()
	for g := range d.Drift.Gaps(d.View) {
		if g.Spared() {
			continue
		}
		p.Gaps++
		p.ByCause[g.Cause]++
		if g.Repairable() {
			p.Repairable++
		}
	}
	return p, nil
}

// Mark keeps the day's point of the trend, whichever node is first.
func (d *Desk) Mark(ctx context.Context) error {
	p, err := d.Gauge()
	if err != nil {
		return err
	}
	_, err = d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		if _, next := Plotting(d.View.Trend(), p); !next {
			return nil, nil
		}
		return []Fact{Compared{Point: p}}, nil
	})
	return err
}

// Marked says that the day has its point.
func (d *Desk) Marked() bool {
	trend, day := d.View.Trend(), d.Now().In(d.zone()).Format(time.DateOnly)
	return len(trend) > 0 && trend[len(trend)-1].Day >= day
}

// Trend are the points, if the rules let the person see them.
func (d *Desk) Trend(by UID, via Door) ([]Point, error) {
	if err := d.sees(by, via, DriftShow); err != nil {
		return nil, err
	}
	return slices.Clone(d.View.Trend()), nil
}

// Gaps are what differs now, if the rules let the person see it: those that a
// selection chooses, whether they can be repaired or not.
func (d *Desk) Gaps(by UID, via Door, s Selection) ([]Gap, error) {
	if err := d.sees(by, via, DriftShow); err != nil {
		return nil, err
	}
	if d.Drift == nil {
		return nil, Fail(Unavailable, NoDrift)
	}
	if err := d.fresh(); err != nil {
		return nil, err
	}
	var found []Gap
	for g := range d.Drift.Gaps(d.View) {
		if s.Chooses(g) {
			found = append(found, g)
		}
	}
	return found, nil
}

// GapNamed is the one that differs now under a name, if the rules let the person see it.
func (d *Desk) GapNamed(by UID, via Door, name string) (Gap, error) {
	all, err := d.Gaps(by, via, Selection{})
	if err != nil {
		return Gap{}, err
	}
	all = slices.DeleteFunc(all, func(g Gap) bool { return g.Name() != name })
	if len(all) != 1 {
		return Gap{}, Fail(NotFound, UnknownGap, "value", name)
	}
	return all[0], nil
}

// Chooses says that the gap is of the selection, whatever its number.
func (s Selection) Chooses(g Gap) bool {
	return s.Spared == g.Spared() && (len(s.Causes) == 0 || slices.Contains(s.Causes, g.Cause)) &&
		(s.Population == "" || s.Population == g.Population) && (s.Domain == "" || s.Domain == g.Address.Domain())
}

// sees says why the rules do not let somebody read what is of the whole house.
func (d *Desk) sees(by UID, via Door, v Verb) error {
	f := Facts{Actor: d.actor(by, via), Via: via, Action: Action{Verb: v}, Now: d.Now()}
	if !f.Actor.Known() {
		return Fail(Forbidden, UnknownPerson, "value", string(by))
	}
	if decision := d.Rules.Decide(f); decision.Outcome != Allowed {
		return Fail(Forbidden, NotAllowed, "verb", string(v), "target", "", "rule", decision.Rule)
	}
	return nil
}
