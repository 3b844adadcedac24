package mirror

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// LoadDomain replaces the accounts of one domain by a reading that was begun at a
// time; the copy of Partage is as old as the oldest of its domains. All or nothing,
// as LoadAccounts: what was learned since at stays, and an account that has come
// from another domain is no longer there. ErrBrake also counts what all domains
// have lost in a day.
func (m *Mirror) LoadDomain(ctx context.Context, domain string, accounts iter.Seq2[desk.Account, error], at time.Time) error {
	pack, ids := newPacker(), map[string]desk.Address{}
	rows, err := read(ctx, m.accounts, accounts, func(a desk.Account) (*desk.Account, error) {
		if !a.Known() || a.ID == "" || ids[a.ID] != "" || a.Address.Domain() != domain {
			return nil, fmt.Errorf("account %q: no id or address, of another domain, or listed twice", a.Address)
		}
		row := pack.account(a)
		ids[row.ID] = row.Address
		return row, nil
	})
	if err == nil {
		err = m.replaceDomain(domain, rows, ids, at)
	}
	if err != nil {
		return fmt.Errorf("load %s: %w", domain, err)
	}
	return nil
}

func (m *Mirror) replaceDomain(domain string, rows map[string]*desk.Account, ids map[string]desk.Address, at time.Time) error {
	if err := m.opens(domain, at); err != nil {
		return err
	}
	held, lost := 0, 0
	var gone, comes []*desk.Account
	for row := range m.of(domain) {
		next := rows[string(row.Address)]
		delete(rows, string(row.Address))
		switch held++; {
		case next == nil:
			if gone = append(gone, row); ids[row.ID] == "" {
				lost++
			}
		case !reflect.DeepEqual(row, next):
			comes = append(comes, next)
		}
	}
	if err := brake(lost, held); err != nil {
		return err
	}
	if err := m.leaks(lost, at); err != nil {
		return err
	}
	comes = slices.AppendSeq(comes, maps.Values(rows))
	slices.SortFunc(comes, func(a, b *desk.Account) int { return strings.Compare(string(a.Address), string(b.Address)) })
	return m.change(domain, comes, gone, at)
}

// opens says whether the reading may be taken in.
func (m *Mirror) opens(domain string, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	if at.IsZero() || at.Before(m.readAt(domain)) {
		return fmt.Errorf("reading of %v is not newer than %v", at, m.readAt(domain))
	}
	if m.accounts.now.Load() == nil {
		return m.accounts.fill(nil, time.Time{})
	}
	return nil
}

func (m *Mirror) leaks(lost int, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	return m.leak.take(lost, m.accounts.size(), at)
}

// change writes what has changed, what comes before what goes, a little at a time:
// a proof that arrives meanwhile, and all who wait for it, must not wait for long.
func (m *Mirror) change(domain string, comes, gone []*desk.Account, at time.Time) error {
	for some := range slices.Chunk(comes, maxRows) {
		if err := m.putListed(some, at); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(gone, maxRows) {
		if err := m.removeListed(some, at); err != nil {
			return err
		}
	}
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	m.read[domain] = at
	m.aged()
	return nil
}

func (m *Mirror) putListed(rows []*desk.Account, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	var moved []*desk.Account
	rows = slices.DeleteFunc(slices.Clone(rows), func(row *desk.Account) bool {
		holder := m.accounts.first("id", string(row.Address))
		return m.learnedSince(row.ID, at) || holder != nil && m.learnedSince(holder.ID, at)
	})
	for _, row := range rows {
		if old := m.accounts.first("mailbox", row.ID); old != nil && old.Address.Domain() != row.Address.Domain() {
			moved = append(moved, old)
		}
	}
	return m.listed(func() error {
		if err := m.accounts.put(rows...); err != nil {
			return err
		}
		return m.accounts.remove(moved...)
	})
}

func (m *Mirror) removeListed(rows []*desk.Account, at time.Time) error {
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	rows = slices.DeleteFunc(slices.Clone(rows), func(row *desk.Account) bool {
		holder := m.accounts.first("id", string(row.Address))
		return holder == nil || holder.ID != row.ID || m.learnedSince(row.ID, at)
	})
	return m.listed(func() error { return m.accounts.remove(rows...) })
}

func (m *Mirror) learnedSince(id string, at time.Time) bool {
	p, learned := m.learned[id]
	return learned && !p.at.Before(at)
}

// outlive puts what was learned, and is newer, in the place of what was read.
func (m *Mirror) outlive(rows map[string]*desk.Account, ids map[string]desk.Address, newer func(proof) bool) {
	since := slices.SortedFunc(maps.Values(m.learned), func(a, b proof) int { return a.at.Compare(b.at) })
	since = slices.DeleteFunc(since, func(p proof) bool { return !newer(p) })
	for _, p := range since {
		delete(rows, string(ids[p.account.ID]))
	}
	for _, p := range since { // the last to take an address has it
		if p.account.Known() { // it may be gone
			rows[string(p.account.Address)] = p.account
		}
	}
}

// of yields the accounts of a domain.
func (m *Mirror) of(domain string) iter.Seq[*desk.Account] {
	return func(yield func(*desk.Account) bool) {
		for row := range m.accounts.rows("id") {
			if strings.HasSuffix(string(row.Address), "@"+domain) && !yield(row) {
				return
			}
		}
	}
}

// readAt is when the domain was read. Under writing.
func (m *Mirror) readAt(domain string) time.Time {
	if at, alone := m.read[domain]; alone {
		return at
	}
	return m.whole
}

// aged makes the copy as old as its oldest domain, and forgets what was learned
// before. Under writing.
func (m *Mirror) aged() {
	oldest, first := m.whole, true
	for domain := range *m.served.Load() {
		if at := m.readAt(domain); first || at.Before(oldest) {
			oldest, first = at, false
		}
	}
	if r := m.accounts.now.Load(); r != nil {
		m.accounts.now.Store(&reading{r.db, oldest, r.rows})
	}
	maps.DeleteFunc(m.learned, func(_ string, p proof) bool { return p.at.Before(oldest) })
}

// A DomainRead is how many accounts of a domain are in memory, and since when.
type DomainRead struct {
	Domain   string
	Accounts int       // or lists and resources
	At       time.Time // zero = never
}

// Reads tells it of every domain that Partage serves, those longest ago first.
func (m *Mirror) Reads() []DomainRead {
	count := map[string]int{}
	for row := range m.accounts.rows("id") {
		count[row.Address.Domain()]++
	}
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	var all []DomainRead
	for domain := range *m.served.Load() {
		all = append(all, DomainRead{domain, count[domain], m.readAt(domain)})
	}
	slices.SortFunc(all, byAge)
	return all
}

func byAge(a, b DomainRead) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Domain, b.Domain))
}

// Accounts yields every account, in order of address.
func (m *Mirror) Accounts() iter.Seq[desk.Account] {
	return func(yield func(desk.Account) bool) {
		for row := range m.accounts.rows("id") {
			if !yield(*row) {
				return
			}
		}
	}
}
