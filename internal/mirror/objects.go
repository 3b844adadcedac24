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
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// objects are the lists, the resources and the trees of Partage: some thousands,
// and most of their memory is members, which no index of go-memdb holds twice.
type objects struct {
	mu        sync.RWMutex
	at        time.Time
	lists     map[desk.Address]*desk.List
	aliases   map[desk.Address]*desk.List
	resources map[desk.Address]*desk.Resource
	trees     map[string]desk.Tree
	order     []*desk.List      // by address; nil: to be made anew
	rooms     []*desk.Resource  // the same
	learned   map[string]learnt // by id, newer than the load that is in force
}

// A learnt object is one that was read by itself.
type learnt struct {
	object desk.Account // without an address if it is gone
	at     time.Time
}

// A Reading is all that Partage has of them, as read from a time on.
type Reading struct {
	Lists     iter.Seq2[desk.List, error]
	Resources iter.Seq2[desk.Resource, error]
	Trees     map[string]desk.Tree // by domain
}

// LoadObjects replaces the copy by a reading that was begun at a time. All or
// nothing: an error of the reading, an object without id or address or listed
// twice, and ErrBrake leave the copy as it was. What was learned since at stays.
func (m *Mirror) LoadObjects(ctx context.Context, from Reading, at time.Time) error {
	lists, err := gather(ctx, from.Lists, func(l desk.List) (desk.Address, string, *desk.List) { return l.Address, l.ID, packList(l) })
	if err != nil {
		return fmt.Errorf("load lists: %w", err)
	}
	resources, err := gather(ctx, from.Resources, func(r desk.Resource) (desk.Address, string, *desk.Resource) { return r.Address, r.ID, &r })
	if err != nil {
		return fmt.Errorf("load resources: %w", err)
	}
	o := &m.objects
	o.mu.Lock()
	defer o.mu.Unlock()
	if at.IsZero() || at.Before(o.at) {
		return fmt.Errorf("load lists: reading of %v is not newer than %v", at, o.at)
	}
	if err := errors.Join(credible(o.lists, lists), credible(o.resources, resources)); err != nil {
		return fmt.Errorf("load lists: %w", err)
	}
	o.lists, o.resources, o.at, o.order, o.rooms = lists, resources, at, nil, nil
	o.trees = maps.Clone(from.Trees)
	o.alias()
	since := slices.SortedFunc(maps.Values(o.learned), func(a, b learnt) int { return a.at.Compare(b.at) })
	o.learned = map[string]learnt{}
	for _, l := range since {
		if !l.at.Before(at) {
			o.learn(l)
		}
	}
	return nil
}

func gather[T, R any](ctx context.Context, rows iter.Seq2[T, error], row func(T) (desk.Address, string, *R)) (map[desk.Address]*R, error) {
	all, ids := map[desk.Address]*R{}, map[string]bool{}
	for x, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		a, id, kept := row(x)
		if a == "" || id == "" || ids[id] || all[a] != nil {
			return nil, fmt.Errorf("%q: no id or address, or listed twice", a)
		}
		all[a], ids[id] = kept, true
	}
	return all, nil
}

// credible refuses a reading in which too much has vanished, as a table does.
func credible[R any](held, next map[desk.Address]*R) error {
	gone := 0
	for a := range held {
		if next[a] == nil {
			gone++
		}
	}
	if gone > 20 && gone*20 > len(held) {
		return fmt.Errorf("%d of %d: %w", gone, len(held), ErrBrake)
	}
	return nil
}

// packList copies a list so that it holds on to nothing else.
func packList(l desk.List) *desk.List {
	own := newPiece(joined(l.Members), joined(l.Aliases), joined(l.Senders))
	l.Members, l.Aliases, l.Senders = own.all(l.Members), own.all(l.Aliases), own.all(l.Senders)
	return &l
}

func joined(all []desk.Address) string {
	var b strings.Builder
	for _, a := range all {
		b.WriteString(string(a))
	}
	return b.String()
}

func (p *piece) all(of []desk.Address) []desk.Address {
	all := make([]desk.Address, len(of))
	for i, a := range of {
		all[i] = desk.Address(p.cut(string(a)))
	}
	return exact(all)
}

func (o *objects) alias() {
	o.aliases = map[desk.Address]*desk.List{}
	for _, l := range o.lists {
		for _, a := range l.Aliases {
			o.aliases[a] = l
		}
	}
}

// share has o answer what from does now.
func (o *objects) share(from *objects) {
	from.mu.RLock()
	defer from.mu.RUnlock()
	o.at, o.lists, o.aliases = from.at, maps.Clone(from.lists), maps.Clone(from.aliases)
	o.resources, o.trees = maps.Clone(from.resources), from.trees
}

// aboutObject takes in what an event proves of a list, a resource or a tree; false
// if it is about none.
func (m *Mirror) aboutObject(e desk.Event, proof desk.Account) bool {
	r := m.requests[e.ID]
	step, box, proves := r.Proved(e.Fact)
	if spec, _ := desk.SpecOf(step.Verb); !proves || !spec.Object {
		return false
	}
	if proof.ID != box && box != "" {
		m.learnObject(desk.Account{ID: box}, e.At)
	}
	if proof.Known() {
		m.learnObject(proof, e.At)
	}
	return true
}

// learnObject takes in a list, a resource or a tree as it was read at a time; it
// replaces what had its id, under whatever address. One without an address says
// that what had the id is there no more.
func (m *Mirror) learnObject(a desk.Account, at time.Time) {
	m.objects.mu.Lock()
	defer m.objects.mu.Unlock()
	if !at.Before(m.objects.at) && !at.Before(m.objects.learned[a.ID].at) {
		m.objects.learn(learnt{a, at})
	}
}

// learn is learnObject, under the lock. Before the first load it is only kept in
// mind.
func (o *objects) learn(l learnt) {
	if o.learned == nil {
		o.learned = map[string]learnt{}
	}
	if o.learned[l.object.ID] = l; o.at.IsZero() {
		return
	}
	a, d := l.object, l.object.Detail
	if d == nil || d.Tree == nil {
		maps.DeleteFunc(o.resources, func(_ desk.Address, x *desk.Resource) bool { return x.ID == a.ID })
	}
	switch {
	case d == nil:
		maps.DeleteFunc(o.lists, func(_ desk.Address, x *desk.List) bool { return x.ID == a.ID })
	case d.List != nil:
		o.learnList(*d.List, d.Lists)
	case d.Resource != nil:
		o.resources[a.Address] = d.Resource
	case d.Tree != nil:
		o.trees = maps.Clone(o.trees)
		if o.trees == nil {
			o.trees = map[string]desk.Tree{}
		}
		o.trees[string(a.Address)] = *d.Tree
	}
	o.order, o.rooms = nil, nil
	o.alias()
}

// learnList: of a list that was looked at for some members only, the others are as
// they were.
func (o *objects) learnList(next desk.List, looked []desk.Membership) {
	var old desk.List
	for _, l := range o.lists {
		if l.ID == next.ID {
			old = *l
			delete(o.lists, l.Address)
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
	if !next.Asked {
		next.Senders, next.Asked = old.Senders, old.Asked
	}
	o.lists[next.Address] = packList(next)
}

// List is desk.World's.
func (m *Mirror) List(a desk.Address) desk.List {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	if l := m.objects.lists[a]; l != nil {
		return *l
	}
	if l := m.objects.aliases[a]; l != nil {
		return *l
	}
	return desk.List{}
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

// Lists is desk.World's.
func (m *Mirror) Lists() iter.Seq[*desk.List] {
	return slices.Values(ordered(&m.objects, &m.objects.order, func() map[desk.Address]*desk.List { return m.objects.lists }))
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

// Tree is desk.World's.
func (m *Mirror) Tree(domain string) desk.Tree {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	return m.objects.trees[domain]
}

// Listed is desk.World's.
func (m *Mirror) Listed() time.Time {
	m.objects.mu.RLock()
	defer m.objects.mu.RUnlock()
	return m.objects.at
}
