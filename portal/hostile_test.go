package portal

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/unistra/melusine/internal/desk"
)

// hostiles are what could be typed to be more than text, alone and among other
// signs: more than three hundred. What they would make is named zq.
func hostiles() (all []string) {
	evil := []string{`<zq>`, `<img src=x onzq=alert(1)>`, `"><zq a="`, `'><zq a='`, `" onzq="alert(1)`, `' onzq='alert(1)`, `</title><zq>`, `</textarea><zq>`, `</select><zq>`,
		`</script><script>zq()</script>`, `--><zq>`, `<!--<zq>`, `]]><zq>`, `<svg/onload=zq()>`, `javascript:zq()`, "java\tscript:zq()", `data:text/html,<zq>`, `&lt;zq&gt;<zq>`, `&#60;zq&#62;<zq>`,
		`{{zq}}`, `${zq}`, `%3Czq%3E`, `=cmd|' /C zq'!A0`, `+zq`, `-zq`, `@SUM(zq)`, "\tzq", "\r=zq"}
	for _, s := range evil {
		for _, around := range [][2]string{{"", ""}, {"a ", " b"}, {"\u202e", "\u202c"}, {"\ufeff", ""}, {"é", "œ"}, {"a@b.fr", ""}, {"", "@physique.unistra.fr"}, {"D-1", ""}, {strings.Repeat("x", 90), ""}, {"\n", "\n"}, {"\u00a0", "\u200b"}} {
			all = append(all, around[0]+s+around[1])
		}
	}
	return all
}

// A hole is a page with all its fields.
type hole struct {
	who    desk.UID
	path   string
	post   bool
	fields []string
	steps  []string // values of the button
}

func holes() []hole {
	return []hole{
		{"claire", "/recherche", false, []string{"q"}, nil},
		{"claire", "/recherche?partie=oui", false, []string{"q"}, nil},
		{"claire", "/historique", false, []string{"cible", "par", "etat", "avant"}, nil},
		{"claire", "/domaines/physique.unistra.fr", false, []string{"apres"}, nil},
		{"claire", "/listes", false, []string{"q", "domaine", "sorte", "tri", "apres"}, nil},
		{"claire", "/charte", false, []string{"adresse"}, nil},
		{"xavier", "/simulateur", false, []string{"qui", "acte"}, nil},
		{"xavier", "/simulateur", false, []string{"acte"}, nil},
		{"xavier", "/couts", false, []string{"nombre", "de", "vers"}, nil},
		{"xavier", "/ecarts", false, []string{"causes", "population", "domaine", "nombre", "canari"}, nil},
		{"claire", "/delegations", false, []string{"q", "vue"}, nil},
		{"claire", "/a-valider", false, []string{"d"}, nil},
		{"claire", "/a-valider/lot", false, []string{"d", "lot"}, nil},
		{"claire", "/disponibilite", false, []string{"adresse", "alias", "domaine"}, nil},
		{"claire", "/demandes/D-1", false, []string{"empreinte"}, nil},
		{"jeanne", "/connexion", false, []string{"vers"}, nil},
		{"claire", "/demandes/nouvelle?verbe=alias.add", false, []string{"compte", "alias", "motif", "cle"}, nil},
		{"claire", "/demandes/nouvelle?verbe=account.rename", false, []string{"compte", "vers", "motif"}, nil},
		{"xavier", "/demandes/nouvelle?verbe=delegation.grant", false, []string{"personne", "domaines", "unites", "listes", "plafond", "parjour", "du", "au", "motif"}, nil},
		{"claire", "/demandes/nouvelle", true, []string{"compte", "alias", "vers", "taille", "formule", "motif", "cle", "personne", "domaines"}, []string{"", "verifier", "envoyer", "modifier"}},
		{"claire", "/demandes/lot", true, []string{"tableau", "motif", "verbe"}, []string{"", "csv"}},
		{"claire", "/demandes/D-1/refuser", true, []string{"motif", "empreinte"}, nil},
		{"claire", "/demandes/D-1/modifier", true, []string{"valeur", "empreinte"}, nil},
		{"claire", "/a-valider/lot", true, []string{"d", "motif"}, []string{"valider", "refuser"}},
		{"xavier", "/ecarts", true, []string{"causes", "population", "domaine", "plan", "motif"}, []string{"voir", "demander"}},
		{"xavier", "/reglement", true, []string{"nom", "fichier", "texte", "motif"}, []string{"voir"}},
		{"jeanne", "/jetons", true, []string{"nom", "pouvoirs", "jusque", "domaines"}, nil},
		{"jeanne", "/preferences", true, []string{"langue", "theme", "touches"}, nil},
	}
}

// What is typed is text, in every field of every page, and nothing else; it makes
// no line of the log either.
func TestHostileTextIsText(t *testing.T) {
	h := compared(t)
	h.ask("contact@physique.unistra.fr")
	every := hostiles()
	if len(every) < 300 {
		t.Fatalf("%d strings", len(every))
	}
	browsers := map[desk.UID]*browser{}
	for _, who := range []desk.UID{"claire", "xavier", "jeanne"} {
		browsers[who] = h.as(who)
	}
	for i, s := range every {
		if testing.Short() && i%10 != 0 {
			continue
		}
		for n, x := range holes() {
			b := browsers[x.who]
			fields := url.Values{}
			for _, f := range x.fields {
				fields.Set(f, s)
			}
			if !x.post {
				sign := "?"
				if strings.Contains(x.path, "?") {
					sign = "&"
				}
				harmless(t, x.path, s, b.get(x.path+sign+fields.Encode()))
				continue
			}
			pairs := []string{"_csrf", b.token(), "verbe", string(desk.AliasAdd)}
			if len(x.steps) > 0 {
				pairs = append(pairs, "pas", x.steps[(i+n)%len(x.steps)])
			}
			for f := range fields {
				pairs = append(pairs, f, s)
			}
			harmless(t, x.path, s, b.post(x.path, pairs...))
		}
	}
	for line := range strings.Lines(h.log.String()) {
		if !strings.HasPrefix(line, "time=") {
			t.Errorf("a line of the log was made: %q", line)
		}
	}
}

// harmless says that an answer holds nothing that was made by what was typed.
func harmless(t *testing.T, path, typed string, a answer) {
	t.Helper()
	if a.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s, %q: %d %s", path, typed, a.StatusCode, a.text())
	}
	if to := a.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
		t.Errorf("%s, %q: sent to %q", path, typed, to)
	}
	switch kind := a.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "text/html"):
		page, err := html.Parse(strings.NewReader(a.body))
		must(t, err)
		for node := range page.Descendants() {
			if made(node) {
				t.Errorf("%s, %q made %s %v", path, typed, node.Data, node.Attr)
			}
		}
	case strings.HasPrefix(kind, "text/csv"):
		noFormula(t, path, a.body)
	}
}

// made says that an element, one of its attributes or its address was typed.
func made(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	return n.Data == "zq" || n.Data == "script" && n.FirstChild != nil || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool {
		address := strings.Contains("href src action formaction", a.Key)
		scheme, _, colon := strings.Cut(strings.TrimSpace(a.Val), ":")
		return strings.HasPrefix(a.Key, "on") || a.Key == "style" || address && colon && !strings.ContainsAny(scheme, "/?#") && scheme != "https"
	})
}

func noFormula(t *testing.T, path, body string) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = ';', true, -1
	rows, err := r.ReadAll()
	must(t, err)
	for _, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
				t.Errorf("%s gives the formula %q", path, cell)
			}
		}
	}
}

// The reasons that people gave are cells of a table, never formulas.
func TestHostileReasonsInATable(t *testing.T) {
	h := newHouse(t, demo)
	for i, s := range hostiles() {
		action, err := desk.NewAction(desk.AliasAdd, string(jeanneBox), map[string]string{"alias": "contact" + strings.Repeat("x", i%40) + "@physique.unistra.fr"})
		must(t, err)
		if _, err := h.desk.Ask(t.Context(), desk.Asking{By: "jeanne", Via: desk.Chat, Action: action, Reason: s, Key: s}); desk.CodeOf(err) == "" {
			must(t, err)
		}
	}
	a := h.as("claire").get("/historique?format=csv")
	a.wants(t, http.StatusOK)
	if noFormula(t, "/historique", a.body); strings.Count(a.body, "zq") < 20 {
		t.Errorf("few reasons are there: %s", a.body)
	}
	for _, path := range []string{"/historique", "/a-valider", "/demandes/D-1", "/adresses/" + string(jeanneBox)} {
		harmless(t, path, "reasons", h.as("claire").get(path))
	}
}
