package room

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/unistra/melusine/bot"
)

// ErrGone is what a click on a button that is no longer there gives.
var ErrGone = errors.New("the button is gone")

// ErrNotMember is returned to an account that acts where it does not sit.
var ErrNotMember = errors.New("not a member of the channel")

// Trigger is a genuine trigger id: the room's word that the account has just
// done something.
func (r *Room) Trigger(account string) (string, error) {
	id, err := r.draw()
	if err != nil {
		return "", err
	}
	data := fmt.Sprintf("%s:%s:%d:", id, account, r.Now().UnixMilli())
	sum := sha256.Sum256([]byte(data))
	signature, err := ecdsa.SignASN1(r.Rand, r.key, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign trigger: %w", err)
	}
	return base64.StdEncoding.EncodeToString([]byte(data + base64.StdEncoding.EncodeToString(signature))), nil
}

// Say carries what somebody types in a channel: a slash command to the bot's
// callback, anything else as a message, heard by the bot if it is a direct one.
func (r *Room) Say(ctx context.Context, account, channel, text string) error {
	if !r.member(account, channel) {
		return ErrNotMember
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if strings.EqualFold(word, "/"+r.command()) {
		return r.slash(ctx, account, channel, rest)
	}
	return r.message(ctx, account, channel, "", text)
}

// SayIn says something in the thread of a post.
func (r *Room) SayIn(ctx context.Context, account, channel, root, text string) error {
	if !r.member(account, channel) {
		return ErrNotMember
	}
	return r.message(ctx, account, channel, root, text)
}

func (r *Room) command() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trigger
}

func (r *Room) member(account, channel string) bool {
	s, ok := r.seat(account)
	return ok && !s.Deleted && (channel == s.Direct || s.Approver && channel == r.Channel())
}

func (r *Room) message(ctx context.Context, account, channel, root, text string) error {
	r.mu.Lock()
	p, err := r.add(post{Message: bot.Message{Channel: channel, Root: root, Line: text}, Author: account})
	hear, name := r.hear, "@"+r.trigger
	r.mu.Unlock()
	public := channel == r.Channel()
	rest, named := strings.CutPrefix(strings.TrimSpace(text), name)
	if err != nil || hear == nil || public && !named {
		return err
	}
	if public {
		text = strings.TrimSpace(rest)
	}
	return hear(ctx, bot.Heard{Account: account, Channel: channel, Post: p.ID, Root: root, Text: text, Public: public})
}

// slash sends a slash command and shows the answer to its author alone.
func (r *Room) slash(ctx context.Context, account, channel, text string) error {
	trigger, err := r.Trigger(account)
	if err != nil {
		return err
	}
	form := url.Values{"token": {r.token}, "user_id": {account}, "channel_id": {channel}, "command": {"/" + r.command()},
		"text": {text}, "trigger_id": {trigger}}
	var answer struct {
		Text        string       `json:"text"`
		Attachments []attachment `json:"attachments"`
	}
	if err := r.call(ctx, r.path, "application/x-www-form-urlencoded", []byte(form.Encode()), &answer); err != nil {
		return err
	}
	return r.whisper(account, channel, answer.Text, card(answer.Attachments))
}

func (r *Room) whisper(account, channel, line string, card *bot.Card) error {
	if line == "" {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.add(post{Message: bot.Message{Channel: channel, Line: line, Card: card}, Only: account})
	return err
}

// Click presses a button of a post: the nth, from 0.
func (r *Room) Click(ctx context.Context, account, id string, nth int) error {
	p, button, err := r.button(account, id, nth)
	if err != nil {
		return err
	}
	trigger, err := r.Trigger(account)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"user_id": account, "channel_id": p.Channel, "post_id": p.ID,
		"trigger_id": trigger, "type": "button", "context": button.Context})
	if err != nil {
		return fmt.Errorf("write click: %w", err)
	}
	to, err := url.Parse(button.URL)
	if err != nil {
		return fmt.Errorf("read button: %w", err)
	}
	var answer struct {
		Update *struct {
			Message string `json:"message"`
			Props   struct {
				Attachments []attachment `json:"attachments"`
			} `json:"props"`
		} `json:"update"`
		Text string `json:"ephemeral_text"`
	}
	if err := r.call(ctx, to.Path, "application/json", body, &answer); err != nil {
		return err
	}
	if up := answer.Update; up != nil {
		r.mu.Lock()
		r.show(p.ID, up.Message, card(up.Props.Attachments))
		r.mu.Unlock()
	}
	return r.whisper(account, p.Channel, answer.Text, nil)
}

func (r *Room) button(account, id string, nth int) (*post, bot.Button, error) {
	r.mu.Lock()
	var found *post
	for _, p := range r.posts {
		if p.ID == id {
			found = p
		}
	}
	r.mu.Unlock()
	switch {
	case found == nil || found.Card == nil || nth < 0 || nth >= len(found.Card.Buttons):
		return nil, bot.Button{}, ErrGone
	case !r.member(account, found.Channel):
		return nil, bot.Button{}, ErrNotMember
	}
	return found, found.Card.Buttons[nth], nil
}

// call sends a request to the bot, as over a network, and reads its answer.
func (r *Room) call(ctx context.Context, path, media string, body []byte, answer any) error {
	r.mu.Lock()
	to := r.bot
	r.mu.Unlock()
	if to == nil {
		return errors.New("call the bot: not connected")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call the bot: %w", err)
	}
	request.Header.Set("Content-Type", media)
	got := &recorder{header: http.Header{}, status: http.StatusOK}
	to.ServeHTTP(got, request)
	if got.status != http.StatusOK {
		return fmt.Errorf("call the bot: status %d", got.status)
	}
	if err := json.Unmarshal(got.body.Bytes(), answer); err != nil {
		return fmt.Errorf("read the bot's answer: %w", err)
	}
	return nil
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *recorder) Header() http.Header         { return a.header }
func (a *recorder) WriteHeader(status int)      { a.status = status }
func (a *recorder) Write(p []byte) (int, error) { return a.body.Write(p) }

// An attachment is a card as it travels.
type attachment struct {
	Color  string `json:"color"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Footer string `json:"footer"`
	Fields []struct {
		Title string `json:"title"`
		Value string `json:"value"`
		Short bool   `json:"short"`
	} `json:"fields"`
}

// card reads back a card that comes without buttons, as answers do.
func card(all []attachment) *bot.Card {
	if len(all) == 0 {
		return nil
	}
	a := all[0]
	c := &bot.Card{Tone: bot.Tone(a.Color), Title: a.Title, Text: a.Text, Footer: a.Footer}
	for _, f := range a.Fields {
		c.Fields = append(c.Fields, bot.Field{Title: f.Title, Value: f.Value, Short: f.Short})
	}
	return c
}
