package desk_test

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// objects are the lists, resources and trees of a house.
type objects struct {
	lists     map[desk.Address]desk.List
	resources map[desk.Address]desk.Resource
	trees     map[string]desk.Tree
	unlisted  bool // they were never read
}

func (o *objects) List(a desk.Address) desk.List {
	for _, l := range o.lists {
		if l.Holds(a) {
			return l
		}
	}
	return desk.List{}
}

func (o *objects) Resource(a desk.Address) desk.Resource { return o.resources[a] }
func (o *objects) Tree(domain string) desk.Tree          { return o.trees[domain] }
func (o *objects) Lists() iter.Seq[*desk.List]           { return inOrder(o.lists) }
func (o *objects) ListsWith(a desk.Address) (all []*desk.List) {
	for l := range o.Lists() {
		if l.Has(a) || slices.Contains(l.Senders, a) {
			all = append(all, l)
		}
	}
	return all
}
func (o *objects) Resources() iter.Seq[*desk.Resource] { return inOrder(o.resources) }

func (o *objects) Listed() time.Time {
	if o.unlisted {
		return time.Time{}
	}
	return now
}

func inOrder[T any](all map[desk.Address]T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, a := range slices.Sorted(maps.Keys(all)) {
			if x := all[a]; !yield(&x) {
				return
			}
		}
	}
}
