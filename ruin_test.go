package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// A journal that is damaged, wherever that is, is served up to there: read only,
// frozen, and told of.
func TestADamagedJournalIsReadUpToThere(t *testing.T) {
	for name, tt := range map[string]struct {
		more      int // events after, beyond those that opening verifies
		statement string
		want      string
	}{
		"edited at the end":         {0, `UPDATE event SET at = at + 1 WHERE seq = 5`, "event 5"},
		"edited long ago":           {1010, `UPDATE event SET at = at + 1 WHERE seq = 5`, "event 5"},
		"cut in the middle":         {0, `DELETE FROM event WHERE seq = 5`, "event 5 is missing"},
		"words gone without reason": {0, `UPDATE event SET payload = x'' WHERE seq = 5`, "event 5: its words are gone"},
	} {
		t.Run(name, func(t *testing.T) {
			c, events, d := archive(t)
			n := survivor{house: &house{desk: d}}
			first := n.allowed(t, "first@univ-test.fr")
			n.record(t, "", "paul", desk.Granted{Grant: desk.Grant{To: "jeanne"}}, desk.Granted{Grant: desk.Grant{To: "jeanne"}})
			for range tt.more / 10 {
				n.record(t, first, desk.System, make10(desk.Announced{Role: desk.ToAsker})...)
			}
			events.Close()
			tamper(t, c.Journal, tt.statement)
			p, err := c.open()
			if err != nil {
				t.Fatal(err)
			}
			h, held, err := c.openHouse(t.Context(), quiet, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer held.Close()
			e, frozen := h.desk.View.Freeze()
			if f, _ := e.Fact.(desk.Frozen); !frozen || f.Cause != desk.ByDamage || !strings.Contains(f.Reason, tt.want) || !errors.Is(h.ruined, journal.ErrDamaged) {
				t.Errorf("%v, %+v, %v", frozen, f, h.ruined)
			}
			if r, at := h.desk.View.Request("D-1"); r.State != desk.Rejected || at < 4 {
				t.Errorf("what comes before is not shown: %+v at %d", r, at)
			}
			_, err = h.desk.Change(t.Context(), "", "paul", func(desk.Request) ([]desk.Fact, error) {
				return []desk.Fact{desk.Granted{Grant: desk.Grant{To: "paul"}}}, nil
			})
			if desk.CodeOf(err) != desk.JournalDamaged {
				t.Errorf("written: %v", err)
			}
			if _, err := journal.OpenSQLite(t.Context(), c.Journal, nil); !errors.Is(err, journal.ErrInUse) {
				t.Errorf("another may write: %v", err)
			}
			if err := h.anchor(t.Context(), c.History, held); err != nil {
				t.Error(err)
			}
			_, said := get(t, readiness{h, h.checks(held.Fit, "http://127.0.0.1:1", nil)})
			if said.Ready || said.Frozen == "" || !said.Dependencies[0].Ill || !strings.Contains(said.Dependencies[0].Why, tt.want) {
				t.Errorf("%+v", said)
			}
			if record, err := c.recorders(h, held, nil, quiet); err != nil || record != nil {
				t.Errorf("it is signed or redacted: %v", err)
			}
		})
	}
}

// An event that verifies, and cannot have happened, is served up to there too:
// the first of them is named, and what verifies no more behind it changes nothing.
func TestAnImpossibleEventIsReadUpToThere(t *testing.T) {
	for name, damaged := range map[string]bool{"alone": false, "and damage later": true} {
		t.Run(name, func(t *testing.T) {
			c, events, d := archive(t)
			first := survivor{house: &house{desk: d}}.allowed(t, "first@univ-test.fr")
			_, at := d.View.Request(first)
			for i, f := range []desk.Fact{desk.Withdrawn{}, desk.Thawed{}, desk.Announced{Role: desk.ToAsker}} { // nobody's to withdraw
				seq := at + desk.Seq(i)
				if _, err := events.Append(t.Context(), seq, desk.Event{Seq: seq + 1, At: time.Now(), ID: first, By: "eve", Subject: "jeanne", Fact: f}); err != nil {
					t.Fatal(err)
				}
			}
			events.Close()
			if damaged {
				tamper(t, c.Journal, fmt.Sprintf(`UPDATE event SET at = at + 1 WHERE seq = %d`, at+3))
			}
			p, err := c.open()
			if err != nil {
				t.Fatal(err)
			}
			h, held, err := c.openHouse(t.Context(), quiet, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer held.Close()
			e, frozen := h.desk.View.Freeze()
			want := fmt.Sprintf("event %d: desk.Withdrawn on %s", at+1, first)
			if f, _ := e.Fact.(desk.Frozen); !frozen || f.Cause != desk.ByDamage || !strings.Contains(f.Reason, want) {
				t.Errorf("%v, %q does not say %q", frozen, f.Reason, want)
			}
			if r, last := h.desk.View.Request(first); r.State != desk.Ready || last != at {
				t.Errorf("shown: %s, up to %d", r.State, last)
			}
			_, err = h.desk.Change(t.Context(), "", "paul", func(desk.Request) ([]desk.Fact, error) {
				return []desk.Fact{desk.Granted{Grant: desk.Grant{To: "paul"}}}, nil
			})
			if desk.CodeOf(err) != desk.JournalDamaged {
				t.Errorf("written: %v", err)
			}
		})
	}
}

func make10(f desk.Fact) (all []desk.Fact) {
	for range 10 {
		all = append(all, f)
	}
	return all
}

// What is not damage is no reason to read half a journal.
func TestOtherFaultsAreRefused(t *testing.T) {
	c, events, _ := archive(t)
	var told bytes.Buffer
	log := slog.New(slog.NewTextHandler(&told, nil))
	if _, _, err := c.openHouse(t.Context(), log, parts{}, nil); !errors.Is(err, journal.ErrInUse) {
		t.Errorf("in use: %v", err)
	}
	events.Close()
	tamper(t, c.Journal+".persons", `DELETE FROM person WHERE login = 'jeanne'`)
	if _, _, err := c.openHouse(t.Context(), log, parts{}, nil); !errors.Is(err, journal.ErrNoPerson) {
		t.Errorf("older persons: %v", err)
	}
	if err := os.WriteFile(c.Journal, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.openHouse(t.Context(), log, parts{}, nil); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("no journal: %v", err)
	}
	if told.Len() > 0 {
		t.Errorf("told as damage: %s", told.String())
	}
}

// A ruined house runs its doors, and nothing that acts.
func TestARuinedHouseDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, _, box := manned(t)
		n := survivor{house: h}
		id := n.allowed(t, "a@univ-test.fr")
		h.ruined = journal.ErrDamaged
		if err := os.WriteFile(h.freezeFile, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		open := false
		every := refreshConfig{Directory: 24 * time.Hour, Partage: 24 * time.Hour}
		err := h.run(ctx, silent{}, every, func(ctx context.Context) error { open = true; <-ctx.Done(); return nil })
		r, _ := h.desk.View.Request(id)
		if _, frozen := h.desk.View.Freeze(); err != nil || !open || r.State != desk.Ready || len(r.Announced) > 0 || frozen || box.sends > 0 {
			t.Errorf("%v, open %v, %+v, frozen %v", err, open, r, frozen)
		}
	})
}
