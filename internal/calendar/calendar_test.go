package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func paris(tb testing.TB) *time.Location { return zone(tb, "Europe/Paris") }

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// strasbourg is Alsace, closed for Christmas, one Friday, and a week of August.
func strasbourg() Config {
	c := Default()
	c.Region = AlsaceMoselle
	c.Closures = []Closure{{"2026-12-19", "2027-01-03"}, {"2026-05-15", "2026-05-15"}, {"2026-08-10", "2026-08-16"}}
	return c
}

func made(tb testing.TB, c Config) *Calendar {
	tb.Helper()
	made, err := New(c, paris(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

func at(tb testing.TB, text string) time.Time {
	tb.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", text, paris(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// The dates are those that the State publishes, year by year; Good Friday and
// 26 December are holidays in Alsace and Moselle only.
var published = map[int]struct{ good, monday, ascension, whit string }{
	2024: {"03-29", "04-01", "05-09", "05-20"},
	2025: {"04-18", "04-21", "05-29", "06-09"},
	2026: {"04-03", "04-06", "05-14", "05-25"},
	2027: {"03-26", "03-29", "05-06", "05-17"},
	2028: {"04-14", "04-17", "05-25", "06-05"},
	2029: {"03-30", "04-02", "05-10", "05-21"},
	2030: {"04-19", "04-22", "05-30", "06-10"},
}

func TestHolidays(t *testing.T) {
	for year, moving := range published {
		want := []string{"01-01", moving.monday, "05-01", "05-08", moving.ascension, moving.whit, "07-14", "08-15", "11-01", "11-11", "12-25"}
		for region, more := range map[Region][]string{Metropole: nil, AlsaceMoselle: {moving.good, "12-26"}, Guadeloupe: {"05-27"}, Guyane: {"06-10"},
			Martinique: {"05-22"}, Mayotte: {"04-27"}, Reunion: {"12-20"}, SaintBarthelemy: {"10-09"}} {
			days := slices.Concat(want, more)
			slices.Sort(days)
			var got []string
			for _, day := range Holidays(year, region) {
				got = append(got, day.Format("01-02"))
			}
			if days = slices.Compact(days); !slices.Equal(got, days) || Holidays(year, region)[0].Year() != year {
				t.Errorf("%d in %s:\n %v, want\n %v", year, region, got, days)
			}
		}
	}
}

// Dates that printed calendars have, the earliest and the latest among them; and
// always a Sunday in the five weeks of Easter.
func TestEaster(t *testing.T) {
	for year, want := range map[int]string{1818: "03-22", 1943: "04-25", 1954: "04-18", 1981: "04-19", 2000: "04-23", 2008: "03-23",
		2011: "04-24", 2016: "03-27", 2019: "04-21", 2038: "04-25", 2049: "04-18", 2076: "04-19", 2285: "03-22"} {
		if got := easter(year).Format("01-02"); got != want {
			t.Errorf("Easter %d: %s, want %s", year, got, want)
		}
	}
	for year := 1583; year < 4000; year++ {
		if e := easter(year); e.Weekday() != time.Sunday || e.Before(midnight(year, time.March, 22)) || e.After(midnight(year, time.April, 25)) {
			t.Fatalf("Easter %d: %s", year, e.Format(time.DateOnly))
		}
	}
}

func TestAdd(t *testing.T) {
	c := made(t, strasbourg())
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-12-01 10:00", 2, "2026-12-03"}, // Tuesday
		{"2026-12-01 18:00", 2, "2026-12-03"},
		{"2026-12-01 23:59", 2, "2026-12-03"}, // whole days, however late it is asked
		{"2026-12-01 00:00", 1, "2026-12-02"},
		{"2026-12-04 10:00", 1, "2026-12-07"}, // Friday
		{"2026-12-05 10:00", 1, "2026-12-07"}, // Saturday
		{"2026-12-06 10:00", 2, "2026-12-08"}, // Sunday
		{"2026-12-17 10:00", 2, "2027-01-04"}, // over the closure
		{"2026-12-18 10:00", 10, "2027-01-15"},
		{"2026-12-25 10:00", 1, "2027-01-04"},
		{"2026-05-13 10:00", 1, "2026-05-18"}, // Ascension, then the bridge
		{"2026-04-02 10:00", 1, "2026-04-07"}, // Good Friday and Easter Monday
		{"2026-08-07 10:00", 1, "2026-08-17"},
		{"2026-12-01 10:00", 0, "2026-12-01"},
		{"2026-12-01 18:00", 0, "2026-12-01"},
		{"2026-12-01 18:01", 0, "2026-12-02"},
		{"2026-12-05 10:00", 0, "2026-12-07"},
		{"2026-12-01 10:00", -3, "2026-12-01"},
	} {
		if got := c.Add(at(t, tt.from), tt.n); !got.Equal(at(t, tt.want+" 18:00")) {
			t.Errorf("%s and %d days: %s, want %s", tt.from, tt.n, got, tt.want)
		}
	}
	mainland := made(t, Default())
	if got := mainland.Add(at(t, "2026-04-02 10:00"), 1); !got.Equal(at(t, "2026-04-03 18:00")) {
		t.Errorf("Good Friday is worked outside Alsace and Moselle: %s", got)
	}
}

// An hour is that of the wall, in summer and in winter; the zone is the
// calendar's, whatever that of the moment.
func TestClocksChange(t *testing.T) {
	c := made(t, Default())
	for from, want := range map[string]string{
		"2027-03-26T12:00:00Z": "2027-03-30T16:00:00Z", // Friday to Tuesday, Easter Monday between; summer time began
		"2026-10-23T12:00:00Z": "2026-10-26T17:00:00Z", // winter time began
		"2026-12-01T23:30:00Z": "2026-12-03T17:00:00Z", // already the 2nd in Paris
	} {
		got, _ := time.Parse(time.RFC3339, from)
		for _, z := range []string{"UTC", "America/Cayenne", "Pacific/Kiritimati"} {
			if sum := c.Add(got.In(zone(t, z)), 1); sum.UTC().Format(time.RFC3339) != want {
				t.Errorf("%s in %s: %s, want %s", from, z, sum.UTC(), want)
			}
		}
	}
	island, err := New(Config{Region: Reunion, Opens: "07:00", Closes: "16:30"}, zone(t, "Indian/Reunion"))
	if err != nil {
		t.Fatal(err)
	}
	if got := island.Add(at(t, "2027-12-17 23:00"), 1).UTC().Format(time.RFC3339); got != "2027-12-21T12:30:00Z" { // Saturday there, 20 December is a holiday
		t.Errorf("in La Réunion: %s", got)
	}
}

func TestWorking(t *testing.T) {
	c := made(t, strasbourg())
	for text, want := range map[string]bool{"2026-12-01 08:29": false, "2026-12-01 08:30": true, "2026-12-01 17:59": true, "2026-12-01 18:00": false,
		"2026-12-05 10:00": false, "2026-12-06 10:00": false, "2026-12-21 10:00": false, "2026-12-18 10:00": true, "2027-01-03 10:00": false,
		"2027-01-04 10:00": true, "2026-05-15 10:00": false, "2026-04-03 10:00": false, "2026-12-26 10:00": false} {
		if got := c.Working(at(t, text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestNext(t *testing.T) {
	c := made(t, strasbourg())
	for from, want := range map[string]string{"2026-12-01 03:00": "2026-12-01 08:30", "2026-12-01 08:30": "2026-12-01 08:30", "2026-12-01 10:17": "2026-12-01 10:17",
		"2026-12-01 18:00": "2026-12-02 08:30", "2026-12-04 19:00": "2026-12-07 08:30", "2026-12-18 20:00": "2027-01-04 08:30", "2026-12-24 10:00": "2027-01-04 08:30"} {
		if got := c.Next(at(t, from)); !got.Equal(at(t, want)) {
			t.Errorf("after %s: %s, want %s", from, got, want)
		}
	}
	if got := c.Day(time.Date(2026, 12, 1, 23, 30, 0, 0, time.UTC)); got != "2026-12-02" {
		t.Errorf("day %s", got)
	}
}

// Beyond the years it knows a calendar still answers, at once.
func TestOutsideTheYears(t *testing.T) {
	c := made(t, Default())
	for _, year := range []int{-290_000_000_000, -4000, 0, 1, 1969} {
		if got := c.Add(time.Date(year, 7, 14, 10, 0, 0, 0, time.UTC), 1); !got.Equal(at(t, "1970-01-02 18:00")) {
			t.Errorf("year %d: %s", year, got)
		}
	}
	for _, year := range []int{2200, 9999, 290_000_000_000} {
		far := time.Date(year, 7, 14, 10, 0, 0, 0, time.UTC)
		if got := c.Add(far, 1<<62); got.Year() != 2199 || c.Working(far) || c.Next(far).Year() != 2199 {
			t.Errorf("year %d: %s", year, got)
		}
	}
}

func TestMistakes(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no such region":   {func(c *Config) { c.Region = "alsace" }, `calendar.region: "alsace" is none of metropole, alsace-moselle, `},
		"no hour":          {func(c *Config) { c.Opens = "8h30" }, `calendar.opens: "8h30" is not an hour`},
		"a short hour":     {func(c *Config) { c.Opens = "8:30" }, `calendar.opens: `},
		"an hour too late": {func(c *Config) { c.Closes = "24:00" }, `calendar.closes: "24:00" is not an hour`},
		"nothing":          {func(c *Config) { c.Closes = "" }, `calendar.closes: `},
		"closed all day":   {func(c *Config) { c.Closes = c.Opens }, `calendar.closes: not after opens`},
		"no day":           {func(c *Config) { c.Closures[1].From = "31/12/2026" }, `calendar.closures[1].from: "31/12/2026" is not a day`},
		"a day that is none": {func(c *Config) { c.Closures[1].To = "2027-02-30" },
			`calendar.closures[1].to: "2027-02-30" is not a day`},
		"backwards":         {func(c *Config) { c.Closures[0].To = "2026-12-01" }, `calendar.closures[0].to: before from`},
		"for ever":          {func(c *Config) { c.Closures[0].To = "2199-12-31" }, `calendar.closures[0]: more than 92 days without work`},
		"a day too long":    {func(c *Config) { c.Closures[0].To = "2027-03-21" }, `calendar.closures[0]: more than 92`},
		"an unknown future": {func(c *Config) { c.Closures[0].To = "9999-12-31" }, `calendar.closures[0].to: "9999-12-31" is not a day`},
		"for ever, in pieces": {func(c *Config) {
			c.Closures = []Closure{{"2027-01-01", "2027-03-01"}, {"2027-03-02", "2027-05-01"}}
		}, `calendar.closures: together they leave no working day for 122 days after 2026-12-31`},
	} {
		t.Run(name, func(t *testing.T) {
			c := strasbourg()
			tt.change(&c)
			if made, err := New(c, paris(t)); err == nil || made != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
	if err := (Config{Region: "x", Opens: "y", Closes: "z"}).Check(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all at once: %v", err)
	}
}

// Whatever is asked: no loop, always the close of a working day, never before
// what it is counted from, and never earlier for a later moment or more days.
func FuzzAdd(f *testing.F) {
	for _, from := range []string{"2026-12-18 17:59", "2027-03-27 02:30", "2026-10-25 02:30", "1969-12-31 23:59", "2199-12-31 18:00"} {
		f.Add(at(f, from).UnixNano(), int64(time.Hour), 1, 3)
	}
	calendars := []*Calendar{made(f, Default()), made(f, strasbourg())}
	island, err := New(Config{Region: Mayotte, Opens: "00:00", Closes: "23:59"}, zone(f, "Indian/Mayotte"))
	if err != nil {
		f.Fatal(err)
	}
	calendars = append(calendars, island)
	f.Fuzz(func(t *testing.T, nano, later int64, n, more int) {
		from := time.Unix(0, nano)
		to := from.Add(time.Duration(max(later, 0)))
		for _, c := range calendars {
			sum := c.Add(from, n)
			opened := sum.Add(-time.Minute)
			if !c.Working(opened) || c.Working(sum) || !c.Next(opened).Equal(opened) {
				t.Errorf("%s and %d: %s is no close", from, n, sum)
			}
			if sum.Before(from) && from.Before(midnight(lastYear, time.December, 30)) {
				t.Errorf("%s and %d: %s is before", from, n, sum)
			}
			if c.Add(to, n).Before(sum) {
				t.Errorf("later, and earlier: %s is %s, %s is %s", from, sum, to, c.Add(to, n))
			}
			if more > 0 && n < n+more && c.Add(from, n+more).Before(sum) {
				t.Errorf("%d days more is earlier", more)
			}
			if next := c.Next(from); from.Before(midnight(lastYear, time.December, 30)) && (next.Before(from) || !c.Working(next)) {
				t.Errorf("%s: nobody is there at %s", from, next)
			}
		}
	})
}

// Against the plainest way to count: one day after the other.
func TestAddIsCounting(t *testing.T) {
	c := made(t, strasbourg())
	for from := at(t, "2026-01-01 11:00"); from.Year() < 2028; from = from.AddDate(0, 0, 1) {
		for n, day := 0, from; n < 12; {
			day = day.AddDate(0, 0, 1)
			if !c.Working(day) {
				continue
			}
			n++
			if got := c.Add(from, n); c.Day(got) != c.Day(day) {
				t.Fatalf("%s and %d: %s, want %s", from, n, got, day)
			}
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c, from := made(b, strasbourg()), at(b, "2026-12-18 10:00")
	b.ReportAllocs()
	for b.Loop() {
		c.Add(from, 10)
	}
}

func BenchmarkWorking(b *testing.B) {
	c, from := made(b, strasbourg()), at(b, "2026-12-18 10:00")
	b.ReportAllocs()
	for b.Loop() {
		c.Working(from)
	}
}

func BenchmarkNew(b *testing.B) {
	z := paris(b)
	for b.Loop() {
		if _, err := New(strasbourg(), z); err != nil {
			b.Fatal(err)
		}
	}
}
