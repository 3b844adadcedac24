package directory

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/snapshot"
)

// A census that was kept is the census, and follows as it would have.
func TestACensusIsKept(t *testing.T) {
	path, d := filepath.Join(t.TempDir(), "directory"), open(t, valid())
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var entries tree
		for k := range entries {
			entries[k] = map[key]*record{}
			for id := range byte(5) {
				entries[k][key{id}] = anEntry(t, kind(k), key{id})
			}
		}
		c := entries.census()
		c.way, c.marks[personKind] = Polling, mark{"cookie", "20261126120000Z"}
		if err := d.Save(path, c, noon); err != nil {
			t.Fatal(err)
		}
		again, at, err := d.Restore(path)
		if len(c.uids) == 0 {
			if !errors.Is(err, errNobody) {
				t.Fatal(err)
			}
			return
		}
		if err != nil || !at.Equal(noon) || again.way != c.way || again.marks != c.marks {
			t.Fatal(at, err)
		}
		if diff := cmp.Diff(everybody(c), everybody(again)); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(c.Stats(), again.Stats()); diff != "" {
			t.Fatal(diff)
		}
		n := news{kind(rapid.IntRange(0, 2).Draw(t, "kind")), key{1}, nil}
		one, other := newWhom(), newWhom()
		c.take(n, one)
		again.take(n, other)
		if diff := cmp.Diff(c.changes(one), again.changes(other)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What was read by another configuration is not what this one would read.
func TestACensusOfAnotherConfiguration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory")
	var entries tree
	for k := range entries {
		entries[k] = map[key]*record{}
	}
	entries[personKind][key{1}] = &record{"uid=a", []attribute{{"uid", []string{"a"}}}}
	if err := open(t, valid()).Save(path, entries.census(), time.Now()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"server": func(c *Config) { c.URL = "ldaps://other" }, "filter": func(c *Config) { c.People.Filter = "(uid=*)" }, "attribute": func(c *Config) { c.Attributes.Unit = "ou" },
	} {
		c := valid()
		change(&c)
		if _, _, err := open(t, c).Restore(path); !errors.Is(err, snapshot.ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := valid()
	c.Timeout, c.PageSize, c.Probe = time.Minute, 7, time.Minute // none of it makes another census
	if _, _, err := open(t, c).Restore(path); err != nil {
		t.Error(err)
	}
}
