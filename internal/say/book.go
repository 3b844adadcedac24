package say

import (
	"strconv"

	"github.com/unistra/melusine/internal/desk"
)

// Difference tells in one line what another rule book was compared on, and
// whether it would change anything.
func Difference(lang string, d desk.Difference) string {
	key := "diff.none"
	if len(d.Shifts) > 0 {
		key = "diff.some"
	}
	text := T(lang, key, "n", Number(lang, int64(d.Requests)))
	if d.Today > 0 {
		text += " " + T(lang, "diff.today", "n", strconv.Itoa(d.Today))
	}
	if d.Lost > 0 {
		text += " " + T(lang, "diff.lost", "n", strconv.Itoa(d.Lost))
	}
	return text
}

// Shift tells one way in which answers differ: the verb, what becomes of the
// answer, the two answers with their rules, and how many requests and people.
func Shift(lang string, s desk.Shift, quote ...Quote) []string {
	counts := T(lang, "shift.count", "n", Number(lang, int64(s.Requests)), "people", Number(lang, int64(s.People)))
	if s.Open > 0 {
		counts += T(lang, "shift.open", "n", strconv.Itoa(s.Open))
	}
	return []string{Verb(lang, s.Verb), T(lang, "turn."+string(s.Kind)), answered(lang, s.Was, quote) + " → " + answered(lang, s.Is, quote), counts}
}

func answered(lang string, v desk.Verdict, quote []Quote) string {
	outcome := "answered.denied"
	if v.Outcome == desk.Allowed || v.Outcome == desk.Pending {
		outcome = "answered." + string(v.Outcome)
	}
	if v.Rule == "" {
		return T(lang, outcome)
	}
	return T(lang, outcome) + T(lang, "rule", "rule", quoted(quote, v.Rule))
}
