package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// parted cuts the frame of a new mailbox in two: what its creation takes, and what
// is to be asked for once it is there. Somebody who has no mailbox yet is to sign in
// to it; to somebody else it is opened.
func (b *Bot) parted(f phrase.Frame) (now phrase.Frame, then []string, err error) {
	with := f.First("owner")
	if f.Intent != "account.create" || with == "" || !b.Desk.Resolve(with).Known() {
		return f, nil, nil
	}
	a, err := desk.NewAction(desk.AccountShare, f.First("address"), map[string]string{"with": with})
	return f.Without("owner"), []string{a.String()}, err
}

// later is what is to be typed after the wish, a line each.
func (p pen) later(w wish) string {
	var lines []string
	for _, text := range w.Then {
		if a, err := desk.ParseAction(text); err == nil {
			lines = append(lines, code("/"+p.trigger+" "+phrase.Canonical(p.lang, a)))
		}
	}
	return strings.Join(lines, "\n")
}

// holder answers for the person from whom an alias is to move: the house knows.
func (b *Bot) holder(a phrase.Answer) phrase.Answer {
	if a.Frame.Intent != "alias.move" || a.Ask != "account" {
		return a
	}
	a.Frame, a.Ask = a.Frame.With("account", a.Frame.First("alias")), ""
	if a.Frame.First("to") == "" {
		a.Ask = "to"
	}
	return a
}
