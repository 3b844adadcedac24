package directory

import (
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"
)

var errSync = errors.New("not a conversation of RFC 4533")

// A session is what one line of syncrepl has said (RFC 4533, refreshAndPersist).
// Until its refresh is done all that it says is kept back: a refresh that does
// not come to its end is as if it had not begun.
type session struct {
	kind      kind
	mark      mark
	refreshed bool

	held    []news
	present map[key]bool // in the refresh
}

// take reads one message, and returns what has become certain by it.
func (s *session) take(m said, c *Census) ([]news, error) {
	if m.entry != nil {
		return s.entry(m, c)
	}
	for _, control := range m.controls {
		info, ok := control.(*ldap.ControlSyncInfo)
		if !ok {
			continue
		}
		return s.info(info, c)
	}
	return nil, fmt.Errorf("%w: neither entry nor information", errSync)
}

func (s *session) entry(m said, c *Census) ([]news, error) {
	state, _ := ldap.FindControl(m.controls, ldap.ControlTypeSyncState).(*ldap.ControlSyncState)
	if state == nil {
		return nil, fmt.Errorf("%w: an entry without a state", errSync)
	}
	if m.entry.cut() {
		return nil, errRange
	}
	n := news{kind: s.kind, key: key(state.EntryUUID)}
	switch state.State {
	case ldap.SyncStatePresent:
		return nil, s.there(n.key)
	case ldap.SyncStateDelete:
	case ldap.SyncStateAdd, ldap.SyncStateModify:
		n.record = m.entry
		if !s.refreshed {
			_ = s.there(n.key)
		}
	default:
		return nil, fmt.Errorf("%w: state %d", errSync, state.State)
	}
	return s.certain(state.Cookie, n)
}

func (s *session) there(keys ...key) error {
	if s.refreshed {
		return fmt.Errorf("%w: present, after the refresh", errSync)
	}
	if s.present == nil {
		s.present = map[key]bool{}
	}
	for _, k := range keys {
		s.present[k] = true
	}
	return nil
}

// certain keeps news back while the refresh lasts.
func (s *session) certain(cookie []byte, all ...news) ([]news, error) {
	if len(cookie) > 0 {
		s.mark.cookie = string(cookie)
	}
	if s.refreshed {
		return all, nil
	}
	s.held = append(s.held, all...)
	return nil, nil
}

func (s *session) info(info *ldap.ControlSyncInfo, c *Census) ([]news, error) {
	switch {
	case info.NewCookie != nil:
		return s.certain(info.NewCookie.Cookie)
	case info.RefreshPresent != nil:
		if s.refreshed {
			return nil, fmt.Errorf("%w: a second refresh", errSync)
		}
		s.absent(c)
		return s.phase(info.RefreshPresent.Cookie, info.RefreshPresent.RefreshDone)
	case info.RefreshDelete != nil:
		if s.refreshed {
			return nil, fmt.Errorf("%w: a second refresh", errSync)
		}
		return s.phase(info.RefreshDelete.Cookie, info.RefreshDelete.RefreshDone)
	case info.SyncIdSet != nil:
		return s.set(info.SyncIdSet)
	}
	return nil, fmt.Errorf("%w: information of no kind", errSync)
}

// set is many entries at once: those that are still there, or those that are not.
func (s *session) set(set *ldap.ControlSyncInfoSyncIdSet) ([]news, error) {
	var gone []news
	for _, id := range set.SyncUUIDs {
		if set.RefreshDeletes {
			gone = append(gone, news{kind: s.kind, key: key(id)})
		} else if err := s.there(key(id)); err != nil {
			return nil, err
		}
	}
	return s.certain(set.Cookie, gone...)
}

// absent ends the phase in which what is there is told: the rest has gone.
func (s *session) absent(c *Census) {
	for k := range c.keys(s.kind) {
		if !s.present[k] {
			s.held = append(s.held, news{kind: s.kind, key: k})
		}
	}
	s.present = nil
}

// phase ends a phase of the refresh, or all of it.
func (s *session) phase(cookie []byte, done bool) ([]news, error) {
	_, _ = s.certain(cookie)
	if !done {
		return nil, nil
	}
	all := s.held
	s.refreshed, s.held, s.present = true, nil, nil
	return all, nil
}
