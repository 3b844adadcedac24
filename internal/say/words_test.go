package say

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\??\}`)

// Both languages say the same, and nobody is shouted at or spoken to by "tu".
func TestTextsAreComplete(t *testing.T) {
	for key, text := range texts {
		if text.fr == "" || text.en == "" {
			t.Errorf("%s lacks a language", key)
		}
		fr, en := placeholder.FindAllString(text.fr, -1), placeholder.FindAllString(text.en, -1)
		if slices.Sort(fr); !slices.Equal(fr, slices.Sorted(slices.Values(en))) {
			t.Errorf("%s: placeholders %v in French, %v in English", key, fr, en)
		}
		if strings.Contains(text.fr+text.en, "!") || regexp.MustCompile(`(?i)\b(tu|ton|ta|tes|toi)\b`).MatchString(text.fr) {
			t.Errorf("%s lacks manners: %q", key, text)
		}
		whole := regexp.MustCompile(`^(error|outcome|fact|effect|help)\b`).MatchString(key)
		if whole && !regexp.MustCompile(`([.?]|\{because\}|"\.)$`).MatchString(strings.TrimSuffix(text.fr, " ")) {
			t.Errorf("%s is no full sentence: %q", key, text.fr)
		}
	}
}

var (
	badFrench = map[string]*regexp.Regexp{
		"ordinary space before ; : ! ? » %": regexp.MustCompile(` [;:!?»%]`),
		"no narrow space before ; ! ? » %":  regexp.MustCompile(`[^\x{202f}][;!?»%]`),
		"no narrow space before a colon":    regexp.MustCompile(`[^\x{202f}]:`),
		"no narrow space after «":           regexp.MustCompile(`«[^\x{202f}]`),
		"number apart from its unit":        regexp.MustCompile(`[0-9] `),
		"English quotes":                    regexp.MustCompile(`["“”]`),
		"capital without its accent":        regexp.MustCompile(`\b(A|Etat|Eta|Ecri\w*|Ete|Etes|Ecart)\b[^.]`),
		"wrong space":                       regexp.MustCompile(`\x{00a0}|  `),
	}
	badEnglish = map[string]*regexp.Regexp{
		"space before punctuation":   regexp.MustCompile(`[ \x{00a0}\x{202f}][;:!?%]`),
		"French quotes or space":     regexp.MustCompile(`[«»\x{202f}]`),
		"number apart from its unit": regexp.MustCompile(`[0-9] `),
		"two spaces":                 regexp.MustCompile(`  `),
	}
)

func TestTypography(t *testing.T) {
	for key := range texts {
		if strings.HasPrefix(key, "usage.") {
			continue // typed, not read
		}
		for _, rules := range []struct {
			lang string
			bad  map[string]*regexp.Regexp
		}{{"fr", badFrench}, {"en", badEnglish}} {
			text := placeholder.ReplaceAllString(typeset(rules.lang, texts[key].in(rules.lang)), "x")
			for what, pattern := range rules.bad {
				if pattern.MatchString(text) {
					t.Errorf("%s (%s): %s in %q", key, rules.lang, what, text)
				}
			}
		}
	}
}

// desk has its words here: a code, state, role, door or fact added there turns
// this red until it can be said.
func TestEveryWordOfDeskIsSaid(t *testing.T) {
	source := readDesk(t)
	for _, c := range source.constants["Code"] {
		want(t, "error."+c.value)
	}
	for _, c := range source.constants["State"] {
		if c.value != string(desk.None) {
			want(t, "state."+c.value)
			want(t, "outcome."+c.value)
			if signs[desk.State(c.value)] == "" {
				t.Errorf("state %s has no sign", c.value)
			}
		}
	}
	for _, c := range source.constants["Role"] {
		want(t, "fact.announced."+c.value)
	}
	for _, c := range source.constants["Door"] {
		want(t, "door."+c.value)
	}
	for _, v := range desk.Verbs() {
		for _, kind := range []string{"title.", "verb.", "summary.", "effect.", "usage.", "help."} {
			want(t, kind+string(v))
		}
		if spec, _ := desk.SpecOf(v); spec.Changes {
			want(t, "done."+string(v))
		}
		if spec, _ := desk.SpecOf(v); spec.Args["to"] == desk.ForwardForm {
			for _, kind := range []string{"summary.", "effect.", "done."} {
				want(t, kind+string(v)+".none")
			}
		}
	}
	for _, name := range source.facts {
		if !slices.ContainsFunc(everyFact, func(f desk.Fact) bool { return fmt.Sprintf("%T", f) == "desk."+name }) {
			t.Errorf("fact %s is not tried here", name)
		}
	}
}

func want(t *testing.T, key string) {
	t.Helper()
	if !known(key) {
		t.Errorf("no words for %s", key)
	}
}

// Every code is said whole, with the details that desk documents for it and
// nothing left open; what came from outside is quoted.
func TestErrorSaysEveryCode(t *testing.T) {
	for _, c := range readDesk(t).constants["Code"] {
		var pairs []string
		for name := range strings.FieldsFuncSeq(c.comment, func(r rune) bool { return r == ',' || r == ' ' }) {
			pairs = append(pairs, name, map[string]string{"verb": "alias.add", "used": "1", "since": "2026-08-31T10:12:00Z", "from": "2026-08-31T10:12:00Z", "limit": "person", "name": "alias", "state": "done"}[name])
			if pairs[len(pairs)-1] == "" {
				pairs[len(pairs)-1] = "EVIL"
			}
		}
		for _, lang := range []string{"fr", "en"} {
			text := Error(lang, desk.Fail(desk.Conflict, desk.Code(c.value), pairs...), mark)
			if strings.ContainsAny(text, "{}…") || text == Error(lang, errUnprepared) {
				t.Errorf("%s: %q", c.value, text)
			}
			onlyMarked(t, text)
		}
	}
}

type constant struct{ value, comment string }

type deskSource struct {
	constants map[string][]constant // by type
	facts     []string
}

// readDesk reads the constants and the facts from desk's source.
func readDesk(t *testing.T) deskSource {
	t.Helper()
	s := deskSource{constants: map[string][]constant{}}
	for _, name := range []string{"error.go", "request.go", "fact.go", "words.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), "../desk/"+name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "fact" && n.Recv != nil {
					s.facts = append(s.facts, n.Recv.List[0].Type.(*ast.Ident).Name)
				}
			case *ast.ValueSpec:
				kind, named := n.Type.(*ast.Ident)
				if literal, ok := first(n.Values).(*ast.BasicLit); ok && named {
					value, _ := strconv.Unquote(literal.Value)
					s.constants[kind.Name] = append(s.constants[kind.Name], constant{value, strings.TrimSpace(n.Comment.Text())})
				}
			}
			return true
		})
	}
	if len(s.constants["Code"]) < 20 || len(s.constants["State"]) < 9 || len(s.facts) < 14 {
		t.Fatalf("desk's source reads differently now: %+v", s)
	}
	return s
}

func first(list []ast.Expr) ast.Expr {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}
