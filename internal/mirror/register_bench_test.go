package mirror

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// registerOf has a million accounts, and a tenth as many addresses that the
// journal alone knows.
func registerOf(b *testing.B) *Mirror {
	b.Helper()
	m := New(journal.NewMemory())
	must(b, m.LoadAccounts(b.Context(), generated(million, accountAt), noon))
	enroll(b, m, million/10)
	return m
}

func enroll(b *testing.B, m *Mirror, n int) {
	b.Helper()
	entries := make([]desk.Registration, n)
	for i := range entries {
		entries[i] = desk.Registration{Address: desk.Address(fmt.Sprintf("liste-%07d@listes.unistra.fr", i)), Nature: desk.AsSympa, Since: noon}
	}
	for group := range slices.Chunk(entries, 500) {
		e := event("", desk.System, desk.Registered{Entries: group})
		_, e.Seq = m.Request("")
		e.Seq++
		must(b, m.take(e))
	}
}

// BenchmarkRegister: of-goal is the share of what is promised: 5 µs an address,
// 100 µs a page of a hundred, both at a million accounts.
func BenchmarkRegister(b *testing.B) {
	m := registerOf(b)
	timed := func(name string, goal time.Duration, do func(i int)) {
		b.Run(name, func(b *testing.B) {
			i, begun := 0, cpu()
			for b.Loop() {
				do(i)
				i += 7919
			}
			b.ReportMetric(float64(cpu()-begun)/float64(b.N)/float64(goal), "of-goal")
		})
	}
	const asked = 4096
	var own, alias, elsewhere, never [asked]desk.Address
	for i := range asked {
		n := i * 7919 % million
		own[i], alias[i] = accountAt(n).Address, accountAt(n/3*3 + 1).Aliases[0]
		elsewhere[i], never[i] = desk.Address(fmt.Sprintf("liste-%07d@listes.unistra.fr", n%(million/10))), desk.Address(fmt.Sprintf("nobody%d@unistra.fr", n))
	}
	for name, of := range map[string]*[asked]desk.Address{"own": &own, "alias": &alias, "journal": &elsewhere, "never": &never} {
		timed(name, 5*time.Microsecond, func(i int) { _, _ = m.Entry(of[i%asked]) })
	}
	timed("alike", 100*time.Microsecond, func(i int) { _ = m.Alike(own[i%asked]) })
	timed("page", 100*time.Microsecond, func(i int) {
		if got := len(m.Entries(fmt.Sprintf("prenom%d.", i%211), 100)); got != 100 {
			b.Fatal(got)
		}
	})
	timed("page-journal", 100*time.Microsecond, func(i int) {
		if got := len(m.Entries(fmt.Sprintf("liste-%05d", i%(million/10)/100), 100)); got != 100 {
			b.Fatal(got)
		}
	})
	runtime.KeepAlive(m)
}

// BenchmarkRegisterMemory: what the journal's word of an address takes, beside the
// event that names it. What the register keeps of accounts is in BenchmarkMemory.
func BenchmarkRegisterMemory(b *testing.B) {
	for b.Loop() {
		m := New(journal.NewMemory())
		before := heap()
		enroll(b, m, million)
		all := heap() - before
		shelf, alike := m.ledger.shelf, m.ledger.alike
		m.ledger.shelf, m.ledger.alike = nil, nil
		shelf, alike = dropped(shelf, alike)
		b.ReportMetric(float64(all)/million, "B/address-with-event")
		b.ReportMetric(float64(all-(heap()-before))/million, "B/address")
		runtime.KeepAlive(m)
		runtime.KeepAlive(shelf)
		runtime.KeepAlive(alike)
	}
}

// dropped lets go of both, so that what is left is the events.
func dropped([][]line, map[uint32][]desk.Address) ([][]line, map[uint32][]desk.Address) {
	return nil, nil
}
