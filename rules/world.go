package rules

import "github.com/unistra/melusine/internal/desk"

// world is all that a condition can name. It holds plain fields and no
// methods, for expr would make methods callable, and it is handed over by
// value: expr reads fields of a struct without copying them, of a pointer not.
type world struct {
	Actor  person  `expr:"actor"`
	Owner  person  `expr:"owner"`
	Target mailbox `expr:"target"`
	Domain string  `expr:"domain"`
	Verb   string  `expr:"verb"`
	Size   int64   `expr:"size"`
	Alias  string  `expr:"alias"`
	To     string  `expr:"to"`
	COS    string  `expr:"cos"`
	Via    string  `expr:"via"`

	Manages      func(string) bool         `expr:"manages"`
	Member       func(string) bool         `expr:"member"`
	Owns         func() bool               `expr:"owns"`
	OwnedByOther func() bool               `expr:"ownedByOther"`
	Same         func(string, string) bool `expr:"same"`
	InUnitDomain func() bool               `expr:"inUnitDomain"`
	SizeUpTo     func(string) bool         `expr:"sizeUpTo"`
}

type person struct {
	UID         string `expr:"uid"`
	Name        string `expr:"name"`
	Affiliation string `expr:"affiliation"`
	Unit        string `expr:"unit"`
	UnitDomain  string `expr:"unitDomain"`
}

type mailbox struct {
	Address string `expr:"address"`
	Domain  string `expr:"domain"`
	Status  string `expr:"status"`
	COS     string `expr:"cos"`
	Quota   int64  `expr:"quota"`
	Owner   string `expr:"owner"`
}

// An attribute is one thing that a condition can compare.
type attribute struct {
	number bool
	known  bool // missing denies before any rule is asked
}

// attributes lists the fields of world by the name conditions use.
var attributes = map[string]attribute{
	"actor.uid": {known: true}, "actor.name": {}, "actor.affiliation": {}, "actor.unit": {}, "actor.unitDomain": {},
	"owner.uid": {}, "owner.name": {}, "owner.affiliation": {}, "owner.unit": {}, "owner.unitDomain": {},
	"target.address": {known: true}, "target.domain": {known: true}, "target.status": {}, "target.cos": {}, "target.owner": {},
	"target.quota": {number: true},
	"domain":       {known: true}, "verb": {known: true}, "alias": {known: true}, "to": {known: true}, "cos": {known: true}, "via": {},
	"size": {known: true, number: true},
}

// arguments are the texts that an action carries, of those its verb takes.
type arguments struct{ alias, to, cos string }

func argumentsOf(a desk.Action) arguments {
	spec, _ := desk.SpecOf(a.Verb)
	taken := func(name string) string {
		if _, takes := spec.Args[name]; !takes {
			return ""
		}
		return a.Arg(name)
	}
	return arguments{taken("alias"), taken("to"), taken("cos")}
}

// missing names the first fact that must be known and is not.
func missing(f desk.Facts, args arguments) string {
	spec, ok := desk.SpecOf(f.Action.Verb)
	lacks := func(name, value string) bool { _, takes := spec.Args[name]; return takes && value == "" }
	_, hasSize := spec.Args["size"]
	onAccount := spec.Target == desk.AccountForm
	switch {
	case !ok:
		return "verb"
	case !f.Actor.Known():
		return "actor.uid"
	case onAccount && f.Target.Address.Domain() == "":
		return "target.address"
	case onAccount && f.Domain == "":
		return "domain"
	case lacks("alias", args.alias):
		return "alias"
	case lacks("to", args.to):
		return "to"
	case lacks("cos", args.cos):
		return "cos"
	case hasSize && f.Size <= 0:
		return "size"
	}
	return ""
}

func (b *Book) world(f desk.Facts, args arguments) world {
	actor, owner := f.Actor, f.Target.Owner
	return world{
		Actor: personOf(f.Actor),
		Owner: personOf(f.Owner),
		Target: mailbox{string(f.Target.Address), f.Target.Address.Domain(), f.Target.Status,
			f.Target.COS, f.Target.Quota, string(owner)},
		Domain: f.Domain, Verb: string(f.Action.Verb), Size: f.Size, Alias: args.alias, To: args.to, COS: args.cos, Via: string(f.Via),

		Manages:      actor.Corresponds,
		Member:       func(name string) bool { return actor.In(b.groups[name]) },
		Owns:         func() bool { return owner != "" && owner == actor.UID },
		OwnedByOther: func() bool { return owner != "" && actor.UID != "" && owner != actor.UID },
		Same:         func(x, y string) bool { return x != "" && x == y },
		InUnitDomain: func() bool { return f.Domain != "" && f.Domain == actor.UnitDomain },
		SizeUpTo:     func(limit string) bool { return f.Size > 0 && f.Size <= b.sizes[limit] },
	}
}

func personOf(p desk.Person) person {
	return person{string(p.UID), p.Name, p.Affiliation, p.Unit, p.UnitDomain}
}
