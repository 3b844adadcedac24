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
