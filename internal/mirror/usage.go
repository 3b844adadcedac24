package mirror

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// A usage says how many addresses of accounts each domain has.
type usage struct {
	mu    sync.RWMutex
	has   map[string]int
	turns int // how often a domain came or went
}

func newUsage() *usage { return &usage{has: map[string]int{}} }

func (u *usage) change(gone, comes *desk.Account) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.add(gone, -1)
	u.add(comes, 1)
}

func (u *usage) add(a *desk.Account, n int) {
	if a == nil {
		return
	}
	u.count(a.Address.Domain(), n)
	for _, alias := range a.Aliases {
		u.count(alias.Domain(), n)
	}
}

func (u *usage) count(domain string, n int) {
	had := u.has[domain] > 0
	if u.has[domain] += n; u.has[domain] == 0 {
		delete(u.has, domain)
	}
	if had != (u.has[domain] > 0) {
		u.turns++
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
	m.used.mu.RLock()
	defer m.used.mu.RUnlock()
	return domain != "" && (m.used.has[domain] > 0 || (*m.served.Load())[domain])
}

// domains are those that are served or used, sorted, as of two readings.
type domains struct {
	served *map[string]bool
	turns  int
	all    []string
}

// Domains is desk.World's.
func (m *Mirror) Domains() []string {
	m.used.mu.RLock()
	defer m.used.mu.RUnlock()
	d := &domains{served: m.served.Load(), turns: m.used.turns}
	if known := m.domains.Load(); known != nil && known.served == d.served && known.turns == d.turns {
		return known.all
	}
	d.all = slices.AppendSeq(slices.Collect(maps.Keys(m.used.has)), maps.Keys(*d.served))
	slices.Sort(d.all)
	d.all = slices.Compact(d.all)
	m.domains.Store(d)
	return d.all
}

// SetClasses says which classes of service Partage has.
func (m *Mirror) SetClasses(names []string) {
	names = slices.Sorted(slices.Values(names))
	m.classes.Store(&names)
}

// Classes is desk.World's.
func (m *Mirror) Classes() []string { return *m.classes.Load() }

// Population is desk.World's.
func (m *Mirror) Population() int { return m.accounts.size() }

// Owned is desk.World's, in order of address.
func (m *Mirror) Owned(uid desk.UID) (owned []desk.Account) {
	for row := range m.accounts.find("owner", string(uid)) {
		owned = append(owned, *row)
	}
	slices.SortFunc(owned, func(a, b desk.Account) int { return strings.Compare(string(a.Address), string(b.Address)) })
	return owned
}
