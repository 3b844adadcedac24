package bulk

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// active are what begins a formula in a spreadsheet, be it opened from CSV.
const active = "=+-@\t\r\n\x00＝＋－＠"

// inert is a cell that no spreadsheet takes for a formula: one that begins like
// one is text, by an apostrophe before it.
func inert(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(active+"'", first) {
		return "'" + cell
	}
	return cell
}

// lively is the cell again, as it was before inert.
func lively(cell string) string {
	if rest, quoted := strings.CutPrefix(cell, "'"); quoted && rest != "" {
		if first, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune(active+"'", first) {
			cell = rest
		}
	}
	return added.ReplaceAllString(cell, "$1$2")
}

var (
	elsewhere = regexp.MustCompile(`([;,\t|]["' ]*)([=+@-])`)
	added     = regexp.MustCompile(`([;,\t|]["' ]*)'([=+@-])`)
)

// parted is a cell of CSV that stays inert when a spreadsheet takes another
// separator than ours, and makes several of it.
func parted(cell string) string { return elsewhere.ReplaceAllString(cell, "$1'$2") }
