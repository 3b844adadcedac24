package journal

import (
	"path/filepath"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func BenchmarkAppend(b *testing.B) {
	benchAppend(b, open(b, filepath.Join(b.TempDir(), "journal.db")))
}

// benchAppend appends one event per transaction.
func benchAppend(b *testing.B, l *Log) {
	at := desk.Seq(0)
	for b.Loop() {
		mustAppend(b, l, at, note(at+1))
		at++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

func BenchmarkReplay100k(b *testing.B) {
	benchReplay(b, open(b, filepath.Join(b.TempDir(), "journal.db")))
}

func benchReplay(b *testing.B, l *Log) {
	const n = 100_000
	facts := everyFact()[:14] // those that erase nothing
	for at := desk.Seq(0); at < n; at += 1000 {
		events := notes(at, 1000)
		for i := range events {
			events[i].ID, events[i].Fact = "D-1", facts[i%len(facts)]
		}
		mustAppend(b, l, at, events...)
	}
	for b.Loop() {
		read := 0
		for _, err := range l.Read(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			read++
		}
		if read != n {
			b.Fatalf("%d events", read)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
