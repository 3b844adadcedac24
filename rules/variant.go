package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/unistra/melusine/internal/desk"
)

// variants are the conditions that differ from one by one small mistake, as text.
func variants(condition string) (texts []string) {
	tree, err := parse(condition)
	if err != nil {
		return nil
	}
	all := variantsOf(tree.Node)
	if !joined(tree.Node) {
		all = append(all, &ast.BoolNode{Value: true})
	}
	for _, n := range all {
		if text := n.String(); text != tree.Node.String() && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// joined says that the node joins conditions.
func joined(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return conjunction(n.Operator) != ""
	case *ast.UnaryNode:
		return true
	}
	return false
}

// conjunction is "and" or "or", "" for the operators that compare.
func conjunction(operator string) string {
	switch operator {
	case "and", "&&":
		return "and"
	case "or", "||":
		return "or"
	}
	return ""
}

func variantsOf(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		all := []ast.Node{n.Node}
		for _, v := range variantsOf(n.Node) {
			all = append(all, &ast.UnaryNode{Operator: n.Operator, Node: v})
		}
		return all
	case *ast.BinaryNode:
		if word := conjunction(n.Operator); word != "" {
			return variantsOfJoin(n, word)
		}
		return variantsOfComparison(n)
	case *ast.CallNode:
		return variantsOfCall(n)
	}
	return nil
}

// variantsOfJoin drops a side, takes "and" for "or", and goes down.
func variantsOfJoin(n *ast.BinaryNode, word string) (all []ast.Node) {
	other := map[string]string{"and": "or", "or": "and"}[word]
	all = append(all, &ast.BinaryNode{Operator: other, Left: n.Left, Right: n.Right})
	chained := func(side ast.Node) bool {
		b, ok := side.(*ast.BinaryNode)
		return ok && conjunction(b.Operator) == word // its own parts are dropped one by one
	}
	if !chained(n.Right) {
		all = append(all, n.Left)
	}
	if !chained(n.Left) {
		all = append(all, n.Right)
	}
	for _, v := range variantsOf(n.Left) {
		all = append(all, &ast.BinaryNode{Operator: n.Operator, Left: v, Right: n.Right})
	}
	for _, v := range variantsOf(n.Right) {
		all = append(all, &ast.BinaryNode{Operator: n.Operator, Left: n.Left, Right: v})
	}
	return all
}

// turned are the operators that one is taken for.
var turned = map[string][]string{
	"==": {"!="}, "!=": {"=="}, "<": {"<=", ">"}, "<=": {"<", ">"}, ">": {">=", "<"}, ">=": {">", "<"},
	"startsWith": {"endsWith", "contains"}, "endsWith": {"startsWith", "contains"}, "contains": {"startsWith"},
}

func variantsOfComparison(n *ast.BinaryNode) (all []ast.Node) {
	for _, operator := range turned[n.Operator] {
		all = append(all, &ast.BinaryNode{Operator: operator, Left: n.Left, Right: n.Right})
	}
	if l, ok := n.Right.(*ast.ArrayNode); ok && len(l.Nodes) > 1 {
		for i := range l.Nodes {
			rest := &ast.ArrayNode{Nodes: slices.Delete(slices.Clone(l.Nodes), i, i+1)}
			all = append(all, &ast.BinaryNode{Operator: n.Operator, Left: n.Left, Right: rest})
		}
	}
	if twin := twinOf(n.Left); twin != nil {
		all = append(all, &ast.BinaryNode{Operator: n.Operator, Left: twin, Right: n.Right})
	}
	return all
}

func variantsOfCall(n *ast.CallNode) (all []ast.Node) {
	name := n.Callee.(*ast.IdentifierNode).Value
	if other := map[string]string{"owns": "ownedByOther", "ownedByOther": "owns"}[name]; other != "" {
		all = append(all, &ast.CallNode{Callee: &ast.IdentifierNode{Value: other}})
	}
	for i, argument := range n.Arguments {
		for _, v := range variantsOfArgument(name, argument) {
			arguments := slices.Clone(n.Arguments)
			arguments[i] = v
			all = append(all, &ast.CallNode{Callee: n.Callee, Arguments: arguments})
		}
	}
	return all
}

func variantsOfArgument(function string, n ast.Node) (all []ast.Node) {
	if twin := twinOf(n); twin != nil {
		return []ast.Node{twin}
	}
	if text, ok := quoted(n); ok && slices.Contains(words[function].takes, size) {
		for _, step := range []int{1, -1} {
			if other := oneUnit(text, step); other != "" {
				all = append(all, &ast.StringNode{Value: other})
			}
		}
	}
	return all
}

// oneUnit is a size with one unit more or less, "" if there is none.
func oneUnit(text string, step int) string {
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	n, err := strconv.Atoi(digits)
	other := itoa(n+step) + text[len(digits):]
	if _, wrong := desk.ParseSize(other); err != nil || wrong != nil {
		return ""
	}
	return other
}

// twins are the attributes that are taken for each other.
var twins = map[string]string{"domain": "target.domain", "target.domain": "domain"}

// twinOf is the attribute that somebody may have meant, nil if there is none:
// the one of the owner for that of who asks, the domain touched for the
// account's.
func twinOf(n ast.Node) ast.Node {
	name, _, ok := attributeOf(n)
	if !ok {
		return nil
	}
	twin := twins[name]
	if base, field, dotted := strings.Cut(name, "."); dotted && twin == "" {
		twin = map[string]string{"actor": "owner", "owner": "actor"}[base] + "." + field
	}
	if _, exists := attributes[twin]; !exists {
		return nil
	}
	if base, field, dotted := strings.Cut(twin, "."); dotted {
		return &ast.MemberNode{Node: &ast.IdentifierNode{Value: base}, Property: &ast.StringNode{Value: field}}
	}
	return &ast.IdentifierNode{Value: twin}
}

func itoa(n int) string { return strconv.Itoa(n) }
