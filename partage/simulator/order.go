package simulator

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
)

// A listing is the accounts of a domain that answer a query, in its order.
// Those that nobody changed are computed, and looked at as far as pages need;
// all that is kept of them is how many come before each block of slots. So a
// page at any depth costs a few blocks, and ten million accounts some kilobytes:
// or, when they are not in the order of addresses, four bytes each.
//
// mu guards all but pending and fresh, which go with the state of the server.
type listing struct {
	u     *University
	d     *domain
	by    string
	match filter // nil is all

	mu     sync.Mutex
	sorted bool
	order  []uint32 // slot -> position in the domain, of those that answer; unless by is "mail": then each position is its own slot
	before []int    // of each block looked at, how many come before: computed, answering, not changed. One more than blocks
	gone   map[int]bool
	come   []newcomer // those that were changed and answer, sorted

	pending map[int]bool // accounts changed since the last page
	fresh   bool         // all those changed until now are pending
}

// block is how many slots are looked at, at most, to find an account.
const block = 256

// A newcomer is an account that was changed: it comes before a slot.
type newcomer struct {
	key, name   string
	slot, index int
}

func newListing(u *University, q query) *listing {
	return &listing{u: u, d: q.domain, by: q.by, match: q.match, before: []int{0}, gone: map[int]bool{}, pending: map[int]bool{}, fresh: true}
}

// slots is how many there are.
func (l *listing) slots() int {
	if l.by == "mail" {
		return l.d.Accounts
	}
	l.sort()
	return len(l.order)
}

// position is that of the account of a slot.
func (l *listing) position(slot int) int {
	if l.by == "mail" {
		return slot
	}
	return int(l.order[slot])
}

// answers tells whether the account of a slot is listed there.
func (l *listing) answers(slot int) bool {
	at := l.position(slot)
	return !l.gone[l.d.first+at] && (l.by != "mail" || l.match == nil || l.match(l.u.account(l.d, at)))
}

// scan looks at slots until that many accounts are known to answer, or to the end.
func (l *listing) scan(wanted int) {
	last, end := len(l.before)-1, l.slots()
	for ; l.before[last] < wanted && last*block < end; last++ {
		count, to := 0, min((last+1)*block, end)
		if l.match == nil && len(l.gone) == 0 {
			count = to - last*block
		} else {
			for slot := last * block; slot < to; slot++ {
				if l.answers(slot) {
					count++
				}
			}
		}
		l.before = append(l.before, l.before[last]+count)
	}
}

// total is how many accounts the listing has.
func (l *listing) total() int {
	l.scan(l.slots() + 1)
	return l.before[len(l.before)-1] + len(l.come)
}

// ahead is how many accounts come before a block.
func (l *listing) ahead(b int) int { return l.before[b] + l.newcomersBefore(b*block) }

// newcomersBefore is how many newcomers come before the account of the slot
// that precedes one.
func (l *listing) newcomersBefore(slot int) int {
	return sort.Search(len(l.come), func(i int) bool { return l.come[i].slot >= slot })
}

// page lists at most limit accounts, those before offset apart.
func (l *listing) page(offset, limit int) (page []int) {
	l.scan(offset + limit)
	b := sort.Search(len(l.before), func(i int) bool { return l.ahead(i) > offset }) - 1
	skip, next, end := offset-l.ahead(b), l.newcomersBefore(b*block), l.slots()
	add := func(index int) {
		if skip--; skip < 0 && len(page) < limit {
			page = append(page, index)
		}
	}
	for slot := b * block; len(page) < limit; slot++ {
		for ; next < len(l.come) && l.come[next].slot <= slot; next++ {
			add(l.come[next].index)
		}
		if slot >= end {
			break
		}
		if b = slot / block; slot%block == 0 && b+1 < len(l.before) && l.before[b] == l.before[b+1] {
			if next == len(l.come) || l.come[next].slot >= slot+block {
				slot += block - 1 // nobody there
				continue
			}
		}
		if l.answers(slot) {
			add(l.d.first + l.position(slot))
		}
	}
	return page
}

// refresh takes account of the changes since the last page. The state of s must
// be locked.
func (l *listing) refresh(s *Server) {
	if l.fresh {
		l.fresh = false
		for index := range s.changed {
			l.pending[index] = true
		}
	}
	if len(l.pending) == 0 {
		return
	}
	l.leave()
	l.come = slices.DeleteFunc(l.come, func(n newcomer) bool { return l.pending[n.index] })
	for index := range l.pending {
		if e := s.changed[index]; e != nil && s.home(index) == l.d && (l.match == nil || l.match(e)) {
			l.come = append(l.come, l.newcomer(index, e))
		}
	}
	slices.SortFunc(l.come, func(a, b newcomer) int {
		return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.key, b.key), cmp.Compare(a.name, b.name))
	})
	clear(l.pending)
}

// leave takes the accounts that were changed out of the slots.
func (l *listing) leave() {
	less := make([]int, len(l.before))
	for index := range l.pending {
		if index >= l.u.Size() || l.u.domainOf(index) != l.d || l.gone[index] {
			continue
		}
		at := index - l.d.first
		slot := l.slot(l.key(l.u.account(l.d, at)), at)
		if slot < min(l.slots(), (len(l.before)-1)*block) && l.position(slot) == at && l.answers(slot) {
			less[slot/block+1]++
		}
		l.gone[index] = true
	}
	total := 0
	for i, n := range less {
		total += n
		l.before[i] -= total
	}
}

func (l *listing) newcomer(index int, e entry) newcomer {
	name := e.first("name")
	at := sort.Search(l.d.Accounts, func(at int) bool { return l.u.mail(l.d, at) >= name })
	return newcomer{key: l.key(e), name: name, slot: l.slot(l.key(e), at), index: index}
}

// slot is where an account of that key and position is, or would be.
func (l *listing) slot(key string, at int) int {
	if l.by == "mail" {
		return at
	}
	return sort.Search(l.slots(), func(i int) bool {
		other := l.position(i)
		return cmp.Or(cmp.Compare(l.key(l.u.account(l.d, other)), key), cmp.Compare(other, at)) >= 0
	})
}

// key is what accounts are sorted by, before their addresses.
func (l *listing) key(h holder) string {
	if l.by == "mail" {
		return ""
	}
	return strings.ToLower(only(h.get(l.by)))
}

// sort orders those that answer by key: few keys are shared by many accounts,
// so that these are counted, not compared.
func (l *listing) sort() {
	if l.sorted {
		return
	}
	l.sorted = true
	ids := map[string]uint32{}
	var of, at []uint32
	for position := range l.d.Accounts {
		a := l.u.account(l.d, position)
		if l.match != nil && !l.match(a) {
			continue
		}
		key := l.key(a)
		id, known := ids[key]
		if !known {
			id = uint32(len(ids))
			ids[key] = id
		}
		of, at = append(of, id), append(at, uint32(position))
	}
	next := make([]int, len(ids)) // of each key, the slot that its next account takes
	for _, id := range of {
		next[id]++
	}
	total := 0
	for _, key := range slices.Sorted(maps.Keys(ids)) {
		id := ids[key]
		next[id], total = total, total+next[id]
	}
	l.order = make([]uint32, len(at))
	for i, id := range of {
		l.order[next[id]] = at[i]
		next[id]++
	}
}

// listings are those that were asked for last.
type listings struct {
	mu   sync.Mutex
	list []*listing // the last one is the most recent
	asks []string   // the query of each
}

// Bounds of what is kept from one page to the next.
const (
	mostListings = 64
	mostSorted   = 24 << 20 // accounts in the orders of all but the most recent listing: 96 MiB
)

// changed tells them all that an account was.
func (k *listings) changed(index int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.list {
		l.pending[index] = true
	}
}

// of is the listing that answers a query.
func (k *listings) of(u *University, q query) *listing {
	k.mu.Lock()
	defer k.mu.Unlock()
	ask := q.domain.Name + "\n" + q.by + "\n" + q.filter
	l := newListing(u, q)
	if i := slices.Index(k.asks, ask); i >= 0 {
		l = k.list[i]
		k.list, k.asks = slices.Delete(k.list, i, i+1), slices.Delete(k.asks, i, i+1)
	}
	k.list, k.asks = append(k.list, l), append(k.asks, ask)
	sorted := 0
	for i := len(k.list) - 2; i >= 0; i-- {
		if k.list[i].by != "mail" {
			sorted += k.list[i].d.Accounts
		}
		if len(k.list)-i > mostListings || sorted > mostSorted {
			k.list, k.asks = slices.Delete(k.list, i, i+1), slices.Delete(k.asks, i, i+1)
		}
	}
	return l
}
