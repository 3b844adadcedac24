package portal

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func TestEveryPageRendersInBothLanguages(t *testing.T) {
	h := withLists(newHouse(t, demo))
	id := string(h.ask("contact@physique.unistra.fr"))
	for _, x := range []struct{ who, path, fr, en string }{
		{"jeanne", "/mes-adresses", "Mes adresses", "My addresses"},
		{"jeanne", "/demandes/nouvelle", "Que voulez-vous demander ?", "What would you like to ask for?"},
		{"jeanne", "/demandes/nouvelle?verbe=alias.add", "Adresse souhaitée", "Address wanted"},
		{"jeanne", "/demandes/nouvelle?verbe=alias.remove", "Alias à retirer", "Alias to remove"},
		{"jeanne", "/demandes/nouvelle?verbe=quota.set", "3,1 Go sur 5 Go", "3.1 GB of 5 GB"},
		{"jeanne", "/demandes/nouvelle?verbe=account.forward", "Aujourd'hui : aucune.", "Today: none."},
		{"claire", "/demandes/nouvelle?verbe=account.rename&compte=jeanne", "Nouvelle adresse", "Today: jeanne.dupont@physique.unistra.fr."},
		{"claire", "/demandes/nouvelle?verbe=account.cos&compte=jeanne", "Aujourd'hui : staff_s.", "Choose…"},
		{"claire", "/demandes/nouvelle?verbe=account.close", "Fermer un compte", "Close an account"},
		{"claire", "/adresses/" + string(jeanneBox), "Agir sur ce compte", "Act on this account"},
		{"jeanne", "/demandes", "Mes demandes", "My requests"},
		{"jeanne", "/demandes/" + id, "À valider", "To approve"},
		{"claire", "/a-valider", "Votre décision", "Your decision"},
		{"jeanne", "/a-valider", "Rien à valider.", "Nothing to approve."},
		{"jeanne", "/adresses/" + string(jeanneBox), "Qui a touché à cette boîte ?", "Who has touched this mailbox?"},
		{"jeanne", "/lier", "Obtenir un code", "Get a code"},
		{"jeanne", "/aide", "Qui décide", "Who decides"},
		{"claire", "/composants", "Composants des pages", "Pieces of pages"},
		{"claire", "/listes", "Listes et ressources", "Lists and resources"},
		{"claire", "/listes/" + string(team), "Qui s'en occupe", "Who looks after it"},
		{"claire", "/listes/salle@physique.unistra.fr", "l'étage", "the floor"},
		{"jeanne", "/charte", "Essayer un nom", "Try a name"},
		{"claire", "/historique", "Demandé par", "Asked by"},
		{"claire", "/domaines", "Correspondants", "Correspondents"},
		{"claire", "/domaines/physique.unistra.fr", "Espace utilisé", "Space in use"},
		{"claire", "/simulateur", "Que diraient les règles ?", "What would the rules say?"},
		{"claire", "/a-valider/lot?d=" + id, "Valider celles qui sont cochées", "Approve those that are ticked"},
		{"claire", "/aide", "compte verrouiller COMPTE", "account lock ACCOUNT"},
	} {
		b := h.as("jeanne")
		if x.who != "jeanne" {
			b = h.as("claire")
		}
		b.get(x.path).wants(t, http.StatusOK, x.fr, "Se déconnecter")
		b.lang = "en"
		b.get(x.path).wants(t, http.StatusOK, x.en, "Sign out")
	}
}

var (
	pointed = regexp.MustCompile(`(?:aria-describedby|aria-labelledby|aria-controls|for)="([^"]+)"`)
	named   = regexp.MustCompile(`\sid="([^"]+)"`)
)

// What an element names as its label or its description is on its page, once.
func TestWhatAnElementNamesIsThere(t *testing.T) {
	h := withLists(compared(t))
	id := string(h.ask("contact@physique.unistra.fr"))
	paths := []string{"/mes-adresses", "/demandes/lot", "/demandes/" + id, "/a-valider", "/a-valider/lot?d=" + id, "/adresses/" + string(jeanneBox), "/registre/" + string(jeanneBox), "/destinataires", "/destinataires?adresse=x",
		"/listes", "/listes/" + string(team), "/domaines", "/charte", "/historique", "/couts", "/simulateur", "/jetons", "/preferences", "/ecarts", "/tableau", "/reglement", "/surete", "/delegations", "/delegations/M-1", "/recherche?q=x"}
	for _, verb := range append(desk.Verbs(), "") {
		paths = append(paths, "/demandes/nouvelle?verbe="+string(verb))
	}
	b := h.as("xavier")
	for _, path := range paths {
		body, ids := b.get(path).body, map[string]int{}
		for _, m := range named.FindAllStringSubmatch(body, -1) {
			if ids[m[1]]++; ids[m[1]] == 2 {
				t.Errorf("%s: two elements are %q", path, m[1])
			}
		}
		for _, m := range pointed.FindAllStringSubmatch(body, -1) {
			for one := range strings.FieldsSeq(m[1]) {
				if ids[one] == 0 {
					t.Errorf("%s: %s, and there is none", path, m[0])
				}
			}
		}
	}
}

func TestTheHelpShowsWhatOneMayAsk(t *testing.T) {
	h := newHouse(t, demo)
	if a := h.as("jeanne").get("/aide"); strings.Contains(a.text(), "compte verrouiller") || !strings.Contains(a.text(), "redirection COMPTE") {
		t.Error("the help of somebody who looks after no account")
	}
}
