package bot

import (
	"context"
	"slices"
	"strconv"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// rights answers who may act on a domain, or what a person may do.
func (b *Bot) rights(pen pen, who desk.Person, about string) Message {
	return pen.rights(b.Desk.Delegations(who.UID, desk.Chat, about), about)
}

// right shows one delegation with what became of it.
func (b *Bot) right(ctx context.Context, pen pen, who desk.Person, name desk.Mandate) (Message, error) {
	d, err := b.Desk.Delegation(who.UID, desk.Chat, name)
	if err != nil {
		return Message{}, err
	}
	events, err := first(20, b.Desk.View.History(ctx, string(name)))
	if err != nil {
		return Message{}, err
	}
	m := pen.rights([]desk.Delegation{d}, string(name))
	if past := pen.history("", events).Card; past != nil {
		m.Card.Text += "\n" + past.Text
	}
	return m, nil
}

// rights shows delegations, a line each with its deputies.
func (p pen) rights(all []desk.Delegation, about string) Message {
	const most = 15
	line := p.text("rights.line")
	if about != "" {
		line += " · " + code(about)
	}
	if len(all) == 0 {
		return Message{Line: line + ". " + p.text("rights.none")}
	}
	card := &Card{Tone: Neutral}
	for _, d := range all[:min(len(all), most)] {
		card.Text += p.right(d) + "\n"
	}
	if len(all) > most {
		card.Text += p.text("list.more", "n", strconv.Itoa(most))
	}
	return Message{Line: line, Card: card}
}

func (p pen) right(d desk.Delegation) string {
	said := "**" + string(d.ID) + "** · " + p.name(d.To) + " · " + say.Scope(p.lang, d.Grant, code) + " · " + say.Terms(p.lang, d.Grant, p.zone, code)
	if !d.Stands() {
		said += " · " + p.text("rights.ended", "when", p.moment(d.Ended))
	}
	for _, s := range d.Deputies {
		said += " · " + p.text("rights.deputy", "name", p.name(s.Who), "dates", say.Dates(p.lang, s.From, s.Until, p.zone))
	}
	return said
}

// about is the delegation that the request names, in words; "" if it names none.
func (b *Bot) about(pen pen, r desk.Request) string {
	if !slices.Contains([]desk.Verb{desk.DelegationDeputy, desk.DelegationRevoke}, r.Action.Verb) {
		return ""
	}
	if d := b.Desk.View.Delegation(desk.Mandate(r.Action.Target)); d.Known() {
		return pen.right(d)
	}
	return ""
}
