package mirror

import (
	"fmt"
	"time"

	"github.com/hashicorp/go-memdb"

	"github.com/unistra/melusine/internal/desk"
)

// Gone takes out a mailbox that was seen to be there no more at a time. A load
// that was begun before does not bring it back.
func (m *Mirror) Gone(id string, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	if id == "" || at.Before(m.accounts.age()) || at.Before(m.learned[id].at) {
		return nil
	}
	none := &desk.Account{ID: id}
	m.learned[id] = proof{none, at}
	if m.accounts.now.Load() == nil {
		return nil
	}
	row := m.sameMailbox(none)
	if row == nil {
		return nil
	}
	if err := m.accounts.write((*memdb.Txn).Delete, []*desk.Account{row}); err != nil {
		return fmt.Errorf("take out mailbox %s: %w", id, err)
	}
	return nil
}
