package portal

import (
	"archive/zip"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// The history holds what the reader may see, filtered, page by page, and nothing
// else; as a table too.
func TestTheHistory(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	refused := h.ask("chef@physique.unistra.fr")
	_, err := h.desk.Refuse(t.Context(), "claire", desk.Portal, refused, "", "=cmd()")
	must(t, err)
	for _, x := range []struct {
		who    desk.UID
		query  string
		shows  string
		hides  string
		status int
	}{
		{"claire", "", "D-1", "", 200},
		{"claire", "?etat=" + string(desk.Rejected), "D-2", "D-1", 200},
		{"claire", "?cible=" + string(jeanneBox), "D-1", "", 200},
		{"claire", "?cible=j.dupont@physique.unistra.fr", "D-1", "", 200},
		{"claire", "?cible=jeanne", "D-1", "", 200},
		{"claire", "?cible=" + string(marcBox), "Aucune demande ne correspond", "D-1", 200},
		{"claire", "?par=jeanne", "D-2", "", 200},
		{"claire", "?par=marc", "Aucune demande ne correspond", "D-1", 200},
		{"claire", "?avant=D-2", "D-1", "D-2", 200},
		{"claire", "?avant=nonsense&etat=nonsense", "Aucune demande ne correspond", "D-1", 200},
		{"xavier", "", "D-1", "", 200},
		{"jeanne", "", "D-1", "", 200},
		{"marc", "", "Rien n'a encore été demandé", "D-1", 200},
		{"marc", "?cible=" + string(jeanneBox), "Aucune demande ne correspond", "D-1", 200},
	} {
		a := h.as(x.who).get("/historique" + x.query)
		if a.wants(t, x.status, x.shows); x.hides != "" && strings.Contains(a.text(), x.hides) {
			t.Errorf("%s, %q: shows %s", x.who, x.query, x.hides)
		}
	}
	a := h.as("claire").get("/historique?format=csv")
	if a.wants(t, http.StatusOK, "D-1", "contact@physique.unistra.fr"); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("it is %s", a.Header.Get("Content-Type"))
	}
	if b := h.as("marc").get("/historique?format=csv"); strings.Contains(b.body, "D-1") {
		t.Error("the table tells more than the page")
	}
	a = h.as("claire").get("/historique?format=ods")
	if _, err := zip.NewReader(bytes.NewReader([]byte(a.body)), int64(len(a.body))); err != nil {
		t.Errorf("no spreadsheet: %v", err)
	}
}

// A page of the history leads to the one after it, and misses nothing.
func TestTheHistoryGoesOn(t *testing.T) {
	h := newHouse(t, demo)
	for n := range aPage + 3 {
		h.ask("contact" + strings.Repeat("x", n) + "@physique.unistra.fr")
	}
	b, path, seen := h.as("claire"), "/historique", map[string]bool{}
	for range 2 {
		a := b.get(path)
		for _, word := range strings.Fields(a.text()) {
			if strings.HasPrefix(word, "D-") {
				seen[word] = true
			}
		}
		_, rest, _ := strings.Cut(a.body, `href="/historique?avant=`)
		name, _, more := strings.Cut(rest, `"`)
		if path = "/historique?avant=" + name; !more {
			break
		}
	}
	if len(seen) != aPage+3 {
		t.Errorf("%d requests seen", len(seen))
	}
}

// Domains are those that one looks after; of others there is nothing.
func TestDomains(t *testing.T) {
	h := newHouse(t, demo)
	a := h.as("claire").get("/domaines")
	if a.wants(t, http.StatusOK, "physique.unistra.fr", "Claire Weber"); strings.Contains(a.text(), "chimie.unistra.fr") {
		t.Error("another's domain is shown")
	}
	h.as("xavier").get("/domaines").wants(t, http.StatusOK, "chimie.unistra.fr", "Les demandes vont aux administrateurs.")
	h.as("jeanne").get("/domaines").wants(t, http.StatusOK, "Aucun domaine ne vous est confié.")
	h.as("claire").get("/domaines/physique.unistra.fr").wants(t, http.StatusOK, "jeanne.dupont @physique.unistra.fr", "Jeanne Dupont", "4,1 Go")
	for _, who := range []desk.UID{"claire", "jeanne", "marc"} {
		b := h.as(who)
		other, missing := b.get("/domaines/chimie.unistra.fr"), b.get("/domaines/nowhere.unistra.fr")
		if other.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound || faceless(other.body) != faceless(missing.body) {
			t.Errorf("%s: %d %s, %d %s", who, other.StatusCode, other.text(), missing.StatusCode, missing.text())
		}
	}
	csv := h.as("claire").get("/domaines/physique.unistra.fr?format=csv")
	csv.wants(t, http.StatusOK, string(jeanneBox), "claire.weber@physique.unistra.fr")
	h.as("xavier").get("/domaines?format=csv").wants(t, http.StatusOK, "chimie.unistra.fr")
}

// A domain is read page by page.
func TestADomainGoesOn(t *testing.T) {
	h := newHouse(t, demo)
	h.crowd(aPage + 1)
	a := h.as("xavier").get("/domaines/chimie.unistra.fr")
	_, rest, more := strings.Cut(a.body, "?apres=")
	after, _, _ := strings.Cut(rest, `"`)
	b := h.as("xavier").get("/domaines/chimie.unistra.fr?apres=" + after)
	if !more || strings.Count(b.body, `href="/adresses/`) != 2 || strings.Contains(b.text(), "Comptes suivants") {
		t.Errorf("after %q: %s", after, b.text())
	}
}

// What if: a sum, told for what can be, and nothing asked for.
func TestCosts(t *testing.T) {
	h := compared(t)
	before := h.count()
	b := h.as("xavier")
	b.get("/couts").wants(t, http.StatusOK, "staff_*", "Et si ?")
	for query, said := range map[string]string{
		"nombre=1&de=staff_s&vers=%2B":   "Ce serait",
		"nombre=5&de=%2B&vers=staff_s":   "Ce serait",
		"nombre=-1&de=%2B&vers=staff_s":  "Donnez un nombre",
		"nombre=5&de=staff_s&vers=zzz":   "Donnez un nombre",
		"nombre=5&de=zzz&vers=staff_s":   "Donnez un nombre",
		"nombre=5&de=%2B&vers=%2B":       "Donnez un nombre",
		"nombre=x&de=%2B&vers=staff_s":   "Et si ?",
		"nombre=9999999999999999999&de=": "Et si ?",
	} {
		b.get("/couts?"+query).wants(t, http.StatusOK, said)
	}
	h.as("jeanne").get("/couts").wants(t, http.StatusForbidden)
	if h.count() != before {
		t.Error("a sum wrote something")
	}
}

// The simulator tells why, of oneself; of others to who governs alone.
func TestTheSimulator(t *testing.T) {
	h := newHouse(t, demo)
	before := h.count()
	for _, x := range []struct {
		who   desk.UID
		query string
		said  string
		never string
	}{
		{"jeanne", "", "Rien n'est demandé", "Qui le demanderait"},
		{"jeanne", "acte=" + escape("alias.add "+string(jeanneBox)+" alias=labo@physique.unistra.fr"), "Pourquoi", ""},
		{"claire", "acte=" + escape("quota jeanne 8Go"), "En faire la demande", ""},
		{"xavier", "qui=jeanne&acte=" + escape("alias.add "+string(jeanneBox)+" alias=labo@physique.unistra.fr"), "Pourquoi", "En faire la demande"},
		{"xavier", "qui=nobody&acte=" + escape("quota jeanne 8Go"), "ne connaît pas cette personne", ""},
		{"xavier", "acte=bonjour", "Aucun acte n'a été reconnu", ""},
		{"xavier", "acte=" + escape("quota jeanne"), "Aucun acte n'a été reconnu", ""},
		{"xavier", "acte=" + escape(strings.Repeat("a ", 200)), "Aucun acte n'a été reconnu", ""},
		{"marc", "qui=xavier&acte=" + escape("account.close "+string(jeanneBox)), "Aucun compte", "Refusé"},
		{"marc", "acte=" + escape("quota jeanne 8Go"), "Aucun compte", "Refusé"},
	} {
		a := h.as(x.who).get("/simulateur?" + x.query)
		if a.wants(t, http.StatusOK, x.said); x.never != "" && strings.Contains(a.text(), x.never) {
			t.Errorf("%s, %s: says %q: %s", x.who, x.query, x.never, a.text())
		}
	}
	// what is not one's own and what is not there are told alike
	b := h.as("marc")
	other, missing := b.get("/simulateur?acte="+escape("quota jeanne 8Go")), b.get("/simulateur?acte="+escape("quota nobody 8Go"))
	if strings.ReplaceAll(faceless(other.body), "jeanne", "nobody") != faceless(missing.body) {
		t.Errorf("told apart: %s\n%s", other.text(), missing.text())
	}
	if h.count() != before {
		t.Error("supposing wrote something")
	}
}

// A field in which something is wrong says so to those who hear the page.
func TestTheSimulatorSaysWhichFieldIsWrong(t *testing.T) {
	b := newHouse(t, demo).as("xavier")
	for query, want := range map[string]string{"acte=bonjour": "acte", "acte=" + escape("quota jeanne 8Go"): "", "qui=personne&acte=" + escape("quota jeanne 8Go"): "qui"} {
		a := b.get("/simulateur?" + query)
		for _, field := range []string{"qui", "acte"} {
			_, input, _ := strings.Cut(a.body, `<input id="`+field+`"`)
			input, _, _ = strings.Cut(input, ">")
			if wrong := strings.Contains(input, `aria-invalid="true"`) && strings.Contains(input, field+"-err"); wrong != (field == want) {
				t.Errorf("%s: %s is wrong: %t: %s", query, field, wrong, input)
			}
		}
	}
}
