package executor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

var errLost = errors.New("answer lost")

// Each fault of the far side, with the effect applied or not: where the
// request ends, how often it was sent, and that it never took effect twice.
func TestFaults(t *testing.T) {
	type fault = func(n int) (bool, time.Duration, error)
	first := func(apply bool, late time.Duration, err error) fault {
		return func(n int) (bool, time.Duration, error) {
			if n == 1 {
				return apply, late, err
			}
			return true, 0, nil
		}
	}
	refused, unsent := fmt.Errorf("%w: exists", desk.ErrRefused), fmt.Errorf("%w: dial", desk.ErrNotSent)
	for _, tt := range []struct {
		name    string
		fault   fault
		want    desk.State
		sends   int
		applied int
	}{
		{"clean", nil, desk.Settled, 1, 1},
		{"answer lost, applied", first(true, 0, errLost), desk.Settled, 1, 1},
		{"answer lost, not applied", first(false, 0, errLost), desk.Settled, 2, 1},
		{"answer lost, applied 40 s later", first(true, 40*time.Second, errLost), desk.Settled, 1, 1},
		{"answer lost, applied at the very end of the token", first(true, 299*time.Second, errLost), desk.Settled, 1, 1},
		{"accepted, without effect", first(false, 0, nil), desk.Settled, 2, 1},
		{"accepted, seen 100 s later", first(true, 100*time.Second, nil), desk.Settled, 1, 1},
		{"refused, not applied", first(false, 0, refused), desk.Broken, 1, 0},
		{"refused, and yet applied", first(true, 0, refused), desk.Settled, 1, 1},
		{"not sent", first(false, 0, unsent), desk.Settled, 2, 1},
		{"never applied", func(int) (bool, time.Duration, error) { return false, 0, errLost }, desk.Broken, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &partage{account: bob, fault: tt.fault}
				h := newHouse(t, memory(), p, rulesFunc(approval))
				id := h.ask(t, "b@u.fr")
				h.run(t, 2*time.Hour)
				r := h.request(id)
				if r.State != tt.want || p.sends != tt.sends || p.applied != tt.applied {
					t.Errorf("state %s, %d sends, %d effects; want %s, %d, %d (error %q)", r.State, p.sends, p.applied, tt.want, tt.sends, tt.applied, r.Error)
				}
				if tt.want == desk.Settled && !r.Proof.Holds("b@u.fr") {
					t.Errorf("done without proof: %+v", r.Proof)
				}
			})
		})
	}
}

// A request that becomes due while the executor looks at what is due, woken by
// something else, is taken at once.
func TestWhatBecomesDueMeanwhileIsTaken(t *testing.T) {
	for before := range 20 {
		synctest.Test(t, func(t *testing.T) {
			p := &partage{account: bob, down: func(n int) bool { return n == 1 }}
			h := newHouse(t, memory(), p, rulesFunc(approval))
			id := h.ask(t, "b@u.fr")
			h.executor.Timing.Rest = 100 * time.Millisecond
			h.desk.Now = func() time.Time { time.Sleep(10 * time.Millisecond); return time.Now() } // a slow machine
			woken := time.AfterFunc(130*time.Millisecond-time.Duration(before)*5*time.Millisecond, func() {
				other, _ := desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "c@u.fr"})
				_, _ = h.desk.Ask(context.Background(), desk.Asking{By: "ann", Via: desk.Chat, Action: other, Key: "other"}) // it waits for eve
			})
			defer woken.Stop()
			h.run(t, 5*time.Second)
			if r := h.request(id); r.State != desk.Settled {
				t.Errorf("woken %d: %s", before, r.State)
			}
		})
	}
}

// tardy is a Partage whose first token is a while on its way.
type tardy struct {
	*partage
	first time.Duration
}

func (p *tardy) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	given, err := p.partage.Pen(ctx, a, before)
	time.Sleep(p.first)
	p.first = 0
	return given, err
}

// An attempt that comes to nothing before its claim writes nothing that would wake
// anybody: it is made again after a rest, and not when something else happens.
func TestAnAttemptWithoutAClaimIsMadeAgain(t *testing.T) {
	for name, spoil := range map[string]func(h *house, p *tardy){
		"its token died on the way": func(h *house, p *tardy) {
			p.first, h.executor.Timing.TokenLife = 30*time.Millisecond, 20*time.Millisecond
		},
		"the rules said no meanwhile": func(h *house, _ *tardy) {
			asked := 0
			h.desk.Rules = rulesFunc(func(f desk.Facts) desk.Decision {
				if asked++; asked == 2 {
					return desk.Decision{Outcome: desk.Denied}
				}
				return approval(f)
			})
		},
		"the journal would not take it": func(h *house, _ *tardy) { h.desk.Journal = &sulky{Journal: h.desk.Journal} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &tardy{partage: &partage{account: bob}}
				h := newHouse(t, memory(), p, rulesFunc(approval))
				id := h.ask(t, "b@u.fr")
				h.executor.Timing.Rest = time.Second
				spoil(&h, p)
				h.run(t, 5*time.Second)
				if r := h.request(id); r.State != desk.Settled || p.sends != 1 {
					t.Errorf("%s after %d sends", r.State, p.sends)
				}
			})
		})
	}
}

// sulky is a journal whose first append fails.
type sulky struct {
	desk.Journal
	failed bool
}

func (j *sulky) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	if !j.failed {
		j.failed = true
		return 0, errors.New("disk full")
	}
	return j.Journal.Append(ctx, after, events...)
}

// The fence is what makes late effects safe: without it the same fault doubles.
func TestWithoutTheFenceALateEffectDoubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, fault: func(n int) (bool, time.Duration, error) {
			return true, 40 * time.Second, errLost
		}}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		h.executor.Timing.TokenLife, h.executor.Timing.Margin, h.executor.Timing.Apart, h.executor.Timing.Rest = 0, 0, time.Second, time.Second
		h.ask(t, "b@u.fr")
		h.run(t, time.Hour)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.applied < 2 {
			t.Fatalf("%d effects: this test no longer shows why the fence is there", p.applied)
		}
	})
}

// A process that dies after Started leaves the request Running: whoever comes
// next must wait the time out, look, and not send again what is there.
func TestCrashAfterSend(t *testing.T) {
	for name, applied := range map[string]bool{"applied": true, "not applied": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, p := memory(), &partage{account: bob}
				h := newHouse(t, j, p, rulesFunc(approval))
				id := h.ask(t, "b@u.fr")
				started := desk.Started{Attempt: 1, Until: time.Now().Add(6 * time.Minute), Before: bob}
				if _, err := h.desk.Change(t.Context(), id, desk.System, func(desk.Request) ([]desk.Fact, error) {
					return []desk.Fact{started}, nil
				}); err != nil {
					t.Fatal(err)
				}
				if applied {
					p.apply(h.request(id).Action)
				}
				h = newHouse(t, j, p, rulesFunc(approval))
				h.run(t, 5*time.Minute)
				if p.sends != 0 || p.looks != 0 {
					t.Fatalf("%d sends, %d looks before the time was over", p.sends, p.looks)
				}
				h.run(t, time.Hour)
				if r := h.request(id); r.State != desk.Settled || p.applied != 1 {
					t.Errorf("%s, %d effects", r.State, p.applied)
				}
			})
		})
	}
}

func TestManyNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, p := memory(), &partage{account: bob, slow: 3 * time.Second}
		asker := newHouse(t, j, p, rulesFunc(approval))
		for i := range 20 {
			asker.ask(t, fmt.Sprintf("b%d@u.fr", i))
		}
		var nodes sync.WaitGroup
		for range 6 {
			nodes.Go(func() { newHouse(t, j, p, rulesFunc(approval)).run(t, time.Hour) })
		}
		nodes.Wait()
		if err := asker.mirror.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for r := range asker.mirror.Requests(desk.Query{}) {
			if r.State != desk.Settled {
				t.Errorf("%s: %s", r.ID, r.State)
			}
		}
		if p.applied != 20 || p.sends != 20 {
			t.Errorf("%d effects by %d sends, want 20 by 20", p.applied, p.sends)
		}
	})
}

func TestPartageDownLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(time.Hour)
		p := &partage{account: bob, down: func(int) bool { return time.Now().Before(back) }}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 59*time.Minute)
		if r := h.request(id); r.State != desk.Ready || r.Code != desk.PartageDown || p.sends != 0 {
			t.Fatalf("%s %q, %d sends while Partage is down", r.State, r.Code, p.sends)
		}
		_, at := h.mirror.Request("")
		h.run(t, 2*time.Minute)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s after it came back", r.State)
		}
		if at > 10 {
			t.Errorf("an hour of silence took %d facts", at)
		}
	})
}

// Rights are asked again at the send, on what is true then.
func TestNothingIsSentWhen(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, house, *partage)
		code  desk.Code
	}{
		{"the approver has left the group", func(t *testing.T, h house, _ *partage) {
			if err := h.mirror.LearnPerson("eve", desk.Person{UID: "eve"}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}, desk.NotAllowed},
		{"the asker has left", func(t *testing.T, h house, _ *partage) {
			h.desk.Rules = rulesFunc(func(desk.Facts) desk.Decision { return desk.Decision{} })
		}, desk.NotAllowed},
		{"the mailbox now belongs to the approver", func(t *testing.T, h house, p *partage) {
			p.account.Owner = "eve"
		}, desk.NotAllowed},
		{"the address has passed to another mailbox", func(t *testing.T, h house, p *partage) {
			p.account.ID = "z-2"
		}, desk.OtherMailbox},
		{"the account is gone", func(t *testing.T, h house, p *partage) {
			p.account = desk.Account{}
		}, desk.UnknownAccount},
		{"another rule asks for two now", func(t *testing.T, h house, p *partage) {
			h.desk.Rules = rulesFunc(func(desk.Facts) desk.Decision {
				return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 2}}}
			})
		}, desk.NotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &partage{account: bob}
				h := newHouse(t, memory(), p, rulesFunc(approval))
				id := h.ask(t, "b@u.fr")
				tt.spoil(t, h, p)
				h.run(t, time.Hour)
				if r := h.request(id); r.State != desk.Broken || r.Code != tt.code || p.sends != 0 {
					t.Errorf("%s %q, %d sends; want broken %q and none", r.State, r.Code, p.sends, tt.code)
				}
			})
		})
	}
}

// The directory does not answer: held, not failed, and sent when it is back.
func TestDirectoryDownHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		back := time.Now().Add(time.Hour)
		h.executor.Refresh = func(context.Context, ...desk.UID) error {
			if time.Now().Before(back) {
				return errors.New("no answer")
			}
			return nil
		}
		id := h.ask(t, "b@u.fr")
		h.run(t, 50*time.Minute)
		if r := h.request(id); r.State != desk.Ready || p.sends != 0 {
			t.Fatalf("%s, %d sends", r.State, p.sends)
		}
		h.run(t, 15*time.Minute)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s", r.State)
		}
	})
}

// Between the send and the look the address was given to another mailbox that
// happens to have the alias: that is no proof.
func TestAnotherMailboxProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		p.fault = func(int) (bool, time.Duration, error) { p.account.ID = "z-9"; return true, 0, errLost }
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 365*time.Second) // one look is enough: no other will find it
		if r := h.request(id); r.State != desk.Broken || r.Code != desk.OtherMailbox || p.sends != 1 {
			t.Errorf("%s %q, %d sends", r.State, r.Code, p.sends)
		}
	})
}

func TestAlreadyThereIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		p.account.Aliases = []desk.Address{"b@u.fr"} // by another tool, meanwhile
		h.run(t, time.Minute)
		if r := h.request(id); r.State != desk.Settled || p.sends != 0 {
			t.Errorf("%s, %d sends", r.State, p.sends)
		}
	})
}

// A stop must not cut a write that is under way.
func TestStopFinishesTheSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &partage{account: bob, slow: 10 * time.Second}
		h := newHouse(t, memory(), p, rulesFunc(approval))
		id := h.ask(t, "b@u.fr")
		h.run(t, 5*time.Second)
		if r := h.request(id); r.State != desk.Settled {
			t.Errorf("%s after a stop during the send", r.State)
		}
	})
}
