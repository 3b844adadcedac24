package desk

import (
	"slices"
	"time"
)

// An Estate is what the university has and pays, as configured.
type Estate struct {
	Populations Populations
	Tariff      Tariff
	// Services are what is watched; nil: nothing is.
	Services func() []Service
	// Restored counts accounts that Partage says were restored; nil: only the journal counts.
	Restored func() Figure
}

// A Source is where a figure comes from.
type Source string

// The sources.
const (
	FromDirectory Source = "directory"
	FromPartage   Source = "partage"
	FromJournal   Source = "journal"
	FromConfig    Source = "configuration"
	FromProbe     Source = "probe"
)

// A Figure is a number with where it comes from, and as of when.
type Figure struct {
	Value  int64
	Source Source
	At     time.Time
}

// A Headcount is one population on both sides; Name "" is what is of none.
type Headcount struct {
	Name               string
	Text               Text
	Partage, Directory Figure
}

// Gap is how many more accounts than people there are.
func (h Headcount) Gap() int64 { return h.Partage.Value - h.Directory.Value }

// A ClassFigure is one class of service.
type ClassFigure struct {
	Class string
	ClassCount
}

// A Service is something that is asked at intervals whether it answers.
type Service struct {
	Name    string // "partage", "webmail"
	Up      bool
	Error   string        // of the last answer, for operators
	Latency time.Duration // of the last answer
	Since   time.Time     // when it became so
	At      time.Time     // when it was asked last; zero: never
	History []Cell        // oldest first
}

// A Cell is what was seen of a service in a stretch of time.
type Cell struct {
	From       time.Time
	Good, Bad  int
	Sum, Worst time.Duration // of the good answers
}

// Mean is the mean latency of the good answers, 0 if there are none.
func (c Cell) Mean() time.Duration {
	if c.Good == 0 {
		return 0
	}
	return c.Sum / time.Duration(c.Good)
}

// An Ageing is the requests in one state, or those answered lately, with how
// long half of them and nine in ten have taken at most.
type Ageing struct {
	State    State
	Count    int
	P50, P90 time.Duration
}

// A Dashboard is all the figures of the house, of one moment.
type Dashboard struct {
	At          time.Time
	Accounts    Figure
	People      Figure
	Deleted     Figure // by us, not counted among the accounts
	Populations []Headcount
	Classes     []ClassFigure // most accounts first; their source is that of Accounts
	Used        Figure        // bytes
	Bought      Figure        // bytes; 0: not known
	Bill        Bill          // a month, for the accounts as they are; from the configuration
	Currency    string
	Restored    Figure
	Services    []Service
	Requests    []Ageing // that are not finished: how old they are
	Answered    Ageing   // in the last 30 days: how long each took until it was done
	Journal     Figure   // requests in all
	Delegates   Figure   // people who correspond for a domain
	Thin        []Coverage
	Gaps        []Point // the trend, oldest first
}

// lately is how far back answers are looked at.
const lately = 30 * 24 * time.Hour

// Dashboard tells all figures, if the rules let the person see them.
func (d *Desk) Dashboard(by UID, via Door) (Dashboard, error) {
	if err := d.sees(by, via, FiguresShow); err != nil {
		return Dashboard{}, err
	}
	b := Dashboard{At: d.Now()}
	d.countWorld(&b)
	d.countRequests(&b)
	if d.Estate.Services != nil {
		b.Services = d.Estate.Services()
	}
	held := map[UID]bool{}
	for _, c := range d.Coverage() {
		for _, who := range c.By {
			held[who] = true
		}
		if c.Thin() {
			b.Thin = append(b.Thin, c)
		}
	}
	b.Delegates = Figure{int64(len(held)), FromJournal, b.At}
	b.Gaps = slices.Clone(d.View.Trend())
	return b, nil
}

func (d *Desk) countWorld(b *Dashboard) {
	census := d.View.Census()
	directory, partage := d.View.Ages()
	on := func(n int64, s Source) Figure {
		return Figure{n, s, map[Source]time.Time{FromPartage: partage, FromDirectory: directory, FromConfig: b.At}[s]}
	}
	b.Accounts, b.People = on(int64(census.Accounts), FromPartage), on(int64(census.People), FromDirectory)
	b.Deleted = on(int64(census.Deleted), FromPartage)
	people, accounts := census.Sizes(d.Estate.Populations)
	for _, p := range append(slices.Clone(d.Estate.Populations), Population{}) {
		if h := (Headcount{p.Name, p.Text, on(int64(accounts[p.Name]), FromPartage), on(int64(people[p.Name]), FromDirectory)}); p.Name != "" || h.Partage.Value+h.Directory.Value > 0 {
			b.Populations = append(b.Populations, h)
		}
	}
	counts, used := map[string]int{}, int64(0)
	for class, n := range census.Classes {
		counts[class], used = n.Accounts, used+n.Used
	}
	b.Classes = ranked(census.Classes)
	b.Used, b.Bought = on(used, FromPartage), on(d.Estate.Tariff.Bought, FromConfig)
	b.Bill, b.Currency = d.Estate.Tariff.Bill(counts), d.Estate.Tariff.Currency
}

func (d *Desk) countRequests(b *Dashboard) {
	ages, moving := map[State][]time.Duration{}, Unfinished()
	for r := range d.View.Requests(Query{States: moving}) {
		ages[r.State] = append(ages[r.State], b.At.Sub(r.Changed))
	}
	for _, s := range moving {
		if len(ages[s]) > 0 {
			b.Requests = append(b.Requests, ageing(s, ages[s]))
		}
	}
	b.Answered = ageing(Settled, slices.Collect(d.View.Delays(b.At.Add(-lately))))
	b.Journal = Figure{int64(d.View.Count(Query{})), FromJournal, b.At}
	b.Restored = Figure{int64(d.View.Count(Query{States: []State{Settled}, Verbs: []Verb{AccountRestore}})), FromJournal, b.At}
	if d.Estate.Restored != nil {
		if seen := d.Estate.Restored(); !seen.At.IsZero() {
			b.Restored = seen // those that we restored are among them
		}
	}
}

func ageing(s State, all []time.Duration) Ageing {
	slices.Sort(all)
	return Ageing{s, len(all), quantile(all, 50), quantile(all, 90)}
}

// quantile is the least that as many in a hundred are no more than.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}
