package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Explain is desk.Explains's. It reads the tree of each condition apart from the
// quick path of Decide: see TestExplainDecidesTheSame.
func (b *Book) Explain(f desk.Facts, sight desk.Sight) desk.Explanation {
	w := worlds.Get().(*world)
	defer func() { *w = world{}; worlds.Put(w) }()
	w.look(b, f)
	e := desk.Explanation{}
	switch name := w.missing(); {
	case name != "":
		e.Decision = b.lacking(name)
		return e
	case w.verb.changes && b.protects(w):
		e.Decision = b.shielded()
		return e
	}
	e.Decision, e.Reasons = b.reasons(w, sight)
	e.Closest = b.closest(w, e.Decision, sight)
	return e
}

// reasons is what each rule said, up to the one that settles it.
func (b *Book) reasons(w *world, sight desk.Sight) (desk.Decision, []desk.Reason) {
	eye := newEye(w, sight)
	reasons := make([]desk.Reason, 0, len(w.verb.rules))
	for _, r := range w.verb.rules {
		var c desk.Clause
		holds := eye.see(r.condition, &c)
		c.Answer = answer(holds) // which the decision tells anyway
		reasons = append(reasons, desk.Reason{Rule: r.ID, Text: r.Text, Outcome: r.Outcome, Clause: c})
		if holds {
			return b.settled(r, w), reasons
		}
	}
	return desk.Decision{Outcome: desk.Denied, Book: b.digest}, reasons
}

// An eye reads conditions in a world, and remembers what it saw.
type eye struct {
	world   *world
	sight   desk.Sight
	clauses []desk.Clause // room for parts
	seen    []string      // room for values
}

func newEye(w *world, sight desk.Sight) *eye {
	return &eye{w, sight, make([]desk.Clause, 0, w.verb.clauses), make([]string, 0, w.verb.looks)}
}

// blind says that the reader may not see what the clause depends on.
func (e *eye) blind(from source) bool {
	return from&ofActor != 0 && !e.sight.Actor || from&ofTarget != 0 && !e.sight.Target
}

// see fills in what became of a clause and says whether it holds.
func (e *eye) see(c *clause, into *desk.Clause) (holds bool) {
	into.Written = &c.Written
	if c.leaf() {
		return e.seeLeaf(c, into)
	}
	room := len(e.clauses)
	e.clauses = e.clauses[:room+len(c.parts)] // there is room for all: see verb.measure
	into.Parts = e.clauses[room:len(e.clauses):len(e.clauses)]
	if c.Word == "not" {
		holds = !e.see(c.parts[0], &into.Parts[0])
		into.Answer = negation(into.Parts[0].Answer)
		return holds
	}
	settles := c.Word == "or" // the answer of one part that settles the whole
	holds, into.Answer = !settles, answer(!settles)
	for i, p := range c.parts {
		if e.see(p, &into.Parts[i]) == settles {
			holds = settles
		}
		switch part := into.Parts[i].Answer; {
		case part == answer(settles):
			into.Answer = part
		case part == desk.Withheld && into.Answer != answer(settles):
			into.Answer = part
		}
	}
	return holds
}

func (e *eye) seeLeaf(c *clause, into *desk.Clause) (holds bool) {
	room := len(e.seen)
	for _, a := range c.reads {
		value := a.value(e.world)
		e.seen, into.Missing = append(e.seen, value), into.Missing || value == ""
	}
	seen := e.seen[room:len(e.seen):len(e.seen)]
	if holds = c.holdsOn(seen, e.world); e.blind(c.from) {
		clear(seen)
		into.Answer, into.Missing = desk.Withheld, false
		return holds
	}
	into.Answer, into.Seen = answer(holds), seen
	return holds
}

// holdsOn answers from the value that is shown, where one is compared; what is
// shown is then what counts.
func (c *clause) holdsOn(seen []string, w *world) bool {
	if len(seen) != 1 || len(c.Wants) == 0 || c.reads[0].text == nil {
		return c.test(w)
	}
	value, want := seen[0], c.Wants[0]
	switch c.Word {
	case "==":
		return value == want
	case "!=":
		return value != want
	case "in":
		return slices.Contains(c.Wants, value)
	case "contains":
		return strings.Contains(value, want)
	case "startsWith":
		return strings.HasPrefix(value, want)
	case "endsWith":
		return strings.HasSuffix(value, want)
	}
	return c.test(w)
}

// value prints an attribute; "" if it is not known.
func (a attribute) value(w *world) string {
	if a.text != nil {
		return a.text(w)
	}
	if n := a.number(w); n > 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

func answer(holds bool) desk.Answer {
	if holds {
		return desk.Yes
	}
	return desk.No
}

func negation(a desk.Answer) desk.Answer {
	switch a {
	case desk.Yes:
		return desk.No
	case desk.No:
		return desk.Yes
	}
	return a
}

// sure decides from what the reader may see alone; false if that does not settle it.
func (b *Book) sure(w *world, sight desk.Sight) (desk.Decision, bool) {
	if w.missing() != "" || w.verb.changes && b.protects(w) {
		return desk.Decision{}, false
	}
	if sight.Actor && sight.Target {
		return b.decide(w), true
	}
	eye := newEye(w, sight)
	for _, r := range w.verb.rules {
		var c desk.Clause
		eye.see(r.condition, &c)
		switch c.Answer {
		case desk.Withheld:
			return desk.Decision{}, false
		case desk.Yes:
			return b.settled(r, w), sight.Target || !r.asks(manager) // who heads the owner is not seen either
		}
	}
	return desk.Decision{}, false
}
