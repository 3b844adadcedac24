package mirror

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/snapshot"
)

// form is raised whenever an account is kept otherwise.
const form = "melusine accounts 1 "

// SaveAccounts keeps the copy of Partage in a file, with the age of each domain.
// origin says of which Partage it is.
func (m *Mirror) SaveAccounts(path, origin string) error {
	m.accounts.writing.Lock()
	whole, domains := m.whole, maps.Clone(m.read)
	m.accounts.writing.Unlock()
	kept := slices.Collect(m.accounts.rows("id")) // newer than what is said of them does no harm
	return snapshot.Write(path, form+origin, func(w *snapshot.Writer) {
		w.Time(whole)
		w.Number(int64(len(domains)))
		for _, domain := range slices.Sorted(maps.Keys(domains)) {
			w.Text(domain)
			w.Time(domains[domain])
		}
		w.Number(int64(len(kept)))
		for _, a := range kept {
			saveAccount(w, a)
		}
	})
}

func saveAccount(w *snapshot.Writer, a *desk.Account) {
	flags := int64(0)
	if a.ForwardOnly {
		flags |= 1
	}
	if a.Hidden {
		flags |= 2
	}
	for _, s := range []string{a.ID, string(a.Address), string(a.Owner), a.Name, a.Status, a.COS, a.Forward} {
		w.Text(s)
	}
	w.Number(a.Quota)
	w.Number(a.Used)
	w.Number(flags)
	seen := int64(0)
	if !a.Seen.IsZero() {
		seen = a.Seen.Unix() + 1<<40 // so that no moment is 0
	}
	w.Number(seen)
	w.Number(int64(len(a.Aliases)))
	for _, alias := range a.Aliases {
		w.Text(string(alias))
	}
}

func restoreAccount(r *snapshot.Reader) (a desk.Account) {
	a.ID, a.Address, a.Owner, a.Name = r.Text(), desk.Address(r.Text()), desk.UID(r.Text()), r.Text()
	a.Status, a.COS, a.Forward = r.Text(), r.Text(), r.Text()
	a.Quota, a.Used = r.Number(), r.Number()
	flags := r.Number()
	a.ForwardOnly, a.Hidden = flags&1 != 0, flags&2 != 0
	if seen := r.Number(); seen != 0 {
		a.Seen = time.Unix(seen-1<<40, 0).UTC()
	}
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		a.Aliases = append(a.Aliases, desk.Address(r.Text()))
	}
	return a
}

// RestoreAccounts takes in what was saved, if nothing was read yet. Its error says
// why Partage is to be read instead.
func (m *Mirror) RestoreAccounts(path, origin string) error {
	pack, rows, ids := newPacker(), map[string]*desk.Account{}, map[string]desk.Address{}
	var whole time.Time
	domains := map[string]time.Time{}
	err := snapshot.Read(path, form+origin, func(r *snapshot.Reader) error {
		whole = r.Time()
		for n := r.Count(); n > 0 && r.Err() == nil; n-- {
			domain := r.Text()
			domains[domain] = r.Time()
		}
		for n := r.Count(); n > 0 && r.Err() == nil; n-- {
			row := pack.account(restoreAccount(r))
			if !row.Known() || row.ID == "" || rows[string(row.Address)] != nil || ids[row.ID] != "" {
				return snapshot.ErrDamaged
			}
			rows[string(row.Address)], ids[row.ID] = row, row.Address
		}
		return r.Err()
	})
	if err != nil {
		return fmt.Errorf("restore accounts: %w", err)
	}
	m.accounts.writing.Lock()
	defer m.accounts.writing.Unlock()
	if m.accounts.now.Load() != nil {
		return errors.New("restore accounts: some are there already")
	}
	served := *m.served.Load()
	maps.DeleteFunc(rows, func(_ string, a *desk.Account) bool { return len(served) > 0 && !served[a.Address.Domain()] })
	m.whole, m.read = whole, domains
	m.outlive(rows, ids, func(p proof) bool { return !p.at.Before(m.readAt(p.account.Address.Domain())) })
	if err := m.accounts.fill(rows, whole); err != nil {
		return fmt.Errorf("restore accounts: %w", err)
	}
	m.aged()
	return nil
}
