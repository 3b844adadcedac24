package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// archive is a site that has a signing key and some history, its journal open
// as by its server.
func archive(t *testing.T) (config, *journal.Log, *desk.Desk) {
	t.Helper()
	c, dir := openable(t)
	c.Journal = filepath.Join(dir, "journal.db")
	c.History.KeyFile, c.History.Folder = filepath.Join(dir, "history-key"), filepath.Join(dir, "checkpoints")
	var public bytes.Buffer
	if err := c.makeKey(&public); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(public.String(), "adresses.univ-test.fr+") {
		t.Errorf("the verifier key is %s", public.String())
	}
	events, err := journal.OpenSQLite(t.Context(), c.Journal, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { events.Close() })
	view := mirror.New(events)
	d := &desk.Desk{Journal: events, View: view, Now: time.Now}
	record := func(id desk.ID, by desk.UID, facts ...desk.Fact) {
		if _, err := d.Change(t.Context(), id, by, func(desk.Request) ([]desk.Fact, error) { return facts, nil }); err != nil {
			t.Fatal(err)
		}
	}
	action, err := desk.ParseAction("alias.add jeanne@univ-test.fr alias=jd@univ-test.fr")
	if err != nil {
		t.Fatal(err)
	}
	record("D-1", "paul", desk.Asked{Action: action, Owner: "jeanne", Mailbox: "m", Reason: "mariage", Via: desk.Chat},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Denied, Rule: "none"}})
	record("", "sophie", desk.Granted{Grant: desk.Grant{To: "paul", Domains: []string{"univ-test.fr"}}})
	return c, events, d
}

func TestKeyIsPrivateAndNeverReplaced(t *testing.T) {
	c, _, _ := archive(t)
	before, err := os.ReadFile(c.History.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(c.History.KeyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	var again bytes.Buffer
	if err := c.makeKey(&again); err != nil || strings.Contains(again.String(), "PRIVATE") {
		t.Errorf("%q, %v", again.String(), err)
	}
	if after, err := os.ReadFile(c.History.KeyFile); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the key was replaced: %v", err)
	}
}

// A server that runs prevents neither export nor verification nor reading, and
// what it signs is what they find.
func TestHistoryBesideTheServer(t *testing.T) {
	c, events, d := archive(t)
	reader, err := c.readJournal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := d.Announce(t.Context(), "D-1", desk.Announced{Role: desk.ToAsker}); err != nil { // meanwhile
		t.Fatal(err)
	}
	if _, err := reader.Append(t.Context(), 4, desk.Event{Seq: 5, Fact: desk.Redacted{}}); err == nil {
		t.Error("a reader has written")
	}
	k, err := c.History.key()
	if err != nil {
		t.Fatal(err)
	}
	signed, _, err := events.Sign(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	pasted := filepath.Join(t.TempDir(), "pasted")
	if err := os.WriteFile(pasted, []byte("```text\r\n"+strings.ReplaceAll(string(signed), "\n", "\r\n")+"```\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := func(work func(io.Writer) error) string {
		t.Helper()
		var out bytes.Buffer
		if err := work(&out); err != nil {
			t.Error(err)
		}
		return out.String()
	}
	verify := historyVerifyCommand{Checkpoint: pasted}
	if text := said(func(out io.Writer) error { return verify.verify(t.Context(), out, c, reader) }); !strings.Contains(text, "the checkpoint given, of 4 events, is of this journal") {
		t.Error(text)
	}
	show := historyShowCommand{Of: "jd@univ-test.fr", Lang: "fr", Proof: true}
	if text := said(func(out io.Writer) error { return show.show(t.Context(), out, c, reader) }); !strings.Contains(text, "mariage") || !strings.Contains(text, "event 1 of 4\n") {
		t.Error(text)
	}
	show = historyShowCommand{Of: "D-1", Lang: "en"}
	if text := said(func(out io.Writer) error { return show.show(t.Context(), out, c, reader) }); strings.Count(text, "\n") != 3 || !strings.Contains(text, "paul") {
		t.Error(text)
	}
	for person, want := range map[string]struct{ mariage, delegated bool }{"": {true, true}, "jeanne": {true, false}, "paul": {false, true}, "nobody": {}} {
		export := historyExportCommand{Person: person}
		text := said(func(out io.Writer) error { return export.export(t.Context(), out, c, reader) })
		if strings.Contains(text, "mariage") != want.mariage || strings.Contains(text, `"Domains"`) != want.delegated {
			t.Errorf("export for %q: %s", person, text)
		}
	}
	if text := said(func(out io.Writer) error {
		return historyExportCommand{Closed: true}.export(t.Context(), out, c, reader)
	}); strings.Contains(text, "\t") {
		t.Error(text)
	}
}

// What was posted is what verifies; and the proof of one event holds against it.
func TestKeeperPostsWhatVerifies(t *testing.T) {
	c, events, d := archive(t)
	c.History.Channel = "8q1xw5z3dj8hzd9ry1bwxy4a7e"
	for range 100 {
		if err := d.Announce(t.Context(), "D-1", desk.Announced{Role: desk.ToAsker}); err != nil {
			t.Fatal(err)
		}
	}
	wall := &wall{posted: make(chan bot.Message, 1)}
	v := newVitals()
	run, err := c.History.keeper(events, wall, &house{vitals: v}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	post := <-wall.posted
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if values := scrape(t, operations(v, readiness{})); values["melusine_checkpoint_posts_total done"] != 1 {
		t.Errorf("counted %v", values)
	}
	pasted := filepath.Join(t.TempDir(), "pasted")
	if err := os.WriteFile(pasted, []byte(post.Line), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := c.History.key()
	if err != nil {
		t.Fatal(err)
	}
	at, err := openPasted(pasted, k.Public())
	if err != nil || post.Channel != c.History.Channel || at.Size < 100 {
		t.Fatalf("posted %+v: %v", post, err)
	}
	proof, err := events.Prove(t.Context(), 3, at.Size)
	if err != nil || proof.Holds(at) != nil {
		t.Errorf("%v, %v", proof, err)
	}
	proof.Leaf = strings.Replace(proof.Leaf, " granted ", " revoked ", 1)
	if proof.Holds(at) == nil {
		t.Error("another leaf is proved")
	}
}

// wall is a chat on which one can only write.
type wall struct {
	bot.Chat
	posted chan bot.Message
}

func (w *wall) Post(_ context.Context, m bot.Message) (desk.Post, error) {
	w.posted <- m
	return desk.Post{Channel: m.Channel, ID: "p"}, nil
}

// A journal that is not the one that was signed here is not served.
func TestAnOlderCopyIsServedFrozen(t *testing.T) {
	c, events, d := archive(t)
	if _, err := c.History.against(t.Context(), events); err != nil {
		t.Errorf("before any checkpoint: %v", err)
	}
	older, err := os.MkdirTemp(t.TempDir(), "backup")
	if err != nil {
		t.Fatal(err)
	}
	copyOf := func(from, to string) {
		t.Helper()
		for _, suffix := range []string{"", ".persons", "-wal", ".persons-wal"} {
			text, err := os.ReadFile(from + suffix)
			if err == nil {
				err = os.WriteFile(to+suffix, text, 0o600)
			}
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	copyOf(c.Journal, filepath.Join(older, "journal.db"))
	for range 100 {
		if err := d.Announce(t.Context(), "D-1", desk.Announced{Role: desk.ToAsker}); err != nil {
			t.Fatal(err)
		}
	}
	wall := &wall{posted: make(chan bot.Message, 1)}
	c.History.Channel = "8q1xw5z3dj8hzd9ry1bwxy4a7e"
	run, err := c.History.keeper(events, wall, &house{vitals: newVitals()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	<-wall.posted
	cancel()
	<-done
	if _, err := c.History.against(t.Context(), events); err != nil {
		t.Errorf("the journal itself: %v", err)
	}
	c.Journal = filepath.Join(older, "journal.db")
	restored, err := c.openJournal(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.History.against(t.Context(), restored); !errors.Is(err, journal.ErrLost) {
		t.Errorf("an older copy: %v", err)
	}
	defer restored.Close()
	for _, served := range []*journal.Log{events, restored} {
		view := mirror.New(served)
		h := &house{log: slog.New(slog.DiscardHandler), mirror: view, desk: &desk.Desk{Journal: served, View: view, Now: time.Now}}
		if err := view.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.anchor(t.Context(), c.History, served); err != nil {
			t.Fatal(err)
		}
		e, frozen := view.Freeze()
		if f, _ := e.Fact.(desk.Frozen); frozen != (served == restored) || frozen && f.Cause != desk.ByAnchor {
			t.Errorf("frozen: %v, %+v", frozen, e.Fact)
		}
	}
}

func TestEraseCommand(t *testing.T) {
	c, events, d := archive(t)
	var out bytes.Buffer
	command := historyEraseCommand{Login: "jeanne", By: "sophie"}
	if err := command.erase(t.Context(), &out, d); err != nil || !strings.HasPrefix(out.String(), "2 events") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if r, _ := d.View.Request("D-1"); r.Erased {
		t.Error("erased without --yes")
	}
	command.Yes = true
	if err := command.erase(t.Context(), &out, d); err != nil {
		t.Fatal(err)
	}
	if r, _ := d.View.Request("D-1"); !r.Erased {
		t.Errorf("%+v", r)
	}
	var text bytes.Buffer
	if err := (historyExportCommand{}).export(t.Context(), &text, c, events); err != nil || strings.Contains(text.String(), "jeanne") || !strings.Contains(text.String(), " forgotten ") {
		t.Errorf("%v: %s", err, text.String())
	}
	if err := (historyVerifyCommand{}).verify(t.Context(), &out, c, events); err != nil {
		t.Error(err)
	}
	if err := (historyShowCommand{Of: "jd@univ-test.fr", Lang: "fr"}).show(t.Context(), &out, c, events); err == nil {
		t.Error("it still tells of the alias")
	}
}

var quiet = slog.New(slog.DiscardHandler)
