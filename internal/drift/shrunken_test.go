package drift_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Most of a population has gone, and a plan takes a few at a time: their share is
// of all of them.
func TestSynchronisationRefusesAShrunkenDirectory(t *testing.T) {
	people, accounts := town(900, 0, 100)
	c := policy()
	c.Most = 20
	c.Sync.Every, c.Sync.Causes = time.Hour, []desk.GapCause{desk.PersonGone}
	h := newHouse(t, c, people, accounts)
	h.desk.Rules = twoAdmins(true)
	err := h.conduct.Look(t.Context())
	if desk.CodeOf(err) != desk.TooMany {
		r, _ := h.mirror.Request("D-1")
		t.Errorf("900 of 1000 are gone, limit 5 per cent: %v; asked %s %s of %d parts", err, r.Action, r.State, len(r.Repairs.Parts))
	}
}
