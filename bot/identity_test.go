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

const day = 24 * time.Hour

// A binding is believed for so long; then it shows and does nothing, and says how
// to renew it. It says so a fortnight before, too.
func TestABindingGetsOld(t *testing.T) {
	h := newHouse(t)
	h.desk.Renewal = 365 * day
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	for _, tt := range []struct {
		after         time.Duration
		soon, refused bool
	}{{0, false, false}, {350 * day, false, false}, {3 * day, true, false}, {12 * day, false, true}} {
		h.clock.move(tt.after)
		h.read = h.clock.now()
		said := h.types(t, "marie", "compte marie")
		if soon := strings.Contains(said, "you ends on"); soon != tt.soon {
			t.Errorf("after %v: said %q", tt.after, said)
		}
		if refused := strings.Contains(said, "too old"); refused != tt.refused || refused == strings.Contains(said, "marie@u.fr") {
			t.Errorf("after %v: said %q", tt.after, said)
		}
	}
	// The buttons neither, and nobody is told anything in person.
	if said := h.send(t, h.click(t, "paul", at, 0)); h.state("D-1") != desk.Waiting || !strings.Contains(said.Text, "https://portal/lier") {
		t.Errorf("%s, said %q", h.state("D-1"), said.Text)
	}
	r, _ := h.Request("D-1")
	if post := got(h.bot.Tell(t.Context(), desk.ToAsker, r)); post != (desk.Post{}) {
		t.Error("told by a binding that is too old")
	}
	code := got(h.desk.OfferBinding(t.Context(), "marie", strings.NewReader("12345678")))
	h.types(t, "marie", "link "+code)
	if said := h.types(t, "marie", "compte marie"); !strings.Contains(said, "marie@u.fr") {
		t.Errorf("renewed: %q", said)
	}
}

func TestWhoIsUntied(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(h *house)
		want   desk.Parting // "" = nobody is
	}{
		"nothing": {func(*house) {}, ""},
		"deactivated": {func(h *house) {
			h.chat.users[room.Account("paul")] = bot.User{Account: room.Account("paul"), Deleted: true}
		}, desk.Deactivated},
		"made a bot": {func(h *house) {
			h.chat.users[room.Account("paul")] = bot.User{Account: room.Account("paul"), Bot: true}
		}, desk.Deactivated},
		"not answering":  {func(h *house) { h.chat.down = fmt.Errorf("down") }, ""},
		"left":           {func(h *house) { delete(h.people, "paul") }, desk.Left},
		"left, but old":  {func(h *house) { delete(h.people, "paul"); h.clock.move(2 * day) }, ""},
		"directory gone": {func(h *house) { clear(h.people); h.people["marie"] = desk.Person{UID: "marie"} }, desk.Left},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			tt.change(h)
			must(t, h.bot.Recheck(t.Context()))
			var why desk.Parting
			for _, e := range h.all() {
				if f, ok := e.Fact.(desk.Unbound); ok && f.Who == "paul" {
					why = f.Why
				}
			}
			if why != tt.want || (h.Binding(room.Account("paul")) == "") != (why != "") {
				t.Errorf("%q, want %q", why, tt.want)
			}
		})
	}
}

// A directory that was read badly unties nobody.
func TestManyAtOnceAreNotBelieved(t *testing.T) {
	h := newHouse(t)
	for i := range 60 {
		who := desk.UID(fmt.Sprint("p", i))
		h.people[who] = desk.Person{UID: who}
		must(t, h.chat.Seat(t.Context(), h.desk, who, "en", false))
	}
	for i := range 7 {
		delete(h.people, desk.UID(fmt.Sprint("p", i)))
	}
	if err := h.bot.Recheck(t.Context()); err == nil || h.Binding(room.Account("p1")) == "" {
		t.Errorf("%v, untied", err)
	}
	h.people["p0"] = desk.Person{UID: "p0"}
	must(t, h.bot.Recheck(t.Context()))
	if h.Binding(room.Account("p1")) != "" || h.Binding(room.Account("p0")) == "" {
		t.Error("six of sixty-five are not many")
	}
}

// An account that the server signs in by the directory needs no code: it is
// whom the directory says, and nothing else of its profile counts.
func TestWhomTheServerSignsIn(t *testing.T) {
	for name, tt := range map[string]struct {
		user bot.User
		want desk.UID
	}{
		"login":               {bot.User{Service: "ldap", Subject: "Zoe"}, "zoe"},
		"principal":           {bot.User{Service: "saml", Subject: "zoe@u.fr"}, "zoe"},
		"another's principal": {bot.User{Service: "saml", Subject: "zoe@evil.example"}, ""},
		"nobody":              {bot.User{Service: "ldap", Subject: "yann"}, ""},
		"password":            {bot.User{}, ""},
		"bound elsewhere":     {bot.User{Service: "ldap", Subject: "marie"}, ""},
		"no subject":          {bot.User{Service: "ldap"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.people["zoe"] = desk.Person{UID: "zoe", Name: "Zoé", EPPN: "zoe@u.fr"}
			account := room.Account("stranger")
			tt.user.Account = account
			h.chat.users[account] = tt.user
			said := h.types(t, "stranger", "compte zoe")
			if h.Binding(account) != tt.want || strings.Contains(said, "https://portal/lier") != (tt.want == "") {
				t.Errorf("is %q, said %q", h.Binding(account), said)
			}
			if tt.want == "" {
				return
			}
			h.chat.users[account] = bot.User{Account: account} // with a password of its own now
			must(t, h.bot.Recheck(t.Context()))
			if h.Binding(account) != "" {
				t.Error("still bound")
			}
		})
	}
}
