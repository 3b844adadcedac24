package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

type requestsCommand struct {
	File  string   `arg:"" help:"Configuration file."`
	State []string `help:"Only those in these states: open, waiting, ready, running, doubtful, held, applying, done, rejected, withdrawn, expired, broken."`
	Limit int      `default:"50" help:"At most so many, the newest; 0 = all."`
	JSON  bool     `name:"json" help:"Print JSON."`
	Lang  string   `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run lists requests, the newest first. The server may be running.
func (c requestsCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.list(ctx, os.Stdout, cfg, events) })
}

func (c requestsCommand) list(ctx context.Context, out io.Writer, cfg config, events *journal.Log) error {
	zone, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return err
	}
	var states []desk.State
	for _, s := range c.State {
		if !slices.Contains(desk.States(), desk.State(s)) {
			return fmt.Errorf("--state: %q is none of %q", s, desk.States())
		}
		states = append(states, desk.State(s))
	}
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	found := slices.Collect(view.Requests(desk.Query{States: states, Limit: c.Limit}))
	if c.JSON {
		return printJSON(out, found)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range found {
		sign, word := say.State(c.Lang, r.State)
		_, _ = fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%s\t%s\n", r.ID, sign, strings.ToLower(word),
			r.Changed.In(zone).Format(time.DateTime), r.By, r.Action, firstLine(r.Error)) // Flush gives the error
	}
	return table.Flush()
}

// A requestLine is a request in JSON.
type requestLine struct {
	ID       desk.ID       `json:"id"`
	State    desk.State    `json:"state"`
	Action   string        `json:"action"`
	By       desk.UID      `json:"by"`
	Owner    desk.UID      `json:"owner,omitempty"`
	Asked    time.Time     `json:"asked"`
	Changed  time.Time     `json:"changed"`
	Attempts int           `json:"attempts"`
	Doubts   int           `json:"doubts"`
	Sent     *time.Time    `json:"sent,omitempty"`
	Next     *time.Time    `json:"next,omitempty"` // not before
	Before   *desk.Account `json:"before,omitempty"`
	InForce  []string      `json:"in_force,omitempty"`
	Code     desk.Code     `json:"code,omitempty"`
	Error    string        `json:"error,omitempty"`
}

func lineOf(r desk.Request) requestLine {
	l := requestLine{ID: r.ID, State: r.State, Action: r.Action.String(), By: r.By, Owner: r.Owner, Asked: r.Asked, Changed: r.Changed,
		Attempts: r.Attempt, Doubts: r.Doubts, Code: r.Code, Error: r.Error}
	if !r.Issued.IsZero() {
		l.Sent = &r.Issued
	}
	if !r.State.Final() && !r.Until.IsZero() {
		l.Next = &r.Until
	}
	if r.Before.Known() {
		l.Before = &r.Before
	}
	for _, s := range inForce(r) {
		l.InForce = append(l.InForce, s.Do.String())
	}
	return l
}

// inForce is the steps of a plan that are done; a request that is its own step has none apart.
func inForce(r desk.Request) []desk.Step {
	if len(r.Plan.Steps) == 0 {
		return nil
	}
	return r.InForce()
}

func printJSON(out io.Writer, found []desk.Request) error {
	lines := []requestLine{}
	for _, r := range found {
		lines = append(lines, lineOf(r))
	}
	to := json.NewEncoder(out)
	to.SetIndent("", "  ")
	return to.Encode(lines)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
