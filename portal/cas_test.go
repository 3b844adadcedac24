package portal

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	yes = `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess><cas:user>%s</cas:user></cas:authenticationSuccess></cas:serviceResponse>`
	no  = `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure></cas:serviceResponse>`
)

// A casServer says what it is told to, of any ticket, once.
type casServer struct {
	*httptest.Server
	says, kind string
	status     int
	asked      []url.Values
}

func newCAS(t *testing.T) (*casServer, *house) {
	t.Helper()
	s := &casServer{says: fmt.Sprintf(yes, "jeanne"), kind: "application/xml", status: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.Query())
		w.Header().Set("Content-Type", s.kind)
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(s.says))
	}))
	t.Cleanup(s.Close)
	h := newHouse(t, func(c *Config) { c.CAS.URL = s.URL + "/cas" })
	t.Cleanup(h.Client.CloseIdleConnections)
	return s, h
}

// away is what the browser is sent to the server with.
func (b *browser) away() url.Values {
	b.house.t.Helper()
	there := b.leave("/aide")
	service, err := url.Parse(there.Query().Get("service"))
	must(b.house.t, err)
	if there.Path != "/cas/login" || !strings.HasPrefix(service.String(), site+pathReturn+"?etat=") || len(service.Query().Get("etat")) < 22 {
		b.house.t.Fatalf("sent to %s", there)
	}
	return url.Values{"etat": {service.Query().Get("etat")}, "ticket": {"ST-1-abc"}}
}

func TestSigningInByCAS(t *testing.T) {
	s, h := newCAS(t)
	b := h.browser()
	b.comeBack(b.away()).wants(t, http.StatusSeeOther)
	b.get("/aide").wants(t, http.StatusOK, "Jeanne Dupont")
	if len(s.asked) != 1 || s.asked[0].Get("ticket") != "ST-1-abc" || s.asked[0].Has("renew") {
		t.Errorf("asked %v", s.asked)
	}
}

// Each way in which it must not succeed, alone: nobody is in.
func TestSigningInByCASGoesWrong(t *testing.T) {
	long := "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">" + strings.Repeat(" ", 70<<10)
	for name, x := range map[string]struct {
		spoil  func(*casServer)
		back   func(url.Values)
		status int
	}{
		"no":             {func(s *casServer) { s.says = no }, nil, 400},
		"unknown person": {func(s *casServer) { s.says = fmt.Sprintf(yes, "gaston") }, nil, 403},
		"nobody":         {func(s *casServer) { s.says = fmt.Sprintf(yes, " ") }, nil, 400},
		"yes and no": {func(s *casServer) {
			s.says = strings.Replace(no, "<cas:authenticationFailure", "<cas:authenticationSuccess><cas:user>jeanne</cas:user></cas:authenticationSuccess><cas:authenticationFailure", 1)
		}, nil, 400},
		"twice yes": {func(s *casServer) {
			s.says = strings.Replace(fmt.Sprintf(yes, "jeanne"), "<cas:authenticationSuccess>", "<cas:authenticationSuccess><cas:user>marc</cas:user></cas:authenticationSuccess><cas:authenticationSuccess>", 1)
		}, nil, 400},
		"by a proxy": {func(s *casServer) {
			s.says = strings.Replace(fmt.Sprintf(yes, "jeanne"), "</cas:user>", "</cas:user><cas:proxies><cas:proxy>https://evil.example</cas:proxy></cas:proxies>", 1)
		}, nil, 400},
		"another space": {func(s *casServer) {
			s.says = strings.ReplaceAll(fmt.Sprintf(yes, "jeanne"), "yale.edu", "evil.example")
		}, nil, 400},
		"another root": {func(s *casServer) {
			s.says = strings.ReplaceAll(fmt.Sprintf(yes, "jeanne"), "serviceResponse", "response")
		}, nil, 400},
		"cut":             {func(s *casServer) { s.says = fmt.Sprintf(yes, "jeanne")[:120] }, nil, 400},
		"something after": {func(s *casServer) { s.says += "<x/>" }, nil, 400},
		"a page":          {func(s *casServer) { s.says, s.kind = "<html>jeanne</html>", "text/html" }, nil, 400},
		"yes as a page":   {func(s *casServer) { s.kind = "text/html" }, nil, 400},
		"too long":        {func(s *casServer) { s.says = long + s.says }, nil, 400},
		"forbidden":       {func(s *casServer) { s.status = 403 }, nil, 400},
		"down":            {func(s *casServer) { s.status = 502 }, nil, 503},
		"closed":          {func(s *casServer) { s.Close() }, nil, 503},
		"no ticket":       {nil, func(v url.Values) { v.Del("ticket") }, 400},
		"proxy ticket":    {nil, func(v url.Values) { v.Set("ticket", "PT-1") }, 400},
		"more in it":      {nil, func(v url.Values) { v.Set("ticket", "ST-1&service=https://evil.example") }, 400},
		"another browser": {nil, func(v url.Values) { v.Set("etat", strings.Repeat("A", 43)) }, 400},
		"no state":        {nil, func(v url.Values) { v.Del("etat") }, 400},
	} {
		t.Run(name, func(t *testing.T) {
			s, h := newCAS(t)
			b := h.browser()
			back := b.away()
			if x.spoil != nil {
				x.spoil(s)
			}
			if x.back != nil {
				x.back(back)
			}
			b.comeBack(back).wants(t, x.status, "Référence à donner à l'assistance")
			if b.id() != "" {
				t.Error("a session was opened")
			}
			if x.back != nil && len(s.asked) > 0 {
				t.Errorf("the server was asked %v", s.asked)
			}
			if strings.Contains(h.log.String(), "ST-1-abc") {
				t.Errorf("the log tells the ticket: %s", h.log)
			}
		})
	}
	t.Run("too late", func(t *testing.T) {
		_, h := newCAS(t)
		b := h.browser()
		back := b.away()
		h.later(patience + time.Second)
		b.comeBack(back).wants(t, 400)
	})
}

// Single logout names the ticket that a session began with: without it nothing
// ends, whatever is sent, wherever it comes from.
func TestSingleLogout(t *testing.T) {
	_, h := newCAS(t)
	b := h.browser()
	b.comeBack(b.away()).wants(t, http.StatusSeeOther)
	call := func(text string) answer {
		r := form(pathReturn, "logoutRequest", text)
		r.Header.Del("Sec-Fetch-Site")
		return h.browser().send(r)
	}
	logout := func(ticket string) string {
		return `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="x"><samlp:SessionIndex>` + ticket + `</samlp:SessionIndex></samlp:LogoutRequest>`
	}
	for text, status := range map[string]int{
		"": 400, "x": 400, logout(""): 400, logout("jeanne"): 400, logout("ST-2"): 200, logout("ST-1-ab"): 200,
		logout("ST-1-abc") + "<x/>": 400, logout("ST-1-abc</samlp:SessionIndex><samlp:SessionIndex>ST-2"): 400,
		strings.ReplaceAll(logout("ST-1-abc"), "urn:oasis", "urn:evil"): 400,
		`<!DOCTYPE x [<!ENTITY t "ST-1-abc">]>` + logout("&t;"):         400,
	} {
		if a := call(text); a.StatusCode != status {
			t.Errorf("%s: %d", text, a.StatusCode)
		}
		b.get("/aide").wants(t, http.StatusOK)
	}
	call(logout("ST-1-abc")).wants(t, http.StatusOK)
	b.get("/aide").wants(t, http.StatusSeeOther)
}

// Signing out leads to the server's own page, and its forms may go there.
func TestSigningOutByCAS(t *testing.T) {
	s, h := newCAS(t)
	b := h.browser()
	b.comeBack(b.away())
	page := b.get("/aide")
	if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+s.URL+";") {
		t.Errorf("the policy is %s", policy)
	}
	a := b.submit("/deconnexion")
	a.wants(t, http.StatusSeeOther)
	if to := a.Header.Get("Location"); to != s.URL+"/cas/logout?service="+url.QueryEscape(site+"/deconnexion") {
		t.Errorf("sent to %s", to)
	}
	b.get("/aide").wants(t, http.StatusSeeOther)
}

// On a real site too, one address alone takes what is not sent by a page of ours.
func TestOnlyTheVoucherCallsFromOutside(t *testing.T) {
	_, h := newCAS(t)
	h.ask("contact@physique.unistra.fr")
	b := h.browser()
	b.comeBack(b.away()).wants(t, http.StatusSeeOther)
	before := h.count()
	for _, x := range routesOf(h) {
		if safeMethod(x.method) {
			continue
		}
		for name, attack := range attacks {
			r := form(x.path, fieldsFor(h, b, x.path)...)
			r.Method = x.method
			attack(r)
			want := http.StatusForbidden
			if x == (route{http.MethodPost, pathReturn}) {
				want = http.StatusBadRequest // it names no session
			}
			if a := b.send(r); a.StatusCode != want {
				t.Errorf("%s %s, %s: %d", x.method, x.path, name, a.StatusCode)
			}
		}
	}
	if n := h.count(); n != before {
		t.Errorf("attacks wrote %d facts", n-before)
	}
	b.get("/aide").wants(t, http.StatusOK, "Jeanne Dupont")
}
