package phrase

import (
	"regexp"
	"strconv"
	"time"
)

// A date is what was said of a day, not yet which day it is: that depends on
// whether it is the end of something or its beginning.
type date struct {
	day, month, year int // 0 if unsaid
	weekday          int // 1 Monday to 7
	named            string
	wrong            bool // impossible, or too vague
}

// Names of days that are said without a number.
const (
	tomorrow  = "tomorrow"
	dayAfter  = "after"
	today     = "today"
	yesterday = "yesterday"
	endMonth  = "month"
	endYear   = "year"
	endSchool = "school"
	endOf     = "of"
)

var (
	slashed = regexp.MustCompile(`^([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}|[0-9]{2}))?$`)
	isoDate = regexp.MustCompile(`^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$`)
)

// numericDate reads 31/08, 31.08.26, 31-08-2026, 2026-08-31.
func numericDate(p string) (date, bool) {
	if m := isoDate.FindStringSubmatch(p); m != nil {
		return date{year: whole(m[1]), month: whole(m[2]), day: whole(m[3])}.checked(), true
	}
	m := slashed.FindStringSubmatch(p)
	if m == nil || m[3] == "" && p[len(m[1])] != '/' {
		return date{}, false
	}
	d := date{day: whole(m[1]), month: whole(m[2]), year: whole(m[3])}
	if len(m[3]) == 2 {
		d.year += 2000
	}
	return d.checked(), true
}

func whole(s string) int { n, _ := strconv.Atoi(s); return n }

// checked says that a date without a year is wrong if no year has it.
func (d date) checked() date {
	year := d.year
	if year == 0 {
		year = 2024 // a leap year
	}
	if d.day > 0 && (d.month < 1 || d.month > 12 || d.day > lastDay(year, d.month)) {
		d.wrong = true
	}
	return d
}

func lastDay(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// dates joins the words of a date.
func dates(tokens []token) []token {
	out := tokens[:0]
	for i := 0; i < len(tokens); {
		d, used := dateAt(tokens[i:])
		if used == 0 {
			out = append(out, tokens[i])
			i++
			continue
		}
		t := tokens[i]
		t.kind, t.date, t.end = aDate, d, tokens[i+used-1].end
		out = append(out, t)
		i += used
	}
	return out
}

// dateAt reads a date at the beginning; used is 0 if there is none.
func dateAt(tokens []token) (d date, used int) {
	t := &tokens[0]
	if t.kind == aDate {
		return t.date, 1
	}
	if w := t.of("weekday"); t.kind == aWord && w != "" {
		return weekdayAt(tokens, whole(w))
	}
	if t.kind == aWord && t.has("next") && len(tokens) > 1 && tokens[1].kind == aWord && tokens[1].has("weekday") {
		return date{weekday: whole(tokens[1].of("weekday"))}, 2
	}
	if t.kind == aWord && t.has("day") {
		return date{named: t.of("day")}, 1
	}
	if t.kind == aWord && t.has("ends") {
		return endAt(tokens, t.of("ends"))
	}
	if t.kind == aWord && t.has("early") && len(tokens) > 1 && skipMonth(tokens[1:]) > 0 {
		return date{wrong: true}, 1 + skipMonth(tokens[1:])
	}
	if d, used = dayMonthAt(tokens); used > 0 {
		return withYear(d, tokens, used)
	}
	if d, used = monthDayAt(tokens); used > 0 {
		return withYear(d, tokens, used)
	}
	return date{}, 0
}

func skipMonth(tokens []token) int {
	for i := range min(2, len(tokens)) {
		if tokens[i].kind == aWord && tokens[i].has("month") {
			return i + 1
		}
	}
	return 0
}

// weekdayAt reads "vendredi", "vendredi prochain", "vendredi 27 mars".
func weekdayAt(tokens []token, weekday int) (date, int) {
	if len(tokens) > 1 {
		if d, used := dayMonthAt(tokens[1:]); used > 0 {
			d, used = withYear(d, tokens[1:], used)
			d.weekday = weekday
			return d, used + 1
		}
		if tokens[1].kind == aDate {
			d := tokens[1].date
			d.weekday = weekday
			return d, 2
		}
		if tokens[1].kind == aWord && tokens[1].has("next") {
			return date{weekday: weekday}, 2
		}
	}
	return date{weekday: weekday}, 1
}

// dayMonthAt reads "31 août", "1er septembre", "31 of August", "trente et un août".
func dayMonthAt(tokens []token) (d date, used int) {
	n, used := numberAt(tokens)
	if used == 0 && tokens[0].has("first") {
		n, used = 1, 1
	}
	if used == 0 || used >= len(tokens) || n != float64(int(n)) || n > 99 || tokens[0].sign != 0 {
		return date{}, 0
	}
	for skip := 0; skip < 2 && used < len(tokens); skip++ {
		t := &tokens[used]
		if m := t.of("month"); t.kind == aWord && m != "" {
			return date{day: int(n), month: month(m)}.checked(), used + 1
		}
		if !t.has("prep") {
			break
		}
		used++
	}
	return date{}, 0
}

// monthDayAt reads "August 31", "Aug 31st", and the month alone that has a year.
func monthDayAt(tokens []token) (d date, used int) {
	m := tokens[0].of("month")
	if tokens[0].kind != aWord || m == "" || len(tokens) < 2 {
		return date{}, 0
	}
	used = 1
	if tokens[1].word == "the" && len(tokens) > 2 {
		used = 2
	}
	if t := &tokens[used]; t.kind == aNumber && t.number >= 1 && t.number < 100 && t.number == float64(int(t.number)) {
		return date{day: int(t.number), month: month(m)}.checked(), used + 1
	}
	return date{}, 0
}

func month(value string) int {
	return whole(value)
}

// withYear reads the year that may follow a day.
func withYear(d date, tokens []token, used int) (date, int) {
	at := used
	if at < len(tokens) && tokens[at].kind == aStop && tokens[at].word == "," {
		at++
	}
	if at < len(tokens) && tokens[at].kind == aNumber && tokens[at].number >= 1900 && tokens[at].number < 2200 && len(tokens[at].raw) == 4 {
		d.year = int(tokens[at].number)
		return d.checked(), at + 1
	}
	return d, used
}

// endAt reads "fin juin", "end of June 2027", "fin 2026", "fin de l'année".
func endAt(tokens []token, which string) (date, int) {
	if which != endOf {
		return date{named: which}, 1
	}
	if len(tokens) < 2 {
		return date{}, 0
	}
	if m := tokens[1].of("month"); tokens[1].kind == aWord && m != "" {
		return withYear(date{named: endOf, month: month(m)}, tokens, 2)
	}
	if d, used := withYear(date{named: endYear}, tokens, 1); used > 1 {
		return d, used
	}
	return date{}, 0
}

// spanDay is the day n days, weeks, months or years from now.
func spanDay(now time.Time, n int, unit string) string {
	switch {
	case n < 1 || n > 5000:
		return ""
	case unit == "day":
		return day(now.AddDate(0, 0, n))
	case unit == "week":
		return day(now.AddDate(0, 0, 7*n))
	case unit == "year":
		n *= 12
	}
	first := time.Date(now.Year(), now.Month()+time.Month(n), 1, 0, 0, 0, 0, now.Location())
	last := lastDay(first.Year(), int(first.Month()))
	return day(first.AddDate(0, 0, min(now.Day(), last)-1))
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// until is the day that something ends: the next that fits, "" if none does.
func (r *Reader) until(t *token) string {
	if t.kind == aSpan {
		return spanDay(r.Now, int(t.number), t.value)
	}
	d, now := t.date, r.Now
	switch {
	case d.wrong:
		return ""
	case d.named == tomorrow:
		return day(now.AddDate(0, 0, 1))
	case d.named == dayAfter:
		return day(now.AddDate(0, 0, 2))
	case d.named == endMonth:
		d = date{month: int(now.Month()), named: endOf}
	case d.named == endYear:
		d = date{day: 31, month: 12, year: d.year}
	case d.named == endSchool:
		d = date{day: r.YearEnd.Day(), month: int(r.YearEnd.Month())}
	case d.named != "" && d.named != endOf:
		return ""
	case d.day == 0 && d.weekday > 0:
		ahead := (d.weekday - weekdayOf(now) + 7) % 7
		if ahead == 0 {
			ahead = 7
		}
		return day(now.AddDate(0, 0, ahead))
	}
	return r.forward(d)
}

// weekdayOf counts from 1 for Monday.
func weekdayOf(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

// forward is the next day and month strictly after now.
func (r *Reader) forward(d date) string {
	for _, year := range []int{r.Now.Year(), r.Now.Year() + 1} {
		if d.year != 0 {
			year = d.year
		}
		n := d.day
		if d.named == endOf {
			n = lastDay(year, d.month)
		}
		if n == 0 || d.month == 0 || n > lastDay(year, d.month) {
			return ""
		}
		at := time.Date(year, time.Month(d.month), n, 0, 0, 0, 0, r.Now.Location())
		if day(at) > day(r.Now) {
			if d.weekday > 0 && weekdayOf(at) != d.weekday {
				return ""
			}
			return day(at)
		}
	}
	return ""
}

// since is the day that something began: the last that fits, "" if none does.
func (r *Reader) since(t *token) string {
	d, now := t.date, r.Now
	switch {
	case t.kind == aSpan:
		switch t.value {
		case "day":
			return day(now.AddDate(0, 0, -int(t.number)))
		case "week":
			return day(now.AddDate(0, 0, -7*int(t.number)))
		case "month":
			return day(now.AddDate(0, -int(t.number), 0))
		}
		return day(now.AddDate(-int(t.number), 0, 0))
	case d.wrong:
		return ""
	case d.named == today:
		return day(now)
	case d.named == yesterday:
		return day(now.AddDate(0, 0, -1))
	case d.named != "":
		return ""
	case d.day == 0 && d.weekday > 0:
		back := (weekdayOf(now) - d.weekday + 7) % 7
		if back == 0 {
			back = 7
		}
		return day(now.AddDate(0, 0, -back))
	}
	for _, year := range []int{now.Year(), now.Year() - 1} {
		if d.year != 0 {
			year = d.year
		}
		at := time.Date(year, time.Month(d.month), max(1, d.day), 0, 0, 0, 0, now.Location())
		if day(at) <= day(now) {
			return day(at)
		}
	}
	return ""
}
