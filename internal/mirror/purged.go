package mirror

import (
	"fmt"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// LearnGone takes out a mailbox that was seen to be there no more at a time. A
// load that was begun before does not bring it back.
func (m *Mirror) LearnGone(id string, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	if id == "" || at.Before(m.learned[id].at) {
		return nil
	}
	row := m.accounts.first("mailbox", id)
	if row != nil && at.Before(m.readAt(row.Address.Domain())) {
		return nil
	}
	m.learned[id] = proof{&desk.Account{ID: id}, at}
	if row == nil {
		return nil
	}
	if err := m.accounts.remove(row); err != nil {
		return fmt.Errorf("take out mailbox %s: %w", id, err)
	}
	return nil
}
