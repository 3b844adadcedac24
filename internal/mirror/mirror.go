package mirror

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Mirror is the desk.View of one process. Many may read while one writes.
type Mirror struct {
	journal  desk.Journal
	catching sync.Mutex // held by the one who reads the journal

	mu    sync.RWMutex
	epoch int // how often the journal was folded anew
	fold

	people  *table[desk.Person]
	met     map[desk.UID]meeting // since the last load was begun; guarded by people.writing
	lastMet int
	loading int   // loads under way
	drain   drain // of people, in a day
	members members

	accounts *table[desk.Account]
	learned  map[string]proof     // by account id, newer than the last load; guarded by accounts.writing
	whole    time.Time            // when all accounts were last read at once; guarded by accounts.writing
	read     map[string]time.Time // when domains were, since; likewise
	leak     drain                // of accounts; likewise
	used     *usage
	served   atomic.Pointer[map[string]bool]
	domains  atomic.Pointer[domains]
	classes  atomic.Pointer[[]string]
	census   census
	objects  objects
	left     []desk.Registration // by the listing that is being written; nil if none is; likewise
	gone     atomic.Pointer[[]desk.Registration]
}

type proof struct {
	account *desk.Account
	at      time.Time
}

var _ desk.View = (*Mirror)(nil)

// New returns an empty mirror of the journal; CatchUp and the Loads fill it.
func New(journal desk.Journal) *Mirror {
	m := &Mirror{journal: journal, fold: newFold(), people: newPeople(), accounts: newAccounts(), used: newUsage(), met: map[desk.UID]meeting{}, learned: map[string]proof{}, read: map[string]time.Time{}}
	m.accounts.changed = func(old, next *desk.Account) { m.used.change(old, next); m.leave(old, next) }
	m.gone.Store(&[]desk.Registration{})
	m.SetDomains(nil)
	m.SetClasses(nil)
	return m
}

// CatchUp is desk.Fold's. An error other than ctx's says that the journal
// cannot be read or is damaged: nothing is to be decided any more.
func (m *Mirror) CatchUp(ctx context.Context) error {
	m.catching.Lock()
	defer m.catching.Unlock()
	began, erased := m.at, false
	for e, err := range m.journal.Read(ctx, m.at) {
		if err == nil {
			err = m.take(e)
		}
		if _, lost := e.Fact.(desk.Erased); lost && errors.Is(err, desk.ErrIllegal) && m.again(ctx) == nil {
			err = m.take(e) // it was erased after what it follows had been folded with its words
		}
		if err != nil {
			return fmt.Errorf("catch up after event %d: %w", m.at, err)
		}
		erased = erased || erases(e.Fact, began)
	}
	if erased {
		return m.again(ctx)
	}
	return nil
}

// erases says that what was folded before may hold words that the journal no
// longer has. Read from its beginning, the journal yields none of those, except
// of who was forgotten by a program that stopped before it destroyed the key.
func erases(fact desk.Fact, began desk.Seq) bool {
	switch f := fact.(type) {
	case desk.Forgotten:
		return true
	case desk.Redacted:
		return began > 0
	case desk.Erased:
		_, forgotten := f.Was.(desk.Forgotten)
		return forgotten && began > 0
	}
	return false
}

// again folds the journal anew, up to where it was: what was erased since is
// then gone from memory too.
func (m *Mirror) again(ctx context.Context) error {
	fresh := newFold()
	for e, err := range m.journal.Read(ctx, 0) {
		if err == nil {
			err = fresh.add(e)
		}
		if err != nil {
			return fmt.Errorf("fold again after event %d: %w", fresh.at, err)
		}
		if fresh.at == m.at {
			break
		}
	}
	m.refold(fresh)
	return nil
}

// refold puts another fold in the place of the one that there is.
func (m *Mirror) refold(fresh fold) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fold = fresh
	m.epoch++
}

// take folds one event in and makes what it proves part of the world, both at
// once: who sees a rename done finds the account at its new address.
func (m *Mirror) take(e desk.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.add(e)
	proof := desk.ProofOf(e.Fact)
	if err == nil && m.aboutObject(e, proof) {
		return nil
	}
	if done, ok := e.Fact.(desk.Done); ok && err == nil && !done.Proof.Known() {
		return m.LearnGone(m.request(e.ID).Mailbox, e.At)
	}
	if err != nil || !proof.Known() || proof.ID == "" {
		return err
	}
	return m.Learn(proof, e.At)
}
