package mirror

import (
	"fmt"

	"github.com/unistra/melusine/internal/desk"
)

// begin puts the first book of the journal in force. Only the program does, and
// only where there is none: every other is somebody's request.
func (f *fold) begin(e desk.Event, b desk.BookActivated) error {
	if len(f.editions) > 0 || e.By != desk.System || b.Digest != b.Book.Digest() {
		return fmt.Errorf("a book without a request: %w", desk.ErrIllegal)
	}
	f.editions = []desk.Edition{{Book: b.Book, Digest: b.Digest, At: e.At}}
	return nil
}

// edit puts the book of a request in force, if it was asked against the one that
// is. To take the last activation back, which one may do alone, is only that.
func (f *fold) edit(e desk.Event, r desk.Request) error {
	b, ok := e.Fact.(desk.BookActivated)
	if !ok {
		return nil
	}
	now, known := desk.InForce(f.editions)
	if !known || r.Action.Arg("from") != now.Digest {
		return fmt.Errorf("book of %s was asked for against another than %.12s: %w", e.ID, now.Digest, desk.ErrIllegal)
	}
	undo := r.Action.Verb == desk.RulesUndo
	if undo && !desk.Undoes(f.editions, b.Digest, e.At) {
		return fmt.Errorf("book of %s takes no activation back: %w", e.ID, desk.ErrIllegal)
	}
	f.editions = append(f.editions, desk.Edition{Book: b.Book, Digest: b.Digest, ID: e.ID, At: e.At, Back: r.Action.Verb != desk.RulesActivate})
	return nil
}
