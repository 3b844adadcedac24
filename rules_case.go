package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/rules"
	"github.com/unistra/melusine/rules/trial"
)

type rulesCaseCommand struct {
	File  string `arg:"" help:"Configuration file."`
	ID    string `arg:"" help:"Request, as D-512."`
	Names bool   `help:"Keep logins and addresses as they are. Without, nobody is found in the case."`
}

// Run prints what a request asked, on what was known then, as a case that wants
// the answer it got. The server may be running.
func (c rulesCaseCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error {
		view := mirror.New(events)
		if err := view.CatchUp(ctx); err != nil {
			return err
		}
		seed, err := cfg.seed()
		if err != nil {
			return err
		}
		t := town{view: view, seed: seed}
		book, err := t.bookOf("")
		if err != nil {
			return err
		}
		return c.print(os.Stdout, view, book)
	})
}

func (c rulesCaseCommand) print(out io.Writer, view desk.View, book *rules.Book) error {
	r, _ := view.Request(desk.ID(strings.ToUpper(c.ID)))
	if r.State == desk.None {
		return fmt.Errorf("history says nothing of %s", c.ID)
	}
	f, recorded := (&desk.Desk{View: view}).Recorded(r)
	if !recorded {
		return fmt.Errorf("%s: history does not say what the rules looked at: its words are erased, or no rule was asked", r.ID)
	}
	d, note := r.Decision, ""
	if !c.Names {
		was := book.Decide(f)
		f, d = trial.Mask(f, d, book.Protected())
		if is := book.Decide(f); is.Outcome != was.Outcome || is.Rule != was.Rule {
			note = "# Masked, it is not the same to the rules any more: one of them looks at a name. Compare with --names.\n"
		}
	}
	_, err := fmt.Fprintf(out, "Asked as %s on %s, and answered by the book %.12s. Say under gets what is right.\n\n%s%s",
		r.ID, r.Asked.Format("2006-01-02"), r.Decision.Book, note, trial.Write(string(r.ID), f, d))
	return err
}
