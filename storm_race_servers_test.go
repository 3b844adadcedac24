//go:build servers

package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// waiting asks for that many things that another administrator must approve.
func (s *storm) waiting(t *testing.T, d *desk.Desk, n int) (ids []desk.ID) {
	t.Helper()
	accounts := slices.Sorted(maps.Keys(s.before))
	for i := range n {
		action, err := desk.ParseAction(fmt.Sprintf("account.forward %s to=n%d@example.org", accounts[i%len(accounts)], i))
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Action: action, Key: action.String()})
		if err != nil || r.State != desk.Waiting {
			t.Fatalf("%s: %s %v", action, r.State, err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

// Two processes judge the same requests, each by approving, refusing,
// amending and withdrawing: one decision is taken of each, and who was told that
// it was his finds it in the history.
func TestTwoProcessesRaceToDecide(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	many := min(1000, max(200, *stormActions/10))
	for sabotage, name := range map[string]string{"": "race", noSwap: "swap"} {
		t.Run(name, func(t *testing.T) {
			s := newStorm(t, 1, *stormSeed)
			s.Journal = p.Database(t, name)
			events, err := config{Journal: s.Journal}.openJournal(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			defer events.Close()
			h, err := s.house(t.Context(), events)
			if err != nil {
				t.Fatal(err)
			}
			defer h.office.Domains.Close()
			s.Judge, s.Sabotage = s.waiting(t, h.desk, many), sabotage
			s.together(t)
			told := map[string]int{}
			for _, ack := range s.acks {
				told[ack]++
			}
			decided, held := map[desk.ID]int{}, map[string]int{}
			for e, err := range events.Read(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				switch e.Fact.(type) {
				case desk.Approved, desk.Refused:
					decided[e.ID]++
					held[deed(e)]++
				case desk.Amended, desk.Withdrawn:
					held[deed(e)]++
				}
			}
			if err := h.mirror.CatchUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, id := range s.Judge {
				r, _ := h.mirror.Request(id)
				if sabotage == "" && (r.State == desk.Waiting || decided[id] > 1) {
					t.Errorf("%s is %s after %d decisions", id, r.State, decided[id])
				}
			}
			if agrees := maps.Equal(told, held); agrees != (sabotage == "") {
				t.Errorf("told %d, in the history %d, agrees: %v", len(told), len(held), agrees)
			}
			t.Logf("%d requests, %d deeds told", len(s.Judge), len(told))
		})
	}
}

func deed(e desk.Event) string {
	switch e.Fact.(type) {
	case desk.Approved:
		return "approve " + string(e.ID)
	case desk.Refused:
		return "refuse " + string(e.ID)
	case desk.Amended:
		return "amend " + string(e.ID)
	}
	return "withdraw " + string(e.ID)
}

// together starts two nodes and waits for both.
func (s *storm) together(t *testing.T) {
	t.Helper()
	var both sync.WaitGroup
	for range 2 {
		n, err := s.start()
		if err != nil {
			t.Fatal(err)
		}
		both.Go(func() {
			<-n.ended
			if !n.over {
				t.Errorf("a node ended by itself, %v: %s", n.process.ProcessState, &n.complaint)
			}
		})
	}
	both.Wait()
}
