package mirror

import (
	"cmp"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// listed writes what Partage was read to have. Addresses that are not where they
// were have left without a request, unless another account has them. Under writing.
func (m *Mirror) listed(write func() error) error {
	m.left = []desk.Registration{}
	err := write()
	m.lose(m.left)
	m.left = nil
	return err
}

// lose notes addresses that a reading has no more.
func (m *Mirror) lose(left []desk.Registration) {
	for len(left) > 0 {
		all := m.gone.Load()
		if more := slices.Concat(left, *all); m.gone.CompareAndSwap(all, &more) {
			return
		}
	}
}

// leave notes the addresses that a row of a reading has lost. Under writing.
func (m *Mirror) leave(old, next *desk.Account) {
	if m.left == nil || old == nil {
		return
	}
	if next == nil && !old.Deleted() {
		m.left = append(m.left, desk.Registration{Address: old.Address, Nature: desk.AsAccount, Mailbox: old.ID, Owner: old.Owner})
	}
	for _, alias := range old.Aliases {
		if next == nil || !next.Holds(alias) {
			m.left = append(m.left, desk.Registration{Address: alias, Nature: desk.AsAlias, Mailbox: old.ID, Owner: old.Owner})
		}
	}
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
