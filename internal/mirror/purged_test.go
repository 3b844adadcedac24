package mirror

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What is gone stays so, whatever a load says that was begun before; a load that
// was begun after knows better.
func TestGone(t *testing.T) {
	m := New(journalOf(t))
	at := time.Now()
	load := func(begun time.Time) {
		t.Helper()
		must(t, m.LoadAccounts(t.Context(), func(yield func(desk.Account, error) bool) {
			_ = yield(box("id-bob", "bob", "bob@u.fr"), nil) && yield(box("id-ann", "ann", "ann@u.fr"), nil)
		}, begun))
	}
	there := func(want bool) {
		t.Helper()
		if got := m.Account("bob@u.fr").Known(); got != want || !m.Account("ann@u.fr").Known() {
			t.Errorf("bob is there: %t", got)
		}
		if owned := len(m.Owned("bob")); (owned == 1) != want {
			t.Errorf("bob has %d", owned)
		}
	}
	load(at)
	there(true)
	must(t, m.LearnGone("id-bob", at.Add(-time.Second))) // the load is newer
	there(true)
	must(t, m.LearnGone("", at.Add(time.Minute)))
	there(true)
	must(t, m.LearnGone("id-bob", at.Add(time.Minute)))
	must(t, m.LearnGone("id-eve", at.Add(time.Minute)))
	there(false)
	load(at.Add(time.Second))
	there(false)
	load(at.Add(2 * time.Minute))
	there(true)
}
