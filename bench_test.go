package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
)

// BenchmarkMainJob is the whole life of a request, from asking to the proof,
// with the simulated Partage over HTTP and the journal on disk. The goal is
// 20 ms at the 99th percentile, Partage's part included.
func BenchmarkMainJob(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	d := &demo{}
	defer d.close()
	log := slog.New(slog.DiscardHandler)
	if err := d.build(ctx, 10_000, log); err != nil {
		b.Fatal(err)
	}
	h := d.house
	if err := h.load(ctx); err != nil {
		b.Fatal(err)
	}
	x := &executor.Executor{Desk: h.desk, Office: h.office, Refresh: h.refresh, Timing: h.timing,
		Halted: func() bool { return false }, Steady: h.steady, Log: log}
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		begun := time.Now()
		mainJob(b, h.desk, i)
		took = append(took, time.Since(begun))
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(p99.Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(p99)/float64(20*time.Millisecond), "of-goal/p99")
}

// mainJob: Jeanne asks for more space, Sophie approves, Partage is changed.
func mainJob(b *testing.B, d *desk.Desk, i int) {
	b.Helper()
	action, err := desk.ParseAction(fmt.Sprintf("quota.set jdupont size=%dG", 6+i%2))
	if err != nil {
		b.Fatal(err)
	}
	r, err := d.Ask(b.Context(), desk.Asking{By: "jdupont", Via: desk.Portal, Action: action, Key: fmt.Sprint("bench ", i)})
	if err != nil {
		b.Fatal(err)
	}
	if r, err = d.Approve(b.Context(), "sgermain", desk.Portal, r.ID, r.Digest()); err != nil {
		b.Fatal(err)
	}
	for r.State != desk.Settled {
		var at desk.Seq
		if r, at = d.View.Request(r.ID); r.State.Final() || r.State == desk.Doubtful {
			break
		}
		if err := d.Journal.Wait(b.Context(), at); err != nil {
			b.Fatal(err)
		}
		if err := d.View.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if r.State != desk.Settled {
		b.Fatalf("%s is %s: %s", r.ID, r.State, r.Error)
	}
}

// BenchmarkDemoStart is from the command to "ready", with 97,484 accounts. The
// goals are 5 s and 400 MiB.
func BenchmarkDemoStart(b *testing.B) {
	for b.Loop() {
		d, err := newDemo(b.Context(), demoCommand{Listen: freePort(b), Accounts: 97_484}, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc>>20), "MiB-live")
		d.close()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/5, "of-goal")
}
