package journal

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/unistra/melusine/internal/desk"
)

// BenchmarkVerifyMillion is the independent verifier, from its start to its
// end, on a million events of every kind with their data. The goal is 2 s.
func BenchmarkVerifyMillion(b *testing.B) {
	const n = 1_000_000
	folder, k := b.TempDir(), newKey(b, "u.fr/journal")
	program, path := filepath.Join(folder, "verify"), filepath.Join(folder, "export")
	if out, err := exec.Command("go", "build", "-o", program, "../../tools/verify/main.go").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	writeExport(b, path, k, n)
	var worst, work time.Duration
	for b.Loop() {
		in, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		run := exec.Command(program, k.Public())
		run.Stdin = in
		begun := time.Now()
		if out, err := run.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		worst, work = max(worst, time.Since(begun)), max(work, run.ProcessState.UserTime()+run.ProcessState.SystemTime())
		in.Close()
	}
	b.ReportMetric(worst.Seconds(), "s/worst")
	b.ReportMetric(work.Seconds(), "cpu-s/worst")
	b.ReportMetric(float64(worst)/float64(2*time.Second), "of-goal")
}

// writeExport makes what a journal of n events would export.
func writeExport(b *testing.B, path string, k Key, n int64) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	out, facts := bufio.NewWriter(f), everyFact()
	var ours tree
	fmt.Fprintln(out, "melusine history 1")
	for i := range n {
		name, data, err := encode(facts[i%int64(len(facts))])
		if err != nil {
			b.Fatal(err)
		}
		plain := append(fmt.Appendf(nil, "%016d", i), data...)
		r := row{seq: desk.Seq(i) + 1, at: noon.UnixMicro() + i, request: fmt.Sprint("D-", i), by: 1, kind: name, subject: i % 100, commitment: commit(plain)}
		leaf := r.leaf()
		if err := ours.take(r.seq, tlog.RecordHash(leaf)); err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(out, "%s\t%s %s\n", leaf[:len(leaf)-1], hex.EncodeToString(plain[:saltSize]), data)
	}
	root, err := ours.root(desk.Seq(n))
	if err != nil {
		b.Fatal(err)
	}
	signed, err := k.Sign(desk.Seq(n), root)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(out, "\n%s", signed)
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
}
