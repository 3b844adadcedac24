package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

var backedUp = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)

// backup backs the site up and returns where.
func backup(t *testing.T, c config, at time.Time) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "backups")
	backupInto(t, c, folder, at)
	return folder
}

func backupInto(t *testing.T, c config, folder string, at time.Time) {
	t.Helper()
	if err := (backupCommand{Folder: folder}).backup(t.Context(), t.Output(), c, at); err != nil {
		t.Fatal(err)
	}
}

func TestBackupBesideTheServer(t *testing.T) {
	c, events, d := archive(t)
	sign(t, c, events)
	folder := backup(t, c, backedUp)
	if err := d.Forget(t.Context(), "sophie", "jeanne"); err != nil { // the server goes on
		t.Fatal(err)
	}
	backupInto(t, c, folder, backedUp.Add(24*time.Hour))

	var names []string
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s may be read by others: %v, %v", path, info.Mode(), err)
			}
			for _, secret := range []string{"0123456789abcdef0123456789abcdef", "PRIVATE", "ssssssssssssssss", "the token", "client secret"} {
				if bytes.Contains(text, []byte(secret)) {
					t.Errorf("%s holds a secret: %s", path, secret)
				}
			}
			if strings.HasSuffix(path, "persons.db") && bytes.Contains(text, []byte("jeanne")) {
				t.Error("the persons of the first backup are kept")
			}
			names = append(names, strings.TrimPrefix(path, folder))
		}
		return err
	})
	want := []string{"/20261125T030000Z/checkpoints/all", "/20261125T030000Z/checkpoints/last", "/20261125T030000Z/events.db", "/20261125T030000Z/manifest.json",
		"/20261126T030000Z/checkpoints/all", "/20261126T030000Z/checkpoints/last", "/20261126T030000Z/events.db", "/20261126T030000Z/manifest.json", "/persons.db"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v", names, err)
	}
	// The first copy is whole still, and of who was erased it says nothing more.
	l, err := journal.ReadCopy(t.Context(), filepath.Join(folder, "20261125T030000Z", "events.db"), filepath.Join(folder, "persons.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	m, err := readManifest(filepath.Join(folder, "20261125T030000Z"))
	at, whole := l.Whole(t.Context())
	if err != nil || whole != nil || m.Events != 3 || m.Root != at.Root || !m.At.Equal(backedUp) || m.Schema != (journal.Schema{Events: 1, Persons: 1}) {
		t.Errorf("%+v, %v; %+v, %v", m, err, at, whole)
	}
	for e, err := range l.Read(t.Context(), 0) {
		if _, erased := e.Fact.(desk.Erased); err != nil || erased != (e.ID == "D-1") {
			t.Errorf("%+v, %v", e, err)
		}
	}
}

// sign puts a checkpoint of the journal on its shelf, as its server does.
func sign(t *testing.T, c config, events *journal.Log) {
	t.Helper()
	k, err := c.History.key()
	if err != nil {
		t.Fatal(err)
	}
	signed, _, err := events.Sign(t.Context(), k)
	if err == nil {
		err = os.MkdirAll(c.History.Folder, 0o700)
	}
	for _, name := range []string{"all", "last"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(c.History.Folder, name), signed, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A journal that cannot be copied leaves no backup, and none that was before is lost.
func TestABackupThatFailsLeavesNothing(t *testing.T) {
	c, events, _ := archive(t)
	folder := backup(t, c, backedUp)
	before, err := os.ReadFile(filepath.Join(folder, "persons.db"))
	if err != nil {
		t.Fatal(err)
	}
	events.Close()
	tamper(t, c.Journal, `UPDATE event SET at = at + 1 WHERE seq = 2`)
	if err := (backupCommand{Folder: folder}).backup(t.Context(), t.Output(), c, backedUp.Add(time.Hour)); err == nil || !strings.Contains(err.Error(), "event 2") {
		t.Errorf("a damaged journal: %v", err)
	}
	if err := (backupCommand{Folder: folder}).backup(t.Context(), t.Output(), c, backedUp); err == nil {
		t.Error("a backup was overwritten")
	}
	found, err := os.ReadDir(folder)
	after, same := os.ReadFile(filepath.Join(folder, "persons.db"))
	if err != nil || same != nil || len(found) != 2 || !bytes.Equal(before, after) {
		t.Errorf("%v, %v, %v", found, err, same)
	}
}

// A copy that is whole, but of another journal, is no backup of this one.
func TestACopyIsComparedWithItsSource(t *testing.T) {
	mine, _, _ := archive(t)
	other, _, _ := archive(t)
	folder := backup(t, other, backedUp)
	events, persons := filepath.Join(folder, "20261125T030000Z", "events.db"), filepath.Join(folder, "persons.db")
	if _, err := other.verified(t.Context(), events, persons); err != nil {
		t.Error(err)
	}
	if _, err := mine.verified(t.Context(), events, persons); !errors.Is(err, journal.ErrRewritten) {
		t.Errorf("another journal: %v", err)
	}
}

func tamper(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.Exec(statement)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	c, events, _ := archive(t)
	folder := backup(t, c, backedUp)
	events.Close()
	changed := func(change func(*manifest)) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			m, err := readManifest(filepath.Join(folder, "20261125T030000Z"))
			if err != nil {
				t.Fatal(err)
			}
			change(&m)
			text, err := json.Marshal(m)
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, "20261125T030000Z", "manifest.json"), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	sql := func(file, statement string) func(*testing.T, string) {
		return func(t *testing.T, folder string) { tamper(t, filepath.Join(folder, file), statement) }
	}
	for name, tt := range map[string]struct {
		do   func(*testing.T, string)
		want string
	}{
		"a root that is another":     {changed(func(m *manifest) { m.Root[0]++ }), "manifest"},
		"a position that is another": {changed(func(m *manifest) { m.Events++ }), "manifest"},
		"a newer program":            {changed(func(m *manifest) { m.Schema.Persons = 99 }), "newer program"},
		"no date":                    {changed(func(m *manifest) { m.At = time.Time{} }), "no date"},
		"newer events than it says":  {sql("20261125T030000Z/events.db", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`), "newer program"},
		"newer persons than it says": {sql("persons.db", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`), "newer program"},
		"an event that was edited":   {sql("20261125T030000Z/events.db", `UPDATE event SET kind = 'refused' WHERE seq = 2`), "event 2"},
		"an event that was cut":      {sql("20261125T030000Z/events.db", `DELETE FROM event WHERE seq = 3`), "manifest"},
		"a person who is missing":    {sql("persons.db", `DELETE FROM person WHERE login = 'jeanne'`), "latest copy"},
		"no persons":                 {func(t *testing.T, folder string) { os.Remove(filepath.Join(folder, "persons.db")) }, "persons.db"},
		"no manifest": {func(t *testing.T, folder string) {
			os.Remove(filepath.Join(folder, "20261125T030000Z", "manifest.json"))
		}, "manifest"},
		"a manifest that says more": {func(t *testing.T, folder string) {
			os.WriteFile(filepath.Join(folder, "20261125T030000Z", "manifest.json"), []byte(`{"x":1}`), 0o600)
		}, "unknown field"},
		"a file that is no database": {func(t *testing.T, folder string) {
			os.WriteFile(filepath.Join(folder, "20261125T030000Z", "events.db"), bytes.Repeat([]byte("x"), 8192), 0o600)
		}, "not a database"},
		"nothing": {func(t *testing.T, folder string) { os.RemoveAll(filepath.Join(folder, "20261125T030000Z")) }, "no backup in"},
		"half a backup, begun": {func(t *testing.T, folder string) {
			os.Rename(filepath.Join(folder, "20261125T030000Z"), filepath.Join(folder, ".20261125T030000Z"))
		}, "no backup in"},
	} {
		t.Run(name, func(t *testing.T) {
			own := filepath.Join(t.TempDir(), "own")
			if err := os.CopyFS(own, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			tt.do(t, own)
			to := c
			to.Journal = filepath.Join(t.TempDir(), "journal.db")
			err := (restoreCommand{Folder: own}).restore(t.Context(), t.Output(), to, backedUp)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v does not say %q", err, tt.want)
			}
			if left, _ := filepath.Glob(to.Journal + "*"); !slices.Equal(left, []string{to.Journal + ".lock"}) && left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
	for _, there := range []string{"", "-wal", "-shm", ".persons", ".persons-wal"} {
		to := c
		to.Journal = filepath.Join(t.TempDir(), "journal.db")
		if err := os.WriteFile(to.Journal+there, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := (restoreCommand{Folder: folder}).restore(t.Context(), t.Output(), to, backedUp)
		if text, _ := os.ReadFile(to.Journal + there); err == nil || string(text) != "precious" {
			t.Errorf("over %q: %v", there, err)
		}
	}
}

func TestPostgresIsBackedUpByItsOwnTools(t *testing.T) {
	c, _ := openable(t)
	c.Journal = "postgres://me@db.univ-test.fr/it's?sslmode=verify-full"
	err := (backupCommand{Folder: "/srv/my backups"}).backup(t.Context(), t.Output(), c, backedUp)
	for _, want := range []string{`--dbname='postgres://me@db.univ-test.fr/it'\''s?sslmode=verify-full'`, "--exclude-table-data=person", "--table=person", "'/srv/my backups'/persons.dump"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	err = (restoreCommand{Folder: "/srv"}).restore(t.Context(), t.Output(), c, backedUp)
	if err == nil || strings.Count(err.Error(), "pg_restore --dbname=") != 2 {
		t.Error(err)
	}
}
