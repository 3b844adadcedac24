package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// ErrDamaged says that an event is missing, or is not what its commitment says.
var ErrDamaged = errors.New("the journal is damaged")

// SalvageSQLite opens a journal that does not verify, only to be read up to where
// it is damaged, and keeps everybody else from writing to it.
func SalvageSQLite(ctx context.Context, path string) (*Log, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	held, err := lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	l := newLog(inSQLite, nil)
	l.also = append(l.also, held.Close)
	if err := l.connectFiles(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}

// SalvagePostgres does the same in a database, where others may go on writing:
// what is damaged for one is damaged for all.
func SalvagePostgres(ctx context.Context, address, password string) (*Log, error) {
	l, _, err := reach(address, password, nil)
	if err != nil {
		return nil, err
	}
	l.persons = &persons{db: l.reader, patiently: l.patiently}
	if err := l.look(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}
