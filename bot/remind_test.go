package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

// calendar counts every day as worked.
type calendar struct{}

func (calendar) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// dated is a house that answers within two days and ends after ten; eve looks
// after those who do not answer, and so does marie, who may not be told of her
// own requests.
func dated(tb testing.TB) *house {
	h := newHouse(tb)
	h.desk.Terms = desk.Terms{Calendar: calendar{}, Deadline: 2, Expiry: 10, Escalation: "chiefs"}
	for _, who := range []desk.UID{"eve", "marie"} {
		p := h.people[who]
		p.Groups = []string{"chiefs", "admins"}
		h.people[who] = p
	}
	return h
}

// lines are what stands in the direct channel with a person.
func (h *house) lines(tb testing.TB, who desk.UID) (lines []string) {
	tb.Helper()
	channel := got(h.chat.Direct(tb.Context(), room.Account(who)))
	h.chat.mu.Lock()
	defer h.chat.mu.Unlock()
	for at, m := range h.chat.made {
		if at.Channel == channel {
			lines = append(lines, m.Line)
		}
	}
	return lines
}

func (h *house) days(n int) {
	h.clock.move(time.Duration(n) * 24 * time.Hour)
	h.read = h.clock.now()
}

// Each is told once, in person, however often it is begun again; all see it
// under the card. The asker, who gains and who has answered are not told.
func TestRemind(t *testing.T) {
	h := dated(t)
	two := desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 2}}}
	h.desk.Rules = decision(two)
	r, card := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	r = got(h.desk.Approve(t.Context(), "sylvie", desk.Portal, r.ID, ""))
	r, _ = h.Request(r.ID)
	h.days(2)
	first := got(h.bot.Tell(t.Context(), desk.ToRemind, r))
	if again := got(h.bot.Tell(t.Context(), desk.ToRemind, r)); again != first || first.ID == "" {
		t.Errorf("posted %v, then %v", first, again)
	}
	if m := h.chat.shows(first); m.Root != card.ID || m.Channel != card.Channel || m.Card != nil || !strings.Contains(m.Line, "échéance") && !strings.Contains(m.Line, "Échéance") {
		t.Errorf("under the card: %+v", m)
	}
	for who, want := range map[desk.UID]int{"paul": 1, "eve": 1, "sylvie": 0, "marie": 0, "bob": 0} {
		if lines := h.lines(t, who); len(lines) != want {
			t.Errorf("%s is told %q", who, lines)
		}
	}
	if m := h.whispered(t, "paul"); !strings.Contains(m.Line, "D-1") || len(m.Card.Buttons) != 0 {
		t.Errorf("paul is told %+v", m)
	}
}

func (h *house) whispered(tb testing.TB, who desk.UID) bot.Message {
	tb.Helper()
	channel := got(h.chat.Direct(tb.Context(), room.Account(who)))
	h.chat.mu.Lock()
	defer h.chat.mu.Unlock()
	for at, m := range h.chat.made {
		if at.Channel == channel {
			return m
		}
	}
	return bot.Message{}
}

// decision is rules that give it for every change; all may be looked at.
type decision desk.Decision

func (d decision) Decide(f desk.Facts) desk.Decision {
	if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
		return desk.Decision{Outcome: desk.Allowed}
	}
	return desk.Decision(d)
}

func TestEscalate(t *testing.T) {
	h := dated(t)
	r, _ := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	h.days(4)
	first := got(h.bot.Tell(t.Context(), desk.ToEscalate, r))
	if again := got(h.bot.Tell(t.Context(), desk.ToEscalate, r)); again != first {
		t.Errorf("posted %v, then %v", first, again)
	}
	for who, want := range map[desk.UID]int{"eve": 1, "marie": 0, "paul": 0, "bob": 0} {
		if lines := h.lines(t, who); len(lines) != want {
			t.Errorf("%s is told %q", who, lines)
		}
	}
}

// Once a day, whatever the requests by then; another day, again.
func TestDigestOnceADay(t *testing.T) {
	h := dated(t)
	r, _ := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	for _, day := range []string{"2026-03-17", "2026-03-17", "2026-03-18", "2026-03-17"} {
		must(t, h.bot.Digest(t.Context(), "paul", day, start, []desk.Request{r}))
	}
	if lines := h.lines(t, "paul"); len(lines) != 2 || lines[0] != "One request waits for your decision" {
		t.Errorf("told %q", lines)
	}
	h.chat.users[room.Account("sylvie")] = bot.User{Account: room.Account("sylvie"), Deleted: true}
	must(t, h.bot.Digest(t.Context(), "sylvie", "2026-03-17", start, []desk.Request{r}))
	if lines := h.lines(t, "sylvie"); len(lines) != 0 {
		t.Errorf("a deactivated account is told %q", lines)
	}
}

// expired is marie's own card of a request that nobody answered.
func (h *house) expired(tb testing.TB) (desk.Request, desk.Post) {
	tb.Helper()
	r, _ := h.ask(tb, "marie", "bob@u.fr", "contact@u.fr")
	h.days(10)
	must(tb, h.desk.Pursue(tb.Context(), r.ID, false))
	r, _ = h.Request(r.ID)
	at := got(h.bot.Tell(tb.Context(), desk.ToAsker, r))
	must(tb, h.desk.Announce(tb.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Post: at, Shows: r.State}))
	r, _ = h.Request(r.ID)
	return r, at
}

// The asker's own button asks anew, once, and goes.
func TestAskAgainByButton(t *testing.T) {
	h := dated(t)
	r, at := h.expired(t)
	if buttons := h.chat.shows(at).Card.Buttons; r.State != desk.Lapsed || len(buttons) != 1 || buttons[0].Label != "Ask again" {
		t.Fatalf("%s with %+v", r.State, buttons)
	}
	for range 2 {
		a := h.send(t, h.click(t, "marie", at, 0))
		if !strings.Contains(a.Text, "D-2") || a.Update == nil || len(a.Update.Props.Attachments[0].Actions) != 0 {
			t.Errorf("answered %+v", a)
		}
	}
	if next, _ := h.Request("D-2"); next.Action != r.Action || next.By != "marie" || next.State != desk.Waiting || h.state("D-3") != desk.None {
		t.Errorf("asked %+v", next)
	}
}

// The button is the asker's, on the asker's card.
func TestAskAgainIsTheAskers(t *testing.T) {
	h := dated(t)
	r, at := h.expired(t)
	channel := got(h.chat.Direct(t.Context(), room.Account("paul")))
	for name, change := range map[string]func(body){
		"in somebody else's click": func(b body) {
			b["user_id"], b["trigger_id"] = room.Account("paul"), got(h.chat.Trigger(room.Account("paul")))
		},
		"in another channel": func(b body) { b["channel_id"] = channel },
		"on another post":    func(b body) { b["post_id"] = string(r.Announced[desk.ToApprovers].Post.ID) },
		"as an approval":     func(b body) { in(b)["op"] = "approve" },
		"as an approval, with a MAC": func(b body) {
			in(b)["op"], in(b)["mac"] = "approve", sign("button", "D-1", "approve", at.Channel, r.Digest())
		},
		"of another request": func(b body) { in(b)["request"] = "D-2" },
	} {
		b := h.click(t, "marie", at, 0)
		change(b)
		if a := h.send(t, b); h.state("D-2") != desk.None || a.Text == "" {
			t.Fatalf("%s: asked again (%q)", name, a.Text)
		}
	}
}

// Too late is told plainly, to who clicks on a card that still has its buttons.
func TestTooLateIsTold(t *testing.T) {
	h := dated(t)
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	b := h.click(t, "paul", at, 0)
	h.days(10)
	b["trigger_id"] = got(h.chat.Trigger(room.Account("paul")))
	if a := h.send(t, b); !strings.Contains(a.Text, "has ended, for nobody answered it in time") || h.state("D-1") != desk.Waiting {
		t.Errorf("%s, told %q", h.state("D-1"), a.Text)
	}
}

func TestAskAgainByCommand(t *testing.T) {
	h := dated(t)
	h.expired(t)
	m := got(h.bot.Answer(t.Context(), h.people["marie"], "fr", "redemander d-1", "k"))
	if h.state("D-2") != desk.Waiting || !strings.Contains(m.Line, "D-2") {
		t.Errorf("%s: %q", h.state("D-2"), m.Line)
	}
	if _, err := h.bot.Answer(t.Context(), h.people["paul"], "fr", "redemander 1", "k2"); desk.CodeOf(err) != desk.NotYours {
		t.Errorf("paul asks again for marie: %v", err)
	}
}

// The approvers are told in person that the asker waits, once for each time.
func TestNudge(t *testing.T) {
	h := dated(t)
	r, card := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	for n := 1; n <= 2; n++ {
		h.days(1)
		if m := got(h.bot.Answer(t.Context(), h.people["marie"], "fr", "relancer 1", fmt.Sprint(n))); !strings.Contains(m.Line, "seront relancées") {
			t.Errorf("answered %q", m.Line)
		}
		if _, err := h.bot.Answer(t.Context(), h.people["paul"], "fr", "relancer 1", fmt.Sprint("paul", n)); desk.CodeOf(err) != desk.NotYours {
			t.Errorf("paul nudges for marie: %v", err)
		}
		r, _ = h.desk.View.Request(r.ID)
		first := got(h.bot.Tell(t.Context(), desk.ToNudge, r))
		if again := got(h.bot.Tell(t.Context(), desk.ToNudge, r)); again != first {
			t.Errorf("posted %v, then %v", first, again)
		}
		if m := h.chat.shows(first); m.Root != card.ID || !strings.Contains(m.Line, "relance") {
			t.Errorf("under the card: %+v", m)
		}
		must(t, h.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToNudge, Post: first, Shows: r.State, Nudges: n}))
		if lines := h.lines(t, "paul"); len(lines) != n || !strings.Contains(lines[0], "waits for your decision") {
			t.Errorf("paul is told %q", lines)
		}
		if lines := h.lines(t, "marie"); len(lines) != 0 {
			t.Errorf("the asker is told %q", lines)
		}
	}
}
