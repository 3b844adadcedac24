package main

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/partage/simulator"
)

// The sabotages: each takes one guard away from a node, around the ports, for the
// oracle to be seen to see it. The product has no such switch.
const (
	noWait     = "no wait"             // an absence is believed at once
	noReadBack = "no read-back"        // what the answer says is believed
	noSwap     = "no compare-and-swap" // a position that is taken is taken for ours
	noIntent   = "no intent"           // the send comes before Started
	noRecord   = "no record"           // what was asked is acknowledged and not kept
	noError    = "no error"            // a write that failed is taken for good
	noFile     = "no freeze file"      // it is not looked at
	noFreeze   = "no freeze"           // what the journal says of one is not heeded
)

// hasty is a timing without the fence, nor any rest that would do for one.
func hasty(t executor.Timing) executor.Timing {
	t.Margin, t.Apart, t.Rest = -t.TokenLife, 0, 0
	return t
}

func (o orders) journal(j desk.Journal) desk.Journal {
	switch o.Sabotage {
	case noSwap:
		return lostRaces{j}
	case noError:
		return content{j}
	case noRecord:
		return &forgetful{Journal: j}
	}
	return j
}

func (o orders) office(true desk.Office) desk.Office {
	switch o.Sabotage {
	case noReadBack:
		return &believer{Office: true}
	case noIntent:
		return eager{true}
	}
	return true
}

// deaf sabotages a house against freezes.
func (o orders) deaf(h *house) {
	switch o.Sabotage {
	case noFile:
		h.freezeFile += ".none"
	case noFreeze:
		h.desk.View = thawed{h.mirror}
	}
}

// thawed is a view without any freeze.
type thawed struct{ desk.View }

func (thawed) Freeze() (desk.Event, bool) { return desk.Event{}, false }

// lostRaces takes what another process wrote at its position for its own.
type lostRaces struct{ desk.Journal }

func (j lostRaces) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	at, err := j.Journal.Append(ctx, after, events...)
	if errors.Is(err, desk.ErrBehind) {
		return after + desk.Seq(len(events)), nil
	}
	return at, err
}

// content does not hear of what cannot be written.
type content struct{ desk.Journal }

func (j content) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	at, err := j.Journal.Append(ctx, after, events...)
	if err != nil && !errors.Is(err, desk.ErrBehind) {
		return after + desk.Seq(len(events)), nil
	}
	return at, err
}

// forgetful forgets one question in ten, and says that it is kept.
type forgetful struct {
	desk.Journal
	mu    sync.Mutex
	asked int
}

func (j *forgetful) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	if _, asks := events[0].Fact.(desk.Asked); asks {
		j.mu.Lock()
		j.asked++
		forget := j.asked%10 == 0
		j.mu.Unlock()
		if forget {
			return after + desk.Seq(len(events)), nil
		}
	}
	return j.Journal.Append(ctx, after, events...)
}

// A believer shows what the last answer to the same action said.
type believer struct {
	desk.Office
	answers sync.Map
}

func (b *believer) Shows(a desk.Action, account desk.Account) bool {
	if answer, told := b.answers.LoadAndDelete(a.String()); told {
		return answer == nil
	}
	return b.Office.Shows(a, account)
}

func (b *believer) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	pen, err := b.Office.Pen(ctx, a, before)
	return told{pen, func(answer error) { b.answers.Store(a.String(), answer) }}, err
}

type told struct {
	desk.Pen
	answer func(error)
}

func (p told) Write(ctx context.Context) error {
	err := p.Pen.Write(ctx)
	p.answer(err)
	return err
}

// An eager office sends when it takes the token.
type eager struct{ desk.Office }

func (e eager) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	pen, err := e.Office.Pen(ctx, a, before)
	if err != nil {
		return nil, err
	}
	return written{pen.Issued(), pen.Write(ctx)}, nil
}

type written struct {
	issued time.Time
	answer error
}

func (w written) Issued() time.Time           { return w.issued }
func (w written) Write(context.Context) error { return w.answer }

// quick are tales of two actions that leave the account as the whole life does.
func quick(tales []tale) (each []tale) {
	for _, t := range tales {
		if t.Refused == "" {
			each = append(each, tale{Home: t.Home, Actions: []string{"quota.set " + string(t.Home) + " size=20G", "account.cos " + string(t.Home) + " cos=" + stormClass}})
		}
	}
	return each
}

// once has this happen to the first write about each account.
func (s *storm) once(f simulator.Fault) {
	for _, t := range s.Tales {
		f.Method, f.Name, f.Times = "ModifyAccount", string(t.Home), 1
		s.faults = append(s.faults, f)
	}
}

// The oracle sees each of them each time, for nothing is left to chance: a write
// without an answer has its effect right after the next one, a write that is said
// to be done is not. With all guards in place the same Partage does no harm.
func TestTheStormSeesSabotage(t *testing.T) {
	overtaken := simulator.Fault{Answer: simulator.Drop, Effect: simulator.Overtaken, Delay: latest}
	for name, trial := range map[string]struct {
		fault simulator.Fault
		seen  func(verdict) int
	}{
		noWait:     {overtaken, func(v verdict) int { return v.doubled }},
		noReadBack: {simulator.Fault{Effect: simulator.Skipped}, func(v verdict) int { return v.lost }},
		noIntent:   {simulator.Fault{Answer: simulator.Drop, Effect: simulator.Applied}, func(v verdict) int { return v.orphans }},
		noRecord:   {simulator.Fault{}, func(v verdict) int { return v.lost }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, sabotage := range []string{"", name} {
				s := newStorm(t, 300, *stormSeed)
				s.Tales, s.calm, s.limit, s.Sabotage = quick(s.Tales), true, 20*time.Second, sabotage
				if sabotage == noWait {
					s.Timing, trial.fault.Delay = hasty(s.Timing), time.Hour // later than it looks back, however slow it is
				}
				s.once(trial.fault)
				v := s.rage(t)
				if sabotage == "" && v.bad() || sabotage != "" && trial.seen(v) == 0 {
					t.Errorf("sabotage %q: %s\n%s", sabotage, v, v.told())
				}
				t.Logf("%q: %s", sabotage, v)
			}
		})
	}
}
