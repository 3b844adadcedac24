package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// A backup is a folder named after its moment, and beside all of them one copy
// of the persons, the latest: to keep an older one would keep the keys of those
// who were erased since. No secret of the site is ever in it.
const (
	backupName    = "20060102T150405Z"
	backupEvents  = "events.db"
	backupPersons = "persons.db" // beside the folders
	backupNote    = "manifest.json"
	backupProofs  = "checkpoints"
)

// A manifest says what a backup holds.
type manifest struct {
	Schema journal.Schema `json:"schema"`
	Events desk.Seq       `json:"events"` // the last position
	Root   tlog.Hash      `json:"root"`   // of the tree over them
	At     time.Time      `json:"at"`
}

type backupCommand struct {
	File   string `arg:"" help:"Configuration file."`
	Folder string `arg:"" help:"Where backups are kept: a folder for each, and one copy of the persons for all."`
}

// Run writes a backup that was verified, or fails. The server may be running.
func (c backupCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.File)
	if err != nil {
		return err
	}
	return c.backup(ctx, os.Stdout, cfg, time.Now())
}

func (c backupCommand) backup(ctx context.Context, out io.Writer, cfg config, now time.Time) error {
	if cfg.onPostgres() {
		return errors.New(postgresBackup(cfg.Journal, c.Folder))
	}
	name := now.UTC().Format(backupName)
	part, persons := filepath.Join(c.Folder, "."+name), filepath.Join(c.Folder, "."+name+"."+backupPersons)
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Mkdir(part, 0o700); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	m, err := cfg.copyTo(ctx, part, persons, now)
	if err == nil {
		err = finish(c.Folder, name, part, persons)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("back up: %w", err), os.RemoveAll(part), os.RemoveAll(persons))
	}
	_, err = fmt.Fprintf(out, "%s: %d events, read again and verified, root %s\n%s: the persons, apart; this is the only copy to keep\n",
		filepath.Join(c.Folder, name), m.Events, m.Root, filepath.Join(c.Folder, backupPersons))
	return err
}

// copyTo fills the folder of a backup, and verifies what it wrote.
func (c config) copyTo(ctx context.Context, folder, persons string, now time.Time) (m manifest, err error) {
	if err := copyProofs(c.History.Folder, filepath.Join(folder, backupProofs)); err != nil {
		return m, err
	}
	events := filepath.Join(folder, backupEvents)
	if err := journal.CopySQLite(ctx, c.Journal, events, persons); err != nil {
		return m, err
	}
	if m, err = c.verified(ctx, events, persons); err != nil {
		return m, fmt.Errorf("verify: %w", err)
	}
	m.At = now.UTC().Truncate(time.Second)
	text, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = writeDurably(filepath.Join(folder, backupNote), append(text, '\n'))
	}
	return m, err
}

// verified reads a copy whole, and compares it with the journal itself.
func (c config) verified(ctx context.Context, events, persons string) (m manifest, err error) {
	l, err := journal.ReadCopy(ctx, events, persons)
	if err != nil {
		return m, err
	}
	at, err := l.Whole(ctx)
	if err == nil {
		m.Schema, err = l.Schema(ctx)
	}
	if err = errors.Join(err, l.Close()); err != nil {
		return m, err
	}
	m.Events, m.Root = at.Size, at.Root
	source, err := c.readJournal(ctx)
	if err != nil {
		return m, err
	}
	return m, errors.Join(source.Against(ctx, at), source.Close())
}

// finish gives a backup its name. The persons first: they may be newer than the
// events, never older.
func finish(folder, name, part, persons string) error {
	if err := errors.Join(syncDir(filepath.Join(part, backupProofs)), syncDir(part)); err != nil {
		return err
	}
	if err := os.Rename(persons, filepath.Join(folder, backupPersons)); err != nil {
		return err
	}
	if err := syncDir(folder); err != nil {
		return err
	}
	if err := os.Rename(part, filepath.Join(folder, name)); err != nil {
		return err
	}
	return syncDir(folder)
}

// copyProofs copies the checkpoints that are in a folder, none if there are none.
func copyProofs(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"all", "last"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read checkpoints: %w", err)
		}
		if err := writeDurably(filepath.Join(to, name), text); err != nil {
			return err
		}
	}
	return nil
}

func writeDurably(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// readManifest refuses what this program would not have written.
func readManifest(folder string) (m manifest, err error) {
	text, err := os.ReadFile(filepath.Join(folder, backupNote))
	if err != nil {
		return m, fmt.Errorf("read manifest: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, fmt.Errorf("read manifest: %w", err)
	}
	know, err := journal.KnownSchema()
	switch {
	case err != nil:
		return m, err
	case m.Schema.Events > know.Events || m.Schema.Persons > know.Persons:
		return m, fmt.Errorf("the backup is of a newer program (schema %+v): this one knows %+v", m.Schema, know)
	case m.Events < 0 || m.At.IsZero():
		return m, errors.New("read manifest: no position or no date")
	}
	return m, nil
}

// postgresBackup says what to type: PostgreSQL's own tools do it.
func postgresBackup(address, folder string) string {
	return strings.NewReplacer("ADDRESS", shellWord(address), "FOLDER", shellWord(folder)).Replace(
		`the journal is in PostgreSQL, whose own tools back it up. Type, in this order:
  pg_dump --dbname=ADDRESS --format=custom --exclude-table-data=person --file=FOLDER/events-$(date -u +%Y%m%dT%H%M%SZ).dump
  pg_dump --dbname=ADDRESS --format=custom --data-only --table=person --file=FOLDER/persons.dump
the second replaces the one before: it is the only copy of the persons to keep (docs/operations.md)`)
}

// postgresRestore says what to type.
func postgresRestore(address, folder string) string {
	return strings.NewReplacer("ADDRESS", shellWord(address), "FOLDER", shellWord(folder)).Replace(
		`the journal is in PostgreSQL, whose own tools restore it. In a new, empty database, with every node stopped, type:
  pg_restore --dbname=ADDRESS --exit-on-error --single-transaction --no-owner FOLDER/events-DATE.dump
  pg_restore --dbname=ADDRESS --exit-on-error --single-transaction --no-owner FOLDER/persons.dump
then melusine history verify; what is missing is told at the start (docs/operations.md)`)
}

func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
