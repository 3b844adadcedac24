package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

type freezeCommand struct {
	File   string        `arg:"" help:"Configuration file."`
	Reason []string      `arg:"" optional:"" help:"Why, in a few words: people will read it."`
	Wait   time.Duration `default:"10s" help:"How long to wait for the journal to say that every node is stopped; 0 = not at all, as when no server runs."`
}

// Run puts the freeze file there, which needs neither chat nor portal nor
// journal: from then on the nodes of this machine send nothing. Then it waits
// for one of them to have told the others, by the journal.
func (c freezeCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	if err := os.WriteFile(cfg.FreezeFile, []byte(strings.Join(c.Reason, " ")+"\n"), 0o644); err != nil {
		return fmt.Errorf("NOT frozen: %w: do it as a user who may write there, or from the chat or the portal", err)
	}
	return c.tell(ctx, os.Stdout, cfg)
}

func (c freezeCommand) tell(ctx context.Context, out io.Writer, cfg config) error {
	said := "Frozen: nothing more is sent to Partage, from any machine."
	if c.Wait > 0 {
		if err := cfg.followed(ctx, c.Wait); err != nil {
			return fmt.Errorf("%s is there: nothing more is sent from THIS machine. But no server here has told the others within %v: %w. "+
				"If this journal has servers on other machines, freeze there too, or from the chat or the portal", cfg.FreezeFile, c.Wait, err)
		}
	} else {
		said = "Frozen on this machine: a server that runs or starts here sends nothing, and tells the others."
	}
	_, err := fmt.Fprintf(out, "%s\nTo go on: remove %s, then have an administrator ask for a thaw and another approve it.\n", said, cfg.FreezeFile)
	return err
}

// followed returns when the journal says that the house is frozen.
func (c config) followed(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	events, err := c.readJournal(ctx)
	if err != nil {
		return err
	}
	return errors.Join(untilFrozen(ctx, events), events.Close())
}

func untilFrozen(ctx context.Context, events desk.Journal) error {
	for view := mirror.New(events); ; {
		if err := view.CatchUp(ctx); err != nil {
			return err
		}
		if _, frozen := view.Freeze(); frozen {
			return nil
		}
		_, at := view.Request("")
		if err := events.Wait(ctx, at); errors.Is(err, context.DeadlineExceeded) {
			return errors.New("the journal does not say that it is frozen")
		} else if err != nil {
			return err
		}
	}
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
// sent again. The thaw of that freeze accepts the journal.
func (h *house) anchor(ctx context.Context, c historyConfig, events *journal.Log) error {
	if h.ruined != nil {
		return nil
	}
	last, err := c.against(ctx, events)
	if !errors.Is(err, journal.ErrLost) && !errors.Is(err, journal.ErrRewritten) {
		return err
	}
	if h.accepts(last) {
		h.log.Warn("this is not the journal that was published; two administrators have accepted it by a thaw", "error", err)
		return nil
	}
	h.log.Error("frozen: this is not the journal that was published", "error", err)
	if err := h.desk.FreezeByAnchor(ctx, last.Root.String(), err.Error()); err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	return nil
}

// accepts says that two administrators have accepted that the journal is not the
// one of the checkpoint.
func (h *house) accepts(c journal.Checkpoint) bool {
	if err := h.desk.View.CatchUp(context.Background()); err != nil {
		h.log.Error("look whether the journal is accepted", "error", err)
	}
	return h.desk.View.Anchor(c.Root.String()) == desk.Accepted
}

// freeze says whether the house is frozen now.
func (h *house) freeze(ctx context.Context, cause desk.Cause, reason string) bool {
	err := h.desk.Freeze(ctx, cause, reason)
	if err != nil && ctx.Err() == nil {
		h.log.Error("freeze", "cause", cause, "error", err)
	}
	return err == nil
}
