package desk_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Whoever may do nothing to an account learns nothing of it.
func TestADenialTellsNothingOfTheAccount(t *testing.T) {
	for _, text := range []string{"quota.set bob size=1M", "quota.set bob size=1G", "alias.remove bob alias=f@u.fr"} {
		d, _ := newDesk(t)
		d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
		_, err := d.Ask(t.Context(), desk.Asking{By: "fay", Action: action(t, text), Key: "k"})
		wants(t, err, "")
		_, _, err = d.Preview("fay", desk.Chat, action(t, text))
		wants(t, err, "")
	}
}

// Nor whose a login, an alias or another address of a list is.
func TestADenialTellsNoAddress(t *testing.T) {
	for _, text := range []string{"quota.set bob size=2G", "quota.set f@u.fr size=2G", "list.delete team@u.fr"} {
		d, h := newDesk(t)
		h.lists = map[desk.Address]desk.List{"all@u.fr": {ID: "l", Address: "all@u.fr", Kind: desk.Distribution, Aliases: []desk.Address{"team@u.fr"}}}
		d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
		typed := action(t, text)
		previewed, _, err := d.Preview("ann", desk.Chat, typed)
		wants(t, err, "")
		w, err := d.Why("ann", desk.Chat, typed)
		wants(t, err, "")
		for name, got := range map[string]desk.Action{"preview": previewed, "why": w.Action} {
			if got != typed {
				t.Errorf("%s of %s tells %s", name, text, got)
			}
		}
	}
}

// Nor whose it is, though they name it: of the request that they made in vain neither.
func TestADenialTellsNoOwner(t *testing.T) {
	for shown, want := range map[bool]desk.UID{false: "", true: "bob"} {
		d, _ := newDesk(t)
		d.Rules = book(func(f desk.Facts) desk.Decision {
			if shown && f.Action.Verb == desk.AccountShow {
				return desk.Decision{Outcome: desk.Allowed}
			}
			return desk.Decision{}
		})
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: action(t, "quota.set bob@u.fr size=2G"), Key: "k"})
		wants(t, err, "")
		one, err := d.Request("ann", desk.Portal, r.ID)
		wants(t, err, "")
		if many := d.Seen("ann", desk.Portal, desk.Query{}); one.Owner != want || many[0].Owner != want {
			t.Errorf("account shown %t: told of %q and %q", shown, one.Owner, many[0].Owner)
		}
		if his, err := d.Request("bob", desk.Portal, r.ID); err != nil || his.Owner != "bob" {
			t.Errorf("the owner: %q, %v", his.Owner, err)
		}
	}
}

// The next holder of an address does not see what was done for the last one.
func TestTheNextHolderOfAnAddressSeesNothingOfTheLast(t *testing.T) {
	d, h := newDesk(t)
	r := ask(t, d, "k")
	h.accounts["bob@u.fr"] = desk.Account{ID: "new", Address: "bob@u.fr", Owner: "fay"}
	if _, err := d.Request("fay", desk.Chat, r.ID); desk.CodeOf(err) != desk.UnknownRequest {
		t.Errorf("request: %v", err)
	}
	events, err := d.History(t.Context(), "fay", desk.Chat, "bob@u.fr")
	if err != nil {
		t.Fatal(err)
	}
	for e := range events {
		t.Errorf("history: %+v", e)
	}
}
