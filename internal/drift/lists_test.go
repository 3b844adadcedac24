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
