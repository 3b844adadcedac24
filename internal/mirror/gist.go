package mirror

import (
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// A gist says which domains the accounts use and which addresses may belong to
// a person. An index of go-memdb would take six times the memory. It only
// grows until the next load: who asks it looks at the account as well.
type gist struct {
	mu      sync.RWMutex
	size    int // accounts at the load
	domains map[string]bool
	owned   map[desk.UID][]desk.Address // sorted
}

func gistOf(accounts iter.Seq[*desk.Account]) *gist {
	g := &gist{domains: map[string]bool{}, owned: map[desk.UID][]desk.Address{}}
	for a := range accounts {
		g.add(a)
		g.size++
	}
	return g
}

func (g *gist) add(a *desk.Account) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.domains[a.Address.Domain()] = true
	for _, alias := range a.Aliases {
		g.domains[alias.Domain()] = true
	}
	if a.Owner == "" {
		return
	}
	known := g.owned[a.Owner]
	if i, found := slices.BinarySearch(known, a.Address); !found {
		g.owned[a.Owner] = slices.Concat(known[:i], []desk.Address{a.Address}, known[i:])
	}
}

// SetDomains says which domains Partage serves, besides those seen in use.
func (m *Mirror) SetDomains(domains []string) {
	served := map[string]bool{}
	for _, d := range domains {
		served[d] = true
	}
	m.served.Store(&served)
}

// HasDomain is desk.World's: a domain that was set, or that an address uses.
func (m *Mirror) HasDomain(domain string) bool {
	g := m.gist.Load()
	g.mu.RLock()
	defer g.mu.RUnlock()
	return domain != "" && (g.domains[domain] || (*m.served.Load())[domain])
}

// Domains is desk.World's.
func (m *Mirror) Domains() []string {
	g := m.gist.Load()
	g.mu.RLock()
	defer g.mu.RUnlock()
	all := slices.AppendSeq(slices.Collect(maps.Keys(g.domains)), maps.Keys(*m.served.Load()))
	slices.Sort(all)
	return slices.Compact(all)
}

// SetClasses says which classes of service Partage has.
func (m *Mirror) SetClasses(names []string) {
	names = slices.Sorted(slices.Values(names))
	m.classes.Store(&names)
}

// Classes is desk.World's.
func (m *Mirror) Classes() []string { return *m.classes.Load() }

// Population is desk.World's: of the last load.
func (m *Mirror) Population() int { return m.gist.Load().size }

// Owned is desk.World's, in order of address.
func (m *Mirror) Owned(uid desk.UID) (owned []desk.Account) {
	g := m.gist.Load()
	g.mu.RLock()
	addresses := g.owned[uid]
	g.mu.RUnlock()
	for _, address := range addresses {
		if row := m.accounts.first("id", string(address)); row != nil && row.Owner == uid {
			owned = append(owned, *row)
		}
	}
	return owned
}
