package desk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// plan has n steps: "alias.add bob@u.fr alias=0@u.fr" and so on.
func plan(n int, reversible bool) (p desk.Plan) {
	for i := range n {
		alias := fmt.Sprintf("alias=%d@u.fr", i)
		step := desk.Step{Do: desk.Action{Verb: desk.AliasAdd, Target: "bob@u.fr", Args: alias}}
		if reversible {
			step.Undo = desk.Action{Verb: desk.AliasRemove, Target: "bob@u.fr", Args: alias}
		}
		p.Steps = append(p.Steps, step)
	}
	return p
}

var planned = event(desk.System, desk.Planned{Plan: plan(3, true)})

// walk is a request with a plan, then for each letter one more fact: s started,
// p proved, x failed for good, u unknown, r failed and to be tried again.
func walk(t *testing.T, first desk.Event, letters string) desk.Request {
	t.Helper()
	r := after(t, asked, allowed, first)
	for _, l := range letters {
		var f desk.Fact
		switch l {
		case 's':
			f = desk.Started{Attempt: r.Attempt + 1, Step: r.Step, Undo: r.Undoing, Until: now.Add(time.Hour)}
			if r.Undoing {
				f = desk.Started{Attempt: r.Attempt + 1, Step: r.Step - 1, Undo: true}
			}
		case 'p':
			f = map[bool]desk.Fact{false: desk.Stepped{Attempt: r.Attempt}, true: desk.Done{Attempt: r.Attempt}}[r.Last()]
			if r.Last() && r.Undoing {
				f = desk.Undone{Attempt: r.Attempt}
			}
		case 'x':
			f = desk.Failed{Attempt: r.Attempt, Code: desk.PartageRefused, Final: true}
		case 'r':
			f = desk.Failed{Attempt: r.Attempt, Code: desk.PartageDown}
		case 'u':
			f = desk.Unknown{Attempt: r.Attempt, Looks: r.Looks + 1}
		}
		var err error
		if r, err = r.With(event(desk.System, f)); err != nil {
			t.Fatalf("%q: %v", letters, err)
		}
	}
	return r
}

// Each state of a plan of three steps with every fact of the executor.
func TestEveryStateOfAPlan(t *testing.T) {
	facts := map[string]desk.Event{
		"planned": planned, "withdrawn": event("ann", desk.Withdrawn{}), "approved": event("dan", desk.Approved{}), "refused": event("dan", desk.Refused{}),
		"allowed": allowed, "announced": event(desk.System, desk.Announced{Role: desk.ToAsker}),
	}
	for attempt := range 8 {
		for _, f := range []desk.Fact{desk.Stepped{Attempt: attempt}, desk.Done{Attempt: attempt}, desk.Undone{Attempt: attempt}, desk.Failed{Attempt: attempt},
			desk.Failed{Attempt: attempt, Final: true}, desk.Unknown{Attempt: attempt, Looks: 1}} {
			name := fmt.Sprintf("%T %d", f, attempt)[len("desk."):]
			if failed, ok := f.(desk.Failed); ok && failed.Final {
				name = fmt.Sprintf("Broken %d", attempt)
			}
			facts[name] = event(desk.System, f)
		}
		for step := range 4 {
			facts[fmt.Sprintf("Started %d at %d", attempt, step)] = event(desk.System, desk.Started{Attempt: attempt, Step: step})
			facts[fmt.Sprintf("Started %d back %d", attempt, step)] = event(desk.System, desk.Started{Attempt: attempt, Step: step, Undo: true})
		}
	}
	to := func(pairs ...any) map[string]desk.State {
		next := map[string]desk.State{}
		for i := 0; i < len(pairs); i += 2 {
			next[pairs[i].(string)] = pairs[i+1].(desk.State)
		}
		return next
	}
	everyStateWithEveryFact(t, map[string]stand{
		"planned":              {walk(t, planned, ""), to("planned", desk.Ready, "withdrawn", desk.Cancelled, "Started 1 at 0", desk.Running, "Failed 0", desk.Ready, "Broken 0", desk.Broken)},
		"first step tried":     {walk(t, planned, "sr"), to("planned", desk.Ready, "Started 2 at 0", desk.Running, "Failed 1", desk.Ready, "Broken 1", desk.Broken)},
		"first step":           {walk(t, planned, "s"), to("Started 2 at 0", desk.Running, "Stepped 1", desk.Ready, "Unknown 1", desk.Doubtful, "Failed 1", desk.Ready, "Broken 1", desk.Broken)},
		"one done":             {walk(t, planned, "sp"), to("Started 2 at 1", desk.Running, "Failed 1", desk.Ready, "Broken 1", desk.Ready)},
		"second step":          {walk(t, planned, "sps"), to("Started 3 at 1", desk.Running, "Stepped 2", desk.Ready, "Unknown 2", desk.Doubtful, "Failed 2", desk.Ready, "Broken 2", desk.Ready)},
		"second step in doubt": {walk(t, planned, "spsu"), to("Started 3 at 1", desk.Running, "Stepped 2", desk.Ready, "Failed 2", desk.Ready, "Broken 2", desk.Ready)},
		"last step":            {walk(t, planned, "spsps"), to("Started 4 at 2", desk.Running, "Done 3", desk.Settled, "Unknown 3", desk.Doubtful, "Failed 3", desk.Ready, "Broken 3", desk.Ready)},
		"done":                 {walk(t, planned, "spspsp"), nil},
		"back from the last":   {walk(t, planned, "spspsx"), to("Started 4 back 1", desk.Running, "Failed 3", desk.Ready, "Broken 3", desk.Broken)},
		"taking back":          {walk(t, planned, "spspsxs"), to("Started 5 back 1", desk.Running, "Stepped 4", desk.Ready, "Unknown 4", desk.Doubtful, "Failed 4", desk.Ready, "Broken 4", desk.Broken)},
		"one left":             {walk(t, planned, "spspsxsp"), to("Started 5 back 0", desk.Running, "Failed 4", desk.Ready, "Broken 4", desk.Broken)},
		"taking the last back": {walk(t, planned, "spspsxsps"), to("Started 6 back 0", desk.Running, "Undone 5", desk.Broken, "Unknown 5", desk.Doubtful, "Failed 5", desk.Ready, "Broken 5", desk.Broken)},
		"all back":             {walk(t, planned, "spspsxspsp"), nil},
		"stuck":                {walk(t, planned, "spspsxsx"), nil},
	}, facts)
}

// What comes now, and what is in force, wherever a plan stands.
func TestNext(t *testing.T) {
	for letters, want := range map[string]struct {
		next    string
		inForce int
		cause   desk.Code
		tries   int
	}{
		"":             {"alias.add bob@u.fr alias=0@u.fr", 0, "", 0},
		"srs":          {"alias.add bob@u.fr alias=0@u.fr", 0, "", 2},
		"sp":           {"alias.add bob@u.fr alias=1@u.fr", 1, "", 0},
		"spspsu":       {"alias.add bob@u.fr alias=2@u.fr", 2, "", 1},
		"spspsp":       {"", 3, "", 1},
		"spspsx":       {"alias.remove bob@u.fr alias=1@u.fr", 2, desk.PartageRefused, 0},
		"spspsxsr":     {"alias.remove bob@u.fr alias=1@u.fr", 2, desk.PartageRefused, 1},
		"spspsxsp":     {"alias.remove bob@u.fr alias=0@u.fr", 1, desk.PartageRefused, 0},
		"spspsxspsp":   {"", 0, desk.PartageRefused, 1},
		"spspsxspsusx": {"", 1, desk.PartageRefused, 2},
	} {
		r := walk(t, planned, letters)
		if got := r.Next().String(); got != want.next || len(r.InForce()) != want.inForce || r.Cause != want.cause || r.Tries != want.tries {
			t.Errorf("%q: next %q, %d in force, because %q, %d tries", letters, got, len(r.InForce()), r.Cause, r.Tries)
		}
	}
	if r := walk(t, planned, "spsp"); !r.Until.IsZero() {
		t.Errorf("the next step waits until %v", r.Until)
	}
	if r := walk(t, event(desk.System, desk.Planned{Plan: plan(3, false)}), "spsx"); r.State != desk.Broken || len(r.InForce()) != 1 {
		t.Errorf("what nothing takes back: %s, %d in force", r.State, len(r.InForce()))
	}
}

// The plan that takes a request back does the undos, last first, and can itself be taken back.
func TestReverse(t *testing.T) {
	r := walk(t, planned, "spspsp")
	back := r.Reverse()
	slices.Reverse(back.Steps)
	for i, s := range back.Steps {
		if s.Do != r.Plan.Steps[i].Undo || s.Undo != r.Plan.Steps[i].Do {
			t.Errorf("step %d: %v", i, s)
		}
	}
	if diff := cmp.Diff(r.Plan, (desk.Request{Plan: r.Reverse()}).Reverse()); diff != "" {
		t.Error(diff)
	}
}
