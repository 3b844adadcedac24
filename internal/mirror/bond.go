package mirror

import (
	"fmt"
	"maps"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// bind uses an offer up, or needs none if a service signs the account in. One
// chat account per person, one person per account: what either was tied to
// before is untied.
func (f *fold) bind(b desk.Bound, to desk.UID, at time.Time) error {
	if to == "" || b.Account == "" || b.Service == "" && f.offers[b.Digest].to != to {
		return fmt.Errorf("bound without an offer: %w", desk.ErrIllegal)
	}
	delete(f.offers, b.Digest)
	delete(f.persons, f.chats[to])
	delete(f.chats, f.persons[b.Account].Who)
	f.persons[b.Account], f.chats[to] = desk.Bond{Who: to, At: at, Service: b.Service}, b.Account
	return nil
}

func (f *fold) unbind(u desk.Unbound) error {
	if u.Who == "" || f.persons[u.Account].Who != u.Who {
		return fmt.Errorf("unbound without a bond: %w", desk.ErrIllegal)
	}
	delete(f.persons, u.Account)
	delete(f.chats, u.Who)
	return nil
}

// heardFor is how long a message that was heard is remembered after its claim:
// longer than any node looks back.
const heardFor = time.Hour

func (f *fold) hear(h desk.Heard, at time.Time) {
	if len(f.heard) >= 1000 {
		maps.DeleteFunc(f.heard, func(_ string, c desk.Claim) bool { return at.Sub(c.Until) > heardFor })
	}
	f.heard[h.Post] = f.heard[h.Post].With(h, at)
}

// Binding is desk.Fold's.
func (m *Mirror) Binding(account string) desk.UID { return m.Bond(account).Who }

// Bond is desk.Fold's.
func (m *Mirror) Bond(account string) desk.Bond {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.persons[account]
}

// Heard is desk.Fold's.
func (m *Mirror) Heard(post string) desk.Claim {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.heard[post]
}
