package bot

import (
	"context"
	"fmt"
	"strings"
)

// overhear answers who named us in a channel: in person, for what is asked there
// is not for everybody to read; in the channel note only says so, at last.
func (b *Bot) overhear(ctx context.Context, user User, h Heard, note Message) error {
	lang := b.langOf(user)
	direct, err := b.Chat.Direct(ctx, h.Account)
	if err != nil {
		return fmt.Errorf("open direct channel: %w", err)
	}
	at := place{account: h.Account, channel: direct, open: true}
	m := b.converse(ctx, user, at, h.Text, "mattermost:"+h.Post)
	m.Line = text(lang, "overheard.asked", "text", code(h.Text)) + "\n" + m.Line
	m.Channel, m.Key, m.Since = direct, note.Key+":direct", note.Since
	made, err := b.Chat.Post(ctx, m)
	if err != nil {
		return fmt.Errorf("answer in person: %w", err)
	}
	b.memory.move(at, made.ID)
	note.Line = text(lang, "overheard")
	_, err = b.Chat.Post(ctx, note)
	return err
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
