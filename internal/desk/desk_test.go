package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

func TestAsk(t *testing.T) {
	tests := map[string]struct {
		by     desk.UID
		action string
		change func(*desk.Desk, *house)
		code   desk.Code
		state  desk.State
	}{
		"waits":                 {"ann", "quota.set bob@u.fr size=2G", nil, "", desk.Waiting},
		"by login":              {"ann", "quota.set bob size=2G", nil, "", desk.Waiting},
		"by alias":              {"ann", "quota.set f@u.fr size=2G", nil, "", desk.Waiting},
		"is allowed":            {"ann", "quota.set bob size=2G", rules(desk.Decision{Outcome: desk.Allowed}), "", desk.Ready},
		"is denied":             {"ann", "quota.set bob size=2G", rules(desk.Decision{}), "", desk.Rejected},
		"new alias":             {"ann", "alias.add bob alias=b@u.fr", nil, "", desk.Waiting},
		"old alias":             {"ann", "alias.remove fay2@u.fr alias=f@u.fr", nil, "", desk.Waiting},
		"nobody asks":           {"", "quota.set bob size=2G", nil, desk.UnknownPerson, ""},
		"a stranger asks":       {"who", "quota.set bob size=2G", nil, desk.UnknownPerson, ""},
		"no account":            {"ann", "quota.set who@u.fr size=2G", nil, desk.UnknownAccount, ""},
		"no login":              {"ann", "quota.set who size=2G", nil, desk.UnknownAccount, ""},
		"two accounts":          {"ann", "quota.set fay size=2G", nil, desk.UnknownAccount, ""},
		"alias taken":           {"ann", "alias.add bob alias=f@u.fr", nil, desk.AliasTaken, ""},
		"alias is an account":   {"ann", "alias.add bob alias=fay@u.fr", nil, desk.AliasTaken, ""},
		"alias already there":   {"ann", "alias.add fay2@u.fr alias=f@u.fr", nil, desk.AliasTaken, ""},
		"alias with a tag":      {"ann", "alias.add bob alias=b+x@u.fr", nil, desk.InvalidAddress, ""},
		"alias elsewhere":       {"ann", "alias.add bob alias=b@gmail.com", nil, desk.UnknownDomain, ""},
		"alias of a sub-domain": {"ann", "alias.add bob alias=b@x.u.fr", nil, desk.UnknownDomain, ""},
		"no such alias":         {"ann", "alias.remove bob alias=f@u.fr", nil, desk.AliasAbsent, ""},
		"the address itself":    {"ann", "alias.remove bob alias=bob@u.fr", nil, desk.AliasAbsent, ""},
		"same quota":            {"ann", "quota.set bob size=1G", nil, desk.AlreadySo, ""},
		"quota below use":       {"ann", "quota.set bob size=511M", nil, desk.QuotaBelowUse, ""},
		"lock":                  {"ann", "account.lock bob", nil, "", desk.Waiting},
		"lock after too many":   {"ann", "account.lock bob", bob(func(a *desk.Account) { a.Status = "lockout" }), "", desk.Waiting},
		"locked already":        {"ann", "account.lock bob", bob(func(a *desk.Account) { a.Status = "locked" }), desk.AlreadySo, ""},
		"lock what is closed":   {"ann", "account.lock bob", bob(func(a *desk.Account) { a.Status = "closed" }), desk.WrongStatus, ""},
		"lock what moves":       {"ann", "account.lock bob", bob(func(a *desk.Account) { a.Status = "maintenance" }), desk.WrongStatus, ""},
		"active already":        {"ann", "account.activate bob", nil, desk.AlreadySo, ""},
		"activate":              {"ann", "account.activate bob", bob(func(a *desk.Account) { a.Status = "locked" }), "", desk.Waiting},
		"open again":            {"ann", "account.activate bob", bob(func(a *desk.Account) { a.Status = "closed" }), "", desk.Waiting},
		"activate what waits":   {"ann", "account.activate bob", bob(func(a *desk.Account) { a.Status = "pending" }), desk.WrongStatus, ""},
		"close":                 {"ann", "account.close bob", nil, "", desk.Waiting},
		"closed already":        {"ann", "account.close bob", bob(func(a *desk.Account) { a.Status = "closed" }), desk.AlreadySo, ""},
		"close what moves":      {"ann", "account.close bob", bob(func(a *desk.Account) { a.Status = "maintenance" }), desk.WrongStatus, ""},
		"hide":                  {"ann", "account.hide bob", nil, "", desk.Waiting},
		"hidden already":        {"ann", "account.hide bob", bob(func(a *desk.Account) { a.Hidden = true }), desk.AlreadySo, ""},
		"unhide":                {"ann", "account.unhide bob", bob(func(a *desk.Account) { a.Hidden = true }), "", desk.Waiting},
		"shown already":         {"ann", "account.unhide bob", nil, desk.AlreadySo, ""},
		"rename":                {"ann", "account.rename bob to=rob@u.fr", nil, "", desk.Waiting},
		"rename to itself":      {"ann", "account.rename bob to=bob@u.fr", nil, desk.AlreadySo, ""},
		"rename to a mailbox":   {"ann", "account.rename bob to=fay@u.fr", nil, desk.AliasTaken, ""},
		"rename to an alias":    {"ann", "account.rename bob to=f@u.fr", nil, desk.AliasTaken, ""},
		"rename to own alias":   {"ann", "account.rename fay2@u.fr to=f@u.fr", nil, desk.AliasTaken, ""},
		"rename with a tag":     {"ann", "account.rename bob to=b+x@u.fr", nil, desk.InvalidAddress, ""},
		"rename elsewhere": {"ann", "account.rename bob to=bob@v.fr",
			func(_ *desk.Desk, h *house) { h.domains = append(h.domains, "v.fr") }, desk.OtherDomain, ""},
		"class":               {"ann", "account.cos bob cos=staff_l", nil, "", desk.Waiting},
		"class already":       {"ann", "account.cos bob cos=staff_s", nil, desk.AlreadySo, ""},
		"no such class":       {"ann", "account.cos bob cos=STAFF_L", nil, desk.UnknownClass, ""},
		"forward":             {"ann", "account.forward bob to=bob@gmail.com", nil, "", desk.Waiting},
		"forward already":     {"ann", "account.forward bob to=x@v.fr", bob(func(a *desk.Account) { a.Forward = "x@v.fr" }), desk.AlreadySo, ""},
		"forward with a copy": {"ann", "account.forward bob to=x@v.fr", bob(func(a *desk.Account) { a.Forward, a.ForwardOnly = "x@v.fr", true }), "", desk.Waiting},
		"forward no more":     {"ann", "account.forward bob to=none", bob(func(a *desk.Account) { a.Forward = "x@v.fr" }), "", desk.Waiting},
		"forward nowhere":     {"ann", "account.forward bob to=NONE", nil, desk.AlreadySo, ""},
		"forward to itself":   {"ann", "account.forward bob to=bob@u.fr", nil, desk.ForwardLoop, ""},
		"forward to an alias": {"ann", "account.forward fay2@u.fr to=f@u.fr", nil, desk.ForwardLoop, ""},
		"forward and back":    {"ann", "account.forward fay2@u.fr to=bob@u.fr", bob(func(a *desk.Account) { a.Forward = "F@u.fr" }), desk.ForwardLoop, ""},
		"forward into a loop": {"ann", "account.forward ann to=bob@u.fr", bob(func(a *desk.Account) { a.Forward = "bob@u.fr" }), "", desk.Waiting},
		"old directory": {"ann", "quota.set bob size=2G",
			func(_ *desk.Desk, h *house) { h.read = now.Add(-time.Hour - time.Second) }, desk.StaleData, ""},
		"no directory": {"ann", "quota.set bob size=2G",
			func(_ *desk.Desk, h *house) { h.read = time.Time{} }, desk.StaleData, ""},
		"changes nothing": {"ann", "account.show bob", nil, desk.UnknownVerb, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			if test.change != nil {
				test.change(d, h)
			}
			r, err := d.Ask(t.Context(), desk.Asking{By: test.by, Action: action(t, test.action), Key: "k"})
			wants(t, err, test.code)
			if r.State != test.state || err != nil && len(h.events) > 0 {
				t.Errorf("got %q, %d facts", r.State, len(h.events))
			}
			if err == nil && !strings.Contains(r.Action.Target, "@") {
				t.Errorf("the target is recorded as %q", r.Action.Target)
			}
		})
	}
}

// bob changes his account.
func bob(change func(*desk.Account)) func(*desk.Desk, *house) {
	return func(_ *desk.Desk, h *house) {
		a := h.accounts["bob@u.fr"]
		change(&a)
		h.accounts["bob@u.fr"] = a
	}
}

func TestAskRecords(t *testing.T) {
	d, h := newDesk(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Portal, Action: action(t, "quota.set BOB size=2G"),
		Reason: " too\n small\x00 \u202e" + strings.Repeat("é", 600), Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	want := desk.Request{ID: "D-1", By: "ann", Owner: "bob", Mailbox: "bob", Via: desk.Portal, State: desk.Waiting,
		Action: action(t, "quota.set bob@u.fr size=2G"), Reason: "too small " + strings.Repeat("é", 490), Key: "k",
		Decision: needs(1, "admins"), Asked: now, Changed: now, Decided: now,
		Seen: &desk.Seen{Actor: &desk.Traits{}, Owner: &desk.Traits{}, Address: "bob@u.fr", Status: "active", COS: "staff_s", Quota: 1 << 30}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	if kept, _ := h.Request("D-1"); !cmp.Equal(kept, r) {
		t.Errorf("kept %v", kept)
	}
}

func TestAskOncePerKey(t *testing.T) {
	d, h := newDesk(t)
	first := ask(t, d, "k")
	if again := ask(t, d, "k"); again.ID != first.ID || len(h.ids()) != 1 {
		t.Errorf("asked twice: %s and %s", first.ID, again.ID)
	}
	if other := ask(t, d, "other"); other.ID == first.ID {
		t.Error("two keys, one request")
	}
	a := desk.Asking{By: "fay", Action: action(t, "quota.set bob size=2G"), Key: "k"}
	_, err := d.Ask(t.Context(), a)
	wants(t, err, desk.Changed)
	if a.Key = ""; err == nil {
		t.Error("somebody else's key")
	}
	if _, err = d.Ask(t.Context(), a); err == nil {
		t.Error("asked without a key")
	}
}

// A key that is no text is refused by whoever asks, for one or for several.
func TestAKeyIsText(t *testing.T) {
	d, h := newDesk(t)
	for _, key := range []string{"k\xff", "\xed\xa0\x80"} {
		_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set bob size=2G"), Key: key})
		wants(t, err, desk.InvalidArgument)
		_, _, err = d.AskAll(t.Context(), desk.Order{By: "ann", Via: desk.Chat, Rows: actionsOf(t, "quota.set bob size=2G"), Key: key})
		wants(t, err, desk.InvalidArgument)
	}
	if len(h.events) > 0 {
		t.Error("something was written")
	}
}

// distracted does not know a key at the first question.
type distracted struct {
	*house
	asked bool
}

func (f *distracted) Keyed(key string) desk.ID {
	if !f.asked {
		f.asked = true
		return ""
	}
	return f.house.Keyed(key)
}

// What two requests of one key would do to every reader is not written, even if
// the desk was mistaken.
func TestTwoRequestsOfOneKeyAreNotWritten(t *testing.T) {
	d, h := newDesk(t)
	ask(t, d, "k")
	d.View = &distracted{house: h}
	before := len(h.events)
	_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set cid size=2G"), Key: "k"})
	if !errors.Is(err, desk.ErrIllegal) || len(h.events) != before {
		t.Errorf("%d facts, %v", len(h.events)-before, err)
	}
}

// Two copies of one message, handled at the same time: whenever the faster one
// slips in, there is one request.
func TestAskOncePerKeyAtOnce(t *testing.T) {
	for name, slip := range map[string]func(*house) *func(){
		"before the append": func(h *house) *func() { return &h.before },
		"before the number": func(h *house) *func() { return &h.asking },
	} {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			var faster desk.Request
			*slip(h) = func() { faster = ask(t, d, "k") }
			if slower := ask(t, d, "k"); slower.ID != faster.ID || len(h.ids()) != 1 {
				t.Errorf("asked as %s and as %s", faster.ID, slower.ID)
			}
		})
	}
}

// A journal that cannot be written to is not a journal that has moved on.
func TestAskFailsWithTheJournal(t *testing.T) {
	d, h := newDesk(t)
	d.Journal = fullDisk{h}
	_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: action(t, "quota.set bob size=2G"), Key: "k"})
	if !errors.Is(err, errDisk) || desk.KindOf(err) != desk.Internal {
		t.Errorf("got %v", err)
	}
}

var errDisk = errors.New("disk full")

type fullDisk struct{ desk.Journal }

func (fullDisk) Append(context.Context, desk.Seq, ...desk.Event) (desk.Seq, error) { return 0, errDisk }

func TestPreviewLeavesNoTrace(t *testing.T) {
	d, h := newDesk(t)
	resolved, got, err := d.Preview("ann", desk.Chat, action(t, "quota.set bob size=2G"))
	if !cmp.Equal(got, needs(1, "admins")) || err != nil || len(h.events) > 0 {
		t.Errorf("got %v, %v, %d facts", got, err, len(h.events))
	}
	if !strings.Contains(resolved.Target, "@") {
		t.Errorf("target %q is not the account's address", resolved.Target)
	}
	_, _, err = d.Preview("ann", desk.Chat, action(t, "quota.set bob size=1G"))
	wants(t, err, desk.AlreadySo)
}

func TestWithdraw(t *testing.T) {
	tests := map[string]struct {
		by   desk.UID
		id   desk.ID
		do   []desk.Fact // by the system, after an approval, if any
		code desk.Code
	}{
		"waiting":       {by: "ann", id: "D-1"},
		"of another":    {"cid", "D-1", nil, desk.NotYours},
		"of the owner":  {"bob", "D-1", nil, desk.NotYours},
		"of a stranger": {"zoe", "D-1", nil, desk.UnknownRequest},
		"by nobody":     {"", "D-9", nil, desk.UnknownRequest},
		"none":          {"ann", "D-9", nil, desk.UnknownRequest},
		"started":       {"ann", "D-1", []desk.Fact{desk.Started{Attempt: 1}}, desk.TooLate},
		"tried":         {"ann", "D-1", []desk.Fact{desk.Started{Attempt: 1}, desk.Failed{Attempt: 1}}, desk.TooLate},
		"done":          {"ann", "D-1", []desk.Fact{desk.Started{Attempt: 1}, desk.Done{Attempt: 1}}, desk.TooLate},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, _ := newDesk(t)
			r := ask(t, d, "k")
			if len(test.do) > 0 {
				if _, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, ""); err != nil {
					t.Fatal(err)
				}
				if _, err := d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) { return test.do, nil }); err != nil {
					t.Fatal(err)
				}
			}
			r, err := d.Withdraw(t.Context(), test.by, desk.Chat, test.id)
			wants(t, err, test.code)
			if test.code == "" && (r.State != desk.Cancelled || r.Ended != test.by) {
				t.Errorf("the request is %s, ended by %q", r.State, r.Ended)
			}
		})
	}
}

// behind is the view of a node that has not read yet what another wrote.
type behind struct {
	desk.View
	old    desk.Request
	caught bool
}

func (b *behind) CatchUp(ctx context.Context) error {
	b.caught = true
	return b.View.CatchUp(ctx)
}

func (b *behind) Request(id desk.ID) (desk.Request, desk.Seq) {
	r, at := b.View.Request(id)
	if !b.caught {
		r = b.old
	}
	return r, at
}

// A click on what another node has decided, and done, is told so; not that the account
// it was for is no longer found.
func TestWhoIsLateIsToldSo(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	_, err := d.Refuse(t.Context(), "dan", desk.Chat, r.ID, "", "no")
	wants(t, err, "")
	delete(h.accounts, "bob@u.fr")
	d.View = &behind{View: h, old: r}
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest())
	wants(t, err, desk.TooLate)
}

// Somebody who is faster is seen: the decision is made again, on what is true then.
func TestChangeLooksAgain(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	h.before = func() {
		if _, err := d.Refuse(t.Context(), "dan", desk.Chat, r.ID, "", "no"); err != nil {
			t.Error(err)
		}
	}
	_, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest())
	var told *desk.Error
	if !errors.As(err, &told) || told.Code != desk.TooLate || told.Details["by"] != "dan" || told.Details["state"] != "rejected" {
		t.Errorf("got %v", err)
	}
	if _, err := d.Change(t.Context(), r.ID, "cid", func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{desk.Done{}}, nil }); !errors.Is(err, desk.ErrIllegal) {
		t.Errorf("an illegal fact: %v", err)
	}
	wants(t, d.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Shows: desk.Rejected}), "")
	if err := d.Announce(t.Context(), "D-9", desk.Announced{}); !errors.Is(err, desk.ErrIllegal) {
		t.Errorf("announced what does not exist: %v", err)
	}
}
