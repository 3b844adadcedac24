package notify_test

import (
	"testing"
	"testing/synctest"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// A question rings its asker and the answer the approvers, each once, and again
// after the next; a restart repeats nothing.
func TestQuestionsRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d := newDesk(t, journal.NewMemory(), pending)
		stop := start(t, d, w)
		r := ask(t, d, "ann")
		synctest.Wait()
		w.forget()
		for range 2 {
			if _, err := d.Question(t.Context(), "eve", desk.Chat, r.ID, "", "Pour qui ?"); err != nil {
				t.Fatal(err)
			}
			w.want(t, "edit approvers waiting", "tell question waiting", "edit asker waiting")
			if _, err := d.Answer(t.Context(), "ann", desk.Chat, r.ID, "Pour moi."); err != nil {
				t.Fatal(err)
			}
			w.want(t, "edit approvers waiting", "tell answer waiting", "edit asker waiting")
		}
		stop()
		defer start(t, d, w)()
		w.want(t)
	})
}

// A card that is first shown with its present words rings nobody about others.
func TestAnAmendmentBeforeTheCardDoesNotRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d := newDesk(t, journal.NewMemory(), pending)
		r := ask(t, d, "ann")
		if _, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "c@u.fr"); err != nil {
			t.Fatal(err)
		}
		stop := start(t, d, w)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		stop()
		defer start(t, d, w)()
		w.want(t)
	})
}
