package portal

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func (b *browser) id() string {
	if c := b.cookies["melusine"]; c != nil {
		return c.Value
	}
	return ""
}

func TestSessionIDs(t *testing.T) {
	h := newHouse(t, demo)
	seen := map[string]bool{}
	for range 1000 {
		s, err := h.sessions.open(identity{who: "jeanne"}, "", desk.Proof{})
		must(t, err)
		raw, err := base64.RawURLEncoding.DecodeString(s.id)
		if err != nil || len(raw) < 16 || seen[s.id] || s.token == s.id {
			t.Fatalf("id %q: %d bytes, %v", s.id, len(raw), err)
		}
		seen[s.id] = true
	}
}

func TestAnIDFromOutsideIsNeverTaken(t *testing.T) {
	h := newHouse(t, demo)
	b := h.browser()
	b.cookies["melusine"] = &http.Cookie{Name: "melusine", Value: "chosen-by-somebody-else"}
	b.post("/connexion", "qui", "jeanne").wants(t, http.StatusSeeOther)
	if b.id() == "chosen-by-somebody-else" || b.id() == "" {
		t.Errorf("the session is %q", b.id())
	}
	thief := h.browser()
	thief.cookies["melusine"] = &http.Cookie{Name: "melusine", Value: "chosen-by-somebody-else"}
	thief.get("/mes-adresses").wants(t, http.StatusSeeOther)
}

func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	old := b.id()
	b.post("/connexion", "qui", "marc").wants(t, http.StatusSeeOther)
	if b.id() == old {
		t.Error("the id stayed")
	}
	b.get("/aide").wants(t, http.StatusOK, "Marc Muller")
	b.cookies["melusine"] = &http.Cookie{Name: "melusine", Value: old}
	b.get("/aide").wants(t, http.StatusSeeOther)
}

func TestSigningOutEndsTheSessionOnTheServer(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	old := b.cookies["melusine"]
	b.submit("/deconnexion").wants(t, http.StatusSeeOther)
	b.get("/deconnexion").wants(t, http.StatusOK, "Vous êtes déconnecté", "Se connecter")
	if b.id() != "" {
		t.Error("the browser still has its cookie")
	}
	b.cookies["melusine"] = old
	b.get("/aide").wants(t, http.StatusSeeOther)
}

func TestASessionEnds(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	token := b.token()
	h.as("claire") // who never comes back
	h.later(10*time.Hour - time.Second)
	b.get("/aide").wants(t, http.StatusOK)
	h.later(time.Second)
	b.post("/lier", "_csrf", token).wants(t, http.StatusUnauthorized, "Votre session a pris fin")
	h.as("marc")
	if n := len(h.sessions.byID); n != 1 {
		t.Errorf("%d sessions are kept", n)
	}
}

func TestAFormOutlivesItsSession(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	form := append(alias("a@physique.unistra.fr", "jeanne"), "_csrf", b.token(), "pas", "envoyer", "cle", strings.Repeat("A", 43))
	h.later(11 * time.Hour)
	before := h.count()
	a := b.post("/demandes/nouvelle", form...)
	a.wants(t, http.StatusSeeOther)
	where, err := url.Parse(a.Header.Get("Location"))
	must(t, err)
	back := b.post("/connexion", "qui", "jeanne", "vers", where.Query().Get("vers")).Header.Get("Location")
	page := b.get(back)
	page.wants(t, http.StatusOK, "Demander un alias", "accueil du public")
	if !strings.Contains(page.body, `value="a@physique.unistra.fr"`) || where.Path != pathSignIn {
		t.Errorf("%s loses what was typed", where)
	}
	if n := h.count(); n != before {
		t.Errorf("%d facts were written", n-before)
	}
}

// Even if the reason is long: it alone is then lost.
func TestALongFormOutlivesItsSession(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	h.later(11 * time.Hour)
	a := b.post("/demandes/nouvelle", "verbe", "alias.add", "alias", "a@physique.unistra.fr", "compte", "jeanne", "motif", strings.Repeat("é", 490))
	where, err := url.Parse(a.Header.Get("Location"))
	must(t, err)
	page := b.get(b.post("/connexion", "qui", "jeanne", "vers", where.Query().Get("vers")).Header.Get("Location"))
	if !strings.Contains(page.body, `value="a@physique.unistra.fr"`) {
		t.Errorf("%s loses what was typed", where)
	}
}

// Somebody who leaves the directory is out at the next request.
func TestALeaverIsOut(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("nadia")
	must(t, h.mirror.LearnPerson("nadia", desk.Person{}, h.clock()))
	b.get("/aide").wants(t, http.StatusForbidden, "L'annuaire ne connaît personne")
	b.get("/aide").wants(t, http.StatusSeeOther)
	h.browser().post("/connexion", "qui", "nadia").wants(t, http.StatusForbidden)
}

func TestCookies(t *testing.T) {
	for url, want := range map[string]string{
		site:                     "melusine=; max-age=36000; path=/; HttpOnly; SameSite=Lax",
		"https://mel.example.fr": "__Host-melusine=; max-age=36000; path=/; HttpOnly; secure; SameSite=Lax",
	} {
		h := newHouse(t, func(c *Config) { demo(c); c.URL = url })
		a := h.browser().post("/connexion", "qui", "jeanne")
		got := a.Header.Get("Set-Cookie")
		name, rest, _ := strings.Cut(got, "=")
		_, attributes, _ := strings.Cut(rest, ";")
		if got = name + "=;" + attributes; got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}

// The list to choose from is a way in only if main has set one.
func TestTheDemoIsNotThereOtherwise(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.OIDC = OIDC{Issuer: "http://127.0.0.1:1", ClientID: "web", ClientSecretFile: "x", UIDClaim: "uid"}
	})
	for _, r := range h.App().GetRoutes(true) {
		if r.Method == http.MethodPost && r.Path == pathSignIn || r.Path == pathPieces {
			t.Errorf("route %s %s", r.Method, r.Path)
		}
	}
	b := h.browser()
	if a := b.post("/connexion", "qui", "jeanne"); a.StatusCode < 400 || b.id() != "" {
		t.Errorf("%d, session %q", a.StatusCode, b.id())
	}
	a := b.get("/connexion")
	a.wants(t, http.StatusServiceUnavailable, "Le service d'identification ne répond pas")
	if strings.Contains(a.body, "Jeanne") || strings.Contains(a.body, `name="qui"`) {
		t.Error("people to choose from are shown")
	}
}

func TestOnlyThoseOnTheListCanBeChosen(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Demo = []Character{{UID: "jeanne", Name: "Jeanne Dupont"}} })
	for _, who := range []string{"marc", "", "melusine", "JEANNE"} {
		b := h.browser()
		b.post("/connexion", "qui", who).wants(t, http.StatusBadRequest)
		if b.id() != "" {
			t.Errorf("%q is in", who)
		}
	}
}

// After signing in one is where one wanted to go, if that is a page of ours.
func TestWhereSigningInLeads(t *testing.T) {
	h := newHouse(t, demo)
	for to, want := range map[string]string{
		"/demandes/D-1": "/demandes/D-1", "/a?b=c": "/a?b=c", "": "/", "//evil.example": "/", "https://evil.example": "/",
		`/\evil.example`: "/", "javascript:alert(1)": "/", "/\t/evil.example": "/", "/a\r\nSet-Cookie: x=y": "/",
		"/" + strings.Repeat("a", 2000): "/",
	} {
		if got := h.browser().post("/connexion", "qui", "jeanne", "vers", to).Header.Get("Location"); got != want {
			t.Errorf("%q leads to %q", to, got)
		}
	}
	h.browser().get("/demandes/D-1?x=y").wants(t, http.StatusSeeOther)
}

// Many people at once each see their own name, and texts kept from a request
// stay what they were: Fiber reuses its buffers.
func TestRequestsDoNotMix(t *testing.T) {
	var kept sync.Map
	h := newHouse(t, demo, Mount{Path: "/chat", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kept.Store(r.URL.Query().Get("n"), Who(r))
		fmt.Fprint(w, Who(r))
	})})
	people := []desk.UID{"jeanne", "marc", "claire", "xavier"}
	var all sync.WaitGroup
	for _, who := range people {
		b := h.as(who)
		cookie := b.cookies["melusine"]
		for n := range 2500 {
			all.Go(func() {
				r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/chat?n=%s-%d", who, n), nil)
				r.AddCookie(cookie)
				r.Header.Set("X-Who", "xavier")
				reply, err := h.App().Test(r, -1)
				if err != nil || reply.StatusCode != http.StatusOK {
					t.Errorf("%s: %v", who, err)
				}
			})
		}
	}
	all.Wait()
	for _, who := range people {
		for n := range 2500 {
			if got, _ := kept.Load(fmt.Sprintf("%s-%d", who, n)); got != who {
				t.Fatalf("request %d of %s was of %v", n, who, got)
			}
		}
	}
	for _, s := range h.sessions.byID {
		if h.mirror.Person(s.who).UID != s.who {
			t.Errorf("session of %q", s.who)
		}
	}
}
