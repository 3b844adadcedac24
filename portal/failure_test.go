package portal

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// fullDisk is a journal that writes nothing any more.
type fullDisk struct{ desk.Journal }

func (fullDisk) Append(context.Context, desk.Seq, ...desk.Event) (desk.Seq, error) {
	return 0, errors.New("no space left on device")
}

// broken rules have a fault that nobody foresaw.
type broken struct{}

func (broken) Decide(desk.Facts) desk.Decision { panic("a fault in the rules") }

// What goes wrong on our side is told without detail, and can be found in the
// log under the reference that the page gives.
func TestOurOwnFaults(t *testing.T) {
	for _, x := range []struct {
		name   string
		spoil  func(*house)
		do     func(*browser) answer
		logged string
	}{
		{"the disk is full", func(h *house) { h.desk.Journal = fullDisk{h.desk.Journal} },
			func(b *browser) answer { return b.submit("/lier") }, "no space left on device"},
		{"a page panics", func(h *house) { h.desk.Rules = broken{} },
			func(b *browser) answer { return b.get("/adresses/" + string(jeanneBox)) }, "a fault in the rules"},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := newHouse(t, demo)
			b := h.as("jeanne")
			x.spoil(h)
			a := x.do(b)
			a.wants(t, http.StatusInternalServerError, "Une erreur est survenue de notre côté", "Se déconnecter")
			checkPlainHeaders(t, a)
			_, found, _ := strings.Cut(a.text(), "assistance : ")
			number, _, _ := strings.Cut(found, " ")
			log := h.log.String()
			if len(number) != 12 || !strings.Contains(log, "reference="+number) || !strings.Contains(log, x.logged) || !strings.Contains(log, "level=ERROR") {
				t.Errorf("reference %q, log: %s", number, log)
			}
			if strings.Contains(a.body, x.logged) || strings.Contains(a.body, "goroutine") {
				t.Errorf("the page tells %s", a.text())
			}
		})
	}
}

// A fault that every page has makes a page without what has it.
func TestAFaultOfEveryPage(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	h.Approvers = func() []string { panic("a fault in the menu") }
	a := b.get("/aide")
	a.wants(t, http.StatusInternalServerError, "Une erreur est survenue de notre côté")
	if strings.Contains(a.body, "a fault") || !strings.Contains(h.log.String(), "a fault in the menu") {
		t.Errorf("told by %s, logged %s", a.text(), h.log)
	}
}

// A stream that panics ends, and takes nothing else down.
func TestAStreamMayPanic(t *testing.T) {
	h := newHouse(t, demo)
	id := h.ask("contact@physique.unistra.fr")
	b := h.as("marc")
	h.desk.Rules = broken{}
	b.get("/suivi?vu=x&demande="+string(id)).wants(t, http.StatusOK)
	if !strings.Contains(h.log.String(), "a fault in the rules") {
		t.Errorf("logged %s", h.log)
	}
}

func checkPlainHeaders(t *testing.T, a answer) {
	t.Helper()
	if a.Header.Get("Content-Security-Policy") == "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", a.Header)
	}
}

// A mounted site that panics takes nothing else down.
func TestAMountedSiteMayPanic(t *testing.T) {
	h := newHouse(t, demo, Mount{Path: "/chat", Name: desk.Text{FR: "Discussion", EN: "Chat"},
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a fault in the chat") })})
	b := h.as("jeanne")
	a := b.get("/chat")
	if a.StatusCode != http.StatusInternalServerError || strings.Contains(a.body, "a fault") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	checkPlainHeaders(t, a)
	b.get("/aide").wants(t, http.StatusOK, "Discussion")
}

// A mounted site gets the request as it was sent, and who sent it.
func TestAMountedSite(t *testing.T) {
	type seen struct {
		who              desk.UID
		method, url, say string
	}
	var got seen
	h := newHouse(t, demo, Mount{Path: "/chat", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = seen{Who(r), r.Method, r.URL.String(), r.PostFormValue("text")}
		http.Redirect(w, r, "/chat?x=1", http.StatusSeeOther)
	})})
	a := h.as("marc").post("/chat/say?to=all", "text", "/melusine aide")
	if want := (seen{"marc", http.MethodPost, "/chat/say?to=all", "/melusine aide"}); got != want {
		t.Errorf("%+v", got)
	}
	a.wants(t, http.StatusSeeOther)
	checkPlainHeaders(t, a)
	if Who(httptest.NewRequest(http.MethodGet, "/", nil)) != "" {
		t.Error("somebody comes from nowhere")
	}
}

// An address is believed from a proxy of ours only.
func TestForwardedAddresses(t *testing.T) {
	for _, trusted := range []bool{false, true} {
		h := newHouse(t, func(c *Config) {
			demo(c)
			if trusted {
				c.TrustedProxies = []string{"0.0.0.0"} // where requests of tests come from
			}
		})
		r := httptest.NewRequest(http.MethodGet, "/static/nothing", nil)
		r.Header.Set("X-Forwarded-For", "192.0.2.7")
		h.browser().send(r)
		if got := strings.Contains(h.log.String(), "from=192.0.2.7"); got != trusted {
			t.Errorf("trusted %t: %s", trusted, h.log)
		}
	}
}
