package drift_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A part that was tried, and is to be tried again, ends when its plan does: what
// waits for its mailbox would wait for ever.
func TestAPartThatWasTriedEndsWithItsPlan(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	h.office.fail["p0003@u.fr"] = errDown         // a part that will be tried again
	h.office.fail["p0000@u.fr"] = desk.ErrRefused // a part that ends the plan
	r = h.settle(r.ID)
	if r.State != desk.Broken {
		t.Fatal(r.State)
	}
	delete(h.office.fail, "p0003@u.fr")
	for range 20 {
		h.now = h.now.Add(10 * time.Minute)
		h.load()
		h.round()
	}
	for part := range h.mirror.Requests(desk.Query{Batch: string(r.ID)}) {
		if !part.State.Final() {
			t.Errorf("%s %s is %s, attempt %d, three hours after its plan has stopped", part.ID, part.Action, part.State, part.Attempt)
		}
	}
	// Its mailbox is free again.
	h.alter("p0003", func(a *desk.Account) { a.Aliases = []desk.Address{"x@u.fr"} })
	h.load()
	a, err := desk.NewAction(desk.AliasRemove, "p0003@u.fr", map[string]string{"alias": "x@u.fr"})
	h.must(err)
	q, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: "later"})
	h.must(err)
	for range 20 {
		h.now = h.now.Add(10 * time.Minute)
		h.load()
		h.round()
	}
	if q, _ = h.mirror.Request(q.ID); q.State != desk.Settled {
		t.Errorf("a later request on the same mailbox is %s after three hours", q.State)
	}
}
