package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/unistra/melusine/internal/journal"
)

type restoreCommand struct {
	File   string `arg:"" help:"Configuration file."`
	Folder string `arg:"" help:"Where backups are kept."`
	Copy   string `help:"Name of the backup; the latest if not given."`
}

// Run puts a backup back where no journal is, or fails and leaves nothing.
func (c restoreCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	return c.restore(ctx, os.Stdout, cfg, time.Now())
}

func (c restoreCommand) restore(ctx context.Context, out io.Writer, cfg config, now time.Time) error {
	if cfg.onPostgres() {
		return errors.New(postgresRestore(cfg.Journal, c.Folder))
	}
	name := c.Copy
	if name == "" {
		var err error
		if name, err = latestBackup(c.Folder); err != nil {
			return err
		}
	}
	from := filepath.Join(c.Folder, filepath.Base(name))
	m, err := readManifest(from)
	if err != nil {
		return err
	}
	err = journal.RestoreSQLite(ctx, filepath.Join(from, backupEvents), filepath.Join(c.Folder, backupPersons), cfg.Journal,
		journal.Checkpoint{Size: m.Events, Root: m.Root})
	if err != nil {
		return fmt.Errorf("restore %s: %w", from, err)
	}
	_, err = fmt.Fprintf(out, "%s: %d events, verified, as they were on %s, %s ago\n", cfg.Journal, m.Events, m.At.Format(time.RFC3339), now.Sub(m.At).Round(time.Minute))
	return errors.Join(err, cfg.tellMissing(out, from, m))
}

// latestBackup is the last name by date.
func latestBackup(folder string) (string, error) {
	found, err := os.ReadDir(folder) // in order
	if err != nil {
		return "", fmt.Errorf("look for backups: %w", err)
	}
	for i := len(found) - 1; i >= 0; i-- {
		if _, err := time.Parse(backupName, found[i].Name()); err == nil && found[i].IsDir() {
			return found[i].Name(), nil
		}
	}
	return "", fmt.Errorf("no backup in %s", folder)
}

// tellMissing compares with the last checkpoint signed here. Where there is none
// any more, those of the backup are put back.
func (c config) tellMissing(out io.Writer, from string, m manifest) error {
	if c.History.KeyFile == "" {
		_, err := fmt.Fprintln(out, "No checkpoint is signed here, so nobody knows what is missing. Freeze before you start: melusine freeze")
		return err
	}
	k, err := c.History.key()
	if err != nil {
		return err
	}
	last, err := journal.Shelf(c.History.Folder).Last(k.Public())
	if err == nil && last.Size == 0 {
		if err = copyProofs(filepath.Join(from, backupProofs), c.History.Folder); err == nil {
			_, err = fmt.Fprintln(out, "No checkpoint was left here, so nobody knows what is missing; those of the backup are put back. Freeze before you start: melusine freeze")
		}
		return err
	}
	if err != nil {
		return err
	}
	if missing := last.Size - m.Events; missing > 0 {
		_, err = fmt.Fprintf(out, "%d events are missing: the last checkpoint signed here is of %d. The house will start frozen: see docs/operations.md\n", missing, last.Size)
		return err
	}
	_, err = fmt.Fprintln(out, "No event is missing that a checkpoint signed here covers; later ones may be.")
	return err
}
