package executor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// The rules change after they were asked, and before the intent is written:
// nothing is sent, and the next attempt tells why.
func TestABookThatComesBetweenTheQuestionAndTheIntent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := false
		h := newHouse(t, memory(), nil, rulesFunc(func(f desk.Facts) desk.Decision {
			if closed {
				return desk.Decision{Outcome: desk.Denied, Rule: "closed"}
			}
			return approval(f)
		}))
		p := &partage{account: bob}
		h.executor.Office = taking{p, func() { closed = true }}
		id := h.ask(t, "b@u.fr")
		h.run(t, 10*time.Minute)
		r := h.request(id)
		if r.State != desk.Broken || r.Code != desk.NotAllowed || r.Attempt != 0 || len(p.account.Aliases) > 0 {
			t.Errorf("%s %s at attempt %d: %v", r.State, r.Code, r.Attempt, p.account.Aliases)
		}
	})
}

// taking runs something when a token is taken: after the rules were asked.
type taking struct {
	*partage
	before func()
}

func (t taking) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	t.before()
	return t.partage.Pen(ctx, a, before)
}
