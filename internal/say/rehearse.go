package say

import (
	"strconv"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Rehearsed tells a rehearsal, a line each: why it could not be done now, what
// would change and what that would cost.
func Rehearsed(lang string, r desk.Rehearsal, currency string, quote ...Quote) (lines []string) {
	if r.Blocked != nil {
		lines = append(lines, T(lang, "rehearsed.blocked", "why", Error(lang, r.Blocked, quote...)))
	}
	for _, e := range r.Effects {
		lines = append(lines, Turn(lang, e, quote...))
	}
	if cost := Cost(lang, r.Cost, currency); cost != "" {
		lines = append(lines, cost)
	}
	return lines
}

// Turn is one thing before and after: "quota : 5 Go → 10 Go".
func Turn(lang string, e desk.Effect, quote ...Quote) string {
	field := T(lang, "turn."+e.Field)
	for _, key := range []string{"name." + e.Field, e.Field} {
		if !known("turn."+e.Field) && known(key) {
			field = T(lang, key)
			break
		}
	}
	if e.Of != "" {
		field += " " + quoted(quote, e.Of)
	}
	key := "turn"
	if e.Unread {
		key = "turn.unread"
	}
	return T(lang, key, "field", field, "old", worth(lang, e.Field, e.Old, quote), "new", worth(lang, e.Field, e.New, quote))
}

// Cost is what a month would cost more or less; "" if that is nothing.
func Cost(lang string, m desk.Money, currency string) string {
	if m == 0 {
		return ""
	}
	return T(lang, "turn.cost", "cost", Monthly(lang, m, currency))
}

// worth is what a field has, in words.
func worth(lang, field, value string, quote []Quote) string {
	switch n, err := strconv.ParseInt(value, 10, 64); {
	case field == "quota" && value == "0":
		return T(lang, "turn.free")
	case (field == "quota" || field == "mail") && err == nil:
		return Size(lang, n)
	case value == "" && field == "owner":
		return T(lang, "turn.nobody")
	case value == "":
		return T(lang, "turn.nothing")
	case field == "status" && known("status."+value):
		return T(lang, "status."+value)
	case field == "hidden":
		return Book(lang, value == "true")
	case field == "until":
		return Day(lang, desk.Day(value))
	case field == "seen":
		if day, err := time.Parse(time.DateOnly, value); err == nil {
			return Date(lang, day)
		}
	}
	return quoted(quote, value)
}
