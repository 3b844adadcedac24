package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// deleteBob has bob's account deleted, as the executor would.
func deleteBob(t *testing.T, d *desk.Desk, h *house, key string) desk.Request {
	t.Helper()
	bob := h.accounts["bob@u.fr"]
	r := settle(t, d, h, "account.delete bob", key)
	delete(h.accounts, "bob@u.fr")
	bob.Address, bob.Owner = bob.Trash(), ""
	h.accounts[bob.Address] = bob
	return r
}

// settle has ann ask, cid approve, and the executor do it.
func settle(t *testing.T, d *desk.Desk, h *house, text, key string) desk.Request {
	t.Helper()
	before := h.accounts["bob@u.fr"]
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Fatal(err)
	}
	r, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: before}, desk.Done{Attempt: 1}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A deleted account comes back within the term, to the address and the person
// it had, unless another mailbox has them by then.
func TestWhoMayComeBack(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*desk.Desk, *house)
		late  time.Duration
		want  desk.Code
	}{
		"at once":     {want: ""},
		"in time":     {late: desk.Term, want: ""},
		"too late":    {late: desk.Term + time.Microsecond, want: desk.TermOver},
		"its address": {spoil: func(_ *desk.Desk, h *house) { h.accounts["bob@u.fr"] = desk.Account{ID: "new", Address: "bob@u.fr"} }, want: desk.AddressTaken},
		"its address, as an alias": {spoil: func(_ *desk.Desk, h *house) {
			h.accounts["new@u.fr"] = desk.Account{ID: "new", Address: "new@u.fr", Aliases: []desk.Address{"bob@u.fr"}}
		}, want: desk.AddressTaken},
		"its person": {spoil: func(_ *desk.Desk, h *house) {
			h.accounts["new@u.fr"] = desk.Account{ID: "new", Address: "new@u.fr", Owner: "bob"}
		}, want: desk.PersonTaken},
		"nobody may": {spoil: func(d *desk.Desk, _ *house) {
			d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
		}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			deleteBob(t, d, h, "delete")
			d.Now = func() time.Time { return now.Add(tt.late) }
			h.read = now.Add(tt.late)
			if tt.spoil != nil {
				tt.spoil(d, h)
			}
			r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.restore bob@u.fr"), Key: "restore"})
			wants(t, err, tt.want)
			if err == nil && (r.Mailbox != "bob" || r.Owner != "bob" || r.Action.Target != "bob@u.fr") {
				t.Errorf("restores %q of %q at %q", r.Mailbox, r.Owner, r.Action.Target)
			}
			if name == "nobody may" && r.State != desk.Rejected {
				t.Errorf("%s", r.State)
			}
		})
	}
}

// The owner judges neither the deletion nor the return of what was theirs.
func TestTheOwnerDoesNotJudgeTheReturn(t *testing.T) {
	d, h := newDesk(t)
	h.people["bob"] = desk.Person{UID: "bob", Groups: []string{"admins"}}
	deleteBob(t, d, h, "delete")
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.restore bob@u.fr"), Key: "restore"})
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "bob", desk.Chat, r.ID, "")
	wants(t, err, desk.OwnBenefit)
}

func TestOnlyWhatIsDeletedComesBack(t *testing.T) {
	d, h := newDesk(t)
	restore := action(t, "account.restore bob@u.fr")
	ask := func(want desk.Code) {
		t.Helper()
		_, _, err := d.Preview("ann", desk.Chat, restore)
		wants(t, err, want)
	}
	ask(desk.NotDeleted)
	first := deleteBob(t, d, h, "1")
	ask("")
	h.accounts["bob@u.fr"] = first.Origin
	d.Now = func() time.Time { return now.Add(time.Minute) }
	back := settle(t, d, h, "account.restore bob@u.fr", "2")
	delete(h.accounts, first.Origin.Trash())
	ask(desk.NotDeleted)
	d.Now = func() time.Time { return now.Add(2 * time.Minute) }
	again := deleteBob(t, d, h, "3")
	ask("")
	if got := d.Deletion(desk.Request{Action: restore, Mailbox: "bob"}); got.ID != again.ID {
		t.Errorf("takes back %s, not %s", got.ID, again.ID)
	}
	for name, r := range map[string]desk.Request{"no restore": {Action: action(t, "account.hide bob@u.fr"), Mailbox: "bob"},
		"another mailbox": {Action: restore, Mailbox: "new"}, "elsewhere": {Action: action(t, "account.restore ann@u.fr"), Mailbox: "bob"}} {
		if got := d.Deletion(r); got.ID != "" {
			t.Errorf("%s: takes back %s", name, got.ID)
		}
	}
	// Before the send, the rules look at the account that comes back.
	back.Action = restore
	wants(t, d.Recheck(back, h.accounts[first.Origin.Trash()]), "")
	back.Mailbox = "new"
	wants(t, d.Recheck(back, h.accounts[first.Origin.Trash()]), desk.NotDeleted)
}

// Nothing else is done to an account that is deleted: it must come back as it was.
func TestADeletedAccountIsLeftAlone(t *testing.T) {
	d, h := newDesk(t)
	gone := deleteBob(t, d, h, "delete").Origin
	trash := h.accounts[gone.Trash()]
	for _, text := range []string{"quota.set %s size=2G", "alias.add %s alias=b@u.fr", "account.delete %s", "account.activate %s"} {
		a := action(t, fmt.Sprintf(text, trash.Address))
		_, _, err := d.Preview("ann", desk.Chat, a)
		wants(t, err, desk.UnknownAccount)
		wants(t, d.Recheck(desk.Request{By: "ann", Action: a.On("bob@u.fr")}, trash), desk.UnknownAccount)
	}
	if (desk.Account{}).Deleted() || gone.Deleted() || !trash.Deleted() {
		t.Error("what is deleted is told wrong")
	}
}

// Who sends for a list is named as people know them, also once they were deleted.
func TestADeletedSenderIsNamedAsBefore(t *testing.T) {
	d, h := newDesk(t)
	deleted := deleteBob(t, d, h, "delete")
	trash := deleted.Origin.Trash()
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	h.lists = map[desk.Address]desk.List{"team@u.fr": {ID: "l", Address: "team@u.fr", Kind: desk.Distribution, Asked: true, Senders: []desk.Address{"ann@u.fr", trash, "deleted-x@u.fr"}}}
	found, err := d.Object("ann", desk.Chat, action(t, "list.show team@u.fr"))
	must(t, err)
	if got := fmt.Sprint(found.Detail.List.Senders); got != "[ann@u.fr bob@u.fr deleted-x@u.fr]" {
		t.Errorf("sent for by %s", got)
	}
	if h.lists["team@u.fr"].Senders[1] != trash {
		t.Error("the copy of Partage is changed")
	}
}
