package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// A point is a place where the executor can die: before or after each call that
// leaves it. They are named after what is called, for which step: "before send
// account.close". See points.
type point string

// A mortal is a process that dies at a point: from then on nothing it calls has
// any effect, nor any answer.
type mortal struct {
	desk.Journal
	desk.Office
	house func() house
	id    func() desk.ID

	dies  point
	die   func()
	dead  bool
	sent  bool // the look to come reads back
	trace []string
}

var errDead = errors.New("dead")

// call does what is called, unless the process is dead by then.
func (m *mortal) call(what string, a desk.Action, do func() error) error {
	if m.dead {
		return errDead
	}
	name := what + " " + string(a.Verb)
	if r := m.house().request(m.id()); r.Undoing {
		name = "undo: " + name
	}
	if m.trace = append(m.trace, name); m.dies == point("before "+name) {
		m.dead = true
		m.die()
		return errDead
	}
	if err := do(); m.dies != point("after "+name) {
		return err
	}
	m.dead = true
	m.die()
	return errDead
}

func (m *mortal) Look(ctx context.Context, a desk.Action, id string) (account desk.Account, err error) {
	what := map[bool]string{false: "look", true: "read-back"}[m.sent]
	m.sent = false
	err = m.call(what, a, func() (err error) { account, err = m.Office.Look(ctx, a, id); return err })
	return account, err
}

func (m *mortal) Plan(ctx context.Context, r desk.Request, before desk.Account, taken desk.Request) (p desk.Plan, err error) {
	err = m.call("plan", r.Action, func() (err error) { p, err = m.Office.Plan(ctx, r, before, taken); return err })
	return p, err
}

func (m *mortal) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	var given desk.Pen
	err := m.call("token", a, func() (err error) { given, err = m.Office.Pen(ctx, a, before); return err })
	if err != nil {
		return nil, err
	}
	return pen{issued: given.Issued(), write: func(ctx context.Context) error {
		m.sent = true
		return m.call("send", a, func() error { return given.Write(ctx) })
	}}, nil
}

func (m *mortal) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (seq desk.Seq, err error) {
	what := ""
	switch f := events[len(events)-1].Fact.(type) {
	case desk.Started:
		what = "intent"
	case desk.Stepped, desk.Done, desk.Undone:
		what = "proof"
	case desk.Unknown:
		what = fmt.Sprintf("doubt %d", f.Looks)
	case desk.Failed:
		what = map[bool]string{false: "retry", true: "failure"}[f.Final]
	}
	if what == "" { // of the doors
		return m.Journal.Append(ctx, after, events...)
	}
	next := m.house().request(m.id()).Next()
	if planned, ok := events[0].Fact.(desk.Planned); ok {
		next = planned.Plan.Steps[0].Do
	}
	err = m.call(what, next, func() (err error) { seq, err = m.Journal.Append(ctx, after, events...); return err })
	return seq, err
}

func (m *mortal) Wait(ctx context.Context, after desk.Seq) error {
	if m.dead {
		<-ctx.Done()
		return ctx.Err()
	}
	return m.Journal.Wait(ctx, after)
}

// live runs one process on the town until it dies or d has passed, and returns its calls.
func live(t *testing.T, j desk.Journal, w *town, id desk.ID, dies point, d time.Duration) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	m := &mortal{Journal: j, Office: w, dies: dies, die: cancel}
	var h house
	m.house, m.id = func() house { return h }, func() desk.ID { return id }
	h = settled(t, m, m, w)
	if err := h.executor.Run(ctx); err != nil && !m.dead {
		t.Error(err)
	}
	if dies != "" && !m.dead {
		t.Fatalf("%s: never came there", dies)
	}
	return m.trace
}

// A journey is a request with a fault, and where it ends.
type journey struct {
	verb  string
	fault func(nth int, a desk.Action) fate
	ends  string
}

// refuseMark turns a deletion back from its last step.
func refuseMark(_ int, a desk.Action) fate {
	if a.Verb == desk.AccountMark {
		return fate{skip: true, err: errRefused}
	}
	return fate{}
}

// loseClose loses the closing and its answer, once.
func loseClose(nth int, a desk.Action) fate {
	if a.Verb == desk.AccountClose && nth == 1 {
		return fate{skip: true, err: errLost}
	}
	return fate{}
}

// unsentHide does not send the hiding, once.
func unsentHide(nth int, a desk.Action) fate {
	if a.Verb == desk.AccountHide && nth == 1 {
		return fate{skip: true, err: errUnsent}
	}
	return fate{}
}

var journeys = map[string]journey{
	"deletion":              {"account.delete", nil, "done"},
	"return":                {"account.restore", nil, "done"},
	"deletion, refused":     {"account.delete", refuseMark, "undone"},
	"deletion, answer lost": {"account.delete", loseClose, "done"},
	"deletion, not sent":    {"account.delete", unsentHide, "done"},
}

// points lists the calls of each journey: two points each. A change of the
// protocol shows here.
var points = map[string]string{
	"deletion":              "look account.delete, plan account.delete, " + steps("list.leave account.close account.hide account.rename account.eppn account.mark"),
	"return":                "look account.restore, plan account.restore, " + steps("account.unmark account.eppn account.rename account.unhide account.activate list.join"),
	"deletion, refused":     "read-back account.mark, failure account.mark, undo: " + strings.ReplaceAll(steps("account.eppn account.rename account.unhide account.activate list.join"), ", ", ", undo: "),
	"deletion, answer lost": "doubt 1 account.close, doubt 2 account.close, retry account.close",
	"deletion, not sent":    "retry account.hide",
}

func steps(verbs string) string {
	var all []string
	for _, verb := range strings.Fields(verbs) {
		for _, what := range []string{"look", "token", "intent", "send", "read-back", "proof"} {
			all = append(all, what+" "+verb)
		}
	}
	return strings.Join(all, ", ")
}

// begin is a town where the journey is about to begin.
func (j journey) begin(t *testing.T, events desk.Journal) (w *town, was any, id desk.ID) {
	t.Helper()
	w = newTown()
	was = w.state()
	h := settled(t, events, w, w)
	if j.verb == "account.restore" {
		h.approved(t, "account.delete "+bobs)
		h.run(t, time.Minute)
		w.effects, w.sent, w.tries = map[string]int{}, nil, map[string]int{}
	}
	w.fault = j.fault
	return w, was, h.approved(t, j.verb+" "+bobs)
}

// The calls of each journey are those of the table.
func TestPointsAreThoseOfTheTable(t *testing.T) {
	named := map[string]bool{}
	for name, j := range journeys {
		synctest.Test(t, func(t *testing.T) {
			events := memory()
			w, _, id := j.begin(t, events)
			calls := live(t, events, w, id, "", 3*time.Hour)
			for p := range strings.SplitSeq(points[name], ", ") {
				named["before "+p], named["after "+p] = true, true
				if !slices.Contains(calls, p) {
					t.Errorf("%s: never %s", name, p)
				}
			}
			for _, c := range calls {
				if everywhere := points["deletion"] + ", " + points[name]; !slices.Contains(strings.Split(everywhere, ", "), c) {
					t.Errorf("%s: %s is not in the table", name, c)
				}
			}
		})
	}
	t.Logf("%d named points", len(named))
	if len(named) < 40 {
		t.Errorf("%d points only", len(named))
	}
}

// Killed before and after each call, by each journey: another process goes on
// from the journal alone, to the end that the journey has anyway. No step takes
// effect twice, and what was deleted can be given back.
func TestKilledAnywhere(t *testing.T) {
	for name, j := range journeys {
		for p := range strings.SplitSeq(points[name], ", ") {
			for _, side := range []string{"before ", "after "} {
				dies := point(side + p)
				t.Run(name+"/"+string(dies), func(t *testing.T) { killed(t, j, dies) })
			}
		}
	}
}

func killed(t *testing.T, j journey, dies point) {
	synctest.Test(t, func(t *testing.T) {
		events := memory()
		w, was, id := j.begin(t, events)
		live(t, events, w, id, dies, 3*time.Hour)
		heir := settled(t, events, w, w)
		heir.run(t, 3*time.Hour)
		r := heir.request(id)
		if j.verb == "account.restore" {
			if diff := cmp.Diff(was, any(w.state())); diff != "" || r.State != desk.Settled {
				t.Errorf("%s %q at step %d: %s", r.State, r.Error, r.Step, diff)
			}
			return
		}
		if got := (outcome{w, was, r}).ends(t); got != j.ends {
			t.Fatalf("%s, want %s: %q %q", got, j.ends, r.Cause, r.Error)
		}
		if j.ends != "done" {
			return
		}
		w.fault = nil
		back := heir.approved(t, "account.restore "+bobs)
		heir.run(t, time.Hour)
		if diff := cmp.Diff(was, any(w.state())); diff != "" || heir.request(back).State != desk.Settled {
			t.Errorf("given back: %s", diff)
		}
	})
}

// Killed at each point of a deletion, with each fault at the same step; and with
// one in five of the faults at each other step.
func TestKilledAnywhereWithFaults(t *testing.T) {
	n := 0
	for p := range strings.SplitSeq(points["deletion"], ", ") {
		for _, verb := range []desk.Verb{desk.ListLeave, desk.AccountClose, desk.AccountHide, desk.AccountRename, desk.AccountEPPN, desk.AccountMark} {
			for _, f := range fates[1:] {
				for _, side := range []string{"before ", "after "} {
					if n++; n%5 != 0 && !strings.HasSuffix(p, " "+string(verb)) {
						continue
					}
					dies, ended := point(side+p), false
					name := fmt.Sprintf("%s, %s %s", dies, verb, f.name)
					synctest.Test(t, func(t *testing.T) { ended = killedWith(t, name, dies, verb, f.of) })
					if !ended {
						t.Fatal(name)
					}
				}
			}
		}
	}
}

// killedWith says that the deletion ended done or undone. A fault may keep it
// from ever coming to its point: then it ends in the first process.
func killedWith(t *testing.T, name string, dies point, verb desk.Verb, of func(int) fate) bool {
	events := memory()
	w, was, id := (journey{"account.delete", func(nth int, a desk.Action) fate {
		if a.Verb == verb {
			return of(nth)
		}
		return fate{}
	}, ""}).begin(t, events)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
	defer cancel()
	m := &mortal{Journal: events, Office: w, dies: dies, die: cancel}
	var h house
	m.house, m.id = func() house { return h }, func() desk.ID { return id }
	h = settled(t, m, m, w)
	if err := h.executor.Run(ctx); err != nil && !m.dead {
		t.Errorf("%s: %v", name, err)
	}
	heir := settled(t, events, w, w)
	heir.run(t, 3*time.Hour)
	end := (outcome{w, was, heir.request(id)}).ends(t)
	if end != "done" && end != "undone" {
		t.Errorf("%s: %s", name, end)
	}
	return !t.Failed()
}
