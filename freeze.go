package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

type freezeCommand struct {
	File   string   `arg:"" help:"Configuration file."`
	Reason []string `arg:"" optional:"" help:"Why, in a few words: people will read it."`
}

// Run puts the freeze file there, which needs neither chat nor portal nor
// journal. Every node of this machine stops sending at once, and tells the others.
func (c freezeCommand) Run() error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	if err := os.WriteFile(cfg.FreezeFile, []byte(strings.Join(c.Reason, " ")+"\n"), 0o644); err != nil {
		return fmt.Errorf("NOT frozen: %w: do it as a user who may write there, or from the chat or the portal", err)
	}
	fmt.Printf("Frozen: nothing more is sent to Partage from this machine, nor from the others once a node here has told them.\n"+
		"To go on: remove %s, then have an administrator ask for a thaw and another approve it.\n", cfg.FreezeFile)
	return nil
}

// frozenByFile says that the freeze file is there, or that nobody can tell.
func frozenByFile(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

const (
	watchEvery = 250 * time.Millisecond
	clockJump  = time.Minute
)

// watch makes a freeze of what it sees outside the journal: the freeze file, and
// a clock that was set while it looked. It ends with ctx.
func (h *house) watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	jump := "" // not yet in the journal, which may be away
	for wall, gone := h.desk.Now(), h.steady(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, passed := h.desk.Now(), h.steady()
		jumped := now.Round(0).Sub(wall.Round(0)) - (passed - gone)
		if wall, gone = now, passed; jumped.Abs() > clockJump {
			jump = jumped.Round(time.Second).String()
		}
		if jump != "" && h.freeze(ctx, desk.ByClock, jump) {
			jump = ""
		}
		if frozenByFile(h.freezeFile) {
			text, _ := os.ReadFile(h.freezeFile) // what it says matters less than that it is there
			h.freeze(ctx, desk.ByFile, string(text[:min(len(text), 500)]))
		}
	}
}

// anchor freezes a house whose journal is not the one that was published: an old
// copy was put back, or somebody has edited it. What was sent since would be
// sent again.
func (h *house) anchor(ctx context.Context, c historyConfig, events *journal.Log) error {
	if h.ruined != nil {
		return nil
	}
	err := c.against(ctx, events)
	if !errors.Is(err, journal.ErrLost) && !errors.Is(err, journal.ErrRewritten) {
		return err
	}
	h.log.Error("frozen: this is not the journal that was published", "error", err)
	if err := h.desk.Freeze(ctx, desk.ByAnchor, err.Error()); err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	return nil
}

// freeze says whether the house is frozen now.
func (h *house) freeze(ctx context.Context, cause desk.Cause, reason string) bool {
	err := h.desk.Freeze(ctx, cause, reason)
	if err != nil && ctx.Err() == nil {
		h.log.Error("freeze", "cause", cause, "error", err)
	}
	return err == nil
}
