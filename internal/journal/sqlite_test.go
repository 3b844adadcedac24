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
		"at":           {`UPDATE event SET at = at + 1 WHERE seq = 3`, "event 3: it was changed"},
		"request":      {`UPDATE event SET request = 'D-9' WHERE seq = 3`, "event 3: it was changed"},
		"by":           {`UPDATE event SET by = 1 WHERE seq = 3`, "event 3: it was changed"},
		"by nobody":    {`UPDATE event SET by = 77 WHERE seq = 3`, "event 3: person 77: not among"},
		"subject":      {`UPDATE event SET subject = 1 WHERE seq = 3`, "event 3: it was changed"},
		"kind":         {`UPDATE event SET kind = 'revoked' WHERE seq = 3`, "event 3: it was changed"},
		"payload":      {`UPDATE event SET payload = substr(payload, 1, 30) || x'00' || substr(payload, 32) WHERE seq = 3`, "event 3: it was changed"},
		"cut":          {`UPDATE event SET payload = substr(payload, 1, 11) WHERE seq = 3`, "event 3: its data were cut short"},
		"emptied":      {`UPDATE event SET payload = x'' WHERE seq = 3`, "event 3: its words are gone"},
		"moved":        {`UPDATE event SET (payload, commitment) = (SELECT payload, commitment FROM event WHERE seq = 2) WHERE seq = 3`, "event 3: it was changed"},
		"commitment":   {`UPDATE event SET commitment = zeroblob(32) WHERE seq = 3`, "event 3: its commitment"},
		"removal":      {`DELETE FROM event WHERE seq = 3`, "event 3 is missing"},
		"first gone":   {`DELETE FROM event WHERE seq = 1`, "event 1 is missing"},
		"closed gap":   {`DELETE FROM event WHERE seq = 3; UPDATE event SET seq = seq - 1 WHERE seq > 3`, "event 3: it was changed"},
		"addition":     {`INSERT INTO event SELECT 6, at, request, by, kind, subject, payload, commitment FROM event WHERE seq = 5`, "event 6: it was changed"},
		"exchange":     {`UPDATE event SET seq = CASE seq WHEN 2 THEN 30 ELSE 2 END WHERE seq IN (2, 3); UPDATE event SET seq = 3 WHERE seq = 30`, "event 2: it was changed"},
		"unknown kind": {`UPDATE event SET kind = 'teleported', payload = x'' WHERE seq = 3`, `event 3: unknown kind "teleported"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, 5)
			alter(t, path, c.change)
			mustNotOpen(t, path, c.want)
		})
	}
}

// The leaves as doc.go tells them, by the plainest means, and the root of three
// as RFC 6962 draws it.
func TestLeavesAsDocumented(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	events := notes(0, 3)
	events[1].ID = "D-1"
	mustAppend(t, l, 0, events...)
	mustRead(t, l, 0)
	rows, err := l.reader.QueryContext(t.Context(), `SELECT seq || ' ' || at || ' ' || iif(request = '', '-', request) || ' ' || by || ' ' || kind || ' ' || subject
		|| ' ' || lower(hex(commitment)) || char(10) FROM event ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sum := func(parts ...[]byte) []byte { h := sha256.Sum256(slices.Concat(parts...)); return h[:] }
	var hashes [][]byte
	for rows.Next() {
		var leaf []byte
		if err := rows.Scan(&leaf); err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, sum([]byte{0}, leaf))
	}
	if len(hashes) != 3 || rows.Err() != nil {
		t.Fatalf("%d leaves, %v", len(hashes), rows.Err())
	}
	want := sum([]byte{1}, sum([]byte{1}, hashes[0], hashes[1]), hashes[2])
	if root, err := l.tree.root(3); err != nil || !bytes.Equal(root[:], want) {
		t.Errorf("root is %x, want %x, %v", root, want, err)
	}
}

// Two events that say the same say nothing of it in the clear.
func TestCommitmentsAreSalted(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	events := notes(0, 2)
	events[1].Fact = events[0].Fact
	mustAppend(t, l, 0, events...)
	page, err := l.page(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, data, err := encode(events[0].Fact)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page {
		e, err := l.entry(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(e.data, data) || len(e.salt) != saltSize || !bytes.Equal(e.commitment, commit(slices.Concat(e.salt, data))) {
			t.Errorf("event %d: salt %x, data %s, commitment %x", e.seq, e.salt, e.data, e.commitment)
		}
		if bytes.Equal(e.commitment, commit(data)) || bytes.Contains(e.payload, data) {
			t.Errorf("event %d can be guessed", e.seq)
		}
	}
	if bytes.Equal(page[0].commitment, page[1].commitment) || bytes.Equal(page[0].payload, page[1].payload) {
		t.Error("equal data are seen to be equal")
	}
}

// A journal is opened by its end; the rest is for Verify, and for whoever reads it.
func TestOpenLooksAtTheTail(t *testing.T) {
	path := written(t, tail+100)
	alter(t, path, `UPDATE event SET by = 1 WHERE seq = 50`)
	l := open(t, path)
	if at, err := l.Verify(t.Context()); err == nil || at != 49 {
		t.Errorf("verified to %d: %v", at, err)
	}
	var last error
	for _, err := range l.Read(t.Context(), 0) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "event 50: it was changed") {
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
	rows, err := l.rows(t.Context(), notes(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	who, err := l.persons.of(t.Context(), rows[0].subject)
	if err != nil {
		t.Fatal(err)
	}
	rows[0].kind = "teleported" // sealed well, by a newer program
	if err := rows[0].seal(rand.Reader, who.key, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, l, rows...)
	if _, err := l.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), `unknown kind "teleported"`) {
		t.Errorf("verify: %v", err)
	}
}

// mustWrite adds rows as another process would: no bell is rung.
func mustWrite(t *testing.T, l *Log, rows ...row) {
	t.Helper()
	if err := l.write(t.Context(), rows[0].seq-1, rows); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	for _, file := range []string{"", ".persons"} {
		path := written(t, 1)
		alter(t, path+file, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
		mustNotOpen(t, path, "newer program")
		if l, err := ReadSQLite(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("%q read: %v, %v", file, l, err)
		}
	}
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
	if err != nil || len(names) != 7 { // the file, its lock, the persons, -wal and -shm of both
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
		for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000", "query_only": queryOnly} {
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
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	l.random = readerFunc(func(p []byte) (int, error) {
		leave()
		return rand.Read(p)
	})
	if at, err := l.Append(ctx, 0, notes(0, 2)...); err != nil || at != 2 {
		t.Errorf("append: %d, %v", at, err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestNoSaltNoEvent(t *testing.T) {
	l, err := OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "journal.db"), iotest.TimeoutReader(io.LimitReader(rand.Reader, 3*keySize+nonceSize)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Append(t.Context(), 0, notes(0, 2)...); err == nil || !strings.Contains(err.Error(), "draw salt") {
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
	rows, err := l.rows(t.Context(), []desk.Event{note(2)})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, l, rows...)
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

// A file that has refused a write is not fit until it is opened anew, nor is one that is closed.
func TestFit(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "journal.db"))
	if err := l.Fit(t.Context()); err != nil {
		t.Error(err)
	}
	l.broken = errors.New("disk full")
	if err := l.Fit(t.Context()); !errors.Is(err, l.broken) {
		t.Errorf("broken: %v", err)
	}
	l.broken = nil
	l.Close()
	if err := l.Fit(t.Context()); err == nil {
		t.Error("closed, and fit")
	}
}
