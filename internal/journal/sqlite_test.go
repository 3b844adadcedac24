package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

// alter runs statements on the file of a closed journal, as an intruder would.
func alter(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// written is the path of a closed journal of n events.
func written(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	l := open(t, path)
	mustAppend(t, l, 0, notes(0, n)...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustNotOpen(t *testing.T, path, want string) {
	t.Helper()
	l, err := OpenSQLite(t.Context(), path, rand.Reader)
	if err == nil {
		t.Error(l.Close())
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("opened: %v, want %q", err, want)
	}
}

func TestEveryChangeIsSeen(t *testing.T) {
	for name, c := range map[string]struct{ change, want string }{
		"at":          {`UPDATE event SET at = at + 1 WHERE seq = 3`, "event 3: its seal"},
		"request":     {`UPDATE event SET request = 'D-9' WHERE seq = 3`, "event 3: its seal"},
		"by":          {`UPDATE event SET by = 'eve' WHERE seq = 3`, "event 3: its seal"},
		"kind":        {`UPDATE event SET kind = 'revoked' WHERE seq = 3`, "event 3: its seal"},
		"data":        {`UPDATE event SET data = replace(data, '3', '4') WHERE seq = 3`, "event 3: its data"},
		"white space": {`UPDATE event SET data = data || ' ' WHERE seq = 3`, "event 3: its data"},
		"nonce":       {`UPDATE event SET nonce = randomblob(16) WHERE seq = 3`, "event 3: its data"},
		// A byte moved from the data to the nonce leaves the hash as it was.
		"border":     {`UPDATE event SET nonce = nonce || cast(substr(data, 1, 1) AS BLOB), data = substr(data, 2) WHERE seq = 3`, "event 3: its data"},
		"commitment": {`UPDATE event SET commitment = zeroblob(32) WHERE seq = 3`, "event 3: its data"},
		"seal":       {`UPDATE event SET seal = zeroblob(32) WHERE seq = 3`, "event 3: its seal"},
		"last seal":  {`UPDATE event SET seal = zeroblob(32) WHERE seq = 5`, "event 5: its seal"},
		"removal":    {`DELETE FROM event WHERE seq = 3`, "event 3 is missing"},
		"first gone": {`DELETE FROM event WHERE seq = 1`, "event 1 is missing"},
		"closed gap": {`DELETE FROM event WHERE seq = 3; UPDATE event SET seq = seq - 1 WHERE seq > 3`, "event 3: its seal"},
		"addition":   {`INSERT INTO event SELECT 6, at, request, by, kind, data, nonce, commitment, seal FROM event WHERE seq = 5`, "event 6: its seal"},
		"exchange":   {`UPDATE event SET seq = CASE seq WHEN 2 THEN 30 ELSE 2 END WHERE seq IN (2, 3); UPDATE event SET seq = 3 WHERE seq = 30`, "event 2: its seal"},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, 5)
			alter(t, path, c.change)
			mustNotOpen(t, path, c.want)
		})
	}
}

// The seals as doc.go tells them, by the plainest means: a verifier written from
// that text alone agrees.
func TestSealsAsDocumented(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	events := notes(0, 3)
	events[1].ID = "D-1"
	mustAppend(t, l, 0, events...)
	rows, err := l.reader.QueryContext(t.Context(), `SELECT seq || char(10) || at || char(10) || request || char(10) || by || char(10) || kind || char(10),
		data, nonce, commitment, seal FROM event ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seal, nonces := make([]byte, 32), map[string]bool{}
	for rows.Next() {
		var header, data, nonce, commitment, stored []byte
		if err := rows.Scan(&header, &data, &nonce, &commitment, &stored); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(slices.Concat(nonce, data)); len(nonce) != 16 || !bytes.Equal(sum[:], commitment) {
			t.Errorf("commitment of %s is %x", data, commitment)
		}
		if sum := sha256.Sum256(slices.Concat(seal, header, commitment)); !bytes.Equal(sum[:], stored) {
			t.Errorf("seal of %s is %x", data, stored)
		}
		seal, nonces[string(nonce)] = stored, true
	}
	if len(nonces) != 3 || rows.Err() != nil {
		t.Errorf("%d different nonces, %v", len(nonces), rows.Err())
	}
}

// A journal is opened by its end; the rest is for Verify, and for whoever reads it.
func TestOpenLooksAtTheTail(t *testing.T) {
	path := written(t, tail+100)
	alter(t, path, `UPDATE event SET by = 'eve' WHERE seq = 50`)
	l := open(t, path)
	if at, err := l.Verify(t.Context()); err == nil || at != 49 {
		t.Errorf("verified to %d: %v", at, err)
	}
	var last error
	for _, err := range l.Read(t.Context(), 0) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "event 50: its seal") {
		t.Errorf("read: %v", last)
	}
	if events := mustRead(t, l, 100); len(events) != tail {
		t.Errorf("%d events after the change", len(events))
	}
}

func TestVerifiesWhatItWrote(t *testing.T) {
	path := written(t, 2500)
	l := open(t, path)
	if at, err := l.Verify(t.Context()); err != nil || at != 2500 {
		t.Errorf("verified to %d: %v", at, err)
	}
	mustAppend(t, l, 2500, note(2501))
	if at, err := l.Verify(t.Context()); err != nil || at != 2501 {
		t.Errorf("verified to %d: %v", at, err)
	}
	if at, err := open(t, filepath.Join(t.TempDir(), "empty.db")).Verify(t.Context()); err != nil || at != 0 {
		t.Errorf("empty verified to %d: %v", at, err)
	}
}

func TestUnknownKindIsRefused(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	r, err := encode(note(1))
	if err != nil {
		t.Fatal(err)
	}
	r.kind = "teleported" // sealed well, by a newer program
	mustWrite(t, l, r)
	if _, err := l.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), `unknown kind "teleported"`) {
		t.Errorf("verify: %v", err)
	}
}

// mustWrite adds a row as another process would: no bell is rung.
func mustWrite(t *testing.T, l *Log, r row) {
	t.Helper()
	rows := []row{r}
	if err := draw(rand.Reader, rows); err != nil {
		t.Fatal(err)
	}
	if err := l.write(t.Context(), r.seq-1, rows); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := written(t, 1)
	alter(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	mustNotOpen(t, path, "newer program")
}

func TestNotAJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("a letter, not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustNotOpen(t, path, "not a database")
	mustNotOpen(t, filepath.Join(t.TempDir(), "no", "such", "place.db"), "no such file")
}

func TestOneOpeningAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	first := open(t, path)
	if _, err := OpenSQLite(t.Context(), path, rand.Reader); !errors.Is(err, ErrInUse) {
		t.Errorf("second opening: %v", err)
	}
	mustAppend(t, first, 0, note(1))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if events := mustRead(t, open(t, path), 0); len(events) != 1 {
		t.Errorf("%d events", len(events))
	}
}

func TestFileIsPrivateWhateverItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "é a?b#c%20d&e.db")
	mustAppend(t, open(t, path), 0, note(1))
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(names) != 4 { // the file, its lock, -wal and -shm
		t.Errorf("%q, %v", names, err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// Each pragma is read back on each connection, and a connection where one does
// not hold is refused.
func TestPragmasAreReadBack(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	for db, queryOnly := range map[*sql.DB]string{l.writer: "0", l.reader: "1"} {
		for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": queryOnly} {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %q, want %q: %v", name, got, want, err)
			}
		}
	}
	if _, err := l.reader.ExecContext(t.Context(), `DELETE FROM event`); err == nil {
		t.Error("the reader writes")
	}
	db, err := connect(":memory:", "memory", "0") // which cannot have a write-ahead log
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), `journal_mode is "memory", not "wal"`) {
		t.Errorf("ping: %v", err)
	}
}

// After a failed write nobody knows what the disk holds.
func TestStopsWritingAfterAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	l := open(t, path)
	mustAppend(t, l, 0, note(1))
	limit(t, l, "20") // pages: the disk is full
	big := note(2)
	big.Fact = desk.Refused{Reason: strings.Repeat("x", 1<<20)}
	_, full := l.Append(t.Context(), 1, big)
	if full == nil || !strings.Contains(full.Error(), "full") {
		t.Fatalf("append: %v", full)
	}
	limit(t, l, "1000000") // there is room again
	if _, err := l.Append(t.Context(), 1, note(2)); err == nil || err.Error() != full.Error() {
		t.Errorf("next append: %v", err)
	}
	if diff := cmp.Diff(notes(0, 1), mustRead(t, l, 0)); diff != "" {
		t.Error(diff)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, open(t, path), 1, note(2))
}

func limit(t *testing.T, l *Log, pages string) {
	t.Helper()
	if _, err := l.writer.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
		t.Fatal(err)
	}
}

// An asker who goes away in the middle does not leave the append in doubt.
func TestAppendIsFinished(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	l, err := OpenSQLite(ctx, filepath.Join(t.TempDir(), "journal.db"), readerFunc(func(p []byte) (int, error) {
		leave()
		return rand.Read(p)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if at, err := l.Append(ctx, 0, notes(0, 2)...); err != nil || at != 2 {
		t.Errorf("append: %d, %v", at, err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestNoNonceNoEvent(t *testing.T) {
	l, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "journal.db"), iotest.TimeoutReader(io.LimitReader(rand.Reader, nonceSize)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Append(t.Context(), 0, notes(0, 2)...); err == nil || !strings.Contains(err.Error(), "draw nonce") {
		t.Errorf("append: %v", err)
	}
	if events := mustRead(t, l, 0); len(events) != 0 {
		t.Errorf("half an append was kept: %v", events)
	}
}

// A backup that holds the file for too long costs an append, not the journal.
func TestBusyPasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	l := open(t, path)
	if _, err := l.writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), 0, note(1)); !errors.Is(err, errBusy) {
		t.Errorf("append: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 0, note(1))
}

func TestCloseEndsEverything(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	waiting := make(chan error)
	go func() { waiting <- l.Wait(t.Context(), 0) }()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err == nil {
		t.Error("Wait found something in a closed journal")
	}
	if _, err := l.Append(t.Context(), 0, note(1)); err == nil {
		t.Error("appended to a closed journal")
	}
}

// Another process' append is found by looking.
func TestWaitPolls(t *testing.T) {
	path := written(t, 1)
	l := open(t, path)
	l.poll = time.Millisecond
	woken := make(chan error)
	go func() { woken <- l.Wait(t.Context(), 1) }()
	r, err := encode(note(2))
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, l, r)
	if err := <-woken; err != nil {
		t.Error(err)
	}
}

func TestViewForPeople(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	events := []desk.Event{note(1), note(2), note(3), note(4)}
	events[0].ID, events[1].ID, events[2].ID, events[3].ID = "D-1", "D-2", "D-1", "D-2"
	events[3].Fact = desk.Announced{Role: desk.ToAsker}
	mustAppend(t, l, 0, events...)
	rows, err := l.reader.QueryContext(t.Context(), `SELECT request, seq FROM request_now ORDER BY request`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	now := map[string]int{}
	for rows.Next() {
		var request string
		var seq int
		if err := rows.Scan(&request, &seq); err != nil {
			t.Fatal(err)
		}
		now[request] = seq
	}
	if diff := cmp.Diff(map[string]int{"D-1": 3, "D-2": 2}, now); diff != "" || rows.Err() != nil {
		t.Error(diff, rows.Err())
	}
}
