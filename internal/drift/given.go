package drift

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

var settled = []desk.State{desk.Settled}

// A holder is an account at the address that it had when it was given an alias.
type holder struct {
	mailbox string
	at      desk.Address
}

// given reads in the journal which aliases were given, and not taken back since.
func given(v desk.View, q desk.Query) map[holder][]desk.Address {
	seen, held := map[holder][]desk.Address{}, map[holder][]desk.Address{}
	for r := range v.Requests(q) { // newest first: of each alias the last word counts
		alias := desk.Address(r.Action.Arg("alias"))
		of := holder{r.Mailbox, desk.Address(r.Action.Target)}
		if alias == "" || r.Erased || slices.Contains(seen[of], alias) {
			continue
		}
		if seen[of] = append(seen[of], alias); r.Action.Verb == desk.AliasAdd {
			held[of] = append(held[of], alias)
		}
	}
	return held
}

// lost tells of aliases that were given and are not there: somebody has taken
// them away on Partage itself.
func (c *comparison) lost(a *desk.Account) {
	if len(c.given) == 0 {
		return
	}
	for _, alias := range slices.Sorted(slices.Values(c.given[holder{a.ID, a.Address}])) {
		if a.Holds(alias) {
			continue
		}
		g := desk.Gap{Cause: desk.AliasLost, Address: a.Address, Mailbox: a.ID, Owner: a.Owner, Population: name(c.ofClass(a.COS)), Says: string(alias), Risk: desk.LowRisk}
		if now := c.view.Account(alias); now.Known() {
			g.Has = string(now.Address)
		} else {
			g = repaired(g, desk.AliasAdd, "alias", g.Says)
		}
		c.tell(g)
	}
}
