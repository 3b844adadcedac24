package trial

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/unistra/melusine/rules"
)

// A section is what one file says under one name.
type section struct {
	file, name string
	line       int // of its name
	entries    []entry
}

// An entry is one line "key: value".
type entry struct {
	key, value string
	line       int
}

// faults gathers what is wrong with the cases.
type faults struct{ all []error }

func (f *faults) add(file string, line int, format string, args ...any) {
	f.all = append(f.all, &rules.Fault{File: file, Line: line, Err: fmt.Errorf(format, args...)})
}

// sections reads one file.
func sections(file rules.File, f *faults) (all []section) {
	for i, text := range strings.Split(file.Text, "\n") {
		text = strings.TrimSpace(text)
		if name, ok := heading(text); ok {
			all = append(all, section{file: file.Name, name: name, line: i + 1})
			continue
		}
		if len(all) == 0 || text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			f.add(file.Name, i+1, "%q: write a line as key: value", text)
			continue
		}
		s := &all[len(all)-1]
		s.entries = append(s.entries, entry{strings.TrimSpace(key), strings.TrimSpace(value), i + 1})
	}
	return all
}

// heading reads "-- name --".
func heading(text string) (name string, ok bool) {
	name, begins := strings.CutPrefix(text, "-- ")
	name, ends := strings.CutSuffix(name, " --")
	return strings.TrimSpace(name), begins && ends && strings.TrimSpace(name) != ""
}

// pairs reads `key=value key="quoted value"`.
func pairs(text string) (all [][2]string, err error) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		key, rest, ok := strings.Cut(text, "=")
		if !ok || strings.ContainsAny(key, ` "`) {
			return nil, fmt.Errorf("%q: write key=value, with quotes around what has spaces", text)
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, errors.New("a quote is not closed")
			}
			value, _ = strconv.Unquote(quoted) // as QuotedPrefix took it
			text = rest[len(quoted):]
		} else {
			value, text, _ = strings.Cut(rest, " ")
		}
		all = append(all, [2]string{key, value})
	}
	return all, nil
}
