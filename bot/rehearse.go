package bot

import (
	"context"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// rehearse answers "try" before an action: what it would do, and each call that
// would be sent. Nothing is.
func (b *Bot) rehearse(ctx context.Context, pen pen, who desk.Person, o phrase.Order) (Message, error) {
	if spec, _ := desk.SpecOf(o.Action.Verb); !spec.Changes || spec.Governs {
		return Message{}, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(o.Action.Verb))
	}
	r, err := b.Desk.Rehearse(ctx, who.UID, desk.Chat, o.Action)
	if err != nil {
		return Message{}, err
	}
	return pen.rehearsal(r), nil
}

// rehearsal is the verdict, what would change, what it would cost and the calls.
func (p pen) rehearsal(r desk.Rehearsal) Message {
	const most = 20
	r.Decision = harmless(r.Decision)
	said := say.Why(p.lang, desk.Why{Action: r.Action, Explanation: desk.Explanation{Decision: r.Decision}}, p.name, code)
	card := &Card{Tone: verdictTones[r.Decision.Outcome], Title: say.T(p.lang, "rehearsed.title"), Footer: say.T(p.lang, "rehearsed.dry")}
	lines := append(said[:1:1], say.Rehearsed(p.lang, r, p.tariff.Currency, code)...)
	if card.Text = strings.Join(lines, "\n"); len(r.Calls) > 0 {
		var calls []string
		for i, c := range r.Calls {
			if i == most {
				calls = append(calls, "…")
				break
			}
			calls = append(calls, code(c.String()))
		}
		card.Fields = []Field{{Title: say.T(p.lang, "rehearsed.calls"), Value: strings.Join(calls, "\n")}}
	}
	return Message{Line: say.Summary(p.lang, r.Action, code), Card: card}
}
