package executor_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

// A partage is one mailbox that takes aliases, and fails as told.
type partage struct {
	mu      sync.Mutex
	account desk.Account
	applied int // effects: an alias that was there already counts again
	sends   int
	looks   int
	// fault says, for the nth send, whether it takes effect, how late, and what is answered.
	fault func(n int) (apply bool, late time.Duration, err error)
	// down says whether the nth look is answered with an error.
	down func(n int) bool
	slow time.Duration
	// connect is what happens while a write gets its connection.
	connect func()
}

func (p *partage) Look(context.Context, desk.Action, string) (desk.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	if p.down != nil && p.down(p.looks) {
		return desk.Account{}, errors.New("connection refused")
	}
	a := p.account
	a.Aliases = slices.Clone(a.Aliases)
	return a, nil
}

func (*partage) Plan(context.Context, desk.Request, desk.Account, desk.Request) (desk.Plan, error) {
	return desk.Plan{}, nil
}

func (p *partage) Pen(_ context.Context, a desk.Action, _ desk.Account) (desk.Pen, error) {
	given := newPen(func(ctx context.Context) error { return p.send(ctx, a) })
	given.connect = p.connect
	return given, nil
}

// pen is a token of now.
type pen struct {
	issued  time.Time
	write   func(context.Context) error
	connect func() // nil: at once
}

func newPen(write func(context.Context) error) pen { return pen{time.Now(), write, nil} }

func (p pen) Issued() time.Time { return p.issued }

func (p pen) Write(ctx context.Context) error {
	if p.connect != nil {
		p.connect()
	}
	if err := desk.Leave(ctx); err != nil {
		return fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	return p.write(ctx)
}

func (p *partage) send(_ context.Context, a desk.Action) error {
	time.Sleep(p.slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sends++
	apply, late, err := true, time.Duration(0), error(nil)
	if p.fault != nil {
		apply, late, err = p.fault(p.sends)
	}
	switch {
	case apply && late > 0:
		time.AfterFunc(late, func() { p.mu.Lock(); defer p.mu.Unlock(); p.apply(a) })
	case apply:
		p.apply(a)
	}
	return err
}

func (p *partage) apply(a desk.Action) {
	p.applied++
	p.account.Aliases = append(p.account.Aliases, desk.Address(a.Arg("alias")))
}

func (p *partage) Shows(a desk.Action, account desk.Account) bool {
	return account.Holds(desk.Address(a.Arg("alias")))
}

type rulesFunc func(desk.Facts) desk.Decision

func (f rulesFunc) Decide(x desk.Facts) desk.Decision { return f(x) }

// approval: one of the group dsi must approve.
func approval(desk.Facts) desk.Decision {
	return desk.Decision{Outcome: desk.Pending, Rule: "alias", Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}
}

// house is one node: its own memory and executor on a shared journal and Partage.
type house struct {
	desk     *desk.Desk
	mirror   *mirror.Mirror
	executor *executor.Executor
}

var bob = desk.Account{ID: "z-1", Address: "bob@u.fr", Owner: "bob", Status: "active"}

func newHouse(t *testing.T, j desk.Journal, p desk.Office, rules desk.Rules) house {
	t.Helper()
	m := mirror.New(j)
	people := []desk.Person{{UID: "ann"}, {UID: "bob"}, {UID: "eve", Groups: []string{"dsi"}}, {UID: "dan", Groups: []string{"dsi"}}}
	if err := m.LoadPeople(t.Context(), all(people), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := m.LoadAccounts(t.Context(), all([]desk.Account{bob}), time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := m.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := &desk.Desk{Journal: j, View: m, Rules: rules, Now: time.Now, Stale: 24 * time.Hour, Brakes: desk.StandardBrakes()}
	return house{d, m, &executor.Executor{
		Desk: d, Office: p, Timing: executor.Standard(), Log: slog.New(slog.DiscardHandler),
		Refresh: func(context.Context, ...desk.UID) error { return nil },
		Halted:  func() bool { return false }, Steady: steady(),
	}}
}

// steady is the bubble's own clock, which no test sets.
func steady() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

func all[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// ask has ann ask for an alias of bob's, and eve approve it.
func (h house) ask(t *testing.T, alias string) desk.ID {
	t.Helper()
	a, err := desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": alias})
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: "key " + alias})
	if err != nil {
		t.Fatal(err)
	}
	if r.State != desk.Waiting {
		return r.ID
	}
	if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// run lets the executor work for d of the bubble's time.
func (h house) run(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := h.executor.Run(ctx); err != nil {
		t.Error(err)
	}
}

func (h house) request(id desk.ID) desk.Request { r, _ := h.mirror.Request(id); return r }

func memory() *journal.Memory { return journal.NewMemory() }
