package rules

import (
	"fmt"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// maxSteps bounds one proof: hostile conditions would take for ever.
const maxSteps = 2000

// A proof counts its steps. Out of steps it says no, as where it sees nothing.
type proof struct{ steps int }

// implies says that b holds wherever a does, as far as can be seen from how
// they are written: it may miss a case, and is never wrong.
func implies(a, b *clause) bool { return new(proof).implies(a, b) }

// apart says that two conditions never hold together, as far as can be seen.
func apart(a, b *clause) bool { return new(proof).apart(a, b) }

func (p *proof) out() bool { p.steps++; return p.steps > maxSteps }

func (c *clause) some(f func(*clause) bool) bool { return slices.ContainsFunc(c.parts, f) }
func (c *clause) every(f func(*clause) bool) bool {
	return !c.some(func(p *clause) bool { return !f(p) })
}

func (p *proof) implies(a, b *clause) bool {
	toB, fromA := func(x *clause) bool { return p.implies(x, b) }, func(x *clause) bool { return p.implies(a, x) }
	switch {
	case p.out():
		return false
	case a.Text == b.Text, a.Word == "false", b.Word == "true":
		return true
	case a.Word == "or":
		return a.every(toB)
	case b.Word == "and":
		return b.every(fromA)
	case b.Word == "or" && b.some(fromA):
		return true
	case a.Word == "and":
		return a.some(toB)
	case a.Word == "not" && b.Word == "not":
		return p.implies(b.parts[0], a.parts[0])
	}
	return a.leaf() && b.leaf() && leafImplies(a, b)
}

func (p *proof) apart(a, b *clause) bool {
	fromB, fromA := func(x *clause) bool { return p.apart(x, b) }, func(x *clause) bool { return p.apart(a, x) }
	switch {
	case p.out():
		return false
	case a.Word == "false" || b.Word == "false":
		return true
	case a.Word == "and":
		return a.some(fromB)
	case b.Word == "and":
		return b.some(fromA)
	case a.Word == "or":
		return a.every(fromB)
	case b.Word == "or":
		return b.every(fromA)
	case b.Word == "not":
		return p.implies(a, b.parts[0])
	case a.Word == "not":
		return p.implies(b, a.parts[0])
	}
	return leavesApart(a, b)
}

func leafImplies(a, b *clause) bool {
	same := slices.Equal(a.Looks, b.Looks)
	switch {
	case !same:
		return false
	case a.Word == "quotaWithin" && b.Word == "quotaWithin", a.Word == b.Word && (a.Word == "<=" || a.Word == "<"):
		return a.bytes <= b.bytes
	case a.Word == b.Word && (a.Word == ">=" || a.Word == ">"):
		return a.bytes >= b.bytes
	case a.Word == "==" || a.Word == "in":
		return (b.Word == "in" || b.Word == "==") && subset(a.Wants, b.Wants)
	}
	return false
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}

func leavesApart(a, b *clause) bool {
	oneOf := func(c *clause) bool { return c.Word == "==" || c.Word == "in" }
	alike := slices.Equal(a.Looks, b.Looks) && oneOf(a) && oneOf(b)
	return alike && !slices.ContainsFunc(a.Wants, func(s string) bool { return slices.Contains(b.Wants, s) }) ||
		a.Word == "owns" && b.Word == "ownedByOther" || a.Word == "ownedByOther" && b.Word == "owns"
}

// Warnings tells what is odd in a book that is right: a denial, or a permission
// at once, that comes too late for some of those it names.
func (b *Book) Warnings() (warnings []*Fault) {
	for i, late := range b.rules {
		for _, early := range b.rules[:i] {
			if verbs := shared(early, late); len(verbs) > 0 && outrun(early, late) && !apart(early.condition, late.condition) && !implies(early.condition, late.condition) {
				warnings = append(warnings, late.fault("overlaps with %s of %s:%d on %s: where both hold, that one decides and this one is not asked", early.ID, early.File, early.Line, list(verbs)))
			}
		}
	}
	return warnings
}

// outrun says that who reads only the later rule is wrong about the outcome in
// a way that matters: what it denies is given, what it gives at once must wait.
func outrun(early, late *rule) bool {
	return late.Outcome == desk.Denied && early.Outcome != desk.Denied || late.Outcome == desk.Allowed && early.Outcome == desk.Pending
}

func shared(a, b *rule) []desk.Verb {
	return slices.DeleteFunc(slices.Clone(a.Verbs), func(v desk.Verb) bool { return !slices.Contains(b.Verbs, v) })
}

// fault is something about the rule.
func (r *rule) fault(format string, args ...any) *Fault {
	return &Fault{File: r.File, Line: r.Line, Rule: r.ID, Err: fmt.Errorf(format, args...)}
}
