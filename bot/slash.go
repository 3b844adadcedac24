package bot

import (
	"context"
	"crypto/subtle"
	"net/url"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
)

// said is what the server takes as an answer to a slash command. Only the
// person who typed it sees it.
type said struct {
	Type        string                   `json:"response_type"`
	Text        string                   `json:"text"`
	Attachments []*model.SlackAttachment `json:"attachments,omitempty"`
	Plain       bool                     `json:"skip_slack_parsing"`
}

// slash answers a slash command.
func (b *Bot) slash(ctx context.Context, body []byte) any {
	m, err := b.command(ctx, body)
	if err != nil {
		m = Message{Line: b.explain(b.Lang, err)}
	}
	return said{Type: model.CommandResponseTypeEphemeral, Text: m.Line, Attachments: attachments(m), Plain: true}
}

// command lets through what the server sent for one of our commands, on behalf
// of an account that has just typed it.
func (b *Bot) command(ctx context.Context, body []byte) (Message, error) {
	form, err := url.ParseQuery(string(body))
	account := form.Get("user_id")
	if err != nil || len(form["user_id"]) != 1 || len(form["text"]) > 1 || !chatID(account) {
		return Message{}, malformed
	}
	if token := form.Get("token"); !b.knows(token) && !b.learns(ctx, token) {
		return Message{}, badToken
	}
	t, err := b.genuine(ctx, form.Get("trigger_id"), account)
	if err != nil {
		return Message{}, err
	}
	user, err := b.present(ctx, account)
	if err != nil {
		return Message{}, err
	}
	at := place{account: account, channel: form.Get("channel_id"), root: form.Get("root_id"), open: form.Get("root_id") == "", quiet: true}
	if strings.TrimSpace(form.Get("text")) == "" {
		if who, err := b.who(ctx, user); err == nil && b.open(ctx, form.Get("trigger_id"), b.guide(b.pen(b.langOf(user)), who, account, t.id)) {
			pen := b.pen(b.langOf(user))
			return Message{Line: pen.text("form.opened", "command", pen.command(desk.Help, "", ""))}, nil
		}
	}
	return b.converse(ctx, user, at, form.Get("text"), "mattermost:"+t.id), nil
}

// learns looks again which commands are ours, once in a while: another node may have
// settled on one that we do not know.
func (b *Bot) learns(ctx context.Context, token string) bool {
	b.mu.Lock()
	due := len(b.tokens) > 0 && b.Now().Sub(b.learnt) >= learnEvery
	if due {
		b.learnt = b.Now()
	}
	b.mu.Unlock()
	if !due {
		return false
	}
	if err := b.Register(ctx); err != nil {
		b.Log.WarnContext(ctx, "look for the slash command again", "error", err)
	}
	return b.knows(token)
}

const learnEvery = time.Minute

// knows compares a token with all of ours, in a time that tells nothing.
func (b *Bot) knows(token string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := 0
	for _, ours := range b.tokens {
		found |= subtle.ConstantTimeCompare([]byte(token), []byte(ours))
	}
	return found == 1
}
