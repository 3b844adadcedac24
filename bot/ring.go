package bot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// ring says in the thread of a card what an edit of it would not make heard: a
// question to the asker, its answer or other words to the approvers. Each is said
// once, whatever the restarts.
func (b *Bot) ring(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	made, err := b.once(ctx, role, r, func(ctx context.Context, since time.Time) (desk.Post, error) {
		return b.rings(ctx, role, r, since)
	})
	if err != nil {
		return desk.Post{}, fmt.Errorf("ring about %s: %w", r.ID, err)
	}
	return made, nil
}

func (b *Bot) rings(ctx context.Context, role desk.Role, r desk.Request, since time.Time) (desk.Post, error) {
	key := func(card desk.Role) string {
		return b.mac("post", string(r.ID), string(role), strconv.Itoa(r.Version), strconv.Itoa(r.Said()), string(card))
	}
	under := func(card desk.Role, to desk.UID) (desk.Post, error) {
		return b.whisper(ctx, to, key(card), since, func(p pen) Message {
			return Message{Root: r.Announced[card].Post.ID, Line: p.rung(role, r)}
		})
	}
	if role == desk.ToQuestion {
		return under(desk.ToAsker, r.By)
	}
	if r.Confidential { // nothing shows in a channel
		for _, card := range slices.Sorted(maps.Keys(r.Announced)) {
			if !card.InPerson() || r.Announced[card].Post.ID == "" {
				continue
			}
			if _, err := under(card, b.approver(r.ID, card)); err != nil {
				return desk.Post{}, err
			}
		}
		return desk.Post{}, nil
	}
	card := r.Announced[desk.ToApprovers].Post
	return b.Chat.Post(ctx, Message{Channel: cmp.Or(card.Channel, b.Channel), Root: card.ID, Key: key(desk.ToApprovers), Since: since,
		Line: b.pen(b.Lang).rung(role, r)})
}

// rung is what is heard.
func (p pen) rung(role desk.Role, r desk.Request) string {
	if role == desk.ToAmend {
		return p.text("rung.amended", "id", string(r.ID), "who", p.name(r.Amender), "action", code(r.Action.String()))
	}
	if len(r.Exchanges) == 0 {
		return p.line(r)
	}
	x := r.Exchanges[len(r.Exchanges)-1]
	if role == desk.ToQuestion {
		return p.text("rung.question", "id", string(r.ID), "who", p.name(x.By), "text", code(x.Question),
			"command", p.command(desk.RequestAnswer, string(r.ID), p.text("typed.text")))
	}
	return p.text("rung.answer", "id", string(r.ID), "who", p.name(r.By), "text", code(x.Answer))
}

// exchanges are the questions and answers, a line each; the last five.
func (p pen) exchanges(r desk.Request) (said string) {
	for i, x := range r.Exchanges[max(0, len(r.Exchanges)-5):] {
		if i > 0 {
			said += "\n"
		}
		said += "❓ " + p.name(x.By) + " · " + code(x.Question)
		if !x.Answered.IsZero() {
			said += "\n↳ " + p.name(r.By) + " · " + code(x.Answer)
		}
	}
	return said
}
