package desk

import (
	"cmp"
	"slices"
	"time"
)

// A Step is one write on Partage and what takes it back.
type Step struct {
	Do   Action
	Undo Action // zero: nothing does
	// Mailbox is the identifier of the account that it is on, if that is not the
	// one of the request.
	Mailbox string `json:",omitempty"`
}

// Made is in the place of a Step's Mailbox where that is what an earlier step of
// the plan has made.
const Made = "made"

// A Plan is how an action is carried out: step after step, and if one fails for
// good, those done are undone in reverse.
type Plan struct {
	Steps []Step
	Lost  []Address `json:",omitempty"` // lists that the mailbox was on, which are gone: it cannot come back to them
}

func (p Plan) possible() bool {
	return len(p.Steps) > 0 && !slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Do.Verb == "" })
}

// Steps is the plan of the request, which is the action itself unless another
// one was made.
func (r Request) Steps() []Step {
	if len(r.Plan.Steps) > 0 {
		return r.Plan.Steps
	}
	return []Step{{Do: r.Action}}
}

// Next is the write that comes now, zero when there is none.
func (r Request) Next() Action {
	steps := r.Steps()
	switch {
	case r.State.Final(), r.State == Review:
		return Action{}
	case r.Undoing:
		return steps[r.Step-1].Undo
	}
	return steps[r.Step].Do
}

// Box is the identifier of the mailbox that the step that comes now is on; "" for
// one that is to be made.
func (r Request) Box() string {
	if r.State.Final() {
		return r.Mailbox
	}
	return r.box(r.Steps()[r.at()])
}

func (r Request) box(s Step) string {
	if s.Mailbox == Made {
		return r.Made
	}
	return cmp.Or(s.Mailbox, r.Mailbox)
}

// Proved is the write that a fact proves, and the identifier of what it was on; r
// has the fact folded in. False for a fact that proves none.
func (r Request) Proved(f Fact) (a Action, box string, proves bool) {
	steps := r.Steps()
	switch f.(type) {
	case Stepped:
		if r.Undoing {
			return steps[r.Step].Undo, r.box(steps[r.Step]), true
		}
		return steps[r.Step-1].Do, r.box(steps[r.Step-1]), true
	case Done:
		return steps[r.Step-1].Do, r.box(steps[r.Step-1]), true
	case Undone:
		return steps[r.Step].Undo, r.box(steps[r.Step]), true
	}
	return Action{}, "", false
}

// Finds says that an account, as read for the step that comes now, may be the one
// that it is on. What is at an address where one is to be made is for the plan to
// judge, and for the mark that is left in ours; one that is to be gone may be gone.
func (r Request) Finds(a Account) bool {
	switch r.Next().Verb {
	case AccountCreate, AccountMake, AccountDestroy, ListCreate, GroupCreate, FanOutCreate, ListRestore, ListMake, ListDrop,
		ResourceCreate, ResourceMake, ResourceDrop:
		return true
	}
	return a.ID == r.Box()
}

// Begun says that a step was proved: the request goes on to its end, or back.
func (r Request) Begun() bool { return r.Step > 0 || r.Undoing }

// at is the place of the step that comes now.
func (r Request) at() int {
	if r.Undoing {
		return r.Step - 1
	}
	return r.Step
}

// Last says that no step comes after this one, in the direction taken.
func (r Request) Last() bool {
	return r.Undoing && r.Step == 1 || !r.Undoing && r.Step+1 == len(r.Steps())
}

// stepped is r once the step that comes now is proved.
func (r Request) stepped(proof Account) Request {
	if spec, _ := SpecOf(r.Next().Verb); spec.Makes && !r.Undoing {
		r.Made = proof.ID
	}
	if r.Proof = proof; r.Undoing {
		r.Step--
	} else {
		r.Step++
	}
	r.State, r.Until, r.Looks, r.Doubts, r.Tries = Ready, time.Time{}, 0, 0, 0
	return r
}

// failed is r once the step that comes now has failed for good: what was done
// before is taken back, if it can be; if not, a human is called.
func (r Request) failed() Request {
	if !r.Undoing {
		r.Cause = r.Code
	}
	if r.Undoing || r.Step == 0 {
		r.State = Broken
		return r
	}
	r.Undoing, r.Looks, r.Doubts, r.Tries = true, 0, 0, 0
	return r.stuck()
}

// stuck is r, broken if it is on its way back and nothing takes the next step back.
func (r Request) stuck() Request {
	if r.Undoing && r.Step > 0 && r.Steps()[r.Step-1].Undo.Verb == "" {
		r.State = Broken
	}
	return r
}

// InForce lists the steps that are done and were not taken back.
func (r Request) InForce() []Step { return r.Steps()[:r.Step] }

// Reverse is the plan that takes r back, from its last step to its first.
func (r Request) Reverse() (p Plan) {
	for _, s := range slices.Backward(r.Steps()) {
		p.Steps = append(p.Steps, Step{Do: s.Undo, Undo: s.Do, Mailbox: s.Mailbox})
	}
	return p
}
