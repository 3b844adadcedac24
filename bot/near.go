package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// near are a few accounts whose address or login is one or two slips away from
// what was typed, among those that the person may see.
func (b *Bot) near(who desk.Person, typed string) (some []string) {
	local, _, _ := strings.Cut(strings.ToLower(typed), "@")
	if len(local) < 4 {
		return nil
	}
	for _, a := range b.Desk.View.Search(local[:2], 200) {
		slips := min(phrase.Slips(local, a.Address.Local()), phrase.Slips(local, string(a.Owner)))
		if slips > 2 || slips*3 > len(local) || len(some) == 3 {
			continue
		}
		if _, err := b.Desk.Show(who.UID, desk.Chat, string(a.Address)); err == nil {
			some = append(some, string(a.Address))
		}
	}
	return some
}

// misnamed adds to an error about an account those that may be meant.
func (b *Bot) misnamed(pen pen, who desk.Person, err error) string {
	said := b.explain(pen.lang, err)
	if desk.CodeOf(err) != desk.UnknownAccount {
		return said
	}
	if near := b.near(who, detail(err, "value")); len(near) > 0 {
		said += " " + pen.text("near", "accounts", strings.Join(codes(near), ", "))
	}
	return said
}
