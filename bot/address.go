package bot

import (
	"cmp"
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

// ends tells who can renew it that the last day of what a request has dated is near.
func (p pen) ends(r desk.Request, renewal desk.Action) Message {
	card := p.card(r)
	card.Tone = Warning
	card.Text = p.text("ends.text", "what", p.text(lasting(r.Action), p.ending(r)...))
	if renewal != (desk.Action{}) {
		card.Fields = p.fields(field{"field.typed", code("/" + p.trigger + " " + phrase.Canonical(p.lang, renewal))})
	}
	return Message{Line: p.text("ends.line", "line", p.line(r)), Card: card}
}

// lapses tells a correspondent that their right lapses soon: others renew it.
func (p pen) lapses(r desk.Request) Message {
	card := p.card(r)
	card.Tone = Warning
	card.Text = p.text("lapses.text", p.ending(r)...)
	return Message{Line: p.text("lapses.line", "line", p.line(r)), Card: card}
}

// lasting is the text about the last day of what the action has dated.
func lasting(a desk.Action) string {
	switch spec, _ := desk.SpecOf(a.Verb); {
	case a.Verb == desk.DelegationGrant:
		return "ends.right"
	case a.Verb == desk.AccountShare:
		return "ends.share"
	case spec.Object:
		return "ends.list"
	case a.Arg("alias") != "":
		return "ends.alias"
	}
	return "ends.account"
}

func (p pen) ending(r desk.Request) []string {
	what := cmp.Or(r.Action.Arg("alias"), string(r.Action.After()))
	return []string{"what", code(what), "with", code(r.Action.Arg("with")), "who", p.name(r.Owner), "by", p.name(r.By), "day", say.Day(p.lang, desk.Day(r.Action.Arg("until")))}
}

// renew asks for another term of what a request has dated, and takes the button
// away: the same click never asks twice.
func (b *Bot) renew(ctx context.Context, lang string, by desk.UID, id desk.ID) clicked {
	if o := b.Desk.View.Delegation(desk.Mandate(id)); o.Known() {
		return b.renewRight(ctx, b.pen(lang), by, o)
	}
	next, err := b.Desk.Renew(ctx, by, desk.Chat, id)
	if err != nil {
		return b.turnAway(lang, err)
	}
	dated, _ := b.Desk.View.Request(id)
	return clicked{Update: render(b.personal(lang, b.card(dated, opRenew, ""), dated)), Text: b.pen(lang).asked(next).Line, Plain: true}
}
