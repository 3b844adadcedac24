package say

import (
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Fault tells what is wrong with a table, by line and column; 0 is no one in
// particular. An error that is none of the desk's is said by its own text, if
// that names words of ours.
func Fault(lang string, line, column int, err error, quote ...Quote) string {
	text := Error(lang, err, quote...)
	if key := "error." + err.Error(); desk.CodeOf(err) == "" && known(key) {
		text = T(lang, key)
	}
	switch {
	case line == 0:
		return text
	case column == 0:
		return T(lang, "batch.line", "line", strconv.Itoa(line), "text", text)
	}
	return T(lang, "batch.cell", "line", strconv.Itoa(line), "column", strconv.Itoa(column), "text", text)
}

// Row is what comes of one row of a batch.
func Row(lang string, f desk.Foreseen, quote ...Quote) string {
	if f.Err != nil {
		return Error(lang, f.Err, quote...)
	}
	return Verdict(lang, f.Decision, quote...)
}

// Batch sums a forecast up: how many rows could be asked for, what they would
// cost, and by which limit they would be held.
func Batch(lang string, f desk.Forecast, currency string) []string {
	good := len(f.Rows) - f.Faults()
	lines := []string{T(lang, "batch.sum", "good", Number(lang, int64(good)), "of", Number(lang, int64(len(f.Rows))))}
	if cost := Cost(lang, f.Cost, currency); cost != "" {
		lines = append(lines, cost)
	}
	if f.Held != (desk.Held{}) {
		lines = append(lines, T(lang, "batch.held", "limit", brake(lang, f.Held)))
	}
	return lines
}

// BatchHead names the columns of BatchRow.
func BatchHead(lang string) []string {
	return strings.Split(T(lang, "batch.head"), "|")
}

// BatchRow is one row of a report: its line in the file, the action, the verdict,
// what would change and what that would cost.
func BatchRow(lang string, line int, f desk.Foreseen, tariff desk.Tariff) []string {
	var turns []string
	if f.Err == nil {
		for _, e := range desk.Effects(f.Action, f.Before) {
			turns = append(turns, Turn(lang, e))
		}
	}
	cost := ""
	if f.Good() {
		cost = Cost(lang, tariff.Cost(f.Action, f.Before), tariff.Currency)
	}
	return []string{strconv.Itoa(line), f.Action.String(), Row(lang, f), strings.Join(turns, "\n"), cost}
}
