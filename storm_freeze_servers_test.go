//go:build servers

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// another is a node of this process: it asks, and carries nothing out.
func (s *storm) another(t *testing.T) *house {
	t.Helper()
	events, err := config{Journal: s.Journal}.openJournal(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { events.Close() })
	o := s.orders
	o.Sabotage = ""
	h, err := o.house(t.Context(), events)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.office.Domains.Close)
	return h
}

func (h *house) ask(t *testing.T, verb desk.Verb, key string) desk.Request {
	t.Helper()
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Action: desk.Action{Verb: verb}, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A freeze asked for on one node stops the sends of another within a second, and
// of one that is started again.
func TestFreezeOnAnotherNode(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	s := newStorm(t, 200*trials(), *stormSeed)
	s.Journal = p.Database(t, "freeze")
	n := s.sending(t)
	h, last := s.another(t), time.Duration(0)
	for trial := range trials() {
		key := strings.Repeat("x", trial+1)
		h.ask(t, desk.HouseFreeze, "freeze"+key)
		acknowledged := time.Now()
		n.outlives(t.Context(), soon+100*time.Millisecond)
		n.kill()
		n = s.born(t)
		n.outlives(t.Context(), 300*time.Millisecond)
		last = max(last, s.lastSend(acknowledged))
		r := h.ask(t, desk.HouseThaw, "thaw"+key)
		if _, err := h.desk.Approve(t.Context(), "hpoincare", desk.Chat, r.ID, r.Digest()); err != nil {
			t.Fatal(err)
		}
		s.works(t, n)
	}
	n.kill()
	if t.Logf("%d freezes; the last send %v after", trials(), last); last > soon {
		t.Error("too late")
	}
}

// A node that does not heed freezes is seen.
func TestAFreezeThatIsNotHeededIsSeen(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	s := newStorm(t, 1500, *stormSeed)
	s.Journal, s.Sabotage = p.Database(t, "deaf"), noFreeze
	n, h := s.sending(t), s.another(t)
	h.ask(t, desk.HouseFreeze, "freeze")
	s.sendsOn(t, n, time.Now())
}
