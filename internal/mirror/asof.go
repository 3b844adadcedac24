package mirror

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// AsOf is the mirror as the journal had it at a time: what was delegated to
// whom, where each request stood. People and accounts are those of now: no copy
// of the directory is kept. It follows nothing that comes after.
func (m *Mirror) AsOf(ctx context.Context, t time.Time) (*Mirror, error) {
	past := &Mirror{journal: ended{m.journal}, fold: newFold(), people: m.people, accounts: m.accounts, used: m.used, met: map[desk.UID]meeting{}, learned: map[string]proof{}}
	past.served.Store(m.served.Load())
	past.classes.Store(m.classes.Load())
	past.objects.share(&m.objects)
	past.gone.Store(&[]desk.Registration{})
	for e, err := range m.journal.Read(ctx, 0) {
		if err == nil && e.At.After(t) {
			break
		}
		if err == nil {
			err = past.add(e)
		}
		if err != nil {
			return nil, fmt.Errorf("fold up to %s after event %d: %w", t.Format(time.RFC3339), past.at, err)
		}
	}
	return past, nil
}

// ended is a journal to which nothing is added.
type ended struct{ desk.Journal }

// Read yields nothing: what there was is folded.
func (ended) Read(context.Context, desk.Seq) iter.Seq2[desk.Event, error] {
	return func(func(desk.Event, error) bool) {}
}

// Append is refused.
func (ended) Append(context.Context, desk.Seq, ...desk.Event) (desk.Seq, error) {
	return 0, desk.ErrBehind
}

// People yields everybody, with what is delegated to them, in order of login.
func (m *Mirror) People() iter.Seq[desk.Person] {
	return func(yield func(desk.Person) bool) {
		for p := range m.people.rows("id") {
			if !yield(m.entitled(*p)) {
				return
			}
		}
	}
}
