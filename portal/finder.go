package portal

import (
	"cmp"
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
	all   []spot // in order of address
}

// current are the spots of what the view holds now. They must not be changed.
func (f *finder) current(view desk.View) []spot {
	lists, rooms := slices.Collect(view.Lists()), slices.Collect(view.Resources())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all != nil && slices.Equal(lists, f.lists) && slices.Equal(rooms, f.rooms) { // another list is elsewhere
		return f.all
	}
	f.lists, f.rooms = lists, rooms
	f.all = make([]spot, 0, len(lists)+len(rooms))
	for _, l := range lists {
		f.all = append(f.all, spotOf(l.Address, l.Name, string(l.Kind), l.Size))
	}
	for _, r := range rooms {
		f.all = append(f.all, spotOf(r.Address, r.Name, r.Target().Kind(), 0))
	}
	slices.SortFunc(f.all, func(a, b spot) int { return cmp.Compare(a.address, b.address) })
	return f.all
}

func spotOf(a desk.Address, name, kind string, size int) spot {
	local, plain := a.Local(), folded(name)
	return spot{a, plain, folded(a.Domain()+" "+local+" "+apart.Replace(local)) + " " + plain, kind, size}
}
