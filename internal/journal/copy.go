package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// CopySQLite copies the journal in a file, beside the process that has it, into
// two new files: the events, and the persons whom they name. On the disk when it
// returns.
//
// VACUUM INTO reads in one transaction, so what another process writes meanwhile
// neither tears the copy nor makes it begin again, as the online backup does; and
// it copies rows, not pages: no byte of what was erased.
func CopySQLite(ctx context.Context, path, events, persons string) error {
	if err := copyFile(ctx, path, events); err != nil {
		return fmt.Errorf("copy events: %w", err)
	}
	// After: whom an event names was there before it.
	if err := copyFile(ctx, path+".persons", persons); err != nil {
		return fmt.Errorf("copy persons: %w", err)
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	db, err := connect(from, "ro", "0")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // SQLite would let everybody read it
	if err != nil {
		return errors.Join(fmt.Errorf("create: %w", err), db.Close())
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	if err = errors.Join(err, f.Sync(), f.Close(), db.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// ReadCopy opens what CopySQLite wrote, only to be read.
func ReadCopy(ctx context.Context, events, persons string) (*Log, error) {
	l := newLog(inSQLite, nil)
	if err := l.readCopy(ctx, events, persons); err != nil {
		return nil, errors.Join(fmt.Errorf("open copy: %w", err), l.Close())
	}
	return l, nil
}

func (l *Log) readCopy(ctx context.Context, events, people string) (err error) {
	if l.reader, err = sound(ctx, events); err != nil {
		return err
	}
	db, err := sound(ctx, people)
	if err != nil {
		return err
	}
	l.also = append(l.also, db.Close)
	l.persons = &persons{db: db, patiently: l.patiently}
	return l.look(ctx)
}

// sound opens a copy that SQLite finds nothing wrong with.
func sound(ctx context.Context, path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := connectAs("delete", path, "ro", "1")
	if err != nil {
		return nil, err
	}
	var said string
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&said)
	if err == nil && said != "ok" {
		err = errors.New(said)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("check %s: %w", filepath.Base(path), err), db.Close())
	}
	return db, nil
}

// RestoreSQLite puts a copy where a journal is to be, if it is whole, is what the
// checkpoint says, and nothing is there.
func RestoreSQLite(ctx context.Context, events, persons, path string, c Checkpoint) error {
	held, err := lock(path + ".lock")
	if err != nil {
		return err
	}
	return errors.Join(restore(ctx, events, persons, path, c), held.Close())
}

func restore(ctx context.Context, events, persons, path string, c Checkpoint) error {
	var there []string
	for _, suffix := range []string{"", "-wal", "-shm", ".persons", ".persons-wal", ".persons-shm"} {
		if _, err := os.Lstat(path + suffix); !errors.Is(err, os.ErrNotExist) {
			there = append(there, path+suffix)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("nothing is overwritten: move away first %s", strings.Join(there, " "))
	}
	next := path + ".restoring"
	err := place(ctx, events, persons, next, c)
	if err == nil { // the events last: without persons they would be opened for nothing
		err = os.Link(next+".persons", path+".persons")
	}
	if err == nil {
		err = os.Link(next, path)
	}
	return errors.Join(err, removeAll(next, next+".persons"), syncFolder(filepath.Dir(path)))
}

// place writes the files, verifies what was written, and makes it a journal that
// can be read beside its writer.
func place(ctx context.Context, events, persons, to string, c Checkpoint) error {
	if err := errors.Join(removeAll(to, to+".persons"), plainCopy(events, to), plainCopy(persons, to+".persons")); err != nil {
		return err
	}
	l, err := ReadCopy(ctx, to, to+".persons")
	if err != nil {
		return err
	}
	at, err := l.Whole(ctx)
	if err = errors.Join(err, l.Close()); err != nil {
		return err
	}
	if at.Size != c.Size || at.Root != c.Root {
		return fmt.Errorf("the copy holds %d events, its manifest is of %d: %w", at.Size, c.Size, ErrRewritten)
	}
	return errors.Join(logAhead(ctx, to), logAhead(ctx, to+".persons"))
}

func logAhead(ctx context.Context, path string) error {
	db, err := connect(path, "rw", "0")
	if err != nil {
		return err
	}
	return errors.Join(db.PingContext(ctx), db.Close())
}

func plainCopy(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, source.Close())
	}
	_, err = io.Copy(f, source)
	return errors.Join(err, f.Sync(), f.Close(), source.Close())
}

func removeAll(paths ...string) error {
	var errs []error
	for _, path := range paths {
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}
