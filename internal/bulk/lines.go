package bulk

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A Line is one row of a table as an action, or what is wrong with it.
type Line struct {
	Number int // of the file, from 1
	Action desk.Action
	Faults []Fault // none: Action is one
}

// headings are what a column may be called, in French and in English; each is
// also called by the name of the argument.
var headings = map[string][]string{
	"verb":        {"verbe", "action", "acte", "geste"},
	"target":      {"compte", "account", "adresse", "address", "cible"},
	"alias":       {"alias"},
	"size":        {"taille", "quota", "espace"},
	"to":          {"vers", "destination", "nouvelle adresse", "new address"},
	"cos":         {"formule", "classe", "class"},
	"until":       {"jusqu'au", "dernier jour", "last day"},
	"person":      {"personne", "titulaire", "login", "identifiant"},
	"name":        {"nom", "nom affiché", "display name"},
	"with":        {"avec", "partage avec"},
	"right":       {"droit"},
	"phone":       {"téléphone", "telephone"},
	"mobile":      {"portable"},
	"fax":         {"télécopie"},
	"title":       {"fonction"},
	"company":     {"établissement"},
	"description": {},
	"street":      {"rue"},
	"postcode":    {"code postal"},
	"city":        {"ville"},
	"sender":      {"expéditeur"},
	"eppn":        {},
	"hidden":      {"masqué", "masquée"},
	"ignored":     {"commentaire", "remarque", "comment", "note"},
}

// aside is a column that is for the people who made the table.
const aside = "ignored"

// columnOf is what a heading names, "" if nothing.
func columnOf(heading string) string {
	heading = strings.ToLower(strings.TrimSpace(heading))
	if _, ok := headings[heading]; ok {
		return heading
	}
	for name, words := range headings {
		if slices.Contains(words, heading) {
			return name
		}
	}
	return ""
}

// Headings lists what columns may be called, for help.
func Headings() []string { return slices.Sorted(maps.Keys(headings)) }

// Read reads a table of actions. Its first row names the columns; verb is that of
// rows that name none, "" if each must. An error is about the table: nothing of it
// is to be used.
func Read(from io.Reader, verb desk.Verb, limits Limits) (lines []Line, err error) {
	var columns []string
	for row, err := range readRows(from, limits) {
		if err != nil {
			return nil, Fault{Line: row.Line, Err: err}
		}
		if columns == nil {
			if columns, err = columnsOf(row, verb); err != nil {
				return nil, err
			}
			continue
		}
		if slices.ContainsFunc(row.Cells, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			lines = append(lines, lineFrom(row, columns, verb))
		}
	}
	if len(lines) == 0 {
		return nil, Fault{Err: Empty}
	}
	return lines, nil
}

func columnsOf(row Row, verb desk.Verb) (columns []string, err error) {
	for i, heading := range row.Cells {
		name := columnOf(heading)
		switch {
		case name == "" && strings.TrimSpace(heading) == "":
			name = aside // a column left over by a spreadsheet
		case name == "":
			return nil, Fault{row.Line, i + 1, NoColumn}
		case name != aside && slices.Contains(columns, name):
			return nil, Fault{row.Line, i + 1, TwoColumns}
		}
		columns = append(columns, name)
	}
	if verb == "" && !slices.Contains(columns, "verb") {
		return nil, Fault{row.Line, 0, NoVerb}
	}
	return columns, nil
}

// lineFrom makes the action of a row. What is beyond the columns is at fault.
func lineFrom(row Row, columns []string, verb desk.Verb) Line {
	l, target, args := Line{Number: row.Line}, "", map[string]string{}
	for i, cell := range row.Cells {
		cell = strings.TrimSpace(lively(cell))
		switch {
		case cell == "" || i < len(columns) && columns[i] == aside:
		case i >= len(columns):
			l.Faults = append(l.Faults, Fault{row.Line, i + 1, TooWide})
		case columns[i] == "verb":
			verb = desk.Verb(strings.ToLower(cell))
		case columns[i] == "target":
			target = cell
		default:
			args[columns[i]] = cell
		}
	}
	if len(l.Faults) > 0 {
		return l
	}
	var err error
	if l.Action, err = desk.NewAction(verb, target, args); err != nil {
		l.Faults = []Fault{{row.Line, place(err, columns), err}}
	}
	return l
}

// place is the column that an error of the desk is about, 0 if none.
func place(err error, columns []string) int {
	e, ok := err.(*desk.Error) //nolint:errorlint // NewAction gives it as it is
	if !ok {
		return 0
	}
	name := e.Details["name"]
	switch e.Code {
	case desk.UnknownVerb:
		name = "verb"
	case desk.InvalidSize:
		name = "size"
	}
	return slices.Index(columns, name) + 1
}
