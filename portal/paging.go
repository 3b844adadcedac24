package portal

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// aPage is how many lines of a list are shown at once.
const aPage = 50

// What the page before ended with: of what is told newest first, and of what is in order.
const (
	fieldPast  = "avant"
	fieldAfter = "apres"
)

// window is what comes after the one with that name, n at most, and the name of
// its last if there is more.
func window[T any](all []T, after string, n int, name func(T) string) (part []T, next string) {
	at := 0
	if after != "" {
		at = slices.IndexFunc(all, func(x T) bool { return name(x) == after }) + 1
	}
	part = all[at:min(at+n, len(all))]
	if at+n < len(all) {
		next = name(part[n-1])
	}
	return part, next
}

// onePage is the first requests of a list, and where the page after begins, "" if
// there is none.
func onePage(list []desk.Request, most int) (page []desk.Request, next desk.ID) {
	if len(list) <= most {
		return list, ""
	}
	return list[:most], list[most-1].ID
}

// past is the request that the page before ended with, "" if there is none.
func (v *visit) past() desk.ID {
	last, _ := desk.NewAction(desk.RequestShow, v.Query(fieldPast), nil)
	return desk.ID(last.Target)
}
