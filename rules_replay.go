package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
	"github.com/unistra/melusine/rules"
)

// errChanges: the candidate answers otherwise, which a script is to know.
var errChanges = errors.New("another book would have answered otherwise: see above")

type rulesReplayCommand struct {
	townOptions
	Candidate []string `arg:"" help:"The other rule book: files, or a folder of *.yaml."`
	Names     int      `default:"20" help:"Name at most so many people and requests of each change."`
	JSON      bool     `name:"json" help:"Print JSON."`
}

// Run ends with status 2 if anything would change, 1 if it cannot tell. It reads
// the journal alone where that says all that was known, and writes nothing; the
// server may be running.
func (c rulesReplayCommand) Run(ctx context.Context) error {
	next, err := openBook(c.Candidate...)
	if err != nil {
		return err
	}
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error {
		seed, err := cfg.seed()
		if err != nil {
			return err
		}
		t := town{view: mirror.New(events), seed: seed, lang: c.Lang}
		if err := t.view.CatchUp(ctx); err != nil {
			return err
		}
		if t.book, err = t.bookOf(c.Book); err != nil {
			return err
		}
		if unrecorded := t.unrecorded(); unrecorded || looksAtNames(t.book, next) {
			return c.visit(ctx, unrecorded, func(t town) error { return c.compare(os.Stdout, t, next) })
		}
		return c.compare(os.Stdout, t, next)
	})
}

func (c rulesReplayCommand) compare(out io.Writer, t town, next *rules.Book) error {
	found := t.replay(next)
	say := func() error { return found.print(out, t.lang, c.Names) }
	if c.JSON {
		say = func() error { return found.json(out) }
	}
	if err := say(); err != nil || len(found.Changes) == 0 {
		return err
	}
	return errChanges
}

// looksAtNames says that a rule looks at what only the directory knows.
func looksAtNames(books ...*rules.Book) bool {
	return slices.ContainsFunc(books, func(b *rules.Book) bool {
		return slices.ContainsFunc(b.Rules(), func(r rules.Rule) bool { return strings.Contains(r.When, ".name") })
	})
}

// A comparison is what another book would change, for whom.
type comparison struct {
	From     string       `json:"from"`
	To       string       `json:"to"`
	Requests int          `json:"requests"`
	Today    []desk.ID    `json:"on_what_is_known_today,omitempty"`
	Lost     int          `json:"not_replayed"`
	Changes  []changeLine `json:"changes"`
}

// A changeLine is one way in which answers differ.
type changeLine struct {
	Verb     desk.Verb  `json:"verb"`
	Turn     desk.Turn  `json:"turn"`
	Was      answerLine `json:"was"`
	Is       answerLine `json:"is"`
	People   []desk.UID `json:"people"`
	Requests []desk.ID  `json:"requests"`
	Open     int        `json:"unfinished"`
}

type answerLine struct {
	Outcome desk.Outcome `json:"outcome"`
	Rule    string       `json:"rule,omitempty"`
}

// unrecorded says that the journal has requests of which it does not say what
// was known when they were decided.
func (t town) unrecorded() bool {
	for r := range t.view.Requests(desk.Query{}) {
		if r.Seen == nil && !r.Erased {
			return true
		}
	}
	return false
}

// replay asks the book of the town and another one about every request.
func (t town) replay(next *rules.Book) comparison {
	d := &desk.Desk{View: t.view, Now: time.Now}
	c := comparison{From: t.book.Digest(), To: next.Digest(), Changes: []changeLine{}}
	found := d.Compare(t.book, next)
	c.Requests, c.Today, c.Lost = found.Requests, found.Today, found.Lost
	for _, f := range found.Turns {
		c.Changes = append(c.Changes, changeLine{f.Verb, f.Kind, answerLine(f.Was), answerLine(f.Is), f.By, f.All, f.Open})
	}
	return c
}

// shift is the line without whom it is about.
func (l changeLine) shift() desk.Shift {
	return desk.Shift{Verb: l.Verb, Kind: l.Turn, Was: desk.Verdict(l.Was), Is: desk.Verdict(l.Is), Requests: len(l.Requests), People: len(l.People), Open: l.Open}
}

func (c comparison) json(out io.Writer) error {
	to := json.NewEncoder(out)
	to.SetIndent("", "  ")
	return to.Encode(c)
}

// difference is the comparison without whom it is about.
func (c comparison) difference() desk.Difference {
	d := desk.Difference{From: c.From, Requests: c.Requests, Today: len(c.Today), Lost: c.Lost}
	for _, l := range c.Changes {
		d.Shifts = append(d.Shifts, l.shift())
	}
	return d
}

func (c comparison) print(out io.Writer, lang string, names int) error {
	text := &strings.Builder{}
	text.WriteString(say.Difference(lang, c.difference()) + "\n")
	if len(c.Today) > 0 {
		text.WriteString("  " + shortened(texts(c.Today), names) + "\n")
	}
	table := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	for _, l := range c.Changes {
		_, _ = fmt.Fprintln(table, strings.Join(say.Shift(lang, l.shift()), "\t")) // Flush gives the error
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for i, l := range c.Changes {
		_, _ = fmt.Fprintf(text, "%s. %s\n   %s\n", strconv.Itoa(i+1), shortened(texts(l.People), names), shortened(texts(l.Requests), names))
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func texts[S ~string](all []S) []string {
	said := make([]string, len(all))
	for i, s := range all {
		said[i] = string(s)
	}
	return said
}
