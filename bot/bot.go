package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// Config is what a Bot needs. Every field is required unless it says otherwise.
type Config struct {
	Desk      *desk.Desk
	Chat      Chat
	Secret    []byte              // at least 32 bytes, the same on every machine: signs the buttons
	Channel   string              // id of the approvers' channel
	URL       string              // public base of Handler, as the chat server reaches it, without query
	Link      string              // page of the portal that gives binding codes
	Trigger   string              // of the slash command, without the slash; "" = melusine
	Lang      string              // of shared channels, "fr" or "en"; "" = fr
	Approvers func() []string     // groups whose members are told of the approvers' commands
	Classes   map[string][]string // what people call each class of service, beside its name
	Zone      *time.Location
	Now       func() time.Time
	Log       *slog.Logger
}

// String hides the secret, of a Bot too.
func (Config) String() string { return "bot.Config" }

// GoString hides it in %#v.
func (Config) GoString() string { return "bot.Config" }

// A Bot answers people in a Chat. Make it by New.
type Bot struct {
	Config
	gate    gate
	wrong   tally
	memory  memory
	mu      sync.Mutex
	tokens  []string
	learnt  time.Time // when the tokens were looked for again
	refused map[string]int
	mine    claims
	heard   map[string]desk.Claim // messages that this node has claimed and not yet answered
}

var triggerForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// New checks the parts. Triggers made before this moment are refused for ever:
// nobody can know whether they were used.
func New(c Config) (*Bot, error) {
	if c.Trigger == "" {
		c.Trigger = "melusine"
	}
	c.Lang, c.URL = say.Lang(c.Lang), strings.TrimSuffix(c.URL, "/")
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("make bot: %w", err)
	}
	return &Bot{Config: c, gate: gate{since: c.Now(), seen: map[string]time.Time{}},
		wrong: tally{tries: map[string][]time.Time{}}, refused: map[string]int{}, mine: claims{}, heard: map[string]desk.Claim{}}, nil
}

func (c Config) check() error {
	base, err := url.Parse(c.URL)
	switch {
	case c.Desk == nil || c.Chat == nil || c.Now == nil || c.Zone == nil || c.Log == nil || c.Approvers == nil:
		return errors.New("a part is missing")
	case len(c.Secret) < 32:
		return errors.New("the secret is shorter than 32 bytes")
	case !chatID(c.Channel):
		return errors.New("the approvers' channel is not a channel id")
	case !triggerForm.MatchString(c.Trigger):
		return errors.New("the trigger is not a word")
	case err != nil || base.Host == "" || base.RawQuery != "" || base.User != nil:
		return errors.New("the callback URL is not a plain URL")
	case strings.HasPrefix(base.Path, "/plugins"):
		// On such a path Mattermost adds the session token of whoever clicks.
		return errors.New("the callback URL begins with /plugins")
	}
	return nil
}

// Register sees to it that the slash command is there and remembers its
// tokens. Without it every slash command is refused. Calling it again finds
// new teams and forgets tokens that were withdrawn; after an error it only adds.
func (b *Bot) Register(ctx context.Context) error {
	tokens, err := b.Chat.Commands(ctx, b.Trigger, b.URL+"/slash")
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return t == "" })
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.tokens = slices.Compact(slices.Sorted(slices.Values(append(tokens, b.tokens...))))
		return fmt.Errorf("register command: %w", err)
	}
	b.tokens = tokens
	return nil
}

// Refused counts what the guard turned away, by reason, since the start.
func (b *Bot) Refused() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.refused)
}

func (b *Bot) count(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused[reason]++
}

// mac signs parts so that no two lists of parts give the same text.
func (b *Bot) mac(parts ...string) string {
	h := hmac.New(sha256.New, b.Secret)
	for _, p := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s|", len(p), p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// lang is the language of an account; that of the house if it cannot be read.
func (b *Bot) lang(ctx context.Context, account string) string {
	user, err := b.Chat.User(ctx, account)
	if err != nil || user.Locale == "" {
		return b.Lang
	}
	return say.Lang(user.Locale)
}

func (b *Bot) pen(lang string) pen {
	return pen{lang: lang, zone: b.Zone, trigger: b.Trigger, person: b.Desk.View.Person, tariff: b.Desk.Estate.Tariff}
}
