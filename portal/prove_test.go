package portal

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// again has somebody sign in once more for a request as it stands, and gives the
// form that they then send.
func (b *browser) again(id desk.ID) []string {
	b.house.t.Helper()
	digest := b.house.digest(id)
	choose := b.get("/demandes/" + string(id) + "/identite?empreinte=" + digest)
	choose.wants(b.house.t, http.StatusOK, "on s'identifie de nouveau")
	return choose.hidden()
}

func TestApprovingWhatIsGrave(t *testing.T) {
	within := desk.StandardStepUp().Within
	for name, x := range map[string]struct {
		do   func(t *testing.T, h *house, b *browser, id desk.ID)
		vote int // the status of the approval that follows
	}{
		"signed in again": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.post("/connexion", append(b.again(id), "qui", "yves")...).wants(t, 303)
		}, 303},
		"an open session": {func(*testing.T, *house, *browser, desk.ID) {}, 403},
		"only asked to":   {func(_ *testing.T, _ *house, b *browser, id desk.ID) { b.again(id) }, 403},
		"too long ago": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.post("/connexion", append(b.again(id), "qui", "yves")...).wants(t, 303)
			h.later(within + time.Second)
		}, 403},
		"somebody else": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.post("/connexion", append(b.again(id), "qui", "claire")...).wants(t, 400)
		}, 403},
		"an ordinary sign-in": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.post("/connexion", "qui", "yves").wants(t, 303)
		}, 403},
		"without the attempt": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.again(id)
			delete(b.cookies, attemptCookie)
			b.post("/connexion", "encore", "oui", "qui", "yves").wants(t, 400)
		}, 403},
		"another's attempt": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			o := h.as("xavier")
			o.get("/demandes/" + string(id) + "/identite?empreinte=" + h.digest(id))
			b.cookies[attemptCookie] = o.cookies[attemptCookie]
			b.post("/connexion", "encore", "oui", "qui", "yves").wants(t, 400)
		}, 403},
		"for another request": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			other := h.deleting()
			b.post("/connexion", append(b.again(other), "qui", "yves")...).wants(t, 303)
		}, 403},
		"for what it was once": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			b.get("/demandes/"+string(id)+"/identite?empreinte="+strings.Repeat("0", 32)).wants(t, 409)
		}, 403},
		"too slowly": {func(t *testing.T, h *house, b *browser, id desk.ID) {
			form := b.again(id)
			h.later(patience + time.Second)
			b.post("/connexion", append(form, "qui", "yves")...).wants(t, 400)
		}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, demo)
			h.desk.StepUp = desk.StandardStepUp()
			id := h.closing()
			b := h.as("yves")
			old := b.token()
			x.do(t, h, b, id)
			a := b.post("/demandes/"+string(id)+"/valider", "_csrf", b.token(), "empreinte", h.digest(id))
			r, _ := h.mirror.Request(id)
			if a.StatusCode != x.vote || len(r.Votes) != map[int]int{303: 1, 403: 0}[x.vote] {
				t.Errorf("%d with %d votes: %s", a.StatusCode, len(r.Votes), a.text())
			}
			if x.vote == 303 && b.token() != old {
				t.Error("forms open elsewhere are void")
			}
			if x.vote == 403 && !strings.Contains(a.text(), "identifiez-vous de nouveau") {
				t.Errorf("not told what to do: %s", a.text())
			}
		})
	}
}

// deleting is another grave request that waits for an administrator.
func (h *house) deleting() desk.ID {
	h.t.Helper()
	action, err := desk.NewAction(desk.AccountDelete, string(marcBox), nil)
	must(h.t, err)
	r, err := h.desk.Ask(h.t.Context(), desk.Asking{By: "xavier", Via: desk.Portal, Action: action, Key: "deleting"})
	must(h.t, err)
	return r.ID
}

// Signing in again gives the session another name.
func TestSigningInAgainChangesTheSession(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.StepUp = desk.StandardStepUp()
	h.desk.StepUp.Within = time.Minute
	id := h.closing()
	b := h.as("yves")
	old := b.id()
	b.post("/connexion", append(b.again(id), "qui", "yves")...).wants(t, http.StatusSeeOther)
	if b.id() == old || b.id() == "" {
		t.Errorf("the session is %q", b.id())
	}
	if _, open := h.sessions.get(old); open {
		t.Error("the old one goes on")
	}
	b.get("/demandes/"+string(id)).wants(t, http.StatusOK, "jusqu'à 12 h 01")
}

// No page asks for a password: there is none to know.
func TestNoPasswordIsAskedFor(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("xavier")
	for _, x := range routesOf(h) {
		if x.method == http.MethodGet && strings.Contains(b.get(x.path).body, `type="password"`) {
			t.Errorf("%s asks for one", x.path)
		}
	}
}

func TestPreferencesAreKept(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	b.submit("/preferences", "theme", "dark", "touches", "non", "langue", "en").wants(t, http.StatusSeeOther)
	page := b.get("/preferences")
	if !strings.Contains(page.body, `lang="en"`) || !strings.Contains(page.body, `data-theme="dark"`) || !strings.Contains(page.body, `data-keys="non"`) {
		t.Error("not kept")
	}
	b.submit("/preferences", "theme", `"><script>`, "touches", "", "langue", "de").wants(t, http.StatusSeeOther)
	if again := b.get("/preferences"); again.body != page.body {
		t.Error("something else was kept")
	}
}

// One's data are one's own: all of it, and of nobody else.
func TestACopyOfOnesData(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	h.closing()
	a := h.as("jeanne").get("/mes-donnees.json")
	a.wants(t, http.StatusOK)
	var data map[string]any
	must(t, json.Unmarshal([]byte(a.body), &data))
	for _, part := range []string{"jeanne.dupont@physique.unistra.fr", "contact@physique.unistra.fr", "Jeanne Dupont", "D-2"} {
		if !strings.Contains(a.body, part) {
			t.Errorf("%s is not in it", part)
		}
	}
	for _, secret := range []string{string(marcBox), "claire.weber@"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s is in it", secret)
		}
	}
	if other := h.as("nadia").get("/mes-donnees.json"); strings.Contains(other.body, "jeanne") {
		t.Errorf("somebody else's: %s", other.body)
	}
	h.as("jeanne").get("/qui-a-touche").wants(t, http.StatusOK, "D-1", "D-2", "Xavier Pierre a demandé")
}

// To have asked about a mailbox, in vain or not, gives nobody what was read of it.
func TestACopyOfOnesDataIsOfNobodyElse(t *testing.T) {
	h := newHouse(t, demo)
	action, err := desk.NewAction(desk.QuotaSet, string(jeanneBox), map[string]string{"size": "8G"})
	must(t, err)
	_, err = h.desk.Ask(t.Context(), desk.Asking{By: "marc", Via: desk.Portal, Action: action, Key: "k"})
	must(t, err)
	a := h.as("marc").get("/mes-donnees.json")
	a.wants(t, http.StatusOK, "D-1", "chimie.unistra.fr")
	for _, secret := range []string{"id-jeanne", `"jeanne"`, "j.dupont@", "staff_s", `"UnitDomain":"physique.unistra.fr"`, `"Key":"k"`} {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s is in it", secret)
		}
	}
}

// What the law wants can be read by anybody, in both languages.
func TestLegalPages(t *testing.T) {
	h := newHouse(t, demo)
	b := h.browser()
	b.get("/mentions-legales").wants(t, http.StatusOK, "n'a pas encore renseigné")
	b.get("/accessibilite").wants(t, http.StatusOK, "n'est pas conforme au RGAA", "Défenseur des droits", "article 47")
	b.get("/donnees-personnelles").wants(t, http.StatusOK, "CNIL")
	h.as("jeanne").get("/mes-adresses").wants(t, http.StatusOK, "Accessibilité : non conforme", "Mentions légales", "Données personnelles")
	full := newHouse(t, func(c *Config) {
		demo(c)
		c.Legal = Legal{Publisher: "Université", Director: "Présidence", Host: "Numérique", Officer: "dpo@u.fr", Contact: "aide@u.fr", Accessibility: "partial", Audit: "Audit du 1er mars."}
	}).browser()
	full.lang = "en"
	full.get("/mentions-legales").wants(t, http.StatusOK, "Publisher", "Présidence")
	full.get("/accessibilite").wants(t, http.StatusOK, "partly compliant", "Audit du 1er mars.", "aide@u.fr")
}

// How things are is told whatever they are.
func TestTheStateOfServices(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	b.get("/etat").wants(t, http.StatusOK, "Lu le 23 novembre 2026 à 12 h 00", "Ce qui est accepté part")
	h.send("xavier", desk.HouseFreeze)
	b.get("/etat").wants(t, http.StatusOK, "Gelés depuis le", "À surveiller")
	h.later(9 * time.Hour)
	h.desk.Stale = time.Hour
	b.get("/etat").wants(t, http.StatusOK, "Lu pour la dernière fois le")
}
