package rules

import "github.com/unistra/melusine/internal/desk"

// A word is a function of the language. It never holds on what is empty or not
// known, and costs the same whatever it is given.
type word struct {
	takes []argument
	looks []string // attributes, besides those it is given
	from  source   // on what it depends, besides the attributes it is given
	known bool     // what it needs is always known: it may be negated in a rule that grants
	make  func(given) func(*world) bool

	// A word that holds for few has keys: it only holds for somebody who has the
	// key that is wanted. Crowds look for those alone.
	key    func(desk.Person) []string
	wanted func(given) func(*world) string
}

// given is what a call was written with.
type given struct {
	text   func(*world) string // of the first argument, as an attribute or a word in quotes
	other  func(*world) string // of the second
	quoted string              // of a name or a size
	from   source              // of the attributes
	bytes  int64
}

type argument int

const (
	field argument = iota // an attribute
	text                  // an attribute or a word in quotes
	group                 // the name of a group of the book, in quotes
	size                  // a size in quotes
)

// words are the functions of the language.
var words = map[string]word{
	"owns": {from: ofActor | ofAsked, make: bare((*world).owns), key: login,
		wanted: seeking(func(w *world) string { return string(w.Target.Owner) })},
	"holds": {from: ofActor | ofAsked, make: bare((*world).holds), key: login,
		wanted: seeking(func(w *world) string { return string(w.Holder) })},
	"ownedByOther": {looks: []string{"target.owner"}, from: ofActor | ofTarget, make: bare((*world).ownedByOther)},
	"heads": {looks: []string{"owner.manager"}, from: ofActor | ofTarget, make: bare((*world).heads), key: login,
		wanted: seeking(func(w *world) string { return string(w.Owner.Manager) })},
	"sameUnit": {looks: []string{"actor.unit", "owner.unit"}, from: ofActor | ofTarget, make: bare((*world).sameUnit),
		key: func(p desk.Person) []string { return []string{p.Unit} }, wanted: seeking(func(w *world) string { return w.Owner.Unit })},
	"inUnitDomain": {looks: []string{"domain", "actor.unitDomain"}, from: ofActor | ofAsked, make: bare((*world).inUnitDomain),
		key: func(p desk.Person) []string { return []string{p.UnitDomain} }, wanted: seeking(func(w *world) string { return w.Domain })},
	"inCharter": {looks: []string{"alias", "to", "breach"}, from: ofAsked, known: true, make: bare((*world).inCharter)},
	"ended":     {from: ofAsked, make: bare((*world).ended)},
	"manages": {takes: []argument{text}, from: ofActor | ofAsked, make: func(g given) func(*world) bool {
		return func(w *world) bool { return w.manages(g.text(w)) }
	}, key: scopes, wanted: func(g given) func(*world) string { return g.text }},
	"member": {takes: []argument{group}, from: ofActor, make: func(g given) func(*world) bool {
		return func(w *world) bool { return w.member(g.quoted) }
	}},
	"same": {takes: []argument{field, field}, make: func(g given) func(*world) bool {
		return func(w *world) bool { return w.same(g.text(w), g.other(w)) }
	}},
	"quotaWithin": {takes: []argument{size}, looks: []string{"size"}, from: ofAsked, known: true, make: func(g given) func(*world) bool {
		return func(w *world) bool { return w.quotaWithin(g.bytes) }
	}},
}

// scopes are what is delegated to somebody, whatever for and until when.
func scopes(p desk.Person) (all []string) {
	for _, d := range p.Delegations {
		all = append(append(all, d.Domains...), d.Units...)
		for _, l := range d.Lists {
			all = append(all, string(l))
		}
	}
	return all
}

func login(p desk.Person) []string { return []string{string(p.UID)} }

func seeking(f func(*world) string) func(given) func(*world) string {
	return func(given) func(*world) string { return f }
}

func bare(f func(*world) bool) func(given) func(*world) bool {
	return func(given) func(*world) bool { return f }
}

// owns holds if the account is that of the person who asks, who knows it.
func (w *world) owns() bool { return w.Target.Owner != "" && w.Target.Owner == w.Actor.UID }

// holds holds if the delegation that the action names is that of the person who asks.
func (w *world) holds() bool { return w.Holder != "" && w.Holder == w.Actor.UID }

// ownedByOther holds if the account is somebody else's, and it is known whose.
func (w *world) ownedByOther() bool {
	return w.Target.Owner != "" && w.Actor.UID != "" && w.Target.Owner != w.Actor.UID
}

// heads holds if who asks is the head of service of the owner of the account,
// as the directory has it.
func (w *world) heads() bool {
	return w.Actor.UID != "" && w.Target.Owner != "" && w.Owner.UID == w.Target.Owner && w.Owner.Manager == w.Actor.UID
}

// sameUnit holds if who asks and the owner of the account have the same main
// unit, and it is known of both.
func (w *world) sameUnit() bool { return w.Actor.Unit != "" && w.Actor.Unit == w.Owner.Unit }

// inUnitDomain holds if the domain touched is that of the unit of who asks.
func (w *world) inUnitDomain() bool { return w.Domain != "" && w.Domain == w.Actor.UnitDomain }

// inCharter holds if the address asked for (the alias, the address of a new account, or
// that of account.rename) has one of the forms of naming: in the header of the book,
// is none of its reserved words, and would not be taken, in any domain, for what
// somebody else has: rn for m, 1 for l, 0 for o, a dash for a dot, or the name of
// somebody else's mailbox.
func (w *world) inCharter() bool { return w.asked() != "" && w.breach() == desk.NoBreach }

// ended holds if the program asks, because the last day of the address or of the
// account is over. Nobody else can ask so.
func (w *world) ended() bool { return w.Ended }

// manages holds if the domain is delegated to who asks, or to whom they are a
// deputy of, for this action: the delegation is active now, and what is asked is
// within its limits. The code of a unit (manages(owner.unit)) and the address of
// a list are delegated in the same way.
func (w *world) manages(scope string) bool { return scope != "" && w.Actor.Manages(scope, w.use) }

// member holds if who asks is in the group, one of those that the header of the
// book names.
func (w *world) member(group string) bool { return w.Actor.In(group) }

// same holds if two attributes are equal and known.
func (w *world) same(x, y string) bool { return x != "" && x == y }

// quotaWithin holds if a quota is asked for, and it is no more than the limit.
func (w *world) quotaWithin(limit int64) bool { return w.Size > 0 && w.Size <= limit }

// asked is the address that would be given, "" if none would.
func (w *world) asked() desk.Address {
	switch w.Action.Verb {
	case desk.AccountRename:
		return desk.Address(w.to)
	case desk.AccountCreate:
		return w.Target.Address
	}
	return desk.Address(w.alias)
}
