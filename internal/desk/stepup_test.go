package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What is of high risk is approved in the portal only, by who has just signed in
// again, for what was on the page; each way of not having done so, alone.
func TestStepUp(t *testing.T) {
	const within = 5 * time.Minute
	never := func(desk.Request) desk.Proof { return desk.Proof{} }
	for name, x := range map[string]struct {
		verb  desk.Verb
		via   desk.Door
		proof func(desk.Request) desk.Proof
		want  desk.Code
	}{
		"proved":              {desk.AccountClose, desk.Portal, proof(0), ""},
		"proved at the limit": {desk.AccountClose, desk.Portal, proof(-within), ""},
		"too long ago":        {desk.AccountClose, desk.Portal, proof(-within - time.Second), desk.NoStepUp},
		"in the future":       {desk.AccountClose, desk.Portal, proof(time.Second), desk.NoStepUp},
		"never":               {desk.AccountClose, desk.Portal, never, desk.NoStepUp},
		"for another":         {desk.AccountClose, desk.Portal, func(desk.Request) desk.Proof { return desk.Proof{At: now, Digest: "0123"} }, desk.NoStepUp},
		"for nothing":         {desk.AccountClose, desk.Portal, func(desk.Request) desk.Proof { return desk.Proof{At: now} }, desk.NoStepUp},
		"proved elsewhere":    {desk.AccountClose, desk.Chat, proof(0), desk.NoStepUp},
		"from the shell":      {desk.AccountClose, desk.Shell, never, desk.NoStepUp},
		"by a program":        {desk.AccountClose, desk.API, never, desk.NoStepUp},
		"in the chat":         {desk.AccountClose, desk.Chat, never, desk.NoStepUp},
		"of no risk":          {desk.AccountLock, desk.Chat, never, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			d.StepUp = desk.StandardStepUp()
			r := risk(t, d, x.verb)
			before := h.last()
			r, err := d.ApproveProved(t.Context(), "cid", x.via, r.ID, r.Digest(), x.proof(r))
			if desk.CodeOf(err) != x.want {
				t.Fatalf("%v, want %q", err, x.want)
			}
			if x.want != "" && h.last() != before {
				t.Error("it left a trace")
			}
			if e, ok := errors.AsType[*desk.Error](err); ok && e.Details["digest"] != r.Digest() {
				t.Errorf("the way there leads to %v", e.Details)
			}
			if x.want == "" && r.State != desk.Ready {
				t.Errorf("approved, it is %s", r.State)
			}
			if vote, ok := h.events[len(h.events)-1].Fact.(desk.Approved); ok && vote.Signed.IsZero() == d.Risky(x.verb) {
				t.Errorf("the vote says %v", vote.Signed)
			}
		})
	}
}

// Stepping up opens nothing to who may not approve, and refusing needs none.
func TestStepUpComesLast(t *testing.T) {
	d, _ := newDesk(t)
	d.StepUp = desk.StandardStepUp()
	r := risk(t, d, desk.AccountClose)
	_, err := d.ApproveProved(t.Context(), "ann", desk.Portal, r.ID, "", proof(0)(r))
	wants(t, err, desk.OwnRequest)
	_, err = d.Approve(t.Context(), "fay", desk.Chat, r.ID, "")
	wants(t, err, desk.NotApprover)
	_, err = d.ApproveProved(t.Context(), "cid", desk.Portal, r.ID, "other", proof(0)(r))
	wants(t, err, desk.Changed)
	_, err = d.Refuse(t.Context(), "cid", desk.Chat, r.ID, "", "")
	wants(t, err, "")
}

// risk is a request of ann's about bob's account.
func risk(t *testing.T, d *desk.Desk, verb desk.Verb) desk.Request {
	t.Helper()
	a, err := desk.NewAction(verb, "bob@u.fr", nil)
	wants(t, err, "")
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Portal, Action: a, Key: "k"})
	wants(t, err, "")
	return r
}

func proof(age time.Duration) func(desk.Request) desk.Proof {
	return func(r desk.Request) desk.Proof { return desk.Proof{At: now.Add(age), Digest: r.Digest()} }
}

// What is of high risk in a house that says nothing, verb by verb: a new verb is
// looked at here.
func TestStandardStepUp(t *testing.T) {
	risky := map[desk.Verb]bool{desk.AccountClose: true, desk.AccountDelete: true, desk.DelegationGrant: true, desk.DelegationDeputy: true,
		desk.HouseThaw: true, desk.BrakeRelease: true, desk.RulesActivate: true, desk.RulesRollback: true}
	d := &desk.Desk{StepUp: desk.StandardStepUp()}
	for _, v := range desk.Verbs() {
		if spec, _ := desk.SpecOf(v); d.Risky(v) != (risky[v] || spec.Two) {
			t.Errorf("%s: %t", v, d.Risky(v))
		}
	}
	if (&desk.Desk{}).Risky(desk.AccountClose) {
		t.Error("a house that asks for nothing asks for something")
	}
}
