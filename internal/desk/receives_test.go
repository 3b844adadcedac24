package desk_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// What was approved for an address that no mailbox had is not sent once one has it.
func TestNobodysAddressGivenSince(t *testing.T) {
	for name, text := range map[string]string{"forward": "account.forward box@u.fr to=later@u.fr", "members": "list.add team@u.fr members=bob@u.fr,later@u.fr", "member": "list.add team@u.fr members=later@u.fr"} {
		d, h := newcomers(t)
		h.lists = map[desk.Address]desk.List{"team@u.fr": {ID: "team", Address: "team@u.fr", Kind: desk.Distribution}}
		h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Status: "active", COS: "staff_s"}
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: "k"})
		wants(t, err, "")
		target := h.accounts[desk.Address(r.Action.Target)]
		if !target.Known() {
			target = h.lists["team@u.fr"].Target()
		}
		r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
		wants(t, err, "")
		if err := d.Recheck(r, target); err != nil {
			t.Errorf("%s: stopped although nothing has changed: %v", name, err)
		}
		h.accounts["later@u.fr"] = desk.Account{ID: "late", Address: "later@u.fr", Owner: "eve", Status: "active"}
		if err := d.Recheck(r, target); desk.CodeOf(err) != desk.OtherMailbox {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What was approved for one mailbox does not go to another that has its address by then.
func TestWhoReceivesIsWhoWasApproved(t *testing.T) {
	for name, text := range map[string]string{"move": "alias.move fay2@u.fr alias=f@u.fr to=bob@u.fr", "share": "account.share box@u.fr with=bob@u.fr right=sendAs",
		"forward": "account.forward box@u.fr to=bob@u.fr", "member": "list.add team@u.fr members=bob@u.fr", "members": "list.add team@u.fr members=bob@u.fr,cid@u.fr,x@else.where",
		"new list": "list.create new@u.fr members=bob@u.fr", "new group": "group.create new@u.fr members=bob@u.fr,cid@u.fr", "new 1→N": "fanout.create new@u.fr members=bob@u.fr,cid@u.fr",
		"sender": "list.sender team@u.fr sender=bob@u.fr"} {
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
			h.lists = map[desk.Address]desk.List{"team@u.fr": {ID: "team", Address: "team@u.fr", Kind: desk.Distribution}}
			h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Status: "active", COS: "staff_s"}
			r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: "k"})
			wants(t, err, "")
			r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
			wants(t, err, "")
			target := h.accounts[desk.Address(r.Action.Target)]
			if l := h.lists[desk.Address(r.Action.Target)]; l.Known() {
				target = l.Target()
			}
			if err := d.Recheck(r, target); err != nil {
				t.Fatalf("%s: stopped although nothing has changed: %v", name, err)
			}
			change(h)
			got := d.Resolve("bob@u.fr")
			if err := d.Recheck(r, target); desk.CodeOf(err) != desk.OtherMailbox {
				t.Errorf("%s, %s: %v; %s would receive (mailbox %s), was mailbox bob", name, how, err, got.Owner, got.ID)
			}
		}
	}
}
