package say

import (
	"fmt"
	"strconv"
	"time"
)

const (
	mebi = 1 << 20
	wide = "\u00a0" // the no-break space of English, between a number and its unit
)

// A scale is a unit of size, from the largest down.
type scale struct {
	bytes  int64
	fr, en string
}

var scales = []scale{{1 << 40, "To", "TB"}, {1 << 30, "Go", "GB"}, {mebi, "Mo", "MB"}, {1 << 10, "ko", "KB"}}

// Size is a number of bytes in its largest unit: "2,5 Go", "2.5 GB". A Go or GB
// is 1024³ bytes, as on Partage. One decimal at most; a whole number of MiB, as
// every quota is, is never rounded: 10 300 Mo stays so.
func Size(lang string, bytes int64) string {
	bytes = max(bytes, 0)
	unit := scales[2]
	for _, s := range scales {
		exact := bytes%s.bytes*10%s.bytes == 0
		if bytes >= s.bytes && (exact || bytes%mebi != 0) {
			unit = s
			break
		}
	}
	point, name := ",", narrow+unit.fr
	if lang == "en" {
		point, name = ".", wide+unit.en
	}
	rounded := bytes + unit.bytes/20
	text := Number(lang, rounded/unit.bytes)
	if tenth := rounded % unit.bytes * 10 / unit.bytes; tenth > 0 {
		text += point + strconv.FormatInt(tenth, 10)
	}
	return text + name
}

// Number is a whole number with its thousands apart: "97 484", "97,484".
func Number(lang string, n int64) string {
	gap := narrow
	if lang == "en" {
		gap = ","
	}
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + gap + text[i:]
	}
	return text
}

var months = [...]string{"janvier", "février", "mars", "avril", "mai", "juin",
	"juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// Date is the day of t in t's own zone: "31 août 2026", "31 Aug 2026".
func Date(lang string, t time.Time) string {
	if lang == "en" {
		return t.Format("2" + wide + "Jan 2006")
	}
	day := strconv.Itoa(t.Day())
	if day == "1" {
		day = "1er"
	}
	return fmt.Sprintf("%s%s%s %d", day, narrow, months[t.Month()-1], t.Year())
}

// Time is the hour of t in the zone: "10 h 12", "10:12".
func Time(lang string, t time.Time, zone *time.Location) string {
	if lang == "en" {
		return t.In(zone).Format("15:04")
	}
	return strconv.Itoa(t.In(zone).Hour()) + narrow + "h" + narrow + t.In(zone).Format("04")
}

// Moment is the day and the hour of t in the zone: "31 août 2026 à 10 h 12",
// "31 Aug 2026, 10:12".
func Moment(lang string, t time.Time, zone *time.Location) string {
	return T(lang, "moment", "date", Date(lang, t.In(zone)), "time", Time(lang, t, zone))
}
