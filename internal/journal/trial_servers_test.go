//go:build servers

package journal

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

var long = flag.Bool("long", false, "run the trials of PostgreSQL in their long form")

// A trial is what writers were told while they appended in trouble.
type trial struct {
	mu     sync.Mutex
	acks   map[string]desk.Seq // by the text of the note
	failed []error
}

// write appends notes, each with a text of its own, until more says no. A note
// that failed is appended again: if it was kept all the same, it stands there twice.
func (tr *trial) write(ctx context.Context, l *Log, writer string, more func(n int) bool) {
	at := desk.Seq(0)
	for n := 0; more(n); {
		e := note(at + 1)
		e.Fact = desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{fmt.Sprintf("%s.%d", writer, n)}}}
		next, err := l.Append(ctx, at, e)
		switch {
		case err == nil:
			tr.acknowledge(text(e), next)
			at = next
			n++
			continue
		case !errors.Is(err, desk.ErrBehind):
			tr.fail(err)
		}
		if err := l.patiently(ctx, func() (err error) { at, err = l.head(ctx); return err }); err != nil {
			tr.fail(err)
			return
		}
	}
}

func text(e desk.Event) string { return e.Fact.(desk.Granted).Domains[0] }

func (tr *trial) acknowledge(text string, at desk.Seq) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.acks == nil {
		tr.acks = map[string]desk.Seq{}
	}
	tr.acks[text] = at
}

func (tr *trial) fail(err error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.failed = append(tr.failed, err)
}

// verdict compares what the writers were told with what the journal holds: an
// acknowledged note that does not stand at its place is lost, a note that stands
// at two places is doubled.
func (tr *trial) verdict(t *testing.T, l *Log) (lost, doubled int) {
	t.Helper()
	places := map[string][]desk.Seq{}
	for i, e := range mustRead(t, l, 0) {
		if e.Seq != desk.Seq(i)+1 {
			t.Fatalf("event %d stands at %d", e.Seq, i+1)
		}
		places[text(e)] = append(places[text(e)], e.Seq)
	}
	for note, at := range tr.acks {
		if found := places[note]; len(found) == 0 || found[0] != at && len(found) == 1 {
			lost++
		}
	}
	for _, found := range places {
		if len(found) > 1 {
			doubled++
		}
	}
	t.Logf("%d acknowledged, %d kept: lost %d, doubled %d; %d failed", len(tr.acks), len(places), lost, doubled, len(tr.failed))
	return lost, doubled
}

// mustBeExact wants nothing lost, nothing doubled, and nobody left without an answer.
func (tr *trial) mustBeExact(t *testing.T, l *Log) {
	t.Helper()
	if lost, doubled := tr.verdict(t, l); lost+doubled > 0 {
		t.Errorf("lost %d, doubled %d", lost, doubled)
	}
	for _, err := range tr.failed {
		t.Errorf("append: %v", err)
	}
}

// Sabotages: each is a mistake that the trials must see.
var (
	// An unanswered COMMIT taken for a failure.
	doubtIsFailure = func(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
		return l.tryOnce(ctx, after, rows)
	}
	// An unanswered COMMIT taken for a success.
	doubtIsSuccess = func(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
		if err := l.tryOnce(ctx, after, rows); !errors.Is(err, errDoubt) {
			return err
		}
		return nil
	}
	// Looking once instead of making the first transaction end.
	lookTooEarly = func(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
		err := l.tryOnce(ctx, after, rows)
		if errors.Is(err, errDoubt) && l.ours(ctx, rows) == nil {
			return nil
		}
		return err
	}
	// A number that is taken taken for ours: no compare-and-swap.
	swapWithoutComparing = func(ctx context.Context, l *Log, after desk.Seq, rows []row) error {
		if err := keepPatiently(ctx, l, after, rows); !errors.Is(err, desk.ErrBehind) {
			return err
		}
		return nil
	}
)
