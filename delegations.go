package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

// delegationsCommand is what an operator does with the rights of correspondents.
// People ask for them in the chat and the portal.
type delegationsCommand struct {
	List   delegationsListCommand   `cmd:"" help:"List the delegations that stand, beside the server or without it."`
	Thin   delegationsThinCommand   `cmd:"" help:"List the domains with fewer than two correspondents; asks the directory who is still there."`
	Import delegationsImportCommand `cmd:"" help:"Delegate once what a file says: CSV, or the section delegations: of an old configuration."`
}

type delegationsListCommand struct {
	File  string `arg:"" help:"Configuration file."`
	About string `arg:"" optional:"" help:"Only those of a domain, a unit, a list, or a login."`
	JSON  bool   `name:"json" help:"Print JSON."`
	Lang  string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run lists what stands, in the order it was granted. The server may be running.
func (c delegationsListCommand) Run(ctx context.Context) error {
	return withHistory(ctx, c.File, func(cfg config, events *journal.Log) error { return c.list(ctx, os.Stdout, cfg, events) })
}

func (c delegationsListCommand) list(ctx context.Context, out io.Writer, cfg config, events *journal.Log) error {
	zone, err := time.LoadLocation(cfg.TimeZone)
	if err != nil {
		return err
	}
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		return err
	}
	found := []desk.Delegation{}
	for _, d := range view.Delegations() {
		if d.Stands() && (c.About == "" || d.Names(c.About) || d.Holder(desk.UID(c.About))) {
			found = append(found, d)
		}
	}
	if c.JSON {
		to := json.NewEncoder(out)
		to.SetIndent("", "  ")
		return to.Encode(found)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, d := range found {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", d.ID, d.To, say.Scope(c.Lang, d.Grant), say.Terms(c.Lang, d.Grant, zone)) // Flush gives the error
		for _, s := range d.Deputies {
			_, _ = fmt.Fprintf(table, "\t  + %s\t\t%s\n", s.Who, say.Dates(c.Lang, s.From, s.Until, zone))
		}
	}
	return table.Flush()
}

type delegationsThinCommand struct {
	File string `arg:"" help:"Configuration file."`
}

// Run fails, with exit code 1, if there are any, so that it can be watched.
func (c delegationsThinCommand) Run(ctx context.Context) error {
	return withDirectory(ctx, c.File, false, func(h *house) error { return printThin(os.Stdout, h.desk) })
}

func printThin(out io.Writer, d *desk.Desk) error {
	thin, all := d.Thin(), len(d.View.Domains())
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range thin {
		by := "nobody"
		if len(c.By) > 0 {
			by = "only " + string(c.By[0])
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\n", c.Domain, by) // Flush gives the error
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(thin) > 0 {
		return fmt.Errorf("%d of %d domains have fewer than two correspondents", len(thin), all)
	}
	_, err := fmt.Fprintf(out, "Each of %d domains has two correspondents or more.\n", all)
	return err
}

type delegationsImportCommand struct {
	File   string `arg:"" help:"Configuration file."`
	From   string `arg:"" help:"CSV with headings (person, domains, units, lists, verbs, quota, classes, daily, from, until), or YAML with delegations:."`
	Reason string `help:"Why, in a few words: history keeps it. Default: import of the file."`
	Yes    bool   `help:"Do it. Without, only tell what would be done."`
	Skip   bool   `help:"Leave out the lines that cannot be, instead of doing nothing."`
}

// Run makes what a file says facts of the journal, signed by the program. To do
// it twice changes nothing more. With a journal that is a file, the server must
// be stopped to write, not to look.
func (c delegationsImportCommand) Run(ctx context.Context) error {
	text, err := os.ReadFile(c.From)
	if err != nil {
		return fmt.Errorf("read delegations: %w", err)
	}
	seeds, err := readSeeds(c.From, text)
	if err != nil {
		return err
	}
	return withDirectory(ctx, c.File, c.Yes, func(h *house) error { return c.sow(ctx, os.Stdout, h, seeds) })
}

func (c delegationsImportCommand) sow(ctx context.Context, out io.Writer, h *house, seeds []seed) error {
	if h.asksClasses(seeds) {
		classes, err := h.office.Classes(ctx)
		if err != nil {
			return err
		}
		h.mirror.SetClasses(classes)
	}
	zone := cmp.Or(h.desk.Zone, time.UTC)
	all, fresh := sow(h.desk, seeds)
	faults := 0
	for _, s := range all {
		sign, said := "+", say.Scope("en", s.grant)+": "+say.Terms("en", s.grant, zone)
		if s.is() {
			sign, said = "=", say.Error("en", s.err)
		} else if s.err != nil {
			faults++
			sign, said = "!", s.where+": "+say.Error("en", s.err)
		}
		if _, err := fmt.Fprintln(out, sign, s.to, said); err != nil {
			return err
		}
	}
	count := strconv.Itoa(len(fresh)) + " to delegate, " + strconv.Itoa(len(all)-len(fresh)-faults) + " there already, " + strconv.Itoa(faults) + " at fault."
	switch {
	case faults > 0 && !c.Skip:
		return errors.New(count + " Nothing is written: correct the lines, or leave them out by --skip")
	case !c.Yes:
		_, err := fmt.Fprintln(out, count, "With --yes they are written.")
		return err
	}
	reason := c.Reason
	if reason == "" {
		reason = "import of " + filepath.Base(c.From)
	}
	if err := h.desk.Import(ctx, reason, fresh...); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, count, "Written. Now remove delegations: from the configuration, if it is there.")
	return err
}

func (h *house) asksClasses(seeds []seed) bool {
	for _, s := range seeds {
		if s.args["classes"] != "" {
			return true
		}
	}
	return false
}

// withDirectory runs work on a house that knows all people, and reads the journal
// or, to write, has it alone.
func withDirectory(ctx context.Context, file string, write bool, work func(*house) error) error {
	cfg, err := loadConfig(file)
	if err != nil {
		return err
	}
	p, err := cfg.open()
	if err != nil {
		return err
	}
	defer p.office.Domains.Close()
	ldap, err := directory.Open(cfg.Directory)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	defer ldap.Close()
	open := cfg.readJournal
	if write {
		open = func(ctx context.Context) (*journal.Log, error) { return cfg.openJournal(ctx, p.journalPassword) }
	}
	events, err := open(ctx)
	if errors.Is(err, journal.ErrInUse) {
		return fmt.Errorf("%w: stop the server, do this, and start it again", err)
	}
	if err != nil {
		return err
	}
	h, err := newHouse(ctx, newLog(), events, p.seed, ldap, p.office)
	if err == nil {
		h.desk.Zone, h.desk.Stale, h.desk.Brakes, h.desk.Terms = p.zone, cfg.StaleAfter, cfg.Brakes.desk(), cfg.Calendar.terms(p.days)
		err = h.equip(cfg.Drift, cfg.Cost, watchConfig{Restored: cfg.Watch.Restored}, p.zone)
	}
	if err == nil {
		err = h.loadPeople(ctx)
	}
	if err == nil {
		err = work(h)
	}
	return errors.Join(err, events.Close())
}
