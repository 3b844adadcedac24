package drift_test

import (
	"context"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A part that was tried, and is to be tried again, ends when its plan does: what
// waits for its mailbox would wait for ever.
func TestAPartThatWasTriedEndsWithItsPlan(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	r := h.plan(desk.Selection{})
	h.office.fail["p0003@u.fr"] = errDown         // a part that will be tried again
	h.office.fail["p0000@u.fr"] = desk.ErrRefused // a part that ends the plan
	r = h.settle(r.ID)
	if r.State != desk.Broken {
		t.Fatal(r.State)
	}
	delete(h.office.fail, "p0003@u.fr")
	for range 20 {
		h.now = h.now.Add(10 * time.Minute)
		h.load()
		h.round()
	}
	for part := range h.mirror.Requests(desk.Query{Batch: string(r.ID)}) {
		if !part.State.Final() {
			t.Errorf("%s %s is %s, attempt %d, three hours after its plan has stopped", part.ID, part.Action, part.State, part.Attempt)
		}
	}
	// Its mailbox is free again.
	h.alter("p0003", func(a *desk.Account) { a.Aliases = []desk.Address{"x@u.fr"} })
	h.load()
	a, err := desk.NewAction(desk.AliasRemove, "p0003@u.fr", map[string]string{"alias": "x@u.fr"})
	h.must(err)
	q, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: "later"})
	h.must(err)
	for range 20 {
		h.now = h.now.Add(10 * time.Minute)
		h.load()
		h.round()
	}
	if q, _ = h.mirror.Request(q.ID); q.State != desk.Settled {
		t.Errorf("a later request on the same mailbox is %s after three hours", q.State)
	}
}

// hurried runs once before an append: somebody is faster.
type hurried struct {
	desk.Journal
	before func()
}

func (j *hurried) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	if run := j.before; run != nil {
		j.before = nil
		run()
	}
	return j.Journal.Append(ctx, after, events...)
}

// What is asked, approved and carried out is the plan whose digest the action bears.
func TestAPlanIsTheOneOfItsDigest(t *testing.T) {
	h := townHouse(t, 3, 9, 100)
	h.desk.Journal = &hurried{h.journal, func() {
		h.alter("p0050", func(a *desk.Account) { a.COS = "s_etudiant" })
		h.load() // another gap
		h.must(h.desk.Mark(t.Context()))
	}}
	a, err := desk.NewAction(desk.DriftApply, "", nil)
	h.must(err)
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: "k"})
	h.must(err)
	if r.Action.Arg("plan") != r.Repairs.Digest() {
		t.Errorf("the action names plan %.12s, what it carries out is %.12s (%d parts)", r.Action.Arg("plan"), r.Repairs.Digest(), len(r.Repairs.Parts))
	}
}

// A part of a plan is what the plan has, and nothing else.
func TestAPartIsNotAmended(t *testing.T) {
	h := townHouse(t, 0, 3, 100)
	h.desk.Rules = answers(func(f desk.Facts) desk.Decision {
		if f.Via == desk.Sync && f.Action.Verb == desk.AccountCOS {
			return desk.Decision{Outcome: desk.Pending, Rule: "parts wait", Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}
		}
		return twoAdmins(false)(f)
	})
	r := h.plan(desk.Selection{})
	h.must(h.conduct.Look(t.Context()))
	for part := range h.mirror.Requests(desk.Query{Batch: string(r.ID)}) {
		now, err := h.desk.Amend(t.Context(), "odile", desk.Portal, part.ID, part.Digest(), "cos=l_personnel")
		if err != nil {
			continue
		}
		now, err = h.desk.Approve(t.Context(), "oscar", desk.Portal, now.ID, now.Digest())
		h.must(err)
		if err := h.desk.Recheck(now, h.office.accounts[now.Mailbox]); err == nil {
			t.Errorf("%s is carried out as a part of the plan, whose gap is to be closed by cos=s_personnel", now.Action)
		}
	}
}

// The mailbox of somebody who is still in the directory was deleted on purpose:
// no other is made, and the plans of others go on.
func TestADeletedMailboxStopsNoPlan(t *testing.T) {
	people, accounts := town(0, 3, 100)
	people[50].Name, people[50].EPPN = "P 50", "p0050@u.fr"
	h := newHouse(t, policy(), people, accounts)
	id := "id-" + string(people[50].UID)
	r, err := h.desk.Change(t.Context(), "D-1", "odile", func(desk.Request) ([]desk.Fact, error) {
		a := h.office.accounts[id]
		del, _ := desk.NewAction(desk.AccountDelete, string(a.Address), nil)
		before := a
		a.Address, a.Owner, a.Status = a.Trash(), "", desk.Closed
		h.office.accounts[id] = a
		return []desk.Fact{desk.Asked{Action: del, Mailbox: id, Owner: people[50].UID, Key: "del"}, desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}},
			desk.Started{Attempt: 1, Before: before}, desk.Done{Attempt: 1, Proof: a}}, nil
	})
	h.must(err)
	if r.State != desk.Settled {
		t.Fatal(r.State)
	}
	h.load()
	p := h.settle(h.plan(desk.Selection{}).ID)
	if p.State != desk.Settled {
		t.Errorf("the plan is %s by %s", p.State, p.Code)
	}
}
