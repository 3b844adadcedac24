package notify_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/notify"
)

// days counts every day as worked.
type days struct{}

func (days) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// due is a desk whose approvers have a day, and a request that is a day old; eve
// can be reached.
func due(t *testing.T, w *wall) (*desk.Desk, desk.Request) {
	t.Helper()
	d := newDesk(t, journal.NewMemory(), pending)
	d.Terms, d.Stale = desk.Terms{Calendar: days{}, Deadline: 1, Expiry: 5, Escalation: "dsi"}, 1000*time.Hour
	offer := desk.BindingOffered{Digest: "code", Until: time.Now()}
	for _, f := range []desk.Fact{offer, desk.Bound{Account: "chat", Digest: "code"}} {
		if _, err := d.Change(t.Context(), "", "eve", func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	return d, ask(t, d, "ann")
}

func pursue(t *testing.T, d *desk.Desk, id desk.ID) {
	t.Helper()
	if err := d.Pursue(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
}

// A reminder rings once, whatever comes after, and after a restart too; an end
// is told to the asker.
func TestRemindersAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d, r := due(t, w)
		stop := start(t, d, w)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		w.want(t, "tell reminder waiting")
		stop()
		stop = start(t, d, w)
		w.want(t)
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		w.want(t, "tell escalated waiting")
		stop()
		defer start(t, d, w)()
		time.Sleep(3 * 24 * time.Hour)
		pursue(t, d, r.ID)
		w.want(t, "edit approvers expired", "tell outcome expired", "edit asker expired")
	})
}

// What was due when the process died is told by the next; not what is decided since.
func TestARestartBetweenTheFactAndItsTelling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d, r := due(t, w)
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		stop := start(t, d, w)
		w.want(t, "tell approvers waiting", "tell reminder waiting", "tell asker waiting")
		stop()
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		defer start(t, d, w)()
		w.want(t, "edit approvers ready", "edit asker ready")
	})
}

// Nothing rings at night, not even after a restart; all else is told at once.
func TestRemindersWaitForTheMorning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d, r := due(t, w)
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		morning := time.Now().Add(8 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := &notify.Notifier{Desk: d, Teller: w, Retry: 5 * time.Second, Log: slog.New(slog.DiscardHandler),
			Working: func(at time.Time) bool { return !at.Before(morning) }}
		go func() { _ = n.Run(ctx) }()
		time.Sleep(7 * time.Hour)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		time.Sleep(2 * time.Hour)
		w.want(t, "tell reminder waiting")
	})
}

// Another version that is late is reminded of anew.
func TestAnAmendedRequestIsRemindedOfAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d, r := due(t, w)
		defer start(t, d, w)()
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		w.forget()
		if _, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "c@u.fr"); err != nil {
			t.Fatal(err)
		}
		w.want(t, "tell amended waiting", "edit approvers waiting", "edit asker waiting")
		time.Sleep(24 * time.Hour)
		pursue(t, d, r.ID)
		w.want(t, "tell reminder waiting")
	})
}

// What the asker wants the approvers to be reminded of rings once each time, not at
// night, nor after a restart.
func TestNudgesRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		d, r := due(t, w)
		d.Terms.Deadline, d.Terms.Expiry = 50, 100
		stop := start(t, d, w)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		for range 2 {
			time.Sleep(25 * time.Hour)
			if _, err := d.Nudge(t.Context(), "ann", desk.Portal, r.ID); err != nil {
				t.Fatal(err)
			}
			w.want(t, "tell nudge waiting")
		}
		stop()
		defer start(t, d, w)()
		w.want(t)
	})
}
