package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// tokensCommand is what an operator does with the access tokens of others. Their
// holders make and take back their own on the portal.
type tokensCommand struct {
	List tokensListCommand `cmd:"" help:"List the access tokens that stand, beside the server or without it."`
	End  tokensEndCommand  `cmd:"" help:"Take back all the access tokens of somebody, at once."`
}

type tokensListCommand struct {
	File  string `arg:"" help:"Configuration file."`
	Login string `arg:"" optional:"" help:"Only those that this person holds."`
}

// Run lists what stands, never a secret. The server may be running.
func (c tokensListCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.list(ctx, os.Stdout, cfg, events) })
}

func (c tokensListCommand) list(ctx context.Context, out io.Writer, cfg config, events desk.Journal) error {
	zone, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return err
	}
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	d := &desk.Desk{View: view, Now: time.Now}
	holders := view.Bearers()
	if c.Login != "" {
		holders = []desk.UID{desk.UID(c.Login)}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, who := range holders {
		for _, t := range d.Tokens(who) {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\tuntil %s\n", t.ID, t.Of, t.Name, t.Powers, t.Until.In(zone).Format(time.DateTime)) // Flush gives the error
		}
	}
	return table.Flush()
}

type tokensEndCommand struct {
	File  string `arg:"" help:"Configuration file."`
	Login string `arg:"" help:"Whose tokens are to open nothing any more."`
	By    string `required:"" help:"Login of who decides it: history keeps it."`
}

// Run ends them; their holder may make others. A server that runs on a journal that
// is a file keeps it to itself: then an administrator asks it, see desk.TokenEnd.
func (c tokensEndCommand) Run(ctx context.Context) error {
	err := withDesk(ctx, c.File, func(_ config, _ *journal.Log, d *desk.Desk) error { return c.end(ctx, os.Stdout, d) })
	if errors.Is(err, journal.ErrInUse) {
		return fmt.Errorf("NOT ended: %w\nOr at once, while it runs, an administrator: /melusine tokens end %[2]s (in the chat), the page Safety of the portal, or: melusine ask token.end %[2]s",
			err, c.Login)
	}
	return err
}

func (c tokensEndCommand) end(ctx context.Context, out io.Writer, d *desk.Desk) error {
	ended, err := d.EndTokensOf(ctx, desk.UID(c.By), desk.UID(c.Login))
	if err != nil {
		return err
	}
	for _, t := range ended {
		if _, err := fmt.Fprintln(out, t.ID, t.Name); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%s: %d tokens ended.\n", c.Login, len(ended))
	return err
}
