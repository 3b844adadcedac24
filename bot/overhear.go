package bot

import (
	"context"
	"fmt"
	"strings"
)

// overhear answers who named us in a channel: in person, for what is asked there
// is not for everybody to read; in the channel it only says so.
func (b *Bot) overhear(ctx context.Context, user User, h Heard) error {
	lang := b.langOf(user)
	direct, err := b.Chat.Direct(ctx, h.Account)
	if err != nil {
		return fmt.Errorf("answer a mention: %w", err)
	}
	at := place{account: h.Account, channel: direct, open: true}
	m := b.converse(ctx, user, at, h.Text, "mattermost:"+h.Post)
	m.Line = text(lang, "overheard.asked", "text", code(h.Text)) + "\n" + m.Line
	m.Channel, m.Key = direct, answerKey(h.Post)+":direct"
	made, err := b.Chat.Post(ctx, m)
	if err != nil {
		b.Log.WarnContext(ctx, "answer a mention", "post", h.Post, "error", err)
		return nil
	}
	b.memory.move(at, made.ID)
	note := Message{Channel: h.Channel, Root: h.Root, Key: answerKey(h.Post), Line: text(lang, "overheard")}
	if note.Root == "" {
		note.Root = h.Post
	}
	if _, err := b.Chat.Post(ctx, note); err != nil {
		b.Log.WarnContext(ctx, "answer a mention", "post", h.Post, "error", err)
	}
	return nil
}

// unnamed is a text without the mention that it begins or ends with.
func unnamed(text, name string) string {
	text = strings.TrimSpace(text)
	mention := "@" + name
	if len(text) >= len(mention) && strings.EqualFold(text[:len(mention)], mention) {
		text = strings.TrimLeft(text[len(mention):], " ,:\u00a0")
	}
	return strings.TrimSpace(strings.TrimSuffix(text, mention))
}
