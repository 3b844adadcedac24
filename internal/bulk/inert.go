package bulk

import "strings"

// active are what begins a formula in a spreadsheet, be it opened from CSV.
const active = "=+-@\t\r\n"

// inert is a cell that no spreadsheet takes for a formula: one that begins like
// one is text, by an apostrophe before it.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune(active+"'", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// lively is the cell again, as it was before inert.
func lively(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(active+"'", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
