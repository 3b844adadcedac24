package portal

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/mod/semver"

	"github.com/unistra/melusine/portal/api"
)

// A route of the portal, with its parameters filled in.
type route struct{ method, path string }

// routesOf lists every route but those of the middleware and of the API, where
// no session counts.
func routesOf(h *house) []route {
	return slices.DeleteFunc(everyRoute(h), func(r route) bool { return strings.HasPrefix(r.path, api.Root) })
}

func everyRoute(h *house) (all []route) {
	for _, r := range h.App().GetRoutes(true) {
		path := strings.NewReplacer(":id", "D-1", ":address", string(jeanneBox), ":ref", string(jeanneBox), ":file", "app.css", "*", "x").Replace(r.Path)
		if found := (route{r.Method, path}); !slices.Contains(all, found) {
			all = append(all, found)
		}
	}
	return all
}

// An attack is a request that a page of another site can cause, or that
// carries no proof of where it comes from.
var attacks = map[string]func(*http.Request){
	"cross-site":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	"same-site":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
	"none":          func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") },
	"both absent":   func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") },
	"null origin":   origin("null"),
	"other origin":  origin("https://evil.example"),
	"other port":    origin("http://localhost:9090"),
	"other scheme":  origin("https://localhost:8080"),
	"origin prefix": origin(site + ".evil.example"),
	"site says no, origin says yes": func(r *http.Request) {
		origin(site)(r)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	},
}

func origin(o string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", o)
	}
}

// fieldsFor would do something on each route if they were believed.
func fieldsFor(h *house, b *browser, path string) []string {
	r, _ := h.mirror.Request("D-1")
	return append(alias("x@physique.unistra.fr", "jeanne"), "pas", "envoyer", "cle", strings.Repeat("A", 43), "empreinte", r.Digest(), "qui", "marc", "_csrf", b.token())
}

func TestNoUnsafeRouteBelievesAnotherSite(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h := newHouse(t, demo, Mount{Path: "/chat", Handler: echo})
	h.ask("contact@physique.unistra.fr")
	b := h.as("claire")
	before, tried := h.count(), 0
	for _, x := range routesOf(h) {
		if safeMethod(x.method) {
			continue
		}
		for name, attack := range attacks {
			tried++
			r := form(x.path, fieldsFor(h, b, x.path)...)
			r.Method = x.method
			attack(r)
			if a := b.send(r); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s, %s: %d", x.method, x.path, name, a.StatusCode)
			}
		}
	}
	if tried < 7*len(attacks) {
		t.Errorf("only %d attacks tried", tried)
	}
	if n := h.count(); n != before {
		t.Errorf("attacks wrote %d facts", n-before)
	}
	b.get("/aide").wants(t, http.StatusOK, "Claire Weber")
}

// A page of ours that was not made for this session proves nothing either.
func TestEveryFormNeedsTheTokenOfItsSession(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	b, other := h.as("claire"), h.as("xavier")
	before, tried := h.count(), 0
	for _, x := range routesOf(h) {
		if x.method != http.MethodPost || x.path == pathSignIn { // whoever signs in has no session yet
			continue
		}
		good := fieldsFor(h, b, x.path)
		bare := good[:len(good)-2]
		for name, fields := range map[string][]string{
			"missing": bare,
			"empty":   append(slices.Clone(bare), "_csrf", ""),
			"wrong":   append(slices.Clone(bare), "_csrf", strings.Repeat("A", 43)),
			"another": append(slices.Clone(bare), "_csrf", other.token()),
		} {
			tried++
			if a := b.post(x.path, fields...); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s, token %s: %d", x.path, name, a.StatusCode)
			}
		}
		r := form(x.path+"?_csrf="+b.token(), bare...)
		if a := b.send(r); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s, token in the address: %d", x.path, a.StatusCode)
		}
		r = form(x.path, good...)
		r.Header.Set("Content-Type", "text/plain")
		if a := b.send(r); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s, as text: %d", x.path, a.StatusCode)
		}
	}
	if tried < 6*4 {
		t.Errorf("only %d tried", tried)
	}
	if n := h.count(); n != before {
		t.Errorf("%d facts were written", n-before)
	}
}

// No GET does anything, whatever it carries.
func TestNothingIsDoneByFollowingALink(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	b := h.as("claire")
	before := h.count()
	for _, x := range routesOf(h) {
		fields := form("/", fieldsFor(h, b, x.path)...)
		must(t, fields.ParseForm())
		b.send(httptest.NewRequest(http.MethodGet, x.path+"?"+fields.PostForm.Encode(), nil))
		b.send(httptest.NewRequest(http.MethodHead, x.path, nil))
	}
	if n := h.count(); n != before {
		t.Errorf("%d facts were written", n-before)
	}
	r := httptest.NewRequest("TRACE", "/mes-adresses", nil)
	if a := b.send(r); a.StatusCode != http.StatusForbidden {
		t.Errorf("TRACE: %d", a.StatusCode)
	}
}

// An old browser that sends Origin alone is believed when it names us.
func TestOriginAloneIsEnough(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	r := form("/lier", "_csrf", b.token())
	origin(site)(r)
	b.send(r).wants(t, http.StatusOK, "/melusine lier")
}

// The safety headers are on every answer of every route, whoever asks.
func TestHeadersAreOnEveryAnswer(t *testing.T) {
	h := newHouse(t, func(c *Config) { demo(c); c.URL = "https://mel.example.fr" })
	in := h.browser()
	r := form("/connexion", "qui", "jeanne")
	in.send(r).wants(t, http.StatusSeeOther)
	visits := append(routesOf(h), route{"GET", "/nulle-part"}, route{"POST", "/nulle-part"}, route{"GET", "//"}, route{"PUT", "/aide"})
	for _, b := range []*browser{in, h.browser()} {
		for _, x := range visits {
			request := httptest.NewRequest(x.method, x.path, nil)
			request.Header.Set("Sec-Fetch-Site", "same-origin")
			checkHeaders(t, x, b.send(request))
		}
	}
}

// So they are on what the server refuses before any route is found.
func TestHeadersAreOnWhatCannotBeRead(t *testing.T) {
	h := newHouse(t, func(c *Config) { demo(c); c.URL = "https://mel.example.fr" })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- h.App().Listener(listener) }()
	for request, status := range map[string]int{
		"POST /lier HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n":                  http.StatusRequestEntityTooLarge,
		"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("a", 20<<10) + "\r\n\r\n": http.StatusRequestHeaderFieldsTooLarge,
		"NONSENSE\r\n\r\n": http.StatusBadRequest,
	} {
		line, err := net.Dial("tcp", listener.Addr().String())
		must(t, err)
		_, err = io.WriteString(line, request)
		must(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(line), nil)
		must(t, err)
		if reply.StatusCode != status {
			t.Errorf("%.30q: %d", request, reply.StatusCode)
		}
		checkHeaders(t, route{"", request[:10]}, answer{reply, ""})
		must(t, reply.Body.Close())
		must(t, line.Close())
	}
	must(t, h.Shutdown(5*time.Second))
	must(t, <-served)
}

func checkHeaders(t *testing.T, x route, a answer) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy":    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
		"X-Content-Type-Options":     "nosniff",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Referrer-Policy":            "same-origin",
		"Strict-Transport-Security":  "max-age=63072000",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s %s (%d): %s is %q", x.method, x.path, a.StatusCode, name, got)
		}
	}
	want := "no-store"
	if strings.HasPrefix(x.path, "/static/") && a.StatusCode == http.StatusOK {
		want = "no-cache"
	}
	if got := a.Header.Get("Cache-Control"); got != want {
		t.Errorf("%s %s (%d): Cache-Control is %q", x.method, x.path, a.StatusCode, got)
	}
	if a.body != "" && strings.Contains(a.Header.Get("Content-Type"), "html") && inline.MatchString(a.body) {
		t.Errorf("%s %s holds something inline: %s", x.method, x.path, inline.FindString(a.body))
	}
}

func TestStaticFilesAreKeptByTheirContent(t *testing.T) {
	h := newHouse(t, func(c *Config) { demo(c); c.Accent = "#7a1f5c" })
	b := h.browser()
	for name, kind := range map[string]string{"app.css": "text/css", "accent.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"} {
		a := b.get(h.files.href(name))
		a.wants(t, http.StatusOK)
		if got := a.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %s", name, got)
		}
		if !strings.HasPrefix(a.Header.Get("Content-Type"), kind) {
			t.Errorf("%s is %s", name, a.Header.Get("Content-Type"))
		}
		if got := b.get("/static/" + name + "?v=0").Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s of another content: %s", name, got)
		}
	}
	if !strings.Contains(b.get("/static/accent.css").body, "#7a1f5c") {
		t.Error("the accent is not in its sheet")
	}
	for _, path := range []string{"/static/nothing", "/static/..%2fdoc.go", "/static/../doc.go", "/static/web%2fapp.css"} {
		if a := b.get(path); a.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

func TestSettingsThatKeepUsSafe(t *testing.T) {
	got := newHouse(t, demo).App().Config()
	if !got.Immutable || !got.StrictRouting || !got.CaseSensitive || !got.EnableTrustedProxyCheck {
		t.Errorf("%+v", got)
	}
	if got.ReadTimeout == 0 || got.WriteTimeout == 0 || got.IdleTimeout == 0 || got.BodyLimit > 1<<20 {
		t.Errorf("%+v", got)
	}
	if semver.Compare("v"+fiber.Version, "v2.52.15") < 0 {
		t.Errorf("fiber %s", fiber.Version)
	}
}
