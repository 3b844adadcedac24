package portal

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// TestWhatIsNotYoursIsNotThere tries every route that names something, for
// somebody whose it is not: the answer is the one for a thing that does not
// exist, to the byte, but for the reference.
func TestWhatIsNotYoursIsNotThere(t *testing.T) {
	h := newHouse(t, demo)
	id := string(h.ask("contact@physique.unistra.fr"))
	stranger := h.as("marc")
	token := stranger.token()
	for _, x := range []struct {
		route   string
		own     string
		others  []string // exist, and are not the stranger's
		missing []string // do not exist, or cannot
	}{
		{"GET /demandes/", "", []string{id}, []string{"D-99", "D-0", "0", "x", "D-1x", "%00", "D-1%20", "..", "%2e%2e", strings.Repeat("9", 40)}},
		{"GET /adresses/", string(marcBox), []string{string(jeanneBox), "j.dupont@physique.unistra.fr", "jeanne"},
			[]string{"personne@physique.unistra.fr", "nobody", "a@b", "@", "été@u.fr", "%00", "a%20b", strings.Repeat("a", 400)}},
		{"GET /delegations/", "", []string{"M-1"}, []string{"M-99", "M-0", "0", "D-1", "x", "%00", "M-1%20", "m-1", strings.Repeat("9", 40)}},
		{"POST /demandes/*/valider", "", []string{id}, []string{"D-99", "x", "%00"}},
		{"POST /demandes/*/refuser", "", []string{id}, []string{"D-99", "x", "%00"}},
		{"POST /demandes/*/modifier", "", []string{id}, []string{"D-99", "x", "%00"}},
		{"POST /demandes/*/redemander", "", []string{id}, []string{"D-99", "x", "%00"}},
		{"POST /demandes/*/annuler", "", []string{id}, []string{"D-99", "x", "%00"}},
	} {
		method, path, _ := strings.Cut(x.route, " ")
		visit := func(name string) answer {
			before, after, _ := strings.Cut(path, "*")
			if method == http.MethodPost {
				return stranger.post(before+name+after, "_csrf", token, "empreinte", "x")
			}
			return stranger.get(before + name + after)
		}
		if x.own != "" {
			visit(x.own).wants(t, http.StatusOK, x.own)
		}
		want := visit(x.missing[0])
		want.wants(t, http.StatusNotFound, "Cette page n'existe pas, ou n'est pas pour vous.")
		for _, name := range append(x.others, x.missing...) {
			got := visit(name)
			if got.StatusCode != http.StatusNotFound || faceless(got.body) != faceless(want.body) {
				t.Errorf("%s %s: %d %s", x.route, name, got.StatusCode, got.text())
			}
		}
	}
	if kinds := h.kinds(desk.ID(id)); len(kinds) != 0 {
		t.Errorf("the stranger did %v", kinds)
	}
}

var reference = regexp.MustCompile(`[0-9a-f]{12}`)

// faceless is a page without its reference.
func faceless(body string) string { return reference.ReplaceAllString(body, "") }

// The lists hold nothing of anybody else.
func TestListsHoldOnlyOnesOwn(t *testing.T) {
	h := newHouse(t, demo)
	id := string(h.ask("contact@physique.unistra.fr"))
	stranger := h.as("marc")
	for _, path := range []string{"/mes-adresses", "/demandes", "/a-valider", "/a-valider?d=" + id,
		"/demandes/nouvelle?verbe=quota.set&compte=jeanne", "/demandes/nouvelle?verbe=alias.remove&compte=" + string(jeanneBox)} {
		a := stranger.get(path)
		for _, secret := range []string{id, "contact@", "j.dupont@", "3,1 Go", "Jeanne"} {
			if strings.Contains(a.text(), secret) || strings.Contains(a.body, `value="`+secret) {
				t.Errorf("%s tells %q", path, secret)
			}
		}
	}
}

// Who asks in vain is not told by the form whose an alias is, nor by any door, of
// the request that it leaves, whose the mailbox is.
func TestAskingInVainTellsNothing(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("marc")
	asks := []string{"verbe", "quota.set", "compte", "j.dupont@physique.unistra.fr", "taille", "8", "unite", "Go"}
	check := b.submit("/demandes/nouvelle", append(asks, "pas", "verifier")...)
	check.wants(t, http.StatusOK, "Les règles ne permettent pas cette demande")
	sent := b.submit("/demandes/nouvelle", append(check.hidden(), "pas", "envoyer")...)
	sent.wants(t, http.StatusSeeOther)
	page := b.get(sent.Header.Get("Location"))
	page.wants(t, http.StatusOK, "est refusée par les règles")
	if strings.Contains(check.text(), string(jeanneBox)) || strings.Contains(page.text(), "Jeanne Dupont") {
		t.Errorf("told by %s\nor %s", check.text(), page.text())
	}
	program := h.program(t, "marc", desk.MayRead, desk.MayAsk)
	for _, x := range [][2]string{{http.MethodPost, "/requests"}, {http.MethodGet, "/requests"}, {http.MethodGet, "/requests/D-2"}} {
		body := ""
		if x[0] == http.MethodPost {
			body = `{"action":"quota.set ` + string(jeanneBox) + ` size=8G"}`
		}
		a := program.call(t, x[0], x[1], body, "Idempotency-Key", "k")
		if a.status >= 300 || strings.Contains(string(a.body), "owner") {
			t.Errorf("%s %s: %d %s", x[0], x[1], a.status, a.body)
		}
	}
}

// Every route but the way in needs a session.
func TestNothingIsOpenWithoutASession(t *testing.T) {
	h := newHouse(t, demo, Mount{Path: "/chat", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })})
	for _, x := range append(routesOf(h), route{"GET", "/nulle-part"}) {
		if open := x.path == pathSignOut && x.method != http.MethodPost || slices.Contains([]string{pathLegal, pathAccess, pathPrivacy}, x.path); open || x.path == pathSignIn || x.path == pathReturn || strings.HasPrefix(x.path, pathStatic) {
			continue
		}
		r := form(x.path)
		r.Method = x.method
		a := h.browser().send(r)
		if x.path == pathAsk && x.method == http.MethodPost {
			continue // TestAFormOutlivesItsSession
		}
		if safeMethod(x.method) {
			if to := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || to != "/connexion?vers="+escape(x.path) {
				t.Errorf("%s %s: %d to %q", x.method, x.path, a.StatusCode, to)
			}
			continue
		}
		if a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s: %d", x.method, x.path, a.StatusCode)
		}
	}
}
