package mirror

import (
	"cmp"
	"iter"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Looks find the addresses of accounts that look like another. An address takes
// 16 bytes: the account that has it is asked which one it was.
type looks struct {
	sorted []look
	fresh  []*desk.Account // learned since; few, until the next load
}

type look struct {
	sum uint32
	row *desk.Account
}

func looksOf(rows iter.Seq[*desk.Account]) *looks {
	l := &looks{}
	for row := range rows {
		l.sorted = append(l.sorted, look{row.Address.SkeletonSum(), row})
		for _, alias := range row.Aliases {
			l.sorted = append(l.sorted, look{alias.SkeletonSum(), row})
		}
	}
	slices.SortFunc(l.sorted, func(a, b look) int { return cmp.Compare(a.sum, b.sum) })
	l.sorted = slices.Clip(l.sorted)
	return l
}

// with are the looks with one more account.
func (l *looks) with(row *desk.Account) *looks {
	return &looks{l.sorted, append(l.fresh[:len(l.fresh):len(l.fresh)], row)}
}

// of yields the accounts that may have an address with the same skeleton.
func (l *looks) of(a desk.Address) iter.Seq[*desk.Account] {
	return func(yield func(*desk.Account) bool) {
		sum := a.SkeletonSum()
		i, _ := slices.BinarySearchFunc(l.sorted, sum, func(x look, sum uint32) int { return cmp.Compare(x.sum, sum) })
		for ; i < len(l.sorted) && l.sorted[i].sum == sum; i++ {
			if !yield(l.sorted[i].row) {
				return
			}
		}
		for _, row := range l.fresh {
			if !yield(row) {
				return
			}
		}
	}
}

// Alike is desk.Register's.
func (m *Mirror) Alike(a desk.Address) (found []desk.Address) {
	skeleton := a.Skeleton()
	add := func(other desk.Address) {
		if other.Skeleton() == skeleton && !slices.Contains(found, other) {
			found = append(found, other)
		}
	}
	for row := range m.looks.Load().of(a) {
		add(row.Address)
		for _, alias := range row.Aliases {
			add(alias)
		}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, other := range m.ledger.alike[a.SkeletonSum()] {
		add(other)
	}
	slices.Sort(found)
	return found
}
