package portal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/portal/api"
)

// A program speaks to the API; whatever it is answered is what the contract says.
type program struct {
	*house
	secret   string
	contract validator.Validator
}

func (h *house) program(t *testing.T, who desk.UID, powers ...desk.Power) program {
	t.Helper()
	secret, err := h.desk.IssueToken(t.Context(), who, "test", powers, time.Time{}, rand.Reader)
	must(t, err)
	text, err := os.ReadFile("api/openapi.yaml")
	must(t, err)
	document, err := libopenapi.NewDocument(text)
	must(t, err)
	contract, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, faults := contract.ValidateDocument(); !ok {
		t.Fatalf("the contract is no OpenAPI 3.1: %v", faults)
	}
	return program{h, secret, contract}
}

type result struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// call sends one request and checks the answer against the contract.
func (p program) call(t *testing.T, method, path, body string, headers ...string) result {
	t.Helper()
	ask := func() *http.Request {
		r := httptest.NewRequest(method, api.Root+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+p.secret)
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	got, err := p.App().Test(ask(), -1)
	must(t, err)
	defer got.Body.Close()
	a := result{t, got.StatusCode, got.Header, nil}
	a.body, err = io.ReadAll(got.Body)
	must(t, err)
	got.Body = io.NopCloser(bytes.NewReader(a.body))
	if ok, faults := p.contract.ValidateHttpResponse(ask(), got); !ok && got.StatusCode != http.StatusNotFound {
		for _, f := range faults {
			t.Errorf("%s %s: %d is not in the contract: %s, %s", method, path, a.status, f.Message, f.Reason)
		}
	}
	if a.status < 300 {
		if ok, faults := p.contract.ValidateHttpRequest(ask()); !ok {
			t.Errorf("%s %s: taken, and not in the contract: %v", method, path, faults)
		}
	}
	return a
}

func (a result) is(status int, code string) result {
	a.t.Helper()
	if said, _ := a.get("code").(string); a.status != status || code != "" && said != code {
		a.t.Errorf("%d %s, want %d %s: %s", a.status, said, status, code, a.body)
	}
	return a
}

// get is a value in the answer: "decision.outcome", "items.0.id".
func (a result) get(path string) any {
	var v any
	if json.Unmarshal(a.body, &v) != nil {
		return nil
	}
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			i := int(part[0] - '0')
			if i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

func (a result) text(path string) string { s, _ := a.get(path).(string); return s }

// The life of a request by programs alone.
func TestAPIAsksAndApproves(t *testing.T) {
	h := newHouse(t, demo)
	jeanne, claire := h.program(t, "jeanne", desk.Powers()...), h.program(t, "claire", desk.MayRead, desk.MayApprove)
	if a := jeanne.call(t, "GET", "/me", "").is(200, ""); a.text("login") != "jeanne" || len(a.get("powers").([]any)) != 3 {
		t.Errorf("%s", a.body)
	}
	if a := jeanne.call(t, "GET", "/accounts/jeanne", "").is(200, ""); a.text("address") != string(jeanneBox) || a.text("aliases.0") == "" {
		t.Errorf("%s", a.body)
	}
	const wanted = `{"action": "quota.set jeanne size=12G", "reason": "thèse"}`
	if a := jeanne.call(t, "POST", "/previews", wanted).is(200, ""); a.text("decision.outcome") != "pending" || a.text("action.target") != string(jeanneBox) {
		t.Errorf("%s", a.body)
	}
	asked := jeanne.call(t, "POST", "/requests", wanted, "Idempotency-Key", "k1").is(201, "")
	if asked.header.Get("Location") != api.Root+"/requests/D-1" || asked.text("state") != "waiting" || asked.text("via") != "api" {
		t.Fatalf("%v %s", asked.header, asked.body)
	}
	if a := jeanne.call(t, "POST", "/requests", wanted, "Idempotency-Key", "k1").is(200, ""); a.text("id") != "D-1" {
		t.Errorf("%s", a.body)
	}
	jeanne.call(t, "POST", "/requests", `{"action": "quota.set jeanne size=13G"}`, "Idempotency-Key", "k1").is(409, "key.reused")
	digest := asked.text("digest")
	jeanne.call(t, "POST", "/requests/D-1/approve", `{"digest": "`+digest+`"}`).is(403, "approver.self")
	if a := claire.call(t, "GET", "/requests?scope=pending", "").is(200, ""); a.text("items.0.id") != "D-1" {
		t.Errorf("%s", a.body)
	}
	if a := claire.call(t, "GET", "/requests/d-1/why", "").is(200, ""); a.text("decision.outcome") != "pending" || len(a.get("approve").([]any)) == 0 {
		t.Errorf("%s", a.body)
	}
	amended := jeanne.call(t, "POST", "/requests/D-1/amend", `{"digest": "`+digest+`", "args": "size=11G"}`).is(200, "")
	claire.call(t, "POST", "/requests/D-1/approve", `{"digest": "`+digest+`"}`).is(409, "changed")
	claire.call(t, "POST", "/requests/D-1/approve", `{}`).is(422, "argument.missing")
	if a := claire.call(t, "POST", "/requests/D-1/approve", `{"digest": "`+amended.text("digest")+`"}`).is(200, ""); a.text("state") != "ready" || a.text("votes.0.by") != "claire" {
		t.Errorf("%s", a.body)
	}
	claire.call(t, "POST", "/requests/D-1/refuse", `{"digest": "`+amended.text("digest")+`", "reason": "non"}`).is(409, "too.late")
	late := jeanne.call(t, "POST", "/requests/D-1/amend", `{"digest": "`+digest+`", "args": "size=10G"}`).is(409, "too.late")
	if late.text("values.by") != "claire" || !strings.Contains(late.text("detail"), "par Claire Weber") { // for programs, and for people
		t.Errorf("%s", late.body)
	}
	if a := jeanne.call(t, "GET", "/requests/D-1/history?limit=2", "", "Accept-Language", "en-GB,en;q=0.8").is(200, ""); !strings.Contains(a.text("items.0.says"), "approved") || a.text("next") == "" {
		t.Errorf("%s", a.body)
	}
	jeanne.call(t, "POST", "/requests", `{"action": "alias.add jeanne alias=j@chimie.unistra.fr"}`, "Idempotency-Key", "k2").is(201, "")
	if a := jeanne.call(t, "POST", "/requests/D-1/withdraw", `{}`).is(200, ""); a.text("state") != "withdrawn" {
		t.Errorf("%s", a.body)
	}
}

// A program has the approvers reminded once a working day of what its holder asked,
// by the route alone: a body that says more is not taken.
func TestAPINudges(t *testing.T) {
	h, page := newDatedHouse(t)
	h.desk.Terms.Calendar = closing{}
	jeanne, claire := h.program(t, "jeanne", desk.MayAsk, desk.MayRead), h.program(t, "claire", desk.Powers()...)
	nudge := "/requests/" + strings.TrimPrefix(page, "/demandes/") + "/nudge"
	jeanne.call(t, "POST", nudge, `{}`).is(409, "nudge.lately")
	h.later(time.Hour)
	jeanne.call(t, "POST", nudge, `{"id": "D-2"}`).is(400, "body")
	jeanne.call(t, "POST", nudge, "").is(415, "media")
	claire.call(t, "POST", nudge, `{}`).is(403, "yours.not")
	if a := jeanne.call(t, "POST", nudge, `{}`).is(200, ""); a.text("nudged") != "2026-11-23T13:00:00Z" || a.text("state") != "waiting" {
		t.Errorf("%s", a.body)
	}
	jeanne.call(t, "POST", nudge, `{}`).is(409, "nudge.lately")
	if a := claire.call(t, "GET", "/requests/D-1/history?limit=1", "", "Accept-Language", "en").is(200, ""); !strings.Contains(a.text("items.0.says"), "had those who may decide reminded, by a program") {
		t.Errorf("%s", a.body)
	}
	if r, _ := h.mirror.Request("D-1"); r.Nudges != 1 {
		t.Errorf("%d nudges", r.Nudges)
	}
}

// Pages follow each other by their cursors, and hold everything once.
func TestAPIPages(t *testing.T) {
	h := newHouse(t, demo)
	jeanne := h.program(t, "jeanne", desk.MayRead, desk.MayAsk)
	var want []string
	for i := range 7 {
		a := jeanne.call(t, "POST", "/requests", `{"action": "alias.add jeanne alias=j`+string(rune('a'+i))+`@physique.unistra.fr"}`, "Idempotency-Key", string(rune('a'+i))).is(201, "")
		want = append([]string{a.text("id")}, want...)
	}
	for path, field := range map[string]string{"/requests?scope=mine&limit=3": "id", "/requests?limit=2&state=waiting": "id", "/accounts/jeanne/history?limit=3": "id"} {
		var got []string
		for next := ""; ; {
			a := jeanne.call(t, "GET", path+"&cursor="+next, "").is(200, "")
			for _, item := range a.get("items").([]any) {
				if id := item.(map[string]any)[field].(string); !slices.Contains(got, id) || !strings.Contains(path, "history") {
					got = append(got, id)
				}
			}
			if next = a.text("next"); next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

// Every way to be refused, with the code that programs read; nothing is done.
func TestAPIRefuses(t *testing.T) {
	h := newHouse(t, demo)
	jeanne, reader := h.program(t, "jeanne", desk.Powers()...), h.program(t, "marc", desk.MayRead)
	before := h.count()
	const ask = `{"action": "quota.set jeanne size=12G"}`
	for name, tt := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		"no token":           {"GET", "/me", "", []string{"Authorization", ""}, 401, "token.bad"},
		"another scheme":     {"GET", "/me", "", []string{"Authorization", "Basic " + jeanne.secret}, 401, "token.bad"},
		"a token invented":   {"GET", "/me", "", []string{"Authorization", "Bearer melusine_" + strings.Repeat("a", 40)}, 401, "token.bad"},
		"a session instead":  {"GET", "/me", "", []string{"Authorization", "", "Cookie", sessionCookie + "=x"}, 401, "token.bad"},
		"no such path":       {"GET", "/mailboxes", "", nil, 404, "path"},
		"no such request":    {"GET", "/requests/D-99", "", nil, 404, "request.unknown"},
		"no such account":    {"GET", "/accounts/nobody@physique.unistra.fr", "", nil, 404, "account.unknown"},
		"not theirs to see":  {"GET", "/accounts/" + string(marcBox), "", nil, 404, "account.unknown"},
		"a short prefix":     {"GET", "/accounts?prefix=j", "", nil, 422, "argument.missing"},
		"a large page":       {"GET", "/requests?limit=201", "", nil, 422, "argument.invalid"},
		"no number":          {"GET", "/requests?limit=many", "", nil, 422, "argument.invalid"},
		"no such scope":      {"GET", "/requests?scope=theirs", "", nil, 422, "argument.invalid"},
		"no such state":      {"GET", "/requests?state=lost", "", nil, 422, "argument.invalid"},
		"no cursor":          {"GET", "/accounts/jeanne/history?cursor=x", "", nil, 422, "argument.invalid"},
		"no key":             {"POST", "/requests", ask, nil, 422, "argument.missing"},
		"a long key":         {"POST", "/requests", ask, []string{"Idempotency-Key", strings.Repeat("k", 201)}, 422, "argument.missing"},
		"a form":             {"POST", "/requests", "action=x", []string{"Idempotency-Key", "k", "Content-Type", "application/x-www-form-urlencoded"}, 415, "media"},
		"no JSON":            {"POST", "/requests", "{", []string{"Idempotency-Key", "k"}, 400, "body"},
		"two values":         {"POST", "/requests", ask + ask, []string{"Idempotency-Key", "k"}, 400, "body"},
		"a field misspelt":   {"POST", "/requests", `{"action": "quota.set jeanne size=12G", "raeson": "x"}`, []string{"Idempotency-Key", "k"}, 400, "body"},
		"no such verb":       {"POST", "/requests", `{"action": "account.eat jeanne"}`, []string{"Idempotency-Key", "k"}, 422, "verb.unknown"},
		"a question":         {"POST", "/requests", `{"action": "account.show jeanne"}`, []string{"Idempotency-Key", "k"}, 422, "verb.unknown"},
		"a step":             {"POST", "/requests", `{"action": "account.eppn jeanne@x.fr"}`, []string{"Idempotency-Key", "k"}, 422, "verb.unknown"},
		"no size":            {"POST", "/requests", `{"action": "quota.set jeanne size=lots"}`, []string{"Idempotency-Key", "k"}, 422, "size.invalid"},
		"approve by nothing": {"POST", "/requests/D-1/approve", `{"digest": ""}`, nil, 422, "argument.missing"},
		"withdraw what":      {"POST", "/requests/D-1/withdraw", `{}`, nil, 404, "request.unknown"},
		"nudge about what":   {"POST", "/requests/D-1/nudge", `{}`, nil, 404, "request.unknown"},
	} {
		a := jeanne.call(t, tt.method, tt.path, tt.body, tt.headers...)
		if a.is(tt.status, tt.code); a.header.Get("Content-Type") != "application/problem+json" || a.text("detail") == "" {
			t.Errorf("%s: %v %s", name, a.header, a.body)
		}
		if tt.status == 401 && a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: does not say how to sign in", name)
		}
	}
	reader.call(t, "POST", "/requests", ask, "Idempotency-Key", "k").is(403, "token.power")
	reader.call(t, "POST", "/requests/D-1/approve", `{"digest": "x"}`).is(403, "token.power")
	reader.call(t, "POST", "/requests/D-1/nudge", `{}`).is(403, "token.power")
	if after := h.count(); after != before {
		t.Errorf("%d facts were written", after-before)
	}
}

// No session and no page opens what a token does; each route of the contract is
// there, and no other.
func TestAPINeedsAToken(t *testing.T) {
	h := newHouse(t, demo)
	h.ask("contact@physique.unistra.fr")
	b, before, described := h.as("claire"), h.count(), h.program(t, "jeanne", desk.MayRead).paths(t)
	for _, x := range everyRoute(h) {
		path, isAPI := strings.CutPrefix(x.path, api.Root)
		if !isAPI || path == "/openapi.json" || x.method == http.MethodHead {
			continue
		}
		general := strings.NewReplacer("D-1", "{id}", string(jeanneBox), "{ref}").Replace(path)
		if !described[x.method+" "+general] {
			t.Errorf("%s %s is not in the contract", x.method, general)
		}
		delete(described, x.method+" "+general)
		r := form(x.path, "_csrf", b.token())
		r.Method = x.method
		if a := b.send(r); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s: %d", x.method, x.path, a.StatusCode)
		}
	}
	delete(described, "GET /openapi.json")
	if len(described) > 0 || h.count() != before+1 { // the token of the program
		t.Errorf("in the contract only: %v; %d facts", described, h.count()-before)
	}
}

// paths are the methods and paths that the contract describes, as it is served.
func (p program) paths(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	paths, _ := p.call(t, "GET", "/openapi.json", "").is(200, "").get("paths").(map[string]any)
	for path, item := range paths {
		for method := range item.(map[string]any) {
			if method != "parameters" {
				found[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	return found
}

// What is missing and what may not be seen give the same answer.
func TestAPITellsNothingOfOthers(t *testing.T) {
	h := newHouse(t, demo)
	h.program(t, "marc", desk.Powers()...).call(t, "POST", "/requests", `{"action": "quota.set marc size=12G"}`, "Idempotency-Key", "k").is(201, "")
	jeanne := h.program(t, "jeanne", desk.Powers()...)
	for theirs, missing := range map[string]string{"/requests/D-1": "/requests/D-2", "/requests/D-1/why": "/requests/D-2/why", "/requests/D-1/history": "/requests/D-2/history"} {
		same := strings.NewReplacer("D-1", "D-2")
		if a, b := jeanne.call(t, "GET", theirs, "").is(404, ""), jeanne.call(t, "GET", missing, "").is(404, ""); same.Replace(string(a.body)) != string(b.body) {
			t.Errorf("%s tells more than %s: %s and %s", theirs, missing, a.body, b.body)
		}
	}
	if a := jeanne.call(t, "GET", "/requests", "").is(200, ""); len(a.get("items").([]any)) != 0 {
		t.Errorf("%s", a.body)
	}
	if a := jeanne.call(t, "GET", "/accounts?prefix=marc", "").is(200, ""); len(a.get("items").([]any)) != 0 {
		t.Errorf("%s", a.body)
	}
}

// A token opens nothing once it is over, taken back, or its holder gone.
func TestTokensEnd(t *testing.T) {
	h := newHouse(t, demo)
	p := h.program(t, "jeanne", desk.MayRead)
	p.call(t, "GET", "/me", "").is(200, "")
	h.later(desk.TokenLife)
	p.call(t, "GET", "/me", "").is(401, "token.bad")
	for name, end := range map[string]func(desk.Token) error{
		"by its holder":   func(o desk.Token) error { return h.desk.EndToken(t.Context(), "jeanne", o.ID) },
		"by an operator":  func(o desk.Token) error { _, err := h.desk.EndTokensOf(t.Context(), "xavier", o.Of); return err },
		"its holder gone": func(desk.Token) error { return h.mirror.LearnPerson("jeanne", desk.Person{}, h.clock()) },
	} {
		must(t, h.mirror.LearnPerson("jeanne", cast[0], h.clock()))
		p = h.program(t, "jeanne", desk.MayRead)
		all := h.desk.Tokens("jeanne")
		must(t, end(all[len(all)-1]))
		if a := p.call(t, "GET", "/me", ""); a.status != 401 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	must(t, h.mirror.LearnPerson("jeanne", cast[0], h.clock()))
	h.program(t, "jeanne", desk.MayRead)
	for _, o := range h.desk.Tokens("jeanne") {
		if err := h.desk.EndToken(t.Context(), "marc", o.ID); desk.CodeOf(err) != desk.UnknownToken {
			t.Errorf("marc ends a token of jeanne: %v", err)
		}
	}
}

// An administrator takes back the tokens of somebody while the server runs, by each
// door that he has, even when the directory has not been read for long: at once, and
// signed. Nobody else does.
func TestAnAdministratorEndsTheTokensOfSomebody(t *testing.T) {
	const end = `{"action": "token.end jeanne", "reason": "divulgué"}`
	for name, take := range map[string]func(h *house, xavier program){
		"by a program": func(_ *house, xavier program) {
			xavier.call(t, "POST", "/requests", end, "Idempotency-Key", "k").is(201, "")
		},
		"in the portal": func(h *house, _ program) {
			h.fill("xavier", desk.TokenEnd, "n'ouvriront plus rien", "personne", string(jeanneBox), "motif", "divulgué")
		},
		"with an old directory": func(h *house, _ program) {
			h.later(time.Hour)
			h.desk.Stale = time.Minute
			_, err := h.desk.Ask(t.Context(), desk.Asking{By: "xavier", Via: desk.Chat, Action: desk.Action{Verb: desk.TokenEnd, Target: "jeanne"}, Key: "k"})
			must(t, err)
		},
	} {
		h := newHouse(t, demo)
		xavier, claire := h.program(t, "xavier", desk.Powers()...), h.program(t, "claire", desk.Powers()...)
		xavier.call(t, "POST", "/requests", end, "Idempotency-Key", "none").is(409, "token.none")
		reads, asks := h.program(t, "jeanne", desk.MayRead), h.program(t, "jeanne", desk.MayAsk)
		if a := claire.call(t, "POST", "/requests", end, "Idempotency-Key", "k").is(201, ""); a.text("state") != "rejected" {
			t.Errorf("claire ends them: %s", a.body)
		}
		reads.call(t, "GET", "/me", "").is(200, "")
		take(h, xavier)
		for _, p := range []program{reads, asks} {
			p.call(t, "GET", "/me", "").is(401, "token.bad")
		}
		claire.call(t, "GET", "/me", "").is(200, "")
		var ended []string
		for e, err := range h.desk.Journal.Read(t.Context(), 0) {
			must(t, err)
			if f, ok := e.Fact.(desk.TokenEnded); ok {
				ended = append(ended, fmt.Sprint(e.By, " ", f.Of, " ", e.Subject))
			}
		}
		if !slices.Equal(ended, []string{"xavier jeanne jeanne", "xavier jeanne jeanne"}) {
			t.Errorf("%s: %v", name, ended)
		}
		if r, _ := h.mirror.Request("D-2"); r.State != desk.Settled || r.Owner != "jeanne" {
			t.Errorf("%s: %s, of %s", name, r.State, r.Owner)
		}
	}
}

func TestTokensThatCannotBe(t *testing.T) {
	h := newHouse(t, demo)
	for name, tt := range map[string]struct {
		to     desk.UID
		label  string
		powers []desk.Power
		until  time.Time
		code   desk.Code
	}{
		"of nobody":       {"nobody", "x", desk.Powers(), time.Time{}, desk.UnknownPerson},
		"without a name":  {"jeanne", "  ", desk.Powers(), time.Time{}, desk.MissingArgument},
		"without a power": {"jeanne", "x", nil, time.Time{}, desk.MissingArgument},
		"another power":   {"jeanne", "x", []desk.Power{"root"}, time.Time{}, desk.InvalidArgument},
		"over already":    {"jeanne", "x", desk.Powers(), noon, desk.InvalidArgument},
		"for ever":        {"jeanne", "x", desk.Powers(), noon.AddDate(2, 0, 0), desk.InvalidArgument},
	} {
		if _, err := h.desk.IssueToken(t.Context(), tt.to, tt.label, tt.powers, tt.until, rand.Reader); desk.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range desk.TokenMost {
		_, err := h.desk.IssueToken(t.Context(), "jeanne", "x", desk.Powers(), time.Time{}, rand.Reader)
		must(t, err)
	}
	if _, err := h.desk.IssueToken(t.Context(), "jeanne", "x", desk.Powers(), time.Time{}, rand.Reader); desk.CodeOf(err) != desk.TokensMany {
		t.Error(err)
	}
}

// The page shows a secret once; the journal and the log never hold it.
func TestTokenPage(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	page := b.submit(pathTokens, "nom", "inventaire", "pouvoirs", "read", "pouvoirs", "ask", "jusqu_au", "2026-12-31")
	page.wants(t, http.StatusOK, "Le jeton est fait.", "inventaire", "voir", "demander")
	secret := regexp.MustCompile(`melusine_[a-z2-7]{40}`).FindString(page.body)
	again := b.get(pathTokens)
	if secret == "" || strings.Contains(again.body, secret) || strings.Contains(h.log.String(), secret) {
		t.Errorf("%q is kept", secret)
	}
	for e, err := range h.desk.Journal.Read(t.Context(), 0) {
		must(t, err)
		if strings.Contains(fmt.Sprintf("%+v", e), secret) {
			t.Errorf("the history holds the secret: %+v", e)
		}
	}
	held, who, err := h.desk.Bearer(secret)
	if err != nil || who.UID != "jeanne" || !held.Until.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error(held, who, err)
	}
	b.submit(pathTokens, "nom", "x").wants(t, http.StatusUnprocessableEntity, "Ce qu'il permet")
	b.submit(pathTokens, "nom", "x", "pouvoirs", "read", "jusqu_au", "demain").wants(t, http.StatusUnprocessableEntity)
	if a := b.submit(pathTokens + "/" + held.ID + "/retirer"); a.StatusCode != http.StatusSeeOther {
		t.Error(a.StatusCode, a.text())
	}
	b.get(pathTokens).wants(t, http.StatusOK, "Vous n'avez aucun jeton.")
	if _, _, err := h.desk.Bearer(secret); desk.CodeOf(err) != desk.BadToken {
		t.Error(err)
	}
}
