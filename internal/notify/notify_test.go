package notify_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/notify"
)

// A wall keeps what was told, in order: "tell approvers waiting".
type wall struct {
	mu    sync.Mutex
	lines []string
	down  bool
	mute  desk.Role // cannot be reached
}

func (w *wall) Tell(_ context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return desk.Post{}, errors.New("no answer")
	}
	if role == w.mute {
		return desk.Post{}, nil
	}
	w.lines = append(w.lines, fmt.Sprintf("tell %s %s", role, r.State))
	return desk.Post{Channel: string(role), ID: fmt.Sprint(len(w.lines))}, nil
}

func (w *wall) Edit(_ context.Context, p desk.Post, role desk.Role, r desk.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return errors.New("no answer")
	}
	w.lines = append(w.lines, fmt.Sprintf("edit %s %s", role, r.State))
	return nil
}

type rules desk.Decision

func (d rules) Decide(desk.Facts) desk.Decision { return desk.Decision(d) }

var pending = rules{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}

func all[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func newDesk(t *testing.T, j desk.Journal, r desk.Rules) *desk.Desk {
	t.Helper()
	m := mirror.New(j)
	people := all(desk.Person{UID: "ann"}, desk.Person{UID: "bob"}, desk.Person{UID: "eve", Groups: []string{"dsi"}})
	if err := m.LoadPeople(t.Context(), people, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := m.LoadAccounts(t.Context(), all(desk.Account{ID: "z", Address: "bob@u.fr", Owner: "bob"}), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := m.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &desk.Desk{Journal: j, View: m, Rules: r, Now: time.Now, Stale: time.Hour}
}

func ask(t *testing.T, d *desk.Desk, by desk.UID) desk.Request {
	t.Helper()
	a, err := desk.ParseAction("alias.add bob@u.fr alias=b@u.fr")
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: a, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func change(t *testing.T, d *desk.Desk, id desk.ID, facts ...desk.Fact) {
	t.Helper()
	for _, f := range facts {
		if _, err := d.Change(t.Context(), id, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// start runs a notifier until the test ends.
func start(t *testing.T, d *desk.Desk, w *wall) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	n := &notify.Notifier{Desk: d, Teller: w, Retry: 5 * time.Second, Log: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func (w *wall) want(t *testing.T, lines ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.lines, lines) {
		t.Errorf("told\n %q\nwant\n %q", w.lines, lines)
	}
	w.lines = nil
}

var done = []desk.Fact{desk.Started{Attempt: 1}, desk.Done{Attempt: 1}}

func (w *wall) set(change func()) { w.mu.Lock(); defer w.mu.Unlock(); change() }

// forget starts anew, once all has been told.
func (w *wall) forget() { synctest.Wait(); w.set(func() { w.lines = nil }) }

func TestTheWholeLifeIsToldOnTheSamePosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell approvers waiting", "tell asker waiting")
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers ready", "edit asker ready")
		change(t, d, r.ID, done...)
		synctest.Wait()
		w.set(func() { w.lines = w.lines[len(w.lines)-4:] })
		w.want(t, "edit approvers done", "tell outcome done", "edit asker done", "tell owner done")
	})
}

// What happens within the pause is told once, as it then is.
func TestAQuickLifeIsToldAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := &notify.Notifier{Desk: d, Teller: w, Pause: time.Second, Retry: 5 * time.Second, Log: slog.New(slog.DiscardHandler)}
		go n.Run(ctx)
		r := ask(t, d, "ann")
		time.Sleep(2 * time.Second)
		w.want(t, "tell approvers waiting", "tell asker waiting")
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		change(t, d, r.ID, done...)
		time.Sleep(2 * time.Second)
		w.want(t, "edit approvers done", "tell outcome done", "edit asker done", "tell owner done")
	})
}

// A vote that is not the last changes no state, and is shown all the same.
func TestEachVoteIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := pending
		two.Panels = []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 2}}
		w, d := &wall{}, newDesk(t, journal.NewMemory(), two)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.forget()
		if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers waiting", "edit asker waiting")
	})
}

// A change of what is asked changes no state, and the posts are edited all the
// same; even when nobody needs to approve it any more.
func TestAnAmendmentIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.forget()
		if _, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "c@u.fr"); err != nil {
			t.Fatal(err)
		}
		w.want(t, "tell amended waiting", "edit approvers waiting", "edit asker waiting")
		d.Rules = rules{Outcome: desk.Allowed}
		if _, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "d@u.fr"); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers ready", "edit asker ready")
	})
}

func TestARefusalIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.forget()
		if _, err := d.Refuse(t.Context(), "eve", desk.Chat, r.ID, "", "non"); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers rejected", "tell outcome rejected", "edit asker rejected")
	})
}

// Denied at once: the door has answered, and nobody else is bothered.
func TestADenialIsNotPosted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), rules{})
		defer start(t, d, w)()
		ask(t, d, "ann")
		w.want(t)
	})
}

func TestAfterARestartNothingIsSaidTwiceAndPostsAreBroughtUpToDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, w := journal.NewMemory(), &wall{}
		d := newDesk(t, j, pending)
		stop := start(t, d, w)
		r := ask(t, d, "ann")
		synctest.Wait()
		stop()
		w.forget()
		d = newDesk(t, j, pending)
		stop = start(t, d, w)
		w.want(t)
		stop()
		if _, err := d.Approve(t.Context(), "eve", desk.Portal, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		change(t, d, r.ID, done...)
		defer start(t, newDesk(t, j, pending), w)()
		w.want(t, "edit approvers done", "tell outcome done", "edit asker done", "tell owner done")
	})
}

func TestChatDownLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{down: true}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		ask(t, d, "ann")
		w.want(t)
		w.set(func() { w.down = false })
		time.Sleep(6 * time.Second)
		w.want(t, "tell approvers waiting", "tell asker waiting")
	})
}

func TestSomebodyWhoCannotBeReachedIsNotTriedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{mute: desk.ToAsker}, newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		r := ask(t, d, "ann")
		w.want(t, "tell approvers waiting")
		if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, r.ID); err != nil {
			t.Fatal(err)
		}
		w.want(t, "edit approvers withdrawn")
	})
}

func TestTheOwnerIsToldOnlyIfSomebodyElseAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &wall{}, newDesk(t, journal.NewMemory(), rules{Outcome: desk.Allowed})
		r := ask(t, d, "bob")
		change(t, d, r.ID, done...)
		defer start(t, d, w)()
		w.want(t, "tell asker done")
	})
}

// A freeze is told to those who can end it, whoever or whatever made it.
func TestAFreezeIsToldToApprovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wall{mute: desk.ToAsker}
		d := newDesk(t, journal.NewMemory(), pending)
		defer start(t, d, w)()
		if err := d.Freeze(t.Context(), desk.ByFile, "incident"); err != nil {
			t.Fatal(err)
		}
		w.want(t, "tell approvers done")
	})
}
