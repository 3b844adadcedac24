package desk_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// amends is the amendment of r to other arguments.
func amends(by desk.UID, r desk.Request, args string) desk.Event {
	return event(by, desk.Amended{Action: desk.Action{Verb: r.Action.Verb, Target: r.Action.Target, Args: args}, Digest: r.Digest(), Via: desk.Chat})
}

// Only what waits is amended, by somebody, to the same thing with other
// arguments; what follows is decided and judged as it is then.
func TestEveryStateWithAmendments(t *testing.T) {
	first := after(t, asked)
	waiting := after(t, asked, pending, event("cid", desk.Approved{Digest: first.Digest()}))
	byAsker, byDan := after(t, asked, pending, amends("ann", first, "x=1")), after(t, asked, pending, amends("dan", first, "x=1"))
	again := after(t, asked, pending, event("cid", desk.Approved{Digest: first.Digest()}), amends("dan", first, "x=1"), pending)
	other := func(change func(*desk.Amended)) desk.Event {
		f := amends("ann", first, "x=1").Fact.(desk.Amended)
		change(&f)
		return event("ann", f)
	}
	facts := map[string]desk.Event{
		"allowed": allowed, "pending": pending, "denied": denied,
		"by the asker": amends("ann", first, "x=1"), "by an approver": amends("dan", first, "x=1"), "by a voter": amends("cid", first, "x=1"),
		"by the owner": amends("bob", first, "x=1"), "by nobody": amends("", first, "x=1"),
		"to the same":    amends("ann", first, first.Action.Args),
		"another verb":   other(func(f *desk.Amended) { f.Action.Verb = desk.QuotaSet }),
		"another target": other(func(f *desk.Amended) { f.Action.Target = "x@u.fr" }),
		"what was there": other(func(f *desk.Amended) { f.Digest = "" }),
		"back":           amends("ann", again, first.Action.Args), "to what it is": amends("ann", again, "x=1"),
		"vote for the first": event("eve", desk.Approved{Digest: first.Digest()}), "vote for the second": event("eve", desk.Approved{Digest: again.Digest()}),
		"vote of the amender": event("dan", desk.Approved{Digest: again.Digest()}), "no of the amender": event("dan", desk.Refused{}),
		"no": event("eve", desk.Refused{}), "withdrawn": event("ann", desk.Withdrawn{}),
	}
	open := map[string]desk.State{"by the asker": desk.Open, "by an approver": desk.Open, "by a voter": desk.Open,
		"vote for the first": desk.Ready, "no": desk.Rejected, "no of the amender": desk.Rejected, "withdrawn": desk.Cancelled}
	everyStateWithEveryFact(t, map[string]stand{
		"none":                    {desk.Request{}, nil},
		"open":                    {first, map[string]desk.State{"allowed": desk.Ready, "pending": desk.Waiting, "denied": desk.Rejected}},
		"waiting":                 {waiting, open},
		"amended by its asker":    {byAsker, map[string]desk.State{"allowed": desk.Ready, "pending": desk.Waiting, "denied": desk.Rejected}},
		"amended by an approver":  {byDan, map[string]desk.State{"allowed": desk.Rejected, "pending": desk.Waiting, "denied": desk.Rejected}},
		"amended, waiting":        {again, map[string]desk.State{"back": desk.Open, "no": desk.Rejected, "withdrawn": desk.Cancelled, "vote for the second": desk.Waiting}},
		"ready":                   {after(t, asked, allowed), map[string]desk.State{"withdrawn": desk.Cancelled}},
		"running":                 {after(t, asked, allowed, started), nil},
		"done":                    {after(t, asked, allowed, started, done), nil},
		"withdrawn":               {after(t, asked, pending, event("ann", desk.Withdrawn{})), nil},
		"ready by votes, amended": {after(t, asked, pending, event("cid", desk.Approved{Digest: first.Digest()}), event("eve", desk.Approved{Digest: first.Digest()})), map[string]desk.State{"withdrawn": desk.Cancelled}},
	}, facts)
	if again.Version != 1 || again.Amender != "dan" || len(again.Votes) != 0 || again.Action.Args != "x=1" {
		t.Errorf("amended: %+v", again)
	}
	if back := after(t, asked, pending, amends("ann", first, "x=1"), pending, amends("ann", byAsker, "")); back.Action != first.Action || back.Digest() == first.Digest() {
		t.Error("amended back it is bound by votes of old")
	}
}

// Each guard of an amendment, broken alone. What is refused leaves no trace.
func TestMayAmend(t *testing.T) {
	none := func(*desk.Desk, *house) {}
	tests := map[string]struct {
		change func(*desk.Desk, *house)
		by     desk.UID
		args   string
		digest string
		want   desk.Code
	}{
		"the asker":              {none, "ann", "size=3G", "", ""},
		"an approver":            {none, "cid", "size=3G", "", ""},
		"a bare value":           {none, "ann", "3 Go", "", ""},
		"nobody":                 {none, "", "3G", "", desk.UnknownRequest},
		"a stranger":             {hidden, "fay", "3G", "", desk.UnknownRequest},
		"who may only look":      {none, "fay", "3G", "", desk.NotApprover},
		"the owner":              {func(_ *desk.Desk, h *house) { join(h, "bob") }, "bob", "3G", "", desk.OwnBenefit},
		"an admin of yesterday":  {func(_ *desk.Desk, h *house) { leave(h, "cid") }, "cid", "3G", "", desk.NotApprover},
		"another page":           {none, "ann", "3G", "0123456789abcdef0123456789abcdef", desk.Changed},
		"the same":               {none, "ann", "2048M", "", desk.AlreadySo},
		"nonsense":               {none, "ann", "much", "", desk.InvalidSize},
		"nothing":                {none, "ann", "", "", desk.MissingArgument},
		"another argument":       {none, "ann", "size=3G alias=x@u.fr", "", desk.InvalidArgument},
		"what cannot be":         {none, "ann", "100M", "", desk.QuotaBelowUse},
		"denied":                 {rules(desk.Decision{Outcome: desk.Denied, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}), "ann", "3G", "", desk.NotAllowed},
		"an old directory":       {func(_ *desk.Desk, h *house) { h.read = now.Add(-2 * time.Hour) }, "ann", "3G", "", desk.StaleData},
		"an account gone":        {func(_ *desk.Desk, h *house) { delete(h.accounts, "bob@u.fr") }, "ann", "3G", "", desk.UnknownAccount},
		"another mailbox there":  {func(_ *desk.Desk, h *house) { replace(h, "bob@u.fr") }, "ann", "3G", "", desk.OtherMailbox},
		"another owner by now":   {func(_ *desk.Desk, h *house) { give(h, "bob@u.fr", "fay") }, "ann", "3G", "", desk.OtherMailbox},
		"an asker gone":          {func(_ *desk.Desk, h *house) { delete(h.people, "ann") }, "cid", "3G", "", desk.UnknownPerson},
		"approved":               {vote("D-1", "cid"), "ann", "3G", "", desk.TooLate},
		"refused":                {func(d *desk.Desk, _ *house) { _, _ = d.Refuse(t.Context(), "cid", desk.Chat, "D-1", "", "") }, "ann", "3G", "", desk.TooLate},
		"withdrawn":              {func(d *desk.Desk, _ *house) { _, _ = d.Withdraw(t.Context(), "ann", desk.Chat, "D-1") }, "ann", "3G", "", desk.TooLate},
		"there is no such thing": {func(_ *desk.Desk, h *house) { h.events = nil }, "ann", "3G", "", desk.UnknownRequest},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			judges(t, test.change, test.want, desk.Waiting, func(d *desk.Desk, r desk.Request) (desk.Request, error) {
				next, err := d.Amend(t.Context(), test.by, desk.Portal, r.ID, test.digest, test.args)
				if err == nil && (next.Action.String() != "quota.set bob@u.fr size=3G" || next.Digest() == r.Digest()) {
					t.Errorf("amended to %v", next.Action)
				}
				return next, err
			})
		})
	}
}

// hidden lets nobody look at anything.
func hidden(d *desk.Desk, _ *house) {
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
			return desk.Decision{}
		}
		return needs(1, "admins")
	})
}

func replace(h *house, address desk.Address) {
	a := h.accounts[address]
	a.ID = "another"
	h.accounts[address] = a
}

func vote(id desk.ID, by desk.UID) func(*desk.Desk, *house) {
	return func(d *desk.Desk, h *house) {
		if r, _ := h.Request(id); r.State == desk.Waiting {
			_, _ = d.Change(context.Background(), id, by, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{desk.Approved{Digest: r.Digest()}}, nil })
		}
	}
}

// A verb without arguments has nothing to be amended.
func TestWhatHasNoArguments(t *testing.T) {
	d, _ := newDesk(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.lock bob@u.fr"), Key: "k"})
	wants(t, err, "")
	_, err = d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "x")
	wants(t, err, desk.NotAmendable)
}

// Who amends is an author: somebody else judges, by votes for the new words only.
func TestTheAmenderDoesNotJudge(t *testing.T) {
	d, h := newDesk(t)
	first := ask(t, d, "k")
	r, err := d.Amend(t.Context(), "cid", desk.Chat, first.ID, first.Digest(), "3G")
	wants(t, err, "")
	if _, decided := h.events[len(h.events)-1].Fact.(desk.Decided); r.State != desk.Waiting || !decided || slices.ContainsFunc(d.Inbox("cid"), func(r desk.Request) bool { return r.ID == first.ID }) {
		t.Errorf("amended: %s, inbox of the amender %v", r.State, d.Inbox("cid"))
	}
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest())
	wants(t, err, desk.OwnAmendment)
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, first.Digest())
	wants(t, err, desk.Changed)
	wants(t, d.Forget(t.Context(), "dan", "cid"), desk.StillConcerned)
	r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest())
	wants(t, err, "")
	if r.State != desk.Ready || d.Recheck(r, h.accounts["bob@u.fr"]) != nil {
		t.Errorf("approved by another: %s", r.State)
	}
	r.Votes = []desk.Vote{{By: "cid"}} // which no desk would have taken
	wants(t, d.Recheck(r, h.accounts["bob@u.fr"]), desk.NotAllowed)
}

// What the rules would let the asker do alone is done at once if the asker
// amends; what an approver writes waits for another approver all the same.
func TestAmendedToWhatNeedsNobody(t *testing.T) {
	modest := book(func(f desk.Facts) desk.Decision {
		if f.Size <= 3<<30 && f.Action.Verb == desk.QuotaSet && f.Size != 2<<30 {
			return desk.Decision{Outcome: desk.Allowed, Rule: "modest"}
		}
		return needs(2, "admins")
	})
	for by, want := range map[desk.UID]desk.State{"ann": desk.Ready, "cid": desk.Waiting} {
		d, _ := newDesk(t)
		d.Rules = modest
		r := ask(t, d, "k")
		r, err := d.Amend(t.Context(), by, desk.Chat, r.ID, "", "3G")
		wants(t, err, "")
		if r.State != want {
			t.Errorf("amended by %s: %s", by, r.State)
		}
		if by == "cid" {
			r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest())
			if wants(t, err, ""); r.State != desk.Ready {
				t.Errorf("approved by another: %s", r.State)
			}
		}
	}
}

// An approver writes nothing that serves them, nor what did.
func TestAmendedToOwnBenefit(t *testing.T) {
	for from, to := range map[string]string{"fay@u.fr": "cid@u.fr", "cid@u.fr": "fay@u.fr"} {
		d, _ := newDesk(t)
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.forward bob@u.fr to="+from), Key: "k"})
		wants(t, err, "")
		_, err = d.Amend(t.Context(), "cid", desk.Chat, r.ID, "", to)
		wants(t, err, desk.OwnBenefit)
	}
}

// The one who is first wins, and the others are told: an amendment that comes
// during a vote voids it, and the other way round.
func TestAmendedMeanwhile(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	h.before = func() {
		_, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "3G")
		wants(t, err, "")
	}
	_, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest())
	wants(t, err, desk.Changed)
	h.before = func() {
		_, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
		wants(t, err, "")
	}
	_, err = d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "4G")
	wants(t, err, desk.TooLate)
	if now, _ := h.Request(r.ID); now.State != desk.Ready || now.Action.Arg("size") != "3G" || now.Version != 1 {
		t.Errorf("in the end %+v", now)
	}
}

func TestOtherArguments(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"alias.add bob@u.fr alias=b@u.fr":    {"c@u.fr": "alias.add bob@u.fr alias=c@u.fr", "alias=C@u.fr": "alias.add bob@u.fr alias=c@u.fr", "x": "", "alias=": "", "": ""},
		"account.forward bob@u.fr to=b@u.fr": {"none": "account.forward bob@u.fr to=none", "to=none": "account.forward bob@u.fr to=none"},
		"account.lock bob@u.fr":              {"x=1": "", "": "account.lock bob@u.fr"},
	} {
		got := map[string]string{}
		for args := range want {
			if a, err := action(t, text).With(args); err == nil {
				got[args] = a.String()
			} else {
				got[args] = ""
			}
		}
		if diff := cmp.Diff(maps.Clone(want), got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}
