package phrase

import "strings"

// trying are the words before an action that is to be rehearsed, and not done.
var trying = []string{"essai", "essayer", "try", "dry-run"}

// Try reads "essai quota bob 12Go": an action whose effects somebody wants to know
// without asking for it. ok is false for anything else.
func Try(text string) (o Order, ok bool, err error) {
	text, err = clean(text)
	first, rest, several := strings.Cut(text, " ")
	if err != nil || !several || !isOne(first, trying) {
		return Order{}, false, err
	}
	o, err = Parse(rest)
	return o, true, err
}
