package charter

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/rules"
)

var update = flag.Bool("update", false, "write testdata; read it aloud")

func university(t *testing.T) *rules.Book {
	t.Helper()
	paths, _ := filepath.Glob("../../deploy/rules/university/*.yaml")
	var files []rules.File
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, rules.File{Name: path, Text: string(text)})
	}
	b, err := rules.LoadFiles(files...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPages: the charter of the university, word for word, in both languages.
func TestPages(t *testing.T) {
	c := Charter{Book: university(t), Deadline: 2, Expiry: 10, Domains: []Domain{
		{Name: "physique.unistra.fr", Correspondents: []string{"Jeanne Dupont", "Paul Langevin"}}, {Name: "chimie.unistra.fr", Correspondents: []string{"Eva <Lang>"}}, {Name: "eost.unistra.fr"}}}
	for name, write := range map[string]func(io.Writer, ...Page) error{"charter.md": Markdown, "charter.html": HTML} {
		for _, c.Lang = range []string{"fr", "en"} {
			var out bytes.Buffer
			if err := write(&out, c.House(), c.Domain(c.Domains[0]), c.Domain(c.Domains[1])); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", c.Lang+"-"+name)
			if *update {
				if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if diff := cmp.Diff(string(want), out.String()); err != nil || diff != "" {
				t.Errorf("%s (-want +got): %v\n%s", path, err, diff)
			}
		}
	}
}

// ruleOf is one rule with a condition.
func ruleOf(t *testing.T, when string) rules.Rule {
	t.Helper()
	b, err := rules.Load("b.yaml", []byte("groups: {admins: x, dsi: y}\nrules:\n  - {id: a, fr: Une., en: One., verbs: [alias.add], when: '"+when+"', outcome: allow}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return b.Rules()[0]
}

func TestRoles(t *testing.T) {
	for when, want := range map[string][]role{
		"true":                                 {everybody},
		`actor.affiliation == "staff"`:         {everybody},
		"owns() and inUnitDomain()":            {holders},
		"sameUnit()":                           {colleagues},
		"heads()":                              {heads},
		"manages(domain) and ownedByOther()":   {correspondents},
		"manages(domain) and owns()":           {correspondents},
		`member("admins") and manages(domain)`: {"admins"},
		`member("admins") or member("dsi")`:    {"dsi", "admins"},
		`owns() or manages(domain)`:            {holders, correspondents},
		`owns() or via == "shell"`:             {everybody},
		`(member("admins") or member("dsi")) and (owns() or heads())`: {"dsi", "admins"},
	} {
		if diff := cmp.Diff(want, roles(ruleOf(t, when))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", when, diff)
		}
	}
}

func TestTouches(t *testing.T) {
	for when, want := range map[string]bool{
		"owns()":                                        true,
		`owns() and domain == "a.fr"`:                   true,
		`owns() and domain == "b.fr"`:                   false,
		`target.domain in ["b.fr", "c.fr"] and owns()`:  false,
		`target.domain in ["b.fr", "a.fr"] and owns()`:  true,
		`domain == "b.fr" or owns()`:                    true,
		`domain == "b.fr" or target.domain == "c.fr"`:   false,
		`not (domain == "a.fr")`:                        false,
		`not (domain == "b.fr")`:                        true,
		`not (domain == "a.fr" or verb == "alias.add")`: false,
		"false": false,
	} {
		if got := touches(ruleOf(t, when).Condition, "a.fr"); got != want {
			t.Errorf("%s: %v", when, got)
		}
	}
}

// Each text has both languages, with as many places to fill.
func TestWords(t *testing.T) {
	for key, text := range words {
		if text.FR == "" || text.EN == "" || strings.Count(text.FR, "%") != strings.Count(text.EN, "%") {
			t.Errorf("%s: %q, %q", key, text.FR, text.EN)
		}
	}
}

// What people are called is not read as Markdown or HTML.
func TestNamesAreNames(t *testing.T) {
	p := Page{Lang: "fr", Title: "a"}
	p.text("<script>*x*|[y](z)`")
	p.table([][]string{{"<b>|"}})
	var markdown, page bytes.Buffer
	if err := Markdown(&markdown, p); err != nil {
		t.Fatal(err)
	}
	if err := HTML(&page, p); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(markdown.String(), "\\<script\\>\\*x\\*\\|\\[y\\](z)\\`") || strings.Contains(page.String(), "<script>") || strings.Contains(page.String(), "<b>") {
		t.Errorf("%s\n%s", &markdown, &page)
	}
}

// A page for a domain leaves out what names other domains.
func TestDomain(t *testing.T) {
	b, err := rules.Load("b.yaml", []byte(`rules:
  - {id: a, fr: Ici., en: Here., verbs: [alias.add], when: 'owns() and domain == "a.fr"', outcome: allow}
  - {id: b, fr: Ailleurs., en: Elsewhere., verbs: [alias.remove], when: 'owns() and domain == "b.fr"', outcome: allow}
  - {id: c, fr: La maison., en: The house., verbs: [house.freeze], when: 'actor.unit == "DN"', outcome: allow}
`))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := Charter{Lang: "en", Book: b}
	if err := Markdown(&out, c.Domain(Domain{Name: "a.fr"})); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if !strings.Contains(got, "- Here.") || strings.Contains(got, "Elsewhere") || strings.Contains(got, "The house") || !strings.Contains(got, "no correspondent") {
		t.Error(got)
	}
	if !slices.IsSortedFunc([]role{everybody, holders, correspondents, heads, "dsi", "support", "admins"}, compare) {
		t.Error("roles are told in another order")
	}
}
