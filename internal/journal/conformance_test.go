package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

func TestMemory(t *testing.T) {
	conform(t, func(*testing.T) desk.Journal { return NewMemory() })
}

func TestSQLite(t *testing.T) {
	conform(t, func(t *testing.T) desk.Journal {
		return open(t, filepath.Join(t.TempDir(), "journal.db"))
	})
}

func open(t testing.TB, path string) *Log {
	t.Helper()
	l, err := OpenSQLite(t.Context(), path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.poll = time.Hour // so that a bell that does not ring is heard
	return l
}

// conform is what any journal must do.
func conform(t *testing.T, fresh func(*testing.T) desk.Journal) {
	for name, test := range map[string]func(*testing.T, desk.Journal){
		"keeps every fact":      keepsEveryFact,
		"compares and swaps":    comparesAndSwaps,
		"refuses bad events":    refusesBadEvents,
		"is not begun late":     isNotBegunLate,
		"reads while appending": readsWhileAppending,
		"has lost events":       hasLostEvents,
		"waits":                 waits,
		"eight writers":         eightWriters,
		"forgets":               forgets,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// note is an event that any journal takes.
func note(seq desk.Seq) desk.Event {
	return desk.Event{Seq: seq, At: noon, By: "ann", Subject: "bob", Fact: desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{fmt.Sprint(seq)}}}}
}

func notes(after desk.Seq, n int) (events []desk.Event) {
	for i := range n {
		events = append(events, note(after+desk.Seq(i)+1))
	}
	return events
}

func mustAppend(t testing.TB, j desk.Journal, after desk.Seq, events ...desk.Event) {
	t.Helper()
	if at, err := j.Append(t.Context(), after, events...); err != nil || at != after+desk.Seq(len(events)) {
		t.Fatalf("append after %d: %d, %v", after, at, err)
	}
}

func mustRead(t testing.TB, j desk.Journal, after desk.Seq) (events []desk.Event) {
	t.Helper()
	for e, err := range j.Read(t.Context(), after) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func keepsEveryFact(t *testing.T, j desk.Journal) {
	var want []desk.Event
	for i, f := range everyFact() {
		switch f.(type) {
		case desk.Forgotten, desk.Redacted:
			continue // they erase others
		}
		want = append(want, desk.Event{Seq: desk.Seq(len(want)) + 1, At: noon.Add(time.Duration(i) * time.Microsecond), ID: "D-1", By: "ann", Subject: "jdupont", Fact: f})
	}
	mustAppend(t, j, 0, want[:5]...)
	mustAppend(t, j, 5, want[5:]...)
	for after := range want {
		if diff := cmp.Diff(want[after:], mustRead(t, j, desk.Seq(after))); diff != "" {
			t.Errorf("after %d: %s", after, diff)
		}
	}
	if rest := mustRead(t, j, desk.Seq(len(want))); len(rest) > 0 {
		t.Errorf("after the last: %v", rest)
	}
}

func comparesAndSwaps(t *testing.T, j desk.Journal) {
	mustAppend(t, j, 0, notes(0, 3)...)
	for _, after := range []desk.Seq{0, 1, 2} {
		if _, err := j.Append(t.Context(), after, notes(after, 5)...); !errors.Is(err, desk.ErrBehind) {
			t.Errorf("append after %d: %v", after, err)
		}
	}
	if diff := cmp.Diff(notes(0, 3), mustRead(t, j, 0)); diff != "" {
		t.Error(diff)
	}
	mustAppend(t, j, 3, note(4))
}

func refusesBadEvents(t *testing.T, j desk.Journal) {
	mustAppend(t, j, 0, note(1))
	with := func(change func(*desk.Event)) []desk.Event {
		events := notes(1, 2)
		change(&events[1])
		return events
	}
	for name, events := range map[string][]desk.Event{
		"none":             nil,
		"number taken":     notes(0, 1),
		"number too far":   notes(2, 1),
		"hole":             {note(2), note(4)},
		"no fact":          with(func(e *desk.Event) { e.Fact = nil }),
		"pointer":          with(func(e *desk.Event) { e.Fact = &desk.Bound{} }),
		"erased":           with(func(e *desk.Event) { e.Fact = desk.Erased{Was: desk.Asked{}} }),
		"space in id":      with(func(e *desk.Event) { e.ID = "D 1" }),
		"id of none":       with(func(e *desk.Event) { e.ID = "-" }),
		"line break in id": with(func(e *desk.Event) { e.ID = "D-1\n" }),
		"line break in by": with(func(e *desk.Event) { e.By = "a\nb" }),
		"login no text":    with(func(e *desk.Event) { e.By = "a\xff" }),
		"subject no text":  with(func(e *desk.Event) { e.Subject = "\xc3" }),
		"key no text":      with(func(e *desk.Event) { e.Fact = desk.Asked{Key: "k\xff"} }),
		"reason no text":   with(func(e *desk.Event) { e.Fact = desk.Refused{Reason: "non\xe9"} }),
		"argument no text": with(func(e *desk.Event) { e.Fact = desk.Asked{Action: desk.Action{Args: "name=\xe9"}} }),
		"deep, no text": with(func(e *desk.Event) {
			e.Fact = desk.BookActivated{Book: desk.Book{Files: []desk.BookFile{{Text: "\xff"}}}}
		}),
		"year 20000": with(func(e *desk.Event) { e.Fact = desk.BindingOffered{Until: noon.AddDate(20000, 0, 0)} }),
	} {
		if _, err := j.Append(t.Context(), 1, events...); err == nil || errors.Is(err, desk.ErrBehind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := j.Append(t.Context(), -1, note(0)); err == nil {
		t.Error("appended before the beginning")
	}
	if got := mustRead(t, j, 0); len(got) != 1 {
		t.Errorf("%d events, want only the good one", len(got))
	}
	mustAppend(t, j, 1, note(2)) // none of them did any harm
}

func isNotBegunLate(t *testing.T, j desk.Journal) {
	mustAppend(t, j, 0, note(1))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(gone, 1, note(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	for e, err := range j.Read(gone, 0) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("read %v: %v", e, err)
		}
	}
	if err := j.Wait(gone, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
	if got := mustRead(t, j, 0); len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
}

// Whoever reads may write meanwhile, and may stop when he likes.
func readsWhileAppending(t *testing.T, j desk.Journal) {
	const n = 2500 // several pages
	mustAppend(t, j, 0, notes(0, n)...)
	at, read := desk.Seq(n), desk.Seq(0)
	for e, err := range j.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if read++; e.Seq != read {
			t.Fatalf("event %d came as number %d", e.Seq, read)
		}
		if read%500 == 0 && read <= n {
			mustAppend(t, j, at, note(at+1))
			at++
		}
	}
	if read < n {
		t.Errorf("read %d of %d", read, n)
	}
	for e := range j.Read(t.Context(), 7) {
		if e.Seq != 8 {
			t.Errorf("first after 7 is %d", e.Seq)
		}
		break
	}
}

func hasLostEvents(t *testing.T, j desk.Journal) {
	mustAppend(t, j, 0, note(1))
	if _, err := j.Append(t.Context(), 2, note(3)); !errors.Is(err, ErrLost) {
		t.Errorf("append: %v", err)
	}
	for e, err := range j.Read(t.Context(), 2) {
		if !errors.Is(err, ErrLost) {
			t.Errorf("read %v: %v", e, err)
		}
	}
	if err := j.Wait(t.Context(), 2); !errors.Is(err, ErrLost) {
		t.Errorf("wait: %v", err)
	}
	mustAppend(t, j, 1, note(2))
}

func waits(t *testing.T, j desk.Journal) {
	mustAppend(t, j, 0, note(1))
	if err := j.Wait(t.Context(), 0); err != nil {
		t.Error(err)
	}
	woken := make(chan error)
	for range 3 {
		go func() { woken <- j.Wait(t.Context(), 1) }()
	}
	mustAppend(t, j, 1, note(2))
	for range 3 {
		if err := <-woken; err != nil {
			t.Error(err)
		}
	}
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := j.Wait(soon, 2); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing came, yet Wait said %v", err)
	}
}

func eightWriters(t *testing.T, j desk.Journal) {
	var all sync.WaitGroup
	const each = 20
	for w := range 8 {
		all.Go(func() {
			at := desk.Seq(0)
			for n := 0; n < each; {
				e := note(at + 1)
				e.By = desk.UID(fmt.Sprint(w))
				switch next, err := j.Append(t.Context(), at, e); {
				case err == nil:
					at = next
					n++
				case errors.Is(err, desk.ErrBehind):
					at++
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	by := map[desk.UID]int{}
	for i, e := range mustRead(t, j, 0) {
		if by[e.By]++; e.Seq != desk.Seq(i)+1 {
			t.Errorf("event %d stands at %d", e.Seq, i+1)
		}
	}
	for w, n := range by {
		if n != each {
			t.Errorf("writer %s has %d events of %d", w, n, each)
		}
	}
	if len(by) != 8 {
		t.Errorf("%d writers", len(by))
	}
}

// Whom an event forgets has no words left, and no name.
func forgets(t *testing.T, j desk.Journal) {
	events := notes(0, 4)
	events[1].Subject, events[2].By, events[2].Subject = "ann", "bob", "cid"
	events[3] = desk.Event{Seq: 4, At: noon, By: "ann", Subject: "bob", Fact: desk.Forgotten{Who: "bob"}}
	mustAppend(t, j, 0, events[:3]...)
	mustRead(t, j, 0)
	mustAppend(t, j, 3, events[3])
	mustRead(t, j, 3) // as whoever appends does
	got := mustRead(t, j, 0)
	nobody := got[0].Subject
	if !strings.HasPrefix(string(nobody), "#") {
		t.Errorf("forgotten as %q", nobody)
	}
	events[0].Subject, events[0].Fact = nobody, desk.Erased{Was: desk.Granted{}}
	events[2].By = nobody
	events[3].Subject, events[3].Fact = nobody, desk.Erased{Was: desk.Forgotten{}}
	if diff := cmp.Diff(events, got); diff != "" {
		t.Error(diff)
	}
	again := note(5) // somebody else, as far as anybody knows
	mustAppend(t, j, 4, again)
	if diff := cmp.Diff([]desk.Event{again}, mustRead(t, j, 4)); diff != "" {
		t.Error(diff)
	}
}
