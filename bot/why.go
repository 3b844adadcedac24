package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

// wonder answers "why" before an action that is not asked for.
func (b *Bot) wonder(pen pen, who desk.Person, o phrase.Order) (Message, error) {
	if spec, _ := desk.SpecOf(o.Action.Verb); !spec.Changes {
		return Message{}, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(o.Action.Verb))
	}
	w, err := b.Desk.Why(who.UID, desk.Chat, o.Action)
	if err != nil {
		return Message{}, err
	}
	return pen.why(say.Summary(pen.lang, w.Action, code), w), nil
}

// why is the verdict, then the rules that were looked at: all of the one that
// settles it, else those that came nearest.
func (p pen) why(of string, w desk.Why) Message {
	w.Decision, w.Reasons = harmless(w.Decision), p.nearest(w)
	said := say.Why(p.lang, w, p.name, code)
	var tree []string
	for _, r := range w.Reasons {
		r.Text = desk.Text{FR: inert(r.Text.FR), EN: inert(r.Text.EN)}
		for _, point := range say.Reason(p.lang, r, code) {
			tree = append(tree, strings.Repeat("  ", point.Depth)+"- "+say.T(p.lang, "answer."+string(point.Answer))+" · "+point.Text)
		}
	}
	card := &Card{Tone: verdictTones[w.Decision.Outcome], Title: say.T(p.lang, "title.request.why"), Text: strings.Join(said[1:], "\n")}
	if len(tree) > 0 {
		card.Text = strings.TrimLeft(card.Text+"\n\n"+strings.Join(tree, "\n"), "\n")
	}
	return Message{Line: of + "\n" + said[0], Card: card}
}

var verdictTones = map[desk.Outcome]Tone{desk.Allowed: Success, desk.Pending: Warning, desk.Denied: Danger}

// nearest keeps what a card has room for.
func (p pen) nearest(w desk.Why) []desk.Reason {
	const most = 3
	if n := len(w.Reasons); n > 0 && w.Reasons[n-1].Answer == desk.Yes {
		return w.Reasons[n-1:]
	}
	var near []desk.Reason
	for _, r := range w.Reasons {
		if len(near) < most && (someYes(r.Clause) || len(w.Reasons) <= most) {
			near = append(near, r)
		}
	}
	return near
}

func someYes(c desk.Clause) bool {
	for _, p := range c.Parts {
		if p.Answer == desk.Yes || someYes(p) {
			return true
		}
	}
	return false
}
