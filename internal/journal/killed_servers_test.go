//go:build servers

package journal

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
)

// PostgreSQL is killed again and again under the load of two nodes with four
// writers each.
func killed(t *testing.T, p *dev.PostgresServer) {
	during, shortest, longest := 15*time.Second, time.Second, 3*time.Second
	if *long {
		during, shortest, longest = 2*time.Minute, 5*time.Second, 15*time.Second
	}
	address := freshDatabase(t, p)
	nodes := []*Log{openPostgres(t, address), openPostgres(t, address)}
	tr := underKills(t, p, nodes, during, shortest, longest)
	tr.mustBeExact(t, nodes[0])
}

// A server that acknowledges before it has written loses what it acknowledged:
// that is why it is refused.
func TestPostgresKilledSeesLoss(t *testing.T) {
	p := dev.Postgres(t, append(durable, "wal_writer_delay=10s", "wal_writer_flush_after=0", "wal_buffers=16MB")...)
	address := freshDatabase(t, p)
	l := openPostgres(t, address)
	if _, err := l.writer.ExecContext(t.Context(), "ALTER ROLE melusine SET synchronous_commit = off"); err != nil {
		t.Fatal(err)
	}
	mustNotOpenPostgres(t, address, "synchronous_commit")
	lenient := lenientLog(t, address)
	tr := underKills(t, p, []*Log{lenient}, 3*time.Second, 0, time.Second)
	if lost, _ := tr.verdict(t, lenient); lost == 0 {
		t.Error("not seen")
	}
}

// underKills lets eight writers append while the server is killed and started.
func underKills(t *testing.T, p *dev.PostgresServer, nodes []*Log, during, shortest, longest time.Duration) *trial {
	t.Helper()
	var tr trial
	var over atomic.Bool
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			tr.write(t.Context(), nodes[w%len(nodes)], fmt.Sprint(w), func(int) bool { return !over.Load() })
		})
	}
	kills := 0
	for end := time.After(during); !over.Load(); kills++ {
		time.Sleep(shortest + rand.N(longest-shortest))
		tr.await(t, 50)
		p.Kill(t)
		p.Start(t)
		select {
		case <-end:
			over.Store(true)
		default:
		}
	}
	writers.Wait()
	t.Logf("%d kills", kills)
	return &tr
}

// await returns when so many more notes are acknowledged.
func (tr *trial) await(t *testing.T, more int) {
	t.Helper()
	count := func() int {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		return len(tr.acks)
	}
	for goal := count() + more; count() < goal; time.Sleep(10 * time.Millisecond) {
		if t.Context().Err() != nil {
			t.Fatal("no progress")
		}
	}
}
