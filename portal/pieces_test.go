package portal

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	templHead = regexp.MustCompile(`(?m)^templ (\w+)\(`)
	templCall = regexp.MustCompile(`@(\w+)\(`)
	pieceName = regexp.MustCompile(`@piece\("(\w+)"\)`)
)

// components are those of the templates, each with those that it is made of.
func components(t *testing.T) map[string][]string {
	t.Helper()
	made := map[string][]string{}
	names, err := filepath.Glob("*.templ")
	must(t, err)
	for _, name := range names {
		source, err := os.ReadFile(name)
		must(t, err)
		heads := templHead.FindAllSubmatchIndex(source, -1)
		for i, at := range heads {
			end := len(source)
			if i+1 < len(heads) {
				end = heads[i+1][0]
			}
			of := string(source[at[2]:at[3]])
			made[of] = []string{}
			for _, call := range templCall.FindAllSubmatch(source[at[1]:end], -1) {
				made[of] = append(made[of], string(call[1]))
			}
		}
	}
	return made
}

// Each component is on the page of pieces, by itself or in another, but for whole
// pages, which the demo shows.
func TestEveryComponentIsShownInThePieces(t *testing.T) {
	made := components(t)
	shown, todo := map[string]bool{}, []string{"piecesPage"}
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if !shown[next] {
			shown[next] = true
			todo = append(todo, made[next]...)
		}
	}
	for name := range made {
		if !shown[name] && !strings.HasSuffix(name, "Page") {
			t.Errorf("%s is in no part of the page of pieces: add it to a .templ of pieces", name)
		}
	}
	if len(made) < 100 || len(shown) < 80 {
		t.Errorf("%d components, %d shown", len(made), len(shown))
	}
}

// Each part renders, in both languages, with all that it names; of what its forms
// could do nothing is done.
func TestThePiecesRender(t *testing.T) {
	h := withLists(newHouse(t, demo))
	h.ask("contact@physique.unistra.fr")
	before := h.count()
	b := h.as("claire")
	var seen strings.Builder
	for _, part := range append(pieceParts, "", "nonsense") {
		for _, b.lang = range []string{"fr", "en"} {
			a := b.get("/composants?partie=" + part)
			a.wants(t, http.StatusOK)
			seen.WriteString(a.body)
			for _, section := range strings.Split(a.body, `aria-labelledby="p-`)[1:] {
				name, _, _ := strings.Cut(section, `"`)
				_, inside, _ := strings.Cut(section, "</h2>")
				inside, _, _ = strings.Cut(inside, "</section>")
				if strings.TrimSpace(tags.ReplaceAllString(inside, "")) == "" && !strings.Contains(inside, "<svg") {
					t.Errorf("%s shows nothing", name)
				}
			}
			for _, m := range regexp.MustCompile(`method="post" action="([^"]+)"`).FindAllStringSubmatch(a.body, -1) {
				if m[1] == pathSignOut {
					continue
				}
				for _, step := range []string{"", "valider", "demander", "envoyer", "voir", "comparer"} {
					b.submit(m[1], "pas", step)
				}
			}
		}
	}
	names, err := filepath.Glob("pieces*.templ")
	must(t, err)
	for _, name := range names {
		source, err := os.ReadFile(name)
		must(t, err)
		for _, m := range pieceName.FindAllStringSubmatch(string(source), -1) {
			if !strings.Contains(seen.String(), `id="p-`+m[1]+`"`) {
				t.Errorf("%s is in no part", m[1])
			}
		}
	}
	if n := h.count(); n != before {
		t.Errorf("the pieces wrote %d facts", n-before)
	}
}
