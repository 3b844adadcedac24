package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrInUse refuses a second opening of the same journal: two processes that
// each believe to be the only writer would carry out the same request twice.
var ErrInUse = errors.New("the journal is in use by another process")

// lock holds path until the file is closed, or the process dies. It is not the
// database itself: closing any handle on that one would drop SQLite's own locks.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}
