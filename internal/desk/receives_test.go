package desk_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// What was approved for one mailbox does not go to another that has its address by then.
func TestWhoReceivesIsWhoWasApproved(t *testing.T) {
	for name, text := range map[string]string{"move": "alias.move fay2@u.fr alias=f@u.fr to=bob@u.fr", "share": "account.share box@u.fr with=bob@u.fr right=sendAs"} {
		for how, change := range map[string]func(*house){
			"alias of another": func(h *house) {
				b := h.accounts["bob@u.fr"]
				delete(h.accounts, "bob@u.fr")
				b.Address = "robert@u.fr"
				h.accounts[b.Address] = b
				e := h.accounts["eve@u.fr"]
				e.Aliases = []desk.Address{"bob@u.fr"}
				h.accounts["eve@u.fr"] = e
			},
			"given to another": func(h *house) {
				h.accounts["bob@u.fr"] = desk.Account{ID: "bob-2", Address: "bob@u.fr", Owner: "eve", Status: "active"}
			},
		} {
			d, h := newcomers(t)
			h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Status: "active", COS: "staff_s"}
			r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: "k"})
			wants(t, err, "")
			r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
			wants(t, err, "")
			change(h)
			got := d.Resolve("bob@u.fr")
			if err := d.Recheck(r, h.accounts[desk.Address(r.Action.Target)]); err == nil {
				t.Errorf("%s, %s: still to be sent; %s would receive (mailbox %s), was mailbox bob", name, how, got.Owner, got.ID)
			}
		}
	}
}
