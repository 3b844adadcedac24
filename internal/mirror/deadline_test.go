package mirror

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Who has bound a chat account can be told, and is listed once.
func TestBound(t *testing.T) {
	offer := func(who desk.UID, code string) desk.Event {
		return desk.Event{At: noon, By: who, Subject: who, Fact: desk.BindingOffered{Digest: code, Until: noon}}
	}
	bound := func(who desk.UID, code, account string) desk.Event {
		return desk.Event{At: noon, By: who, Subject: who, Fact: desk.Bound{Account: account, Digest: code}}
	}
	m := folded(t, offer("zoe", "1"), bound("zoe", "1", "z"), offer("ann", "2"), offer("bob", "3"), bound("ann", "2", "a"),
		offer("ann", "4"), bound("ann", "4", "a2"), bound("bob", "3", "z")) // zoe's account is bob's now
	if got := m.Bound(); !slices.Equal(got, []desk.UID{"ann", "bob"}) {
		t.Errorf("bound: %v", got)
	}
}

// A day is digested once, on whichever node; the last is known after a restart.
func TestDigested(t *testing.T) {
	digest := func(day string) desk.Event {
		return desk.Event{At: noon, By: desk.System, Subject: desk.System, Fact: desk.Digested{Day: day}}
	}
	j := journalOf(t, digest("2026-11-20"), digest("2026-11-23"))
	d, m := house(t, j)
	_, other := house(t, j)
	if m.Digested() != "2026-11-23" || other.Digested() != "2026-11-23" {
		t.Errorf("%s and %s", m.Digested(), other.Digested())
	}
	must(t, d.Digest(t.Context(), "2026-11-24"))
	must(t, d.Digest(t.Context(), "2026-11-24"))
	must(t, other.CatchUp(t.Context()))
	if _, at := m.Request(""); at != 3 || other.Digested() != "2026-11-24" {
		t.Errorf("%d events, the other says %s", at, other.Digested())
	}
	for name, events := range map[string][]desk.Event{"twice": {digest("2026-11-23"), digest("2026-11-23")}, "no day": {digest("")}} {
		if err := New(journalOf(t, events...)).CatchUp(t.Context()); err == nil {
			t.Errorf("%s: folded", name)
		}
	}
}
