package phrase

import (
	"errors"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// fail is trouble with one part of the command.
func (c command) fail(code desk.Code, name, value string) error {
	return desk.Fail(desk.Invalid, code, "name", name, "value", value, "verb", string(c.verb))
}

// explain adds which command the trouble is with.
func explain(v desk.Verb, err error) error {
	e, ok := errors.AsType[*desk.Error](err)
	if !ok {
		return err
	}
	e.Details["verb"] = string(v)
	if v == desk.Help && e.Details["name"] == "target" {
		e.Details["name"] = topic
	}
	return e
}

// unknown says that no command begins like this, and which one is close.
func unknown(text string) error {
	words := strings.Split(text, " ")
	e := desk.Fail(desk.Invalid, desk.UnknownVerb, "value", strings.Join(words[:min(2, len(words))], " "))
	if near := nearest(words); near != "" {
		e.Details["nearest"] = near
	}
	return e
}

// nearest is the command that is one or two slips away from the first words.
// A destructive one is never suggested, nor another in its place.
func nearest(words []string) string {
	best, least := "", 3
	var typed [mostWords + 1]string // by how many words
	for n := range typed {
		if typed[n] = fold(strings.Join(words[:min(n, len(words))], " ")); !asciiOnly(typed[n]) {
			return "" // letters that no command has
		}
	}
	for _, s := range spellings() {
		said := typed[len(s.words)]
		if gap := len(said) - s.letters.length; gap > least || gap < -least {
			continue // it is at least so many slips away
		}
		switch slips := s.letters.distance(said); {
		case slips > least || slips*3 > len(s.phrase):
		case slices.Contains(destructive, s.command.verb):
			best, least = "", slips
		case slips < least:
			best, least = s.phrase, slips
		}
	}
	return best
}

// Slips counts how many letters were added, left out, replaced or exchanged with
// their neighbour between two words.
func Slips(a, b string) int { return distance([]rune(a), []rune(b)) }

// distance counts the letters added, lost, changed or swapped with their
// neighbour (Damerau and Levenshtein, each letter touched once).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
