package drift_test

import (
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/mirror"
)

// A list is told of when all who may send for it are gone, and only then; and all
// that is known of an account says which lists it has to do with.
func TestListsWithoutSenders(t *testing.T) {
	account := func(uid desk.UID, status string) desk.Account {
		return desk.Account{ID: "m-" + string(uid), Address: desk.Address(uid + "@u.fr"), Owner: uid, Status: status, Aliases: []desk.Address{desk.Address(uid + ".x@u.fr")}}
	}
	shared := account("", desk.Active)
	shared.ID, shared.Address, shared.Aliases = "m-shared", "shared@u.fr", nil
	h := newHouse(t, policy(), []desk.Person{{UID: "ann"}, {UID: "bob"}}, []desk.Account{account("ann", desk.Active), account("bob", desk.Closed), account("gone", desk.Active), shared})
	var lists []desk.List
	for name, senders := range map[string][]desk.Address{"none": nil, "kept": {"ann@u.fr", "gone@u.fr"}, "shut": {"bob@u.fr"}, "left": {"gone@u.fr"}, "missing": {"x@u.fr"}, "common": {"shared@u.fr"}} {
		lists = append(lists, desk.List{ID: name, Address: desk.Address(name + "@u.fr"), Kind: desk.Distribution, Members: []desk.Address{"ann.x@u.fr"}, Size: 1, Senders: senders, Asked: true})
	}
	h.must(h.mirror.LoadObjects(h.Context(), "u.fr", mirror.Reading{Lists: all(lists), Resources: all[desk.Resource](nil)}, h.now))
	var found []string
	for g := range h.desk.Drift.Gaps(h.mirror) {
		if g.Cause == desk.ListOrphan {
			found = append(found, string(g.Address)+" "+g.Has)
		}
	}
	if got := strings.Join(found, ", "); got != "left@u.fr gone@u.fr, missing@u.fr x@u.fr, shut@u.fr bob@u.fr" {
		t.Error(got)
	}
	belongs := h.desk.Belongings(h.mirror.Account("ann@u.fr"), h.mirror.Person("ann"))
	if len(belongs) != 6 || belongs[0].As[0] != "ann.x@u.fr" || belongs[0].Sends || !belongs[1].Sends || belongs[1].List != "kept@u.fr" {
		t.Errorf("%+v", belongs)
	}
}

// The last who could send for a list is named by the address that people know.
func TestTheLastSenderIsNamedAsBefore(t *testing.T) {
	h := newHouse(t, policy(), nil, []desk.Account{{ID: "m-gone", Address: "gone@u.fr", Owner: "gone", Status: desk.Active}})
	h.desk.Rules = answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	gone := h.mirror.Account("gone@u.fr")
	a, err := desk.NewAction(desk.AccountDelete, "gone@u.fr", nil)
	h.must(err)
	r, err := h.desk.Ask(t.Context(), desk.Asking{By: "odile", Via: desk.Chat, Action: a, Key: "k"})
	h.must(err)
	lies := gone
	lies.Address, lies.Owner, lies.Status = gone.Trash(), "", desk.Closed
	_, err = h.desk.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: gone, Until: h.now}, desk.Done{Attempt: 1, Proof: lies}}, nil
	})
	h.must(err)
	orphan := desk.List{ID: "l", Address: "left@u.fr", Kind: desk.Distribution, Senders: []desk.Address{gone.Trash()}, Asked: true}
	h.must(h.mirror.LoadObjects(h.Context(), "u.fr", mirror.Reading{Lists: all([]desk.List{orphan}), Resources: all[desk.Resource](nil)}, h.now))
	var named []string
	for g := range h.desk.Drift.Gaps(h.mirror) {
		if g.Cause == desk.ListOrphan {
			named = append(named, g.Has)
		}
	}
	if strings.Join(named, " ") != "gone@u.fr" {
		t.Errorf("sent for by %s", named)
	}
}
