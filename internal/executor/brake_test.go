package executor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
)

// A campus is a Partage of many mailboxes, each with one alias to take away.
type campus struct {
	mu      sync.Mutex
	gone    map[desk.Address]bool
	applied int
	before  func() // runs at each send, before it takes effect
}

func (c *campus) mailbox(a desk.Address) desk.Account {
	account := desk.Account{ID: "z-" + a.Local(), Address: a, Owner: "bob", Status: "active"}
	if !c.gone[a] {
		account.Aliases = []desk.Address{"x." + a}
	}
	return account
}

func (c *campus) Look(_ context.Context, a desk.Action, _ string) (desk.Account, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mailbox(desk.Address(a.Target)), nil
}

func (*campus) Plan(context.Context, desk.Request, desk.Account, desk.Request) (desk.Plan, error) {
	return desk.Plan{}, nil
}

func (c *campus) Pen(_ context.Context, a desk.Action, _ desk.Account) (desk.Pen, error) {
	return newPen(func(context.Context) error { return c.send(a) }), nil
}

func (c *campus) send(a desk.Action) error {
	if c.before != nil {
		c.before()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone[desk.Address(a.Target)] = true
	c.applied++
	return nil
}

func (c *campus) Shows(a desk.Action, account desk.Account) bool {
	return !account.Holds(desk.Address(a.Arg("alias")))
}

// campusHouse has n requests, fully approved, to take an alias away, by two
// people in turn.
func campusHouse(t *testing.T, n int) (house, *campus) {
	t.Helper()
	c := &campus{gone: map[desk.Address]bool{}}
	h := newHouse(t, memory(), nil, rulesFunc(func(f desk.Facts) desk.Decision {
		if spec, _ := desk.SpecOf(f.Action.Verb); spec.Two {
			return approval(f)
		}
		return desk.Decision{Outcome: desk.Allowed}
	}))
	h.executor.Office = c
	var accounts []desk.Account
	for i := range n {
		accounts = append(accounts, c.mailbox(desk.Address(fmt.Sprintf("p%d@u.fr", i))))
	}
	if err := h.mirror.LoadAccounts(t.Context(), all(append(accounts, bob)), time.Now()); err != nil {
		t.Fatal(err)
	}
	for i, a := range accounts {
		action, err := desk.NewAction(desk.AliasRemove, string(a.Address), map[string]string{"alias": string(a.Aliases[0])})
		if err != nil {
			t.Fatal(err)
		}
		by := desk.UID([]string{"ann", "dan"}[i%2])
		if r, err := h.desk.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action, Key: fmt.Sprint(i)}); err != nil || r.State != desk.Ready {
			t.Fatal(r.State, err)
		}
	}
	return h, c
}

// sweep works until nothing moves any more.
func (h house) sweep(t *testing.T) {
	t.Helper()
	for at := desk.Seq(-1); ; {
		if err := h.executor.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, now := h.mirror.Request("")
		if now == at {
			return
		}
		at = now
	}
}

func (h house) count(states ...desk.State) (n int) {
	for range h.mirror.Requests(desk.Query{States: states}) {
		n++
	}
	return n
}

// Ten thousand approved removals stop exactly at the limit; two administrators
// let as many more go, and no more.
func TestTheBrakeStopsExactlyAtTheLimit(t *testing.T) {
	const many = 10_000
	synctest.Test(t, func(t *testing.T) {
		h, c := campusHouse(t, many)
		h.desk.Brakes = desk.Brakes{Person: 12, Domain: 100, Verb: 100, All: 20, PerMille: 1000}
		h.sweep(t)
		if c.applied != 20 || h.count(desk.Settled) != 20 || h.count(desk.Stopped) != many-20 {
			t.Fatalf("%d effects, %d done, %d held", c.applied, h.count(desk.Settled), h.count(desk.Stopped))
		}
		h.release(t)
		h.sweep(t)
		if c.applied != 40 {
			t.Errorf("%d effects after the release", c.applied)
		}
		time.Sleep(2 * time.Hour)
		h.sweep(t)
		if c.applied != 40 {
			t.Errorf("%d effects: what is held went on by itself", c.applied)
		}
	})
}

// It is the brake that stops them: without limits all would go.
func TestWithoutLimitsNothingStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, c := campusHouse(t, 200)
		h.desk.Brakes = desk.Brakes{Person: 200, Domain: 200, Verb: 200, All: 200, PerMille: 1000}
		if h.sweep(t); c.applied != 200 {
			t.Errorf("%d effects: the test of the limit shows nothing", c.applied)
		}
	})
}

// release has dan ask for what is held to go on, and eve approve it.
func (h house) release(t *testing.T) { t.Helper(); h.govern(t, desk.BrakeRelease) }

func (h house) govern(t *testing.T, v desk.Verb) {
	t.Helper()
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "dan", Via: desk.Chat, Action: desk.Action{Verb: v}, Key: string(v)})
	if err == nil {
		_, err = h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, r.Digest())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Two nodes share the counters, which are in the journal.
func TestTwoNodesShareTheBrake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, c := campusHouse(t, 60)
		two := newHouse(t, one.desk.Journal, nil, one.desk.Rules)
		two.executor.Office, two.executor.Timing = c, executor.Standard()
		for _, h := range []house{one, two} {
			h.desk.Brakes = desk.Brakes{Person: 100, Domain: 100, Verb: 100, All: 7, PerMille: 1000}
		}
		var both sync.WaitGroup
		for _, h := range []house{one, two} {
			both.Go(func() { h.run(t, time.Minute) })
		}
		both.Wait()
		if err := one.mirror.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c.applied != 7 || one.count(desk.Stopped) != 53 {
			t.Errorf("%d effects, %d held", c.applied, one.count(desk.Stopped))
		}
	})
}

// Nothing is claimed after a freeze, and what was sent before is still proved.
func TestFreeze(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, c := campusHouse(t, 30)
		h.desk.Brakes = desk.Brakes{Person: 100, Domain: 100, Verb: 100, All: 100, PerMille: 1000}
		sends := 0
		c.before = func() {
			if sends++; sends == 4 {
				if err := h.desk.Freeze(t.Context(), desk.ByFile, "incident"); err != nil {
					t.Error(err)
				}
			}
		}
		h.sweep(t)
		if c.applied != 4 || h.count(desk.Settled) != 4+1 || h.count(desk.Ready) != 26 { // the freeze is settled too
			t.Errorf("%d effects, %d done, %d ready", c.applied, h.count(desk.Settled), h.count(desk.Ready))
		}
		again := newHouse(t, h.desk.Journal, nil, h.desk.Rules) // as after a restart
		again.executor.Office = c
		again.sweep(t)
		if c.applied != 4 {
			t.Errorf("%d effects after a restart", c.applied)
		}
	})
}

// The freeze file stops a send that is claimed already: it is proved not sent.
func TestHaltedBetweenClaimAndSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, c := campusHouse(t, 1)
		asked := 0
		h.executor.Halted = func() bool { asked++; return asked > 2 }
		h.sweep(t)
		r := h.request("D-1")
		if c.applied != 0 || r.State != desk.Ready || r.Attempt != 1 || asked < 3 {
			t.Errorf("%d effects, %s after %d attempts", c.applied, r.State, r.Attempt)
		}
		if n := len(h.mirror.Intents()); n != 0 {
			t.Errorf("brakes count %d effects that never were", n)
		}
	})
}

// A clock that is set ahead while a write may still take effect shortens no
// fence.
func TestAClockSetAhead(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, 10 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			p := &partage{account: bob, fault: func(n int) (bool, time.Duration, error) { return true, 300 * time.Second, errLost }}
			h := newHouse(t, memory(), p, rulesFunc(approval))
			id, start := h.ask(t, "b@u.fr"), time.Now()
			h.desk.Now = func() time.Time {
				if now := time.Now(); now.Sub(start) < 10*time.Second {
					return now
				}
				return time.Now().Add(ahead)
			}
			h.desk.Stale = 100 * 365 * 24 * time.Hour
			h.run(t, time.Hour)
			if p.applied != 1 || h.request(id).State != desk.Settled {
				t.Errorf("%v ahead: %d effects, %s", ahead, p.applied, h.request(id).State)
			}
		})
	}
}

// One that is set back stops every send.
func TestAClockSetBack(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, 10 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			h, c := campusHouse(t, 3)
			h.desk.Now = func() time.Time { return time.Now().Add(-back) }
			h.desk.Stale = 100 * 365 * 24 * time.Hour
			h.ask(t, "later@u.fr") // dated before what happened before it
			h.sweep(t)
			if e, frozen := h.mirror.Freeze(); c.applied != 0 || !frozen || e.Fact != (desk.Frozen{Cause: desk.ByClock}) {
				t.Errorf("%v back: %d effects, %+v", back, c.applied, e)
			}
		})
	}
}

// What was written while the clock was ahead is not waited for until that time
// comes again.
func TestAClockThatWasAhead(t *testing.T) {
	for name, tt := range map[string]struct {
		written []desk.Fact
		sends   int
	}{
		"to be tried again": {[]desk.Fact{desk.Failed{Code: desk.PartageDown, After: time.Now().AddDate(10, 0, 0)}}, 1},
		"claimed":           {[]desk.Fact{desk.Started{Attempt: 1, Before: bob}}, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &partage{account: bob}
			h := newHouse(t, memory(), p, rulesFunc(approval))
			h.desk.Stale = 100 * 365 * 24 * time.Hour
			id := h.ask(t, "b@u.fr")
			ahead := time.Now().AddDate(10, 0, 0)
			for i, f := range tt.written {
				if s, ok := f.(desk.Started); ok {
					s.Until = ahead.Add(6 * time.Minute)
					tt.written[i] = s
				}
			}
			h.desk.Now = func() time.Time { return ahead }
			facts(t, h, id, tt.written...)
			h.desk.Now = time.Now
			if err := h.desk.Freeze(t.Context(), desk.ByClock, ""); err != nil {
				t.Fatal(err)
			}
			h.govern(t, desk.HouseThaw)
			h.run(t, 5*time.Minute)
			if name == "claimed" && p.looks > 0 {
				t.Error("looked at before its time was over")
			}
			h.run(t, time.Hour)
			if r := h.request(id); r.State != desk.Settled || p.sends != tt.sends {
				t.Errorf("%s: %s after %d sends", name, r.State, p.sends)
			}
		})
	}
}

// A token that is dead, or younger than nothing, has no fence: nothing is
// claimed with it.
func TestATokenOfAnotherTime(t *testing.T) {
	for _, jump := range []time.Duration{-time.Second, 6 * time.Minute, 10 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			h, c := campusHouse(t, 1)
			h.desk.Stale = 100 * 365 * 24 * time.Hour
			now := time.Now()
			h.executor.Refresh = func(context.Context, ...desk.UID) error { // before the token
				h.desk.Now = func() time.Time { return now.Add(jump) }
				return nil
			}
			if err := h.executor.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r := h.request("D-1"); c.applied != 0 || r.State != desk.Ready || r.Attempt != 0 {
				t.Errorf("%v: %d effects, %s, attempt %d", jump, c.applied, r.State, r.Attempt)
			}
		})
	}
}

// In a freeze a sweep that is under way asks Partage nothing more.
func TestAFreezeEndsTheSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, c := campusHouse(t, 9)
		c.before = func() { _ = h.desk.Freeze(t.Context(), desk.ByFile, "") }
		looks := 0
		h.executor.Refresh = func(context.Context, ...desk.UID) error { looks++; return nil }
		h.sweep(t)
		if looks != 1 || c.applied != 1 {
			t.Errorf("%d looked at, %d effects", looks, c.applied)
		}
	})
}
