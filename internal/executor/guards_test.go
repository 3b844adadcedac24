package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// patient keeps to ctx, as the real one does, and notes what it is asked, when.
type patient struct {
	*partage
	begun    time.Time
	lookedAt []time.Duration
	sentAt   []time.Duration
	sent     []string
	cut      int // sends that ctx ended
}

func (p *patient) Look(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	p.lookedAt = append(p.lookedAt, time.Since(p.begun))
	if err := ctx.Err(); err != nil {
		return desk.Account{}, err
	}
	return p.partage.Look(ctx, a, id)
}

func (p *patient) Pen(_ context.Context, a desk.Action, _ desk.Account) (desk.Pen, error) {
	return newPen(func(ctx context.Context) error { return p.send(ctx, a) }), nil
}

func (p *patient) send(ctx context.Context, a desk.Action) error {
	p.sentAt, p.sent = append(p.sentAt, time.Since(p.begun)), append(p.sent, a.Arg("alias"))
	slow := p.slow
	p.partage.slow = 0
	defer func() { p.partage.slow = slow }()
	select {
	case <-ctx.Done():
		p.cut++
		return errors.Join(p.partage.send(ctx, a), ctx.Err())
	case <-time.After(slow):
		return p.partage.send(ctx, a)
	}
}

func newPatient(t *testing.T, p *partage) (house, *patient) {
	h, far := newHouse(t, memory(), p, rulesFunc(approval)), &patient{partage: p, begun: time.Now()}
	h.executor.Office = far
	return h, far
}

func facts(t *testing.T, h house, id desk.ID, facts ...desk.Fact) {
	t.Helper()
	for _, f := range facts {
		by := desk.System
		if _, ok := f.(desk.Withdrawn); ok {
			by = "ann"
		}
		if _, err := h.desk.Change(t.Context(), id, by, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// Somebody else has moved the request on: nothing is sent, nothing written,
// and that is no error.
func TestAStaleRequestIsLeftAlone(t *testing.T) {
	started := desk.Started{Attempt: 1, Before: bob}
	doubt := desk.Unknown{Attempt: 1, Looks: 1}
	for name, tt := range map[string]struct{ seen, since []desk.Fact }{
		"ready, withdrawn since":         {nil, []desk.Fact{desk.Withdrawn{}}},
		"ready, claimed since":           {nil, []desk.Fact{started}},
		"ready, tried since":             {nil, []desk.Fact{started, desk.Failed{Attempt: 1}}},
		"ready, done since":              {nil, []desk.Fact{started, desk.Done{Attempt: 1}}},
		"running, done since":            {[]desk.Fact{started}, []desk.Fact{desk.Done{Attempt: 1}}},
		"running, tried again since":     {[]desk.Fact{started}, []desk.Fact{desk.Failed{Attempt: 1}, desk.Started{Attempt: 2, Before: bob}}},
		"doubtful, looked at since":      {[]desk.Fact{started, doubt}, []desk.Fact{desk.Unknown{Attempt: 1, Looks: 2}}},
		"doubtful, ready again since":    {[]desk.Fact{started, doubt}, []desk.Fact{desk.Failed{Attempt: 1}}},
		"doubtful, in doubt again since": {[]desk.Fact{started, doubt}, []desk.Fact{desk.Failed{Attempt: 1}, desk.Started{Attempt: 2, Before: bob}, desk.Unknown{Attempt: 2, Looks: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &partage{account: bob}
			h := newHouse(t, memory(), p, rulesFunc(approval))
			id := h.ask(t, "b@u.fr")
			facts(t, h, id, tt.seen...)
			stale := h.request(id)
			facts(t, h, id, tt.since...)
			_, before := h.mirror.Request(id)
			if err := h.executor.Step(t.Context(), stale); err != nil {
				t.Error(err)
			}
			if _, at := h.mirror.Request(id); p.sends != 0 || at != before {
				t.Errorf("%d sends, %d facts", p.sends, at-before)
			}
		})
	}
}

// Absence is proved by two reads after the fence, apart; only then is it sent again.
func TestTwoReadsApartProveAnAbsence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far := newPatient(t, &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			return n > 1, 0, errLost
		}})
		h.ask(t, "b@u.fr")
		h.run(t, time.Hour)
		want := []time.Duration{0, 0, 360 * time.Second, 390 * time.Second}
		if len(far.lookedAt) < 5 || !slices.Equal(far.lookedAt[:4], want) || len(far.sentAt) != 2 || far.sentAt[1] != 450*time.Second {
			t.Errorf("looked at %v, sent at %v", far.lookedAt, far.sentAt)
		}
	})
}

func TestTheClaimLastsUntilTheFence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id, begun := h.ask(t, "b@u.fr"), time.Now()
		var until time.Time
		p.fault = func(int) (bool, time.Duration, error) { until = h.request(id).Until; return true, 0, nil }
		h.run(t, time.Minute)
		if until.Sub(begun) != 360*time.Second {
			t.Errorf("claimed for %v", until.Sub(begun))
		}
	})
}

// What was not sent needs no fence, but a rest.
func TestNotSentIsTriedAfterARest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far := newPatient(t, &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			if n == 1 {
				return false, 0, fmt.Errorf("%w: dial", desk.ErrNotSent)
			}
			return true, 0, nil
		}})
		id := h.ask(t, "b@u.fr")
		h.run(t, 2*time.Minute)
		if r := h.request(id); r.State != desk.Settled || len(far.sentAt) != 2 || far.sentAt[1] < 30*time.Second {
			t.Errorf("%s, sent at %v", r.State, far.sentAt)
		}
	})
}

// A write that takes all its time, or outlives a stop, is read back and recorded.
func TestASlowSend(t *testing.T) {
	for name, tt := range map[string]struct {
		slow, run time.Duration
		cut       int
	}{
		"ended by its limit":      {time.Hour, 25 * time.Second, 1},
		"finished after the stop": {10 * time.Second, 5 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, far := newPatient(t, &partage{account: bob, slow: tt.slow})
				id := h.ask(t, "b@u.fr")
				h.run(t, tt.run)
				if r := h.request(id); r.State != desk.Settled || far.cut != tt.cut || time.Since(far.begun) > 25*time.Second {
					t.Errorf("%s after %v, cut %d times", r.State, time.Since(far.begun), far.cut)
				}
			})
		})
	}
}

// The last attempt allowed took effect late: that is seen before a human is called.
func TestTheLastAttemptMayTakeEffectLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, fault: func(n int) (bool, time.Duration, error) { return n == 3, 40 * time.Second, errLost }}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 2*time.Hour)
		if r := h.request(id); r.State != desk.Settled || p.sends != 3 {
			t.Errorf("%s, %d sends", r.State, p.sends)
		}
	})
}

func TestEverybodyConcernedIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, memory(), &partage{account: bob}, rulesFunc(approval))
		var read []desk.UID
		h.executor.Refresh = func(_ context.Context, uids ...desk.UID) error { read = append(read, uids...); return nil }
		h.ask(t, "b@u.fr")
		h.run(t, time.Second)
		if slices.Sort(read); !slices.Equal(read, []desk.UID{"ann", "bob", "eve"}) {
			t.Errorf("read %v", read)
		}
	})
}

// Whoever does not answer is asked again after a rest, not at each event.
func TestRest(t *testing.T) {
	for name, silent := range map[string]func(*house, *partage, func() error){
		"Partage": func(_ *house, p *partage, no func() error) { p.down = func(int) bool { return no() != nil } },
		"directory": func(h *house, _ *partage, no func() error) {
			h.executor.Refresh = func(context.Context, ...desk.UID) error { return no() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, asked, begun := &partage{account: bob}, 0, time.Now()
				h := newHouse(t, memory(), p, rulesFunc(approval))
				silent(&h, p, func() error {
					if asked++; time.Since(begun) < 40*time.Second {
						return errLost
					}
					return nil
				})
				id := h.ask(t, "b@u.fr")
				go func() {
					for range 30 {
						time.Sleep(time.Second)
						if err := h.desk.Announce(t.Context(), id, desk.Announced{Role: desk.ToAsker}); err != nil {
							t.Error(err)
						}
					}
				}()
				h.run(t, 39*time.Second)
				if asked > 3 {
					t.Errorf("asked %d times in 39 s", asked)
				}
				h.run(t, 26*time.Second)
				if r := h.request(id); r.State != desk.Settled {
					t.Errorf("%s 25 s after it answers again", r.State)
				}
			})
		})
	}
}

// One account, one thing at a time: what is in doubt first, then the oldest.
func TestOneAccountOneThingAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far := newPatient(t, &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			if n == 1 {
				return false, 0, errLost
			}
			return true, 0, nil
		}})
		for i := range 4 {
			h.ask(t, fmt.Sprintf("b%d@u.fr", i))
		}
		h.run(t, time.Hour)
		if want := []string{"b0@u.fr", "b0@u.fr", "b1@u.fr", "b2@u.fr", "b3@u.fr"}; !slices.Equal(far.sent, want) {
			t.Errorf("sent %v", far.sent)
		}
	})
	synctest.Test(t, func(t *testing.T) { // D-2 was claimed by a process that died, then D-1 is approved
		h, far := newPatient(t, &partage{account: bob})
		a, _ := desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "late@u.fr"})
		late, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: "late"})
		if err != nil {
			t.Fatal(err)
		}
		facts(t, h, h.ask(t, "first@u.fr"), desk.Started{Attempt: 1, Until: time.Now().Add(time.Minute), Before: bob})
		if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, late.ID, ""); err != nil {
			t.Fatal(err)
		}
		h.run(t, time.Hour)
		if len(far.sentAt) != 2 || far.sentAt[0] < 2*time.Minute {
			t.Errorf("sent %v at %v", far.sent, far.sentAt)
		}
	})
}

// crowd is a Partage that counts how many writes are under way.
type crowd struct {
	*partage
	mu        sync.Mutex
	now, most int
}

func (c *crowd) Pen(context.Context, desk.Action, desk.Account) (desk.Pen, error) {
	return newPen(func(context.Context) error {
		c.count(1)
		defer c.count(-1)
		time.Sleep(5 * time.Second)
		return nil
	}), nil
}

func (c *crowd) count(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

func (c *crowd) Look(_ context.Context, a desk.Action, id string) (desk.Account, error) {
	return desk.Account{ID: id, Address: desk.Address(a.Target)}, nil
}

func TestOneAtATimeInADomainEightInAll(t *testing.T) {
	for domain, want := range map[string]int{"u.fr": 1, "u%d.fr": 8} {
		synctest.Test(t, func(t *testing.T) { oneAtATime(t, domain, want) })
	}
}

func oneAtATime(t *testing.T, domain string, want int) {
	h, c := newHouse(t, memory(), nil, rulesFunc(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })), &crowd{partage: &partage{}}
	h.executor.Office = c
	for i := range 12 {
		address := desk.Address(strings.ReplaceAll("a%d@"+domain, "%d", fmt.Sprint(i)))
		if err := h.mirror.Learn(desk.Account{ID: string(address), Address: address}, time.Now()); err != nil {
			t.Fatal(err)
		}
		a, _ := desk.NewAction(desk.AliasAdd, string(address), map[string]string{"alias": fmt.Sprintf("b%d@u.fr", i)})
		if _, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: string(address)}); err != nil {
			t.Fatal(err)
		}
	}
	h.run(t, time.Minute)
	if c.most != want {
		t.Errorf("%d at once, want %d", c.most, want)
	}
}

// A mailbox that was renamed is still one mailbox.
func TestARenamedMailboxIsStillOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far := newPatient(t, &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			if n == 1 {
				return false, 0, errLost
			}
			return true, 0, nil
		}})
		h.ask(t, "first@u.fr")
		if err := h.mirror.Learn(desk.Account{ID: bob.ID, Address: "robert@u.fr", Owner: "bob"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		a, _ := desk.NewAction(desk.AliasAdd, "robert@u.fr", map[string]string{"alias": "second@u.fr"})
		r, err := h.desk.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: "k"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
			t.Fatal(err)
		}
		h.run(t, time.Hour)
		if !slices.Equal(far.sent, []string{"first@u.fr", "first@u.fr", "second@u.fr"}) {
			t.Errorf("sent %v", far.sent)
		}
	})
}

type deaf struct{ desk.Journal }

func (deaf) Wait(context.Context, desk.Seq) error { return errors.New("disk") }

// By another tool, and the copy in memory knows it: the rules have nothing to say.
func TestAlreadyThereAndKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		p.account.Aliases = []desk.Address{"b@u.fr"}
		if err := h.mirror.Learn(p.account, time.Now()); err != nil {
			t.Fatal(err)
		}
		h.run(t, time.Minute)
		if r := h.request(id); r.State != desk.Settled || p.sends != 0 {
			t.Errorf("%s, %d sends", r.State, p.sends)
		}
	})
}

// Partage does not answer when it is time to look: it is looked at again after a rest.
func TestRestInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, far := newPatient(t, &partage{account: bob, fault: func(int) (bool, time.Duration, error) { return false, 0, errLost }, down: func(n int) bool { return n == 3 }})
		h.ask(t, "b@u.fr")
		h.run(t, 395*time.Second)
		if want := []time.Duration{0, 0, 360 * time.Second, 390 * time.Second}; !slices.Equal(far.lookedAt, want) {
			t.Errorf("looked at %v", far.lookedAt)
		}
	})
}

func TestAJournalThatCannotBeFollowedEndsTheRun(t *testing.T) {
	h := newHouse(t, memory(), &partage{account: bob}, rulesFunc(approval))
	h.desk.Journal = deaf{h.desk.Journal}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := h.executor.Run(ctx); err == nil {
		t.Error("no error")
	}
	h = newHouse(t, memory(), &partage{account: bob}, rulesFunc(approval))
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := h.executor.Run(ctx); err != nil {
		t.Errorf("a stop is told as %v", err)
	}
}
