package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// tail is how many of the last events are verified when a journal is opened.
const tail = 1000

// OpenSQLite opens the journal in a file, making it if there is none, and
// verifies its last 1000 events. random gives the nonces. A second opening is
// ErrInUse; a file written by a newer program, or damaged, is refused.
func OpenSQLite(ctx context.Context, path string, random io.Reader) (*Log, error) {
	held, err := lock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	l := &Log{random: random, held: held, poll: time.Second}
	if err := l.open(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}

func (l *Log) open(ctx context.Context, path string) error {
	// SQLite would let everybody read a new file.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	if l.writer, err = connect(path, "rw", "0"); err != nil {
		return err
	}
	l.writer.SetMaxOpenConns(1)
	if err := migrate(ctx, l.writer); err != nil {
		return err
	}
	if l.reader, err = connect(path, "ro", "1"); err != nil {
		return err
	}
	l.reader.SetMaxIdleConns(4)
	l.reader.SetMaxOpenConns(4)
	head, err := l.head(ctx)
	if err != nil {
		return err
	}
	_, err = l.verify(ctx, max(0, head-tail))
	return err
}

// migrate brings the schema up to this program's. A newer one is refused: this
// program would not know what it reads.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, know, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if have > know {
		return fmt.Errorf("schema %d was written by a newer program: this one knows %d", have, know)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// A pragma is set on every connection, then read back.
type pragma struct{ name, value string }

func connect(path, mode, queryOnly string) (*sql.DB, error) {
	pragmas := []pragma{{"busy_timeout", "5000"}, {"journal_mode", "wal"}, {"synchronous", "2"}, // 2 = FULL
		{"foreign_keys", "1"}, {"mmap_size", "0"}, {"query_only", queryOnly}}
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

// taken says that an insert met a row with the same number.
func taken(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// busy says that somebody else, such as a backup, holds the file.
func busy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
