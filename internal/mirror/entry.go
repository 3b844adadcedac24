package mirror

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Entry is desk.Register's.
func (m *Mirror) Entry(a desk.Address) (desk.Entry, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.entry(a, m.ledger.marks(a), m.Account(a))
}

// entry puts together what the journal and Partage say of an address. Under mu.
func (m *Mirror) entry(a desk.Address, marks []mark, holder desk.Account) (desk.Entry, bool) {
	x, _ := m.said(a, marks)
	x = m.ledger.until(x.Now(a, holder, m.accounts.now.Load() != nil))
	return x, x.Known()
}

// Past is desk.Register's.
func (m *Mirror) Past(a desk.Address) []desk.Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	x, past := m.said(a, m.ledger.marks(a))
	if now := m.Account(a); now.Known() && x.Known() && !x.Of(now.ID) {
		past = append(past, x)
	}
	slices.Reverse(past)
	return past
}

// Entries is desk.Register's. The empty prefix finds nothing.
func (m *Mirror) Entries(prefix string, n int) []desk.Entry {
	if prefix == "" || n <= 0 {
		return nil
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	found := m.held(prefix, n)
	for x := range m.ledger.from(prefix) {
		if i, there := slices.BinarySearchFunc(found, x.address, func(h heldBy, a desk.Address) int { return cmp.Compare(h.address, a) }); there {
			found[i].marks = x.marks
		} else if i < n {
			found = slices.Insert(found, i, heldBy{address: x.address, marks: x.marks})
		} else {
			break
		}
	}
	entries := make([]desk.Entry, 0, min(n, len(found)))
	for _, h := range found[:min(n, len(found))] {
		var holder desk.Account
		if h.row != nil {
			holder = *h.row
		}
		x, _ := m.entry(h.address, h.marks, holder)
		entries = append(entries, x)
	}
	return entries
}

// heldBy is an address with the account where mail for it arrives, if any.
type heldBy struct {
	address desk.Address
	row     *desk.Account
	marks   []mark
}

// held gives the first addresses of accounts that begin with prefix, n at least
// if there are so many, in order.
func (m *Mirror) held(prefix string, n int) (found []heldBy) {
	found = make([]heldBy, 0, 2*n)
	for row := range m.accounts.find("id_prefix", prefix) {
		if len(found) == n {
			break
		}
		found = append(found, heldBy{address: row.Address, row: row})
	}
	seen := 0
	for row := range m.accounts.find("alias_prefix", prefix) {
		if seen++; seen > n {
			break
		}
		for _, alias := range row.Aliases {
			if strings.HasPrefix(string(alias), prefix) {
				found = append(found, heldBy{address: alias, row: row})
			}
		}
	}
	slices.SortFunc(found, func(a, b heldBy) int { return cmp.Compare(a.address, b.address) })
	return slices.CompactFunc(found, func(a, b heldBy) bool { return a.address == b.address })
}

// Dated is desk.Register's.
func (m *Mirror) Dated() (dated []desk.Entry) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.ledger.terms {
		if x, _ := m.entry(t.at, m.ledger.marks(t.at), m.Account(t.at)); x.Until != "" {
			dated = append(dated, x)
		}
	}
	slices.SortFunc(dated, func(a, b desk.Entry) int { return cmp.Compare(a.Address, b.Address) })
	return dated
}

// Recorded lists the addresses that the journal knows of, in order.
func (m *Mirror) Recorded(prefix string) []desk.Entry {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []desk.Entry
	for x := range m.ledger.from(prefix) {
		entry, _ := m.entry(x.address, x.marks, m.Account(x.address))
		all = append(all, entry)
	}
	return all
}
