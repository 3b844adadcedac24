//go:build servers

package portal

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// A realm is a house on a port of its own, whose people are vouched for by a real
// LemonLDAP::NG: dwho administers, rtyler has a mailbox, msmith is not in the
// directory.
type realm struct {
	*house
	lemon   *dev.LemonServer
	address string
}

// signedRecently is how many seconds a signing in serves for a step-up at the provider: on a
// busy machine its pages, one after the other, must fit in.
const signedRecently = 5

// noLongerRecent lets it be longer ago: these are real servers, with clocks of their own.
func noLongerRecent() { time.Sleep((signedRecently + 1) * time.Second) }

// ways are the two protocols by which it does.
var ways = []string{"CAS", "OpenID Connect"}

func newRealm(t *testing.T, way string) *realm {
	t.Helper()
	r := &realm{}
	listener := listen(t)
	r.address = "http://localhost:" + port(listener)
	r.lemon = dev.Lemon(t, r.address, signedRecently)
	r.house = newHouseWith(t, dev.LemonSecret, func(c *Config) {
		c.URL = r.address
		if c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.ClientSecretFile = r.lemon.Issuer, dev.LemonClient, "x"; way == "CAS" {
			c.OIDC, c.CAS = OIDC{}, CAS{URL: r.lemon.CAS}
		}
	})
	r.now, r.running = time.Now(), true // the provider dates what it says
	r.desk.Stale = 1000 * time.Hour
	r.desk.StepUp = desk.StandardStepUp()
	people := append(cast, desk.Person{UID: "rtyler", Name: "Rose Tyler"}, desk.Person{UID: "dwho", Name: "Doctor Who", Groups: []string{"melusine-admins"}})
	must(t, r.mirror.LoadPeople(t.Context(), all(people), r.clock()))
	serveOn(t, r.house, listener)
	t.Cleanup(r.Client.CloseIdleConnections)
	return r
}

// A client is a browser without a screen, which follows nothing by itself.
type client struct {
	*http.Client
	t *testing.T
}

func newClient(t *testing.T) *client {
	jar, err := cookiejar.New(nil)
	must(t, err)
	c := &client{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// fetch follows redirects until a page, or until one that begins with stop.
func (c *client) fetch(method, address string, fields url.Values, stop string) (where *url.URL, status int, body string) {
	c.t.Helper()
	for range 20 {
		request, err := http.NewRequest(method, address, strings.NewReader(fields.Encode()))
		must(c.t, err)
		if method == http.MethodPost {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		reply, err := c.Do(request)
		must(c.t, err)
		text, err := io.ReadAll(reply.Body)
		must(c.t, err)
		must(c.t, reply.Body.Close())
		next, err := reply.Location()
		if err != nil {
			return request.URL, reply.StatusCode, string(text)
		}
		if method, fields, address = http.MethodGet, nil, next.String(); stop != "" && strings.HasPrefix(address, stop) {
			return next, reply.StatusCode, ""
		}
	}
	c.t.Fatalf("round and round to %s", address)
	return nil, 0, ""
}

var inputs = regexp.MustCompile(`<input[^>]*>`)
var attributes = regexp.MustCompile(`(name|value|type)="([^"]*)"`)

// typeIn fills the sign-in page in; the password of each is their login.
func (c *client) typeIn(where *url.URL, page, who, stop string) (*url.URL, int, string) {
	c.t.Helper()
	fields := hiddenOf(page)
	if !strings.Contains(page, `name="password"`) {
		c.t.Fatalf("not a sign-in page, at %s: %s", where, page)
	}
	fields.Set("user", who)
	fields.Set("password", who)
	return c.fetch(http.MethodPost, where.String(), fields, stop)
}

// through passes the page that LemonLDAP::NG shows before it asks again, if any.
func (c *client) through(where *url.URL, page string) (*url.URL, string) {
	c.t.Helper()
	if strings.Contains(page, `name="password"`) {
		return where, page
	}
	form := regexp.MustCompile(`<form id="upgrd" action="([^"]*)"`).FindStringSubmatch(page)
	if form == nil {
		c.t.Fatalf("no form, at %s: %s", where, page)
	}
	to, err := where.Parse(html.UnescapeString(form[1]))
	must(c.t, err)
	where, _, page = c.fetch(http.MethodPost, to.String(), hiddenOf(page), "")
	return where, page
}

// hiddenOf are the hidden fields of a page.
func hiddenOf(page string) url.Values {
	fields := url.Values{}
	for _, input := range inputs.FindAllString(page, -1) {
		found := map[string]string{}
		for _, a := range attributes.FindAllStringSubmatch(input, -1) {
			found[a[1]] = html.UnescapeString(a[2])
		}
		if found["type"] == "hidden" {
			fields.Set(found["name"], found["value"])
		}
	}
	return fields
}

// signIn goes to a page of the portal by way of the sign-in page.
func (c *client) signIn(r *realm, who, to string) (*url.URL, int, string) {
	c.t.Helper()
	where, _, page := c.fetch(http.MethodGet, r.address+to, nil, "")
	if !strings.HasPrefix(where.String(), r.lemon.URL) {
		c.t.Fatalf("sent to %s", where)
	}
	return c.typeIn(where, page, who, "")
}

func (c *client) get(r *realm, path string) (status int, body string) {
	c.t.Helper()
	_, status, body = c.fetch(http.MethodGet, r.address+path, nil, r.lemon.URL)
	return status, body
}

func TestSigningInByLemonLDAP(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			r := newRealm(t, way)
			c := newClient(t)
			where, status, body := c.signIn(r, "rtyler", "/demandes?x=1")
			if status != http.StatusOK || where.String() != r.address+"/demandes?x=1" || !strings.Contains(body, "Rose Tyler") || strings.Contains(body, "/surete") {
				t.Fatalf("%d at %s: %s", status, where, body)
			}
			if _, status, body := newClient(t).signIn(r, "dwho", "/"); status != http.StatusOK || !strings.Contains(body, "Doctor Who") || !strings.Contains(body, "/surete") {
				t.Errorf("the administrator: %d %s", status, body)
			}
			if _, status, body := newClient(t).signIn(r, "msmith", "/"); status != http.StatusForbidden || !strings.Contains(body, "annuaire") {
				t.Errorf("who is not in the directory: %d %s", status, body)
			}
			for _, secret := range []string{dev.LemonSecret, "ticket=", "ST-"} {
				if strings.Contains(r.log.String(), secret) {
					t.Errorf("the log tells %q: %s", secret, r.log)
				}
			}
		})
	}
}

// Signing out ends the session here and there, and comes back.
func TestSigningOutOfLemonLDAP(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			r := newRealm(t, way)
			c := newClient(t)
			_, _, body := c.signIn(r, "rtyler", "/aide")
			token := tokenForm.FindStringSubmatch(body)[1]
			where, status, body := c.fetch(http.MethodPost, r.address+"/deconnexion", url.Values{"_csrf": {token}}, "")
			if status != http.StatusOK || where.String() != r.address+"/deconnexion" || !strings.Contains(body, "Se connecter") {
				t.Fatalf("%d at %s: %s", status, where, body)
			}
			if where, _, page := c.fetch(http.MethodGet, r.address+"/aide", nil, ""); !strings.HasPrefix(where.String(), r.lemon.URL) || !strings.Contains(page, `name="password"`) {
				t.Errorf("still signed in at the provider: %s", where)
			}
		})
	}
}

// Who signs out at the CAS server is out here: it calls us by itself.
func TestSingleLogoutByCAS(t *testing.T) {
	r := newRealm(t, "CAS")
	c, other := newClient(t), newClient(t)
	c.signIn(r, "rtyler", "/aide")
	other.signIn(r, "rtyler", "/aide")
	if status, _ := c.get(r, "/aide"); status != http.StatusOK {
		t.Fatalf("not signed in: %d", status)
	}
	c.fetch(http.MethodGet, r.lemon.CAS+"/logout", nil, "")
	if status, _ := c.get(r, "/aide"); status != http.StatusSeeOther {
		t.Errorf("the session outlives the one there: %d", status)
	}
	if status, _ := other.get(r, "/aide"); status != http.StatusOK {
		t.Errorf("another session of the same person ended: %d", status)
	}
}

// What is grave is approved after signing in again, by the same person, for what
// is on the page; a session that is merely open is not enough.
func TestSigningInAgainByLemonLDAP(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			r := newRealm(t, way)
			id := r.closing()
			page := "/demandes/" + string(id)
			c := newClient(t)
			_, status, body := c.signIn(r, "dwho", page)
			if status != http.StatusOK || strings.Contains(body, "/valider") || !strings.Contains(body, "identite?empreinte=") {
				t.Fatalf("%d %s", status, body)
			}
			token := tokenForm.FindStringSubmatch(body)[1]
			request, _ := r.mirror.Request(id)
			vote := url.Values{"_csrf": {token}, "empreinte": {request.Digest()}}
			if _, status, body := c.fetch(http.MethodPost, r.address+page+"/valider", vote, ""); status != http.StatusForbidden || !strings.Contains(body, "haut risque") {
				t.Errorf("approved by an open session: %d %s", status, body)
			}
			noLongerRecent()
			where, _, there := c.fetch(http.MethodGet, r.address+page+"/identite?empreinte="+request.Digest(), nil, "")
			if !strings.HasPrefix(where.String(), r.lemon.URL) {
				t.Fatalf("sent to %s %s", where, there)
			}
			where, there = c.through(where, there)
			where, status, body = c.typeIn(where, there, "dwho", "")
			if status != http.StatusOK || where.Path != page || !strings.Contains(body, page+"/valider") {
				t.Fatalf("back at %s: %d %s", where, status, body)
			}
			_, status, body = c.fetch(http.MethodPost, r.address+page+"/valider", vote, "")
			if request, _ = r.mirror.Request(id); status != http.StatusOK || len(request.Votes) != 1 || request.Votes[0].By != "dwho" {
				t.Errorf("%d %+v %s", status, request.Votes, body)
			}
		})
	}
}

// In a real browser, both ways: the policy of each page lets its forms lead there
// and back.
func TestSigningInAndOutInABrowser(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			r := newRealm(t, way)
			id := r.closing()
			b := open(t, r.address)
			b.visit("/demandes/" + string(id))
			sign := func() {
				b.reach(`document.querySelector("input[name=password]")`)
				b.js(`document.querySelector("input[name=user]").value = document.querySelector("input[name=password]").value = "dwho"; ""`)
				b.js(`setTimeout(() => document.querySelector("input[name=password]").form.requestSubmit()); ""`)
			}
			sign()
			b.reach(`document.querySelector("a[href*=identite]")`)
			noLongerRecent()
			b.do(chromedp.Click(chromedp.CSS("a[href*=identite]")))
			sign()
			b.reach(`document.querySelector("form[action$=valider]")`)
			b.do(chromedp.Click(chromedp.CSS("form[action$=valider] button")))
			b.reach(`document.getElementById("live")?.innerText.includes("Doctor Who a validé")`)
			b.do(chromedp.Click(chromedp.CSS("form[action='/deconnexion'] button")))
			b.reach(`location.pathname === "/deconnexion" && document.querySelector("h1").innerText.includes("déconnecté")`)
		})
	}
}
