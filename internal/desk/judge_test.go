package desk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// Each guard of a vote, broken alone. A refusal asks for less: it grants nothing.
func TestMayJudge(t *testing.T) {
	none := func(*desk.Desk, *house) {}
	same, _ := newDesk(t)
	seen := ask(t, same, "k").Digest()
	tests := map[string]struct {
		change  func(*desk.Desk, *house)
		by      desk.UID
		digest  string
		approve desk.Code
		refuse  desk.Code
	}{
		"an admin":              {none, "cid", "", "", ""},
		"nobody":                {none, "", "", desk.UnknownRequest, desk.UnknownRequest},
		"the asker":             {func(_ *desk.Desk, h *house) { join(h, "ann") }, "ann", "", desk.OwnRequest, desk.OwnRequest},
		"the owner":             {func(_ *desk.Desk, h *house) { join(h, "bob") }, "bob", "", desk.OwnBenefit, desk.OwnBenefit},
		"the new owner":         {func(_ *desk.Desk, h *house) { give(h, "bob@u.fr", "cid") }, "cid", "", desk.NotApprover, ""},
		"somebody else":         {none, "fay", "", desk.NotApprover, desk.NotApprover},
		"somebody unknown":      {none, "who", "", desk.UnknownRequest, desk.UnknownRequest},
		"unknown, with a card":  {none, "who", seen, desk.NotApprover, desk.NotApprover},
		"an admin of yesterday": {func(_ *desk.Desk, h *house) { leave(h, "cid") }, "cid", "", desk.NotApprover, desk.NotApprover},
		"another card":          {none, "cid", "0123456789abcdef0123456789abcdef", desk.Changed, desk.Changed},
		"other approvers now":   {rules(needs(1, "deans")), "cid", "", desk.NotApprover, ""},
		"denied now":            {rules(desk.Decision{Panels: []desk.Panel{{Approvers: []string{"group:admins"}}}}), "cid", "", desk.NotApprover, ""},
		"allowed now":           {rules(desk.Decision{Outcome: desk.Allowed}), "cid", "", "", ""},
		"an old directory":      {func(_ *desk.Desk, h *house) { h.read = now.Add(-2 * time.Hour) }, "cid", "", desk.StaleData, ""},
		"no directory":          {func(_ *desk.Desk, h *house) { h.read = time.Time{} }, "cid", "", desk.StaleData, ""},
		"an account gone":       {func(_ *desk.Desk, h *house) { delete(h.accounts, "bob@u.fr") }, "cid", "", desk.UnknownAccount, ""},
		"an asker gone":         {func(_ *desk.Desk, h *house) { delete(h.people, "ann") }, "cid", "", desk.UnknownPerson, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			judges(t, test.change, test.approve, desk.Ready, func(d *desk.Desk, r desk.Request) (desk.Request, error) {
				return d.Approve(t.Context(), test.by, desk.Chat, r.ID, test.digest)
			})
			judges(t, test.change, test.refuse, desk.Rejected, func(d *desk.Desk, r desk.Request) (desk.Request, error) {
				return d.Refuse(t.Context(), test.by, desk.Chat, r.ID, test.digest, "no")
			})
		})
	}
}

// judges has a request judged after a change, which either fails without a
// trace or leads to the state.
func judges(t *testing.T, change func(*desk.Desk, *house), code desk.Code, to desk.State,
	judge func(*desk.Desk, desk.Request) (desk.Request, error)) {
	t.Helper()
	d, h := newDesk(t)
	r := ask(t, d, "k")
	change(d, h)
	before := len(h.events)
	r, err := judge(d, r)
	if err != nil && len(h.events) != before {
		t.Errorf("left %d facts", len(h.events)-before)
	}
	if err == nil && r.State != to {
		t.Errorf("the request is %s", r.State)
	}
	wants(t, err, code)
}

func join(h *house, uid desk.UID)  { h.people[uid] = desk.Person{UID: uid, Groups: []string{"admins"}} }
func leave(h *house, uid desk.UID) { h.people[uid] = desk.Person{UID: uid} }

func give(h *house, address desk.Address, to desk.UID) {
	a := h.accounts[address]
	a.Owner = to
	h.accounts[address] = a
}

func TestVotesOnce(t *testing.T) {
	d, _ := newDesk(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return needs(2, "admins") })
	r := ask(t, d, "k")
	r, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest())
	wants(t, err, "")
	if _, err = d.Approve(t.Context(), "cid", desk.Portal, r.ID, r.Digest()); desk.CodeOf(err) != desk.TooLate {
		t.Errorf("the same person twice: %v", err)
	}
	r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest())
	wants(t, err, "")
	if r.State != desk.Ready {
		t.Errorf("after two votes: %s", r.State)
	}
	_, err = d.Refuse(t.Context(), "eve", desk.Chat, r.ID, r.Digest(), "")
	wants(t, err, desk.TooLate)
	_, err = d.Approve(t.Context(), "cid", desk.Chat, "D-9", "")
	wants(t, err, desk.UnknownRequest)
}

// Each guard of the last look at the rules, broken alone.
func TestRecheck(t *testing.T) {
	tests := map[string]struct {
		change func(*desk.Desk, *house)
		want   desk.Code
	}{
		"as approved":          {nil, ""},
		"allowed by itself":    {rules(desk.Decision{Outcome: desk.Allowed}), ""},
		"denied":               {rules(desk.Decision{Outcome: desk.Denied}), desk.NotAllowed},
		"undecided":            {rules(desk.Decision{}), desk.NotAllowed},
		"strange":              {rules(desk.Decision{Outcome: "maybe", Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}), desk.NotAllowed},
		"needs no approval":    {rules(needs(0, "admins")), desk.NotAllowed},
		"needs one more":       {rules(needs(3, "admins")), desk.NotAllowed},
		"needs others":         {rules(needs(1, "deans")), desk.NotAllowed},
		"an approver left":     {func(_ *desk.Desk, h *house) { leave(h, "cid") }, desk.NotAllowed},
		"an approver is gone":  {func(_ *desk.Desk, h *house) { delete(h.people, "dan") }, desk.NotAllowed},
		"an approver gains it": {func(_ *desk.Desk, h *house) { give(h, "bob@u.fr", "cid") }, desk.NotAllowed},
		"the asker is gone":    {func(_ *desk.Desk, h *house) { delete(h.people, "ann") }, desk.UnknownPerson},
		"the directory is old": {func(_ *desk.Desk, h *house) { h.read = now.Add(-2 * time.Hour) }, desk.StaleData},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			rules(needs(2, "admins"))(d, h)
			r := ask(t, d, "k")
			for _, by := range []desk.UID{"cid", "dan"} {
				var err error
				if r, err = d.Approve(t.Context(), by, desk.Chat, r.ID, r.Digest()); err != nil {
					t.Fatal(err)
				}
			}
			if test.change != nil {
				test.change(d, h)
			}
			wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), test.want)
		})
	}
	t.Run("a vote of the asker", func(t *testing.T) { // which no desk would have taken
		d, h := newDesk(t)
		join(h, "ann")
		r := ask(t, d, "k")
		r.Votes = []desk.Vote{{By: "ann"}}
		wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), desk.NotAllowed)
	})
}

func rules(decision desk.Decision) func(*desk.Desk, *house) {
	return func(d *desk.Desk, _ *house) { d.Rules = book(func(desk.Facts) desk.Decision { return decision }) }
}

// Whatever people do, in a house where groups, owners and rules change, what is
// sent is allowed, or carried by enough people who may still approve it, who do
// not gain by it and who did not ask.
func TestDeskProperty(t *testing.T) {
	everybody := rapid.SampledFrom([]desk.UID{"ann", "bob", "cid", "dan", "eve", "fay", "who", ""})
	rapid.Check(t, func(t *rapid.T) {
		d, h := newDesk(nil)
		current := needs(2, "admins")
		d.Rules = book(func(desk.Facts) desk.Decision { return current })
		ctx := context.Background()
		pick := func() desk.ID { return desk.ID(fmt.Sprint("D-", rapid.IntRange(1, 1+len(h.ids())).Draw(t, "id"))) }
		t.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				a, _ := desk.NewAction(desk.QuotaSet, string(everybody.Draw(t, "whose"))+"@u.fr", map[string]string{"size": "2G"})
				_, _ = d.Ask(ctx, desk.Asking{By: everybody.Draw(t, "by"), Action: a, Key: rapid.StringN(1, 3, 3).Draw(t, "key")})
			},
			"approve":  func(t *rapid.T) { _, _ = d.Approve(ctx, everybody.Draw(t, "by"), desk.Chat, pick(), "") },
			"refuse":   func(t *rapid.T) { _, _ = d.Refuse(ctx, everybody.Draw(t, "by"), desk.Chat, pick(), "", "") },
			"withdraw": func(t *rapid.T) { _, _ = d.Withdraw(ctx, everybody.Draw(t, "by"), desk.Chat, pick()) },
			"rules": func(t *rapid.T) {
				current = rapid.SampledFrom([]desk.Decision{{}, {Outcome: desk.Allowed}, needs(1, "admins"), needs(2, "admins"), needs(3, "admins"),
					needs(1, "deans")}).Draw(t, "decision")
			},
			"join": func(t *rapid.T) {
				join(h, rapid.SampledFrom([]desk.UID{"ann", "bob", "cid", "dan", "eve"}).Draw(t, "who"))
			},
			"leave": func(t *rapid.T) {
				leave(h, rapid.SampledFrom([]desk.UID{"ann", "bob", "cid", "dan", "eve"}).Draw(t, "who"))
			},
			"give": func(t *rapid.T) { give(h, "bob@u.fr", everybody.Draw(t, "to")) },
			"send": func(t *rapid.T) {
				r, _ := h.Request(pick())
				if r.State == desk.Ready && d.Recheck(r, h.Account(desk.Address(r.Action.Target))) == nil && !carried(h, r, current) {
					t.Fatalf("sent %s of %s for %s with %v under %v", r.ID, r.By, r.Action.Target, r.Votes, current)
				}
			},
		})
	})
}

func carried(h *house, r desk.Request, rules desk.Decision) bool {
	valid := map[desk.UID]bool{}
	for _, v := range r.Votes {
		p, owner := h.people[v.By], h.accounts[desk.Address(r.Action.Target)].Owner
		if slices.ContainsFunc(p.Groups, func(g string) bool { return slices.Contains(rules.Approvers(), "group:"+g) }) && v.By != r.By && v.By != owner {
			valid[v.By] = true
		}
	}
	return rules.Outcome == desk.Allowed || rules.Outcome == desk.Pending && len(valid) >= rules.Needed()
}

// Whoever would receive the mail of another is served by it: neither their
// approval counts nor their refusal, nor an approval given before the mailbox
// that receives became theirs.
func TestTheReceiverDoesNotJudge(t *testing.T) {
	d, h := newDesk(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: action(t, "account.forward bob to=cid@u.fr"), Key: "k"})
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, desk.OwnBenefit)
	_, err = d.Refuse(t.Context(), "cid", desk.Chat, r.ID, "", "no")
	wants(t, err, desk.OwnBenefit)
	if cid, dan := len(d.Inbox("cid")), len(d.Inbox("dan")); cid != 0 || dan != 1 {
		t.Errorf("%d wait for the receiver, %d for somebody else", cid, dan)
	}
	r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, "")
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), "")
	give(h, "cid@u.fr", "dan")
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), desk.NotAllowed)
}
