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
