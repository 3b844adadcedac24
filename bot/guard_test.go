package bot_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

type body = map[string]any

// click is a genuine click of paul on the nth button of a card.
func (h *house) click(tb testing.TB, who desk.UID, at desk.Post, nth int) body {
	tb.Helper()
	trigger, err := h.chat.Trigger(room.Account(who))
	must(tb, err)
	context := body{}
	for k, v := range h.chat.shows(at).Card.Buttons[nth].Context {
		context[k] = v
	}
	return body{"user_id": room.Account(who), "user_name": string(who), "channel_id": at.Channel, "post_id": at.ID,
		"trigger_id": trigger, "type": "button", "data_source": "", "context": context}
}

type answer struct {
	Update *struct {
		Message string
		Props   struct{ Attachments []struct{ Actions []any } }
	}
	Text  string `json:"ephemeral_text"`
	Plain bool   `json:"skip_slack_parsing"`
}

func (h *house) send(tb testing.TB, b body) answer {
	tb.Helper()
	raw, err := json.Marshal(b)
	must(tb, err)
	return h.sendRaw(tb, raw)
}

func (h *house) sendRaw(tb testing.TB, raw []byte) (a answer) {
	tb.Helper()
	w := post(h.bot, "/action", "application/json", raw)
	if w.Code != http.StatusOK {
		tb.Fatalf("status %d: %s", w.Code, w.Body)
	}
	must(tb, json.Unmarshal(w.Body.Bytes(), &a))
	return a
}

func post(b *bot.Bot, path, media string, raw []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(raw))
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w
}

// sign is the MAC of the bot, for attackers who are imagined to have the key.
func sign(parts ...string) string {
	mac := hmac.New(sha256.New, secret)
	for _, p := range parts {
		fmt.Fprintf(mac, "%d:%s|", len(p), p)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

func in(b body) body { return b["context"].(body) }

// attacks change one thing in a click that is genuine in all else; the guard
// must refuse each for that very reason. Take a check out of the guard and its
// attack succeeds.
var attacks = []struct {
	name   string
	reason string
	change func(t *testing.T, h *house, b body)
}{
	{"dialog submission on the button endpoint", "malformed", func(_ *testing.T, _ *house, b body) { b["type"] = "dialog_submission" }},
	{"dialog lookup", "malformed", func(_ *testing.T, _ *house, b body) { b["type"] = "dialog_lookup" }},
	{"menu instead of button", "malformed", func(_ *testing.T, _ *house, b body) { b["type"] = "select" }},
	{"no user", "malformed", func(_ *testing.T, _ *house, b body) { delete(b, "user_id") }},
	{"post id of no post", "malformed", func(_ *testing.T, _ *house, b body) { b["post_id"] = "../../x" }},
	{"unknown operation", "malformed", func(_ *testing.T, _ *house, b body) { in(b)["op"] = "grant" }},
	{"number instead of text", "malformed", func(_ *testing.T, _ *house, b body) { in(b)["mac"] = 1 }},
	{"another approver's id in eve's click", "trigger", func(t *testing.T, h *house, b body) {
		b["trigger_id"] = got(h.chat.Trigger(room.Account("eve")))
	}},
	{"no trigger", "trigger", func(_ *testing.T, _ *house, b body) { b["trigger_id"] = "" }},
	{"trigger of another server", "trigger", func(t *testing.T, h *house, b body) {
		other := got(room.New(room.Config{Now: h.clock.now, Rand: rand.Reader}))
		b["trigger_id"] = got(other.Trigger(room.Account("paul")))
	}},
	{"trigger made younger", "trigger", func(t *testing.T, h *house, b body) {
		raw := string(got(base64.StdEncoding.DecodeString(b["trigger_id"].(string))))
		old := fmt.Sprint(h.clock.now().UnixMilli())
		b["trigger_id"] = base64.StdEncoding.EncodeToString([]byte(strings.Replace(raw, old, fmt.Sprint(h.clock.now().UnixMilli()+1), 1)))
	}},
	{"trigger of a minute ago", "old", func(_ *testing.T, h *house, _ body) { h.clock.move(time.Minute + time.Second) }},
	{"trigger of tomorrow", "old", func(_ *testing.T, h *house, _ body) { h.clock.move(-time.Minute - time.Second) }},
	{"trigger from before the restart", "restart", func(t *testing.T, h *house, _ body) {
		h.clock.move(30 * time.Second)
		h.bot = h.newBot(t, h.chat)
	}},
	{"replay", "replay", func(t *testing.T, h *house, b body) {
		first := h.click(t, "paul", desk.Post{Channel: b["channel_id"].(string), ID: b["post_id"].(string)}, 0)
		in(first)["mac"] = "" // whatever came of the first
		b["trigger_id"] = first["trigger_id"]
		h.send(t, first)
	}},
	{"approval's signature on a refusal", "unsigned", func(_ *testing.T, _ *house, b body) { in(b)["op"] = "reject" }},
	{"context of another request", "unsigned", func(t *testing.T, h *house, b body) {
		_, at := h.ask(t, "marie", "bob@u.fr", "other@u.fr")
		in(b)["mac"] = h.chat.shows(at).Card.Buttons[0].Context["mac"]
	}},
	{"no signature", "unsigned", func(_ *testing.T, _ *house, b body) { delete(in(b), "mac") }},
	{"leaked context in another channel", "unsigned", func(_ *testing.T, _ *house, b body) { b["channel_id"] = strings.Repeat("a", 26) }},
	{"leaked context on an attacker's post", "foreign", func(_ *testing.T, _ *house, b body) { b["post_id"] = strings.Repeat("b", 26) }},
	{"card of another request", "foreign", func(t *testing.T, h *house, b body) {
		_, at := h.ask(t, "marie", "bob@u.fr", "other@u.fr")
		b["post_id"] = at.ID
	}},
	{"request without card", "foreign", func(t *testing.T, h *house, b body) {
		in(b)["request"] = "D-99"
		in(b)["mac"] = sign("button", "D-99", "approve", b["channel_id"].(string), in(b)["digest"].(string))
	}},
	{"card of other parameters", "outdated", func(_ *testing.T, _ *house, b body) {
		in(b)["digest"] = "00"
		in(b)["mac"] = sign("button", in(b)["request"].(string), "approve", b["channel_id"].(string), "00")
	}},
	{"deactivated approver", "nobody", func(_ *testing.T, h *house, _ body) {
		h.chat.users[room.Account("paul")] = bot.User{Account: room.Account("paul"), Deleted: true}
	}},
	{"bot bound to a person", "nobody", func(_ *testing.T, h *house, _ body) {
		h.chat.users[room.Account("paul")] = bot.User{Account: room.Account("paul"), Bot: true}
	}},
	{"server that answers about somebody else", "nobody", func(_ *testing.T, h *house, _ body) {
		h.chat.users[room.Account("paul")] = bot.User{Account: room.Account("sylvie")}
	}},
	{"server that does not answer", "unreachable", func(_ *testing.T, h *house, _ body) { h.chat.down = errors.New("down") }},
	{"server without its key", "unreachable", func(_ *testing.T, h *house, _ body) { h.chat.nokey = errors.New("down") }},
	{"account of nobody", "binding.none", func(t *testing.T, h *house, b body) {
		b["user_id"] = room.Account("stranger")
		h.chat.users[room.Account("stranger")] = bot.User{Account: room.Account("stranger")}
		b["trigger_id"] = got(h.chat.Trigger(room.Account("stranger")))
	}},
	{"own request", "approver.self", as("marie")},
	{"own benefit", "approver.benefits", as("bob")},
	{"card as it was before", "outdated", func(t *testing.T, h *house, _ body) {
		got(h.desk.Amend(t.Context(), "marie", desk.Chat, "D-1", "", "accueil@u.fr"))
	}},
	{"own words", "approver.amended", func(t *testing.T, h *house, b body) {
		r := got(h.desk.Amend(t.Context(), "paul", desk.Chat, "D-1", "", "accueil@u.fr"))
		in(b)["digest"] = r.Digest()
		in(b)["mac"] = sign("button", "D-1", "approve", b["channel_id"].(string), r.Digest())
	}},
	{"member of the channel who is no approver", "approver.not", as("eve")},
}

// as has somebody else click, genuinely.
func as(who desk.UID) func(*testing.T, *house, body) {
	return func(t *testing.T, h *house, b body) {
		b["user_id"] = room.Account(who)
		b["trigger_id"] = got(h.chat.Trigger(room.Account(who)))
	}
}

// got is a value that must be there.
func got[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func TestGuardRefusesEachAttack(t *testing.T) {
	for _, tt := range attacks {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
			b := h.click(t, "paul", at, 0)
			tt.change(t, h, b)
			before := h.bot.Refused()[tt.reason]
			said := h.send(t, b)
			if n := h.bot.Refused()[tt.reason] - before; n != 1 {
				t.Errorf("not refused for %q but %v", tt.reason, h.bot.Refused())
			}
			if said.Text == "" || !said.Plain {
				t.Errorf("the person is told %+v", said)
			}
			if h.state(r.ID) != desk.Waiting {
				t.Errorf("the request is %q", h.state(r.ID))
			}
		})
	}
}

func TestGuardLetsGenuineClicksThrough(t *testing.T) {
	for nth, want := range []desk.State{desk.Ready, desk.Rejected} {
		h := newHouse(t)
		r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
		said := h.send(t, h.click(t, "paul", at, nth))
		if h.state(r.ID) != want || len(h.bot.Refused()) != 0 || said.Text == "" {
			t.Errorf("button %d: %q, %v, %q", nth, h.state(r.ID), h.bot.Refused(), said.Text)
		}
		// Only a final card may travel with the answer: any other could be stale on arrival.
		if final := said.Update != nil; final != want.Final() {
			t.Errorf("button %d: update %v", nth, said.Update)
		}
	}
}

// Of a request that was changed the old card counts no more, and says so; the
// same card, brought up to date, does.
func TestTheCardFollowsAnAmendment(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	old := h.click(t, "sylvie", at, 0)
	r = got(h.desk.Amend(t.Context(), "paul", desk.Portal, r.ID, r.Digest(), "accueil@u.fr"))
	if said := h.send(t, old); !strings.Contains(said.Text, "has changed") || h.state(r.ID) != desk.Waiting {
		t.Errorf("told %q, %s", said.Text, h.state(r.ID))
	}
	must(t, h.bot.Edit(t.Context(), at, desk.ToApprovers, r))
	if said := h.send(t, h.click(t, "sylvie", at, 0)); h.state(r.ID) != desk.Ready {
		t.Errorf("told %q, %s", said.Text, h.state(r.ID))
	}
}

func TestLoserIsShownTheFinalCard(t *testing.T) {
	h := newHouse(t)
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	late := h.click(t, "sylvie", at, 0)
	h.send(t, h.click(t, "paul", at, 1))
	said := h.send(t, late)
	if said.Update == nil || len(said.Update.Props.Attachments) != 1 || len(said.Update.Props.Attachments[0].Actions) != 0 {
		t.Errorf("update: %+v", said.Update)
	}
	if !strings.Contains(said.Text, "`Paul Langevin`") || h.bot.Refused()["too.late"] != 1 {
		t.Errorf("told %q, counted %v", said.Text, h.bot.Refused())
	}
}

func TestTwentyClicksOneDecision(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	var wait sync.WaitGroup
	for i := range 20 {
		who := []desk.UID{"paul", "sylvie"}[i%2]
		b := h.click(t, who, at, i/2%2)
		wait.Go(func() {
			if said := h.send(t, b); said.Text == "" {
				t.Error("a click was ignored in silence")
			}
		})
	}
	wait.Wait()
	decisions := 0
	for _, e := range h.all() {
		switch e.Fact.(type) {
		case desk.Approved, desk.Refused:
			decisions++
		}
	}
	if decisions != 1 || h.bot.Refused()["too.late"] != 19 {
		t.Errorf("%d decisions, refused %v, state %q", decisions, h.bot.Refused(), h.state(r.ID))
	}
}

func TestRefusalsSpeakTheReadersLanguage(t *testing.T) {
	h := newHouse(t)
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	b := h.click(t, "paul", at, 0)
	b["post_id"] = strings.Repeat("b", 26)
	if said := h.send(t, b).Text; !strings.HasPrefix(said, "This post is not") {
		t.Errorf("told %q", said)
	}
}

func TestHandlerRefusesWhatNoServerSends(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		name, method, target, media string
		body                        string
		status                      int
	}{
		{"get", http.MethodGet, "/action", "application/json", "{}", http.StatusMethodNotAllowed},
		{"put", http.MethodPut, "/slash", "application/x-www-form-urlencoded", "", http.StatusMethodNotAllowed},
		{"query", http.MethodPost, "/action?op=approve", "application/json", "{}", http.StatusBadRequest},
		{"empty query", http.MethodPost, "/action?", "application/json", "{}", http.StatusBadRequest},
		{"form as json", http.MethodPost, "/action", "application/x-www-form-urlencoded", "{}", http.StatusUnsupportedMediaType},
		{"json as form", http.MethodPost, "/slash", "application/json", "{}", http.StatusUnsupportedMediaType},
		{"no type", http.MethodPost, "/action", "", "{}", http.StatusUnsupportedMediaType},
		{"too large", http.MethodPost, "/action", "application/json", strings.Repeat(" ", 64<<10) + "{}", http.StatusRequestEntityTooLarge},
		{"elsewhere", http.MethodPost, "/", "application/json", "{}", http.StatusNotFound},
	} {
		r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", tt.media)
		w := httptest.NewRecorder()
		h.bot.Handler().ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
	}
}

// meaning is what a body says, as far as it counts.
func meaning(raw []byte) (m struct {
	User    string `json:"user_id"`
	Channel string `json:"channel_id"`
	Post    string `json:"post_id"`
	Trigger string `json:"trigger_id"`
	Context struct{ Request, Op, Digest, MAC string }
}) {
	json.Unmarshal(raw, &m) //nolint:errcheck // what cannot be read means nothing
	return m
}

// No byte of a genuine click can be changed without changing nothing: whatever
// is accepted still says the same.
func TestBentClicksAreRefused(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	written := len(h.all())
	chance := mathrand.New(mathrand.NewPCG(1, 2))
	for range 5000 {
		genuine := got(json.Marshal(h.click(t, "paul", at, 0)))
		bent := bytes.Clone(genuine)
		for range 1 + chance.IntN(3) {
			bent[chance.IntN(len(bent))] ^= 1 << chance.IntN(8)
		}
		if said := h.sendRaw(t, bent); said.Text == "" {
			t.Fatalf("no answer to %s", bent)
		}
		if h.state(r.ID) == desk.Waiting {
			continue
		}
		if meaning(bent) != meaning(genuine) {
			t.Fatalf("accepted %s\ninstead of %s", bent, genuine)
		}
		h.events = h.events[:written]
	}
}

// Random bodies are never accepted, and never go unanswered.
func FuzzAction(f *testing.F) {
	h := newHouse(f)
	r, at := h.ask(f, "marie", "bob@u.fr", "contact@u.fr")
	genuine, _ := json.Marshal(h.click(f, "paul", at, 0))
	h.clock.move(2 * time.Minute) // now too old to be accepted as it stands
	f.Add(genuine)
	f.Add([]byte(`{}`))
	f.Add([]byte(`[]`))
	f.Add(append(bytes.Clone(genuine), genuine...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 60<<10 {
			t.Skip("larger bodies have a status of their own")
		}
		if said := h.sendRaw(t, raw); said.Text == "" || said.Update != nil {
			t.Errorf("answered %+v", said)
		}
		if h.state(r.ID) != desk.Waiting {
			t.Fatal("a random body decided")
		}
	})
}
