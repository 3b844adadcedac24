package drift

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// orphans tells of lists for which somebody was to answer, and nobody is left: all
// who may send in their name are gone. Who answers for them next a human must say.
func (c *comparison) orphans() {
	for l := range c.view.Lists() {
		if len(l.Senders) == 0 || slices.ContainsFunc(l.Senders, c.present) {
			continue
		}
		c.tell(desk.Gap{Cause: desk.ListOrphan, Address: l.Address, Mailbox: l.ID, Has: string(desk.Formerly(c.view, l.Senders[0]))})
	}
}

// present says that somebody reads the mail of an account: what is nobody's is read
// by those who share it.
func (c *comparison) present(a desk.Address) bool {
	account := c.view.Account(a)
	if !account.Known() || account.Deleted() || account.Status == desk.Closed {
		return false
	}
	_, known := c.places[account.Owner]
	return known || account.Owner == ""
}
