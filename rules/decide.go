package rules

import (
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// Findings that are not of a rule; no rule may take these names.
const (
	onFacts     = "facts"
	onProtected = "protected"
)

var (
	protectedText = desk.Text{
		FR: "Cette adresse est protégée : aucune règle ne permet de la modifier. Adressez-vous à un administrateur.",
		EN: "This address is protected: no rule lets anybody change it. Please contact an administrator.",
	}
	headlessText = desk.Text{
		FR: "Cette demande est à valider par un chef de service, et l’annuaire n’en connaît pas : elle est refusée. Signalez-le à un administrateur.",
		EN: "This request must be approved by a head of service, and the directory knows none: it is denied. Please tell an administrator.",
	}
)

// worlds are used again: one is a hundred words long.
var worlds = sync.Pool{New: func() any { return new(world) }}

// Decide answers the facts: the first rule that names the verb and whose
// condition holds. It is pure and may be called from many goroutines. It
// denies when no rule matches (Rule ""), when a fact that must be known is
// missing, when nobody is known who could approve, and when a change touches a
// protected address, whatever the rules say.
func (b *Book) Decide(f desk.Facts) desk.Decision {
	w := worlds.Get().(*world)
	w.look(b, f)
	d := b.decide(w)
	*w = world{}
	worlds.Put(w)
	return d
}

func (b *Book) decide(w *world) desk.Decision {
	if name := w.missing(); name != "" {
		return b.lacking(name)
	}
	if w.verb.changes && b.protects(w) {
		return b.shielded()
	}
	for _, r := range w.verb.rules {
		if r.condition.test(w) {
			return b.settled(r, w)
		}
	}
	return desk.Decision{Outcome: desk.Denied, Book: b.digest}
}

// lacking denies for want of a fact.
func (b *Book) lacking(name string) desk.Decision {
	return desk.Decision{Outcome: desk.Denied, Why: []desk.Finding{{Rule: onFacts, Result: "error: " + name + " is not known"}}, Book: b.digest}
}

// shielded denies what touches a protected address.
func (b *Book) shielded() desk.Decision {
	return desk.Decision{Outcome: desk.Denied, Rule: onProtected, Because: protectedText, Book: b.digest}
}

// settled is what the rule gives.
func (b *Book) settled(r *rule, w *world) desk.Decision {
	d := desk.Decision{Outcome: r.Outcome, Rule: r.ID, Because: r.Text, Confidential: r.Confidential, Book: b.digest}
	if len(r.panels) == 0 {
		return d
	}
	d.Deadline, d.Expiry, d.Panels = r.Deadline, r.Expiry, make([]desk.Panel, len(r.panels))
	for i, p := range r.panels {
		refs := p.refs(w)
		if len(refs) == 0 {
			return desk.Decision{Outcome: desk.Denied, Rule: r.ID, Because: headlessText, Book: b.digest,
				Why: []desk.Finding{{Rule: onFacts, Result: "error: owner.manager is not known"}}}
		}
		d.Panels[i] = desk.Panel{Approvers: refs, Needed: p.needed}
	}
	return d
}

// protects says that the change would touch a protected address: the account
// that holds it under any of its names, or an address that the action names.
func (b *Book) protects(w *world) bool {
	for _, p := range b.protected {
		if w.Target.Holds(p) || w.alias == string(p) || w.to == string(p) {
			return true
		}
	}
	return false
}

// named lists the rules that name a verb.
func (b *Book) named(v desk.Verb) []*rule {
	if verb := b.verbs[v]; verb != nil {
		return verb.rules
	}
	return nil
}
