package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// objects are the lists, the resources and the trees of Partage: some thousands,
// and most of their memory is members, which no index of go-memdb holds twice.
type objects struct {
	mu        sync.RWMutex
	read      map[string]time.Time // when each domain was
	whole     atomic.Pointer[listed]
	lists     lists
	aliases   map[desk.Address]*desk.List
	resources map[desk.Address]*desk.Resource
	trees     map[string]desk.Tree
	order     []*desk.List              // by address; nil: to be made anew
	names     []desk.Address            // of lists and resources with their aliases, sorted; likewise
	rooms     []*desk.Resource          // the same
	alike     map[uint32][]desk.Address // names by skeleton; likewise
	learned   map[string][]learnt       // by id, newer than the oldest reading: the last that tells all, and those since
}

// A Reading is all that a domain has of them, as read from a time on.
type Reading struct {
	Lists     iter.Seq2[desk.List, error]
	Resources iter.Seq2[desk.Resource, error]
	Tree      desk.Tree
}

// LoadObjects replaces what a domain has by a reading that was begun at a time. All
// or nothing: an error of the reading, an object without id, of another domain or
// listed twice, and ErrBrake leave the copy as it was. What was learned since at
// stays; what has come from another domain is no longer there.
func (m *Mirror) LoadObjects(ctx context.Context, domain string, from Reading, at time.Time) error {
	lists, err := gather(ctx, domain, from.Lists, func(l desk.List) (desk.Address, string, *desk.List) { return l.Address, l.ID, packList(l) })
	if err != nil {
		return fmt.Errorf("load lists of %s: %w", domain, err)
	}
	resources, err := gather(ctx, domain, from.Resources, func(r desk.Resource) (desk.Address, string, *desk.Resource) { return r.Address, r.ID, &r })
	if err != nil {
		return fmt.Errorf("load resources of %s: %w", domain, err)
	}
	o := &m.objects
	o.mu.Lock()
	defer o.mu.Unlock()
	if at.IsZero() || at.Before(o.read[domain]) {
		return fmt.Errorf("load lists of %s: reading of %v is not newer than %v", domain, at, o.read[domain])
	}
	if err := errors.Join(credible(domain, o.lists.at, lists), credible(domain, o.resources, resources)); err != nil {
		return fmt.Errorf("load lists of %s: %w", domain, err)
	}
	before := o.registered()
	o.replace(domain, lists, resources, from.Tree, at)
	m.lose(slices.DeleteFunc(before, func(r desk.Registration) bool { return o.has(r.Address) }))
	o.forget(m.oldest(o.read))
	return nil
}

// registered are the addresses of lists and resources, as the register has them.
func (o *objects) registered() (all []desk.Registration) {
	for _, l := range o.lists.at {
		for _, a := range append([]desk.Address{l.Address}, l.Aliases...) {
			all = append(all, desk.Registration{Address: a, Nature: desk.Nature(l.Kind), Mailbox: l.ID})
		}
	}
	for _, r := range o.resources {
		all = append(all, desk.Registration{Address: r.Address, Nature: desk.AsResource, Mailbox: r.ID})
	}
	return all
}

func (o *objects) has(a desk.Address) bool {
	return o.lists.at[a] != nil || o.aliases[a] != nil || o.resources[a] != nil
}

// replace is LoadObjects once all is read, under the lock.
func (o *objects) replace(domain string, lists map[desk.Address]*desk.List, resources map[desk.Address]*desk.Resource, tree desk.Tree, at time.Time) {
	o.make()
	ids := map[string]bool{}
	for _, l := range lists {
		ids[l.ID] = true
	}
	for _, r := range resources {
		ids[r.ID] = true
	}
	for a, l := range o.lists.at {
		if lists[a] == nil && (a.Domain() == domain || ids[l.ID]) {
			o.lists.drop(a)
		}
	}
	for _, l := range lists {
		o.lists.put(l)
	}
	maps.DeleteFunc(o.resources, func(a desk.Address, r *desk.Resource) bool { return a.Domain() == domain || ids[r.ID] })
	maps.Copy(o.resources, resources)
	if delete(o.trees, domain); tree.Known() {
		o.trees[domain] = tree
	}
	o.read[domain] = at
	o.whole.Store(nil)
	since := slices.Concat(slices.Collect(maps.Values(o.learned))...)
	slices.SortStableFunc(since, func(a, b learnt) int { return a.at.Compare(b.at) })
	for _, l := range since {
		if !l.at.Before(o.readOf(l.object)) {
			o.take(l)
		}
	}
	o.changed()
}

func (o *objects) make() {
	if o.read == nil {
		o.read, o.trees, o.learned = map[string]time.Time{}, map[string]desk.Tree{}, map[string][]learnt{}
		o.lists, o.resources = newLists(), map[desk.Address]*desk.Resource{}
	}
}

// readOf is when the domain of an object was read: of one that is gone, where it was.
func (o *objects) readOf(a desk.Account) time.Time {
	if a.Known() {
		return o.read[domainOf(a)]
	}
	for _, l := range o.lists.at {
		if l.ID == a.ID {
			return o.read[l.Address.Domain()]
		}
	}
	for _, r := range o.resources {
		if r.ID == a.ID {
			return o.read[r.Address.Domain()]
		}
	}
	return time.Time{}
}

// domainOf is the domain of an object; a tree has that of its name.
func domainOf(a desk.Account) string {
	if a.Detail != nil && a.Detail.Tree != nil {
		return string(a.Address)
	}
	return a.Address.Domain()
}

// forget lets go of what every reading has seen.
func (o *objects) forget(oldest time.Time) {
	for id, all := range o.learned {
		o.learned[id] = slices.DeleteFunc(all, func(l learnt) bool { return l.at.Before(oldest) })
	}
	maps.DeleteFunc(o.learned, func(_ string, all []learnt) bool { return len(all) == 0 })
}

// changed has made anew what is made of the others.
func (o *objects) changed() {
	o.order, o.rooms, o.names, o.alike = nil, nil, nil, nil
	o.aliases = map[desk.Address]*desk.List{}
	for _, l := range o.lists.at {
		for _, a := range l.Aliases {
			o.aliases[a] = l
		}
	}
}

// oldest is when the domain that was read longest ago was; zero if one was not.
func (m *Mirror) oldest(read map[string]time.Time) (oldest time.Time) {
	first := true
	for domain := range *m.served.Load() {
		if at := read[domain]; first || at.Before(oldest) {
			oldest, first = at, false
		}
	}
	return oldest
}

func gather[T, R any](ctx context.Context, domain string, rows iter.Seq2[T, error], row func(T) (desk.Address, string, *R)) (map[desk.Address]*R, error) {
	all, ids := map[desk.Address]*R{}, map[string]bool{}
	for x, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		a, id, kept := row(x)
		if a.Domain() != domain || id == "" || ids[id] || all[a] != nil {
			return nil, fmt.Errorf("%q: no id, of another domain, or listed twice", a)
		}
		all[a], ids[id] = kept, true
	}
	return all, nil
}

// credible refuses a reading in which too much has vanished, as a table does.
func credible[R any](domain string, held, next map[desk.Address]*R) error {
	gone, all := 0, 0
	for a := range held {
		if a.Domain() != domain {
			continue
		}
		if all++; next[a] == nil {
			gone++
		}
	}
	if gone > 20 && gone*20 > all {
		return fmt.Errorf("%d of %d: %w", gone, all, ErrBrake)
	}
	return nil
}

// share has o answer what from does now.
func (o *objects) share(from *objects) {
	from.mu.RLock()
	defer from.mu.RUnlock()
	o.read, o.lists, o.aliases = maps.Clone(from.read), from.lists.clone(), maps.Clone(from.aliases)
	o.resources, o.trees, o.learned = maps.Clone(from.resources), maps.Clone(from.trees), map[string][]learnt{}
}

// Resource is desk.World's.
func (m *Mirror) Resource(a desk.Address) desk.Resource {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	if r := m.objects.resources[a]; r != nil {
		return *r
	}
	return desk.Resource{}
}

// Resources is desk.World's.
func (m *Mirror) Resources() iter.Seq[*desk.Resource] {
	return slices.Values(ordered(&m.objects, &m.objects.rooms, func() map[desk.Address]*desk.Resource { return m.objects.resources }))
}

// ordered is what the map holds in order of address, made anew only when something
// has changed since.
func ordered[R any](o *objects, kept *[]*R, of func() map[desk.Address]*R) []*R {
	o.mu.Lock()
	defer o.mu.Unlock()
	if all := of(); *kept == nil {
		for _, a := range slices.Sorted(maps.Keys(all)) {
			*kept = append(*kept, all[a])
		}
	}
	return *kept
}

// addresses are the first n of lists and resources that begin with prefix.
func (o *objects) addresses(prefix string, n int) []desk.Address {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.name()
	first, _ := slices.BinarySearch(o.names, desk.Address(prefix))
	last := first
	for last < len(o.names) && last-first < n && strings.HasPrefix(string(o.names[last]), prefix) {
		last++
	}
	return o.names[first:last]
}

// name makes the names anew. Under the lock.
func (o *objects) name() {
	if o.names != nil {
		return
	}
	o.names = slices.AppendSeq(slices.AppendSeq(slices.Collect(maps.Keys(o.lists.at)), maps.Keys(o.aliases)), maps.Keys(o.resources))
	slices.Sort(o.names)
	o.alike = map[uint32][]desk.Address{}
	for _, a := range o.names {
		o.alike[a.SkeletonSum()] = append(o.alike[a.SkeletonSum()], a)
	}
}

// like are the names with the skeleton of an address, and perhaps others.
func (o *objects) like(a desk.Address) []desk.Address {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.name()
	return o.alike[a.SkeletonSum()]
}

// object is the list or the resource that has the address, as what is acted on.
func (m *Mirror) object(a desk.Address) desk.Account {
	if l := m.List(a); l.Known() {
		return l.Target()
	}
	return m.Resource(a).Target()
}

// readObjects says that what the domain has of them was read.
func (m *Mirror) readObjects(domain string) bool {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	return !m.objects.read[domain].IsZero()
}

// Tree is desk.World's.
func (m *Mirror) Tree(domain string) desk.Tree {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	return m.objects.trees[domain]
}

// listed is when all was read that is served.
type listed struct {
	served *map[string]bool
	at     time.Time
}

// Listed is desk.World's.
func (m *Mirror) Listed() time.Time {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	served := m.served.Load()
	known := m.objects.whole.Load()
	if known == nil || known.served != served {
		known = &listed{served, m.oldest(m.objects.read)}
		m.objects.whole.Store(known)
	}
	return known.at
}

// ObjectsRead tells how many of them each domain that Partage serves has, and when
// they were read.
func (m *Mirror) ObjectsRead() (all []DomainRead) {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	count := map[string]int{}
	for a := range m.objects.lists.at {
		count[a.Domain()]++
	}
	for a := range m.objects.resources {
		count[a.Domain()]++
	}
	for domain := range *m.served.Load() {
		all = append(all, DomainRead{Domain: domain, Accounts: count[domain], At: m.objects.read[domain]})
	}
	slices.SortFunc(all, byAge)
	return all
}
