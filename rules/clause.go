package rules

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A clause is one part of a condition that was checked. It is run in two ways:
// test is the quick one, see the one that remembers.
type clause struct {
	desk.Written
	parts []*clause
	test  func(*world) bool
	from  source
	reads []attribute // those that it looks at
	bytes int64       // the limit that a leaf of a number names
	// wanted is the key without which a word does not hold, nil if it has none.
	wanted func(*world) string
}

func (c *clause) leaf() bool { return len(c.parts) == 0 }

// written is the clause as it is told, not answered.
func (c *clause) written() desk.Clause {
	w := desk.Clause{Written: &c.Written}
	for _, p := range c.parts {
		w.Parts = append(w.Parts, p.written())
	}
	return w
}

// constant is "true" or "false".
func constant(holds bool) *clause {
	name := "false"
	if holds {
		name = "true"
	}
	return &clause{Written: desk.Written{Text: name, Word: name}, test: func(*world) bool { return holds }}
}

// join makes one clause of several. A chain of "and" is one clause, so that it
// reads as a list.
func join(word, text string, parts ...*clause) *clause {
	c := &clause{Written: desk.Written{Text: text, Word: word}}
	for _, p := range parts {
		if c.from |= p.from; p.Word == word && word != "not" {
			c.parts = append(c.parts, p.parts...)
		} else {
			c.parts = append(c.parts, p)
		}
	}
	c.test = c.quick()
	return c
}

// quick chains the tests of the parts: expr's machine takes fifty times as long.
func (c *clause) quick() func(*world) bool {
	if c.Word == "not" {
		part := c.parts[0].test
		return func(w *world) bool { return !part(w) }
	}
	first, second := c.parts[0].test, c.parts[1].test
	tests := make([]func(*world) bool, len(c.parts))
	for i, p := range c.parts {
		tests[i] = p.test
	}
	stop := c.Word == "or" // the answer of a part that settles it
	switch {
	case len(tests) == 2 && stop:
		return func(w *world) bool { return first(w) || second(w) }
	case len(tests) == 2:
		return func(w *world) bool { return first(w) && second(w) }
	}
	return func(w *world) bool {
		for _, t := range tests {
			if t(w) == stop {
				return stop
			}
		}
		return !stop
	}
}

// comparing makes the test of "attribute operator literals".
func comparing(a attribute, operator string, texts []string, numbers []int64) func(*world) bool {
	if a.number != nil {
		return comparingNumber(a.number, operator, numbers)
	}
	get, want := a.text, texts[0]
	switch operator {
	case "==":
		return func(w *world) bool { return get(w) == want }
	case "!=":
		return func(w *world) bool { return get(w) != want }
	case "contains":
		return func(w *world) bool { return strings.Contains(get(w), want) }
	case "startsWith":
		return func(w *world) bool { return strings.HasPrefix(get(w), want) }
	case "endsWith":
		return func(w *world) bool { return strings.HasSuffix(get(w), want) }
	}
	return func(w *world) bool { return slices.Contains(texts, get(w)) }
}

func comparingNumber(get func(*world) int64, operator string, numbers []int64) func(*world) bool {
	want := numbers[0]
	switch operator {
	case "==":
		return func(w *world) bool { return get(w) == want }
	case "!=":
		return func(w *world) bool { return get(w) != want }
	case "<":
		return func(w *world) bool { return get(w) < want }
	case "<=":
		return func(w *world) bool { return get(w) <= want }
	case ">":
		return func(w *world) bool { return get(w) > want }
	case ">=":
		return func(w *world) bool { return get(w) >= want }
	}
	return func(w *world) bool { return slices.Contains(numbers, get(w)) }
}
