package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/rules"
)

// looser is the default book, where people may ask for 40 GB.
func looser(tb testing.TB) desk.Book {
	tb.Helper()
	f := rules.DefaultFile()
	f.Text = strings.Replace(f.Text, `owns() and quotaWithin("20G")`, `owns() and quotaWithin("40G")`, 1)
	b, err := desk.NewBook("looser", desk.BookFile(f))
	if err != nil || f == rules.DefaultFile() {
		tb.Fatal("the default book has another rule for quotas", err)
	}
	return b
}

func bookAction(tb testing.TB, v desk.Verb, digest string) desk.Action {
	tb.Helper()
	a, err := desk.NewAction(v, "", map[string]string{"book": digest})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// nodeOn is the demo's house on a journal of its own process, and what it may do.
func nodeOn(t *testing.T, path string) (*desk.Desk, *mirror.Mirror) {
	t.Helper()
	events, err := journal.OpenSQLite(t.Context(), path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = events.Close() })
	return nodeOf(t, events)
}

func nodeOf(t *testing.T, events desk.Journal) (*desk.Desk, *mirror.Mirror) {
	t.Helper()
	town, h := newTown(t)
	view := mirror.New(events)
	if err := view.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var people []desk.Person
	for p := range town.view.People() {
		people = append(people, p)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(view.LoadPeople(t.Context(), func(yield func(desk.Person, error) bool) {
		for _, p := range people {
			if !yield(p, nil) {
				return
			}
		}
	}, time.Now()))
	must(view.LoadAccounts(t.Context(), h.office.Accounts(t.Context()), time.Now()))
	view.SetDomains(town.domains)
	d := &desk.Desk{Journal: events, View: view, Rules: &desk.Library{Fold: view, Read: readRules}, Read: readRules, Now: time.Now, Stale: time.Hour}
	seed, err := config{}.seed()
	must(err)
	must(d.Seed(t.Context(), seed))
	return d, view
}

// asksFor is what the rules of a node say of 30 GB for Jeanne's own mailbox.
func asksFor(t *testing.T, d *desk.Desk) desk.Outcome {
	t.Helper()
	_, decision, err := d.Preview("jdupont", desk.Portal, parsed(t, "quota.set jeanne.dupont@unistra.fr size=30G"))
	if err != nil {
		t.Fatal(err)
	}
	return decision.Outcome
}

func activated(t *testing.T, d *desk.Desk, b desk.Book, key string) desk.Request {
	t.Helper()
	r, err := d.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Portal, Action: bookAction(t, desk.RulesActivate, b.Digest()), Book: b, Key: key})
	if err == nil {
		r, err = d.Approve(t.Context(), "hpoincare", desk.Portal, r.ID, r.Digest())
	}
	if err != nil || r.State != desk.Settled {
		t.Fatalf("%s, %v", r.State, err)
	}
	return r
}

// Every node follows by the fold, at once; one that starts later finds the book.
func TestNodesFollowTheBook(t *testing.T) {
	j := journal.NewMemory()
	one, _ := nodeOf(t, j)
	two, view := nodeOf(t, j)
	if asksFor(t, one) != desk.Denied || asksFor(t, two) != desk.Denied {
		t.Fatal("30 GB are not denied by the default book")
	}
	activated(t, one, looser(t), "a")
	if asksFor(t, one) != desk.Pending {
		t.Error("the node that activated does not follow")
	}
	if asksFor(t, two) != desk.Denied {
		t.Error("the other node knows what it has not read")
	}
	// It may not write by what it has not read: the journal has moved on.
	r, err := two.Ask(t.Context(), desk.Asking{By: "jdupont", Via: desk.Portal, Action: parsed(t, "quota.set jeanne.dupont@unistra.fr size=30G"), Key: "b"})
	if err != nil || r.State != desk.Waiting || r.Decision.Book != looser(t).Digest() {
		t.Errorf("decided by the book before: %s by %.12s, %v", r.State, r.Decision.Book, err)
	}
	if e, _ := desk.InForce(view.Editions()); e.Digest != looser(t).Digest() {
		t.Error("not caught up")
	}
	if three, _ := nodeOf(t, j); asksFor(t, three) != desk.Pending {
		t.Error("a node that starts does not find the book")
	}
}

// A restart finds the book in the journal; the configuration's is no more looked at.
func TestARestartKeepsTheBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	func() {
		events, err := journal.OpenSQLite(t.Context(), path, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := nodeOf(t, events)
		activated(t, d, looser(t), "a")
		if err := events.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	d, view := nodeOn(t, path) // whose seed is the default book
	if asksFor(t, d) != desk.Pending || len(view.Editions()) != 2 {
		t.Errorf("%s, %d editions", asksFor(t, d), len(view.Editions()))
	}
	e, _ := desk.InForce(view.Editions())
	if diff := cmp.Diff(looser(t).Files, e.Files); diff != "" {
		t.Error(diff)
	}
}

// Of two nodes of which one has a program that cannot read the book, that one
// changes nothing, and the other goes on.
func TestTwoPrograms(t *testing.T) {
	j := journal.NewMemory()
	one, _ := nodeOf(t, j)
	old, view := nodeOf(t, j)
	old.Read = func(b desk.Book) (desk.Rules, error) {
		if b.Digest() == looser(t).Digest() {
			return nil, errors.New("unknown word")
		}
		return readRules(b)
	}
	old.Rules = &desk.Library{Fold: view, Read: old.Read}
	activated(t, one, looser(t), "a")
	ask := func(d *desk.Desk, key string) error {
		_, err := d.Ask(t.Context(), desk.Asking{By: "jdupont", Via: desk.Portal, Action: parsed(t, "quota.set jeanne.dupont@unistra.fr size=30G"), Key: key})
		return err
	}
	if err := view.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := ask(old, "1"); desk.CodeOf(err) != desk.UnreadBook {
		t.Errorf("the old program answers %v", err)
	}
	if err := ask(one, "2"); err != nil {
		t.Error(err)
	}
}

// The command line asks; it activates nothing.
func TestRulesActivateAsks(t *testing.T) {
	j := journal.NewMemory()
	d, view := nodeOf(t, j)
	o := shellOptions{By: "sgermain", Reason: "plus large", Lang: "en"}
	var out strings.Builder
	b := looser(t)
	if err := o.askOf(t.Context(), &out, d, desk.Asking{Action: bookAction(t, desk.RulesActivate, b.Digest()), Book: b, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	r, _ := view.Request("D-1")
	if r.State != desk.Waiting || r.Via != desk.Shell || r.By != "sgermain" || len(view.Editions()) != 1 || !strings.Contains(out.String(), "none would be answered otherwise") {
		t.Errorf("%s by %s\n%s", r.State, r.By, &out)
	}
	err := o.askOf(t.Context(), &out, d, desk.Asking{Action: bookAction(t, desk.RulesRollback, "00000000"), Key: "l"})
	if err == nil || !strings.Contains(err.Error(), "No rule book with the digest") {
		t.Error(err)
	}
	if _, err := d.Approve(t.Context(), "sgermain", desk.Portal, "D-1", ""); desk.CodeOf(err) != desk.OwnRequest {
		t.Errorf("who was named at the command line approves: %v", err)
	}
}

// What is shown of a book is its files, to the byte.
func TestWriteBook(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "book")
	b := desk.Book{Files: []desk.BookFile{{Name: "a.yaml", Text: "x: é\r\n"}, {Name: "../b.yaml", Text: ""}}}
	if err := writeBook(folder, b); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.yaml": "x: é\r\n", "b.yaml": ""} {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := writeBook(folder, b); err == nil {
		t.Error("written over")
	}
}

// The log of a start says which book is in force, if it is not the configuration's.
func TestAStartTellsItsBook(t *testing.T) {
	var log strings.Builder
	ctx, cancel := context.WithCancel(t.Context())
	d := &demo{}
	if err := d.build(ctx, 1000, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); d.close() })
	seed, err := config{}.seed()
	if err != nil {
		t.Fatal(err)
	}
	d.house.tellBook(seed)
	if log.Len() > 0 {
		t.Errorf("told though it is the same: %s", &log)
	}
	closed, err := desk.NewBook("closed", desk.BookFile{Name: "a.yaml", Text: "rules:\n  - {id: mine, fr: Lire., en: Read., verbs: [account.show], when: owns(), outcome: allow}\n"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(d.house.desk.Articles(closed), asksForBooks) || !slices.ContainsFunc(d.house.desk.Articles(seed), asksForBooks) {
		t.Error("a book that nobody can replace is not told from one that two can")
	}
	d.house.tellBook(looser(t))
	d.house.library.Read = func(desk.Book) (desk.Rules, error) { return nil, fmt.Errorf("unknown word") }
	d.house.library = &desk.Library{Fold: d.house.mirror, Read: d.house.library.Read}
	d.house.tellBook(seed)
	if !strings.Contains(log.String(), "the journal's, not the configuration's") || !strings.Contains(log.String(), "nothing is changed") {
		t.Error(log.String())
	}
}

// BenchmarkReplay asks two books of the size of a large site's about every
// request of the journal. The goal is 20,000 requests a second.
func BenchmarkReplay(b *testing.B) {
	const requests = 20_000
	d := recordingDesk(journal.NewMemory())
	seed, err := config{}.seed()
	if err == nil {
		err = d.Seed(b.Context(), seed)
	}
	for i := 0; i < requests && err == nil; i++ {
		err = recordQuota(b.Context(), d, desk.UID(fmt.Sprintf("user%d", i%5000)), 10+i%20, i)
	}
	if err != nil {
		b.Fatal(err)
	}
	next, err := readRules(looser(b))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if c := d.Compare(d.Rules, next); c.Requests != requests || c.Lost > 0 || len(c.Today) > 0 || len(c.Turns) == 0 {
			b.Fatalf("%d compared, %d lost", c.Requests, c.Lost)
		}
	}
	rate := float64(requests) * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "requests/s")
	b.ReportMetric(20_000/rate, "of-goal")
}
