package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

type historyExportCommand struct {
	File   string `arg:"" help:"Configuration file."`
	To     string `help:"File to write; standard output if not given."`
	Closed bool   `help:"Show nobody's data: what remains proves itself all the same."`
	Person string `help:"Show the data of this login only, for a right of access."`
}

// Run writes all or, by its exit, says that what it wrote is not to be used.
func (c historyExportCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error {
		if c.To == "" {
			return c.export(ctx, os.Stdout, cfg, events)
		}
		f, err := os.OpenFile(c.To, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		return errors.Join(c.export(ctx, f, cfg, events), f.Sync(), f.Close())
	})
}

func (c historyExportCommand) export(ctx context.Context, out io.Writer, cfg config, events *journal.Log) error {
	if _, err := cfg.History.against(ctx, events); err != nil {
		return err
	}
	k, err := cfg.History.key()
	if err != nil {
		return err
	}
	signed, at, err := events.Sign(ctx, k)
	if err != nil {
		return err
	}
	return events.Export(ctx, out, signed, at, func(e desk.Event) bool {
		return !c.Closed && (c.Person == "" || e.Subject == desk.UID(c.Person))
	})
}

type historyVerifyCommand struct {
	File       string `arg:"" help:"Configuration file."`
	Checkpoint string `help:"File of a checkpoint copied from where it was published, - for standard input."`
	Key        string `help:"Key that verifies it, as you kept it; that of the configuration if not given."`
}

// Run fails if anything does not hold.
func (c historyVerifyCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.verify(ctx, os.Stdout, cfg, events) })
}

func (c historyVerifyCommand) verify(ctx context.Context, out io.Writer, cfg config, events *journal.Log) error {
	last, err := events.Verify(ctx)
	if err != nil {
		return err
	}
	if _, err := cfg.History.against(ctx, events); err != nil {
		return err
	}
	said := fmt.Sprintf("%d events: each is what its commitment says\n", last)
	if cfg.History.KeyFile != "" {
		said += "the last checkpoint kept here is of this journal\n"
	}
	if c.Checkpoint != "" {
		published, err := c.published(ctx, cfg, events)
		if err != nil {
			return fmt.Errorf("the checkpoint given: %w", err)
		}
		said += fmt.Sprintf("the checkpoint given, of %d events, is of this journal\n", published.Size)
	}
	_, err = io.WriteString(out, said)
	return err
}

// published compares the journal with a checkpoint from elsewhere.
func (c historyVerifyCommand) published(ctx context.Context, cfg config, events *journal.Log) (at journal.Checkpoint, err error) {
	public := c.Key
	if public == "" {
		k, err := cfg.History.key()
		if err != nil {
			return at, err
		}
		public = k.Public()
	}
	if at, err = openPasted(c.Checkpoint, public); err != nil {
		return at, err
	}
	return at, events.Against(ctx, at)
}

type historyShowCommand struct {
	File  string `arg:"" help:"Configuration file."`
	Of    string `arg:"" help:"Request, as D-512, or address."`
	Lang  string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
	Proof bool   `help:"Prove each event against the checkpoint printed last."`
}

// Run tells the oldest first.
func (c historyShowCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.show(ctx, os.Stdout, cfg, events) })
}

func (c historyShowCommand) show(ctx context.Context, to io.Writer, cfg config, events *journal.Log) error {
	zone, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return err
	}
	told, err := historyOf(ctx, events, c.Of)
	if err != nil {
		return err
	}
	var signed []byte
	var at journal.Checkpoint
	if c.Proof {
		k, err := cfg.History.key()
		if err != nil {
			return err
		}
		if signed, at, err = events.Sign(ctx, k); err != nil {
			return err
		}
	}
	var out strings.Builder
	for _, e := range told {
		fmt.Fprintf(&out, "%6d  %s  %-6s %s\n", e.Seq, e.At.In(zone).Format(time.DateTime), e.ID, say.Fact(c.Lang, e, nil))
		if !c.Proof {
			continue
		}
		proof, err := events.Prove(ctx, e.Seq, at.Size)
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%s\n", proof)
	}
	_, err = io.WriteString(to, out.String()+string(signed))
	return err
}

// historyOf is what touches a request or an address, the oldest first.
func historyOf(ctx context.Context, events *journal.Log, of string) (told []desk.Event, err error) {
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return nil, err
	}
	for e, err := range view.History(ctx, strings.TrimSpace(of)) {
		if err != nil {
			return nil, err
		}
		told = append(told, e)
	}
	if len(told) == 0 {
		return nil, fmt.Errorf("history says nothing of %s", of)
	}
	slices.Reverse(told)
	return told, nil
}
