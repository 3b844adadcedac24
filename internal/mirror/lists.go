package mirror

import (
	"hash/maphash"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// lists are distribution lists, groups and aliases 1→N, by address and by who is in
// them: a page about an account tells its lists, and there are thousands.
type lists struct {
	at   map[desk.Address]*desk.List
	of   map[uint64][]*desk.List // by the sum of each member and sender, for others with that sum too; grows at its end or is replaced
	seed maphash.Seed
}

func newLists() lists {
	return lists{map[desk.Address]*desk.List{}, map[uint64][]*desk.List{}, maphash.MakeSeed()}
}

func (x *lists) clone() lists { return lists{maps.Clone(x.at), maps.Clone(x.of), x.seed} }

// put has a list in the place of the one with its address. One that is the same stays.
func (x *lists) put(l *desk.List) {
	if reflect.DeepEqual(x.at[l.Address], l) {
		return
	}
	x.drop(l.Address)
	x.at[l.Address] = l
	for sum := range x.sums(l) {
		x.of[sum] = append(x.of[sum], l)
	}
}

// drop takes the list with an address out, if there is one.
func (x *lists) drop(a desk.Address) {
	l := x.at[a]
	if l == nil {
		return
	}
	delete(x.at, a)
	for sum := range x.sums(l) {
		left := slices.DeleteFunc(slices.Clone(x.of[sum]), func(o *desk.List) bool { return o == l })
		if x.of[sum] = left; len(left) == 0 {
			delete(x.of, sum)
		}
	}
}

// sums are those of who is in the list or may send for it, each once.
func (x *lists) sums(l *desk.List) map[uint64]bool {
	sums := make(map[uint64]bool, len(l.Members)+len(l.Senders))
	for _, a := range slices.Concat(l.Members, l.Senders) {
		sums[x.sum(a)] = true
	}
	return sums
}

func (x *lists) sum(a desk.Address) uint64 { return maphash.String(x.seed, string(a)) }

// with are the lists that have the address as a member, or let it send, in order of
// address.
func (x *lists) with(a desk.Address) (all []*desk.List) {
	if len(x.of) == 0 {
		return nil
	}
	for _, l := range x.of[x.sum(a)] {
		if l.Has(a) || slices.Contains(l.Senders, a) {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *desk.List) int { return strings.Compare(string(a.Address), string(b.Address)) })
	return all
}

// drop: Partage takes a list that it deletes out of those that it is a member of.
func (o *objects) drop(id string) {
	for at, l := range o.lists.at {
		if l.ID != id {
			continue
		}
		o.lists.drop(at)
		for _, own := range append([]desk.Address{at}, l.Aliases...) {
			for _, above := range o.lists.with(own) {
				if !above.Has(own) {
					continue
				}
				next := *above
				next.Members = slices.DeleteFunc(slices.Clone(above.Members), l.Holds)
				next.Size = len(next.Members)
				o.lists.put(packList(next))
			}
		}
		return
	}
}

// learnList: of a list that was looked at for some members only, the others are as
// they were.
func (o *objects) learnList(next desk.List, looked []desk.Membership) {
	var old desk.List
	for _, l := range o.lists.at {
		if l.ID == next.ID {
			old = *l
			o.lists.drop(l.Address)
			break
		}
	}
	if !next.Whole() {
		next.Members = slices.Clone(old.Members)
		for _, x := range looked {
			i, in := slices.BinarySearch(next.Members, x.Member)
			switch {
			case x.In && !in:
				next.Members = slices.Insert(next.Members, i, x.Member)
			case !x.In && in:
				next.Members = slices.Delete(next.Members, i, i+1)
			}
		}
	}
	if next.Size < 0 {
		next.Size = len(next.Members)
	}
	if !next.Asked {
		next.Senders, next.Asked = old.Senders, old.Asked
	}
	o.lists.put(packList(next))
}

// List is desk.World's.
func (m *Mirror) List(a desk.Address) desk.List {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	if l := m.objects.lists.at[a]; l != nil {
		return *l
	}
	if l := m.objects.aliases[a]; l != nil {
		return *l
	}
	return desk.List{}
}

// Lists is desk.World's.
func (m *Mirror) Lists() iter.Seq[*desk.List] {
	return slices.Values(ordered(&m.objects, &m.objects.order, func() map[desk.Address]*desk.List { return m.objects.lists.at }))
}

// ListsWith is desk.World's.
func (m *Mirror) ListsWith(a desk.Address) []*desk.List {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	return m.objects.lists.with(a)
}
