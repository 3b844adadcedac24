package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/rules"
)

// shellOptions are those of what is asked at the command line.
type shellOptions struct {
	File   string `arg:"" help:"Configuration file."`
	By     string `required:"" help:"Login of who asks: they can not approve it. History keeps it, and that it came by the command line."`
	Reason string `help:"Why, in a few words: people will read it."`
	Lang   string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

type rulesActivateCommand struct {
	shellOptions
	Candidate []string `arg:"" help:"The rule book: files, or a folder of *.yaml."`
	Name      string   `help:"What to call it; the name of the folder or of the first file if not given."`
}

// Run asks; it activates nothing.
func (c rulesActivateCommand) Run(ctx context.Context) error {
	files, err := readBook(c.Candidate...)
	if err != nil {
		return fmt.Errorf("read rule book: %w", err)
	}
	if _, err := rules.LoadFiles(files...); err != nil { // told with the paths as they were typed
		return err
	}
	b, err := newBook(c.Name, files)
	if err != nil {
		return spoken(c.Lang, err)
	}
	return c.ask(ctx, desk.RulesActivate, b.Digest(), b)
}

type rulesRollbackCommand struct {
	shellOptions
	Digest string `arg:"" help:"Digest of the rule book, or its beginning: see melusine rules list."`
}

// Run asks; it returns to nothing.
func (c rulesRollbackCommand) Run(ctx context.Context) error {
	return c.ask(ctx, desk.RulesRollback, c.Digest, desk.Book{})
}

// ask has the desk take the request, which the approvers are told of by the
// server when it next runs.
func (o shellOptions) ask(ctx context.Context, v desk.Verb, digest string, b desk.Book) error {
	action, err := desk.NewAction(v, "", map[string]string{"book": digest})
	if err != nil {
		return spoken(o.Lang, err)
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("draw key: %w", err)
	}
	return withDesk(ctx, o.File, func(cfg config, _ *journal.Log, d *desk.Desk) error {
		if err := cfg.rule(ctx, d); err != nil {
			return err
		}
		return o.askOf(ctx, os.Stdout, d, desk.Asking{Action: action, Book: b, Key: "shell:" + hex.EncodeToString(key)})
	})
}

func (o shellOptions) askOf(ctx context.Context, out io.Writer, d *desk.Desk, a desk.Asking) error {
	a.By, a.Via, a.Reason = desk.UID(o.By), desk.Shell, o.Reason
	r, err := d.Ask(ctx, a)
	if err != nil {
		return spoken(o.Lang, err)
	}
	return tellAsked(out, o.Lang, r)
}

// rule gives a desk that only has the history the people of the directory, and
// the rules in force.
func (c config) rule(ctx context.Context, d *desk.Desk) error {
	view, ok := d.View.(*mirror.Mirror)
	if !ok {
		return errors.New("this desk has no copy of the directory")
	}
	p, err := c.open()
	if err != nil {
		return err
	}
	defer p.office.Domains.Close()
	ldap, err := directory.Open(c.Directory)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	defer ldap.Close()
	if err := view.LoadPeople(ctx, ldap.People(ctx), time.Now()); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	d.Rules, d.Read, d.Stale = &desk.Library{Fold: view, Read: readRules}, readRules, c.StaleAfter
	d.Brakes, d.Terms = c.Brakes.desk(), c.Calendar.terms(p.days)
	return d.Seed(ctx, p.seed)
}

// spoken is what people are told of an error.
func spoken(lang string, err error) error {
	if desk.CodeOf(err) == "" {
		return err
	}
	return errors.New(say.Error(lang, err))
}

func tellAsked(out io.Writer, lang string, r desk.Request) error {
	text := say.Line(lang, r) + "\n" + say.Outcome(lang, r, func(uid desk.UID) string { return string(uid) }) + "\n"
	if r.Proposal != nil {
		text += say.Difference(lang, r.Proposal.Difference) + "\n"
	}
	_, err := io.WriteString(out, text)
	return err
}

type rulesListCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run fails if this program cannot read the book in force: another one is to be
// activated by the program that can, before this one serves.
func (c rulesListCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return listBooks(ctx, os.Stdout, events) })
}

func listBooks(ctx context.Context, out io.Writer, events desk.Journal) error {
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var unread error
	for _, e := range view.Editions() {
		id, state := string(e.ID), ""
		if id == "" {
			id = "-"
		}
		if _, unread = readRules(e.Book); unread != nil {
			state = "this program cannot read it"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), e.Digest, id, e.Name, state) // Flush gives the error
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if unread != nil {
		return fmt.Errorf("read the rule book in force: %w", unread)
	}
	return nil
}

type rulesShowCommand struct {
	File   string `arg:"" help:"Configuration file."`
	To     string `arg:"" help:"Folder to write into; it must not exist."`
	Digest string `arg:"" optional:"" help:"Digest of the rule book, or its beginning; the one in force if not given."`
}

// Run writes the files to the byte.
func (c rulesShowCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error {
		view := mirror.New(events)
		if err := view.CatchUp(ctx); err != nil {
			return err
		}
		e, known := desk.EditionOf(view.Editions(), c.Digest)
		if !known {
			return fmt.Errorf("no rule book was in force with the digest %q, or several: see melusine rules list", c.Digest)
		}
		return writeBook(c.To, e.Book)
	})
}

func writeBook(folder string, b desk.Book) error {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return fmt.Errorf("write rule book: %w", err)
	}
	for _, f := range b.Files {
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(f.Name)), []byte(f.Text), 0o644); err != nil {
			return fmt.Errorf("write rule book: %w", err)
		}
	}
	return nil
}
