package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/pressly/goose/v3"
	"github.com/unistra/melusine/internal/desk"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var inSQLite = dialect{
	name: goose.DialectSQLite3, keep: keepOrStop,
	clean: emptyWAL, transact: transactInSQLite, away: func(error) bool { return false },
}

// errBusy is a lock that another program holds, such as a backup; nothing was
// written.
var errBusy = errors.New("the journal is held by another program")

// transactInSQLite adds the rows after the event they follow.
func transactInSQLite(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
	tx, err := l.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err = reaches(ctx, tx, after); err == nil {
		err = insert(ctx, tx, rows)
	}
	if takenInSQLite(err) {
		err = desk.ErrBehind
	}
	if err != nil {
		if undone := tx.Rollback(); undone != nil {
			return fmt.Errorf("%w; roll back: %w", err, undone)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%w: commit: %w", errDoubt, err)
	}
	return nil
}

// keepOrStop writes rows to a file, and nothing more after a write that went wrong.
func keepOrStop(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	if l.broken != nil {
		return l.broken
	}
	err := l.write(context.WithoutCancel(ctx), after, rows)
	switch {
	case err == nil, errors.Is(err, desk.ErrBehind), errors.Is(err, ErrLost):
		return err
	case busyInSQLite(err) && !errors.Is(err, errDoubt):
		return fmt.Errorf("%w: %w", errBusy, err)
	}
	l.broken = fmt.Errorf("writing has stopped: %w", err)
	return l.broken
}

// OpenSQLite opens the journal in a file, making it if there is none, and
// verifies its last 1000 events. The persons are in a file beside it, path with
// ".persons". random gives keys and salts. A second opening is ErrInUse; a file
// written by a newer program, or damaged, is refused.
func OpenSQLite(ctx context.Context, path string, random io.Reader) (*Log, error) {
	held, err := lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	l := newLog(inSQLite, random)
	l.also = append(l.also, held.Close)
	if err := l.openFiles(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}

// ReadSQLite opens the journal in a file only to be read, beside the process
// that has it.
func ReadSQLite(ctx context.Context, path string) (*Log, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	l := newLog(inSQLite, nil)
	if err := l.readFiles(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}

func (l *Log) openFiles(ctx context.Context, path string) (err error) {
	if l.writer, err = create(path); err != nil {
		return err
	}
	if err := l.migrate(ctx, l.writer, "event"); err != nil {
		return err
	}
	db, err := create(path + ".persons")
	if err != nil {
		return err
	}
	l.also = append([]func() error{db.Close}, l.also...)
	l.persons = &persons{db: db, random: l.random, scrub: scrubFile, patiently: l.patiently}
	if err := l.migrate(ctx, db, "person"); err != nil {
		return err
	}
	if err := l.persons.scrub(ctx, db); err != nil {
		return err
	}
	if err := l.readFiles(ctx, path); err != nil {
		return err
	}
	return l.greet(ctx)
}

func (l *Log) readFiles(ctx context.Context, path string) error {
	if err := l.connectFiles(ctx, path); err != nil {
		return err
	}
	return l.verifyTail(ctx)
}

func (l *Log) connectFiles(ctx context.Context, path string) (err error) {
	if l.reader, err = connect(path, "ro", "1"); err != nil {
		return err
	}
	l.reader.SetMaxIdleConns(4)
	l.reader.SetMaxOpenConns(4)
	if l.persons == nil {
		db, err := connect(path+".persons", "ro", "1")
		if err != nil {
			return err
		}
		l.also = append(l.also, db.Close)
		l.persons = &persons{db: db, patiently: l.patiently}
	}
	return l.look(ctx)
}

// look reads the persons of what is open, if this program knows its schema.
func (l *Log) look(ctx context.Context) error {
	if err := l.understood(ctx); err != nil {
		return err
	}
	return l.persons.open(ctx)
}

// create opens a file for the one writer, making it if there is none.
func create(path string) (*sql.DB, error) {
	// SQLite would let everybody read a new file.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("create file: %w", err)
	}
	db, err := connect(path, "rw", "0")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// scrubFile leaves no byte in the file of what was overwritten or deleted. If
// somebody reads it for so long that it cannot, the next opening does.
func scrubFile(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil && !busyInSQLite(err) {
		return fmt.Errorf("rewrite file: %w", err)
	}
	return emptyWAL(ctx, db)
}

// emptyWAL brings everything into the file itself, as the last Close does too.
func emptyWAL(ctx context.Context, db *sql.DB) error {
	var busy, frames, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil && !busyInSQLite(err) {
		return fmt.Errorf("empty write-ahead log: %w", err)
	}
	return nil
}

// A pragma is set on every connection, then read back.
type pragma struct{ name, value string }

func connect(path, mode, queryOnly string) (*sql.DB, error) {
	return connectAs("wal", path, mode, queryOnly)
}

func connectAs(journal, path, mode, queryOnly string) (*sql.DB, error) {
	pragmas := []pragma{{"busy_timeout", "5000"}, {"journal_mode", journal}, {"synchronous", "2"}, // 2 = FULL
		{"foreign_keys", "1"}, {"mmap_size", "0"}, {"secure_delete", "1"}, {"query_only", queryOnly}}
	options := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_defensive": {"1"}, "_dqs": {"0"}}
	for _, p := range pragmas {
		options.Add("_pragma", p.name+"("+p.value+")")
	}
	c, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode())
	if err != nil {
		return nil, fmt.Errorf("read database path: %w", err)
	}
	return sql.OpenDB(checked{c, pragmas}), nil
}

// checked refuses a connection on which a pragma does not hold: SQLite ignores
// what it cannot do, and an append would not be durable.
type checked struct {
	driver.Connector
	pragmas []pragma
}

// Connect is driver.Connector's.
func (c checked) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pragmas {
		got, err := ask(ctx, conn, "PRAGMA "+p.name)
		if err == nil && got != p.value {
			err = fmt.Errorf("pragma %s is %q, not %q", p.name, got, p.value)
		}
		if err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	return conn, nil
}

func ask(ctx context.Context, conn driver.Conn, query string) (string, error) {
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, query, nil)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", query, err)
	}
	answer := make([]driver.Value, len(rows.Columns()))
	if err := errors.Join(rows.Next(answer), rows.Close()); err != nil {
		return "", fmt.Errorf("ask %s: %w", query, err)
	}
	return fmt.Sprint(answer[0]), nil
}

func takenInSQLite(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// A backup may hold the file.
func busyInSQLite(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
