package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
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
	began := m.begin()
	defer m.end()
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
	if err := m.people.replace(rows, at, &m.drain); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	m.members.forget()
	return nil
}

// A meeting is one person read by himself; person nil means that he has gone.
type meeting struct {
	number int
	at     time.Time
	person *desk.Person
}

// begin is the number of the last meeting before a load.
func (m *Mirror) begin() int {
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	m.loading++
	return m.lastMet
}

func (m *Mirror) end() {
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	m.loading--
}

// LearnPerson takes in one person as read from the directory, at a time; the
// zero Person says that the directory has no uid any more. It does not make the
// copy any younger: Ages speaks of all people. Before they were read it is only
// kept in mind.
func (m *Mirror) LearnPerson(uid desk.UID, p desk.Person, at time.Time) error {
	if uid == "" || p.Known() && p.UID != uid {
		return fmt.Errorf("learn person %q: the reading is about %q", uid, p.UID)
	}
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	m.lastMet++
	x := meeting{number: m.lastMet, at: at}
	if p.Known() {
		x.person = newPacker().person(p)
	}
	m.met[uid] = x
	old := m.people.first("id", string(uid))
	if old == nil || old.Unit != p.Unit || !slices.Equal(old.Groups, p.Groups) {
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

// trails is how far what is told of changes may be behind who reads by himself.
const trails = 10 * time.Second

// FollowPeople takes in how people are now, as the directory tells it when they
// change, in order; the zero Person has gone. The copy is then as of that time.
// Who was read by himself just before is left as he was read, and returned: what
// is told may be older, he is to be read again. ErrBrake refuses all of it. It is
// not for the time of a LoadPeople.
func (m *Mirror) FollowPeople(changes iter.Seq2[desk.UID, desk.Person], at time.Time) (again []desk.UID, err error) {
	m.people.writing.Lock()
	defer m.people.writing.Unlock()
	last := m.people.now.Load()
	if last == nil {
		return nil, errors.New("follow people: they were never read")
	}
	if m.loading == 0 {
		maps.DeleteFunc(m.met, func(_ desk.UID, x meeting) bool { return at.Sub(x.at) > trails })
	}
	pack := newPacker()
	var comes, gone []*desk.Person
	for uid, p := range changes {
		old := m.people.first("id", string(uid))
		switch x, met := m.met[uid]; {
		case met && at.Sub(x.at) <= trails:
			again = append(again, uid)
		case p.Known():
			if row := pack.person(p); old == nil || !reflect.DeepEqual(old, row) {
				comes = append(comes, row)
			}
		case old != nil:
			gone = append(gone, old)
		}
	}
	if err := m.drain.take(len(gone), last.rows, at); err != nil {
		return nil, fmt.Errorf("follow people: %w", err)
	}
	if err := m.people.put(comes...); err != nil {
		return nil, fmt.Errorf("follow people: %w", err)
	}
	if err := m.people.remove(gone...); err != nil {
		return nil, fmt.Errorf("follow people: %w", err)
	}
	m.people.reach(at)
	if len(comes)+len(gone) > 0 {
		m.members.forget()
	}
	return again, nil
}

// Person is desk.World's, with the domains that the journal says are delegated.
func (m *Mirror) Person(uid desk.UID) desk.Person {
	row := m.people.first("id", string(uid))
	if row == nil {
		return desk.Person{}
	}
	return m.entitled(*row)
}

// entitled is the person with what is delegated to them.
func (m *Mirror) entitled(p desk.Person) desk.Person {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p.Delegations = m.rights.held[p.UID]
	return p
}

// Ages is desk.World's.
func (m *Mirror) Ages() (directory, partage time.Time) {
	return m.people.age(), m.accounts.age()
}

// Persons is how many people the directory has, as last read.
func (m *Mirror) Persons() int { return m.people.size() }
