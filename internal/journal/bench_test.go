package journal

import (
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

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
	facts := slices.DeleteFunc(everyFact(), func(f desk.Fact) bool { // after which there would be little to open
		switch f.(type) {
		case desk.Forgotten, desk.Redacted:
			return true
		}
		return false
	})
	for at := desk.Seq(0); at < n; at += 1000 {
		events := notes(at, 1000)
		for i := range events {
			events[i].ID, events[i].Fact = "D-1", facts[i%len(facts)]
		}
		mustAppend(b, l, at, events...)
	}
	before := processorTime()
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
	// What it would be on a machine that does nothing else.
	b.ReportMetric(n*float64(b.N)*float64(runtime.NumCPU())/(processorTime()-before).Seconds(), "events/s-idle")
}

// processorTime is what this process has used of the processors.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
