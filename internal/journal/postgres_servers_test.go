//go:build servers

package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// durable are the settings without which a journal is refused.
var durable = []string{"fsync=on", "full_page_writes=on"}

var databases atomic.Int64

// freshDatabase is the address of an empty database.
func freshDatabase(t testing.TB, p *dev.PostgresServer) string {
	t.Helper()
	return p.Database(t, fmt.Sprintf("journal_%d", databases.Add(1)))
}

func databaseOf(address string) string {
	return path.Base(strings.TrimSuffix(address, "?sslmode=disable"))
}

func openPostgres(t testing.TB, address string) *Log {
	t.Helper()
	l, err := OpenPostgres(t.Context(), address, "", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// All on one server, each with a database of its own: a start takes seconds.
func TestPostgres(t *testing.T) {
	p := dev.Postgres(t, durable...)
	conform(t, func(t *testing.T) desk.Journal {
		l := openPostgres(t, freshDatabase(t, p))
		l.poll = time.Hour // so that a bell that does not ring is heard
		return l
	})
	for name, test := range map[string]func(*testing.T, *dev.PostgresServer){
		"unfit servers are refused":    unfitServersAreRefused,
		"poolers are refused":          poolersAreRefused,
		"server made unfit":            serverMadeUnfit,
		"append wakes other processes": appendWakesOtherProcesses,
		"wait polls":                   waitPolls,
		"database away":                databaseAway,
		"nodes start together":         nodesStartTogether,
		"newer schema is refused":      newerSchemaIsRefused,
		"close ends everything":        closeEndsEverything,
		"node vanishes":                nodeVanishes,
		"password":                     password,
		"processes race":               processesRace,
		"commits cut":                  commitsCut,
		"commits cut sees mistakes":    commitsCutSeesMistakes,
		"killed":                       killed,
		"salvage":                      salvage,
	} {
		t.Run(name, func(t *testing.T) { test(t, p) })
	}
}

// A server that does not keep what it acknowledges is refused, by a sentence.
func unfitServersAreRefused(t *testing.T, good *dev.PostgresServer) {
	for name, c := range map[string]struct{ change, want string }{
		"acknowledges before writing":  {"ALTER DATABASE %s SET synchronous_commit = off", "synchronous_commit is less than on"},
		"waits for itself only":        {"ALTER DATABASE %s SET synchronous_commit = local", "synchronous_commit is less than on"},
		"waits for the standby's word": {"ALTER DATABASE %s SET synchronous_commit = remote_write", "synchronous_commit is less than on"},
	} {
		t.Run(name, func(t *testing.T) {
			address := freshDatabase(t, good)
			good.SQL(t, "postgres", fmt.Sprintf(c.change, databaseOf(address)))
			mustNotOpenPostgres(t, address, c.want)
		})
	}
	for _, c := range []struct {
		settings []string
		want     string
	}{
		{[]string{"fsync=off", "full_page_writes=on"}, "fsync is off"},
		{[]string{"fsync=on", "full_page_writes=off"}, "full_page_writes is off"},
	} {
		t.Run(c.want, func(t *testing.T) { mustNotOpenPostgres(t, dev.Postgres(t, c.settings...).DSN, c.want) })
	}
	t.Run("letters it does not know", func(t *testing.T) {
		good.SQL(t, "postgres", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
		mustNotOpenPostgres(t, strings.Replace(good.DSN, "/melusine?", "/ascii?", 1), "encoding is not UTF8")
	})
	t.Run("a standby", func(t *testing.T) {
		mustNotOpenPostgres(t, dev.PostgresStandby(t, durable...).DSN, "it is a standby")
	})
}

// Whatever the mode, and before a single table is made.
func poolersAreRefused(t *testing.T, p *dev.PostgresServer) {
	direct := freshDatabase(t, p)
	for _, mode := range []string{"transaction", "statement", "session"} {
		t.Run(mode, func(t *testing.T) {
			address := dev.PgBouncer(t, p, mode).Before(p, direct)
			for range 3 { // sessions that were used before, too
				mustNotOpenPostgres(t, address, "a pooler such as PgBouncer")
			}
		})
	}
	if tables := p.SQL(t, databaseOf(direct), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); tables != "0\n" {
		t.Errorf("%s tables were made", tables)
	}
}

// What is changed while the journal is open is seen at the next connection.
func serverMadeUnfit(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	l := openPostgres(t, address)
	mustAppend(t, l, 0, note(1))
	p.SQL(t, "postgres", "ALTER DATABASE "+databaseOf(address)+" SET synchronous_commit = off")
	l.writer.SetConnMaxLifetime(time.Nanosecond)
	if _, err := l.Append(t.Context(), 1, note(2)); !errors.Is(err, errUnfit) {
		t.Errorf("append: %v", err)
	}
	p.SQL(t, "postgres", "ALTER DATABASE "+databaseOf(address)+" RESET synchronous_commit")
	mustAppend(t, l, 1, note(2))
}

// An append of one process wakes the others.
func appendWakesOtherProcesses(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	one, other := openPostgres(t, address), openPostgres(t, address)
	one.poll = time.Hour
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for at := range desk.Seq(20) {
		woken := make(chan error)
		go func() { woken <- one.Wait(soon, at) }()
		mustAppend(t, other, at, note(at+1))
		if err := <-woken; err != nil {
			t.Fatal(err)
		}
		if at == 10 { // and again after the connection was lost
			p.Restart(t)
		}
	}
}

// Without a bell, Wait looks by itself.
func waitPolls(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	one, other := openPostgres(t, address), openPostgres(t, address)
	one.poll, other.notify = 20*time.Millisecond, ""
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for at := range desk.Seq(5) {
		woken := make(chan error)
		go func() { woken <- one.Wait(soon, at) }()
		mustAppend(t, other, at, note(at+1))
		if err := <-woken; err != nil {
			t.Fatal(err)
		}
	}
}

// A database that went away comes back: whoever waits waits, whoever reads or
// appends meanwhile is served late, and it is told to whom it lasts too long.
func databaseAway(t *testing.T, p *dev.PostgresServer) {
	l := openPostgres(t, freshDatabase(t, p))
	l.poll = 10 * time.Millisecond
	mustAppend(t, l, 0, notes(0, 3)...)
	p.Stop(t)
	hurry, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := l.Append(hurry, 3, note(4)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("append: %v", err)
	}
	if err := l.Wait(hurry, 3); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait: %v", err)
	}
	l.patience = 50 * time.Millisecond
	if _, err := l.Append(t.Context(), 3, note(4)); err == nil || errors.Is(err, errDoubt) {
		t.Errorf("append: %v", err)
	}
	l.patience = time.Minute
	var all sync.WaitGroup
	all.Go(func() { mustAppend(t, l, 3, note(4)) })
	all.Go(func() {
		if err := l.Wait(t.Context(), 3); err != nil {
			t.Error(err)
		}
	})
	all.Go(func() { mustRead(t, l, 0) })
	p.Start(t)
	all.Wait()
	if events := mustRead(t, l, 0); len(events) != 4 {
		t.Errorf("%d events", len(events))
	}
}

// Nodes that start together on an empty database make its tables once.
func nodesStartTogether(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			l, err := OpenPostgres(t.Context(), address, "", rand.Reader)
			if err != nil {
				t.Error(err)
				return
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func newerSchemaIsRefused(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	if err := openPostgres(t, address).Close(); err != nil {
		t.Fatal(err)
	}
	p.SQL(t, databaseOf(address), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)")
	mustNotOpenPostgres(t, address, "newer program")
}

func closeEndsEverything(t *testing.T, p *dev.PostgresServer) {
	l := openPostgres(t, freshDatabase(t, p))
	l.poll = time.Hour
	waiting := make(chan error)
	go func() { waiting <- l.Wait(t.Context(), 0) }()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err == nil {
		t.Error("Wait found something in a closed journal")
	}
	if _, err := l.Append(t.Context(), 0, note(1)); !errors.Is(err, errClosed) {
		t.Errorf("append: %v", err)
	}
	for _, err := range l.Read(t.Context(), 0) {
		if !errors.Is(err, errClosed) {
			t.Errorf("read: %v", err)
		}
	}
}

// A node that vanishes in the middle of an append, without its connection being
// closed, holds up the others for a while only.
func nodeVanishes(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	p.SQL(t, "postgres", "ALTER DATABASE "+databaseOf(address)+" SET idle_in_transaction_session_timeout = '300ms'") // 0, for ever, is made 10 s
	one, other := openPostgres(t, address), openPostgres(t, address)
	rows, err := one.rows(t.Context(), notes(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	tx, err := one.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := insert(t.Context(), tx, rows); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, other, 0, note(1))
	if err := tx.Commit(); err == nil {
		t.Error("the transaction that vanished was committed")
	}
	for limit, want := range map[string]string{"0": "10s", "1h": "10s", "2s": "2s"} {
		p.SQL(t, "postgres", "ALTER DATABASE "+databaseOf(address)+" SET idle_in_transaction_session_timeout = '"+limit+"'")
		var got string
		l := openPostgres(t, address)
		if err := l.reader.QueryRowContext(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&got); err != nil || got != want {
			t.Errorf("%s became %s, %v", limit, got, err)
		}
	}
}

// A password opens, and no error repeats it.
func password(t *testing.T, p *dev.PostgresServer) {
	const secret = "canary of 'the cage"
	address := strings.Replace(freshDatabase(t, p), "//melusine@", "//keeper@", 1)
	p.SQL(t, "postgres", `CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'canary of ''the cage'`)
	p.SQL(t, "postgres", `DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(ARRAY[
		''host all keeper 127.0.0.1/32 scram-sha-256'', ''host all all 127.0.0.1/32 trust''])) TO %L', current_setting('hba_file')); END $$`)
	p.Restart(t)
	l, err := OpenPostgres(t.Context(), address, secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 0, note(1))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ address, password string }{
		"wrong":          {address, secret + "!"},
		"none":           {address, ""},
		"nobody there":   {"postgres://keeper@127.0.0.1:1/melusine", secret},
		"no such host":   {"postgres://keeper@nowhere.invalid/melusine?sslmode=verify-full", secret},
		"no such role":   {strings.Replace(address, "keeper", "nobody", 1), secret},
		"no database":    {address[:strings.LastIndex(address, "/")] + "/none?sslmode=disable", secret},
		"in address":     {strings.Replace(address, "keeper", "keeper:canary", 1), ""},
		"half an adress": {"postgres://keeper:canary@127.0.0.1:x/melusine", ""},
	} {
		l, err := OpenPostgres(t.Context(), c.address, c.password, rand.Reader)
		if err == nil {
			t.Errorf("%s: opened", name)
			l.Close()
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}

func mustNotOpenPostgres(t *testing.T, address, want string) {
	t.Helper()
	l, err := OpenPostgres(t.Context(), address, "", rand.Reader)
	if err == nil {
		t.Error(l.Close())
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("opened: %v, want %q", err, want)
	}
}

// lenientLog is on a server that nobody looked at.
func lenientLog(t *testing.T, address string) *Log {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	l := newLog(inPostgres, rand.Reader)
	l.writer, l.reader = db, db
	l.persons = &persons{db: db, random: rand.Reader, scrub: scrubTable, patiently: l.patiently}
	t.Cleanup(func() { l.Close() })
	if err := l.persons.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

// A database that is damaged is read up to there, and not written to; what is
// only away, unfit or empty is refused as ever.
func salvage(t *testing.T, p *dev.PostgresServer) {
	address := freshDatabase(t, p)
	if _, err := SalvagePostgres(t.Context(), address, ""); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("an empty database: %v", err)
	}
	l := openPostgres(t, address)
	for i := range 5 {
		if _, err := l.Append(t.Context(), desk.Seq(i), desk.Event{Seq: desk.Seq(i) + 1, At: noon, By: "ann", Subject: "ann", Fact: desk.Granted{Grant: desk.Grant{To: "ann", Domains: []string{"u.fr"}}}}); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	p.SQL(t, databaseOf(address), `UPDATE event SET at = at + 1 WHERE seq = 4`)
	if _, err := OpenPostgres(t.Context(), address, "", rand.Reader); !errors.Is(err, ErrDamaged) {
		t.Errorf("opened: %v", err)
	}
	ruin, err := SalvagePostgres(t.Context(), address, "")
	if err != nil {
		t.Fatal(err)
	}
	defer ruin.Close()
	if sound, err := ruin.Verify(t.Context()); sound != 3 || !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "event 4") {
		t.Errorf("sound up to %d: %v", sound, err)
	}
	read := 0
	for e, err := range ruin.Read(t.Context(), 0) {
		if err != nil {
			break
		}
		if f, ok := e.Fact.(desk.Granted); !ok || f.To != "ann" || e.By != "ann" {
			t.Errorf("read %+v", e)
		}
		read++
	}
	if read != 3 {
		t.Errorf("read %d events", read)
	}
	if _, err := ruin.Append(t.Context(), 5, desk.Event{Seq: 6, At: noon, By: "ann", Fact: desk.Granted{Grant: desk.Grant{To: "ann"}}}); err == nil || !strings.Contains(err.Error(), "for reading") {
		t.Errorf("appended: %v", err)
	}
}
