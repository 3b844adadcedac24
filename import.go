package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/bulk"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

type importCommand struct {
	shellOptions
	From   string `arg:"" type:"existingfile" help:"CSV whose first line names the columns (verb, account, alias, size, to, cos, person...), one action a line."`
	Verb   string `help:"What the lines ask for that name no verb: alias.add, quota.set..."`
	Parts  bool   `help:"Ask for the lines that can be, though others cannot; else all or none."`
	DryRun bool   `name:"dry-run" help:"Read Partage too, and print each call that would be sent, its secrets masked. Nothing is sent or written."`
	Yes    bool   `help:"Ask. Without, only tell what would be asked."`
	Out    string `help:"Write what is told as a table too: a name that ends in .csv or .ods."`
	Limit  int    `default:"5000" help:"At most so many lines."`
}

// Run tells what would come of each line, or asks for them as one batch. With a
// journal that is a file, the server must be stopped to ask, not to look.
func (c importCommand) Run(ctx context.Context) error {
	lines, key, err := c.read()
	if err != nil {
		return err
	}
	if c.DryRun && c.Yes {
		return errors.New("--dry-run asks for nothing, --yes does: choose one")
	}
	return withCounter(ctx, c.File, c.Yes, func(h *house) error { return c.hand(ctx, os.Stdout, h.desk, lines, key) })
}

// read gives the lines of the file, and a key of what it holds: the same file
// never asks twice.
func (c importCommand) read() (lines []bulk.Line, key string, err error) {
	file, err := os.Open(c.From)
	if err != nil {
		return nil, "", fmt.Errorf("read table: %w", err)
	}
	limits, sum := bulk.StandardLimits(), sha256.New()
	limits.Rows = c.Limit
	lines, err = bulk.Read(io.TeeReader(file, sum), desk.Verb(c.Verb), limits)
	if at, ok := errors.AsType[bulk.Fault](err); ok {
		err = fmt.Errorf("%s: %s", c.From, say.Fault(c.Lang, at.Line, at.Column, at.Err))
	}
	_, _ = fmt.Fprintf(sum, "\n%s\n%s", c.By, c.Verb)
	return lines, "table:" + hex.EncodeToString(sum.Sum(nil)[:16]), errors.Join(err, file.Close())
}

func (c importCommand) hand(ctx context.Context, out io.Writer, d *desk.Desk, lines []bulk.Line, key string) error {
	order, numbers := desk.Order{By: desk.UID(c.By), Via: desk.Shell, Key: key, Reason: c.Reason, Whole: !c.Parts}, []int{}
	faults := 0
	for _, l := range lines {
		for _, f := range l.Faults {
			faults++
			if _, err := fmt.Fprintln(out, "!", say.Fault(c.Lang, f.Line, f.Column, f.Err)); err != nil {
				return err
			}
		}
		if len(l.Faults) == 0 {
			order.Rows, numbers = append(order.Rows, l.Action), append(numbers, l.Number)
		}
	}
	f := d.Foresee(order.By, order.Via, order.Rows)
	if err := c.tell(ctx, out, d, f, numbers); err != nil {
		return err
	}
	if err := c.save(d, f, lines, numbers); err != nil {
		return err
	}
	switch faults += f.Faults(); {
	case !c.Yes && faults > 0:
		return fmt.Errorf("lines at fault: %d; nothing was asked for", faults)
	case !c.Yes:
		_, err := fmt.Fprintln(out, say.T(c.Lang, "rehearsed.dry"))
		return err
	case faults > 0 && !c.Parts:
		return spoken(c.Lang, desk.Fail(desk.Conflict, desk.NotWhole, "n", strconv.Itoa(faults), "of", strconv.Itoa(len(lines))))
	}
	asked, _, err := d.AskAll(ctx, order)
	if err != nil {
		return spoken(c.Lang, err)
	}
	_, err = fmt.Fprintln(out, say.T(c.Lang, "batch.asked", "n", strconv.Itoa(len(asked)), "first", string(asked[0].ID), "last", string(asked[len(asked)-1].ID)))
	return err
}

// tell prints a line for each row, with the calls that it would send if they are wanted.
func (c importCommand) tell(ctx context.Context, out io.Writer, d *desk.Desk, f desk.Forecast, numbers []int) error {
	for i, row := range f.Rows {
		sign := map[bool]string{true: "+", false: "!"}[row.Good()]
		if _, err := fmt.Fprintf(out, "%s %d\t%s\t%s\n", sign, numbers[i], row.Action, firstLine(say.Row(c.Lang, row))); err != nil {
			return err
		}
		if !c.DryRun || !row.Good() {
			continue
		}
		r, err := d.Rehearse(ctx, desk.UID(c.By), desk.Shell, row.Action)
		if err == nil {
			err = printRehearsal(out, c.Lang, r, d.Estate.Tariff.Currency, "\t")
		}
		if err != nil {
			return spoken(c.Lang, err)
		}
	}
	for _, line := range say.Batch(c.Lang, f, d.Estate.Tariff.Currency) {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// printRehearsal prints what would change and each call.
func printRehearsal(out io.Writer, lang string, r desk.Rehearsal, currency, indent string) error {
	lines := say.Rehearsed(lang, r, currency)
	for _, call := range r.Calls {
		lines = append(lines, "> "+call.Domain+" "+call.String())
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, indent+line); err != nil {
			return err
		}
	}
	return nil
}

// save writes the report, if one is wanted.
func (c importCommand) save(d *desk.Desk, f desk.Forecast, lines []bulk.Line, numbers []int) (err error) {
	if c.Out == "" {
		return nil
	}
	write := bulk.WriteCSV
	switch filepath.Ext(c.Out) {
	case ".ods":
		write = func(to io.Writer, rows iter.Seq[[]string]) error {
			return bulk.WriteODS(to, strings.TrimSuffix(filepath.Base(c.From), filepath.Ext(c.From)), rows)
		}
	case ".csv":
	default:
		return fmt.Errorf("--out: %s ends in neither .csv nor .ods", c.Out)
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return errors.Join(write(file, reportOf(c.Lang, d.Estate.Tariff, f, lines, numbers)), file.Close())
}

// reportOf is a row for each line of the table, in order.
func reportOf(lang string, tariff desk.Tariff, f desk.Forecast, lines []bulk.Line, numbers []int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield(say.BatchHead(lang)) {
			return
		}
		next := 0
		for _, l := range lines {
			row := []string{strconv.Itoa(l.Number), "", "", "", ""}
			if len(l.Faults) > 0 {
				row[2] = say.Fault(lang, l.Faults[0].Line, l.Faults[0].Column, l.Faults[0].Err)
			} else {
				row = say.BatchRow(lang, numbers[next], f.Rows[next], tariff)
				next++
			}
			if !yield(row) {
				return
			}
		}
	}
}

// withCounter is withWorld on a house in which requests are asked for as in the
// one that serves: its brakes, terms, prices and populations.
func withCounter(ctx context.Context, file string, write bool, work func(*house) error) error {
	cfg, err := loadConfig(file)
	if err != nil {
		return err
	}
	p, err := cfg.open()
	if err != nil {
		return err
	}
	p.office.Domains.Close() // another is opened
	return withWorld(ctx, file, write, func(h *house) error {
		h.desk.Stale, h.desk.Brakes, h.desk.Terms = cfg.StaleAfter, cfg.Brakes.desk(), cfg.Calendar.terms(p.days)
		if err := h.equip(cfg.Drift, cfg.Cost, cfg.Watch, h.zone); err != nil {
			return err
		}
		return work(h)
	})
}
