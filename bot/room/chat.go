package room

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
)

// A post is a message as it stands in a channel.
type post struct {
	bot.Message
	ID     string
	Author string // account; "" = the bot
	Only   string // the one account that sees it; "" = all of the channel
	At     time.Time
	Edited bool
}

const kept = 500 // posts

// Post implements bot.Chat.
func (r *Room) Post(_ context.Context, m bot.Message) (desk.Post, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.keyed[m.Key]; ok {
		return at, nil
	}
	p, err := r.add(post{Message: m})
	if err != nil {
		return desk.Post{}, err
	}
	at := desk.Post{Channel: p.Channel, ID: p.ID}
	if m.Key != "" {
		r.keyed[m.Key] = at
	}
	return at, nil
}

// add appends a post. r.mu is held.
func (r *Room) add(p post) (*post, error) {
	if !r.hasChannel(p.Channel) {
		return nil, errors.New("post in the room: no such channel")
	}
	id, err := r.draw()
	if err != nil {
		return nil, err
	}
	p.ID, p.At = id, r.Now()
	r.posts = append(r.posts, &p)
	r.posts = r.posts[max(0, len(r.posts)-kept):]
	r.version++
	return &p, nil
}

func (r *Room) hasChannel(id string) bool {
	if id == r.Channel() {
		return true
	}
	for _, s := range r.seats {
		if s.Direct == id {
			return true
		}
	}
	return false
}

// Find implements bot.Chat.
func (r *Room) Find(_ context.Context, m bot.Message) (desk.Post, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keyed[m.Key], nil
}

// Update implements bot.Chat.
func (r *Room) Update(_ context.Context, at desk.Post, m bot.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.show(at.ID, m.Line, m.Card)
	return nil
}

// show replaces what a post shows. r.mu is held.
func (r *Room) show(id, line string, card *bot.Card) {
	for i, old := range r.posts {
		if old.ID != id {
			continue
		}
		p := *old
		p.Line, p.Card, p.Edited = line, card, true
		r.posts[i] = &p // readers keep the old one
		r.version++
	}
}

// Direct implements bot.Chat.
func (r *Room) Direct(_ context.Context, account string) (string, error) {
	s, ok := r.seat(account)
	if !ok {
		return "", errors.New("open direct channel: nobody has this account")
	}
	return s.Direct, nil
}

// User implements bot.Chat.
func (r *Room) User(_ context.Context, account string) (bot.User, error) {
	s, ok := r.seat(account)
	return bot.User{Account: account, Locale: s.Locale, Deleted: !ok || s.Deleted, Bot: s.Bot}, nil
}

func (r *Room) seat(account string) (seat, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.seats[account]
	return s, ok
}

// Open implements bot.Chat: the room has no forms, what they do is typed.
func (r *Room) Open(context.Context, string, bot.Dialog) error {
	return errors.New("open dialog: the room has none")
}

// Key implements bot.Chat.
func (r *Room) Key(context.Context) (*ecdsa.PublicKey, error) { return &r.key.PublicKey, nil }

// Commands implements bot.Chat.
func (r *Room) Commands(_ context.Context, trigger, callback string) ([]string, error) {
	to, err := url.Parse(callback)
	if err != nil {
		return nil, fmt.Errorf("register command: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trigger, r.path = trigger, to.Path
	return []string{r.token}, nil
}

// Listen implements bot.Chat. A message is handed over while its sender waits.
func (r *Room) Listen(ctx context.Context, ears bot.Ears) error {
	r.listen(ears.Message)
	defer r.listen(nil)
	<-ctx.Done()
	return ctx.Err()
}

func (r *Room) listen(hear func(context.Context, bot.Heard) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hear = hear
}

// visible is what an account sees of a channel, answers below what they answer.
func (r *Room) visible(account, channel string) []*post {
	r.mu.Lock()
	defer r.mu.Unlock()
	var seen []*post
	for _, p := range r.posts {
		if p.Channel == channel && (p.Only == "" || p.Only == account) {
			seen = append(seen, p)
		}
	}
	return slices.Clip(seen)
}
