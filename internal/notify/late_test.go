package notify_test

import (
	"context"
	"iter"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/notify"
)

// The card shows the votes and the outage: it must be edited though the state is the same.
func TestAVoteThatIsNotTheLastIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := pending
		two.Panels = []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 2}}
		w, d := &wall{}, newDesk(t, journal.NewMemory(), two)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell approvers waiting", "tell asker waiting")
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers waiting", "edit asker waiting")
	})
}

// late is a view into which a request slips just after all were listed.
type late struct {
	desk.View
	slip func()
}

func (v *late) Requests(q desk.Query) iter.Seq[desk.Request] {
	return func(yield func(desk.Request) bool) {
		for r := range v.View.Requests(q) {
			if !yield(r) {
				return
			}
		}
		if slip := v.slip; slip != nil {
			v.slip = nil
			slip()
		}
	}
}

func TestARequestThatSlipsInAtTheStartIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		d2 := *d
		d2.View = &late{d.View, func() { ask(t, d, "ann") }}
		defer start(t, &d2, w)()
		w.want(t, "tell approvers waiting", "tell asker waiting")
	})
}

// stopping is a wall during whose telling the stop comes.
type stopping struct {
	*wall
	stop func()
}

func (s stopping) Tell(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	s.stop()
	return s.wall.Tell(ctx, role, r)
}

func TestAStopWhileTellingSaysNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		ask(t, d, "ann")
		ctx, cancel := context.WithCancel(t.Context())
		n := &notify.Notifier{Desk: d, Teller: stopping{w, cancel}, Retry: time.Second, Log: slog.New(slog.DiscardHandler)}
		if err := n.Run(ctx); err != nil {
			t.Fatal(err)
		}
		defer start(t, d, w)()
		w.want(t, "tell approvers waiting", "tell asker waiting")
	})
}

// The card tells why nothing happens yet.
func TestAnOutageIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), rules{Outcome: desk.Allowed})
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell asker ready")
		change(t, d, r.ID, desk.Failed{Code: desk.PartageDown})
		w.want(t, "edit asker ready")
	})
}
