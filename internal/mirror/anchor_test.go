package mirror

import (
	"fmt"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// A root that froze the house is accepted by the thaw that follows, whatever
// froze it meanwhile; one that comes later is not.
func TestAThawAcceptsWhatFroze(t *testing.T) {
	d, m := house(t, journalOf(t))
	d.Rules = rulesFunc(func(desk.Facts) desk.Decision {
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}
	})
	anchors := func() string { return fmt.Sprint(m.Anchor("one"), " ", m.Anchor("two"), " ", m.Anchor("three")) }
	thaw := func(key string) {
		t.Helper()
		r, err := d.Ask(t.Context(), desk.Asking{By: "dsi1", Via: desk.Chat, Action: desk.Action{Verb: desk.HouseThaw}, Key: key})
		must(t, err)
		_, err = d.Approve(t.Context(), "dsi2", desk.Chat, r.ID, "")
		must(t, err)
	}
	if anchors() != "  " {
		t.Error(anchors())
	}
	must(t, d.Freeze(t.Context(), desk.ByFile, "incident"))
	for range 2 { // at two starts, on two nodes
		must(t, d.FreezeByAnchor(t.Context(), "one", "5 are missing"))
		must(t, d.FreezeByAnchor(t.Context(), "two", "4 are missing"))
	}
	_, at := m.Request("")
	if e, _ := m.Freeze(); anchors() != "freezing freezing " || at != 9 || e.Fact != (desk.Frozen{Cause: desk.ByAnchor, Reason: "4 are missing", Anchor: "two"}) {
		t.Errorf("%s, %d events, %+v", anchors(), at, e.Fact)
	}
	thaw("a")
	must(t, d.FreezeByAnchor(t.Context(), "one", ""))
	if _, frozen := m.Freeze(); frozen || anchors() != "accepted accepted " {
		t.Errorf("%s, frozen %v", anchors(), frozen)
	}
	must(t, d.FreezeByAnchor(t.Context(), "three", ""))
	if _, frozen := m.Freeze(); !frozen || anchors() != "accepted accepted freezing" {
		t.Errorf("%s, frozen %v", anchors(), frozen)
	}
	again := New(m.journal)
	if must(t, again.CatchUp(t.Context())); again.Anchor("one") != desk.Accepted || again.Anchor("three") != desk.Freezing {
		t.Error("another fold says otherwise")
	}
}
