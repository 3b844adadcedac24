package desk_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// carriedOut is the account after the action, as Partage would have it.
func carriedOut(a desk.Action, before desk.Account) desk.Account {
	after, alias := before, desk.Address(a.Arg("alias"))
	switch a.Verb {
	case desk.AliasAdd, desk.AliasRenew:
		after.Aliases = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(before.Aliases), alias))))
	case desk.AliasRemove:
		after.Aliases = slices.DeleteFunc(slices.Clone(before.Aliases), func(x desk.Address) bool { return x == alias })
	case desk.QuotaSet:
		n, _ := desk.ParseSize(a.Arg("size"))
		after.Quota = int64(n)
	case desk.AccountLock:
		after.Status = "locked"
	case desk.AccountActivate, desk.AccountRenew:
		after.Status = "active"
	case desk.AccountClose:
		after.Status = "closed"
	case desk.AccountHide, desk.AccountUnhide:
		after.Hidden = a.Verb == desk.AccountHide
	case desk.AccountRename:
		after.Address = desk.Address(a.Arg("to"))
	case desk.AccountCOS:
		after.COS = a.Arg("cos")
	case desk.AccountForward:
		after.Forward, after.ForwardOnly = a.Arg("to"), false
		if after.Forward == "none" {
			after.Forward = ""
		}
	case desk.AccountProfile:
		after.Detail = &desk.Detail{Profile: maps.Clone(before.Detail.Profile)}
		for _, field := range desk.ProfileFields() {
			if value, set := a.ProfileArg(field); set && field == "name" {
				after.Name = value
			} else if set {
				after.Detail.Profile[field] = value
				maps.DeleteFunc(after.Detail.Profile, func(_, value string) bool { return value == "" })
			}
		}
	}
	return after
}

func anyAccount(t *rapid.T) desk.Account {
	return desk.Account{
		ID: "id", Address: "bob@u.fr", Aliases: rapid.SampledFrom([][]desk.Address{nil, {"b@u.fr"}, {"a@u.fr", "b@u.fr"}}).Draw(t, "aliases"),
		Quota:   rapid.SampledFrom([]int64{0, 1, 1<<20 + 1, 1 << 30, 3 << 29}).Draw(t, "quota"),
		Status:  rapid.SampledFrom([]string{"active", "locked", "closed", "lockout", "maintenance", "pending", ""}).Draw(t, "status"),
		COS:     rapid.SampledFrom([]string{"", "staff_l", "étudiant·s", "e00428a1-0c00-11d9-836a-000d93afea2a", "two words"}).Draw(t, "cos"),
		Forward: rapid.SampledFrom([]string{"", "x@u.fr", "x@u.fr, y@u.fr", "none"}).Draw(t, "forward"),
		Name:    rapid.SampledFrom([]string{"", "Bob", "two\nlines", "none"}).Draw(t, "name"),
		Detail:  rapid.SampledFrom([]*desk.Detail{nil, {}, {Profile: map[string]string{}}, {Profile: map[string]string{"phone": "03 68", "title": "a  b"}}, {Profile: map[string]string{"phone": "poste 12"}}}).Draw(t, "detail"),
		Hidden:  rapid.Bool().Draw(t, "hidden"), ForwardOnly: rapid.Bool().Draw(t, "forward only"),
	}
}

// texts has every verb that changes something.
var texts = map[desk.Verb][]string{
	desk.AliasAdd:        {"alias.add bob@u.fr alias=b@u.fr", "alias.add bob@u.fr alias=bob@u.fr"},
	desk.AliasRemove:     {"alias.remove bob@u.fr alias=b@u.fr", "alias.remove bob@u.fr alias=bob@u.fr"},
	desk.AliasRenew:      {"alias.renew bob@u.fr alias=b@u.fr until=2026-12-31"},
	desk.AccountRenew:    {"account.renew bob@u.fr until=2026-12-31"},
	desk.QuotaSet:        {"quota.set bob@u.fr size=2G"},
	desk.AccountLock:     {"account.lock bob@u.fr"},
	desk.AccountActivate: {"account.activate bob@u.fr"},
	desk.AccountClose:    {"account.close bob@u.fr"},
	desk.AccountHide:     {"account.hide bob@u.fr"},
	desk.AccountUnhide:   {"account.unhide bob@u.fr"},
	desk.AccountRename:   {"account.rename bob@u.fr to=rob@u.fr"},
	desk.AccountCOS:      {"account.cos bob@u.fr cos=staff_s"},
	desk.AccountForward:  {"account.forward bob@u.fr to=y@u.fr", "account.forward bob@u.fr to=none"},
	desk.AccountProfile:  {"account.profile bob@u.fr phone=1 fax=none", `account.profile bob@u.fr name="New Name" title=x city=none`},
	// These show in no account, or in two: what they come to is asked of Undo alone.
	desk.AccountCreate:  {"account.create bob@u.fr cos=x name=x"},
	desk.AccountShare:   {"account.share bob@u.fr with=x@u.fr right=sendAs"},
	desk.AccountUnshare: {"account.unshare bob@u.fr with=x@u.fr right=sendAs"},
	desk.AliasMove:      {"alias.move bob@u.fr alias=b@u.fr to=x@u.fr"},
}

// undoneBy is for the verbs whose effect shows in no account, or in another.
var undoneBy = map[desk.Verb]string{
	desk.AccountCreate:  "account.delete bob@u.fr",
	desk.AccountShare:   "account.unshare bob@u.fr with=x@u.fr",
	desk.AccountUnshare: "account.share bob@u.fr right=sendAs with=x@u.fr",
	desk.AliasMove:      "alias.move x@u.fr alias=b@u.fr to=bob@u.fr",
}

// TestUndoRestores: for each verb that changes something, from any account,
// what is done and undone leaves the account as it was.
func TestUndoRestores(t *testing.T) {
	for _, verb := range desk.Verbs() {
		spec, _ := desk.SpecOf(verb)
		if spec.Object { // see TestUndoOfObjects
			continue
		}
		if !spec.Changes || spec.Governs || verb == desk.AccountDelete || verb == desk.AccountRestore || verb == desk.AccountPurge { // the former two by their plan, the last by nothing
			if undo, ok := desk.Undo(desk.Action{Verb: verb, Target: "bob@u.fr"}, desk.Account{Address: "bob@u.fr"}); ok {
				t.Errorf("%s is undone by %s", verb, undo)
			}
			continue
		}
		t.Run(string(verb), func(t *testing.T) {
			undone, not := 0, 0
			var all []desk.Action
			for _, text := range texts[verb] {
				all = append(all, action(t, text))
			}
			rapid.Check(t, func(t *rapid.T) {
				a, before := rapid.SampledFrom(all).Draw(t, "action"), anyAccount(t)
				undo, ok := desk.Undo(a, before)
				if !ok {
					not++
					return
				}
				undone++
				if want := undoneBy[verb]; want != "" {
					if undo.String() != want {
						t.Fatalf("%s is undone by %s", a, undo)
					}
					return
				}
				after := carriedOut(a, before)
				if again, err := desk.ParseAction(undo.String()); err != nil || again != undo || undo.Target != string(after.Address) {
					t.Fatalf("%s is not an action on %s", undo, after.Address)
				}
				if diff := cmp.Diff(before, carriedOut(undo, after), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s then %s: %s", a, undo, diff)
				}
			})
			for seed := 0; undone == 0 && seed < 1000; seed++ { // what is rare among twenty
				if _, ok := desk.Undo(all[seed%len(all)], rapid.Custom(anyAccount).Example(seed)); ok {
					undone++
				}
			}
			if undone == 0 {
				t.Errorf("never undone, %d times not", not)
			}
		})
	}
}

// TestNoUndo: what cannot be given back is not promised.
func TestNoUndo(t *testing.T) {
	bob := desk.Account{Address: "bob@u.fr", Status: "active", Quota: 1 << 30, COS: "staff"}
	for name, tt := range map[string]struct {
		action string
		change func(*desk.Account)
	}{
		"no limit of space":           {"quota.set bob@u.fr size=2G", func(a *desk.Account) { a.Quota = 0 }},
		"no whole number of MiB":      {"quota.set bob@u.fr size=2G", func(a *desk.Account) { a.Quota++ }},
		"a status of Partage's own":   {"account.lock bob@u.fr", func(a *desk.Account) { a.Status = "maintenance" }},
		"no class of its own":         {"account.cos bob@u.fr cos=staff", func(a *desk.Account) { a.COS = "" }},
		"mail went away without copy": {"account.forward bob@u.fr to=x@u.fr", func(a *desk.Account) { a.ForwardOnly = true }},
		"mail went to two addresses":  {"account.forward bob@u.fr to=x@u.fr", func(a *desk.Account) { a.Forward = "x@u.fr,y@u.fr" }},
		"the address itself":          {"alias.add bob@u.fr alias=bob@u.fr", func(*desk.Account) {}},
		"a profile of odd letters":    {"account.profile bob@u.fr title=x", func(a *desk.Account) { a.Detail = &desk.Detail{Profile: map[string]string{"title": "a  b"}} }},
		"a profile that says none":    {"account.profile bob@u.fr title=x", func(a *desk.Account) { a.Detail = &desk.Detail{Profile: map[string]string{"title": "none"}} }},
		"a profile not looked at":     {"account.profile bob@u.fr title=x", func(*desk.Account) {}},
		"an alias that it has not":    {"alias.move bob@u.fr alias=b@u.fr to=x@u.fr", func(*desk.Account) {}},
		"no account":                  {"account.hide bob@u.fr", func(a *desk.Account) { *a = desk.Account{} }},
	} {
		before := bob
		tt.change(&before)
		if undo, ok := desk.Undo(action(t, tt.action), before); ok {
			t.Errorf("%s: undone by %s", name, undo)
		}
	}
}
