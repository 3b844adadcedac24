package rules

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Bounds on a book. The YAML parser recurses, and its memory grows with the
// square of the nesting: a hostile book of 200 KB would end the process.
const (
	maxSource  = 256 << 10
	maxNesting = 16
	maxRules   = 1000
)

// source is a book as written.
type source struct {
	Groups    map[string]string `yaml:"groups"`
	Protected []string          `yaml:"protected"`
	Rules     []entry           `yaml:"rules"`
}

// An entry is one rule not read yet, so that the faults of all come out at once.
type entry struct{ node ast.Node }

func (e *entry) UnmarshalYAML(n ast.Node) error { e.node = n; return nil }

type form struct {
	ID        string   `yaml:"id"`
	FR        string   `yaml:"fr"`
	EN        string   `yaml:"en"`
	Verbs     []string `yaml:"verbs"`
	When      string   `yaml:"when"`
	Outcome   string   `yaml:"outcome"`
	Approvers []string `yaml:"approvers"`
	Needed    *int     `yaml:"needed"`
}

func read(text []byte) (source, error) {
	var s source
	if len(text) > maxSource {
		return s, fmt.Errorf("the book has %d bytes; %d at most", len(text), maxSource)
	}
	if err := plain(string(text)); err != nil {
		return s, err
	}
	if err := yaml.UnmarshalWithOptions(text, &s, yaml.Strict()); err != nil {
		return s, locate(err)
	}
	if len(s.Rules) == 0 || len(s.Rules) > maxRules {
		return s, fmt.Errorf("the book has %d rules; write 1 to %d under \"rules\"", len(s.Rules), maxRules)
	}
	return s, nil
}

// plain refuses, before parsing, what a book never needs: deep nesting;
// anchors, aliases and tags, by which a short text becomes a long one; and
// documents after the first, which would be left unread without a word.
func plain(text string) error {
	open, line, chain := 0, 0, 0 // chain: steps down since the last line or comma
	for _, t := range lexer.Tokenize(text) {
		if t.Position.Line != line && open == 0 {
			chain = 0
		}
		line = t.Position.Line
		switch t.Type {
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.DirectiveType,
			token.DocumentHeaderType, token.DocumentEndType:
			return &located{line, fmt.Errorf("%q: a book is one document without anchors, aliases, merges, tags or directives; write it out or quote it", t.Value)}
		case token.SequenceStartType, token.MappingStartType:
			open, chain = open+1, 0
		case token.SequenceEndType, token.MappingEndType:
			open, chain = max(open-1, 0), 0
		case token.CollectEntryType:
			chain = 0
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType:
			chain++
		}
		if max(open, chain) > maxNesting {
			return &located{line, fmt.Errorf("lists within lists: %d levels at most", maxNesting)}
		}
	}
	return nil
}

func (e entry) read() (f form, line int, err error) {
	if e.node == nil {
		return f, 0, errors.New("an entry of rules is empty; remove its dash")
	}
	line = e.node.GetToken().Position.Line
	return f, line, locate(yaml.NodeToValue(e.node, &f, yaml.Strict()))
}

// located is an error that knows its line.
type located struct {
	line int
	err  error
}

func (l *located) Error() string { return l.err.Error() }
func (l *located) Unwrap() error { return l.err }

// locate keeps what the YAML library says and the line, not its picture of the source.
func locate(err error) error {
	var y yaml.Error
	if !errors.As(err, &y) {
		return err
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		return &located{t.Position.Line, errors.New(y.GetMessage())}
	}
	return errors.New(y.GetMessage())
}
