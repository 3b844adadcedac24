package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// watched is a house with nothing in it but its desk, being watched.
func watched(t *testing.T) *house {
	t.Helper()
	j := journal.NewMemory()
	m, start := mirror.New(j), time.Now()
	return &house{log: slog.New(slog.DiscardHandler), mirror: m, steady: func() time.Duration { return time.Since(start) },
		freezeFile: filepath.Join(t.TempDir(), "freeze"), desk: &desk.Desk{Journal: j, View: m, Now: time.Now}}
}

func (h *house) watchFor(t *testing.T, d time.Duration) desk.Fact {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := h.watch(ctx); err != nil {
		t.Fatal(err)
	}
	e, _ := h.mirror.Freeze()
	return e.Fact
}

func TestTheFreezeFileFreezesWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := watched(t)
		if f := h.watchFor(t, time.Hour); f != nil || frozenByFile(h.freezeFile) {
			t.Fatalf("frozen without a file: %+v", f)
		}
		if err := os.WriteFile(h.freezeFile, []byte("incident\nen cours"), 0o600); err != nil {
			t.Fatal(err)
		}
		if f := h.watchFor(t, time.Second); f != (desk.Frozen{Cause: desk.ByFile, Reason: "incident en cours"}) || !frozenByFile(h.freezeFile) {
			t.Errorf("%+v", f)
		}
	})
}

// A file that cannot be looked at is a freeze: nobody can tell.
func TestAFreezeFileThatCannotBeSeen(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(parent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !frozenByFile(filepath.Join(parent, "freeze")) || frozenByFile("") {
		t.Error("taken for absent, or no file taken for one")
	}
}

func TestAClockThatJumpsFreezes(t *testing.T) {
	for jump, want := range map[time.Duration]desk.Fact{
		30 * time.Second:          nil,
		-30 * time.Second:         nil,
		time.Hour:                 desk.Frozen{Cause: desk.ByClock, Reason: "1h0m0s"},
		-time.Hour:                desk.Frozen{Cause: desk.ByClock, Reason: "-1h0m0s"},
		10 * 365 * 24 * time.Hour: desk.Frozen{Cause: desk.ByClock, Reason: "87600h0m0s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h, start := watched(t), time.Now()
			h.desk.Now = func() time.Time {
				if now := time.Now(); now.Sub(start) < 5*time.Second {
					return now
				}
				return time.Now().Add(jump)
			}
			if f := h.watchFor(t, 10*time.Second); f != want {
				t.Errorf("%v: %+v", jump, f)
			}
		})
	}
}

// A journal that is away at that moment has only put the freeze off.
func TestAJumpWhileTheJournalIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, start := watched(t), time.Now()
		h.desk.Journal = away{h.desk.Journal, start.Add(8 * time.Second)}
		h.desk.Now = func() time.Time {
			if now := time.Now(); now.Sub(start) < 5*time.Second {
				return now
			}
			return time.Now().Add(time.Hour)
		}
		if f := h.watchFor(t, 10*time.Second); f != (desk.Frozen{Cause: desk.ByClock, Reason: "1h0m0s"}) {
			t.Errorf("%+v", f)
		}
	})
}

// away is a journal that takes nothing until a time.
type away struct {
	desk.Journal
	until time.Time
}

func (a away) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	if time.Now().Before(a.until) {
		return 0, errors.New("away")
	}
	return a.Journal.Append(ctx, after, events...)
}
