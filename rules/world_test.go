package rules

import (
	"fmt"
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

var (
	uids    = []desk.UID{"", "u1", "u2", "u3"}
	domains = []string{"", "a.fr", "b.fr", "c.fr"}
	words3  = []string{"", "x", "y"}
)

// somebody draws a person of a small world, so that coincidences are frequent.
func somebody(t *rapid.T, label string) desk.Person {
	one := func(of []string, field string) string { return rapid.SampledFrom(of).Draw(t, label+field) }
	some := func(of []string, field string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(of), 0, 2).Draw(t, label+field)
	}
	return desk.Person{
		UID:  rapid.SampledFrom(uids).Draw(t, label+"uid"),
		Name: one(words3, "name"), Affiliation: one(words3, "affiliation"),
		Unit: one(words3, "unit"), UnitDomain: one(domains, "unitDomain"), Manager: rapid.SampledFrom(uids).Draw(t, label+"manager"),
		Groups:  some([]string{"", "melusine-admins", "others"}, "groups"),
		Manages: some(domains, "manages"),
	}
}

func anyFacts(t *rapid.T) desk.Facts {
	f := desk.Facts{Actor: somebody(t, "actor."), Owner: somebody(t, "owner.")}
	f.Action.Verb = rapid.SampledFrom(append(governed(), desk.Help, "")).Draw(t, "verb")
	if domain := rapid.SampledFrom(domains).Draw(t, "target.domain"); domain != "" {
		f.Target.Address = desk.Address("m@" + domain)
	}
	f.Target.Owner = rapid.SampledFrom([]desk.UID{f.Actor.UID, f.Owner.UID, ""}).Draw(t, "target.owner")
	f.Target.Status = rapid.SampledFrom(words3).Draw(t, "target.status")
	f.Target.COS = rapid.SampledFrom(words3).Draw(t, "target.cos")
	f.Target.Quota = rapid.Int64Range(0, 3).Draw(t, "target.quota")
	f.Domain = f.Target.Address.Domain()
	switch f.Action.Verb {
	case desk.AliasAdd, desk.AliasRemove:
		f.Domain = rapid.SampledFrom(domains).Draw(t, "domain")
		if f.Domain != "" {
			f.Action.Args = "alias=z@" + f.Domain
		}
	case desk.AccountRename, desk.AccountForward:
		f.Action.Args = "to=" + rapid.SampledFrom([]string{"none", "z@a.fr", "z@b.fr"}).Draw(t, "to")
	case desk.AccountCOS:
		f.Action.Args = "cos=" + rapid.SampledFrom(words3[1:]).Draw(t, "cos")
	case desk.QuotaSet:
		f.Size = rapid.SampledFrom([]int64{-1, 0, 1 << 30, 10 << 30, 10<<30 + 1, 20 << 30, 20<<30 + 1}).Draw(t, "size")
	}
	f.Via = rapid.SampledFrom([]desk.Door{"", desk.Chat, desk.Portal}).Draw(t, "via")
	return f
}

// TestNaive compares the default book with the same policy written another way.
func TestNaive(t *testing.T) {
	book := defaultBook(t)
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range worldsPerCheck {
			f := anyFacts(t)
			d := book.Decide(f)
			got := fmt.Sprint(d.Outcome, d.Approvers())
			if want := naive(f); got != want {
				t.Fatalf("book says %s by %q, policy says %s", got, d.Rule, want)
			}
			outcomes[string(d.Outcome)]++
		}
	})
	t.Log(outcomes)
}

const worldsPerCheck = 50

// naive is the policy of the default book as a person would tell it.
func naive(f desk.Facts) string {
	me, admin := f.Actor.UID, slices.Contains(f.Actor.Groups, "melusine-admins")
	home := f.Target.Address.Domain()
	if me == "" {
		return "denied[]"
	}
	switch f.Action.Verb {
	case desk.HouseFreeze, desk.RulesUndo:
		return map[bool]string{true: "allowed[]", false: "denied[]"}[admin]
	case desk.HouseThaw, desk.BrakeRelease, desk.RulesActivate, desk.RulesRollback:
		return map[bool]string{true: "pending[group:melusine-admins]", false: "denied[]"}[admin]
	}
	if home == "" || f.Domain == "" {
		return "denied[]"
	}
	own, anothers := f.Target.Owner == me, f.Target.Owner != "" && f.Target.Owner != me
	near := slices.Contains(f.Actor.Manages, home) || f.Owner.UnitDomain != "" && slices.Contains(f.Actor.Manages, f.Owner.UnitDomain)
	manages := slices.Contains(f.Actor.Manages, f.Domain) && near
	fromAdmins, fromBoth := "pending[group:melusine-admins]", "pending[domain:"+f.Domain+" group:melusine-admins]"
	switch f.Action.Verb {
	case desk.AccountShow, desk.HistoryShow:
		if own || admin || near {
			return "allowed[]"
		}
		return "denied[]"
	case desk.QuotaSet:
		if f.Size <= 0 {
			return "denied[]"
		}
		if anothers && (admin || manages && slices.Contains(f.Actor.Manages, home) && f.Size <= 10<<30) {
			return "allowed[]"
		}
		if own && !admin && f.Size <= 20<<30 {
			return fromBoth
		}
	case desk.AliasAdd, desk.AliasRemove:
		if anothers && (admin || manages) || own && f.Action.Verb == desk.AliasRemove {
			return "allowed[]"
		}
		if own && !admin && f.Domain == f.Actor.UnitDomain {
			return fromBoth
		}
	case desk.AccountForward:
		if f.Action.Arg("to") == "none" && (own || anothers && admin) {
			return "allowed[]"
		}
		if own && !admin {
			return fromBoth
		}
	case desk.AccountDelete, desk.AccountRestore:
		if !admin {
			return "denied[]"
		}
	case desk.AccountClose:
	case desk.AccountLock, desk.AccountActivate, desk.AccountHide, desk.AccountUnhide, desk.AccountRename, desk.AccountCOS:
		if anothers && admin {
			return "allowed[]"
		}
	default:
		return "denied[]"
	}
	if spec, _ := desk.SpecOf(f.Action.Verb); len(spec.Args["alias"]+spec.Args["size"]) == 0 {
		manages = slices.Contains(f.Actor.Manages, home)
	}
	if admin || manages {
		return fromAdmins
	}
	return "denied[]"
}

// TestNothingMatchesOnNothing: on empty facts no word of the language holds,
// even before the guard that denies them.
func TestNothingMatchesOnNothing(t *testing.T) {
	var w world
	w.look(languageBook(), desk.Facts{})
	if w.owns() || w.ownedByOther() || w.heads() || w.sameUnit() || w.inUnitDomain() || w.inCharter() || w.same("", "") || w.manages("") || w.member("") || w.quotaWithin(0) {
		t.Error("a word holds on nothing")
	}
}
