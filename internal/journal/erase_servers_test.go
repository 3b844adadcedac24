//go:build servers

package journal

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// Two nodes and a reader on one database: who is forgotten on one is forgotten
// on the other, with what is in memory; and what reached its term is gone.
func TestErasureOnTwoNodes(t *testing.T) {
	address, now := freshDatabase(t, dev.Postgres(t, durable...)), noon
	one, two := openPostgres(t, address), openPostgres(t, address)
	d, other := deskOn(t, one, &now), deskOn(t, two, &now)
	life(t, d, "D-1", "ann", "bob", desk.Done{Attempt: 1})
	if err := other.View.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	life(t, other, "D-2", "ann", "zoe", desk.Done{Attempt: 1}) // whom the first has never met
	if err := d.Forget(t.Context(), "ann", "bob"); err != nil {
		t.Fatal(err)
	}
	if err := other.View.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]desk.View{"the first": d.View, "the second": other.View} {
		if r, _ := v.Request("D-1"); !r.Erased || r.State != desk.Settled {
			t.Errorf("%s: %+v", name, r)
		}
		if r, _ := v.Request("D-2"); r.Erased || r.Owner != "zoe" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	life(t, other, "D-3", "bob", "ann", desk.Done{Attempt: 1}) // the login is somebody else's now
	now = now.Add(400 * day)
	if n, err := two.Retain(t.Context(), other, Terms{Requests: 365 * day}); err != nil || n == 0 {
		t.Errorf("retained %d, %v", n, err)
	}
	if err := d.View.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader, err := ReadPostgres(t.Context(), address, "")
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if last, err := reader.Verify(t.Context()); err != nil || last < 16 {
		t.Errorf("verified to %d: %v", last, err)
	}
	for e, err := range reader.Read(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if _, erased := e.Fact.(desk.Erased); e.ID != "" && !erased {
			t.Errorf("event %d still says %+v", e.Seq, e.Fact)
		}
	}
	if diff := cmp.Diff(mustRead(t, one, 0), mustRead(t, reader, 0)); diff != "" {
		t.Error(diff)
	}
	if _, err := reader.Append(t.Context(), 0, note(1)); err == nil || !strings.Contains(err.Error(), "for reading") {
		t.Errorf("a reader appends: %v", err)
	}
}

// Nodes that meet the same people at the same moment give them the same numbers.
func TestNodesMeetTheSamePeople(t *testing.T) {
	address := freshDatabase(t, dev.Postgres(t, durable...))
	nodes := []*Log{openPostgres(t, address), openPostgres(t, address), openPostgres(t, address), openPostgres(t, address)}
	type met struct {
		login  desk.UID
		number int64
	}
	found := make(chan met)
	for _, l := range nodes {
		go func() {
			for i := range 30 {
				login := desk.UID(strings.Repeat("x", 1+i))
				n, err := l.persons.called(t.Context(), login)
				if err != nil {
					t.Error(err)
				}
				found <- met{login, n}
			}
		}()
	}
	numbers, deadline := map[desk.UID]int64{}, time.After(time.Minute)
	for range len(nodes) * 30 {
		select {
		case m := <-found:
			if n, ok := numbers[m.login]; ok && n != m.number {
				t.Errorf("%s is both %d and %d", m.login, n, m.number)
			}
			numbers[m.login] = m.number
		case <-deadline:
			t.Fatal("they do not come to an end")
		}
	}
	distinct := map[int64]bool{}
	for _, n := range numbers {
		distinct[n] = true
	}
	if len(numbers) != 30 || len(distinct) != 30 {
		t.Errorf("%d people, %d numbers", len(numbers), len(distinct))
	}
}
