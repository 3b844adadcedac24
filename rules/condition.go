package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/unistra/melusine/internal/desk"
)

// Bounds on a condition. The parser of expr recurses and a stack overflow
// cannot be recovered, so the first two are checked on the text and its tokens.
const (
	maxCondition = 4 << 10
	maxDepth     = 64
	maxNodes     = 200
)

// grammar knows no function by itself: language does.
var grammar = conf.Config{MaxNodes: maxNodes}

// compile checks the condition of r and makes it ready to run.
func (b *Book) compile(r *rule, f *faults) {
	tree, err := parse(r.When)
	if err != nil {
		f.addError(err)
		return
	}
	before := len(f.all)
	l := language{book: b, grants: r.Outcome != desk.Denied, faults: f}
	if c := l.visit(tree.Node, true); len(f.all) == before {
		r.condition = c
	}
}

func parse(condition string) (*parser.Tree, error) {
	if condition == "" {
		return nil, errors.New("when is missing: write a condition, or true")
	}
	if err := shallow(condition); err != nil {
		return nil, err
	}
	tree, err := parser.ParseWithConfig(condition, &grammar)
	return tree, syntax(err)
}

// shallow counts everything that makes the parser recurse: it is never deeper than that.
func shallow(condition string) error {
	if len(condition) > maxCondition {
		return fmt.Errorf("when has %d bytes; %d at most: split the rule", len(condition), maxCondition)
	}
	tokens, err := lexer.Lex(file.NewSource(condition))
	if err != nil {
		return syntax(err)
	}
	depth := 0
	for _, t := range tokens {
		if t.Is(lexer.Bracket, "(", "[", "{") || t.Is(lexer.Operator, "!", "not", "-", "+", "?", "?:", "??", "**", "^", "|", "let", "if") {
			depth++
		}
	}
	if depth > maxDepth {
		return fmt.Errorf("when has %d brackets and negations; %d at most: split the rule", depth, maxDepth)
	}
	return nil
}

func syntax(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("when: %s", firstLine(err))
}

// firstLine is what expr says without its drawing of the source.
func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}
