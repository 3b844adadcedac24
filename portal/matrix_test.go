package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/portal/api"
)

// The principals: two users with a mailbox, one who keeps a list and has none, a
// correspondent of physique, an administrator.
var principals = []desk.UID{"jeanne", "marc", "nadia", "claire", "xavier"}

// A row is what a route answers. kind is what its path names, "" if nothing.
type row struct {
	kind string
	want string // the status of what is theirs, for each of the principals or for all; with "open", for anybody
}

// matrix has each route of the portal. A form is sent empty, with its token.
var matrix = map[string]row{
	"GET /static/:file":         {"", "open 200"},
	"GET /connexion":            {"", "open 200"},
	"POST /connexion":           {"", "open 400"},
	"GET /connexion/retour":     {"", "open 400"},
	"GET /deconnexion":          {"", "open 200"},
	"GET /mentions-legales":     {"", "open 200"},
	"GET /accessibilite":        {"", "open 200"},
	"GET /donnees-personnelles": {"", "open 200"},

	"GET /":                   {"", "303"},
	"GET /mes-adresses":       {"", "200"},
	"GET /demandes/nouvelle":  {"", "200"},
	"POST /demandes/nouvelle": {"", "422"},
	"GET /disponibilite":      {"", "200"},
	"GET /demandes":           {"", "200"},
	"GET /demandes/lot":       {"", "200"},
	"POST /demandes/lot":      {"", "422"},
	"GET /a-valider":          {"", "200"},
	"GET /a-valider/lot":      {"", "200"},
	"POST /a-valider/lot":     {"", "200"},
	"GET /suivi":              {"", "200"},
	"GET /etat":               {"", "200"},
	"GET /recherche":          {"", "200"},
	"GET /qui-a-touche":       {"", "200"},
	"GET /mes-donnees.json":   {"", "200"},
	"GET /preferences":        {"", "200"},
	"POST /preferences":       {"", "303"},
	"GET /lier":               {"", "200"},
	"POST /lier":              {"", "200"},
	"GET /aide":               {"", "200"},
	"GET /charte":             {"", "200"},
	"GET /surete":             {"", "404 404 404 404 200"},
	"GET /delegations":        {"", "200"},
	"GET /reglement":          {"", "404 404 404 404 200"},
	"POST /reglement":         {"", "404 404 404 404 422"},
	"POST /reglement/revenir": {"", "404 404 404 404 422"},
	"POST /reglement/defaire": {"", "404 404 404 404 422"},
	"GET /jetons":             {"", "200"},
	"POST /jetons":            {"", "422"},
	"GET /ecarts":             {"", "403 403 403 403 200"},
	"POST /ecarts":            {"", "403 403 403 403 200"},
	"GET /destinataires":      {"", "200"},
	"GET /tableau":            {"", "403 403 403 403 200"},
	"GET /couts":              {"", "403 403 403 403 200"},
	"GET /historique":         {"", "200"},
	"GET /domaines":           {"", "200"},
	"GET /listes":             {"", "200"},
	"GET /simulateur":         {"", "200"},
	"GET /composants":         {"", "200"},
	"POST /deconnexion":       {"", "303"},

	"GET /demandes/:id":             {"request", "200"},
	"GET /demandes/:id/identite":    {"request", "409"},
	"POST /demandes/:id/valider":    {"request", "403 403 - 409 409"},
	"POST /demandes/:id/refuser":    {"request", "403 403 - 409 409"},
	"POST /demandes/:id/annuler":    {"request", "303 303 - 403 403"},
	"POST /demandes/:id/redemander": {"request", "409 409 - 403 403"},
	"POST /demandes/:id/modifier":   {"request", "409"},
	"POST /demandes/:id/relancer":   {"request", "409 409 - 403 403"},
	"GET /adresses/:address":        {"account", "200"},
	"GET /registre/:address":        {"address", "200"},
	"GET /delegations/:id":          {"delegation", "200"},
	"GET /reglement/:digest":        {"book", "200"},
	"POST /jetons/:id/retirer":      {"token", "303"},
	"GET /domaines/:domain":         {"domain", "200"},
	"GET /listes/:address":          {"thing", "200"},
}

// A hoard is a house in which each of the principals has something, what there is of
// each kind, and whose it is to see.
type hoard struct {
	*house
	there map[string][]string
	sees  map[string]map[desk.UID][]string
}

func newHoard(t *testing.T) hoard {
	t.Helper()
	h := withLists(compared(t))
	h.ask("contact@physique.unistra.fr")
	action, err := desk.NewAction(desk.AliasAdd, string(marcBox), map[string]string{"alias": "bureau@chimie.unistra.fr"})
	must(t, err)
	_, err = h.desk.Ask(t.Context(), desk.Asking{By: "marc", Via: desk.Portal, Action: action, Key: "bureau"})
	must(t, err)
	issue := func(who desk.UID) string {
		b := h.as(who)
		page := b.get("/jetons")
		made := b.submit("/jetons", append(page.hidden(), "nom", "essai", "pouvoirs", string(desk.Powers()[0]))...)
		made.wants(t, http.StatusOK)
		return h.mirror.Tokens(who)[0].ID
	}
	box, rights := string(jeanneBox), h.mirror.Delegations()
	book, _ := desk.InForce(h.mirror.Editions())
	hers, his := issue("jeanne"), issue("marc")
	m1, m2 := string(rights[0].ID), string(rights[1].ID)
	return hoard{h, map[string][]string{"request": {"D-1", "D-2"}, "account": {box, string(marcBox), "jeanne", "j.dupont@physique.unistra.fr"}, "address": {box, string(marcBox)}, "delegation": {m1, m2},
		"book": {book.Digest}, "token": {hers, his}, "domain": {"physique.unistra.fr", "chimie.unistra.fr"}, "thing": {string(team), string(other), "team@physique.unistra.fr"}},
		map[string]map[desk.UID][]string{
			"request":    {"jeanne": {"D-1"}, "marc": {"D-2"}, "claire": {"D-1"}, "xavier": {"D-1", "D-2"}},
			"account":    {"jeanne": {box, "jeanne", "j.dupont@physique.unistra.fr"}, "marc": {string(marcBox)}, "claire": {box, "jeanne", "j.dupont@physique.unistra.fr"}, "xavier": {box, string(marcBox), "jeanne", "j.dupont@physique.unistra.fr"}},
			"address":    {"jeanne": {box}, "marc": {string(marcBox)}, "claire": {box}, "xavier": {box, string(marcBox)}},
			"delegation": {"claire": {m1}, "nadia": {m2}, "xavier": {m1, m2}},
			"book":       {"xavier": {book.Digest}},
			"token":      {"jeanne": {hers}, "marc": {his}},
			"domain":     {"claire": {"physique.unistra.fr"}, "xavier": {"physique.unistra.fr", "chimie.unistra.fr"}},
			"thing":      {"claire": {string(team), "team@physique.unistra.fr"}, "nadia": {string(other)}, "xavier": {string(team), string(other), "team@physique.unistra.fr"}},
		}}
}

// missing is one of the kind that could be, and is not.
var missing = map[string]string{"request": "D-99", "account": "personne@chimie.unistra.fr", "address": "personne@chimie.unistra.fr", "delegation": "M-999", "book": strings.Repeat("0", 64),
	"token": "T-999", "domain": "nowhere.unistra.fr", "thing": "personne@chimie.unistra.fr"}

// malformed are names that nothing has.
var malformed = []string{"%00", "x", "..%2f..", "%2e%2e", "D-1%20", "d-0", "M-0", "a%40b", "%C3%A9t%C3%A9@u.fr", "%3Cb%3E", "%F0%9F%98%80", strings.Repeat("a", 400), "%ff", "*", "%25"}

// secrets are what nobody may read but who asked or holds it, and who looks after
// them.
var secrets = map[desk.UID][]string{
	"jeanne": {"bureau@chimie.unistra.fr", string(marcBox)},
	"marc":   {"contact@physique.unistra.fr", "j.dupont@", string(jeanneBox)},
	"nadia":  {"contact@physique.unistra.fr", "j.dupont@", string(jeanneBox), "bureau@chimie.unistra.fr", string(marcBox)},
	"claire": {"bureau@chimie.unistra.fr", string(marcBox)},
}

// Every route, for everybody, with what is theirs, another's, missing and malformed:
// what is another's cannot be told from what is missing; no page tells what its
// reader may not know; no form is believed without its token, or from another site.
// A route that has no row here turns this red.
func TestEveryRouteForEverybody(t *testing.T) {
	routes := map[string]bool{}
	for _, r := range newHouse(t, demo).App().GetRoutes(true) {
		if key := r.Method + " " + r.Path; !strings.HasPrefix(r.Path, api.Root) && r.Method != http.MethodHead {
			routes[key] = true
			if _, ok := matrix[key]; !ok {
				t.Errorf("%s has no row", key)
			}
		}
	}
	for key, r := range matrix {
		if !routes[key] {
			t.Errorf("%s is no route", key)
			continue
		}
		t.Run(key, func(t *testing.T) { newHoard(t).judges(t, key, r) })
	}
}

// asks sends one request of the matrix.
func asks(b *browser, key, name string, token bool, change func(*http.Request)) answer {
	method, path, _ := strings.Cut(key, " ")
	for _, param := range []string{":id", ":address", ":digest", ":domain"} {
		path = strings.Replace(path, param, name, 1)
	}
	r := form(strings.Replace(path, ":file", "app.css", 1))
	if token {
		r = form(r.URL.RequestURI(), "_csrf", b.token())
	}
	if r.Method = method; change != nil {
		change(r)
	}
	return b.send(r)
}

func (h hoard) judges(t *testing.T, key string, r row) {
	unsafe := strings.HasPrefix(key, "POST")
	first := append(slices.Clone(h.there[r.kind]), "")[0]
	nobody := asks(h.browser(), key, first, false, nil)
	if status, isOpen := strings.CutPrefix(r.want, "open "); isOpen {
		if got := fmt.Sprint(nobody.StatusCode); got != status {
			t.Errorf("nobody: %s: %s", got, nobody.text())
		}
		return
	}
	if want := map[bool]int{false: 303, true: 401}[unsafe && key != "POST "+pathAsk]; nobody.StatusCode != want || strings.Contains(nobody.body, "@") {
		t.Errorf("nobody: %d %s", nobody.StatusCode, nobody.text())
	}
	wants := strings.Fields(r.want)
	for i, who := range principals {
		want, b := wants[min(i, len(wants)-1)], h.as(who)
		if unsafe {
			h.forges(t, b, key, first)
		}
		if r.kind != "" {
			h.strays(t, b, who, key, r.kind)
		}
		for _, own := range append(slices.Clone(h.sees[r.kind][who]), map[bool][]string{true: {""}}[r.kind == ""]...) {
			a := asks(b, key, own, unsafe, nil)
			if redirected := a.StatusCode == 303 && !unsafe && r.kind == "account"; fmt.Sprint(a.StatusCode) != want && !redirected {
				t.Errorf("%s, %q: %d, want %s: %s", who, own, a.StatusCode, want, a.text())
			}
			for _, secret := range secrets[who] {
				if strings.Contains(a.body, secret) {
					t.Errorf("%s, %q: reads %s", who, own, secret)
				}
			}
			if unsafe && a.StatusCode == http.StatusSeeOther { // what it did is done: the next find things as they were
				h = newHoard(t)
				break
			}
		}
	}
}

// forges sends the form without its token, and with it from another site.
func (h hoard) forges(t *testing.T, b *browser, key, name string) {
	t.Helper()
	before := h.count()
	if a := asks(b, key, name, false, nil); a.StatusCode != http.StatusForbidden {
		t.Errorf("without its token: %d", a.StatusCode)
	}
	if a := asks(b, key, name, true, attacks["cross-site"]); a.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", a.StatusCode)
	}
	if h.count() != before {
		t.Errorf("a forgery wrote %d facts", h.count()-before)
	}
}

// strays asks for what is not the principal's, what is missing and what cannot be.
func (h hoard) strays(t *testing.T, b *browser, who desk.UID, key, kind string) {
	t.Helper()
	before, unsafe := h.count(), strings.HasPrefix(key, "POST")
	none := asks(b, key, missing[kind], unsafe, nil)
	if kind == "address" && who == "xavier" { // who sees all that the register says, of any address
		none = asks(b, key, "x", unsafe, nil)
	}
	if none.StatusCode != http.StatusNotFound {
		t.Errorf("%s, missing: %d %s", who, none.StatusCode, none.text())
	}
	strange := slices.DeleteFunc(slices.Clone(h.there[kind]), func(name string) bool { return slices.Contains(h.sees[kind][who], name) })
	for _, name := range append(strange, malformed...) {
		if a := asks(b, key, name, unsafe, nil); a.StatusCode != none.StatusCode || faceless(a.body) != faceless(none.body) {
			t.Errorf("%s, %.40q: %d, told apart from what is missing: %s", who, name, a.StatusCode, a.text())
		}
	}
	if h.count() != before {
		t.Errorf("%s: straying wrote %d facts", who, h.count()-before)
	}
}
