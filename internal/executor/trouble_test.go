package executor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/mirror"
)

// After a restart what was approved waits for the directory.
func TestARestartBeforeTheDirectoryIsReadLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, p := memory(), &partage{account: bob}
		id := newHouse(t, j, p, rulesFunc(approval)).ask(t, "b@u.fr")
		m := mirror.New(j)
		if err := m.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		d := &desk.Desk{Journal: j, View: m, Rules: rulesFunc(approval), Now: time.Now, Stale: 24 * time.Hour, Brakes: desk.StandardBrakes()}
		h := house{d, m, &executor.Executor{Desk: d, Office: p, Timing: executor.Standard(), Log: slog.New(slog.DiscardHandler),
			Refresh: func(context.Context, ...desk.UID) error {
				return m.LearnPerson("ann", desk.Person{UID: "ann"}, time.Now())
			},
			Halted: func() bool { return false }, Steady: steady()}}
		h.run(t, time.Minute)
		if r := h.request(id); r.State != desk.Ready {
			t.Errorf("%s %q", r.State, r.Code)
		}
	})
}

// hasty is a Partage whose reads end with ctx.
type hasty struct{ *partage }

func (p hasty) Look(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	if err := ctx.Err(); err != nil {
		return desk.Account{}, err
	}
	return p.partage.Look(ctx, a, id)
}

func TestAStopIsNotToldAsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, slow: 10 * time.Second}
		j := memory()
		h := newHouse(t, j, p, rulesFunc(approval))
		h.executor.Office = hasty{p}
		h.ask(t, "b@u.fr")
		carl := desk.Account{ID: "z-2", Address: "carl@u.fr", Owner: "carl"}
		if err := h.mirror.Learn(carl, time.Now()); err != nil {
			t.Fatal(err)
		}
		a, _ := desk.NewAction(desk.AliasAdd, "carl@u.fr", map[string]string{"alias": "c@u.fr"})
		r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		h.run(t, 5*time.Second)
		if r = h.request(r.ID); r.Code != "" {
			t.Errorf("%s %q %q", r.State, r.Code, r.Error)
		}
	})
}

// Partage answers reads but takes no write, for a day.
func TestWritesDownForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			return false, 0, fmt.Errorf("%w: auth", desk.ErrNotSent)
		}}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 24*time.Hour)
		_, at := h.mirror.Request("")
		t.Logf("%d facts, %s", at, h.request(id).State)
		if at > 200 {
			t.Errorf("a day took %d facts", at)
		}
	})
}

// what was not sent is no send
func TestNotSentIsNoSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			switch {
			case n <= 3:
				return false, 0, fmt.Errorf("%w: auth", desk.ErrNotSent)
			case n == 4:
				return false, 0, errLost
			}
			return true, 0, nil
		}}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 3*time.Hour)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s %q after %d", r.State, r.Code, p.sends)
		}
	})
}

// refused, and the read that should tell does not answer
func TestRefusedUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		p.fault = func(int) (bool, time.Duration, error) { return true, 0, fmt.Errorf("%w: exists", desk.ErrRefused) }
		p.down = func(n int) bool { return n == 2 }
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, time.Hour)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s %q", r.State, r.Code)
		}
	})
}

type everyDown struct{ *partage }

func (everyDown) Look(_ context.Context, a desk.Action, _ string) (desk.Account, error) {
	return desk.Account{}, errors.New("cannot read " + a.Target)
}

func TestSweepTellsEveryError(t *testing.T) {
	p := &partage{account: bob}
	h := newHouse(t, memory(), p, rulesFunc(approval))
	h.executor.Office = everyDown{p}
	h.ask(t, "b@u.fr")
	if err := h.mirror.Learn(desk.Account{ID: "z-2", Address: "carl@v.fr", Owner: "carl"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	a, _ := desk.NewAction(desk.AliasAdd, "carl@v.fr", map[string]string{"alias": "c@v.fr"})
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
		t.Fatal(err)
	}
	err = h.executor.Sweep(t.Context())
	if err == nil || !strings.Contains(err.Error(), "bob@u.fr") || !strings.Contains(err.Error(), "carl@v.fr") {
		t.Errorf("told %v", err)
	}
}
