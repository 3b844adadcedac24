package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func newAccounts() *table[desk.Account] {
	return newTable(func(a *desk.Account) string { return string(a.Address) }, adoptAccount,
		index[desk.Account]{name: "alias", of: aliases},
		index[desk.Account]{name: "owner", of: func(a *desk.Account) []string { return some(string(a.Owner)) }},
		index[desk.Account]{name: "mailbox", of: func(a *desk.Account) []string { return []string{a.ID} }},
		index[desk.Account]{name: "alike", of: skeletons})
}

// skeletons are what the addresses of an account look like.
func skeletons(a *desk.Account) []string {
	sums := []string{skeleton(a.Address)}
	for _, alias := range a.Aliases {
		if sum := skeleton(alias); !slices.Contains(sums, sum) {
			sums = append(sums, sum)
		}
	}
	return sums
}

// skeleton is as short as can be: there are as many as addresses.
func skeleton(a desk.Address) string {
	sum := a.SkeletonSum()
	return string([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
}

// some is the list of a text that may be empty.
func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func aliases(a *desk.Account) []string {
	texts := make([]string, len(a.Aliases))
	for i, alias := range a.Aliases {
		texts[i] = string(alias)
	}
	return texts
}

// LoadAccounts replaces the copy of Partage by a reading that was begun at a
// time. All or nothing: an error from the reading, an account without id or
// address or listed twice, and ErrBrake leave the copy as it was. What was
// learned since at stays.
func (m *Mirror) LoadAccounts(ctx context.Context, accounts iter.Seq2[desk.Account, error], at time.Time) error {
	pack, ids := newPacker(), map[string]desk.Address{}
	rows, err := read(ctx, m.accounts, accounts, func(a desk.Account) (*desk.Account, error) {
		if !a.Known() || a.ID == "" || ids[a.ID] != "" {
			return nil, fmt.Errorf("account %q: no id or address, or listed twice", a.Address)
		}
		row := pack.account(a)
		ids[row.ID] = row.Address
		return row, nil
	})
	if err != nil {
		return fmt.Errorf("load accounts: %w", err)
	}
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	m.outlive(rows, ids, func(p proof) bool { return !p.at.Before(at) })
	if err := m.listed(func() error { return m.accounts.replace(rows, at, &m.leak) }); err != nil {
		return fmt.Errorf("load accounts: %w", err)
	}
	m.whole, m.read = at, map[string]time.Time{}
	m.aged()
	return nil
}

// Learn takes in one account as it was read from Partage at a time; by its id
// it replaces the row that had it, under whatever address. What is older than
// the last load is already known. Before the first load it is only kept in mind.
func (m *Mirror) Learn(a desk.Account, at time.Time) error {
	if !a.Known() || a.ID == "" {
		return errors.New("learn: an account without id or address")
	}
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	if at.Before(m.readAt(a.Address.Domain())) || at.Before(m.learned[a.ID].at) {
		return nil
	}
	row := newPacker().account(a)
	m.learned[a.ID] = proof{row, at}
	if m.accounts.now.Load() == nil {
		return nil
	}
	old := m.accounts.first("mailbox", row.ID)
	if err := m.accounts.put(row); err != nil {
		return fmt.Errorf("learn: %w", err)
	}
	if old != nil && old.Address != row.Address {
		if err := m.accounts.remove(old); err != nil {
			return fmt.Errorf("learn: %w", err)
		}
	}
	return nil
}

// Account is desk.World's.
func (m *Mirror) Account(a desk.Address) desk.Account {
	for _, index := range []string{"id", "alias"} {
		if row := m.accounts.first(index, string(a)); row != nil {
			return *row
		}
	}
	return desk.Account{}
}

// Search is desk.World's: by address or alias, each account once, in order of
// the first of its addresses that begins with prefix. The empty prefix finds
// nothing.
func (m *Mirror) Search(prefix string, n int) []desk.Account {
	if prefix == "" || n <= 0 {
		return nil
	}
	own, other := m.hits("id", prefix, n), m.hits("alias", prefix, n)
	found := make([]desk.Account, 0, min(n, len(own)+len(other)))
	taken := make(map[*cell[desk.Account]]bool, cap(found))
	for len(found) < n && len(own)+len(other) > 0 {
		var next entry[desk.Account]
		if len(other) == 0 || len(own) > 0 && before(own[0], other[0]) {
			next, own = own[0], own[1:]
		} else {
			next, other = other[0], other[1:]
		}
		if !taken[next.cell] {
			taken[next.cell] = true
			found = append(found, *next.cell.Load())
		}
	}
	return found
}

func before(a, b entry[desk.Account]) bool {
	return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(string(a.cell.Load().Address), string(b.cell.Load().Address))) < 0
}

// hits gives the first entries of an index that begin with the prefix, until n
// accounts are among them.
func (m *Mirror) hits(index, prefix string, n int) []entry[desk.Account] {
	hits, accounts := make([]entry[desk.Account], 0, min(n, 128)), map[*cell[desk.Account]]bool{}
	m.accounts.from(index, prefix, func(e entry[desk.Account]) bool {
		if !strings.HasPrefix(e.key, prefix) || len(accounts) == n {
			return false
		}
		if hits = append(hits, e); index != "id" {
			accounts[e.cell] = true
		}
		return index != "id" || len(hits) < n
	})
	return hits
}
