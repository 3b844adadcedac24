package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

// driftCommand is what an operator does about differences. What it shows, it
// reads from the directory and from Partage itself.
type driftCommand struct {
	Show  driftShowCommand  `cmd:"" help:"Count the differences by cause, or list those of a cause; exit code 1 if there are any."`
	Plan  driftPlanCommand  `cmd:"" help:"Tell what a plan would repair, action by action; asks for nothing."`
	Apply driftApplyCommand `cmd:"" help:"Ask for a plan of repair; another administrator approves it in the chat or the portal."`
	Trend driftTrendCommand `cmd:"" help:"List what the comparisons of the last days have found, beside the server or without it."`
}

// selectOptions choose gaps.
type selectOptions struct {
	Cause      []string `help:"Only of these causes: person.gone, account.none, account.twice, class.other, mail.lacking, mail.elsewhere, alias.lost, book.shown, quota.low, still.open, still.shut, list.orphan."`
	Population string   `help:"Only of a population of the configuration."`
	Domain     string   `help:"Only in a mail domain."`
}

// selection checks what was typed by the grammar of the action itself.
func (o selectOptions) selection(most, canary int) (desk.Selection, error) {
	s := desk.Selection{Population: o.Population, Domain: o.Domain, Most: most, Canary: canary}
	for _, c := range o.Cause {
		s.Causes = append(s.Causes, desk.GapCause(c))
	}
	a, err := desk.NewAction(desk.DriftApply, "", s.Args())
	return a.Selection(), err
}

type driftShowCommand struct {
	File string `arg:"" help:"Configuration file."`
	selectOptions
	Spared bool   `help:"Only those that are left as they are, with until when."`
	JSON   bool   `name:"json" help:"Print JSON, one difference each."`
	Lang   string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run fails if there are any, so that it can be watched.
func (c driftShowCommand) Run(ctx context.Context) error {
	return withWorld(ctx, c.File, false, func(h *house) error { return c.show(os.Stdout, h.desk) })
}

func (c driftShowCommand) show(out io.Writer, d *desk.Desk) error {
	s, err := c.selection(0, 0)
	if err != nil {
		return spoken(c.Lang, err)
	}
	s.Spared = c.Spared
	gaps := []desk.Gap{}
	for g := range d.Drift.Gaps(d.View) {
		if s.Chooses(g) {
			gaps = append(gaps, g)
		}
	}
	if err := c.print(out, gaps); err != nil {
		return err
	}
	if len(gaps) > 0 && !c.Spared {
		return fmt.Errorf("%d differences between the directory and Partage", len(gaps))
	}
	return nil
}

func (c driftShowCommand) print(out io.Writer, gaps []desk.Gap) error {
	if c.JSON {
		to := json.NewEncoder(out)
		to.SetIndent("", "  ")
		return to.Encode(gaps)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(c.Cause) > 0 {
		printGaps(table, c.Lang, gaps)
		return table.Flush()
	}
	for _, cause := range desk.Causes() {
		n, repairable := 0, 0
		for _, g := range gaps {
			if g.Cause == cause {
				if n++; g.Repairable() {
					repairable++
				}
			}
		}
		if n > 0 {
			_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%d\n", cause, say.Gap(c.Lang, cause), n, repairable) // Flush gives the error
		}
	}
	return table.Flush()
}

func printGaps(table io.Writer, lang string, gaps []desk.Gap) {
	for _, g := range gaps {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", g.Cause, g.Address, g.Owner, g.Says, g.Has, either(g.Repairable(), g.Repair.String(), say.Repair(lang, g)))
	}
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// planOptions choose a plan.
type planOptions struct {
	selectOptions
	Most   int `help:"At most so many; 0 = as many as the configuration lets."`
	Canary int `help:"So many are proved before any other is begun; 0 = as the configuration says."`
}

type driftPlanCommand struct {
	File string `arg:"" help:"Configuration file."`
	planOptions
	Lang string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run prints the plan with each action, the canary first.
func (c driftPlanCommand) Run(ctx context.Context) error {
	return withWorld(ctx, c.File, false, func(h *house) error { return c.print(os.Stdout, h) })
}

func (c driftPlanCommand) print(out io.Writer, h *house) error {
	s, err := c.selection(c.Most, c.Canary)
	if err != nil {
		return spoken(c.Lang, err)
	}
	plan, gaps, err := h.desk.Drift.Plan(h.desk.View, s)
	if err != nil {
		return spoken(c.Lang, err)
	}
	for _, line := range say.Plan(c.Lang, plan, h.desk.Estate, h.zone) {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	printGaps(table, c.Lang, gaps)
	_, _ = fmt.Fprintf(table, "\n%s\n", plan.Digest()) // Flush gives the error
	return table.Flush()
}

type driftApplyCommand struct {
	shellOptions
	planOptions
	Plan string `help:"Digest of the plan as it was shown, or its beginning: refused if it is another by now."`
}

// Run asks; it repairs nothing. With a journal that is a file, the server must
// be stopped.
func (c driftApplyCommand) Run(ctx context.Context) error {
	return withWorld(ctx, c.File, true, func(h *house) error { return c.askFor(ctx, os.Stdout, h.desk) })
}

func (c driftApplyCommand) askFor(ctx context.Context, out io.Writer, d *desk.Desk) error {
	s, err := c.selection(c.Most, c.Canary)
	if err != nil {
		return spoken(c.Lang, err)
	}
	args := s.Args()
	args["plan"] = c.Plan
	action, err := desk.NewAction(desk.DriftApply, "", args)
	if err != nil {
		return spoken(c.Lang, err)
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("draw key: %w", err)
	}
	return c.askOf(ctx, out, d, desk.Asking{Action: action, Key: "shell:" + hex.EncodeToString(key)})
}

type driftTrendCommand struct {
	File string `arg:"" help:"Configuration file."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run lists the points of the trend, the oldest first. The server may be running.
func (c driftTrendCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(_ config, events *journal.Log) error { return c.print(ctx, os.Stdout, events) })
}

func (c driftTrendCommand) print(ctx context.Context, out io.Writer, events desk.Journal) error {
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	trend := append([]desk.Point{}, view.Trend()...)
	if c.JSON {
		to := json.NewEncoder(out)
		to.SetIndent("", "  ")
		return to.Encode(trend)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "day\tpeople\taccounts\tdifferences\trepairable\t")
	for _, p := range trend {
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", p.Day, p.People, p.Accounts, p.Gaps, p.Repairable) // Flush gives the error
	}
	return table.Flush()
}

// withWorld is withDirectory on a house that knows all accounts too.
func withWorld(ctx context.Context, file string, write bool, work func(*house) error) error {
	return withDirectory(ctx, file, write, func(h *house) error {
		if err := h.loadAccounts(ctx); err != nil {
			return err
		}
		return work(h)
	})
}

type figuresCommand struct {
	File string `arg:"" help:"Configuration file."`
	By   string `required:"" help:"Login of who reads: the rules say whether they may."`
	JSON bool   `name:"json" help:"Print JSON."`
	Lang string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run reads the directory and Partage, and asks each service once.
func (c figuresCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	return withWorld(ctx, c.File, false, func(h *house) error {
		if err := h.equip(cfg.Drift, cfg.Cost, cfg.Watch, h.zone); err != nil {
			return err
		}
		if h.countRestored(ctx); h.prober != nil {
			h.prober.look(ctx)
		}
		return c.print(os.Stdout, h)
	})
}

func (c figuresCommand) print(out io.Writer, h *house) error {
	d, err := h.desk.Dashboard(desk.UID(c.By), desk.Shell)
	if err != nil {
		return spoken(c.Lang, err)
	}
	if c.JSON {
		to := json.NewEncoder(out)
		to.SetIndent("", "  ")
		return to.Encode(d)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(what string, value string, f desk.Figure) {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", what, value, say.T(c.Lang, "source."+string(f.Source)), f.At.UTC().Format(time.RFC3339)) // Flush gives the error
	}
	number := func(what string, f desk.Figure) { row(what, strconv.FormatInt(f.Value, 10), f) }
	number("accounts", d.Accounts)
	number("people", d.People)
	for _, p := range d.Populations {
		number(say.Population(c.Lang, p.Name, h.desk.Estate.Populations), p.Partage)
		number(say.Population(c.Lang, p.Name, h.desk.Estate.Populations), p.Directory)
	}
	for _, class := range d.Classes {
		row(class.Class, strconv.Itoa(class.Accounts), d.Accounts)
	}
	row("used", say.Size(c.Lang, d.Used.Value), d.Used)
	row("bought", say.Size(c.Lang, d.Bought.Value), d.Bought)
	row("month", say.Money(c.Lang, d.Bill.Total, d.Currency), d.Bought)
	number("restored", d.Restored)
	number("deleted", d.Deleted)
	number("requests", d.Journal)
	for _, a := range append(slices.Clone(d.Requests), d.Answered) {
		row(string(a.State), fmt.Sprintf("%d, p50 %s, p90 %s", a.Count, say.Span(c.Lang, a.P50), say.Span(c.Lang, a.P90)), d.Journal)
	}
	number("correspondents", d.Delegates)
	row("thin", strconv.Itoa(len(d.Thin)), d.Delegates)
	for _, s := range d.Services {
		row(say.T(c.Lang, "service."+s.Name), say.Answers(c.Lang, s), desk.Figure{Source: desk.FromProbe, At: s.At})
	}
	return table.Flush()
}
