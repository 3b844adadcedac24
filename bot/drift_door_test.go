package bot_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Whoever the rules do not let read is told nothing.
func TestTheReadingsAreForThoseWhoMay(t *testing.T) {
	h := newHouse(t)
	for _, typed := range []string{"écarts", "écarts causes quota.low", "tableau", "tableau u.fr", "global marie@u.fr"} {
		if m, err := h.bot.Answer(t.Context(), h.desk.View.Person("eve"), "fr", typed, "k "+typed); desk.CodeOf(err) != desk.NotAllowed && desk.CodeOf(err) != desk.UnknownAccount {
			t.Errorf("%s: %+v, %v", typed, m, err)
		}
	}
}
