package room

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 16, 11, 12, 0, 0, time.UTC)

// A stub stands in for the bot: it keeps what it is sent and answers as told.
type stub struct {
	paths  []string
	bodies []string
	answer string
	status int
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.paths, s.bodies = append(s.paths, r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")), append(s.bodies, string(body))
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	io.WriteString(w, s.answer) //nolint:errcheck // a test
}

func newRoom(t *testing.T) (*Room, *stub) {
	t.Helper()
	r, err := New(Config{Base: "/chat", Style: "/static/app.css", Now: func() time.Time { return noon }, Rand: rand.Reader})
	must(t, err)
	r.sit(seat{Who: "marie", Name: "Marie <b>", Account: Account("marie"), Locale: "fr"})
	r.sit(seat{Who: "paul", Name: "Paul", Account: Account("paul"), Locale: "en", Approver: true})
	s := &stub{answer: "{}"}
	r.Connect(s)
	if _, err := r.Commands(t.Context(), "melusine", "http://room/slash"); err != nil {
		t.Fatal(err)
	}
	return r, s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *Room) card(t *testing.T) desk.Post {
	t.Helper()
	at, err := r.Post(t.Context(), bot.Message{Channel: r.Channel(), Key: "k", Line: "D-1 `a@u.fr`", Card: &bot.Card{Tone: bot.Warning, Title: "D-1",
		Text: "`<script>`\nsecond", Fields: []bot.Field{{Title: "Motif", Value: "``a`b``"}}, Footer: "foot",
		Buttons: []bot.Button{{Label: "Valider", Style: "primary", URL: "http://room/action", Context: map[string]string{"op": "approve"}}}}})
	must(t, err)
	return at
}

func TestPostsOncePerKey(t *testing.T) {
	r, _ := newRoom(t)
	if first, again := r.card(t), r.card(t); first != again {
		t.Error("posted twice")
	}
	if _, err := r.Post(t.Context(), bot.Message{Channel: "nowhere", Line: "x"}); err == nil {
		t.Error("posted nowhere")
	}
}

func TestClickTravelsAsMattermostSendsIt(t *testing.T) {
	r, s := newRoom(t)
	at := r.card(t)
	s.answer = `{"ephemeral_text":"noted","update":{"message":"over","props":{"attachments":[{"title":"end"}]}}}`
	must(t, r.Click(t.Context(), Account("paul"), at.ID, 0))
	var body struct {
		User    string            `json:"user_id"`
		Channel string            `json:"channel_id"`
		Post    string            `json:"post_id"`
		Trigger string            `json:"trigger_id"`
		Context map[string]string `json:"context"`
	}
	must(t, json.Unmarshal([]byte(s.bodies[0]), &body))
	if s.paths[0] != "POST /action application/json" || body.User != Account("paul") || body.Channel != at.Channel || body.Post != at.ID ||
		body.Trigger == "" || body.Context["op"] != "approve" {
		t.Errorf("sent %s %s", s.paths[0], s.bodies[0])
	}
	posts := r.visible(Account("paul"), at.Channel)
	if len(posts) != 2 || posts[0].Line != "over" || posts[0].Card.Title != "end" || !posts[0].Edited || posts[1].Line != "noted" {
		t.Errorf("shows %+v", posts)
	}
	if len(r.visible(Account("eve"), at.Channel)) != 1 {
		t.Error("somebody else sees what was whispered")
	}
	if err := r.Click(t.Context(), Account("paul"), at.ID, 0); !errors.Is(err, ErrGone) {
		t.Errorf("the button is still there: %v", err)
	}
}

func TestOnlyMembersAct(t *testing.T) {
	r, s := newRoom(t)
	at := r.card(t)
	for _, err := range []error{r.Click(t.Context(), Account("marie"), at.ID, 0), r.Click(t.Context(), Account("nobody"), at.ID, 0),
		r.Say(t.Context(), Account("marie"), r.Channel(), "/melusine aide"), r.Say(t.Context(), Account("paul"), fixed("direct "+Account("marie")), "hello")} {
		if !errors.Is(err, ErrNotMember) {
			t.Errorf("let in: %v", err)
		}
	}
	if len(s.paths) != 0 {
		t.Errorf("sent %v", s.paths)
	}
}

func TestSlashTravelsAsAForm(t *testing.T) {
	r, s := newRoom(t)
	s.answer = `{"text":"answer","attachments":[{"title":"card","fields":[{"title":"a","value":"b","short":true}]}]}`
	must(t, r.Say(t.Context(), Account("paul"), r.Channel(), "/Melusine valider  1"))
	form, err := url.ParseQuery(s.bodies[0])
	must(t, err)
	if s.paths[0] != "POST /slash application/x-www-form-urlencoded" || form.Get("token") != r.token || form.Get("text") != "valider  1" {
		t.Errorf("sent %s %s", s.paths[0], s.bodies[0])
	}
	posts := r.visible(Account("paul"), r.Channel())
	if len(posts) != 1 || posts[0].Only != Account("paul") || posts[0].Card.Fields[0].Value != "b" {
		t.Errorf("shows %+v", posts)
	}
	s.status = http.StatusTeapot
	if err := r.Say(t.Context(), Account("paul"), r.Channel(), "/melusine x"); err == nil {
		t.Error("a bot that fails is no error")
	}
}

func TestListenHearsDirectMessagesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newRoom(t)
		var heard []bot.Heard
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- r.Listen(ctx, bot.Ears{Message: func(_ context.Context, h bot.Heard) error { heard = append(heard, h); return nil }})
		}()
		synctest.Wait()
		must(t, r.Say(t.Context(), Account("paul"), r.Channel(), "in public"))
		must(t, r.Say(t.Context(), Account("marie"), fixed("direct "+Account("marie")), "aide"))
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) || len(heard) != 1 || heard[0].Text != "aide" || heard[0].Account != Account("marie") {
			t.Errorf("%v, heard %+v", err, heard)
		}
	})
}

func as(who desk.UID) func(*http.Request) desk.UID {
	return func(*http.Request) desk.UID { return who }
}

func serve(r *Room, who desk.UID, q *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.Handler(as(who)).ServeHTTP(w, q)
	return w
}

func send(path string, form url.Values) *http.Request {
	q := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return q
}

func TestPage(t *testing.T) {
	r, s := newRoom(t)
	at := r.card(t)
	for _, path := range []string{"/chat/", "/chat", "/"} {
		w := serve(r, "paul", httptest.NewRequest(http.MethodGet, path, nil))
		page := w.Body.String()
		for _, want := range []string{`<html lang="en">`, `<code>&lt;script&gt;</code><br>second`, `<code>a` + "`" + `b</code>`,
			`href="/static/app.css"`, "Approvals channel", `class="note warning"`, `value="` + at.ID + `"`, `action="/chat/click"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		if w.Code != http.StatusOK || strings.Contains(page, "<script>") || strings.Contains(page, "style=") {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if page := serve(r, "marie", httptest.NewRequest(http.MethodGet, "/chat/", nil)).Body.String(); strings.Contains(page, "D-1") || strings.Contains(page, "<b>") {
		t.Error("marie sees the approvers' channel, or her name is markup")
	}
	w := serve(r, "paul", send("/chat/say", url.Values{"channel": {r.Channel()}, "text": {"/melusine aide"}, "lang": {"fr"}}))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/chat/?lang=fr" || len(s.paths) != 1 {
		t.Errorf("say: %d %s", w.Code, w.Header())
	}
	w = serve(r, "paul", send("/chat/click", url.Values{"post": {at.ID}, "button": {"0"}}))
	if w.Code != http.StatusSeeOther || len(s.paths) != 2 {
		t.Errorf("click: %d", w.Code)
	}
}

func TestPageRefuses(t *testing.T) {
	r, s := newRoom(t)
	at := r.card(t)
	cross := send("/chat/click", url.Values{"post": {at.ID}, "button": {"0"}})
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, tt := range []struct {
		name   string
		who    desk.UID
		q      *http.Request
		status int
	}{
		{"nobody", "", httptest.NewRequest(http.MethodGet, "/chat/", nil), http.StatusForbidden},
		{"no seat", "eve", httptest.NewRequest(http.MethodGet, "/chat/posts", nil), http.StatusForbidden},
		{"another site", "paul", cross, http.StatusForbidden},
		{"not a member", "marie", send("/chat/click", url.Values{"post": {at.ID}, "button": {"0"}}), http.StatusForbidden},
		{"another's channel", "marie", send("/chat/say", url.Values{"channel": {r.Channel()}, "text": {"x"}}), http.StatusForbidden},
		{"no button", "paul", send("/chat/click", url.Values{"post": {at.ID}, "button": {"x"}}), http.StatusBadRequest},
		{"click by link", "paul", httptest.NewRequest(http.MethodGet, "/chat/click?post="+at.ID+"&button=0", nil), http.StatusMethodNotAllowed},
		{"elsewhere", "paul", httptest.NewRequest(http.MethodGet, "/chat/x", nil), http.StatusNotFound},
		{"gone button", "paul", send("/chat/click", url.Values{"post": {at.ID}, "button": {"7"}}), http.StatusSeeOther},
		{"empty text", "paul", send("/chat/say", url.Values{"channel": {r.Channel()}, "text": {" "}}), http.StatusSeeOther},
	} {
		if w := serve(r, tt.who, tt.q); w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
	}
	if len(s.paths) != 0 {
		t.Errorf("sent %v", s.paths)
	}
}

func TestScriptIsToldWhenNothingIsNew(t *testing.T) {
	r, _ := newRoom(t)
	r.card(t)
	get := func(since string) *httptest.ResponseRecorder {
		return serve(r, "paul", httptest.NewRequest(http.MethodGet, "/chat/posts?lang=fr&since="+since, nil))
	}
	first := get("0")
	_, rest, _ := strings.Cut(first.Body.String(), `data-version="`)
	version, _, _ := strings.Cut(rest, `"`)
	if first.Code != http.StatusOK || get(version).Code != http.StatusNoContent {
		t.Errorf("version %q: %d", version, get(version).Code)
	}
}

func TestRich(t *testing.T) {
	for in, want := range map[string]string{
		"a `b` c": "a <code>b</code> c", "`<b>`": "<code>&lt;b&gt;</code>", "`` `a` ``": "<code>`a`</code>", "a ` b": "a ` b",
		"`` a ` b": "`` a ` b", "<i>\n": "&lt;i&gt;<br>", "": "", "`a``b`": "<code>a``b</code>", "é`": "é`",
	} {
		if got := string(rich(in)); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func FuzzRich(f *testing.F) {
	f.Add("a `<b>` c")
	f.Fuzz(func(t *testing.T, s string) {
		bare := strings.NewReplacer("<code>", "", "</code>", "", "<br>", "").Replace(string(rich(s)))
		if strings.ContainsAny(bare, "<>") {
			t.Errorf("%q became %q", s, rich(s))
		}
	})
}
