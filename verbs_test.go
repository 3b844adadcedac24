package main

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/partage/simulator"
)

// everyVerb is what Sophie asks of an account, in an order in which each finds
// what it needs; Henri approves where it must be.
var everyVerb = []struct {
	action, before string // before is asked first, undisturbed
	method         string
}{
	{"alias.add ADDRESS alias=tout-neuf@physique.unistra.fr", "", "AddAccountAlias"},
	{"alias.remove ADDRESS alias=tout-neuf@physique.unistra.fr", "alias.add ADDRESS alias=tout-neuf@physique.unistra.fr", "RemoveAccountAlias"},
	{"alias.renew ADDRESS alias=tout-neuf@physique.unistra.fr until=LATER",
		"alias.add ADDRESS alias=tout-neuf@physique.unistra.fr until=SOON; alias.remove ADDRESS alias=tout-neuf@physique.unistra.fr", "AddAccountAlias"},
	{"quota.set ADDRESS size=20G", "", "ModifyAccount"},
	{"account.lock ADDRESS", "", "ModifyAccount"},
	{"account.activate ADDRESS", "account.lock ADDRESS", "ModifyAccount"},
	{"account.close ADDRESS", "", "ModifyAccount"},
	{"account.hide ADDRESS", "", "ModifyAccount"},
	{"account.unhide ADDRESS", "account.hide ADDRESS", "ModifyAccount"},
	{"account.rename ADDRESS to=jeanne.durand@unistra.fr", "", "RenameAccount"},
	{"account.cos ADDRESS cos=s_univ-strasbourg_personnel", "", "ModifyAccount"},
	{"account.forward ADDRESS to=jeanne@example.org", "", "ModifyAccount"},
	{"account.forward ADDRESS to=none", "account.forward ADDRESS to=jeanne@example.org", "ModifyAccount"},
	{`account.profile ADDRESS phone="03 68 85" title=Directrice city=none`, "", "ModifyAccount"},
}

// newBackstage is the demo without its doors, its waits short.
func newBackstage(t *testing.T) stage { return backstageAfter(t, func(stage) {}) }

// backstageAfter is the same, after what went before its executor began.
func backstageAfter(t *testing.T, before func(stage)) stage {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d := &demo{}
	if err := d.build(ctx, 1000, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	h := d.house
	if err := h.load(ctx); err != nil {
		t.Fatal(err)
	}
	h.desk.Brakes = desk.Brakes{Person: 10_000, Domain: 10_000, Verb: 10_000, All: 10_000, PerMille: 1000} // tried elsewhere
	before(stage{d, t})
	short := executor.Timing{Send: 5 * time.Second, TokenLife: 20 * time.Millisecond, Pause: 5 * time.Second, Apart: 10 * time.Millisecond, Rest: 10 * time.Millisecond, Attempts: 3}
	x := &executor.Executor{Desk: h.desk, Office: h.office, Refresh: h.refresh, Timing: short,
		Halted: func() bool { return false }, Steady: h.steady, Log: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		d.close()
	})
	return stage{d, t}
}

// does has Sophie ask for the action and Henri approve it if he must, and waits
// for its end.
func (s stage) does(text string) desk.Request {
	s.Helper()
	day := func(n int) string { return s.house.desk.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	next, _ := s.house.desk.View.Next()
	asked, _ := strconv.Atoi(strings.TrimPrefix(string(next), "D-")) // each renewal is for longer
	action, err := desk.ParseAction(strings.NewReplacer("ADDRESS", "jeanne.dupont@unistra.fr", "SOON", day(20), "LATER", day(100+asked)).Replace(text))
	if err != nil {
		s.Fatal(err)
	}
	d := s.house.desk
	r, err := d.Ask(s.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Action: action, Key: string(next)})
	if err == nil && r.State == desk.Waiting {
		r, err = d.Approve(s.Context(), "hpoincare", desk.Chat, r.ID, r.Digest())
	}
	if err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return s.end(r.ID)
}

// end waits until a request will not move any more.
func (s stage) end(id desk.ID) desk.Request {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	for {
		r, at := s.house.mirror.Request(id)
		if r.State.Final() {
			return r
		}
		if err := s.house.desk.Journal.Wait(ctx, at); err != nil {
			s.Fatalf("%s is %s: %v", id, r.State, err)
		}
		if err := s.house.mirror.CatchUp(ctx); err != nil {
			s.Fatal(err)
		}
	}
}

// Whatever Partage answers, each verb takes effect once and is proved, or is
// proved to have had none; and its undo, asked like any other, gives the account
// back as it was.
func TestEveryVerbThroughFaults(t *testing.T) {
	tried := map[desk.Verb]bool{}
	for _, x := range everyVerb {
		t.Run(x.action, func(t *testing.T) {
			s := newBackstage(t)
			for before := range strings.SplitSeq(x.before, "; ") {
				if before != "" {
					s.does(before)
				}
			}
			for name, tt := range troubles {
				t.Run(name, func(t *testing.T) { tried[stage{s.demo, t}.suffers(x.action, x.method, tt)] = true })
			}
		})
	}
	for _, verb := range []desk.Verb{desk.AccountDelete, desk.AccountRestore, desk.AccountCreate, desk.AccountPurge, desk.AliasMove, desk.AccountShare, desk.AccountUnshare, desk.AccountRenew} {
		tried[verb] = true // by TestDeletedAndBack, TestAMailboxEndsAndComesBack, and those of verbs_coming_test.go
	}
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); spec.Changes && !spec.Governs && !tried[verb] {
			t.Errorf("%s is not tried here", verb)
		}
	}
}

// Whatever Partage answers to one of its writes, a deletion is done or nothing
// is changed, and what was deleted comes back; nothing is ever deleted for good.
func TestDeletedAndBack(t *testing.T) {
	for _, method := range []string{"RemoveGroupMembers", "ModifyAccount", "RenameAccount"} {
		for name, tt := range troubles {
			t.Run(method+", "+name, func(t *testing.T) {
				s := newBackstage(t)
				if tt.want == desk.Broken { // nothing is in the way of taking back
					tt.Times = map[bool]int{true: 1, false: 3}[name == "refused"]
				}
				if tt.Fault != (simulator.Fault{}) {
					tt.Method = method
					if err := s.partage.SetFaults(tt.Fault); err != nil {
						t.Fatal(err)
					}
				}
				before := s.house.mirror.Account("jeanne.dupont@unistra.fr")
				r := s.does("account.delete ADDRESS")
				if r.State != tt.want || r.State == desk.Broken && r.Step != 0 {
					t.Fatalf("%s at step %d: %s %s", r.State, r.Step, r.Code, r.Error)
				}
				if r.State == desk.Settled {
					r = s.does("account.restore ADDRESS")
				}
				if back := s.house.mirror.Account("jeanne.dupont@unistra.fr"); r.State != tt.want || !cmp.Equal(before, back) {
					t.Errorf("%s, and now %s", r.State, cmp.Diff(before, back))
				}
				for _, w := range s.partage.Log() {
					if strings.HasPrefix(w.Method, "Delete") {
						t.Errorf("%s was sent", w.Method)
					}
				}
			})
		}
	}
}

type trouble struct {
	simulator.Fault
	want    desk.State
	effects int
}

var troubles = map[string]trouble{
	"clean":                        {simulator.Fault{}, desk.Settled, 1},
	"answer lost, applied":         {simulator.Fault{Answer: simulator.Drop, Effect: simulator.Applied, Times: 1}, desk.Settled, 1},
	"answer lost, not applied":     {simulator.Fault{Answer: simulator.Drop, Effect: simulator.Skipped, Times: 1}, desk.Settled, 1},
	"half an answer, applied":      {simulator.Fault{Answer: simulator.Truncated, Effect: simulator.Applied, Times: 1}, desk.Settled, 1},
	"no status, not applied":       {simulator.Fault{Answer: simulator.NoStatus, Effect: simulator.Skipped, Times: 1}, desk.Settled, 1},
	"accepted, without effect":     {simulator.Fault{Effect: simulator.Skipped, Times: 1}, desk.Settled, 1},
	"bad gateway, applied":         {simulator.Fault{Answer: simulator.BadGateway, Effect: simulator.Applied, Times: 1}, desk.Settled, 1},
	"in maintenance for one write": {simulator.Fault{Answer: simulator.Message, Message: "domain is in maintenance mode", Effect: simulator.Skipped, Times: 1}, desk.Settled, 1},
	"refused":                      {simulator.Fault{Answer: simulator.Message, Message: "permission denied", Effect: simulator.Skipped}, desk.Broken, 0},
	"never applied, answers lost":  {simulator.Fault{Answer: simulator.Drop, Effect: simulator.Skipped}, desk.Broken, 0},
}

// suffers carries the action out through the trouble, and back.
func (s stage) suffers(text, method string, x trouble) desk.Verb {
	s.Helper()
	if x.Fault != (simulator.Fault{}) {
		x.Method = method
		if err := s.partage.SetFaults(x.Fault); err != nil {
			s.Fatal(err)
		}
	}
	before := s.effects()
	r := s.does(text)
	if n := s.effects() - before; r.State != x.want || n != x.effects {
		s.Fatalf("%s, %d effects; want %s, %d (%s %s)", r.State, n, x.want, x.effects, r.Code, r.Error)
	}
	if err := s.partage.SetFaults(); err != nil {
		s.Fatal(err)
	}
	if r.State != desk.Settled {
		return r.Action.Verb
	}
	if !s.house.office.Shows(r.Action, r.Proof) || r.Proof.ID != r.Mailbox {
		s.Errorf("done without proof: %+v", r.Proof)
	}
	undo, ok := desk.Undo(r.Action, r.Before)
	if !ok {
		s.Fatal("cannot be undone")
	}
	if back := s.does(undo.String()); back.State != desk.Settled || !cmp.Equal(back.Proof, r.Before) {
		s.Errorf("%s is %s and leaves %s", undo, back.State, cmp.Diff(r.Before, back.Proof))
	}
	return r.Action.Verb
}
