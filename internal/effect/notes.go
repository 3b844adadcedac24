package effect

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// A mark is what we leave in the notes that administrators keep of an account:
// whoever meets it on Partage is told whose doing it is. One of ours at most,
// after what was there, which is not touched.
const maxNotes = 1024

var ours = regexp.MustCompile(` ?\[melusine D-[0-9]+ [^\[\]]*\]`)

// deletedMark is the mark of a request that deletes the account at an address.
func deletedMark(id desk.ID, at desk.Address) string {
	return "melusine " + string(id) + " deleted " + string(at)
}

func unmarked(notes string) string { return ours.ReplaceAllString(notes, "") }

func marked(notes, mark string) string {
	if notes = unmarked(notes); notes == "" {
		return "[" + mark + "]"
	}
	return notes + " [" + mark + "]"
}

// fits says that there is room for the mark.
func fits(notes, mark string) bool { return utf8.RuneCountInString(marked(notes, mark)) <= maxNotes }

// noted rewrites the notes, as they were just read.
func noted(rewrite func(notes, mark string) string, there bool) step {
	return step{
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			if on.Detail == nil {
				return fmt.Errorf("%w: notes were not read", desk.ErrNotSent)
			}
			notes := rewrite(on.Detail.Notes, a.Arg("mark"))
			return w.ModifyAccount(ctx, name(on), partage.Change{Notes: &notes})
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return account.Detail != nil && strings.Contains(account.Detail.Notes, "["+a.Arg("mark")+"]") == there
		},
	}
}
