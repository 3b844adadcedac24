package calendar

import (
	"slices"
	"time"
)

// A Region is where the establishment is: some have holidays of their own. What
// only custom gives is a closure.
type Region string

// The regions.
const (
	Metropole       Region = "metropole"
	AlsaceMoselle   Region = "alsace-moselle"
	Guadeloupe      Region = "guadeloupe"
	Guyane          Region = "guyane"
	Martinique      Region = "martinique"
	Mayotte         Region = "mayotte"
	Reunion         Region = "la-reunion"
	SaintBarthelemy Region = "saint-barthelemy"
)

// Regions lists them, those of the mainland first.
func Regions() []Region {
	return []Region{Metropole, AlsaceMoselle, Guadeloupe, Guyane, Martinique, Mayotte, Reunion, SaintBarthelemy}
}

// A date is a day of each year.
type date struct {
	month time.Month
	day   int
}

// fixed holidays: article L. 3133-1 of the labour code.
var fixed = []date{{time.January, 1}, {time.May, 1}, {time.May, 8}, {time.July, 14}, {time.August, 15},
	{time.November, 1}, {time.November, 11}, {time.December, 25}}

// movable holidays, in days from Easter Sunday: Easter Monday, Ascension, Whit Monday.
var movable = []int{1, 39, 50}

// abolition of slavery: article L. 3422-2.
var abolition = map[Region]date{Guadeloupe: {time.May, 27}, Guyane: {time.June, 10}, Martinique: {time.May, 22},
	Mayotte: {time.April, 27}, Reunion: {time.December, 20}, SaintBarthelemy: {time.October, 9}}

// Holidays are the public holidays of a year in the region, in order, as
// midnights in UTC.
func Holidays(year int, in Region) []time.Time {
	dates, moving := fixed, movable
	if local, ok := abolition[in]; ok {
		dates = append(slices.Clone(dates), local)
	}
	if in == AlsaceMoselle { // Good Friday and Saint Stephen's: articles L. 3134-13 and after
		dates, moving = append(slices.Clone(dates), date{time.December, 26}), append(slices.Clone(moving), -2)
	}
	var days []time.Time
	for _, d := range dates {
		days = append(days, midnight(year, d.month, d.day))
	}
	for _, n := range moving {
		days = append(days, easter(year).AddDate(0, 0, n))
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal) // Ascension falls on a fixed one in some years
}

// easter is Easter Sunday of the Gregorian calendar: the Sunday after the full
// moon that the computus puts on or after 21 March.
func easter(year int) time.Time {
	golden, century := year%19, year/100
	correction := (8*century + 13) / 25
	epact := (19*golden + century - century/4 - correction + 15) % 30
	moon := epact - epact/28*(1-29/(epact+1)*((21-golden)/11)) // days from 21 March to the full moon
	weekday := (year + year/4 + moon + 2 - century + century/4) % 7
	return midnight(year, time.March, 28+moon-weekday)
}

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
