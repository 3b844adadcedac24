//go:build servers

package main

import (
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// What the commands tell people to type for PostgreSQL, typed, gives the journal back.
func TestTypedCommandsBackUpPostgres(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	c, _ := openable(t)
	c.Journal = p.Database(t, "backed")
	events, err := journal.OpenPostgres(t.Context(), c.Journal, "", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n := serving(t, c, events, &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne"}})
	id := n.allowed(t, "a@univ-test.fr")
	before, err := events.Whole(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	typed(t, (backupCommand{Folder: folder}).backup(t.Context(), t.Output(), c, backedUp))
	events.Close()

	dumps, err := filepath.Glob(filepath.Join(folder, "events-*.dump"))
	if err != nil || len(dumps) != 1 {
		t.Fatal(dumps, err)
	}
	if text, err := os.ReadFile(dumps[0]); err != nil || strings.Contains(string(text), "jeanne") {
		t.Errorf("the dump of events names people: %v", err)
	}
	if err := os.Rename(dumps[0], filepath.Join(folder, "events-DATE.dump")); err != nil {
		t.Fatal(err)
	}
	c.Journal = p.Database(t, "restored")
	typed(t, (restoreCommand{Folder: folder}).restore(t.Context(), t.Output(), c, backedUp))
	if events, err = journal.OpenPostgres(t.Context(), c.Journal, "", rand.Reader); err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	after, err := events.Whole(t.Context())
	if err != nil || after != before {
		t.Errorf("%+v is not %+v: %v", after, before, err)
	}
	n = serving(t, c, events, &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne"}})
	if r := mustRequest(n, id); r.Owner != "jeanne" {
		t.Errorf("%+v", r)
	}
	n.allowed(t, "b@univ-test.fr") // and it goes on
}

// typed runs the lines of a refusal that are commands, as a person would.
func typed(t *testing.T, refusal error) {
	t.Helper()
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin") // where Debian has them
	if err != nil || refusal == nil {
		t.Fatal(err, refusal)
	}
	path := strings.Join(append(bins, os.Getenv("PATH")), ":")
	for line := range strings.Lines(refusal.Error()) {
		command, is := strings.CutPrefix(line, "  ")
		if !is {
			continue
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", command)
		cmd.Env = append(os.Environ(), "PATH="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}

// A database that is damaged is served up to there, read only and frozen, as a file is.
func TestADamagedDatabaseIsReadUpToThere(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	c, _ := openable(t)
	c.Journal = p.Database(t, "damaged")
	events, err := journal.OpenPostgres(t.Context(), c.Journal, "", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n := serving(t, c, events, &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne"}})
	first := n.allowed(t, "a@univ-test.fr")
	n.allowed(t, "b@univ-test.fr")
	events.Close()
	p.SQL(t, "damaged", `UPDATE event SET at = at + 1 WHERE seq = (SELECT max(seq) FROM event)`)
	parts, err := c.open()
	if err != nil {
		t.Fatal(err)
	}
	h, held, err := c.openHouse(t.Context(), quiet, parts, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	e, frozen := h.desk.View.Freeze()
	if f, _ := e.Fact.(desk.Frozen); !frozen || f.Cause != desk.ByDamage || !errors.Is(h.ruined, journal.ErrDamaged) {
		t.Errorf("%v, %+v", frozen, e)
	}
	if r, _ := h.desk.View.Request(first); r.State != desk.Ready {
		t.Errorf("what comes before is not shown: %+v", r)
	}
	_, err = h.desk.Change(t.Context(), "", "paul", func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Granted{Grant: desk.Grant{To: "paul"}}}, nil
	})
	if desk.CodeOf(err) != desk.JournalDamaged {
		t.Errorf("written: %v", err)
	}
}
