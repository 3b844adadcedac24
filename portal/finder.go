package portal

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// A spot is where a list, a group or a resource is found.
type spot struct {
	address desk.Address
	name    string // folded
	words   string // that it is found by
	kind    string
	size    int
}

// A finder has a spot for each list and resource: to fold their words takes longer
// than to look through them. It follows what the view holds.
type finder struct {
	mu    sync.Mutex
	lists []*desk.List
	rooms []*desk.Resource
	now   gazetteer
}

// A gazetteer is some spots in order of address, and their domains in order.
type gazetteer struct {
	spots   []spot
	domains []string
	of      map[string][]spot // of each domain
	words   lexicon           // of all of them; empty in a part, which is looked through
}

// likely are those that may have these words: all that a search needs to look at.
func (g gazetteer) likely(words []string) (some []spot) {
	sought := long(words)
	if g.words.lines == "" || len(sought) == 0 {
		return g.spots
	}
	for a := range g.words.find(sought) {
		some = append(some, g.at(a)...)
	}
	return some
}

// at are the spots at an address: one, or none, or a list and a resource.
func (g gazetteer) at(a desk.Address) []spot {
	i, _ := slices.BinarySearchFunc(g.spots, a, func(s spot, a desk.Address) int { return cmp.Compare(s.address, a) })
	n := i
	for n < len(g.spots) && g.spots[n].address == a {
		n++
	}
	return g.spots[i:n]
}

// within is what is in some domains, and at some addresses.
func (g gazetteer) within(domains map[string]bool, addresses map[desk.Address]bool) gazetteer {
	var some []spot
	for domain := range domains {
		some = append(some, g.of[domain]...)
	}
	for a := range addresses {
		if !domains[a.Domain()] {
			some = append(some, g.at(a)...)
		}
	}
	slices.SortFunc(some, func(a, b spot) int { return cmp.Compare(a.address, b.address) })
	return newGazetteer(some)
}

func newGazetteer(spots []spot) gazetteer {
	of := map[string][]spot{}
	for _, s := range spots {
		of[s.address.Domain()] = append(of[s.address.Domain()], s)
	}
	return gazetteer{spots: spots, domains: slices.Sorted(maps.Keys(of)), of: of}
}

// searchable is newGazetteer with the words of all.
func searchable(spots []spot) gazetteer {
	g, words := newGazetteer(spots), newScribe()
	for _, s := range spots {
		words.write(s.address, s.words)
	}
	g.words = words.lexicon()
	return g
}

// current is what the view holds now. It must not be changed.
func (f *finder) current(view desk.View) gazetteer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.spots != nil && yields(view.Lists(), f.lists) && yields(view.Resources(), f.rooms) { // another list is elsewhere
		return f.now
	}
	f.lists, f.rooms = slices.Collect(view.Lists()), slices.Collect(view.Resources())
	spots := make([]spot, 0, len(f.lists)+len(f.rooms))
	for _, l := range f.lists {
		spots = append(spots, spotOf(l.Address, l.Name, string(l.Kind), l.Size))
	}
	for _, r := range f.rooms {
		spots = append(spots, spotOf(r.Address, r.Name, r.Target().Kind(), 0))
	}
	slices.SortFunc(spots, func(a, b spot) int { return cmp.Compare(a.address, b.address) })
	f.now = searchable(spots)
	return f.now
}

// yields says that these are all that seq yields.
func yields[T comparable](seq iter.Seq[T], these []T) bool {
	n := 0
	for x := range seq {
		if n == len(these) || these[n] != x {
			return false
		}
		n++
	}
	return n == len(these)
}

func spotOf(a desk.Address, name, kind string, size int) spot {
	local, plain := a.Local(), folded(name)
	return spot{a, plain, folded(string(a)+" "+a.Domain()+" "+local+" "+apart.Replace(local)) + " " + plain, kind, size}
}
