package bulk

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What begins a formula in a spreadsheet, be it opened from CSV: a mark, also as
// wide as an ideogram, or what a spreadsheet leaves out before one.
const (
	marks  = "=+@＝＋－＠-"
	active = marks + "\t\r\n\x00"
)

// starts says that a spreadsheet takes the text for a formula, or for a text that
// inert has quoted.
func starts(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(active+"'", first)
}

// inert is a cell that no spreadsheet takes for a formula: one that begins like
// one is text, by an apostrophe before it.
func inert(cell string) string {
	if starts(cell) {
		return "'" + cell
	}
	return cell
}

// Who opens a table by another separator than ours, or with quotes that count for
// nothing, makes several cells of one.
var (
	cut       = `([;,|\t\r\n]["' \x00]*)`
	begun     = regexp.MustCompile(cut + `([` + marks + `])`)
	quietened = regexp.MustCompile(cut + `'([` + marks + `])`)
)

// parted is inert for each of the cells that others may make of a cell of CSV.
func parted(cell string) string { return inert(begun.ReplaceAllString(cell, "$1'$2")) }

// lively is the cell again, as it was before inert or parted.
func lively(cell string) string {
	if rest, quoted := strings.CutPrefix(cell, "'"); quoted && starts(rest) {
		cell = rest
	}
	return quietened.ReplaceAllString(cell, "$1$2")
}
