package bot_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

func TestNewRefusesWhatIsNotSafe(t *testing.T) {
	r := got(room.New(room.Config{Now: time.Now, Rand: rand.Reader}))
	sound := bot.Config{Desk: &desk.Desk{}, Chat: r, Secret: secret, Channel: r.Channel(), URL: "https://bot.u.fr/hooks/",
		Approvers: func() []string { return nil }, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	b := got(bot.New(sound))
	if printed := fmt.Sprintf("%v %+v %#v %+v", b, sound, sound, b); strings.Contains(printed, "48 49 50") || strings.Contains(printed, "0x30, 0x31") {
		t.Errorf("the secret is printed: %s", printed)
	}
	for name, change := range map[string]func(*bot.Config){
		"no desk":          func(c *bot.Config) { c.Desk = nil },
		"no chat":          func(c *bot.Config) { c.Chat = nil },
		"no clock":         func(c *bot.Config) { c.Now = nil },
		"no approvers":     func(c *bot.Config) { c.Approvers = nil },
		"no secret":        func(c *bot.Config) { c.Secret = nil },
		"short secret":     func(c *bot.Config) { c.Secret = secret[:31] },
		"no channel":       func(c *bot.Config) { c.Channel = "" },
		"name of channel":  func(c *bot.Config) { c.Channel = "mail-admins" },
		"no URL":           func(c *bot.Config) { c.URL = "" },
		"relative URL":     func(c *bot.Config) { c.URL = "/hooks" },
		"query in URL":     func(c *bot.Config) { c.URL = "https://bot.u.fr/?a=b" },
		"password in URL":  func(c *bot.Config) { c.URL = "https://a:b@bot.u.fr" },
		"under /plugins":   func(c *bot.Config) { c.URL = "https://bot.u.fr/plugins/melusine" },
		"trigger of words": func(c *bot.Config) { c.Trigger = "mel usine" },
	} {
		c := sound
		change(&c)
		if _, err := bot.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// half is a chat that knows some teams only.
type half struct {
	*chat
	tokens []string
	err    error
}

func (h half) Commands(context.Context, string, string) ([]string, error) { return h.tokens, h.err }

func TestRegisterKeepsWhatWorked(t *testing.T) {
	h := newHouse(t)
	chat := &half{chat: h.chat, tokens: []string{"first"}}
	h.bot = h.newBot(t, chat)
	known := func(token string) bool {
		f := h.form(t, "marie", "aide")
		f.Set("token", token)
		before := h.bot.Refused()["token"]
		h.slash(t, f)
		return h.bot.Refused()["token"] == before
	}
	must(t, h.bot.Register(t.Context()))
	chat.tokens, chat.err = []string{"second"}, errors.New("a team is closed to us")
	if h.bot.Register(t.Context()) == nil || !known("first") || !known("second") {
		t.Error("an error took tokens away")
	}
	chat.tokens, chat.err = []string{"second"}, nil
	if h.bot.Register(t.Context()) != nil || known("first") || !known("second") {
		t.Error("a withdrawn token is still ours")
	}
}

// A node that knows another command than the one that the others settled on finds out
// when that is used, without being asked for every forged one.
func TestACommandThatOthersSettledOnIsLearnt(t *testing.T) {
	h := newHouse(t)
	chat := &half{chat: h.chat, tokens: []string{"younger"}}
	h.bot = h.newBot(t, chat)
	must(t, h.bot.Register(t.Context()))
	refused := func(token string) bool {
		f := h.form(t, "marie", "aide")
		f.Set("token", token)
		before := h.bot.Refused()["token"]
		h.slash(t, f)
		return h.bot.Refused()["token"] != before
	}
	chat.tokens = []string{"older"}
	if refused("older") || !refused("younger") {
		t.Error("the older command is not learnt, or the younger is kept")
	}
	chat.tokens = []string{"third"}
	if !refused("forged") || !refused("third") {
		t.Error("it is asked again within a minute")
	}
	h.clock.move(time.Minute)
	if refused("third") {
		t.Error("it is never asked again")
	}
}
