package rules

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/unistra/melusine/internal/desk"
)

// Bounds on a book. The YAML parser recurses, and its memory grows with the
// square of the nesting: a hostile book of 200 KB would end the process.
const (
	maxNesting = 16
	maxRules   = 1000
)

// written is one file of a book. What the headers of several declare adds up.
type written struct {
	Groups    map[string]string `yaml:"groups"`
	Protected []string          `yaml:"protected"`
	Naming    struct {
		Forms    []string `yaml:"forms"`
		Reserved []string `yaml:"reserved"`
	} `yaml:"naming"`
	Rules []entry `yaml:"rules"`
}

// An entry is one rule not read yet, so that the faults of all come out at once.
type entry struct{ node ast.Node }

func (e *entry) UnmarshalYAML(n ast.Node) error { e.node = n; return nil }

type form struct {
	ID        string      `yaml:"id"`
	FR        string      `yaml:"fr"`
	EN        string      `yaml:"en"`
	Verbs     []string    `yaml:"verbs"`
	When      string      `yaml:"when"`
	Outcome   string      `yaml:"outcome"`
	Approvers []string    `yaml:"approvers"`
	Needed    *int        `yaml:"needed"`
	Panels    []panelForm `yaml:"panels"`
	Deadline  *int        `yaml:"deadline"`
	Expiry    *int        `yaml:"expiry"`

	Confidential bool `yaml:"confidential"`

	lines map[string]int // of each field
}

type panelForm struct {
	Approvers []string `yaml:"approvers"`
	Needed    *int     `yaml:"needed"`
}

// keys are all the names that a book may use.
var keys = []string{"groups", "protected", "naming", "forms", "reserved", "rules",
	"id", "fr", "en", "verbs", "when", "outcome", "approvers", "needed", "panels", "deadline", "expiry", "confidential"}

// bounded says whether the files may be read at all.
func bounded(files []File) error {
	total := 0
	for _, file := range files {
		total += len(file.Text)
	}
	if len(files) > desk.MaxBookFiles || total > desk.MaxBookSize {
		return tooLarge(len(files), total)
	}
	return nil
}

func tooLarge(files, bytes int) error {
	return fmt.Errorf("the book has %d files and %d bytes; %d and %d at most", files, bytes, desk.MaxBookFiles, desk.MaxBookSize)
}

// readAll reads the files, and says what is wrong with each as YAML.
func readAll(files []File, f *faults) []written {
	all, rules := make([]written, len(files)), 0
	for i, file := range files {
		f.at(file.Name)
		if i > 0 && path.Base(files[i-1].Name) == path.Base(file.Name) {
			f.add("another file of the book has that name")
		}
		var err error
		all[i], err = read(file.Text)
		f.addError(err)
		rules += len(all[i].Rules)
	}
	if len(f.all) == 0 && (rules == 0 || rules > maxRules) {
		f.add("the book has %d rules; write 1 to %d under \"rules\"", rules, maxRules)
	}
	return all
}

func read(text string) (w written, err error) {
	if err := tame(text); err != nil {
		return w, err
	}
	return w, locate(yaml.UnmarshalWithOptions([]byte(text), &w, yaml.Strict()))
}

// tame refuses, before parsing, what a book never needs: deep nesting;
// anchors, aliases and tags, by which a short text becomes a long one; and
// documents after the first, which would be left unread without a word.
func tame(text string) error {
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
	line, f.lines = e.node.GetToken().Position.Line, map[string]int{}
	fields, isMapping := e.node.(*ast.MappingNode)
	for i := 0; isMapping && i < len(fields.Values); i++ {
		key := fields.Values[i].Key.GetToken()
		f.lines[key.Value] = key.Position.Line
	}
	if isMapping && len(fields.Values) > 0 {
		line = fields.Values[0].Key.GetToken().Position.Line
	}
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
	text := y.GetMessage()
	if name, unknown := strings.CutPrefix(text, "unknown field "); unknown {
		text += meant(name, keys)
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		return &located{t.Position.Line, errors.New(text)}
	}
	return errors.New(text)
}
