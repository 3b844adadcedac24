package rules

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
		Groups: some([]string{"", "melusine-admins", "others"}, "groups"),
	}
}

func anyFacts(t *rapid.T) desk.Facts {
	f := desk.Facts{Actor: somebody(t, "actor."), Owner: somebody(t, "owner."), Now: noon}
	for range rapid.IntRange(0, 2).Draw(t, "delegations") {
		f.Actor.Delegations = append(f.Actor.Delegations, anyDelegation(t, f.Actor.UID))
	}
	f.Holder = rapid.SampledFrom([]desk.UID{"", f.Actor.UID, "u1"}).Draw(t, "holder")
	f.Action.Verb = rapid.SampledFrom(append(governed(), desk.Help, "")).Draw(t, "verb")
	if domain := rapid.SampledFrom(domains).Draw(t, "target.domain"); domain != "" {
		f.Target.Address = desk.Address("m@" + domain)
	}
	f.Target.Owner = rapid.SampledFrom([]desk.UID{f.Actor.UID, f.Owner.UID, ""}).Draw(t, "target.owner")
	f.Target.Status = rapid.SampledFrom(words3).Draw(t, "target.status")
	f.Target.COS = rapid.SampledFrom(words3).Draw(t, "target.cos")
	f.Target.Quota = rapid.Int64Range(0, 3).Draw(t, "target.quota")
	if kind := rapid.SampledFrom([]desk.ListKind{"", desk.Distribution, desk.Grouping}).Draw(t, "target.kind"); kind != "" {
		f.Target.Detail = &desk.Detail{List: &desk.List{Kind: kind}}
	}
	f.Domain = f.Target.Address.Domain()
	switch f.Action.Verb {
	case desk.AliasAdd, desk.AliasRemove, desk.AliasRenew, desk.ListAlias, desk.ListUnalias:
		f.Domain = rapid.SampledFrom(domains).Draw(t, "domain")
		if f.Domain != "" {
			f.Action.Args = "alias=z@" + f.Domain
		}
	case desk.AliasMove:
		f.Domain = rapid.SampledFrom(domains).Draw(t, "domain")
		if f.Domain != "" {
			f.Action.Args = "alias=z@" + f.Domain + " to=z@a.fr"
		}
	case desk.AccountRename, desk.AccountForward, desk.ListRename, desk.ResourceRename:
		f.Action.Args = "to=" + rapid.SampledFrom([]string{"none", "z@a.fr", "z@b.fr"}).Draw(t, "to")
	case desk.AccountCOS, desk.AccountCreate:
		f.Action.Args = "cos=" + rapid.SampledFrom(words3[1:]).Draw(t, "cos")
		if f.Action.Verb == desk.AccountCreate {
			f.Size = rapid.SampledFrom([]int64{0, 1 << 30, 20 << 30}).Draw(t, "size")
		}
	case desk.QuotaSet:
		f.Size = rapid.SampledFrom([]int64{-1, 0, 1 << 30, 10 << 30, 10<<30 + 1, 20 << 30, 20<<30 + 1}).Draw(t, "size")
	}
	f.Ended = rapid.Bool().Draw(t, "ended")
	f.Resembles = rapid.SampledFrom([]desk.Address{"", "2@a.fr", "z@c.fr"}).Draw(t, "resembles")
	f.Via = rapid.SampledFrom([]desk.Door{"", desk.Chat, desk.Portal, desk.Sync, desk.Clock}).Draw(t, "via")
	return f
}

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// anyDelegation draws one that somebody may hold, or not any more, or not for this.
func anyDelegation(t *rapid.T, holder desk.UID) desk.Delegation {
	moment := rapid.SampledFrom([]time.Time{{}, {}, noon.Add(-1), noon, noon.Add(1)})
	d := desk.Delegation{Grant: desk.Grant{To: rapid.SampledFrom([]desk.UID{holder, holder, "u9"}).Draw(t, "to"), Daily: rapid.IntRange(0, 2).Draw(t, "daily")},
		Used: rapid.IntRange(0, 2).Draw(t, "used")}
	d.Domains = rapid.SliceOfN(rapid.SampledFrom(domains), 0, 2).Draw(t, "of domains")
	d.Units = rapid.SliceOfN(rapid.SampledFrom(words3), 0, 1).Draw(t, "of units")
	d.Verbs = rapid.SampledFrom([][]desk.Verb{nil, nil, {desk.QuotaSet, desk.AccountCOS}, {desk.AliasAdd}}).Draw(t, "verbs")
	d.Quota = rapid.SampledFrom([]int64{0, 1 << 30}).Draw(t, "most")
	d.Classes = rapid.SampledFrom([][]string{nil, {"x"}}).Draw(t, "classes")
	d.From, d.Until = moment.Draw(t, "from"), moment.Draw(t, "until")
	if d.To != holder || rapid.Bool().Draw(t, "deputy") {
		d.Deputies = []desk.Deputy{{Who: holder, From: moment.Draw(t, "deputy from"), Until: moment.Draw(t, "deputy until")}}
	}
	if rapid.IntRange(0, 9).Draw(t, "ended") == 0 {
		d.Ended = noon
	}
	return d
}

// naivelyManages tells in its own words what a delegation covers.
func naivelyManages(f desk.Facts, scope string) bool {
	me, verb := f.Actor.UID, f.Action.Verb
	during := func(from, until time.Time) bool {
		began, over := from.IsZero() || from.Equal(f.Now) || from.Before(f.Now), !until.IsZero() && (until.Equal(f.Now) || until.Before(f.Now))
		return began && !over
	}
	for _, d := range f.Actor.Delegations {
		mine := d.To == me && during(d.From, d.Until)
		for _, s := range d.Deputies {
			mine = mine || s.Who == me && during(d.From, d.Until) && during(s.From, s.Until)
		}
		about := slices.Contains(d.Domains, scope) || slices.Contains(d.Units, scope)
		if me == "" || scope == "" || verb == "" || !mine || !about || d.Ended.Equal(noon) {
			continue
		}
		if slices.Contains([]desk.Verb{desk.AccountShow, desk.AccountWhole, desk.HistoryShow, desk.DelegationShow, desk.DriftShow, desk.FiguresShow, desk.AddressShow,
			desk.ListShow, desk.ResourceShow, desk.TreeShow, desk.AddressReach, desk.Help}, verb) {
			return true
		}
		changesHouse := slices.Contains([]desk.Verb{desk.DelegationGrant, desk.DelegationDeputy, desk.DelegationRevoke, desk.HouseFreeze, desk.HouseThaw, desk.BrakeRelease, desk.TokenEnd,
			desk.RulesActivate, desk.RulesRollback, desk.RulesUndo, desk.DriftApply, desk.DriftSync, desk.DriftSpare, desk.AddressRelease}, verb)
		named := len(d.Verbs) == 0 && !changesHouse || slices.Contains(d.Verbs, verb)
		small := verb != desk.QuotaSet && verb != desk.AccountCreate || d.Quota == 0 || f.Size <= d.Quota && (f.Size >= 1 || verb == desk.AccountCreate)
		among := verb != desk.AccountCOS && verb != desk.AccountCreate || len(d.Classes) == 0 || slices.Contains(d.Classes, f.Action.Arg("cos"))
		left := d.Daily == 0 || d.Used < d.Daily
		if named && small && among && left {
			return true
		}
	}
	return false
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
	case desk.HouseFreeze, desk.TokenEnd, desk.RulesUndo, desk.DriftShow, desk.FiguresShow:
		return map[bool]string{true: "allowed[]", false: "denied[]"}[admin]
	case desk.HouseThaw, desk.BrakeRelease, desk.RulesActivate, desk.RulesRollback, desk.DriftApply, desk.DriftSpare, desk.AddressRelease:
		return map[bool]string{true: "pending[group:melusine-admins]", false: "denied[]"}[admin]
	}
	switch mine := f.Owner.UID == me; f.Action.Verb {
	case desk.AddressShow:
		return map[bool]string{true: "allowed[]", false: "denied[]"}[admin || f.Target.Owner == me || naivelyManages(f, f.Domain)]
	case desk.DelegationGrant:
		return map[bool]string{true: "pending[group:melusine-admins]", false: "denied[]"}[admin]
	case desk.DelegationDeputy:
		return map[bool]string{true: "pending[group:melusine-admins]", false: "denied[]"}[admin || f.Holder == me]
	case desk.DelegationShow:
		return map[bool]string{true: "allowed[]", false: "denied[]"}[admin || mine || naivelyManages(f, f.Domain)]
	case desk.DelegationRevoke:
		return map[bool]string{true: "allowed[]", false: "denied[]"}[admin || f.Holder == me || mine]
	}
	if answer, about := naivelyOnLists(f, admin, home); about {
		return answer
	}
	if home == "" || f.Domain == "" {
		return "denied[]"
	}
	own, anothers := f.Target.Owner == me, f.Target.Owner != "" && f.Target.Owner != me
	near := naivelyManages(f, home) || naivelyManages(f, f.Owner.UnitDomain) || naivelyManages(f, f.Owner.Unit)
	manages := naivelyManages(f, f.Domain) && near
	fromAdmins, fromBoth := "pending[group:melusine-admins]", "pending[domain:"+f.Domain+" group:melusine-admins]"
	if f.Ended && slices.Contains([]desk.Verb{desk.AliasRemove, desk.AccountLock, desk.AccountUnshare}, f.Action.Verb) {
		return "allowed[]"
	}
	switch f.Action.Verb {
	case desk.AccountShow, desk.AccountWhole, desk.HistoryShow:
		listed := f.Action.Verb == desk.HistoryShow && naivelyManages(f, string(f.Target.Address))
		if own || admin || near || listed {
			return "allowed[]"
		}
		return "denied[]"
	case desk.QuotaSet:
		if f.Size <= 0 {
			return "denied[]"
		}
		if anothers && (admin || (naivelyManages(f, home) || naivelyManages(f, f.Owner.Unit)) && f.Size <= 10<<30) {
			return "allowed[]"
		}
		if own && !admin && f.Size <= 20<<30 {
			return fromBoth
		}
		manages = manages || naivelyManages(f, f.Owner.Unit)
	case desk.AliasAdd, desk.AliasRemove, desk.AliasRenew:
		if anothers && (admin || manages) || own && f.Action.Verb != desk.AliasAdd {
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
		if f.Ended && f.Action.Verb == desk.AccountDelete && !(f.Via == desk.Sync && anothers && admin) {
			return fromAdmins
		}
		if !admin {
			return "denied[]"
		}
		if f.Via == desk.Sync && anothers && f.Action.Verb == desk.AccountDelete {
			return "allowed[]"
		}
	case desk.AccountClose:
		if f.Via == desk.Sync && anothers && admin {
			return "allowed[]"
		}
	case desk.AccountLock, desk.AccountActivate, desk.AccountHide, desk.AccountUnhide, desk.AccountRename, desk.AccountCOS, desk.AccountProfile:
		if anothers && admin {
			return "allowed[]"
		}
		if f.Action.Verb == desk.AccountLock && anothers && (naivelyManages(f, home) || naivelyManages(f, f.Owner.Unit)) {
			return "allowed[group:melusine-admins]"
		}
	case desk.AccountRenew:
		if anothers && (admin || naivelyManages(f, home) || naivelyManages(f, f.Owner.Unit)) {
			return "allowed[]"
		}
		if own && !admin {
			return fromBoth
		}
	case desk.AccountPurge:
		if !admin {
			return "denied[]"
		}
	case desk.AccountCreate, desk.AccountShare, desk.AccountUnshare, desk.AliasMove:
	default:
		return "denied[]"
	}
	if spec, _ := desk.SpecOf(f.Action.Verb); spec.Args["alias"] == "" && f.Action.Verb != desk.QuotaSet {
		manages = naivelyManages(f, home) || naivelyManages(f, f.Owner.Unit)
	}
	if admin || manages {
		return fromAdmins
	}
	return "denied[]"
}

// naivelyOnLists is naive of what is no account; false if the action is not about that.
func naivelyOnLists(f desk.Facts, admin bool, home string) (answer string, about bool) {
	allowed, fromAdmins, denied := "allowed[]", "pending[group:melusine-admins]", "denied[]"
	is := func(verbs ...desk.Verb) bool { return slices.Contains(verbs, f.Action.Verb) }
	manages, near := naivelyManages(f, f.Domain), naivelyManages(f, home) || naivelyManages(f, string(f.Target.Address))
	switch {
	case is(desk.TreePublish, desk.TreeRollback, desk.TreeWithdraw):
		return map[bool]string{true: fromAdmins, false: denied}[admin || manages], true
	case is(desk.TreeShow, desk.AddressReach):
		return map[bool]string{true: allowed, false: denied}[admin || manages], true
	}
	ask := is(desk.ListDelete, desk.ListRename, desk.ResourceDelete, desk.ResourceRename)
	made := is(desk.ListCreate, desk.GroupCreate, desk.FanOutCreate, desk.ListSender, desk.ListUnsender, desk.ListRestore,
		desk.ResourceCreate, desk.ResourceProfile, desk.ResourceRestore)
	populates, aliases := is(desk.ListAdd, desk.ListRemove, desk.ListProfile), is(desk.ListAlias, desk.ListUnalias)
	listShow, show := is(desk.ListShow), is(desk.ResourceShow)
	if !ask && !made && !populates && !aliases && !listShow && !show {
		return "", false
	}
	switch {
	case home == "" || f.Domain == "":
		return denied, true
	case f.Ended && is(desk.ListProfile):
		return allowed, true
	case f.Ended && is(desk.ListDelete):
		return fromAdmins, true
	case admin && !ask, populates && near, listShow && near, show && manages:
		return allowed, true
	case admin, (ask || made) && manages, aliases && manages && near:
		return fromAdmins, true
	}
	return denied, true
}

// TestNothingMatchesOnNothing: on empty facts no word of the language holds,
// even before the guard that denies them.
func TestNothingMatchesOnNothing(t *testing.T) {
	var w world
	w.look(languageBook(), desk.Facts{})
	if w.owns() || w.ownedByOther() || w.heads() || w.holds() || w.sameUnit() || w.inUnitDomain() || w.inCharter() || w.same("", "") || w.manages("") || w.member("") || w.quotaWithin(0) {
		t.Error("a word holds on nothing")
	}
}
