package desk_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

func gone(f desk.Fact) desk.Event { return event("#7", desk.Erased{Was: f}) }

// A request whose words were destroyed is final at each moment, and says
// nothing but how it ended.
func TestErasedRequest(t *testing.T) {
	for name, c := range map[string]struct {
		events []desk.Event
		want   desk.State
	}{
		"asked":     {nil, desk.Rejected},
		"denied":    {[]desk.Event{gone(desk.Decided{})}, desk.Rejected},
		"refused":   {[]desk.Event{gone(desk.Decided{}), gone(desk.Approved{}), gone(desk.Refused{})}, desk.Rejected},
		"withdrawn": {[]desk.Event{gone(desk.Decided{}), gone(desk.Withdrawn{})}, desk.Cancelled},
		"expired":   {[]desk.Event{gone(desk.Decided{}), gone(desk.Reminded{}), gone(desk.Escalated{}), gone(desk.Expired{})}, desk.Lapsed},
		"broken":    {[]desk.Event{gone(desk.Decided{}), gone(desk.Started{}), gone(desk.Failed{}), gone(desk.Announced{})}, desk.Broken},
		"done":      {[]desk.Event{gone(desk.Decided{}), gone(desk.Failed{}), gone(desk.Started{}), gone(desk.Unknown{}), gone(desk.Done{})}, desk.Settled},
	} {
		r := after(t, append([]desk.Event{gone(desk.Asked{})}, c.events...)...)
		want := desk.Request{ID: "D-1", State: c.want, Erased: true, Asked: now, Changed: now}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What is missing from a request that is there was cut out of it, except where
// it was told of.
func TestAFactCutOutIsIllegal(t *testing.T) {
	waiting := after(t, asked, pending)
	for _, f := range []desk.Fact{desk.Asked{}, desk.Decided{}, desk.Approved{}, desk.Refused{}, desk.Withdrawn{}, desk.Reminded{}, desk.Escalated{}, desk.Expired{}, desk.Started{}, desk.Done{}, desk.Failed{}, desk.Bound{}} {
		if r, err := waiting.With(gone(f)); !errors.Is(err, desk.ErrIllegal) || r.State != desk.Waiting {
			t.Errorf("%T cut out: %s, %v", f, r.State, err)
		}
		if _, err := (desk.Request{}).With(gone(f)); (err == nil) != (f == desk.Fact(desk.Asked{})) {
			t.Errorf("begins with %T: %v", f, err)
		}
	}
	if r := after(t, asked, denied, gone(desk.Announced{})); !r.Hushed || r.Erased || r.State != desk.Rejected {
		t.Errorf("%+v", r)
	}
	for _, e := range []desk.Event{asked, allowed, done, event(desk.System, desk.Announced{})} {
		if _, err := after(t, gone(desk.Asked{}), gone(desk.Done{})).With(e); !errors.Is(err, desk.ErrIllegal) {
			t.Errorf("%T after the erasure: %v", e.Fact, err)
		}
	}
}

func TestForget(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	for _, who := range []desk.UID{"", desk.System} {
		wants(t, d.Forget(t.Context(), "cid", who), desk.UnknownPerson)
	}
	wants(t, d.Forget(t.Context(), "cid", "ann"), desk.StillConcerned) // asks
	wants(t, d.Forget(t.Context(), "cid", "bob"), desk.StillConcerned) // owns
	wants(t, d.Forget(t.Context(), "cid", "dan"), "")
	if _, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil {
		t.Fatal(err)
	}
	wants(t, d.Forget(t.Context(), "cid", "eve"), desk.StillConcerned) // voted
	if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, r.ID); err != nil {
		t.Fatal(err)
	}
	wants(t, d.Forget(t.Context(), "cid", "bob"), "")
	last := h.events[len(h.events)-1]
	if last.Fact != (desk.Forgotten{Who: "bob"}) || last.Subject != "bob" || last.By != "cid" || last.ID != "" {
		t.Errorf("recorded %+v", last)
	}
}

// Whose data each fact is.
func TestSubject(t *testing.T) {
	d, h := newDesk(t)
	h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Quota: 1 << 30}
	ask(t, d, "k")
	if _, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set box@u.fr size=2G"), Key: "l"}); err != nil {
		t.Fatal(err)
	}
	wants(t, d.Announce(t.Context(), "D-1", desk.Announced{}), "")
	for _, f := range []desk.Fact{desk.Bound{}, desk.BindingOffered{}, desk.Granted{Grant: desk.Grant{To: "bob"}}, desk.Redacted{}} {
		if _, err := d.Change(t.Context(), "", "cid", func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	var got []desk.UID
	for _, e := range h.events {
		got = append(got, e.Subject)
	}
	if diff := cmp.Diff([]desk.UID{"bob", "bob", "ann", "ann", "bob", "cid", "cid", "bob", desk.System}, got); diff != "" {
		t.Error(diff)
	}
}
