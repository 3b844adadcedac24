package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"
	"github.com/unistra/melusine/internal/desk"
)

func newAccounts() *table[desk.Account] {
	return newTable(func(a *desk.Account) string { return string(a.Address) },
		&memdb.IndexSchema{Name: "alias", AllowMissing: true, Indexer: index[desk.Account]{aliases}})
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
	since := slices.SortedFunc(maps.Values(m.learned), func(a, b proof) int { return a.at.Compare(b.at) })
	since = slices.DeleteFunc(since, func(p proof) bool { return p.at.Before(at) })
	for _, p := range since {
		delete(rows, string(ids[p.account.ID]))
	}
	for _, p := range since { // the last to take an address has it
		rows[string(p.account.Address)] = p.account
	}
	left := leaving(m.accounts.rows("id"), rows) // before: replace uses the rows up
	if err := m.accounts.replace(rows, at); err != nil {
		return fmt.Errorf("load accounts: %w", err)
	}
	left = append(left, *m.gone.Load()...)
	m.gone.Store(&left)
	m.looks.Store(looksOf(m.accounts.rows("id")))
	m.gist.Store(gistOf(m.accounts.rows("id")))
	maps.DeleteFunc(m.learned, func(_ string, p proof) bool { return p.at.Before(at) })
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
	if at.Before(m.accounts.age()) || at.Before(m.learned[a.ID].at) {
		return nil
	}
	row := newPacker().account(a)
	m.learned[a.ID] = proof{row, at}
	if m.accounts.now.Load() == nil {
		return nil
	}
	old := m.sameMailbox(row)
	if err := m.accounts.write((*memdb.Txn).Insert, []*desk.Account{row}); err != nil {
		return fmt.Errorf("learn: %w", err)
	}
	if old != nil && old.Address != row.Address {
		if err := m.accounts.write((*memdb.Txn).Delete, []*desk.Account{old}); err != nil {
			return fmt.Errorf("learn: %w", err)
		}
	}
	m.gist.Load().add(row)
	m.looks.Store(m.looks.Load().with(row))
	return nil
}

// sameMailbox is the row with the same id. It looks at every row only for a
// mailbox that is new or renamed, which is rarer than an index is dear.
func (m *Mirror) sameMailbox(a *desk.Account) *desk.Account {
	if row := m.accounts.first("id", string(a.Address)); row != nil && row.ID == a.ID {
		return row
	}
	for row := range m.accounts.rows("id") {
		if row.ID == a.ID {
			return row
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
func (m *Mirror) Search(prefix string, n int) (found []desk.Account) {
	hits := append(m.hits("id_prefix", prefix, n), m.hits("alias_prefix", prefix, n)...)
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.row.Address, b.row.Address)) })
	hits = slices.CompactFunc(hits, func(a, b hit) bool { return a.row.Address == b.row.Address })
	for _, h := range hits[:min(max(n, 0), len(hits))] {
		found = append(found, *h.row)
	}
	return found
}

type hit struct {
	row *desk.Account
	by  desk.Address
}

// hits gives the first n accounts of one index, each once.
func (m *Mirror) hits(index, prefix string, n int) (hits []hit) {
	seen := map[desk.Address]bool{}
	for row := range m.accounts.find(index, prefix) {
		if len(hits) >= n {
			break
		}
		if !seen[row.Address] {
			seen[row.Address] = true
			hits = append(hits, hit{row, firstWith(prefix, row)})
		}
	}
	return hits
}

func firstWith(prefix string, a *desk.Account) (first desk.Address) {
	for _, x := range append([]desk.Address{a.Address}, a.Aliases...) {
		if strings.HasPrefix(string(x), prefix) && (first == "" || x < first) {
			first = x
		}
	}
	return first
}
