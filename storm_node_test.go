package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/effect"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// Orders are what a node of the storm is told: it is a process of its own that
// runs the house without its doors, and asks from a list what people would.
type orders struct {
	Partage  string            // base URL
	Keys     map[string]string // of the domains served
	Accounts int               // of the university
	Journal  string            // path, or address of a database
	Freeze   string            // the freeze file
	Tales    []tale
	Timing   executor.Timing
	Judge    []desk.ID // instead of all else, race to decide these
	Sabotage string
	Files    uint64 // how many may be open for the first half second, 0 = as many as may
	Room     uint64 // how long a file may grow, in bytes, 0 = as long as may
}

// stormNode is the process: it ends well once all is final, or at SIGTERM.
func stormNode() {
	var o orders
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := json.NewDecoder(os.Stdin).Decode(&o)
	go func() { // it does not outlive the storm
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if err == nil {
		err = o.run(ctx)
	}
	switch {
	case errors.Is(err, errOver):
		fmt.Println("over")
	case err != nil:
		fmt.Fprintln(os.Stderr, "storm-node:", err)
		os.Exit(1)
	}
}

// errOver ends a node that has nothing left to do.
var errOver = errors.New("all is final")

func (o orders) run(ctx context.Context) (err error) {
	events, err := config{Journal: o.Journal}.openJournal(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, events.Close()) }()
	h, err := o.house(ctx, o.journal(events))
	if err != nil {
		return err
	}
	defer h.office.Domains.Close()
	if err := errors.Join(o.fewFiles(), o.littleRoom()); err != nil {
		return err
	}
	fmt.Println("up")
	if o.Judge != nil {
		return judge(ctx, h.desk, o.Judge)
	}
	x := h.executor()
	x.Office = o.office(x.Office)
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return x.Run(ctx) })
	work.Go(func() error { return h.watch(ctx) })
	work.Go(func() error { return o.ready(ctx, events) })
	work.Go(func() error { return crowd{h.desk, o.Tales, o.Sabotage != ""}.live(ctx) })
	return work.Wait()
}

// ready ends a node whose file takes no more writes: an operator, whom /readyz
// tells, would start it again.
func (o orders) ready(ctx context.Context, events *journal.Log) error {
	for !(config{Journal: o.Journal}).onPostgres() {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
		if err := events.Fit(ctx); err != nil {
			return ended(ctx, err)
		}
	}
	return nil
}

// house is the whole one but for its doors, on a university that is quick to read.
func (o orders) house(ctx context.Context, events desk.Journal) (*house, error) {
	keys := map[string]partage.Secret{}
	for domain, key := range o.Keys {
		keys[domain] = partage.NewSecret(key)
	}
	domains, err := partage.NewDomains(partage.Config{BaseURL: o.Partage, Now: time.Now, PageSize: 1000, Timeout: 5 * time.Second,
		TokenLife: o.Timing.TokenLife}, keys)
	if err != nil {
		return nil, err
	}
	seed, err := config{}.seed()
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	h, err := newHouse(ctx, log, events, seed, newDemoPeople(simulator.NewUniversity(o.Accounts)), &effect.Office{Domains: domains, Scope: simulator.Strasbourg})
	if err != nil {
		return nil, err
	}
	h.timing, h.freezeFile = o.Timing, o.Freeze
	o.deaf(h)
	h.desk.Brakes = desk.Brakes{Person: 1e6, Domain: 1e6, Verb: 1e6, All: 1e6, PerMille: 1e6} // tried elsewhere
	for err = h.load(ctx); err != nil && ctx.Err() == nil; err = h.load(ctx) {
		time.Sleep(10 * time.Millisecond) // Partage is in trouble
	}
	return h, err
}

// fewFiles lets the process open few more files, for a while.
func (o orders) fewFiles() error {
	if o.Files == 0 {
		return nil
	}
	var usual syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &usual); err != nil {
		return fmt.Errorf("read limit of files: %w", err)
	}
	few := syscall.Rlimit{Cur: o.Files, Max: usual.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		return fmt.Errorf("limit files: %w", err)
	}
	time.AfterFunc(500*time.Millisecond, func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &usual); err != nil {
			fmt.Fprintln(os.Stderr, "storm-node:", err)
			os.Exit(1)
		}
	})
	return nil
}

// littleRoom lets no file grow any longer than that: a write beyond fails, as on
// a full disk.
func (o orders) littleRoom() error {
	if o.Room == 0 {
		return nil
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: o.Room, Max: o.Room}); err != nil {
		return fmt.Errorf("limit room: %w", err)
	}
	return nil
}

// judge approves, refuses, amends and withdraws each request, in an order that only
// chance knows, and prints what was acknowledged.
func judge(ctx context.Context, d *desk.Desk, ids []desk.ID) error {
	var hands errgroup.Group
	for hand := range 4 {
		hands.Go(func() error {
			for i := hand; i < len(ids); i += 4 {
				if err := decide(ctx, d, ids[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := hands.Wait(); err != nil {
		return err
	}
	return errOver
}

func decide(ctx context.Context, d *desk.Desk, id desk.ID) error {
	ways := map[string]func() (desk.Request, error){ // in no order
		"approve":  func() (desk.Request, error) { return d.Approve(ctx, "hpoincare", desk.Chat, id, "") },
		"refuse":   func() (desk.Request, error) { return d.Refuse(ctx, "ecartan", desk.Chat, id, "", "") },
		"withdraw": func() (desk.Request, error) { return d.Withdraw(ctx, "sgermain", desk.Chat, id) },
		"amend": func() (desk.Request, error) {
			return d.Amend(ctx, "sgermain", desk.Chat, id, "", fmt.Sprintf("to=by%d@example.org", os.Getpid()))
		},
	}
	for name, way := range ways {
		switch _, err := way(); {
		case err == nil:
			fmt.Println("asked", name, id)
		case desk.KindOf(err) == desk.Internal:
			return err
		}
	}
	return nil
}

// A crowd is Sophie, who asks, and Henri, who approves.
type crowd struct {
	desk     *desk.Desk
	tales    []tale
	stubborn bool // what cannot be asked, for what came before was not done, is asked again later
}

// live asks what comes next for each account, once what came before is final,
// and prints what was acknowledged.
func (p crowd) live(ctx context.Context) error {
	next := make([]int, len(p.tales))
	for {
		_, at := p.desk.View.Request("")
		over := true
		for i, t := range p.tales {
			for next[i] < len(t.Actions) {
				final, err := p.step(ctx, t, next[i])
				if err != nil {
					return err
				}
				if over = over && final; !final {
					break
				}
				next[i]++
			}
		}
		if over {
			return errOver
		}
		if err := p.desk.Journal.Wait(ctx, at); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := p.desk.View.CatchUp(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// step moves one action along and tells whether it is final.
func (p crowd) step(ctx context.Context, t tale, n int) (final bool, err error) {
	id := p.desk.View.Keyed(t.key(n))
	r, _ := p.desk.View.Request(id)
	if id == "" {
		action, err := desk.ParseAction(t.Actions[n])
		if err != nil {
			return false, err
		}
		if r, err = p.desk.Ask(ctx, desk.Asking{By: "sgermain", Via: desk.Chat, Action: action, Key: t.key(n)}); err != nil {
			if p.stubborn && desk.KindOf(err) != desk.Internal || p.known(ctx, t.key(n)) {
				return false, nil
			}
			return false, ended(ctx, fmt.Errorf("ask %s: %w", action, err))
		}
		fmt.Println("asked", r.ID, t.key(n))
	}
	if r.State == desk.Waiting {
		_, err := p.desk.Approve(ctx, "hpoincare", desk.Chat, r.ID, r.Digest())
		if err != nil && desk.KindOf(err) != desk.Conflict { // another node may be faster
			return false, ended(ctx, fmt.Errorf("approve %s: %w", r.ID, err))
		}
	}
	return r.State.Final(), nil
}

// known tells whether it was asked already: on another node, which may even have
// done it since, so that it makes no sense any more.
func (p crowd) known(ctx context.Context, key string) bool {
	return p.desk.View.CatchUp(ctx) == nil && p.desk.View.Keyed(key) != ""
}

// ended is no error when the node is being stopped.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
