package portal

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// users are whom the provider knows: jeanne is in our directory, gaston is not.
type users struct{}

func (users) GetUserByID(id string) *storage.User {
	if id != "jeanne" && id != "gaston" {
		return nil
	}
	return &storage.User{ID: id, Username: id, Password: "verysecure", FirstName: id, LastName: "X", Email: "marc@physique.unistra.fr"}
}
func (u users) GetUserByUsername(name string) *storage.User { return u.GetUserByID(name) }
func (users) ExampleClientID() string                       { return "web" }

// A provider is a real OpenID Connect provider, which can be down.
type provider struct {
	*httptest.Server
	keys *storage.Storage
	down atomic.Bool
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	var serve http.Handler
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		serve.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	clients := map[string]*storage.Client{"web": storage.WebClient("web", "secret", site+pathReturn)}
	p.keys = storage.NewStorageWithClients(users{}, clients)
	serve = exampleop.SetupServer(p.URL, p.keys, slog.New(slog.DiscardHandler), false)
	return p
}

// house is a portal whose people are vouched for by the provider.
func (p *provider) house(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, func(c *Config) {
		c.OIDC = OIDC{Issuer: p.URL, ClientID: "web", ClientSecretFile: "x", UIDClaim: "preferred_username", Scopes: []string{"profile"}}
	})
	h.now = time.Now() // the provider dates its tokens
	h.desk.Stale = 1000 * time.Hour
	t.Cleanup(h.Client.CloseIdleConnections)
	return h
}

// leave sends the browser away to sign in and returns the address it is sent to.
func (b *browser) leave(to string) *url.URL {
	b.house.t.Helper()
	a := b.get("/connexion?vers=" + escape(to))
	a.wants(b.house.t, http.StatusSeeOther)
	there, err := url.Parse(a.Header.Get("Location"))
	must(b.house.t, err)
	return there
}

// vouch signs somebody in at the provider and returns what the browser comes
// back with.
func (p *provider) vouch(t *testing.T, there *url.URL, who string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	follow := func(reply *http.Response, err error) *url.URL {
		must(t, err)
		defer reply.Body.Close()
		next, err := reply.Location()
		must(t, err)
		return next
	}
	login := follow(client.Get(there.String()))
	form := url.Values{"username": {who}, "password": {"verysecure"}, "id": {login.Query().Get("authRequestID")}}
	callback := follow(client.PostForm(p.URL+"/login/username", form))
	back := follow(client.Get(callback.String()))
	if !strings.HasPrefix(back.String(), site+pathReturn) || back.Query().Get("code") == "" {
		t.Fatalf("the provider sends back to %s", back)
	}
	return back.Query()
}

func (b *browser) comeBack(with url.Values) answer {
	b.house.t.Helper()
	return b.get(pathReturn + "?" + with.Encode())
}

func TestSigningInByOpenIDConnect(t *testing.T) {
	p := newProvider(t)
	h := p.house(t)
	b := h.browser()
	there := b.leave("/demandes?x=1")
	q := there.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22 ||
		q.Get("redirect_uri") != site+pathReturn || q.Get("response_type") != "code" {
		t.Errorf("sent away to %s", there)
	}
	back := p.vouch(t, there, "jeanne")
	a := b.comeBack(back)
	a.wants(t, http.StatusSeeOther)
	if to := a.Header.Get("Location"); to != "/demandes?x=1" {
		t.Errorf("signed in, sent to %q", to)
	}
	if b.cookies[attemptCookie] != nil {
		t.Error("the attempt is still in the browser")
	}
	b.get("/aide").wants(t, http.StatusOK, "Jeanne Dupont")
	for _, secret := range []string{"secret", back.Get("code"), q.Get("state"), q.Get("nonce")} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

func TestSigningInGoesWrong(t *testing.T) {
	p := newProvider(t)
	for _, x := range []struct {
		name   string
		do     func(h *house, b *browser) answer
		status int
		said   string
	}{
		{"unknown person", func(_ *house, b *browser) answer { return b.comeBack(p.vouch(t, b.leave("/"), "gaston")) },
			403, "L'annuaire ne connaît personne"},
		{"wrong state", func(_ *house, b *browser) answer {
			back := p.vouch(t, b.leave("/"), "jeanne")
			back.Set("state", strings.Repeat("A", 43))
			return b.comeBack(back)
		}, 400, "La connexion n'a pas abouti"},
		{"no state", func(_ *house, b *browser) answer {
			back := p.vouch(t, b.leave("/"), "jeanne")
			back.Del("state")
			return b.comeBack(back)
		}, 400, "La connexion n'a pas abouti"},
		{"wrong nonce", func(_ *house, b *browser) answer {
			there := b.leave("/")
			q := there.Query()
			q.Set("nonce", strings.Repeat("A", 43))
			there.RawQuery = q.Encode()
			return b.comeBack(p.vouch(t, there, "jeanne"))
		}, 400, "La connexion n'a pas abouti"},
		{"another browser", func(h *house, b *browser) answer {
			back := p.vouch(t, h.browser().leave("/"), "jeanne")
			return b.comeBack(back)
		}, 400, "La connexion n'a pas abouti"},
		{"code of another attempt", func(h *house, b *browser) answer {
			stolen := p.vouch(t, h.browser().leave("/"), "jeanne")
			stolen.Set("state", b.leave("/").Query().Get("state"))
			return b.comeBack(stolen)
		}, 400, "La connexion n'a pas abouti"},
		{"replayed", func(h *house, b *browser) answer {
			there := b.leave("/")
			attempt := b.cookies[attemptCookie]
			back := p.vouch(t, there, "jeanne")
			b.comeBack(back).wants(t, http.StatusSeeOther)
			again := h.browser()
			again.cookies[attemptCookie] = attempt
			a := again.comeBack(back)
			b.cookies = again.cookies
			return a
		}, 400, "La connexion n'a pas abouti"},
		{"too late", func(h *house, b *browser) answer {
			back := p.vouch(t, b.leave("/"), "jeanne")
			h.later(patience + time.Second)
			return b.comeBack(back)
		}, 400, "La connexion n'a pas abouti"},
		{"no code", func(_ *house, b *browser) answer {
			return b.comeBack(url.Values{"state": {b.leave("/").Query().Get("state")}})
		}, 400, "La connexion n'a pas abouti"},
		{"refused by the provider", func(_ *house, b *browser) answer {
			return b.comeBack(url.Values{"state": {b.leave("/").Query().Get("state")}, "error": {"access_denied"}})
		}, 400, "La connexion n'a pas abouti"},
		{"forged attempt", func(_ *house, b *browser) answer {
			back := p.vouch(t, b.leave("/"), "jeanne")
			raw, err := base64.RawURLEncoding.DecodeString(b.cookies[attemptCookie].Value)
			must(t, err)
			raw[len(raw)-1] ^= 1
			b.cookies[attemptCookie].Value = base64.RawURLEncoding.EncodeToString(raw)
			return b.comeBack(back)
		}, 400, "La connexion n'a pas abouti"},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := p.house(t)
			b := h.browser()
			x.do(h, b).wants(t, x.status, x.said, "Référence à donner à l'assistance")
			if b.id() != "" {
				t.Error("a session was opened")
			}
		})
	}
}

// The claim is what says who it is: without it nobody comes in, and a mail
// address is never taken for a login.
func TestTheClaimSaysWho(t *testing.T) {
	p := newProvider(t)
	for claim, status := range map[string]int{"sub": 303, "preferred_username": 303, "uid": 400, "email": 400, "email_verified": 400} {
		h := p.house(t)
		h.voucher.(*oidcVoucher).config.UIDClaim = claim
		b := h.browser()
		b.comeBack(p.vouch(t, b.leave("/"), "jeanne")).wants(t, status)
	}
}

func TestTheProviderMayBeDownAtStart(t *testing.T) {
	p := newProvider(t)
	p.down.Store(true)
	h := p.house(t)
	b := h.browser()
	b.get("/connexion").wants(t, http.StatusServiceUnavailable, "Le service d'identification ne répond pas")
	p.down.Store(false)
	b.get("/connexion").wants(t, http.StatusServiceUnavailable) // left alone for a while
	h.later(pause)
	b.comeBack(p.vouch(t, b.leave("/"), "jeanne")).wants(t, http.StatusSeeOther)
}

func TestTheProviderGoesDownOnTheWay(t *testing.T) {
	p := newProvider(t)
	h := p.house(t)
	b := h.browser()
	back := p.vouch(t, b.leave("/"), "jeanne")
	p.down.Store(true)
	b.comeBack(back).wants(t, http.StatusBadRequest, "La connexion n'a pas abouti")
	if b.id() != "" {
		t.Error("a session was opened")
	}
}

// Nobody but the provider can have us ask it for anything: forged tokens of
// logout make us ask for its keys once a minute at most, and people sign in meanwhile.
func TestForgedLogoutsDoNotAskTheProvider(t *testing.T) {
	p := newProvider(t)
	var asked atomic.Int32
	serve := p.Config.Handler
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "keys") {
			asked.Add(1)
		}
		serve.ServeHTTP(w, r)
	})
	h := p.house(t)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	forged := part(`{"alg":"RS256","kid":"none"}`) + "." + part(`{"iss":"`+p.URL+`"}`) + "." + part("x")
	forge := func(want int32) {
		t.Helper()
		for range 20 {
			h.browser().post(pathReturn, "logout_token", forged)
		}
		if n := asked.Load(); n != want {
			t.Errorf("asked for the keys %d times, want %d", n, want)
		}
	}
	forge(1)
	b := h.browser()
	b.comeBack(p.vouch(t, b.leave("/"), "jeanne")).wants(t, http.StatusSeeOther)
	forge(1)
	h.later(keysEvery)
	forge(2)
	p.down.Store(true)
	h.later(keysEvery)
	forge(3)
	h.later(pause) // it did not answer: sooner
	p.down.Store(false)
	forge(4)
}
