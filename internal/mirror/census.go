package mirror

import (
	"iter"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// EachPerson is desk.World's, in order of login.
func (m *Mirror) EachPerson() iter.Seq[*desk.Person] { return m.people.rows("id") }

// EachAccount is desk.World's, in order of address.
func (m *Mirror) EachAccount() iter.Seq[*desk.Account] { return m.accounts.rows("id") }

// A census is counted anew only when something has changed since.
type census struct {
	mu               sync.Mutex
	people, accounts int64 // writes of each table before it was counted
	counted          desk.Census
}

// Census is desk.World's.
func (m *Mirror) Census() desk.Census {
	m.census.mu.Lock()
	defer m.census.mu.Unlock()
	people, accounts := m.people.writes.Load(), m.accounts.writes.Load()
	if m.census.counted.Classes == nil || people != m.census.people {
		m.census.counted.Affiliations, m.census.counted.People = affiliations(m.EachPerson())
	}
	if m.census.counted.Classes == nil || accounts != m.census.accounts {
		count(&m.census.counted, m.EachAccount())
	}
	m.census.people, m.census.accounts = people, accounts
	return m.census.counted
}

// affiliations counts people; the maps of a census are never changed once it is given.
func affiliations(people iter.Seq[*desk.Person]) (of map[string]int, n int) {
	of = map[string]int{}
	for p := range people {
		of[p.Affiliation]++
		n++
	}
	return of, n
}

func count(c *desk.Census, accounts iter.Seq[*desk.Account]) {
	c.Accounts, c.Deleted, c.Classes, c.Statuses = 0, 0, map[string]desk.ClassCount{}, map[string]int{}
	type sort struct{ class, status string }
	sorts, last, of := map[sort]*desk.ClassCount{}, sort{}, &desk.ClassCount{}
	for a := range accounts {
		if a.Deleted() {
			c.Deleted++
			continue
		}
		if this := (sort{a.COS, a.Status}); this != last || c.Accounts == 0 { // neighbours are mostly alike
			if of = sorts[this]; of == nil {
				of = &desk.ClassCount{}
				sorts[this] = of
			}
			last = this
		}
		of.Accounts++
		of.Used += a.Used
		c.Accounts++
	}
	for s, n := range sorts {
		all := c.Classes[s.class]
		c.Classes[s.class] = desk.ClassCount{Accounts: all.Accounts + n.Accounts, Used: all.Used + n.Used}
		c.Statuses[s.status] += n.Accounts
	}
}

// Trend is desk.Fold's.
func (m *Mirror) Trend() []desk.Point {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.trend
}
