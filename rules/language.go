package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/unistra/melusine/internal/desk"
)

// A language goes through a condition, refuses all that it does not know, and
// makes clauses of the rest.
type language struct {
	book   *Book
	grants bool // the rule allows or asks: what may be unknown must be required
	faults *faults
}

func (l *language) refuse(n ast.Node, format string, args ...any) *clause {
	l.faults.add("when: %s: %s", shown(n), fmt.Sprintf(format, args...))
	return constant(false)
}

// shown is a part of a condition as a fault quotes it.
func shown(n ast.Node) string {
	text := []rune(n.String())
	if len(text) > 80 {
		return string(text[:79]) + "…"
	}
	return string(text)
}

// visit reads a condition; plus says that it stands under no negation, or an
// even number of them.
func (l *language) visit(n ast.Node, plus bool) *clause {
	switch n := n.(type) {
	case *ast.BoolNode:
		return constant(n.Value)
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" {
			return l.refuse(n, "no arithmetic here; only and, or, not join conditions")
		}
		return join("not", n.String(), l.visit(n.Node, !plus))
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return join("and", n.String(), l.visit(n.Left, plus), l.visit(n.Right, plus))
		case "or", "||":
			return join("or", n.String(), l.visit(n.Left, plus), l.visit(n.Right, plus))
		}
		return l.comparison(n, plus)
	case *ast.CallNode:
		return l.call(n, plus)
	}
	name, _, isAttribute := attributeOf(n)
	if isAttribute {
		return l.refuse(n, "not a condition by itself: compare it, such as %s == \"…\"", name)
	}
	return l.refuse(n, "not a condition; compare an attribute, or use one of %s%s", list(sortedKeys(words)), meant(n.String(), sortedKeys(words)))
}

// comparison reads "attribute operator literal".
func (l *language) comparison(n *ast.BinaryNode, plus bool) *clause {
	name, a, ok := attributeOf(n.Left)
	if !ok {
		return l.refuse(n.Left, "write an attribute on the left; known: %s%s", list(sortedKeys(attributes)), meant(n.Left.String(), sortedKeys(attributes)))
	}
	if _, _, two := attributeOf(n.Right); two {
		return l.refuse(n, "two attributes may both be empty; write same(%s, %s)", name, n.Right)
	}
	before := len(l.faults.all)
	texts, numbers := l.literals(n.Operator, n.Right, a)
	holdsOnEmpty := n.Operator == "!="
	switch n.Operator {
	case "==", "!=", "in":
	case "<", "<=", ">", ">=":
		if a.number == nil {
			l.refuse(n, "only size and target.quota have an order")
		}
		holdsOnEmpty = strings.HasPrefix(n.Operator, "<")
	case "contains", "startsWith", "endsWith":
		if a.number != nil {
			l.refuse(n, "%s is a number; compare it with <= or use quotaWithin", name)
		}
	default:
		l.refuse(n, "the operator %s is not known; use ==, !=, in, contains, startsWith, endsWith, <, <=, >, >=", n.Operator)
	}
	l.polarity(n, a.known, plus != holdsOnEmpty)
	if len(l.faults.all) > before {
		return constant(false)
	}
	c := &clause{Written: desk.Written{Text: n.String(), Word: n.Operator, Looks: []string{name}, Wants: texts}, from: a.from,
		test: comparing(a, n.Operator, texts, numbers)}
	c.reads = []attribute{a}
	for _, i := range numbers {
		c.Wants, c.bytes = append(c.Wants, strconv.FormatInt(i, 10)), i
	}
	return c
}

// polarity keeps the promise that knowing less never grants.
func (l *language) polarity(n ast.Node, known, plus bool) {
	switch {
	case known || plus == l.grants:
	case l.grants:
		l.refuse(n, "it would hold when the attribute is unknown, and grant for want of knowledge; "+
			"require what must be true (ownedByOther() rather than not owns(), in [...] rather than !=)")
	default:
		l.refuse(n, "it would fail when the attribute is unknown, and let the request through; "+
			"in a rule that denies, negate what must be true: not (...)")
	}
}

// literals reads what stands on the right of an operator.
func (l *language) literals(operator string, n ast.Node, a attribute) (texts []string, numbers []int64) {
	items := []ast.Node{n}
	if operator == "in" {
		array, ok := n.(*ast.ArrayNode)
		if !ok || len(array.Nodes) == 0 {
			l.refuse(n, `write a list that is not empty, such as ["a", "b"]; for the domains of a correspondent use manages(...)`)
			return nil, nil
		}
		items = array.Nodes
	}
	for _, item := range items {
		i, isNumber := item.(*ast.IntegerNode)
		s, isText := quoted(item)
		switch {
		case a.number != nil && isNumber && i.Value > 0:
			numbers = append(numbers, int64(i.Value))
		case a.number != nil:
			l.refuse(item, "write a whole number of bytes above 0")
		case isText && s != "":
			texts = append(texts, s)
		default:
			l.refuse(item, "write a word in quotes that is not empty: nothing may match an empty attribute")
		}
	}
	return texts, numbers
}

func (l *language) call(n *ast.CallNode, plus bool) *clause {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return l.refuse(n, "attributes have no functions")
	}
	word, ok := words[callee.Value]
	if !ok || len(n.Arguments) != len(word.takes) {
		return l.refuse(n, "no such function, or not with so many arguments; known: %s%s", list(sortedKeys(words)), meant(callee.Value, sortedKeys(words)))
	}
	before := len(l.faults.all)
	c := &clause{Written: desk.Written{Text: n.String(), Word: callee.Value}, from: word.from}
	var g given
	for i, want := range word.takes {
		l.argument(n.Arguments[i], want, c, &g)
	}
	if callee.Value == "inCharter" && len(l.book.naming.forms) == 0 {
		l.refuse(n, "no form is declared; write them in the header, under naming: forms:")
	}
	l.polarity(n, word.known, plus)
	if len(l.faults.all) > before {
		return constant(false)
	}
	c.Looks, c.test, c.bytes = append(c.Looks, word.looks...), word.make(g), g.bytes
	for _, name := range c.Looks {
		c.reads = append(c.reads, attributes[name])
	}
	if word.wanted != nil && g.from&ofActor == 0 { // else it is not one key that is wanted, but each person's own
		c.wanted = word.wanted(g)
	}
	return c
}

// argument reads one argument of a call into the clause, and into what its test is made of.
func (l *language) argument(n ast.Node, want argument, c *clause, g *given) {
	literal, isText := quoted(n)
	name, a, isField := attributeOf(n)
	switch {
	case (want == text || want == field) && isField && a.number == nil:
		c.Looks, c.from, g.other = append(c.Looks, name), c.from|a.from, a.text
		g.from |= a.from
		if g.text == nil {
			g.text = a.text
		}
	case want == text && isText && literal != "":
		g.text = func(*world) string { return literal }
		c.Wants = []string{literal}
	case want == group && isText:
		if g.quoted = l.book.groups[literal]; g.quoted == "" {
			l.refuse(n, "%v", l.book.unknownGroup(literal))
		}
		c.Wants = []string{literal}
	case want == size && isText:
		bytes, err := desk.ParseSize(literal)
		if err != nil {
			l.refuse(n, `not a size; write it with its unit, such as "10G"`)
		}
		c.Wants, g.bytes = []string{bytes.String()}, int64(bytes)
	default:
		l.refuse(n, "cannot be used here; see the top of the default book for what each function takes")
	}
}

// attributeOf recognises "domain" and "actor.unit".
func attributeOf(n ast.Node) (name string, a attribute, ok bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		name = n.Value
	case *ast.MemberNode:
		base, isName := n.Node.(*ast.IdentifierNode)
		property, isText := quoted(n.Property)
		if !isName || !isText || n.Optional || n.Method {
			return "", a, false
		}
		name = base.Value + "." + property
	}
	a, ok = attributes[name]
	return name, a, ok
}

func quoted(n ast.Node) (string, bool) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return s.Value, true
}
