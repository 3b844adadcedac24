package calendar

import (
	"slices"
	"time"
)

// The years that a Calendar knows.
const (
	firstYear = 1970
	lastYear  = 2199
)

// A Calendar answers which days and hours are worked. Make it by New.
type Calendar struct {
	zone          *time.Location
	opens, closes time.Duration // from midnight, by the clock on the wall
	days          []int32       // that are worked, from 1970-01-01, in order
}

// New makes the calendar of a configuration, or says all that is wrong with it,
// each with its place.
func New(c Config, zone *time.Location) (*Calendar, error) {
	parsed, err := c.parse()
	if err != nil {
		return nil, err
	}
	return &Calendar{zone, parsed.opens, parsed.closes, workdays(c.region(), parsed.closures)}, nil
}

// workdays lists Mondays to Fridays that are no holiday and in no closure.
func workdays(in Region, closures []span) []int32 {
	days := make([]int32, 0, (lastYear-firstYear+1)*262)
	off := map[int32]bool{}
	for year := firstYear; year <= lastYear; year++ {
		for _, holiday := range Holidays(year, in) {
			off[number(holiday)] = true
		}
	}
	for _, s := range closures {
		for day := s.from; day <= s.to; day++ {
			off[day] = true
		}
	}
	last := number(midnight(lastYear, time.December, 31))
	for day := int32(0); day <= last; day++ {
		if !weekend(day) && !off[day] {
			days = append(days, day)
		}
	}
	return days
}

// number is the day that a midnight in UTC begins, from 1970-01-01.
func number(midnight time.Time) int32 { return int32(midnight.Unix() / secondsOfDay) }

const secondsOfDay = 24 * 60 * 60

// weekend: day 0 was a Thursday.
func weekend(day int32) bool { return (day+4)%7 == 0 || (day+4)%7 == 6 }

// Add is the close of the nth working day after the day of t: whoever is asked
// at t has at least n whole working days. With n of 0 or less it is the next
// close. After the years known it is the close of their last working day.
func (c *Calendar) Add(t time.Time, n int) time.Time {
	day, clock := c.wall(t)
	first := day + 1
	if n <= 0 && clock <= c.closes {
		first = day
	}
	next, _ := slices.BinarySearch(c.days, first)
	return c.at(min(next+min(max(n, 1), len(c.days))-1, len(c.days)-1), c.closes)
}

// Working says that people are at work.
func (c *Calendar) Working(t time.Time) bool {
	day, clock := c.wall(t)
	_, works := slices.BinarySearch(c.days, day)
	return works && clock >= c.opens && clock < c.closes
}

// Next is t if people are at work, else the next time that they come. After the
// years known it is the opening of their last working day.
func (c *Calendar) Next(t time.Time) time.Time {
	if c.Working(t) {
		return t
	}
	day, clock := c.wall(t)
	if clock >= c.opens {
		day++
	}
	next, _ := slices.BinarySearch(c.days, day)
	return c.at(min(next, len(c.days)-1), c.opens)
}

// Day is the day of t as "2026-12-03".
func (c *Calendar) Day(t time.Time) string { return t.In(c.zone).Format(time.DateOnly) }

// wall is what calendar and clock on the wall show at t: the number of the day,
// before 1970 the last before it, and the time since its midnight.
func (c *Calendar) wall(t time.Time) (day int32, clock time.Duration) {
	local := t.In(c.zone)
	year, month, d := local.Date()
	if year < firstYear || year > lastYear {
		year, month, d = min(max(year, firstYear-1), lastYear+1), time.July, 1
	}
	hour, minute, second := local.Clock()
	clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(local.Nanosecond())
	return number(midnight(year, month, d)), clock
}

// at is an hour of the ith working day.
func (c *Calendar) at(i int, clock time.Duration) time.Time {
	return time.Date(firstYear, time.January, 1+int(c.days[i]), 0, int(clock/time.Minute), 0, 0, c.zone)
}
