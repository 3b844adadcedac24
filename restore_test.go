package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// A mailbox is a Partage of one account that takes aliases, and counts.
type mailbox struct {
	mu    sync.Mutex
	has   desk.Account
	sends int
}

func (m *mailbox) Look(context.Context, desk.Action, string) (desk.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.has
	a.Aliases = slices.Clone(a.Aliases)
	return a, nil
}

func (*mailbox) Plan(context.Context, desk.Request, desk.Account, desk.Request) (desk.Plan, error) {
	return desk.Plan{}, nil
}

func (*mailbox) Shows(a desk.Action, on desk.Account) bool {
	return on.Holds(desk.Address(a.Arg("alias")))
}

func (m *mailbox) Pen(_ context.Context, a desk.Action, _ desk.Account) (desk.Pen, error) {
	return quill{m, a, time.Now()}, nil
}

type quill struct {
	on     *mailbox
	action desk.Action
	issued time.Time
}

func (q quill) Issued() time.Time { return q.issued }

func (q quill) Write(context.Context) error {
	q.on.mu.Lock()
	defer q.on.mu.Unlock()
	q.on.sends++
	q.on.has.Aliases = append(q.on.has.Aliases, desk.Address(q.action.Arg("alias")))
	return nil
}

// short is timing for a mailbox that answers at once.
var short = executor.Timing{Send: 20 * time.Millisecond, TokenLife: time.Millisecond, Margin: 30 * time.Millisecond, Pause: time.Minute,
	Apart: time.Millisecond, Rest: time.Millisecond, Attempts: 3}

// A survivor serves a journal, with an executor and nothing else.
type survivor struct {
	house *house
	work  *executor.Executor
}

func serving(t *testing.T, c config, events *journal.Log, m *mailbox) survivor {
	t.Helper()
	view, start := mirror.New(events), time.Now()
	d := &desk.Desk{Journal: events, View: view, Now: time.Now, Stale: time.Hour, Brakes: desk.StandardBrakes(), Rules: permissive{}}
	h := &house{log: quiet, mirror: view, desk: d, steady: func() time.Duration { return time.Since(start) }}
	people := func(yield func(desk.Person, error) bool) {
		_ = yield(desk.Person{UID: "jeanne"}, nil) && yield(desk.Person{UID: "paul"}, nil) && yield(desk.Person{UID: "sophie"}, nil)
	}
	accounts := func(yield func(desk.Account, error) bool) { yield(m.has, nil) }
	view.SetDomains([]string{"univ-test.fr"})
	if err := errors.Join(view.LoadPeople(t.Context(), people, start), view.LoadAccounts(t.Context(), accounts, start)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(view.CatchUp(t.Context()), h.anchor(t.Context(), c.History, events)); err != nil {
		t.Fatal(err)
	}
	return survivor{h, &executor.Executor{Desk: d, Office: m, Timing: short, Log: quiet, Steady: h.steady,
		Refresh: func(context.Context, ...desk.UID) error { return nil }, Halted: func() bool { return false }}}
}

type permissive struct{}

func (permissive) Decide(desk.Facts) desk.Decision {
	return desk.Decision{Outcome: desk.Allowed, Rule: "all"}
}

// record writes facts of a request, as they are.
func (n survivor) record(t *testing.T, id desk.ID, by desk.UID, facts ...desk.Fact) desk.Request {
	t.Helper()
	r, err := n.house.desk.Change(t.Context(), id, by, func(desk.Request) ([]desk.Fact, error) { return facts, nil })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// allowed records a request for an alias, which nothing more is to be asked about.
func (n survivor) allowed(t *testing.T, alias string) desk.ID {
	t.Helper()
	a, err := desk.ParseAction("alias.add jeanne@univ-test.fr alias=" + alias)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := n.house.desk.View.Next()
	n.record(t, id, "paul", desk.Asked{Action: a, Owner: "jeanne", Mailbox: "m", Via: desk.Chat, Key: string(id)},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed, Rule: "all"}})
	return id
}

// settle lets the executor work until the request is as it is to be.
func (n survivor) settle(t *testing.T, id desk.ID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	done := make(chan error, 1)
	go func() { done <- n.work.Run(ctx) }()
	for ctx.Err() == nil {
		r, at := n.house.desk.View.Request(id)
		if r.State == desk.Settled {
			break
		}
		_ = n.house.desk.Journal.Wait(ctx, at)
		_ = n.house.desk.View.CatchUp(ctx)
	}
	if ctx.Err() != nil {
		r, _ := n.house.desk.View.Request(id)
		t.Errorf("%s is %s: %s", id, r.State, r.Error)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The whole drill: what was sent before the backup, and what was sent after it
// and is lost, is sent once and never again.
func TestARestoredHouseRepeatsNothing(t *testing.T) {
	c, events, _ := archive(t)
	partage := &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne", Status: "active"}}
	first := serving(t, c, events, partage)
	if _, frozen := first.house.mirror.Freeze(); frozen {
		t.Fatal("frozen at once")
	}
	begun := first.allowed(t, "begun@univ-test.fr")
	now := time.Now()
	first.record(t, begun, desk.System, desk.Started{Attempt: 1, Issued: now, Until: now.Add(40 * time.Millisecond), Before: partage.has})
	if err := (quill{on: partage, action: mustRequest(first, begun).Action}).Write(t.Context()); err != nil { // and the survivor is killed
		t.Fatal(err)
	}
	folder := backup(t, c, backedUp)

	second := serving(t, c, events, partage)
	second.settle(t, begun)
	lost := second.allowed(t, "lost@univ-test.fr")
	second.settle(t, lost)
	if partage.sends != 2 {
		t.Fatalf("%d sends", partage.sends)
	}
	sign(t, c, events)
	_, at := second.house.desk.View.Request("")
	events.Close()

	c.Journal = filepath.Join(t.TempDir(), "journal.db")
	var told bytes.Buffer
	if err := (restoreCommand{Folder: folder}).restore(t.Context(), &told, c, backedUp.Add(26*time.Hour)); err != nil {
		t.Fatal(err)
	}
	// Of the begun request Done is lost, of the other all four.
	if at != 11 || !strings.Contains(told.String(), "5 events are missing") || !strings.Contains(told.String(), "26h0m0s ago") {
		t.Errorf("at %d: %s", at, told.String())
	}
	open := func() *journal.Log {
		l, err := c.openJournal(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	events = open()
	third := serving(t, c, events, partage)
	e, frozen := third.house.mirror.Freeze()
	f, _ := e.Fact.(desk.Frozen)
	if !frozen || f.Cause != desk.ByAnchor || !strings.Contains(f.Reason, "5 are missing") {
		t.Fatalf("frozen: %v, %+v", frozen, f)
	}
	third.settle(t, begun) // looked at, even in a freeze
	waiting := third.allowed(t, "waiting@univ-test.fr")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	if err := third.work.Run(ctx); err != nil {
		t.Error(err)
	}
	cancel()
	if r := mustRequest(third, waiting); r.State != desk.Ready || partage.sends != 2 {
		t.Errorf("in a freeze: %s, %d sends", r.State, partage.sends)
	}
	events.Close()

	// The operators accept what is lost: two of them thaw.
	events = open()
	last := serving(t, c, events, partage)
	if _, frozen := last.house.mirror.Freeze(); !frozen {
		t.Error("a restart thaws")
	}
	thaw, _ := last.house.desk.View.Next()
	r := last.record(t, thaw, "sophie", desk.Asked{Action: desk.Action{Verb: desk.HouseThaw}, Via: desk.Chat, Key: "thaw"},
		desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}})
	last.record(t, thaw, "paul", desk.Approved{Digest: r.Digest()})
	last.settle(t, waiting)
	again := last.allowed(t, "lost@univ-test.fr") // asked anew by who was told that it is lost
	last.settle(t, again)
	if partage.sends != 3 || mustRequest(last, begun).Attempt != 1 {
		t.Errorf("%d sends in all: something was repeated", partage.sends)
	}

	// That holds across restarts, and for that loss only.
	isFrozen := func() bool {
		events.Close()
		events = open()
		_, frozen := serving(t, c, events, partage).house.mirror.Freeze()
		return frozen
	}
	if isFrozen() {
		t.Error("what was accepted freezes again")
	}
	sign(t, c, events)
	if isFrozen() {
		t.Error("frozen by a checkpoint of its own")
	}
	c.Journal = filepath.Join(t.TempDir(), "journal.db")
	if err := (restoreCommand{Folder: folder}).restore(t.Context(), &told, c, backedUp.Add(50*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !isFrozen() {
		t.Error("the same copy, put back once more, is accepted")
	}
	events.Close()
}

func mustRequest(n survivor, id desk.ID) desk.Request {
	r, _ := n.house.desk.View.Request(id)
	return r
}
