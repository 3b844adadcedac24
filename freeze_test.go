package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// journalled is a configuration with a journal that a server of this machine has.
func journalled(t *testing.T) (config, *journal.Log) {
	t.Helper()
	c := config{Journal: filepath.Join(t.TempDir(), "melusine.db"), FreezeFile: filepath.Join(t.TempDir(), "freeze")}
	events, err := c.openJournal(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = events.Close() })
	return c, events
}

// The command tells that all is stopped when the journal says so, and not before.
func TestTheFreezeCommandWaitsForTheJournal(t *testing.T) {
	c, events := journalled(t)
	m := mirror.New(events)
	d := &desk.Desk{Journal: events, View: m, Now: time.Now}
	told, out := make(chan error, 1), &bytes.Buffer{}
	go func() { told <- freezeCommand{Wait: time.Minute}.tell(t.Context(), out, c) }()
	for day := range 3 { // something else that happens
		if err := d.Digest(t.Context(), strconv.Itoa(day)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-told:
		t.Fatalf("told before it was frozen: %v %s", err, out)
	default:
	}
	if err := d.Freeze(t.Context(), desk.ByFile, "incident"); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil || !strings.Contains(out.String(), "from any machine") {
		t.Errorf("%v, said %q", err, out)
	}
	if err := (freezeCommand{Wait: time.Minute}).tell(t.Context(), out, c); err != nil { // frozen already
		t.Error(err)
	}
}

// Where no server answers, the command fails, and says what holds and what not.
func TestTheFreezeCommandSaysWhatItDoesNotKnow(t *testing.T) {
	c, events := journalled(t)
	out := &bytes.Buffer{}
	err := freezeCommand{Wait: 100 * time.Millisecond}.tell(t.Context(), out, c)
	for _, part := range []string{c.FreezeFile + " is there", "from THIS machine", "does not say that it is frozen", "from the chat or the portal"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
	if err := errors.Join(events.Close(), os.Remove(c.Journal)); err != nil {
		t.Fatal(err)
	}
	if err := (freezeCommand{Wait: time.Second}).tell(t.Context(), out, c); err == nil || !strings.Contains(err.Error(), "is there") {
		t.Errorf("without a journal: %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("said all the same: %q", out)
	}
	if err := (freezeCommand{}).tell(t.Context(), out, c); err != nil || !strings.Contains(out.String(), "on this machine") {
		t.Errorf("without waiting: %v, %q", err, out)
	}
}
