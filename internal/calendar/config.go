package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Config is what the establishment says of its days and hours.
type Config struct {
	Region   Region    `yaml:"region"`
	Opens    string    `yaml:"opens"`  // "08:30"
	Closes   string    `yaml:"closes"` // "18:00"
	Closures []Closure `yaml:"closures"`
}

// A Closure is days on which nobody is at work, both ends included.
type Closure struct {
	From string `yaml:"from"` // "2026-12-19"
	To   string `yaml:"to"`
}

// Default is the mainland, without closures.
func Default() Config { return Config{Region: Metropole, Opens: "08:30", Closes: "18:00"} }

// Longest is how many days in a row may be without work: more is no closure but
// a mistake, and what waits for working days would wait for ever.
const Longest = 92

type span struct{ from, to int32 }

type parsed struct {
	opens, closes time.Duration
	closures      []span
}

// Check says all that is wrong, each with its place.
func (c Config) Check() error { _, err := c.parse(); return err }

func (c Config) region() Region {
	if c.Region == "" {
		return Metropole
	}
	return c.Region
}

func (c Config) parse() (p parsed, err error) {
	var errs []error
	need := func(ok bool, path, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("calendar."+path+": "+format, args...))
		}
	}
	need(slices.Contains(Regions(), c.region()), "region", "%q is none of %s", c.Region, regions())
	var fine [2]bool
	p.opens, fine[0] = hour(c.Opens)
	p.closes, fine[1] = hour(c.Closes)
	need(fine[0], "opens", "%q is not an hour such as 08:30", c.Opens)
	need(fine[1], "closes", "%q is not an hour such as 18:00", c.Closes)
	need(!fine[0] || !fine[1] || p.opens < p.closes, "closes", "not after opens")
	for i, closure := range c.Closures {
		path := fmt.Sprintf("closures[%d]", i)
		from, known := day(closure.From)
		need(known, path+".from", "%q is not a day such as 2026-12-19", closure.From)
		to, closed := day(closure.To)
		need(closed, path+".to", "%q is not a day such as 2027-01-03", closure.To)
		need(!known || !closed || from <= to, path+".to", "before from")
		if known && closed && from <= to && to-from < Longest {
			p.closures = append(p.closures, span{from, to})
			continue
		}
		need(!known || !closed || from > to, path, "more than %d days without work", Longest)
	}
	if len(errs) == 0 && len(p.closures) > 0 {
		gap, before := widest(workdays(c.region(), p.closures))
		need(gap <= Longest, "closures", "together they leave no working day for %d days after %s", gap, dayAt(before))
	}
	return p, errors.Join(errs...)
}

// widest is the longest time from one working day to the next, less one: the
// days between; and the day before it.
func widest(days []int32) (gap, before int32) {
	for i := 1; i < len(days); i++ {
		if between := days[i] - days[i-1] - 1; between > gap {
			gap, before = between, days[i-1]
		}
	}
	return gap, before
}

func regions() string {
	var names []string
	for _, r := range Regions() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func hour(text string) (time.Duration, bool) {
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil && len(text) == len("08:30")
}

func day(text string) (int32, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return number(t), err == nil && t.Year() >= firstYear && t.Year() <= lastYear
}

func dayAt(number int32) string {
	return midnight(firstYear, time.January, 1+int(number)).Format(time.DateOnly)
}
