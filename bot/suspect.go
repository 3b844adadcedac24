package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// asked tells what became of a request at once, and of a lock what to look at.
func (b *Bot) asked(p pen, r desk.Request) Message {
	m := p.asked(r)
	if said := b.suspects(p, r); said != "" {
		m.Card = &Card{Tone: Warning, Title: p.text("field.suspect"), Text: said}
	}
	return m
}

// suspects is what to look at on an account that was locked at once, while that
// is judged; "" for other requests.
func (b *Bot) suspects(p pen, r desk.Request) string {
	s, locked := b.Desk.Suspects(r)
	if !locked || !r.Decision.Reviewed() {
		return ""
	}
	s.Asked = public(s.Asked) // the approvers' card is in a channel
	return p.suspects(s)
}

func (p pen) suspects(s desk.Suspicion) string {
	return strings.Join(say.Suspicion(p.lang, s, code), "\n")
}
