package portal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

// The charter says the clauses that the rules apply, in words, and what they say of
// a name; it asks for nothing.
func TestTheCharter(t *testing.T) {
	h := newHouse(t, demo)
	before := h.count()
	plain := h.as("jeanne").get("/charte")
	plain.wants(t, http.StatusOK, "Toute forme convient", "Aucun mot n'est réservé.", "Une adresse ne se confond avec celle de personne d'autre", "Libres à votre nom")
	if strings.Contains(plain.text(), "une adresse libérée") {
		t.Error("a quarantine of no time")
	}
	h.desk.Keeping = desk.StandardKeeping()
	book, err := rules.Load("charter", []byte("naming:\n  forms: ['[a-z]+[.][a-z]+', '[a-z]']\n  reserved: [root, abuse]\nrules:\n  - {id: own, fr: Chacun voit sa boîte., en: Everybody sees their own., verbs: [account.show], when: owns(), outcome: allow}\n"))
	must(t, err)
	h.desk.Rules = book
	for query, said := range map[string][]string{
		"": {"[a-z]+[.][a-z]+ par exemple jeanne.dupont", "abuse root", "à personne d'autre : 5.", "Par exemple jeanne.dupont@physique.unistra.fr"},
		"?adresse=labo.optique@physique.unistra.fr":     {"Adresse disponible"},
		"?adresse=root@physique.unistra.fr":             {"un mot réservé"},
		"?adresse=optique2@physique.unistra.fr":         {"aucune des formes permises"},
		"?adresse=marc.rnuller@chimie.unistra.fr":       {"se confond avec l'adresse de quelqu'un d'autre"},
		"?adresse=marc.muller@physique.unistra.fr":      {"le nom de la boîte de quelqu'un d'autre"},
		"?adresse=" + string(marcBox):                   {"déjà utilisée"},
		"?adresse=" + escape("été@physique.unistra.fr"): {"n'est pas une adresse possible"},
		"?adresse=" + escape("a+b@physique.unistra.fr"): {"n'est pas une adresse possible"},
		"?adresse=a.b@nowhere.fr":                       {"n'est pas sur Partage"},
	} {
		h.as("jeanne").get("/charte"+query).wants(t, http.StatusOK, said...)
	}
	b := h.as("jeanne")
	b.lang = "en"
	b.get("/charte?adresse=root@physique.unistra.fr").wants(t, http.StatusOK, "Charter of addresses", "for example jeanne.dupont", "a reserved word", "Reserved words")
	if h.count() != before {
		t.Error("trying a name wrote something")
	}
}
