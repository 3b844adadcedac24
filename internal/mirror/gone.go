package mirror

import (
	"cmp"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// leaving lists the addresses of accounts that a new reading has not where they
// were. Another account may have them there.
func leaving(held func(func(*desk.Account) bool), rows map[string]*desk.Account) (gone []desk.Registration) {
	for old := range held {
		next := rows[string(old.Address)]
		if next == nil && !old.Deleted() {
			gone = append(gone, desk.Registration{Address: old.Address, Nature: desk.AsAccount, Mailbox: old.ID, Owner: old.Owner})
		}
		for _, alias := range old.Aliases {
			if next == nil || !next.Holds(alias) {
				gone = append(gone, desk.Registration{Address: alias, Nature: desk.AsAlias, Mailbox: old.ID, Owner: old.Owner})
			}
		}
	}
	return gone
}

// Gone is desk.Register's. What came back, or was recorded, is forgotten.
func (m *Mirror) Gone() []desk.Registration {
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := m.gone.Load()
	still := slices.DeleteFunc(slices.Clone(*all), func(r desk.Registration) bool {
		x, _ := m.entry(r.Address, m.ledger.marks(r.Address), m.Account(r.Address))
		return x.Held || !x.Freed.IsZero() && x.Of(r.Mailbox)
	})
	slices.SortFunc(still, func(a, b desk.Registration) int { return cmp.Compare(a.Address, b.Address) })
	still = slices.CompactFunc(still, func(a, b desk.Registration) bool { return a.Address == b.Address })
	m.gone.CompareAndSwap(all, &still)
	return still
}
