// Package room is a chat room in memory, for demonstrations and for tests. It
// is a bot.Chat with an approvers' channel and a direct channel for each person
// seated, and a web page to sit in it.
//
// What people type and click there travels to the bot as Mattermost would send
// it, in form and in JSON, with a trigger id signed by the room's own key: the
// very same guard judges it.
package room

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
)

// Config is what a Room needs.
type Config struct {
	Base  string         // path where Handler is mounted, "/chat"
	Style string         // URL of the portal's style sheet
	Zone  *time.Location // nil = UTC
	Now   func() time.Time
	Rand  io.Reader

	Samples fs.FS // one post of each card, NAME.fr.json and NAME.en.json; nil = there is no page of them
}

// A Room is a chat of its own. Make it by New.
type Room struct {
	Config
	key *ecdsa.PrivateKey

	mu      sync.Mutex
	bot     http.Handler
	hear    func(context.Context, bot.Heard) error
	trigger string
	path    string // of the slash command's callback
	token   string
	seats   map[string]seat // by account
	posts   []*post
	keyed   map[string]desk.Post
	version int // grows with every change that somebody could see
}

// A seat is a person's place.
type seat struct {
	Who      desk.UID
	Name     string
	Account  string
	Direct   string // their direct channel
	Locale   string
	Approver bool // is a member of the approvers' channel
	Deleted  bool
	Bot      bool
}

// New makes an empty room with a key of its own.
func New(c Config) (*Room, error) {
	if c.Now == nil || c.Rand == nil {
		return nil, errors.New("make room: a part is missing")
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.Base = strings.TrimSuffix(c.Base, "/")
	key, err := ecdsa.GenerateKey(elliptic.P256(), c.Rand)
	if err != nil {
		return nil, fmt.Errorf("make room: draw key: %w", err)
	}
	r := &Room{Config: c, key: key, seats: map[string]seat{}, keyed: map[string]desk.Post{}}
	r.token, err = r.draw()
	return r, err
}

// Channel is the id of the approvers' channel.
func (*Room) Channel() string { return fixed("channel") }

// Account is the id of a person's account in any room.
func Account(who desk.UID) string { return fixed("account " + string(who)) }

// Connect gives the room the bot that its callbacks go to.
func (r *Room) Connect(h http.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bot = h
}

// Seat gives a person an account, bound to them, and shows them the approvers'
// channel if they are to sit there. What they may do is for the Desk to say.
func (r *Room) Seat(ctx context.Context, d *desk.Desk, who desk.UID, locale string, approver bool) error {
	account := Account(who)
	if d.View.Binding(account) == "" {
		code, err := d.OfferBinding(ctx, who, r.Rand)
		if err != nil {
			return fmt.Errorf("seat %s: %w", who, err)
		}
		if _, err := d.Bind(ctx, account, code); err != nil {
			return fmt.Errorf("seat %s: %w", who, err)
		}
	}
	r.sit(seat{Who: who, Name: d.View.Person(who).Name, Account: account, Locale: locale, Approver: approver})
	return nil
}

func (r *Room) sit(s seat) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Direct = fixed("direct " + s.Account)
	r.seats[s.Account] = s
	r.version++
}

// fixed is an id of the chat's form that is always the same for a name, so that
// bindings in a kept journal outlive the room.
func fixed(name string) string {
	sum := sha256.Sum256([]byte("melusine room " + name))
	return chatID(sum[:16])
}

func (r *Room) draw() (string, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(r.Rand, raw); err != nil {
		return "", fmt.Errorf("draw id: %w", err)
	}
	return chatID(raw), nil
}

func chatID(raw []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
}
