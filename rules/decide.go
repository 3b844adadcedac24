package rules

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/vm"
	"github.com/unistra/melusine/internal/desk"
)

// memory bounds what one evaluation may allocate, in expr's own unit.
const memory = 100_000

// Findings that are not of a rule; no rule may take these names.
const (
	onFacts     = "facts"
	onProtected = "protected"
)

var (
	brokenText = desk.Text{
		FR: "Cette règle n’a pas pu être évaluée : par prudence la demande est refusée. Signalez-le à un administrateur.",
		EN: "This rule could not be evaluated: to be safe the request is denied. Please tell an administrator.",
	}
	protectedText = desk.Text{
		FR: "Cette adresse est protégée : aucune règle ne permet de la modifier. Adressez-vous à un administrateur.",
		EN: "This address is protected: no rule lets anybody change it. Please contact an administrator.",
	}
)

// Decide answers the facts: the first rule that names the verb and whose
// condition holds. It is pure and may be called from many goroutines. It
// denies when no rule matches (Rule ""), when a rule that is reached cannot be
// evaluated, when a fact that must be known is missing, and when a change
// touches a protected address, whatever the rules say.
func (b *Book) Decide(f desk.Facts) desk.Decision {
	args := argumentsOf(f.Action)
	d := desk.Decision{Outcome: desk.Denied, Book: b.digest}
	if name := missing(f, args); name != "" {
		d.Why = []desk.Finding{{Rule: onFacts, Result: "error: " + name + " is not known"}}
		return d
	}
	b.firstMatch(&d, b.byVerb[f.Action.Verb], b.world(f, args), f.Domain)
	if spec, _ := desk.SpecOf(f.Action.Verb); spec.Changes && b.protects(f.Target, desk.Address(args.alias), desk.Address(args.to)) {
		why := append(d.Why, desk.Finding{Rule: onProtected, Result: "yes"})
		d = desk.Decision{Outcome: desk.Denied, Rule: onProtected, Because: protectedText, Why: why, Book: b.digest}
	}
	return d
}

func (b *Book) firstMatch(d *desk.Decision, rules []*rule, w world, domain string) {
	machine := b.machines.Get().(*vm.VM)
	defer b.machines.Put(machine)
	d.Why = make([]desk.Finding, 0, len(rules))
	var env any = w // boxed once for all rules
	for _, r := range rules {
		holds, err := r.holds(machine, env)
		switch {
		case err != nil:
			d.Rule, d.Because = r.ID, brokenText
			d.Why = append(d.Why, desk.Finding{Rule: r.ID, Result: "error: " + err.Error()})
			return
		case holds:
			d.Rule, d.Because, d.Outcome = r.ID, r.Text, r.Outcome
			if r.Outcome == desk.Pending {
				d.Panels = []desk.Panel{{Approvers: r.named(domain), Needed: r.Needed}}
			}
			d.Why = append(d.Why, desk.Finding{Rule: r.ID, Result: "yes"})
			return
		}
		d.Why = append(d.Why, desk.Finding{Rule: r.ID, Result: "no"})
	}
}

func (r *rule) holds(machine *vm.VM, env any) (bool, error) {
	out, err := machine.Run(r.program, env)
	if err != nil {
		return false, fmt.Errorf("evaluate: %s", firstLine(err))
	}
	holds, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("evaluate: %T is neither yes nor no", out)
	}
	return holds, nil
}

// named puts the approvers in the form a Decision has.
func (r *rule) named(domain string) []string {
	var names []string
	for _, a := range r.approvers {
		if a == correspondents {
			a = "domain:" + domain
		}
		names = append(names, a)
	}
	return names
}

// protects says that the change would touch a protected address: the account
// that holds it under any of its names, or an address that the action names.
func (b *Book) protects(a desk.Account, named ...desk.Address) bool {
	for _, p := range b.protected {
		if a.Holds(p) || slices.Contains(named, p) {
			return true
		}
	}
	return false
}
