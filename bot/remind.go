package bot

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// remind tells each of those whose answer is late or waited for, or of those who
// look after them, in person; then all, under the approvers' card. If it must begin again,
// nobody is told twice.
func (b *Bot) remind(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	made, err := b.once(ctx, role, r, func(ctx context.Context, since time.Time) (desk.Post, error) {
		return b.reminded(ctx, role, r, since)
	})
	if err != nil {
		return desk.Post{}, fmt.Errorf("remind of %s: %w", r.ID, err)
	}
	return made, nil
}

func (b *Bot) reminded(ctx context.Context, role desk.Role, r desk.Request, since time.Time) (desk.Post, error) {
	who, words := b.Desk.Awaited(r), "remind"
	switch role {
	case desk.ToEscalate:
		who, words = b.Desk.Overseers(r), "escalated"
	case desk.ToNudge:
		words = "nudged"
	}
	key := func(to desk.UID) string {
		return b.mac("post", string(r.ID), string(role), strconv.Itoa(r.Version), strconv.Itoa(r.Nudges), string(to))
	}
	for _, to := range who {
		_, err := b.whisper(ctx, to, key(to), since, func(p pen) Message {
			if r.Confidential && role == desk.ToEscalate {
				return Message{Line: p.text("escalated.line", "line", string(r.ID))}
			}
			m := p.approval(r, b.Desk.About(r))
			m.Line = p.text(words+".line", "line", m.Line)
			return m
		})
		if err != nil {
			return desk.Post{}, err
		}
	}
	if r.Confidential {
		return desk.Post{}, nil // nothing shows in a channel
	}
	card := r.Announced[desk.ToApprovers].Post
	return b.Chat.Post(ctx, Message{Channel: cmp.Or(card.Channel, b.Channel), Root: card.ID, Key: key(""), Since: since,
		Line: b.pen(b.Lang).text(words + ".thread")})
}

// whisper tells one person something, once per key, if they can be reached.
// since is when it may first have been said.
func (b *Bot) whisper(ctx context.Context, to desk.UID, key string, since time.Time, what func(pen) Message) (desk.Post, error) {
	return b.hand(ctx, to, key, since, func(p pen, _ string) Message { return what(p) })
}

// hand is whisper of what names its channel, as buttons do.
func (b *Bot) hand(ctx context.Context, to desk.UID, key string, since time.Time, what func(p pen, channel string) Message) (desk.Post, error) {
	channel, lang, err := b.private(ctx, to)
	if err != nil || channel == "" {
		return desk.Post{}, err
	}
	m := what(b.pen(lang), channel)
	m.Channel, m.Key, m.Since = channel, key, since
	made, err := b.Chat.Post(ctx, m)
	if err != nil {
		return desk.Post{}, fmt.Errorf("tell in person: %w", err)
	}
	return made, nil
}

// Digest tells a person what awaits their decision, once on a day, which began
// at since.
func (b *Bot) Digest(ctx context.Context, to desk.UID, day string, since time.Time, waiting []desk.Request) error {
	_, err := b.whisper(ctx, to, b.mac("digest", day, string(to)), since, func(p pen) Message { return p.digest(waiting, b.Now()) })
	return err
}

// digest lists what awaits a decision, the oldest first, each with its deadline.
func (p pen) digest(waiting []desk.Request, now time.Time) Message {
	const most = 15
	card := &Card{Tone: Warning}
	for _, r := range waiting[:min(len(waiting), most)] {
		card.Text += p.line(r) + p.due(r, now) + "\n"
	}
	if len(waiting) > most {
		card.Text += p.text("list.more", "n", strconv.Itoa(most)) + "\n"
	}
	card.Fields = p.fields(field{"field.alike", p.alike(waiting[:min(len(waiting), most)])}, field{"field.typed", p.command(desk.RequestShow, string(waiting[0].ID), "")})
	line := p.text("digest.one")
	if len(waiting) > 1 {
		line = p.text("digest.many", "n", strconv.Itoa(len(waiting)))
	}
	return Message{Line: line, Card: card}
}

func (p pen) due(r desk.Request, now time.Time) string {
	switch due := r.Dates.Due; {
	case due.IsZero():
		return ""
	case !now.Before(due):
		return " · " + p.text("digest.overdue", "moment", say.Deadline(p.lang, due, p.zone))
	default:
		return " · " + say.Before(p.lang, due, p.zone)
	}
}
