package say

import "github.com/unistra/melusine/internal/desk"

// Life is where an account stands in its life, and what should come next; "" if
// that is not known.
func Life(lang string, l desk.Life) string {
	key := "life." + string(l.Stage)
	switch {
	case l.Stage == desk.Absent:
		return ""
	case l.Next != "":
		return T(lang, "life.next", "stage", T(lang, key), "next", Verb(lang, l.Next))
	}
	return T(lang, "life", "stage", T(lang, key))
}

// Share says who may open a mailbox, and how they may write from it.
func Share(lang string, s desk.Share, quote ...Quote) string {
	ends := ""
	if s.Until != "" {
		ends = T(lang, "ends", "day", Day(lang, s.Until))
	}
	return T(lang, "share", "ends", ends, "with", quoted(quote, string(s.With)), "right", T(lang, "right."+s.Right), "id", quoted(quote, string(s.By)))
}
