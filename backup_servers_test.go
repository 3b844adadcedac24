//go:build servers

package main

import (
	"crypto/rand"
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
