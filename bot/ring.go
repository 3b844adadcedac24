package bot

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/unistra/melusine/internal/desk"
)

// ring says in the thread of a card what an edit of it would not make heard: a
// question to the asker, its answer or other words to the approvers. Each is said
// once, whatever the restarts.
func (b *Bot) ring(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	key := b.mac("post", string(r.ID), string(role), strconv.Itoa(r.Version), strconv.Itoa(r.Said()))
	m := Message{Key: key, Since: b.Now()}
	pen := b.pen(b.Lang)
	card := r.Announced[desk.ToApprovers].Post
	if m.Channel, m.Root = cmp.Or(card.Channel, b.Channel), card.ID; role == desk.ToQuestion {
		channel, lang, err := b.private(ctx, r.By)
		if err != nil || channel == "" {
			return desk.Post{}, err
		}
		pen, m.Channel, m.Root = b.pen(lang), channel, r.Announced[desk.ToAsker].Post.ID
	}
	m.Line = pen.rung(role, r)
	made, err := b.Chat.Post(ctx, m)
	if err != nil {
		return desk.Post{}, fmt.Errorf("post about %s: %w", r.ID, err)
	}
	return made, nil
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
