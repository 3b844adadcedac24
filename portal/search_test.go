package portal

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// What is typed, and where it leads: to a page or to a form filled in.
func TestWhatASearchFinds(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	before := h.count()
	box := string(jeanneBox)
	for _, x := range []struct {
		who  desk.UID
		q    string
		want string // where the first leads, "" if nothing is found
	}{
		{"claire", "D-1", "/demandes/D-1"},
		{"claire", "d-1", "/demandes/D-1"},
		{"claire", "1", "/demandes/D-1"},
		{"claire", box, "/adresses/" + box},
		{"claire", "j.dupont@physique.unistra.fr", "/adresses/" + box},
		{"claire", "jeanne", "/adresses/" + box},
		{"claire", "Dupont", "/adresses/" + box},
		{"claire", "dupont jeanne", "/adresses/" + box},
		{"claire", "DÚPÔNT", "/adresses/" + box},
		{"claire", "quota jeanne 8Go", "/demandes/nouvelle?verbe=quota.set&compte=jeanne&taille=8&unite=Go"},
		{"claire", "passe " + box + " à 8 Go", "/demandes/nouvelle?verbe=quota.set&compte=" + escape(box) + "&taille=8&unite=Go"},
		{"claire", "raise " + box + " to 8 GB", "/demandes/nouvelle?verbe=quota.set&compte=" + escape(box) + "&taille=8&unite=Go"},
		{"claire", "ajoute l'alias labo@physique.unistra.fr à " + box, "/demandes/nouvelle?verbe=alias.add&compte=" + escape(box) + "&alias=" + escape("labo@physique.unistra.fr")},
		{"claire", "alias.add " + box + " alias=labo@physique.unistra.fr", "/demandes/nouvelle?verbe=alias.add&compte=" + escape(box) + "&alias=" + escape("labo@physique.unistra.fr")},
		{"claire", "valider D-1", "/demandes/D-1"},
		{"claire", "libre@physique.unistra.fr", "/demandes/nouvelle?verbe=alias.add&alias=" + escape("libre@physique.unistra.fr")},
		{"claire", "délégations", "/delegations"},
		{"claire", "aide", "/aide"},
		{"jeanne", "accessibilité", "/accessibilite"},
		{"jeanne", "dupont", "/adresses/" + box},
		{"marc", "dupont", ""},
		{"marc", "jeanne", ""},
		{"marc", "D-1", ""},
		{"claire", "muller", ""},
		{"claire", "zzz", ""},
		{"claire", "", ""},
		{"claire", strings.Repeat("a", longestQuery+1), ""},
		{"claire", `"><script>alert(1)</script>`, ""},
		{"claire", "ne supprime pas le compte " + box, ""},
		{"claire", "supprime tous les comptes", ""},
	} {
		a := h.as(x.who).get("/recherche?partie=oui&q=" + escape(x.q))
		_, rest, found := strings.Cut(a.body, `data-href="`)
		href, _, _ := strings.Cut(rest, `"`)
		if href = strings.ReplaceAll(href, "&amp;", "&"); found != (x.want != "") || href != x.want {
			t.Errorf("%s, %q: leads to %q, want %q: %s", x.who, x.q, href, x.want, a.text())
		}
		whole := h.as(x.who).get("/recherche?q=" + escape(x.q))
		if whole.StatusCode >= 400 || strings.Contains(whole.body, "<script>alert") {
			t.Errorf("%q: %d %s", x.q, whole.StatusCode, whole.body)
		}
	}
	if n := h.count(); n != before {
		t.Errorf("searching wrote %d facts", n-before)
	}
}

// An exact find is gone to at once from the search box.
func TestAnExactFindIsGoneTo(t *testing.T) {
	h := newHouse(t, demo)
	id := string(h.ask("contact@physique.unistra.fr"))
	a := h.as("jeanne").get("/recherche?q=" + id)
	if a.wants(t, http.StatusSeeOther); a.Header.Get("Location") != "/demandes/"+id {
		t.Errorf("sent to %s", a.Header.Get("Location"))
	}
	h.as("marc").get("/recherche?q="+id).wants(t, http.StatusOK, "Aucun résultat pour")
}

// A form that a sentence leads to asks for just that.
func TestASentenceFillsTheForm(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("claire")
	a := b.get("/recherche?partie=oui&q=" + escape("passe "+string(jeanneBox)+" à 8 Go"))
	_, rest, _ := strings.Cut(a.body, `data-href="`)
	href, _, _ := strings.Cut(rest, `"`)
	form := b.get(strings.ReplaceAll(href, "&amp;", "&"))
	form.wants(t, http.StatusOK, "Modifier l'espace d'une boîte")
	for _, value := range []string{`value="8"`, `value="` + string(jeanneBox) + `"`, `<option value="Go" selected`} {
		if !strings.Contains(form.body, value) {
			t.Errorf("%s is not in the form", value)
		}
	}
}

// The index follows what was read last.
func TestNamesFollowTheDirectory(t *testing.T) {
	h := newHouse(t, demo)
	found := func(q string) (all []desk.Address) {
		for a := range h.names.find(h.mirror, folded(q)) {
			all = append(all, a)
		}
		return all
	}
	if got := found("dupont"); len(got) != 1 || got[0] != jeanneBox {
		t.Errorf("found %v", got)
	}
	for _, q := range []string{"", "d", "upont", "dupont marc", "\n", " "} {
		if got := found(q); len(got) != 0 {
			t.Errorf("%q finds %v", q, got)
		}
	}
	people := append([]desk.Person{{UID: "jeanne", Name: "Jeanne Cœur"}}, cast[1:]...)
	must(t, h.mirror.LoadPeople(t.Context(), all(people), noon.Add(1)))
	if got := found("coeur"); len(got) != 1 || got[0] != jeanneBox {
		t.Errorf("found %v", got)
	}
}

func FuzzSearch(f *testing.F) {
	h := newHouse(f, demo)
	b := h.as("claire")
	for _, q := range []string{"D-1", "dupont", "passe jeanne à 8 Go", "\x00", "é", "a@b.fr", strings.Repeat("x ", 200)} {
		f.Add(q)
	}
	before := h.count()
	f.Fuzz(func(t *testing.T, q string) {
		h.t = t
		for _, part := range []string{"", "oui"} {
			if a := b.get("/recherche?partie=" + part + "&q=" + escape(q)); a.StatusCode >= 400 {
				t.Fatalf("%q: %d", q, a.StatusCode)
			}
		}
		if h.count() != before {
			t.Fatal("searching wrote")
		}
	})
}

// BenchmarkSearch is among the accounts of a whole university.
func BenchmarkSearch(b *testing.B) {
	h := newHouse(b, demo)
	people, accounts := cast, boxes
	for n := range 97_484 {
		uid := desk.UID(fmt.Sprintf("u%d", n))
		people = append(people, desk.Person{UID: uid, Name: fmt.Sprintf("Camille Nom%d", n)})
		accounts = append(accounts, desk.Account{ID: string(uid), Address: desk.Address(fmt.Sprintf("camille.nom%d@chimie.unistra.fr", n)), Owner: uid})
	}
	must(b, h.mirror.LoadPeople(b.Context(), all(people), noon.Add(1)))
	must(b, h.mirror.LoadAccounts(b.Context(), all(accounts), noon.Add(1)))
	in := h.as("claire")
	for _, q := range []string{"dupont", "nom97483", "camille", "zzz"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				if a := in.get("/recherche?q=" + q); a.StatusCode != http.StatusOK {
					b.Fatal(a.StatusCode)
				}
			}
		})
	}
}
