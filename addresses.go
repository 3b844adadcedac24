package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/say"
)

// addressesCommand is what an operator does with the register of addresses.
// People look in it from the chat and the portal.
type addressesCommand struct {
	List   addressesListCommand   `cmd:"" help:"List what the journal knows of addresses, beside the server or without it."`
	Show   addressesShowCommand   `cmd:"" help:"Tell all that the journal knows of one address."`
	Export addressesExportCommand `cmd:"" help:"Write what the journal knows of addresses as a CSV."`
	Import addressesImportCommand `cmd:"" help:"Enter once what a file says: a CSV, or an export of the table of lists of Sympa."`
}

type addressesListCommand struct {
	File   string `arg:"" help:"Configuration file."`
	Prefix string `arg:"" optional:"" help:"Only addresses that begin so."`
	Lang   string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run lists addresses in order, a line each: what Partage has besides, the server knows.
func (c addressesListCommand) Run(ctx context.Context) error {
	return withRegister(ctx, c.File, func(view *mirror.Mirror, _ *desk.Desk, zone *time.Location) error {
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, x := range view.Recorded(c.Prefix) {
			_, _ = fmt.Fprintln(table, addressLine(c.Lang, x, zone)) // Flush gives the error
		}
		return table.Flush()
	})
}

func addressLine(lang string, x desk.Entry, zone *time.Location) string {
	cells := []string{string(x.Address), say.Nature(lang, x.Nature), string(x.Owner), string(x.Request), string(x.Until)}
	if !x.Freed.IsZero() {
		cells = append(cells, "freed "+x.Freed.In(zone).Format(time.DateOnly))
	}
	return strings.Join(cells, "\t")
}

type addressesShowCommand struct {
	File    string `arg:"" help:"Configuration file."`
	Address string `arg:"" help:"The address."`
	Lang    string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
}

// Run tells who has the address and had it, as far as the journal knows.
func (c addressesShowCommand) Run(ctx context.Context) error {
	a, err := desk.ParseAddress(c.Address)
	if err != nil {
		return errors.New(say.Error("en", err))
	}
	return withRegister(ctx, c.File, func(view *mirror.Mirror, d *desk.Desk, zone *time.Location) error {
		x, _ := view.Entry(a)
		l := desk.Listing{Entry: x, Past: view.Past(a)}
		l.Address = a
		if until, quarantined := d.Quarantined(x); quarantined {
			l.Quarantine = until
		}
		for _, line := range say.Listing(c.Lang, l, desk.Account{}, nil, zone) {
			if _, err := fmt.Println(line); err != nil {
				return err
			}
		}
		return nil
	})
}

type addressesExportCommand struct {
	File   string `arg:"" help:"Configuration file."`
	Prefix string `arg:"" optional:"" help:"Only addresses that begin so."`
}

// Run writes to the standard output.
func (c addressesExportCommand) Run(ctx context.Context) error {
	return withRegister(ctx, c.File, func(view *mirror.Mirror, _ *desk.Desk, zone *time.Location) error {
		return writeEntries(os.Stdout, slices.Values(view.Recorded(c.Prefix)), zone)
	})
}

// withRegister runs work on what the journal knows of addresses; Partage is not asked.
func withRegister(ctx context.Context, file string, work func(*mirror.Mirror, *desk.Desk, *time.Location) error) error {
	return withHistory(ctx, file, func(cfg config, events *journal.Log) error {
		zone, err := time.LoadLocation(cfg.TimeZone)
		if err != nil {
			return err
		}
		view := mirror.New(events)
		if err := view.CatchUp(ctx); err != nil {
			return err
		}
		return work(view, &desk.Desk{View: view, Now: time.Now, Zone: zone, Keeping: cfg.Addresses.desk()}, zone)
	})
}

type addressesImportCommand struct {
	File   string `arg:"" help:"Configuration file."`
	From   string `arg:"" help:"CSV with headings (address, kind, owner, since, until), or an export of Sympa's list_table."`
	Reason string `help:"Why, in a few words: the register keeps it. Default: import of the file."`
	Yes    bool   `help:"Do it. Without, only tell what would be done."`
	Skip   bool   `help:"Leave out the lines that cannot be, instead of doing nothing."`
}

// Run enters what a file says, signed by the program; to do it twice changes
// nothing more. It asks the directory and Partage who is there and what is taken.
func (c addressesImportCommand) Run(ctx context.Context) error {
	text, err := os.ReadFile(c.From)
	if err != nil {
		return fmt.Errorf("read addresses: %w", err)
	}
	return withDirectory(ctx, c.File, c.Yes, func(h *house) error {
		lines, err := readAddresses(text, h.desk.Zone)
		if err != nil {
			return err
		}
		if err := h.loadAccounts(ctx); err != nil {
			return err
		}
		return c.enter(ctx, os.Stdout, h, lines)
	})
}

func (c addressesImportCommand) enter(ctx context.Context, out io.Writer, h *house, lines []enrolled) error {
	fresh, faults := enroll(h.desk, lines, h.owners()), 0
	for _, x := range lines {
		sign, said := "+", say.Nature("en", x.entry.Nature)+" "+string(x.entry.Owner)
		if desk.CodeOf(x.err) == desk.AlreadySo {
			sign, said = "=", say.Error("en", x.err)
		} else if x.err != nil {
			faults++
			sign, said = "!", x.where+": "+say.Error("en", x.err)
		}
		if _, err := fmt.Fprintln(out, sign, x.entry.Address, said); err != nil {
			return err
		}
	}
	count := strconv.Itoa(len(fresh)) + " to enter, " + strconv.Itoa(len(lines)-len(fresh)-faults) + " there already, " + strconv.Itoa(faults) + " at fault."
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
	if _, err := h.desk.Enroll(ctx, reason, fresh...); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, count, "Written.")
	return err
}

// owners finds a person by login, by the address of the directory, or by one
// where they receive mail.
func (h *house) owners() func(string) desk.UID {
	byMail := map[desk.Address]desk.UID{}
	for p := range h.mirror.EachPerson() {
		if p.Mail != "" {
			byMail[p.Mail] = p.UID
		}
	}
	return func(who string) desk.UID {
		if !strings.Contains(who, "@") {
			return h.mirror.Person(desk.UID(strings.ToLower(who))).UID
		}
		a, err := desk.ParseAddress(who)
		if err != nil {
			return ""
		}
		if uid := byMail[a]; uid != "" {
			return uid
		}
		return h.mirror.Account(a).Owner
	}
}
