package bot

import (
	"context"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// Lapse tells who holds an imported delegation, and who may ask for it again, that it
// lapses soon; the latter have a button for that. No request has these cards: each is
// said once by its key.
func (b *Bot) Lapse(ctx context.Context, o desk.Delegation, since time.Time) error {
	key := func(role desk.Role, to desk.UID) string {
		return b.mac("lapse", string(o.ID), string(role), string(to))
	}
	if _, err := b.whisper(ctx, o.To, key(desk.ToHolder, o.To), since, func(p pen) Message { return p.imported(o) }); err != nil {
		return err
	}
	for _, to := range b.Desk.Renewers(o) {
		_, err := b.hand(ctx, to, key(desk.ToLender, to), since, func(p pen, channel string) Message {
			m := p.renewable(o)
			again, _ := b.Desk.RenewalOfRight(o)
			m.Card.Fields = append(m.Card.Fields, p.fields(field{"field.typed", code("/" + p.trigger + " " + phrase.Canonical(p.lang, again))})...)
			m.Card.Buttons = []Button{b.renewButton(p.lang, o.ID, channel)}
			return m
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) renewButton(lang string, of desk.Mandate, channel string) Button {
	look, id := looks[opRenew], desk.ID(of)
	return Button{Label: say.T(lang, look.label), Style: look.style, URL: b.URL + "/action", Context: map[string]string{
		"request": string(id), "op": opRenew, "digest": "", "mac": b.sign(id, opRenew, channel, ""),
	}}
}

// renewRight asks for another term of an imported delegation, and takes the button away.
func (b *Bot) renewRight(ctx context.Context, pen pen, by desk.UID, o desk.Delegation) clicked {
	next, err := b.Desk.RenewRight(ctx, by, desk.Chat, o.ID)
	if err != nil {
		return b.turnAway(pen.lang, err)
	}
	return clicked{Update: render(pen.renewable(o)), Text: pen.asked(next).Line, Plain: true}
}

// imported tells whose delegation it is: others renew it.
func (p pen) imported(o desk.Delegation) Message {
	return p.lapsing(o, "lapses.line", p.text("lapses.imported", p.last(o)...))
}

// renewable tells who may ask for it again.
func (p pen) renewable(o desk.Delegation) Message {
	return p.lapsing(o, "ends.line", p.text("ends.text", "what", p.text("ends.right", p.last(o)...)))
}

func (p pen) lapsing(o desk.Delegation, line, said string) Message {
	return Message{Line: p.text(line, "line", string(o.ID)+" · "+say.Scope(p.lang, o.Grant, code)),
		Card: &Card{Tone: Warning, Title: string(o.ID) + " · " + say.Title(p.lang, desk.Action{Verb: desk.DelegationGrant}), Text: said, Fields: p.fields(field{"field.right", p.right(o)})}}
}

func (p pen) last(o desk.Delegation) []string {
	return []string{"who", p.name(o.To), "day", say.Date(p.lang, o.Until.In(p.zone).Add(-time.Nanosecond))}
}
