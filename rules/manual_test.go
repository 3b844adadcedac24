package rules

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

const manualFile = "../docs/rules-manual.md"

// fieldOf is the field of package desk that each attribute reads.
var fieldOf = map[string]string{
	"actor.name": "Person.Name", "actor.affiliation": "Person.Affiliation", "actor.unit": "Person.Unit", "actor.unitDomain": "Person.UnitDomain",
	"owner.name": "Person.Name", "owner.affiliation": "Person.Affiliation", "owner.unit": "Person.Unit", "owner.unitDomain": "Person.UnitDomain",
	"owner.manager": "Person.Manager", "target.address": "Account.Address", "target.status": "Account.Status", "target.cos": "Account.COS", "target.quota": "Account.Quota",
	"target.owner": "Account.Owner", "domain": "Facts.Domain", "size": "Facts.Size", "via": "Facts.Via", "verb": "Facts.Action",
}

// told are the attributes that are no field, but part of one.
var told = map[string]string{
	"actor.uid": "the login, which stays", "owner.uid": "the login, which stays",
	"target.domain": "the domain of its address", "alias": "of alias.add, alias.remove and alias.renew: the alias",
	"breach": "the clause of the charter that the address asked for breaks: form, reserved, alike or homonym",
	"to":     "of account.rename: the new address; of account.forward: who receives, or \"none\"",
	"cos":    "of account.cos: the class of service asked for",
}

// TestManual: docs/rules-manual.md is what the doc comments say; -update writes it.
func TestManual(t *testing.T) {
	text := manual(t)
	if *update {
		if err := os.WriteFile(manualFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(manualFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), text); diff != "" {
		t.Errorf("docs/rules-manual.md is not up to date: go test ./rules -run Manual -update\n%s", diff)
	}
}

func manual(t *testing.T) string {
	fields, functions := comments(t, "../internal/desk/words.go", "../internal/desk/action.go"), comments(t, "words.go")
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./rules -run Manual -update, from the doc comments of the code. -->\n# The words of the rule book\n\n" +
		"See [rules.md](rules.md) for how a book is read. Nothing here ever holds on what is empty or not known.\n\n" +
		"## Verbs\n\n| verb | asks for | rules may |\n|---|---|---|\n")
	for _, v := range governed() {
		spec, _ := desk.SpecOf(v)
		may := "allow, deny"
		switch {
		case spec.Two:
			may = "ask, deny"
		case spec.Changes:
			may = "allow, ask, deny"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v, list(sortedKeys(spec.Args)), may)
	}
	b.WriteString("\n## What a condition can look at\n\n| attribute | kind | what it is |\n|---|---|---|\n")
	for _, name := range sortedKeys(attributes) {
		kind, what := "text", told[name]
		if attributes[name].number != nil {
			kind = "number"
		}
		if attributes[name].known {
			kind += ", always known"
		}
		if what == "" {
			what = fields[fieldOf[name]]
		}
		if what == "" {
			t.Errorf("%s has no comment", name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, kind, what)
	}
	b.WriteString("\n`actor` is who asks, `owner` whose mailbox it is, `target` the mailbox. Texts are compared by `==`, `!=`, `in [...]`, `contains`, `startsWith`,\n" +
		"`endsWith`, numbers by `==`, `!=`, `<`, `<=`, `>`, `>=`, `in [...]`, always with a word in quotes or a number that stands on the right.\n\n## What it can say\n\n")
	for _, name := range sortedKeys(words) {
		w := words[name]
		takes := make([]string, len(w.takes))
		for i, a := range w.takes {
			takes[i] = map[argument]string{field: "attribute", text: "attribute or \"word\"", group: "\"group\"", size: "\"10G\""}[a]
		}
		doc := functions["world."+name]
		if doc == "" {
			t.Errorf("%s has no comment", name)
		}
		fmt.Fprintf(&b, "- `%s(%s)` %s\n", name, strings.Join(takes, ", "), strings.TrimPrefix(doc, name+" "))
	}
	b.WriteString("\nThey are joined by `and`, `or`, `not` and brackets. A rule that allows or asks may put `not` only before what is always known\n" +
		"(`quotaWithin`, `inCharter`, and attributes marked so); a rule that denies, only what would let through before `not`.\n\n" +
		"## Who approves\n\n`correspondents` of the domain touched, `manager` (the head of service of the owner, or else of who asks), `admins`, `group:NAME`.\n")
	return b.String()
}

// comments are the doc or line comments of fields and methods, by "Type.name",
// on one line.
func comments(t *testing.T, files ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok {
					for _, field := range s.Fields.List {
						for _, id := range field.Names {
							found[n.Name.Name+"."+id.Name] = oneLine(strings.TrimSpace(field.Comment.Text() + field.Doc.Text()))
						}
					}
				}
			case *ast.FuncDecl:
				if n.Recv != nil {
					star, _ := n.Recv.List[0].Type.(*ast.StarExpr)
					if star != nil {
						found[star.X.(*ast.Ident).Name+"."+n.Name.Name] = oneLine(n.Doc.Text())
					}
				}
			}
			return true
		})
	}
	return found
}
