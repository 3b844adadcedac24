package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

type actCommand struct {
	shellOptions
	Action string `arg:"" help:"What to ask for, as in the chat: \"alias add contact@u.fr jdupont\", or \"alias.add jdupont alias=contact@u.fr\"."`
	DryRun bool   `name:"dry-run" help:"Only tell what it would do, and print each call that would be sent, its secrets masked."`
}

// Run asks, as the chat would, or rehearses. With a journal that is a file, the
// server must be stopped to ask, not to rehearse.
func (c actCommand) Run(ctx context.Context) error {
	o, err := phrase.Parse(c.Action)
	if err != nil {
		return spoken(c.Lang, err)
	}
	return withCounter(ctx, c.File, !c.DryRun, func(h *house) error { return c.hand(ctx, os.Stdout, h.desk, o.Action, c.DryRun) })
}

// hand asks for the action, or tells what it would do.
func (o shellOptions) hand(ctx context.Context, out io.Writer, d *desk.Desk, a desk.Action, dry bool) error {
	if spec, _ := desk.SpecOf(a.Verb); !spec.Changes {
		return spoken(o.Lang, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(a.Verb)))
	}
	if dry {
		return o.rehearse(ctx, out, d, a)
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("draw key: %w", err)
	}
	return o.askOf(ctx, out, d, desk.Asking{Action: a, Key: "shell:" + hex.EncodeToString(key)})
}

func (o shellOptions) rehearse(ctx context.Context, out io.Writer, d *desk.Desk, a desk.Action) error {
	r, err := d.Rehearse(ctx, desk.UID(o.By), desk.Shell, a)
	if err != nil {
		return spoken(o.Lang, err)
	}
	verdict := say.Verdict(o.Lang, r.Decision)
	if _, err := fmt.Fprintf(out, "%s\n%s\n", r.Action, verdict); err != nil {
		return err
	}
	if err := printRehearsal(out, o.Lang, r, d.Estate.Tariff.Currency, ""); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, say.T(o.Lang, "rehearsed.dry"))
	return err
}

type purgeCommand struct {
	shellOptions
	Address string `arg:"" help:"The address that the account had before it was deleted."`
	Yes     bool   `help:"Ask for it. Without, only tell what would be lost."`
}

// Run tells what would be lost for good, and with --yes asks for it: two other
// administrators then approve, in the chat or the portal.
func (c purgeCommand) Run(ctx context.Context) error {
	action, err := desk.NewAction(desk.AccountPurge, c.Address, nil)
	if err != nil {
		return spoken(c.Lang, err)
	}
	return withCounter(ctx, c.File, c.Yes, func(h *house) error { return c.purge(ctx, os.Stdout, h.desk, action) })
}

func (c purgeCommand) purge(ctx context.Context, out io.Writer, d *desk.Desk, a desk.Action) error {
	r, err := d.Rehearse(ctx, desk.UID(c.By), desk.Shell, a)
	if err == nil {
		err = r.Blocked
	}
	if err != nil {
		return spoken(c.Lang, err)
	}
	if len(r.Calls) == 0 {
		return errors.New(say.Verdict(c.Lang, r.Decision))
	}
	if _, err := fmt.Fprintln(out, say.Effect(c.Lang, r.Action)); err != nil {
		return err
	}
	if err := printRehearsal(out, c.Lang, r, d.Estate.Tariff.Currency, ""); err != nil {
		return err
	}
	if !c.Yes {
		_, err := fmt.Fprintln(out, say.T(c.Lang, "rehearsed.dry"))
		return err
	}
	return c.hand(ctx, out, d, a, false)
}
