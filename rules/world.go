package rules

import (
	"math"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// A world is all that a condition can look at.
type world struct {
	desk.Facts
	verb           *verb
	book           *Book
	alias, to, cos string
	home           string // the domain of the target
	use            desk.Use
}

// What a clause depends on.
type source uint8

const (
	ofActor  source = 1 << iota // who asks
	ofTarget                    // the account and its owner, beyond its address
	ofAsked                     // what is asked, and on which address
)

// An attribute is one thing that a condition can compare: a text, or a number.
type attribute struct {
	text   func(*world) string
	number func(*world) int64
	known  bool // missing denies before any rule is asked
	from   source
}

// attributes are the words for what a condition can look at; each has the name
// of the field of desk.Facts that it reads.
var attributes = map[string]attribute{
	"actor.uid":         {text: func(w *world) string { return string(w.Actor.UID) }, known: true, from: ofActor},
	"actor.name":        {text: func(w *world) string { return w.Actor.Name }, from: ofActor},
	"actor.affiliation": {text: func(w *world) string { return w.Actor.Affiliation }, from: ofActor},
	"actor.unit":        {text: func(w *world) string { return w.Actor.Unit }, from: ofActor},
	"actor.unitDomain":  {text: func(w *world) string { return w.Actor.UnitDomain }, from: ofActor},
	"owner.uid":         {text: func(w *world) string { return string(w.Owner.UID) }, from: ofTarget},
	"owner.name":        {text: func(w *world) string { return w.Owner.Name }, from: ofTarget},
	"owner.affiliation": {text: func(w *world) string { return w.Owner.Affiliation }, from: ofTarget},
	"owner.unit":        {text: func(w *world) string { return w.Owner.Unit }, from: ofTarget},
	"owner.unitDomain":  {text: func(w *world) string { return w.Owner.UnitDomain }, from: ofTarget},
	"owner.manager":     {text: func(w *world) string { return string(w.Owner.Manager) }, from: ofTarget},
	"target.address":    {text: func(w *world) string { return string(w.Target.Address) }, known: true, from: ofAsked},
	"target.domain":     {text: func(w *world) string { return w.home }, known: true, from: ofAsked},
	"target.kind":       {text: func(w *world) string { return w.Target.Kind() }, known: true, from: ofAsked},
	"target.status":     {text: func(w *world) string { return w.Target.Status }, from: ofTarget},
	"target.cos":        {text: func(w *world) string { return w.Target.COS }, from: ofTarget},
	"target.owner":      {text: func(w *world) string { return string(w.Target.Owner) }, from: ofTarget},
	"target.quota":      {number: func(w *world) int64 { return w.Target.Quota }, from: ofTarget},
	"domain":            {text: func(w *world) string { return w.Domain }, known: true, from: ofAsked},
	"verb":              {text: func(w *world) string { return string(w.Action.Verb) }, known: true, from: ofAsked},
	"via":               {text: func(w *world) string { return string(w.Via) }, from: ofAsked},
	"alias":             {text: func(w *world) string { return w.alias }, known: true, from: ofAsked},
	"to":                {text: func(w *world) string { return w.to }, known: true, from: ofAsked},
	"cos":               {text: func(w *world) string { return w.cos }, known: true, from: ofAsked},
	"breach":            {text: func(w *world) string { return string(w.breach()) }, from: ofAsked},
	"size":              {number: func(w *world) int64 { return w.Size }, known: true, from: ofAsked},
}

// A verb is what the book has on one verb: the rules that name it, in order,
// and what the action carries.
type verb struct {
	rules                      []*rule
	changes, onAccount         bool
	alias, to, cos, size, asks bool
	clauses, looks             int // of all conditions: what an explanation needs room for
}

func verbOf(v desk.Verb) *verb {
	spec, known := desk.SpecOf(v)
	takes := func(name string) bool { _, ok := spec.Args[name]; return ok }
	return &verb{asks: known, changes: spec.Changes, onAccount: spec.OnObject(),
		alias: takes("alias"), to: takes("to"), cos: takes("cos"), size: slices.Contains(spec.Needed(), "size")}
}

func (v *verb) add(r *rule) {
	v.rules = append(v.rules, r)
	if r.condition != nil {
		v.measure(r.condition)
	}
}

func (v *verb) measure(c *clause) {
	v.clauses, v.looks = v.clauses+len(c.parts), v.looks+len(c.Looks)
	for _, p := range c.parts {
		v.measure(p)
	}
}

// look fills the world in. What the verb does not take is not there, whatever
// the text of the action says.
func (w *world) look(b *Book, f desk.Facts) {
	w.Facts, w.book, w.home, w.use = f, b, f.Target.Address.Domain(), f.Use()
	w.alias, w.to, w.cos = "", "", ""
	if w.verb = b.verbs[f.Action.Verb]; w.verb == nil {
		w.verb = verbOf(f.Action.Verb)
	}
	if f.Action.Verb == desk.AccountCreate && f.Size == 0 { // as its class has it, which may be anything: no limit lets it through
		w.Size = math.MaxInt64
	}
	if w.verb.alias {
		w.alias = f.Action.Arg("alias")
	}
	if w.verb.to {
		w.to = f.Action.Arg("to")
	}
	if w.verb.cos {
		w.cos = f.Action.Arg("cos")
	}
}

// missing names the first thing that must be known and is not.
func (w *world) missing() string {
	switch v := w.verb; {
	case !v.asks:
		return "verb"
	case !w.Actor.Known():
		return "actor.uid"
	case v.onAccount && w.home == "":
		return "target.address"
	case v.onAccount && w.Domain == "":
		return "domain"
	case v.alias && w.alias == "":
		return "alias"
	case v.to && w.to == "":
		return "to"
	case v.cos && w.cos == "":
		return "cos"
	case v.size && w.Size <= 0:
		return "size"
	}
	return ""
}
