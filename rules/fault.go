package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Fault is one thing wrong with a book.
type Fault struct {
	File string
	Line int    // from 1; 0 if it is about the whole book
	Rule string // its id, "" outside the rules
	Err  error
}

// Error reads "file:line: rule id: what is wrong and what to do".
func (f *Fault) Error() string {
	text := f.File
	if f.Line > 0 {
		text += fmt.Sprintf(":%d", f.Line)
	}
	if f.Rule != "" {
		text += ": rule " + f.Rule
	}
	return text + ": " + f.Err.Error()
}

// Unwrap gives the reason.
func (f *Fault) Unwrap() error { return f.Err }

// faults gathers what is wrong; add says where.
type faults struct {
	file  string
	line  int
	rule  string
	lines map[string]int // of the fields of the rule
	all   []error
}

// at goes on to another file.
func (f *faults) at(file string) { *f = faults{file: file, all: f.all} }

// in goes on to another rule.
func (f *faults) in(rule string, line int, lines map[string]int) {
	f.rule, f.line, f.lines = rule, line, lines
}

// about goes on to a field of the rule, "" to the rule as a whole.
func (f *faults) about(field string) {
	if f.line = f.lines["id"]; f.lines[field] > 0 {
		f.line = f.lines[field]
	}
}

func (f *faults) add(format string, args ...any) { f.addError(fmt.Errorf(format, args...)) }

func (f *faults) addError(err error) {
	if err == nil {
		return
	}
	line := f.line
	if at, ok := errors.AsType[*located](err); ok {
		line = at.line
	}
	f.all = append(f.all, &Fault{File: f.file, Line: line, Rule: f.rule, Err: err})
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// list prints names the way a sentence enumerates them.
func list[T ~string](names []T) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(n))
	}
	return b.String()
}
