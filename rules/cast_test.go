package rules

import (
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// people of the tests: a correspondent, three users, two administrators and
// somebody of whom little is known.
var people = map[string]desk.Person{
	"alice": {UID: "alice", Name: "Alice", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.unistra.fr",
		Manages: []string{"physique.unistra.fr", "optique.unistra.fr"}},
	"bob":   {UID: "bob", Name: "Bob", Affiliation: "faculty", Unit: "PHY", UnitDomain: "physique.unistra.fr"},
	"carol": {UID: "carol", Name: "Carol", Affiliation: "student", Unit: "LET", UnitDomain: "lettres.unistra.fr"},
	"odile": {UID: "odile", Name: "Odile", Affiliation: "employee", Unit: "DN", UnitDomain: "unistra.fr", Groups: []string{"melusine-admins"}},
	"oscar": {UID: "oscar", Name: "Oscar", Affiliation: "employee", Unit: "DN", UnitDomain: "unistra.fr", Groups: []string{"melusine-admins"}},
	"dora":  {UID: "dora", Name: "Dora", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.unistra.fr"},
	"eve":   {UID: "eve"},
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
		Now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	if alias := action.Arg("alias"); alias != "" {
		f.Domain = desk.Address(alias).Domain()
	}
	if n, err := desk.ParseSize(action.Arg("size")); err == nil {
		f.Size = int64(n)
	}
	return f
}
