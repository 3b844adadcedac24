package bot

import (
	"context"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// register answers what is known of an address: whose it is, since when, until when.
func (b *Bot) register(pen pen, who desk.Person, a desk.Address) (Message, error) {
	l, err := b.Desk.Address(who.UID, desk.Chat, a)
	if err != nil {
		return Message{}, err
	}
	account := desk.Account{}
	if l.Held {
		account = b.Desk.View.Account(a)
	}
	return pen.listing(l, account), nil
}

func (p pen) listing(l desk.Listing, account desk.Account) Message {
	name := func(who desk.UID) string { return p.name(who) }
	lines := say.Listing(p.lang, l, account, name, p.zone, code)
	return Message{Line: p.text("register.title") + " · " + code(string(l.Address)), Card: &Card{Tone: Neutral, Text: strings.Join(lines, "\n")}}
}

// ends tells who has an address that its last day is near.
func (p pen) ends(r desk.Request, renewal desk.Action) Message {
	kind, what := "ends.account", string(r.Action.After())
	if spec, _ := desk.SpecOf(r.Action.Verb); spec.Object {
		kind = "ends.list"
	} else if r.Action.Verb == desk.AccountShare {
		kind = "ends.share"
	} else if alias := r.Action.Arg("alias"); alias != "" {
		kind, what = "ends.alias", alias
	}
	card := p.card(r)
	card.Tone = Warning
	card.Text = p.text("ends.text", "what", p.text(kind, "what", code(what), "with", code(r.Action.Arg("with")), "day", say.Day(p.lang, desk.Day(r.Action.Arg("until")))))
	if renewal != (desk.Action{}) {
		card.Fields = p.fields(field{"field.typed", code("/" + p.trigger + " " + phrase.Canonical(p.lang, renewal))})
	}
	return Message{Line: p.text("ends.line", "line", p.line(r)), Card: card}
}

// renew asks for another term of what a request has dated, and takes the button
// away: the same click never asks twice.
func (b *Bot) renew(ctx context.Context, lang string, by desk.UID, id desk.ID) clicked {
	next, err := b.Desk.Renew(ctx, by, desk.Chat, id)
	if err != nil {
		return b.turnAway(lang, err)
	}
	dated, _ := b.Desk.View.Request(id)
	return clicked{Update: render(b.personal(lang, desk.ToHolder, dated)), Text: b.pen(lang).asked(next).Line, Plain: true}
}
