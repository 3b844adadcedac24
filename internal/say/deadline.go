package say

import (
	"strconv"
	"time"
)

var weekdays = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}

// Deadline is a day and an hour near enough to need no year: "jeudi 3 décembre,
// 18 h", "Thursday 3 December, 18:00".
func Deadline(lang string, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	if lang == "en" {
		return t.Format("Monday 2" + wide + "January, 15:04")
	}
	day, hour := strconv.Itoa(t.Day()), Time(lang, t, zone)
	if day == "1" {
		day = "1er"
	}
	if t.Minute() == 0 {
		hour = strconv.Itoa(t.Hour()) + narrow + "h"
	}
	return weekdays[t.Weekday()] + " " + day + narrow + months[t.Month()-1] + ", " + hour
}

// Before is by when something is to be done: "avant jeudi 3 décembre, 18 h".
// Nothing for the zero time.
func Before(lang string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return T(lang, "before", "moment", Deadline(lang, t, zone))
}
