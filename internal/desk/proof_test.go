package desk_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What is grave is approved in the portal only by who has just signed in again,
// for what was on the page; each way of not having done so, alone.
func TestGraveRequestsAreApprovedWithAProof(t *testing.T) {
	const within = 5 * time.Minute
	for name, x := range map[string]struct {
		verb  desk.Verb
		via   desk.Door
		chat  bool
		proof func(desk.Request) desk.Proof
		want  desk.Code
	}{
		"proved":               {desk.AccountClose, desk.Portal, false, proof(0), ""},
		"proved at the limit":  {desk.AccountClose, desk.Portal, false, proof(-within), ""},
		"too long ago":         {desk.AccountClose, desk.Portal, false, proof(-within - time.Second), desk.SignAgain},
		"in the future":        {desk.AccountClose, desk.Portal, false, proof(time.Second), desk.SignAgain},
		"never":                {desk.AccountClose, desk.Portal, false, func(desk.Request) desk.Proof { return desk.Proof{} }, desk.SignAgain},
		"for another":          {desk.AccountClose, desk.Portal, false, func(desk.Request) desk.Proof { return desk.Proof{At: now, Digest: "0123"} }, desk.SignAgain},
		"for nothing":          {desk.AccountClose, desk.Portal, false, func(desk.Request) desk.Proof { return desk.Proof{At: now} }, desk.SignAgain},
		"by another way":       {desk.AccountClose, desk.Shell, false, func(desk.Request) desk.Proof { return desk.Proof{} }, desk.SignAgain},
		"in the chat":          {desk.AccountClose, desk.Chat, false, func(desk.Request) desk.Proof { return desk.Proof{} }, ""},
		"in the chat, refused": {desk.AccountClose, desk.Chat, true, func(desk.Request) desk.Proof { return desk.Proof{} }, desk.SignAgain},
		"not grave":            {desk.AccountLock, desk.Portal, true, func(desk.Request) desk.Proof { return desk.Proof{} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			d.Proofs = desk.Proofs{Within: within, Chat: x.chat}
			a, err := desk.NewAction(x.verb, "bob@u.fr", nil)
			if err != nil {
				t.Fatal(err)
			}
			r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Portal, Action: a, Key: "k"})
			if err != nil {
				t.Fatal(err)
			}
			before := h.last()
			r, err = d.ApproveProved(t.Context(), "cid", x.via, r.ID, r.Digest(), x.proof(r))
			if desk.CodeOf(err) != x.want {
				t.Fatalf("%v, want %q", err, x.want)
			}
			if x.want != "" && h.last() != before {
				t.Error("it left a trace")
			}
			if x.want == "" && r.State != desk.Ready {
				t.Errorf("approved, it is %s", r.State)
			}
			if vote, ok := h.events[len(h.events)-1].Fact.(desk.Approved); ok && vote.Signed.IsZero() == d.Proves(x.via, r) {
				t.Errorf("the vote says %v", vote.Signed)
			}
		})
	}
}

func proof(age time.Duration) func(desk.Request) desk.Proof {
	return func(r desk.Request) desk.Proof { return desk.Proof{At: now.Add(age), Digest: r.Digest()} }
}

// What is grave, verb by verb: a new verb is looked at here.
func TestWhatIsGrave(t *testing.T) {
	grave := map[desk.Verb]bool{desk.AccountClose: true, desk.AccountDelete: true, desk.DelegationGrant: true, desk.DelegationDeputy: true,
		desk.HouseThaw: true, desk.BrakeRelease: true, desk.RulesActivate: true, desk.RulesRollback: true, "list.delete": true, "account.purge": true}
	for _, v := range append(desk.Verbs(), "list.delete", "account.purge") {
		if spec, _ := desk.SpecOf(v); v.Grave() != (grave[v] || spec.Two) {
			t.Errorf("%s: %t", v, v.Grave())
		}
	}
	if (&desk.Desk{}).Proves(desk.Portal, desk.Request{Action: desk.Action{Verb: desk.AccountClose}}) {
		t.Error("a house that asks for no proof asks for one")
	}
}
