package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// object shows a list, a resource or the tree of a domain.
func (b *Bot) object(pen pen, who desk.Person, a desk.Action) (Message, error) {
	found, err := b.Desk.Object(who.UID, desk.Chat, a)
	if err != nil {
		return Message{}, err
	}
	var lines []string
	switch d := found.Detail; {
	case d.List != nil:
		lines = say.List(pen.lang, *d.List, code)
	case d.Resource != nil:
		lines = say.Resource(pen.lang, *d.Resource, code)
	default:
		lines = say.Tree(pen.lang, a.Target, *d.Tree, b.Desk.Trees(a.Target), code)
	}
	return pen.told(a, lines), nil
}

// reach tells where mail to an address ends up.
func (b *Bot) reach(pen pen, who desk.Person, a desk.Action) (Message, error) {
	r, err := b.Desk.Receives(who.UID, desk.Chat, a)
	if err != nil {
		return Message{}, err
	}
	return pen.told(a, say.Reach(pen.lang, r, code)), nil
}

func (p pen) told(a desk.Action, lines []string) Message {
	return Message{Line: say.Summary(p.lang, a, code), Card: &Card{Tone: Neutral, Title: say.Title(p.lang, a), Text: strings.Join(lines, "\n")}}
}
