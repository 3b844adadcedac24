package mirror

import (
	"slices"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

// members are the people of the groups that somebody asked for, which are few:
// an index of all groups would hold every student several times.
type members struct {
	mu    sync.Mutex
	of    map[string][]desk.UID
	units map[string]bool // the codes of all units, nil until somebody asks
}

// forget has them looked up again.
func (m *members) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of, m.units = nil, nil
}

// Members is desk.World's.
func (m *Mirror) Members(group string) []desk.UID {
	m.members.mu.Lock()
	defer m.members.mu.Unlock()
	if uids, known := m.members.of[group]; known {
		return uids
	}
	uids := []desk.UID{}
	for p := range m.people.rows("id") {
		if p.In(group) {
			uids = append(uids, p.UID)
		}
	}
	slices.Sort(uids)
	if m.members.of == nil {
		m.members.of = map[string][]desk.UID{}
	}
	m.members.of[group] = uids
	return uids
}

// HasUnit is desk.World's.
func (m *Mirror) HasUnit(code string) bool {
	m.members.mu.Lock()
	defer m.members.mu.Unlock()
	if m.members.units == nil {
		m.members.units = map[string]bool{}
		for p := range m.people.rows("id") {
			m.members.units[p.Unit] = true
		}
	}
	return code != "" && m.members.units[code]
}
