package bot_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

// form is a genuine slash command.
func (h *house) form(tb testing.TB, who desk.UID, text string) url.Values {
	tb.Helper()
	tokens := got(h.chat.Commands(tb.Context(), "melusine", "http://room/slash"))
	return url.Values{"token": tokens, "user_id": {room.Account(who)}, "channel_id": {h.chat.Channel()}, "command": {"/melusine"},
		"text": {text}, "trigger_id": {got(h.chat.Trigger(room.Account(who)))}}
}

type reply struct {
	Type        string `json:"response_type"`
	Text        string
	Plain       bool `json:"skip_slack_parsing"`
	Attachments []struct {
		Title, Text, Footer string
		Fields              []struct{ Title, Value string }
		Actions             []any
	}
}

// all is everything a reply shows.
func (r reply) all() string {
	s := r.Text
	for _, a := range r.Attachments {
		s += "\n" + a.Title + "\n" + a.Text + "\n" + a.Footer
		for _, f := range a.Fields {
			s += "\n" + f.Title + ": " + f.Value
		}
	}
	return s
}

func (h *house) slash(tb testing.TB, form url.Values) (r reply) {
	tb.Helper()
	w := post(h.bot, "/slash", "application/x-www-form-urlencoded", []byte(form.Encode()))
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		tb.Fatalf("status %d, %s", w.Code, w.Header())
	}
	must(tb, json.Unmarshal(w.Body.Bytes(), &r))
	if r.Type != "ephemeral" || !r.Plain || r.Text == "" {
		tb.Fatalf("replied %+v", r)
	}
	return r
}

func (h *house) types(tb testing.TB, who desk.UID, text string) string {
	tb.Helper()
	return h.slash(tb, h.form(tb, who, text)).all()
}

func TestSlashGuard(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		change       func(h *house, f url.Values)
	}{
		{"no token", "token", func(_ *house, f url.Values) { f.Del("token") }},
		{"token of another command", "token", func(_ *house, f url.Values) { f.Set("token", strings.Repeat("x", 26)) }},
		{"no user", "malformed", func(_ *house, f url.Values) { f.Del("user_id") }},
		{"two users", "malformed", func(_ *house, f url.Values) { f.Add("user_id", room.Account("paul")) }},
		{"two texts", "malformed", func(_ *house, f url.Values) { f.Add("text", "aide") }},
		{"another user's trigger", "trigger", func(_ *house, f url.Values) { f.Set("user_id", room.Account("paul")) }},
		{"no trigger", "trigger", func(_ *house, f url.Values) { f.Del("trigger_id") }},
		{"late", "old", func(h *house, _ url.Values) { h.clock.move(61 * time.Second) }},
		{"replay", "replay", func(h *house, f url.Values) {
			post(h.bot, "/slash", "application/x-www-form-urlencoded", []byte(f.Encode()))
			h.events = h.events[:len(h.events)-2] // as if the first had been lost
		}},
		{"deactivated", "nobody", func(h *house, _ url.Values) {
			h.chat.users[room.Account("marie")] = bot.User{Account: room.Account("marie"), Deleted: true}
		}},
		{"bot", "nobody", func(h *house, _ url.Values) {
			h.chat.users[room.Account("marie")] = bot.User{Account: room.Account("marie"), Bot: true}
		}},
		{"silent server", "unreachable", func(h *house, _ url.Values) { h.chat.down = errors.New("down") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			f := h.form(t, "marie", "quota bob 2Go")
			tt.change(h, f)
			before := len(h.all())
			h.slash(t, f)
			if h.bot.Refused()[tt.reason] != 1 || len(h.all()) != before {
				t.Errorf("refused %v, %d new facts", h.bot.Refused(), len(h.all())-before)
			}
		})
	}
}

// Until Register has succeeded no token is ours, not even the empty one.
func TestSlashBeforeRegister(t *testing.T) {
	h := newHouse(t)
	f := h.form(t, "marie", "aide")
	h.bot = h.newBot(t, h.chat)
	for _, token := range []string{f.Get("token"), ""} {
		f.Set("token", token)
		h.slash(t, f)
	}
	if h.bot.Refused()["token"] != 2 {
		t.Errorf("refused %v", h.bot.Refused())
	}
}

func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		who        desk.UID
		typed      string
		want, lack string
		state      desk.State // of D-1, which marie has asked on bob's account
	}{
		{"marie", "", "/melusine alias add", "/melusine approve", desk.Waiting},
		{"marie", "help", "/melusine forward ACCOUNT", "account lock", desk.Waiting},
		{"paul", "help", "/melusine approve", "", desk.Waiting},
		{"paul", "help account", "/melusine account lock ACCOUNT", "quota ACCOUNT", desk.Waiting},
		{"paul", "compte verrouiller bob motif : vol", "D-2", "", desk.Waiting},
		{"paul", "account activate bob", "active already", "", desk.Waiting},
		{"paul", "compte renommer bob bob@v.fr", "an address in `u.fr`", "", desk.Waiting},
		{"paul", "formule bob etudiants", "no class of service \"`etudiants`\"", "", desk.Waiting},
		{"paul", "redirection bob bob@u.fr", "come back to the same mailbox", "", desk.Waiting},
		{"paul", "forward bob none", "not sent anywhere else", "", desk.Waiting},
		{"marie", "compte fermer bob", "D-2", "no account", desk.Waiting},
		{"marie", "quota bob 2Go", "D-2", "", desk.Waiting},
		{"marie", "alias ajouter no@u.fr bob@u.fr", "Reserved name.", "", desk.Waiting},
		{"marie", "alias ajouter m.curie@u.fr bob@u.fr", "already used", "", desk.Waiting},
		{"marie", "compte marie", "`m.curie@u.fr`", "", desk.Waiting},
		{"marie", "compte bob", "No account", "`bob@u.fr`", desk.Waiting},
		{"paul", "compte bob@u.fr", "`Bob Martin`", "", desk.Waiting},
		{"paul", "historique bob@u.fr", "`Marie Curie` asked", "", desk.Waiting},
		{"marie", "historique bob@u.fr", "No account", "asked", desk.Waiting},
		{"marie", "demandes", "D-1", "", desk.Waiting},
		{"eve", "demandes toutes", "No requests", "D-1", desk.Waiting},
		{"paul", "demandes attente", "D-1", "", desk.Waiting},
		{"marie", "demandes attente", "No requests", "D-1", desk.Waiting},
		{"marie", "demande 1", "/melusine cancel D-1", "/melusine approve", desk.Waiting},
		{"paul", "demande d-1", "/melusine approve D-1", "", desk.Waiting},
		{"eve", "demande 1", "No request", "contact@u.fr", desk.Waiting},
		{"paul", "valider 1", "is recorded", "", desk.Ready},
		{"marie", "pourquoi 1", "Must be approved by an administrator", "", desk.Waiting},
		{"marie", "why D-1", "Can approve now: `Paul", "", desk.Waiting},
		{"eve", "why D-1", "No request", "contact@u.fr", desk.Waiting},
		{"marie", "pourquoi quota bob 2Go", "Accepted at once", "D-2", desk.Waiting},
		{"marie", "pourquoi compte fermer bob", "Denied by the rules", "D-2", desk.Waiting},
		{"marie", "pourquoi demandes", "I did not understand", "D-2", desk.Waiting},
		{"marie", "valider 1", "somebody else", "", desk.Waiting},
		{"bob", "valider 1", "an account of yours", "", desk.Waiting},
		{"eve", "valider 1", "No request", "", desk.Waiting},
		{"sylvie", "refuser 1 utiliser FileSender", "`utiliser FileSender`", "", desk.Rejected},
		{"marie", "annuler 1", "withdrawn", "", desk.Cancelled},
		{"paul", "annuler 1", "not yours", "", desk.Waiting},
		{"marie", "modifier 1 accueil@u.fr", "`alias.add bob@u.fr alias=accueil@u.fr`", "", desk.Waiting},
		{"paul", "edit 1 alias=accueil@u.fr", "can approve it", "", desk.Waiting},
		{"marie", "modifier 1 no@u.fr", "(rule `R-2`)", "", desk.Waiting},
		{"marie", "modifier 1 m.curie@u.fr", "already used", "", desk.Waiting},
		{"marie", "modifier 1 contact@u.fr", "so already", "", desk.Waiting},
		{"marie", "modifier 1", "the new value", "", desk.Waiting},
		{"bob", "modifier 1 accueil@u.fr", "an account of yours", "", desk.Waiting},
		{"eve", "modifier 1 accueil@u.fr", "No request", "", desk.Waiting},
		{"marie", "virer bob", "What is it: an alias", "D-2", desk.Waiting},
		{"marie", "la pluie tombe", "`/melusine help`", "", desk.Waiting},
		{"marie", "manger <!channel> @all", "`", "\x00", desk.Waiting},
	} {
		t.Run(string(tt.who)+" "+tt.typed, func(t *testing.T) {
			h := newHouse(t)
			h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
			said := h.types(t, tt.who, tt.typed)
			if !strings.Contains(said, tt.want) || tt.lack != "" && strings.Contains(said, tt.lack) {
				t.Errorf("said %q", said)
			}
			if h.state("D-1") != tt.state {
				t.Errorf("D-1 is %q", h.state("D-1"))
			}
		})
	}
}

func TestDenialIsRecorded(t *testing.T) {
	h := newHouse(t)
	h.types(t, "marie", "alias ajouter no@u.fr bob@u.fr")
	if h.state("D-1") != desk.Rejected {
		t.Errorf("state %q", h.state("D-1"))
	}
}

func TestUnboundAccountLearnsOnlyHowToBind(t *testing.T) {
	h := newHouse(t)
	h.chat.users[room.Account("nobody")] = bot.User{Account: room.Account("nobody"), Locale: "fr"}
	for _, typed := range []string{"", "compte marie", "valider 1", "aide", "help quota", "quota bob 2Go", "mes demandes", "historique marie"} {
		said := h.types(t, "nobody", typed)
		if !strings.Contains(said, "https://portal/lier") || strings.Contains(said, "u.fr") || strings.Contains(said, "Curie") {
			t.Errorf("%q: said %q", typed, said)
		}
		helps := typed == "" || typed == "aide" || typed == "help quota"
		if strings.Contains(said, "/melusine quota COMPTE") != helps || strings.Contains(said, "/melusine valider") {
			t.Errorf("%q: said %q", typed, said)
		}
	}
	if n := len(h.ids()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestBinding(t *testing.T) {
	h := newHouse(t)
	h.people["new"] = desk.Person{UID: "new", Name: "Nouveau Venu"}
	h.chat.users[room.Account("new")] = bot.User{Account: room.Account("new"), Locale: "en"}
	code := got(h.desk.OfferBinding(t.Context(), "new", rand.Reader))
	for i := range 4 {
		if said := h.types(t, "new", fmt.Sprintf("lier AAAA-AAAA-AAA%d", i)); !strings.Contains(said, "not valid") {
			t.Fatalf("said %q", said)
		}
	}
	if said := h.types(t, "new", "link `"+strings.ToLower(code)+"`"); !strings.Contains(said, "`Nouveau Venu`") || h.Binding(room.Account("new")) != "new" {
		t.Errorf("said %q", said)
	}
	if said := h.types(t, "new", "link "+code); !strings.Contains(said, "not valid") {
		t.Errorf("a used code: %q", said)
	}
}

// The sixth code is not even looked at, right or wrong, for ten minutes.
func TestWrongCodesAreLimited(t *testing.T) {
	h := newHouse(t)
	h.people["new"] = desk.Person{UID: "new", Name: "Nouveau Venu"}
	h.chat.users[room.Account("new")] = bot.User{Account: room.Account("new"), Locale: "en"}
	for range 5 {
		h.types(t, "new", "lier AAAA-AAAA-AAAA")
	}
	code := got(h.desk.OfferBinding(t.Context(), "new", rand.Reader))
	if said := h.types(t, "new", "lier "+code); !strings.Contains(said, "Too many") || h.Binding(room.Account("new")) != "" {
		t.Errorf("said %q", said)
	}
	h.clock.move(10 * time.Minute)
	code = got(h.desk.OfferBinding(t.Context(), "new", rand.Reader))
	h.types(t, "new", "lier "+code)
	if h.Binding(room.Account("new")) != "new" {
		t.Error("still not bound")
	}
}

func TestDirectMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.bot.Listen(ctx) }()
		synctest.Wait()
		direct := got(h.chat.Direct(ctx, room.Account("marie")))
		must(t, h.chat.Say(ctx, room.Account("marie"), direct, "quota bob 2Go"))
		if len(h.ids()) != 1 || !h.chat.answers("D-1") {
			t.Errorf("%d requests, said %+v", len(h.ids()), h.chat.made)
		}
		// A bot is not answered, or two bots would talk for ever.
		posts := len(h.chat.made)
		h.chat.users[room.Account("marie")] = bot.User{Account: room.Account("marie"), Bot: true}
		must(t, h.chat.Say(ctx, room.Account("marie"), direct, "quota bob 3Go"))
		// A server that does not say who speaks is to hand the message over again.
		h.chat.users, h.chat.down = nil, errors.New("down")
		if h.chat.Say(ctx, room.Account("marie"), direct, "quota bob 4Go") == nil || len(h.chat.made) != posts || len(h.ids()) != 1 {
			t.Errorf("%d posts, %d requests", len(h.chat.made)-posts, len(h.ids()))
		}
		cancel()
		must(t, <-done)
	})
}

// twice hands each message over two times, as after a lost connection.
type twice struct{ *chat }

func (c twice) Listen(ctx context.Context, ears bot.Ears) error {
	hear := ears.Message
	ears.Message = func(ctx context.Context, h bot.Heard) error { return errors.Join(hear(ctx, h), hear(ctx, h)) }
	return c.chat.Listen(ctx, ears)
}

func TestMessageSeenTwiceAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.bot = h.newBot(t, twice{h.chat})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.bot.Listen(ctx) }()
		synctest.Wait()
		must(t, h.chat.Say(ctx, room.Account("marie"), got(h.chat.Direct(ctx, room.Account("marie"))), "quota bob 2Go"))
		if len(h.ids()) != 1 || len(h.chat.made) != 1 {
			t.Errorf("%d requests, %d answers", len(h.ids()), len(h.chat.made))
		}
		cancel()
		must(t, <-done)
	})
}

// slow is a journal whose writes outlast the time for an answer.
type slow struct{ *memory }

func (slow) Append(ctx context.Context, _ desk.Seq, _ ...desk.Event) (desk.Seq, error) {
	return 0, context.DeadlineExceeded
}

func TestSlowAnswerPromisesNothing(t *testing.T) {
	h := newHouse(t)
	h.desk.Journal = slow{h.memory}
	if said := h.types(t, "marie", "quota bob 2Go"); !strings.Contains(said, "do not know whether") {
		t.Errorf("said %q", said)
	}
}

// FuzzSlash: no form made without the server's key and token does anything.
func FuzzSlash(f *testing.F) {
	h := newHouse(f)
	genuine := h.form(f, "marie", "quota bob 2Go")
	f.Add(genuine.Encode())
	f.Add("")
	f.Add("user_id=&token=")
	f.Add("%zz&;")
	h.bot = h.newBot(f, h.chat)
	before := len(h.all())
	f.Fuzz(func(t *testing.T, raw string) {
		if len(raw) > 60<<10 {
			t.Skip("larger bodies have a status of their own")
		}
		w := post(h.bot, "/slash", "application/x-www-form-urlencoded", []byte(raw))
		var r reply
		if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || w.Code != 200 || r.Text == "" || r.Type != "ephemeral" {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if len(h.all()) != before {
			t.Fatal("a random form did something")
		}
	})
}

// Whatever a bound person types is answered, or is an error with a sentence.
func FuzzTyped(f *testing.F) {
	h := newHouse(f)
	for _, s := range []string{"aide", "alias ajouter a@u.fr bob", "valider 1", "@all", "`", "lier X", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		who := h.people["eve"]
		m, err := h.bot.Answer(t.Context(), who, "fr", typed, "k"+typed)
		if err == nil && m.Line == "" || err != nil && desk.CodeOf(err) == "" {
			t.Errorf("%q: %+v, %v", typed, m, err)
		}
	})
}
