//go:build servers

package journal

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/unistra/melusine/deploy/dev"
)

// Eight writers, each decision two facts, as a request asked and decided.
func BenchmarkPostgresEightWriters(b *testing.B) {
	p := dev.Postgres(b, durable...)
	l := openPostgres(b, freshDatabase(b, p))
	var done atomic.Int64
	var tr trial
	b.SetParallelism(4) // on two processors
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		tr.write(b.Context(), l, fmt.Sprint(done.Add(1)), func(int) bool { return pb.Next() })
	})
	b.ReportMetric(float64(len(tr.acks))/b.Elapsed().Seconds(), "appends/s") // b.N also counts those who came second
}

func BenchmarkPostgresAppend(b *testing.B) {
	p := dev.Postgres(b, durable...)
	benchAppend(b, openPostgres(b, freshDatabase(b, p)))
}

func BenchmarkPostgresReplay100k(b *testing.B) {
	p := dev.Postgres(b, durable...)
	benchReplay(b, openPostgres(b, freshDatabase(b, p)))
}
