package journal

import (
	"path/filepath"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func BenchmarkAppend(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "journal.db"))
	at := desk.Seq(0)
	for b.Loop() {
		mustAppend(b, l, at, notes(at, 2)...) // as many as a request asked and decided
		at += 2
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

func BenchmarkReplay100k(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "journal.db"))
	const n = 100_000
	facts := everyFact()
	for at := desk.Seq(0); at < n; at += 1000 {
		events := notes(at, 1000)
		for i := range events {
			events[i].ID, events[i].Fact = "D-1", facts[i%len(facts)]
		}
		mustAppend(b, l, at, events...)
	}
	b.Run("sqlite", func(b *testing.B) {
		for b.Loop() {
			if read := len(mustRead(b, l, 0)); read != n {
				b.Fatalf("%d events", read)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}
