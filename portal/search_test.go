package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

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
		for a := range h.names.find(h.mirror, folded(q), "") {
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
	h.names.refresh(h.mirror)
	if got := found("coeur"); len(got) != 1 || got[0] != jeanneBox {
		t.Errorf("found %v", got)
	}
}

// Nor does it wait for Partage to be read again to follow what was done.
func TestNamesFollowWhatIsDone(t *testing.T) {
	h := newHouse(t, demo)
	h.names.refresh(h.mirror)
	id := h.ask("seminaires@physique.unistra.fr")
	_, err := h.desk.Approve(t.Context(), "claire", desk.Portal, id, h.digest(id))
	must(t, err)
	h.carries(id, func(a desk.Account) desk.Account {
		a.Aliases = append([]desk.Address{"seminaires@physique.unistra.fr"}, a.Aliases...)
		return a
	})
	h.names.refresh(h.mirror)
	for a := range h.names.find(h.mirror, "seminaires", "") {
		if a == jeanneBox {
			return
		}
	}
	t.Error("the new alias is not found")
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

// A correspondent finds who is theirs even if the whole university answers to it.
func TestOnesOwnComeFirst(t *testing.T) {
	h := newHouse(t, demo)
	h.crowd(2000)
	a := h.as("claire").get("/recherche?partie=oui&q=camille")
	if !strings.Contains(a.text(), "camille.zyx@physique.unistra.fr") || strings.Contains(a.text(), "chimie") {
		t.Errorf("found %s", a.text())
	}
}

// crowd adds n accounts elsewhere, and one in physique, the last by its name.
func (h *house) crowd(n int) {
	h.t.Helper()
	people, accounts := slices.Clone(cast), slices.Clone(boxes)
	add := func(uid desk.UID, name, address string) {
		people = append(people, desk.Person{UID: uid, Name: name})
		accounts = append(accounts, desk.Account{ID: string(uid), Address: desk.Address(address), Owner: uid, Status: "active", COS: "staff_s", Quota: gib})
	}
	for i := range n {
		add(desk.UID(fmt.Sprintf("u%d", i)), fmt.Sprintf("Camille Nom%d", i), fmt.Sprintf("camille.nom%d@chimie.unistra.fr", i))
	}
	add("zyx", "Camille Zyx", "camille.zyx@physique.unistra.fr")
	must(h.t, h.mirror.LoadPeople(h.t.Context(), all(people), noon.Add(1)))
	must(h.t, h.mirror.LoadAccounts(h.t.Context(), all(accounts), noon.Add(1)))
	h.names.refresh(h.mirror)
}

// BenchmarkSearch is among the accounts of a whole university.
func BenchmarkSearch(b *testing.B) {
	h := newHouse(b, demo)
	h.crowd(97_484)
	in := h.as("claire")
	for _, q := range []string{"dupont", "nom97483", "camille", "camille nom97483", "zzz"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				if a := in.get("/recherche?q=" + escape(q)); a.StatusCode != http.StatusOK {
					b.Fatal(a.StatusCode)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(10*time.Millisecond), "of-goal")
		})
	}
	b.Run("making the index", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			h.names.now.Store(nil)
			h.names.refresh(h.mirror)
		}
	})
}
