package simulator

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A bench is a server on a clock of its own, and a naive client of it.
type bench struct {
	*Server
	t  testing.TB
	at time.Time
	n  int
}

func newBench(t testing.TB, cfg Config) *bench {
	t.Helper()
	b := &bench{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	cfg.Now = func() time.Time { return b.at }
	if cfg.University == nil {
		cfg.University = NewUniversity(1000)
	}
	var err error
	if b.Server, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return b
}

// do sends a request and returns the answer as it is.
func (b *bench) do(verb, path, form string) (int, string, string) {
	b.t.Helper()
	body := io.Reader(nil)
	if verb == "POST" {
		body = strings.NewReader(form)
	} else if form != "" {
		path += "?" + form
	}
	r := httptest.NewRequest(verb, path, body)
	if verb == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.RemoteAddr = "127.0.0.1:50000"
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Content-Type"), w.Body.String()
}

func (b *bench) preauth(domain, stamp string) string {
	return url.Values{"domain": {domain}, "timestamp": {stamp}, "preauth": {sign(key(domain), domain, stamp)}}.Encode()
}

// token takes a token, with a timestamp that never served.
func (b *bench) token(domain string) string {
	b.t.Helper()
	b.n++
	_, _, body := b.do("POST", "/service/domain/Auth", b.preauth(domain, fmt.Sprintf("%d.%d", b.at.Unix(), b.n)))
	_, rest, _ := strings.Cut(body, "<token>")
	token, _, found := strings.Cut(rest, "</token>")
	if !found {
		b.t.Fatalf("no token: %s", body)
	}
	return token
}

// call calls a method for a domain and returns the body.
func (b *bench) call(domain, method, form string) string {
	b.t.Helper()
	_, _, body := b.do("POST", "/service/domain/"+method+"/"+b.token(domain), form)
	return body
}

const jeanne = "name=jeanne.dupont@unistra.fr"

// has checks what an answer holds; a text that begins with "-" must not be there.
func has(t testing.TB, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		want := !strings.HasPrefix(text, "-")
		if strings.Contains(body, strings.TrimPrefix(text, "-")) != want {
			t.Errorf("%q in answer: %v, want %v\n%s", text, !want, want, body)
		}
	}
}

const done = `<status type="integer">0</status>`

// Each test is named after the section of the reference that tells the quirk.
func TestTransport(t *testing.T) {
	b := newBench(t, Config{})
	token := b.token("unistra.fr")
	for name, c := range map[string]struct {
		verb, path, form string
		code             int
		media            string
		texts            []string
	}{
		"1.1 POST":                    {"POST", "/service/domain/GetAccount/" + token, jeanne, 200, xmlMedia, []string{done, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n  <status", success}},
		"1.2 GET":                     {"GET", "/service/domain/GetAccount/" + token, jeanne, 200, xmlMedia, []string{done}},
		"1.1 doubled slashes":         {"POST", "//service/domain//GetAccount//" + token, jeanne, 200, xmlMedia, []string{done}},
		"1.1 unknown method":          {"POST", "/service/domain/GetEverything/" + token, jeanne, 404, "text/html; charset=utf-8", []string{"<!DOCTYPE html>", "-Response"}},
		"1.1 unknown base":            {"POST", "/service/other/GetAccount/" + token, jeanne, 404, "text/html; charset=utf-8", []string{"-Response"}},
		"1.1 root":                    {"GET", "/", "", 404, "text/html; charset=utf-8", nil},
		"1.1 Auth with a token":       {"POST", "/service/domain/Auth/" + token, "", 404, "text/html; charset=utf-8", nil},
		"1.1 method case":             {"POST", "/service/domain/getaccount/" + token, jeanne, 404, "text/html; charset=utf-8", nil},
		"1.4 unknown token":           {"POST", "/service/domain/GetAccount/0123456789abcdef0123456789abcdef", jeanne, 200, xmlMedia, []string{"Invalid token", "-" + done}},
		"1.5 empty token":             {"POST", "/service/domain/GetAccount/", jeanne, 200, xmlMedia, []string{"Invalid token"}},
		"1.2 last plain value wins":   {"POST", "/service/domain/GetAccount/" + token, "name=x@unistra.fr&" + jeanne, 200, xmlMedia, []string{done}},
		"1.2 indexed key is not list": {"POST", "/service/domain/GetAccount/" + token, "name[0]=jeanne.dupont@unistra.fr", 200, xmlMedia, []string{"invalid request"}},
		"bad escape":                  {"GET", "/service/domain/GetAccount/" + token, "name=%zz", 400, "text/html; charset=utf-8", []string{"-Response"}},
		"no admin by default":         {"GET", "/_simulator/log", "", 404, "text/html; charset=utf-8", nil},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			code, media, body := b.do(c.verb, c.path, c.form)
			if code != c.code || media != c.media {
				t.Errorf("%d %s", code, media)
			}
			has(t, body, c.texts...)
		})
	}
}

func TestAuth(t *testing.T) { // §1.3, §1.4
	b := newBench(t, Config{})
	now := b.at.Unix()
	at := func(s int64) string { return fmt.Sprint(now + s) }
	for _, c := range []struct {
		name, form string
		ok         bool
	}{
		{"seconds", b.preauth("unistra.fr", at(0)), true},
		{"replay", b.preauth("unistra.fr", at(0)), false},
		{"same second, another domain", b.preauth("etu.unistra.fr", at(0)), true},
		{"same second, a fraction", b.preauth("unistra.fr", at(0)+".25"), true},
		{"300 s late", b.preauth("unistra.fr", at(-300)), true},
		{"301 s late", b.preauth("unistra.fr", at(-301)), false},
		{"300 s early", b.preauth("unistra.fr", at(300)), true},
		{"301 s early", b.preauth("unistra.fr", at(301)), false},
		{"not a number", b.preauth("unistra.fr", "NaN"), false},
		{"infinite", b.preauth("unistra.fr", "Inf"), false},
		{"unknown domain", b.preauth("nowhere.fr", at(1)), false},
		{"wrong key", strings.Replace(b.preauth("unistra.fr", at(2)), "preauth=", "preauth=0", 1), false},
		{"upper case", "domain=unistra.fr&timestamp=" + at(3) + "&preauth=" + strings.ToUpper(sign(key("unistra.fr"), "unistra.fr", at(3))), false},
		{"nothing", "", false},
	} {
		_, _, body := b.do("POST", "/service/domain/Auth", c.form)
		if c.ok {
			has(t, body, done, "<token>")
		} else {
			has(t, body, `<status type="integer">2</status>`, "Echec de la preauthentification", "-<token>")
		}
		if strings.Contains(body, "<token>") != c.ok {
			t.Error(c.name)
		}
	}
	first := b.token("unistra.fr")
	second := b.token("unistra.fr")
	ask := func(token string) string {
		_, _, body := b.do("POST", "/service/domain/GetAccount/"+token, jeanne)
		return body
	}
	has(t, ask(first), done)
	has(t, ask(second), done)
	b.at = b.at.Add(299 * time.Second)
	has(t, ask(first), done)
	b.at = b.at.Add(time.Second)
	has(t, ask(first), "Invalid token")
}

func TestTokenOfAnotherDomain(t *testing.T) { // §6: one token per domain; strict here
	b := newBench(t, Config{})
	has(t, b.call("etu.unistra.fr", "GetAccount", jeanne), "permission denied", "-<account>")
	has(t, b.call("etu.unistra.fr", "ModifyAccount", jeanne+"&zimbraNotes=x"), "permission denied")
	has(t, b.call("unistra.fr", "GetAccount", jeanne), done)
	if log := b.Log(); len(log) != 1 || log[0].Applied {
		t.Errorf("%+v", log)
	}
}

func TestRevokeOnAuth(t *testing.T) {
	b := newBench(t, Config{RevokeOnAuth: true})
	first := b.token("unistra.fr")
	b.token("etu.unistra.fr")
	_, _, body := b.do("POST", "/service/domain/GetAccount/"+first, jeanne)
	has(t, body, done)
	b.token("unistra.fr")
	_, _, body = b.do("POST", "/service/domain/GetAccount/"+first, jeanne)
	has(t, body, "Invalid token")
}

func TestGetAccount(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	has(t, b.call("unistra.fr", "GetAccount", "name=Jeanne.DUPONT@unistra.fr"),
		done, "<name>jeanne.dupont@unistra.fr</name>", "<id>", "<carLicense>jdupont@unistra.fr</carLicense>", "<admin>DOMAIN</admin>",
		"<mav-transformation>FALSE</mav-transformation>", "<mav-redirection></mav-redirection>", `<used type="integer">`,
		`<quota type="integer">5368709120</quota>`, `<zimbraMailQuota type="integer">5368709120</zimbraMailQuota>`,
		"<telephoneNumber>03688", "<zimbraAccountStatus>active", "<zimbraHideInGal>FALSE", "-zimbraMailAlias", "-zimbraNotes",
		"<cos-name>l_univ-strasbourg_personnel</cos-name>", "Z</zimbraLastLogonTimestamp>",
		"<zimbraZimletAvailableZimlets type=\"array\">\n      <zimbraZimletAvailableZimlet>com_zimbra_url</zimbraZimletAvailableZimlet>")
	has(t, b.call("unistra.fr", "GetAccount", "name=personne@unistra.fr"), `<status type="integer">1</status>`, "no such account: personne@unistra.fr", "-<account>")
	has(t, b.call("physique.unistra.fr", "GetAccount", "name=lea.martin@physique.unistra.fr"), `<quota type="integer">12884901888</quota>`)
	has(t, b.call("physique.unistra.fr", "GetAccount", "name=contact@physique.unistra.fr"), done, "<name>", "<zimbraMailAlias")
	has(t, b.call("unistra.fr", "GetAccount", ""), "invalid request", "-<account>")
}

func TestGetAllAccounts(t *testing.T) { // §3.1
	b := newBench(t, Config{MaxPage: 150})
	list := func(form string) []string {
		body := b.call("etu.unistra.fr", "GetAllAccounts", form)
		has(t, body, done, `<accounts type="array"`)
		var found []string
		for _, part := range strings.Split(body, "<name>")[1:] {
			name, _, _ := strings.Cut(part, "</name>")
			found = append(found, name)
		}
		return found
	}
	all := append(append(append(append(append(list("limit=150"), list("limit=150&offset=150")...), list("limit=150&offset=300")...), list("limit=150&offset=450")...), list("limit=150&offset=600")...), list("limit=150&offset=750")...)
	if len(all) != 840 {
		t.Fatalf("%d students", len(all))
	}
	for form, want := range map[string][]string{
		"": all[:100], "limit=&offset=&ldap_query=&attrs=&sortby=&sortascending=": all[:100], "limit=0": all[:100], "limit=999": all[:150],
		"limit=3&offset=5": all[5:8], "limit=3&offset=-5": all[:3], "limit=3&offset=838": all[838:], "offset=840": nil, "limit=x&offset=y": all[:100],
		"limit=2&sortby=mail&sortascending=1": all[:2], "limit=2&ldap_query=mail=*&sortby=mail&sortascending=1&offset=3": all[3:5],
	} {
		if got := list(form); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %d accounts, want %d: %v", form, len(got), len(want), got)
		}
	}
	if got := list("limit=2&sortascending=0"); got[0] != all[839] || got[1] != all[838] {
		t.Errorf("descending: %v", got)
	}
	if got := list("limit=1&ldap_query=(mail=*)&sortascending=0"); got[0] != all[839] {
		t.Errorf("descending, searched: %v", got)
	}
	has(t, b.call("etu.unistra.fr", "GetAllAccounts", "limit=1"), "<name>", "<id>", "<used", "<quota", "<admin>", "<cos-name>", "-<sn>", "-zimbraMailQuota")
	has(t, b.call("etu.unistra.fr", "GetAllAccounts", "limit=1&attrs=sn,+GIVENNAME,nothing"), "<name>", "<id>", "<sn>", "<givenName>", "-<used", "-<cos-name>")
	has(t, b.call("etu.unistra.fr", "GetAllAccounts", "ldap_query=(sn=Personne)"), `<accounts type="array"/>`)
	has(t, b.call("etu.unistra.fr", "GetAllAccounts", "ldap_query=((("), "invalid request", "-accounts")
	byName := b.call("etu.unistra.fr", "GetAllAccounts", "limit=150&sortby=sn&attrs=sn")
	last := ""
	for _, part := range strings.Split(byName, "<sn>")[1:] {
		sn, _, _ := strings.Cut(part, "</sn>")
		if sn = strings.ToLower(sn); sn < last {
			t.Errorf("%s after %s", sn, last)
		}
		last = sn
	}
}

func TestModifyAccount(t *testing.T) { // §3.1
	b := newBench(t, Config{})
	see := func(texts ...string) { t.Helper(); has(t, b.call("unistra.fr", "GetAccount", jeanne), texts...) }
	ok := func(form string) {
		t.Helper()
		has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&"+form), done, success)
	}
	ok("zimbraMailQuota=1073741824&zimbraNotes=" + url.QueryEscape("é <&>"))
	see(`<quota type="integer">1073741824</quota>`, "<zimbraNotes>é &lt;&amp;&gt;</zimbraNotes>", "<sn>Dupont</sn>")
	ok("zimbraMailQuota=&zimbraNotes=")
	see(`<quota type="integer">12884901888</quota>`, `<zimbraMailQuota type="integer">12884901888`, "-zimbraNotes")
	ok("id=x&admin=ADMIN&used=0&quota=1&zimbraMailAlias=x@unistra.fr&zimbraMailAlias[]=y@unistra.fr&mav-transformation=TRUE&zimbraLastLogonTimestamp=1&unknown=x")
	see("-<id>x</id>", "<admin>DOMAIN", "-zimbraMailAlias", "<mav-transformation>FALSE", "-unknown", `<quota type="integer">12884901888`)
	ok("zimbraHideInGAL=TRUE&postalCode=67000&zimbraAllowFromAddress[]=a@x.fr&zimbraAllowFromAddress[]=b@x.fr")
	see("<zimbraHideInGal>TRUE", `<postalCode type="integer">67000</postalCode>`, `<zimbraAllowFromAddress type="array">`)
	ok("zimbraAllowFromAddress[]=")
	see("-zimbraAllowFromAddress")
	ok("zimbraAllowFromAddress[0]=a@x.fr")
	see("-zimbraAllowFromAddress")
	ok("zimbraCOSId=" + b.u.classes[0].ID + "&userPassword=" + url.QueryEscape("{ssha}BIDON"))
	see(`<quota type="integer">1073741824</quota>`, "<cos-name>s_univ-strasbourg_etudiant</cos-name>", "-userPassword", "-BIDON")
	ok("zimbraZimletAvailableZimlets[]=com_own")
	see("<zimbraZimletAvailableZimlets>com_own</zimbraZimletAvailableZimlets>", "-com_zimbra_url")
	ok("zimbraZimletAvailableZimlets[]=&zimbraCOSId=") // inherited again, and of the default class
	see(`<zimbraZimletAvailableZimlets type="array">`, "com_zimbra_url", "-com_own", "<cos-name>s_univ-strasbourg_etudiant</cos-name>")
	for form, text := range map[string]string{
		"zimbraMailQuota=5G": "invalid request", "zimbraMailQuota=-1": "invalid request", "zimbraAccountStatus=": "invalid request",
		"zimbraAccountStatus=off": "invalid request", "zimbraCOSId=x": "no such cos: x", "zimbraHideInGal=1": "invalid request",
		"zimbraNotes=" + strings.Repeat("x", 1025):          "invalid request: zimbraNotes value length(1025) larger than max allowed: 1024",
		"zimbraPrefFromDisplay=" + strings.Repeat("x", 257): "larger than max allowed: 256", "zimbraMailCanonicalAddress=x": "must be a valid email address: x",
	} {
		has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=Changed&"+form), text, "-"+done)
	}
	see("<sn>Dupont</sn>")
	has(t, b.call("unistra.fr", "ModifyAccount", "name=x@unistra.fr&sn=x"), "no such account")
}

func TestAliases(t *testing.T) { // §3.1, §5
	b := newBench(t, Config{})
	add := func(alias string) string { return b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias="+alias) }
	remove := func(alias string) string { return b.call("unistra.fr", "RemoveAccountAlias", jeanne+"&alias="+alias) }
	has(t, add("Contact.Physique@unistra.fr"), done)
	has(t, b.call("unistra.fr", "GetAccount", jeanne), "<zimbraMailAlias>contact.physique@unistra.fr</zimbraMailAlias>")
	has(t, add("j.dupont@math.unistra.fr"), done)
	has(t, b.call("unistra.fr", "GetAccount", "name=contact.physique@unistra.fr"), "<name>jeanne.dupont@unistra.fr</name>", `<zimbraMailAlias type="array">`)
	for alias, text := range map[string]string{
		"contact.physique@unistra.fr":            "email address already exists: contact.physique@unistra.fr", // on the same account
		"jeanne.dupont@unistra.fr":               "already exists",
		"marie.curie@unistra.fr":                 "already exists", // a name
		"contact@math.unistra.fr":                "already exists", // another's alias, of another domain
		"jeanne@gmail.com":                       "ne fait pas partie des domaines",
		"":                                       "missing required attribute: alias",
		strings.Repeat("x", 256) + "@unistra.fr": "invalid email address",
		"x":                                      "invalid email address",
		"a b@unistra.fr":                         "invalid email address",
	} {
		has(t, add(url.QueryEscape(alias)), text, "-"+done)
	}
	has(t, b.call("unistra.fr", "AddAccountAlias", "name=x@unistra.fr&alias=y@unistra.fr"), "no such account")
	has(t, remove(""), "missing required attribute: alias")
	has(t, remove("absent@unistra.fr"), "no such alias: absent@unistra.fr")
	has(t, remove("contact@math.unistra.fr"), "no such alias")
	has(t, remove("jeanne.dupont@unistra.fr"), "no such alias")
	has(t, remove("contact.physique@unistra.fr"), done)
	has(t, remove("contact.physique@unistra.fr"), "no such alias")
	has(t, b.call("unistra.fr", "GetAccount", "name=contact.physique@unistra.fr"), "no such account")
	has(t, add("contact.physique@unistra.fr"), done)
	// A computed alias can go, and serve somebody else.
	has(t, b.call("math.unistra.fr", "RemoveAccountAlias", "name=contact@math.unistra.fr&alias=contact@math.unistra.fr"), done)
	has(t, b.call("math.unistra.fr", "GetAccount", "name=contact@math.unistra.fr"), "no such account")
	has(t, add("contact@math.unistra.fr"), done)
	has(t, b.call("unistra.fr", "CountObjects", "type=alias"), done, "<count type=\"integer\">")
}

func TestClassesAndCounts(t *testing.T) { // §3.4
	b := newBench(t, Config{})
	has(t, b.call("unistra.fr", "GetAllCos", "limit=1"), done, `<coses type="array">`, "<cose>", "<name>s_univ-strasbourg_etudiant</name>", "<cn>l_univ", "<id>", `<zimbraMailQuota type="integer">1073741824<`)
	has(t, b.call("etu.unistra.fr", "CountObjects", "type=userAccount"), `<count type="integer">840</count>`)
	has(t, b.call("etu.unistra.fr", "CountObjects", "type=dl"), `<count type="integer">3</count>`)
	has(t, b.call("etu.unistra.fr", "CountObjects", "type=x"), "invalid request", "-<count")
}

func TestServersAreIndependentAndStartAnew(t *testing.T) {
	u := NewUniversity(1000)
	one, two := newBench(t, Config{University: u}), newBench(t, Config{University: u})
	has(t, one.call("unistra.fr", "ModifyAccount", jeanne+"&sn=Autre"), done)
	has(t, two.call("unistra.fr", "GetAccount", jeanne), "<sn>Dupont</sn>")
	if len(one.changed) != 1 || len(two.changed) != 0 {
		t.Errorf("%d and %d accounts held", len(one.changed), len(two.changed))
	}
}

func TestListen(t *testing.T) {
	b := newBench(t, Config{})
	base, stop, err := b.Listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Get(base + "/x/y")
	if err != nil || r.StatusCode != 404 {
		t.Error(r, err)
	}
	_ = r.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, _, err := b.Listen(context.Background(), "256.0.0.1:0"); err == nil {
		t.Error("listening nowhere")
	}
	if _, err := New(Config{}); err == nil {
		t.Error("a server without a clock")
	}
}
