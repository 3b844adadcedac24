package rules

import (
	"time"

	"github.com/unistra/melusine/internal/desk"
)

var today = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// people of the tests: a correspondent, three users, two administrators,
// somebody of whom little is known, and correspondents of a unit, within limits,
// who have used them up, who were it until now, and for the day.
var people = map[string]desk.Person{
	"alice": {UID: "alice", Name: "Alice", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.unistra.fr",
		Delegations: delegated("alice", "physique.unistra.fr", "optique.unistra.fr")},
	"bob":   {UID: "bob", Name: "Bob", Affiliation: "faculty", Unit: "PHY", UnitDomain: "physique.unistra.fr"},
	"carol": {UID: "carol", Name: "Carol", Affiliation: "student", Unit: "LET", UnitDomain: "lettres.unistra.fr"},
	"odile": {UID: "odile", Name: "Odile", Affiliation: "employee", Unit: "DN", UnitDomain: "unistra.fr", Groups: []string{"melusine-admins"}},
	"oscar": {UID: "oscar", Name: "Oscar", Affiliation: "employee", Unit: "DN", UnitDomain: "unistra.fr", Groups: []string{"melusine-admins"}},
	"dora":  {UID: "dora", Name: "Dora", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.unistra.fr"},
	"eve":   {UID: "eve"},

	"ugo": {UID: "ugo", Delegations: []desk.Delegation{{ID: "M-2", Grant: desk.Grant{To: "ugo", Units: []string{"PHY"}}}}},
	"lea": {UID: "lea", Delegations: []desk.Delegation{{ID: "M-3", Grant: desk.Grant{To: "lea", Domains: []string{"physique.unistra.fr"},
		Verbs: []desk.Verb{desk.QuotaSet}, Quota: 3 << 30, Daily: 2}, Used: 1}}},
	"max": {UID: "max", Delegations: []desk.Delegation{{ID: "M-4", Grant: desk.Grant{To: "max", Domains: []string{"physique.unistra.fr"}, Daily: 2}, Used: 2}}},
	"old": {UID: "old", Delegations: []desk.Delegation{{ID: "M-5", Grant: desk.Grant{To: "old", Domains: []string{"physique.unistra.fr"}, Until: today}}}},
	"dep": {UID: "dep", Delegations: []desk.Delegation{{ID: "M-1", Grant: desk.Grant{To: "alice", Domains: []string{"physique.unistra.fr"}},
		Deputies: []desk.Deputy{{Who: "dep", From: today, Until: today.AddDate(0, 0, 1)}}}}},
}

// delegated is domains delegated to somebody, without limits or dates.
func delegated(to desk.UID, domains ...string) []desk.Delegation {
	return []desk.Delegation{{ID: "M-1", Grant: desk.Grant{To: to, Domains: domains}}}
}

// accounts of the tests; accueil is nobody's.
var accounts = map[string]desk.Account{
	"alice@physique.unistra.fr":   {Owner: "alice", Aliases: []desk.Address{"a.l@physique.unistra.fr"}},
	"bob@physique.unistra.fr":     {Owner: "bob", Aliases: []desk.Address{"b.m@physique.unistra.fr"}},
	"carol@lettres.unistra.fr":    {Owner: "carol"},
	"odile@unistra.fr":            {Owner: "odile"},
	"oscar@unistra.fr":            {Owner: "oscar"},
	"dora@unistra.fr":             {Owner: "dora", Aliases: []desk.Address{"d.s@physique.unistra.fr"}},
	"eve@unistra.fr":              {Owner: "eve"},
	"accueil@physique.unistra.fr": {},
}

// cast is the facts the desk would gather for an action of one of them.
func cast(actor, text string) desk.Facts {
	action, err := desk.ParseAction(text)
	if err != nil {
		panic(err)
	}
	target := accounts[action.Target]
	target.Address, target.Status, target.Quota = desk.Address(action.Target), "active", 2<<30
	f := desk.Facts{Actor: people[actor], Via: desk.Chat, Action: action, Target: target,
		Owner: people[string(target.Owner)], Domain: target.Address.Domain(),
		Now: today}
	switch action.Verb {
	case desk.DelegationGrant:
		f.Owner, f.Domain = people[action.Target], action.Arg("domains")
	case desk.DelegationDeputy:
		f.Owner, f.Holder, f.Domain = people[action.Arg("person")], "alice", "physique.unistra.fr"
	case desk.DelegationShow: // M-9 is carol's
		f.Holder, f.Domain = "carol", "physique.unistra.fr"
	case desk.DelegationRevoke: // M-1 is alice's
		f.Owner, f.Holder, f.Domain = people["alice"], "alice", "physique.unistra.fr"
	}
	if alias := action.Arg("alias"); alias != "" {
		f.Domain = desk.Address(alias).Domain()
	}
	if n, err := desk.ParseSize(action.Arg("size")); err == nil {
		f.Size = int64(n)
	}
	return f
}
