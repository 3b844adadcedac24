package rules

import "strings"

// meant is what somebody may have wanted to write, as the end of a sentence; ""
// if nothing is near.
func meant(written string, known []string) string {
	written = strings.TrimSuffix(strings.Trim(written, `"`), "()")
	best, least := "", 1+max(1, len(written)/4)
	for _, k := range known {
		if d := distance(written, k, least); d < least {
			best, least = k, d
		}
	}
	if best == "" || best == written {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is how many letters to add, drop, change or swap; limit if more.
func distance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || max(len(a), len(b))-min(len(a), len(b)) >= limit {
		return limit
	}
	var before, last, row [65]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if lower(a[i]) == lower(b[j]) {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return min(last[len(b)], limit)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
