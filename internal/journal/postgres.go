package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	gooselock "github.com/pressly/goose/v3/lock"
)

// OpenPostgres opens the journal in a PostgreSQL database, making its tables if
// there are none, and verifies its last 1000 events. The address is as of
// CheckPostgres; the password may be empty, random gives the nonces. Any number
// of processes may have it open and append: the number of an event is the primary
// key, so two of them never take the same.
//
// Unlike a file, a database that went away comes back: Append and Read wait for
// it for a while, and what they could not do then they can do later. A server
// that does not keep what it acknowledges, or something between that shares
// sessions, is refused, at each new connection.
func OpenPostgres(ctx context.Context, address, password string, random io.Reader) (*Log, error) {
	l, config, err := reach(address, password, random)
	if err != nil {
		return nil, err
	}
	l.writer = l.reader
	if err := l.openDatabase(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	l.listen(config)
	return l, nil
}

// ReadPostgres opens the journal in a database only to be read.
func ReadPostgres(ctx context.Context, address, password string) (*Log, error) {
	l, _, err := reach(address, password, nil)
	if err != nil {
		return nil, err
	}
	l.persons = &persons{db: l.reader, patiently: l.patiently}
	err = l.look(ctx)
	if err == nil {
		err = l.verifyTail(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), l.Close())
	}
	return l, nil
}

// reach is a journal not yet looked at.
func reach(address, password string, random io.Reader) (*Log, *pgx.ConnConfig, error) {
	config, err := postgresConfig(address)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	if password != "" {
		config.Password = password
	}
	l := newLog(inPostgres, random)
	l.reader = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(fit))
	l.reader.SetMaxOpenConns(8)
	l.reader.SetMaxIdleConns(8)
	l.reader.SetConnMaxLifetime(10 * time.Minute) // the server may be made unfit at any time
	return l, config, nil
}

// personVersions is the table of the schema of persons: they share a database with the events.
const personVersions = "person_version"

func (l *Log) openDatabase(ctx context.Context) error {
	// Nodes that start together migrate one after the other.
	alone, err := gooselock.NewPostgresSessionLocker(gooselock.WithLockTimeout(1, 300))
	if err != nil {
		return fmt.Errorf("lock schema: %w", err)
	}
	l.persons = &persons{db: l.writer, random: l.random, scrub: scrubTable, patiently: l.patiently}
	if err := l.migrate(ctx, l.writer, "event", goose.WithSessionLocker(alone)); err != nil {
		return err
	}
	if err := l.migrate(ctx, l.writer, "person", goose.WithSessionLocker(alone), goose.WithTableName(personVersions)); err != nil {
		return err
	}
	if err := l.persons.open(ctx); err != nil {
		return err
	}
	if err := l.verifyTail(ctx); err != nil {
		return err
	}
	return l.greet(ctx)
}

// scrubTable leaves no byte in the table's files of what was overwritten.
func scrubTable(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "VACUUM FULL person"); err != nil {
		return fmt.Errorf("rewrite table: %w", err)
	}
	return nil
}

// CheckPostgres says what is wrong with the address of a database,
// "postgres://user@host/database?sslmode=verify-full". No error repeats it:
// somebody may have written the password into it.
func CheckPostgres(address string) error {
	_, err := postgresConfig(address)
	return err
}

// postgresConfig refuses an address with a password, and to talk over a network
// in the clear or to it knows not whom.
func postgresConfig(address string) (*pgx.ConnConfig, error) {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" || u.Path == "/" || u.User.Username() == "" {
		return nil, errors.New("not the address of a PostgreSQL database: postgres://user@host/database?sslmode=verify-full")
	}
	_, password := u.User.Password()
	if q := u.Query(); password || q.Has("password") || q.Has("sslpassword") {
		return nil, errors.New("the password does not belong here: it is read from a file")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("PostgreSQL's client does not understand the parameters of the address")
	}
	for _, h := range append(config.Fallbacks, &pgconn.FallbackConfig{Host: config.Host, TLSConfig: config.TLSConfig}) {
		if !onThisMachine(h.Host) && (h.TLSConfig == nil || h.TLSConfig.InsecureSkipVerify) {
			return nil, fmt.Errorf("the connection to %s needs sslmode=verify-full", h.Host)
		}
	}
	config.ConnectTimeout = 5 * time.Second
	config.RuntimeParams["application_name"] = "melusine"
	return config, nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

var inPostgres = dialect{
	name: goose.DialectPostgres, transact: transactInPostgres, away: postgresAway, keep: keepPatiently, patience: 30 * time.Second,
	clean:  func(ctx context.Context, db *sql.DB) error { _, err := db.ExecContext(ctx, "VACUUM event"); return err },
	notify: `SELECT pg_notify('` + channel + `', '')`,
}

// errUnfit is a server on which an append would not be what it promises.
var errUnfit = errors.New("the database cannot keep a journal")

const question = `SELECT current_setting('server_version_num')::int >= 130000,
	current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
	current_setting('synchronous_commit') IN ('on', 'remote_apply'),
	NOT pg_is_in_recovery(), current_setting('server_encoding') = 'UTF8', pg_backend_pid() = $1,
	set_config('idle_in_transaction_session_timeout', (SELECT CASE WHEN setting::int BETWEEN 1 AND 10000 THEN setting ELSE '10000' END
		FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'), false) <> ''`

// fit asks a new connection whether an append on it would be durable, and lets
// the server end its transaction after 10 seconds if this node vanishes: it
// would hold up the others.
//
// A pooler gives its clients numbers of sessions that it made up, PostgreSQL
// gives its own: so the last answer tells one from the other whatever the mode,
// which no test of whether a setting lasts can do for certain while the pooler
// is free to choose the same session again. In transaction mode a session is
// shared with programs that may have set synchronous_commit=off on it.
func fit(ctx context.Context, conn *pgx.Conn) error {
	faults := []string{
		"it is older than version 13",
		"fsync is off",
		"full_page_writes is off",
		"synchronous_commit is less than on",
		"it is a standby, or still recovering",
		"its encoding is not UTF8",
		"a pooler such as PgBouncer stands before it: connect to PostgreSQL itself",
	}
	good := make([]bool, len(faults)+1) // the last only sets
	answers := make([]any, len(good))
	for i := range good {
		answers[i] = &good[i]
	}
	// In one round trip: a pooler could send the second one elsewhere.
	if err := conn.QueryRow(ctx, question, pgx.QueryExecModeExec, int32(conn.PgConn().PID())).Scan(answers...); err != nil {
		return fmt.Errorf("ask the server for its settings: %w", err)
	}
	for i, fault := range faults {
		if !good[i] {
			return fmt.Errorf("%w: %s", errUnfit, fault)
		}
	}
	return nil
}

// postgresAway says that the server could not be asked, or gave up: classes 08,
// 53, 57 and 58 are connections, resources, operators and the machine; 25P03
// and 55P03 are our own time limits.
func postgresAway(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		class := e.Code[:min(2, len(e.Code))]
		return strings.Contains("08 53 57 58", class) || e.Code == "25P03" || e.Code == "55P03"
	}
	return !errors.Is(err, errUnfit) && !errors.Is(err, ErrLost)
}
