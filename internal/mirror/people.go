package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func newPeople() *table[desk.Person] {
	return newTable(func(p *desk.Person) string { return string(p.UID) }, adoptPerson)
}

// LoadPeople replaces the copy of the directory by a reading that was begun at
// a time. All or nothing: an error from the reading, a person without a uid or
// listed twice, and ErrBrake leave the copy as it was. Whom LearnPerson brings
// meanwhile stays as brought.
func (m *Mirror) LoadPeople(ctx context.Context, people iter.Seq2[desk.Person, error], at time.Time) error {
	began := m.meetings()
	pack := newPacker()
	rows, err := read(ctx, m.people, people, func(p desk.Person) (*desk.Person, error) {
		if !p.Known() {
			return nil, errors.New("a person without a uid")
		}
		return pack.person(p), nil
	})
	if err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	maps.DeleteFunc(m.met, func(_ desk.UID, x meeting) bool { return x.number <= began })
	for uid, x := range m.met {
		delete(rows, string(uid))
		if x.person != nil {
			rows[string(uid)] = x.person
		}
	}
	if err := m.people.replace(rows, at); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	m.members.forget()
	return nil
}

// A meeting is one person read by himself; person nil means that he has gone.
type meeting struct {
	number int
	person *desk.Person
}

// meetings is the number of the last meeting.
func (m *Mirror) meetings() int {
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	return m.lastMet
}

// LearnPerson takes in one person as just read from the directory; the zero
// Person says that the directory has no uid any more. It does not make the
// copy any younger: Ages speaks of whole readings. Before the first of them it
// is only kept in mind.
func (m *Mirror) LearnPerson(uid desk.UID, p desk.Person) error {
	if uid == "" || p.Known() && p.UID != uid {
		return fmt.Errorf("learn person %q: the reading is about %q", uid, p.UID)
	}
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	m.lastMet++
	x := meeting{number: m.lastMet}
	if p.Known() {
		x.person = newPacker().person(p)
	}
	m.met[uid] = x
	old := m.people.first("id", string(uid))
	if old == nil || !slices.Equal(old.Groups, p.Groups) {
		defer m.members.forget()
	}
	switch {
	case m.people.now.Load() == nil:
		return nil
	case x.person != nil:
		return m.people.put(x.person)
	case old != nil:
		return m.people.remove(old)
	}
	return nil
}

// Person is desk.World's, with the domains that the journal says are delegated.
func (m *Mirror) Person(uid desk.UID) desk.Person {
	row := m.people.first("id", string(uid))
	if row == nil {
		return desk.Person{}
	}
	p := *row
	m.mu.RLock()
	defer m.mu.RUnlock()
	p.Delegations = m.rights.held[uid]
	return p
}

// Ages is desk.World's.
func (m *Mirror) Ages() (directory, partage time.Time) {
	return m.people.age(), m.accounts.age()
}

// Persons is how many people the directory has, as last read.
func (m *Mirror) Persons() int { return m.people.size() }
