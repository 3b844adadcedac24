package mirror

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Alike is desk.Register's.
func (m *Mirror) Alike(a desk.Address) (found []desk.Address) {
	like := a.Skeleton()
	add := func(other desk.Address) {
		if other.Skeleton() == like && !slices.Contains(found, other) {
			found = append(found, other)
		}
	}
	for row := range m.accounts.find("alike", skeleton(a)) {
		add(row.Address)
		for _, alias := range row.Aliases {
			add(alias)
		}
	}
	for _, other := range m.objects.like(a) {
		add(other)
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, other := range m.ledger.alike[a.SkeletonSum()] {
		add(other)
	}
	slices.Sort(found)
	return found
}
