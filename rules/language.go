package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/unistra/melusine/internal/desk"
)

// A language goes through a condition and refuses all that it does not know.
type language struct {
	book   *Book
	grants bool // the rule allows or asks: what may be unknown must be required
	faults *faults
}

// words are the functions of the language, each with what it takes.
var words = map[string][]argument{
	"owns":         {},
	"ownedByOther": {},
	"inUnitDomain": {},
	"manages":      {text},
	"same":         {field, field},
	"member":       {group},
	"sizeUpTo":     {size},
}

type argument int

const (
	field argument = iota // an attribute
	text                  // an attribute or a word in quotes
	group                 // the name of a group of the book, in quotes
	size                  // a size in quotes
)

func (l *language) refuse(n ast.Node, format string, args ...any) {
	l.faults.add("when: %s: %s", n, fmt.Sprintf(format, args...))
}

// visit reads a condition; plus says that it stands under no negation, or an
// even number of them.
func (l *language) visit(n ast.Node, plus bool) {
	switch n := n.(type) {
	case *ast.BoolNode:
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" {
			l.refuse(n, "no arithmetic here; only and, or, not join conditions")
			return
		}
		l.visit(n.Node, !plus)
	case *ast.BinaryNode:
		if slices.Contains([]string{"and", "or", "&&", "||"}, n.Operator) {
			l.visit(n.Left, plus)
			l.visit(n.Right, plus)
			return
		}
		l.comparison(n, plus)
	case *ast.CallNode:
		l.call(n, plus)
	default:
		l.refuse(n, "not a condition; compare an attribute, or use one of %s", list(sortedKeys(words)))
	}
}

// comparison reads "attribute operator literal".
func (l *language) comparison(n *ast.BinaryNode, plus bool) {
	name, a, ok := attributeOf(n.Left)
	if !ok {
		l.refuse(n.Left, "write an attribute on the left; known: %s", list(sortedKeys(attributes)))
		return
	}
	if _, _, two := attributeOf(n.Right); two {
		l.refuse(n, "two attributes may both be empty; write same(%s, %s)", name, n.Right)
		return
	}
	holdsOnEmpty := false
	switch n.Operator {
	case "==":
		l.literal(n.Right, a)
	case "!=":
		l.literal(n.Right, a)
		holdsOnEmpty = true
	case "<", "<=", ">", ">=":
		if !a.number {
			l.refuse(n, "only size and target.quota have an order")
		}
		l.literal(n.Right, a)
		holdsOnEmpty = strings.HasPrefix(n.Operator, "<")
	case "in":
		l.literals(n.Right, a)
	case "contains", "startsWith", "endsWith":
		if a.number {
			l.refuse(n, "%s is a number; compare it with <= or use sizeUpTo", name)
		}
		l.literal(n.Right, a)
	default:
		l.refuse(n, "the operator %s is not known; use ==, !=, in, contains, startsWith, endsWith, <, <=, >, >=", n.Operator)
	}
	l.polarity(n, a.known, plus != holdsOnEmpty)
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

func (l *language) literals(n ast.Node, a attribute) {
	array, ok := n.(*ast.ArrayNode)
	if !ok || len(array.Nodes) == 0 {
		l.refuse(n, `write a list that is not empty, such as ["a", "b"]; for the domains of a correspondent use manages(...)`)
		return
	}
	for _, item := range array.Nodes {
		l.literal(item, a)
	}
}

func (l *language) literal(n ast.Node, a attribute) {
	if i, ok := n.(*ast.IntegerNode); a.number && (!ok || i.Value <= 0) {
		l.refuse(n, "write a whole number of bytes above 0")
	}
	if s, ok := quoted(n); !a.number && (!ok || s == "") {
		l.refuse(n, "write a word in quotes that is not empty: nothing may match an empty attribute")
	}
}

func (l *language) call(n *ast.CallNode, plus bool) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		l.refuse(n, "attributes have no functions")
		return
	}
	takes, ok := words[callee.Value]
	if !ok || len(n.Arguments) != len(takes) {
		l.refuse(n, "no such function, or not with so many arguments; known: %s", list(sortedKeys(words)))
		return
	}
	for i, want := range takes {
		l.argument(n.Arguments[i], want)
	}
	l.polarity(n, callee.Value == "sizeUpTo", plus)
}

func (l *language) argument(n ast.Node, want argument) {
	literal, isText := quoted(n)
	_, a, isField := attributeOf(n)
	switch {
	case want == text && isText && literal != "", (want == text || want == field) && isField && !a.number:
	case want == group && isText:
		if l.book.groups[literal] == "" {
			l.refuse(n, "%v", unknownGroup(literal))
		}
	case want == size && isText:
		n1, err := desk.ParseSize(literal)
		if err != nil {
			l.refuse(n, `not a size; write it with its unit, such as "10G"`)
		}
		l.book.sizes[literal] = int64(n1)
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
