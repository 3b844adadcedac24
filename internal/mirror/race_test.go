package mirror

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// hasty is a journal that takes at its end what came too late.
type hasty struct{ *journal.Memory }

func (h hasty) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	for {
		last, err := h.Memory.Append(ctx, after, events...)
		if !errors.Is(err, desk.ErrBehind) {
			return last, err
		}
		after++
		for i := range events {
			events[i].Seq++
		}
	}
}

// deeds are what two nodes try on each request, at once: who, and what it is in
// the history.
var deeds = []func(context.Context, *desk.Desk, desk.Request) error{
	func(ctx context.Context, d *desk.Desk, r desk.Request) error {
		_, err := d.Approve(ctx, "dsi1", desk.Chat, r.ID, r.Digest())
		return err
	},
	func(ctx context.Context, d *desk.Desk, r desk.Request) error {
		_, err := d.Refuse(ctx, "dsi2", desk.Chat, r.ID, r.Digest(), "")
		return err
	},
	func(ctx context.Context, d *desk.Desk, r desk.Request) error {
		_, err := d.Amend(ctx, "ann", desk.Portal, r.ID, r.Digest(), "other."+r.Action.Arg("alias"))
		return err
	},
	func(ctx context.Context, d *desk.Desk, r desk.Request) error {
		_, err := d.Withdraw(ctx, "ann", desk.Chat, r.ID)
		return err
	},
}

func deed(f desk.Fact) int {
	switch f.(type) {
	case desk.Approved:
		return 0
	case desk.Refused:
		return 1
	case desk.Amended:
		return 2
	case desk.Withdrawn:
		return 3
	}
	return -1
}

// race has two desks do all the deeds on each of many requests, and lists what
// is wrong afterwards.
func race(t *testing.T, j desk.Journal, many int) []string {
	t.Helper()
	nodes := [2]*desk.Desk{}
	nodes[0], _ = house(t, j)
	nodes[1], _ = house(t, j)
	var asked []desk.Request
	for i := range many {
		asked = append(asked, askFor(t, nodes[0], fmt.Sprintf("a%d@u.fr", i), fmt.Sprint(i)))
	}
	must(t, nodes[1].View.CatchUp(t.Context()))
	var mu sync.Mutex
	told := map[string]int{}
	var all sync.WaitGroup
	for n := range 2 * len(deeds) {
		all.Go(func() {
			for i := range asked {
				r := asked[(i+n/2)%len(asked)]
				if deeds[n%len(deeds)](t.Context(), nodes[n%2], r) == nil {
					mu.Lock()
					told[fmt.Sprint(r.ID, " ", n%len(deeds))]++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return judged(t, j, asked, told)
}

// judged compares what people were told with the history, folded from nothing.
func judged(t *testing.T, j desk.Journal, asked []desk.Request, told map[string]int) (wrong []string) {
	t.Helper()
	m := New(j)
	if err := m.CatchUp(t.Context()); err != nil {
		wrong = append(wrong, err.Error())
	}
	held, ends := map[string]int{}, map[desk.ID]int{}
	for e, err := range j.Read(t.Context(), 0) {
		must(t, err)
		if n := deed(e.Fact); n >= 0 {
			held[fmt.Sprint(e.ID, " ", n)]++
			if n != 2 {
				ends[e.ID]++
			}
		}
	}
	for key, n := range told {
		if held[key] != n {
			wrong = append(wrong, fmt.Sprintf("%s: told %d times, held %d", key, n, held[key]))
		}
	}
	for _, first := range asked {
		r, _ := m.Request(first.ID)
		voted := r.State == desk.Ready && len(r.Votes) == 1 || r.State == desk.Cancelled || r.State == desk.Rejected || r.State == desk.Waiting && r.Version == 1
		// An approval may be taken back by a withdrawal, as long as nothing was sent.
		if !voted || ends[r.ID] > 2 || r.State == desk.Ready && r.Version != 0 {
			wrong = append(wrong, fmt.Sprintf("%s: %s, version %d, %d ends", r.ID, r.State, r.Version, ends[r.ID]))
		}
	}
	return wrong
}

// Whoever approves, refuses, amends or withdraws at the same time on two nodes:
// what is told is what is held, and no vote is for other words than it saw.
func TestTwoNodesRaceToDecide(t *testing.T) {
	for _, w := range race(t, journal.NewMemory(), 100) {
		t.Error(w)
	}
}

// It is the compare-and-swap that orders them: without it, two nodes that have not
// heard of each other both decide.
func TestTheRaceSeesThatNothingIsCompared(t *testing.T) {
	decided := func(j desk.Journal) []string {
		one, _ := house(t, j)
		other, _ := house(t, j)
		r := askFor(t, one, "a@u.fr", "k")
		must(t, other.View.CatchUp(t.Context()))
		told := map[string]int{}
		for n, d := range []*desk.Desk{one, other} {
			if deeds[n](t.Context(), d, r) == nil {
				told[fmt.Sprint(r.ID, " ", n)]++
			}
		}
		return judged(t, j, []desk.Request{r}, told)
	}
	if wrong := decided(journal.NewMemory()); len(wrong) > 0 {
		t.Errorf("compared: %v", wrong)
	}
	if wrong := decided(hasty{journal.NewMemory()}); len(wrong) == 0 {
		t.Error("nothing was wrong: the race shows nothing")
	}
}
