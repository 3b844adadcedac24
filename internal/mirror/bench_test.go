package mirror

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

const university = 97_484 // accounts, and as many people

// accountAt makes one mailbox as Partage shows it, with 0 to 2 aliases. Every
// text is new, as when it comes out of a parser.
func accountAt(i int) desk.Account {
	i = i * 7919 % university
	a := desk.Account{
		ID:      fmt.Sprintf("%08x-5ad8-4a6e-9c1f-%012x", i, i*31),
		Address: desk.Address(fmt.Sprintf("prenom%d.nom-de-famille%d@etu.unistra.fr", i%211, i)),
		Owner:   desk.UID(fmt.Sprintf("pnomdef%d", i)), Name: fmt.Sprintf("Prénom%d Nom-de-Famille%d", i%211, i),
		Status: strings.Clone("active"), COS: fmt.Sprintf("e00428a1-0c00-11d9-836a-%012x", i%12), Quota: 10 << 30, Used: int64(i), Seen: noon,
	}
	for n := range i % 3 {
		a.Aliases = append(a.Aliases, desk.Address(fmt.Sprintf("pnomdef%d.%d@physique.unistra.fr", i, n)))
	}
	return a
}

func personAt(i int) desk.Person {
	i = i * 7919 % university
	p := desk.Person{UID: desk.UID(fmt.Sprintf("pnomdef%d", i)), Name: fmt.Sprintf("Prénom%d Nom-de-Famille%d", i%211, i),
		Mail: accountAt(i).Address, EPPN: fmt.Sprintf("pnomdef%d@unistra.fr", i), Affiliation: strings.Clone("student"), Unit: fmt.Sprint("U", i%60),
		UnitName: fmt.Sprint("Unité ", i%60), UnitDomain: fmt.Sprintf("u%d.unistra.fr", i%60), Manager: desk.UID(fmt.Sprint("chef", i%60)), MailState: "A"}
	for n := range i % 4 {
		p.Groups = append(p.Groups, fmt.Sprint("group", (i+n)%500))
	}
	return p
}

func generated[T any](at func(int) T) func(func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for i := range university {
			if !yield(at(i), nil) {
				return
			}
		}
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// perRow reports what a load keeps, index and row, in bytes for each row.
func perRow(b *testing.B, name string, load func(*Mirror) error) {
	b.Run(name, func(b *testing.B) {
		m := New(journal.NewMemory())
		for b.Loop() {
			before := heap()
			m = New(journal.NewMemory())
			must(b, load(m))
			b.ReportMetric(float64(heap()-before)/university, "B/row")
			b.ReportMetric(float64(heap()-before)/university/1536, "of-goal") // 1.5 KiB an account
		}
		runtime.KeepAlive(m)
	})
}

func BenchmarkMemory(b *testing.B) {
	perRow(b, "accounts", func(m *Mirror) error { return m.LoadAccounts(b.Context(), generated(accountAt), noon) })
	perRow(b, "people", func(m *Mirror) error { return m.LoadPeople(b.Context(), generated(personAt), noon) })
}

func BenchmarkWorld(b *testing.B) {
	m := New(journal.NewMemory())
	must(b, m.LoadAccounts(b.Context(), generated(accountAt), noon))
	must(b, m.LoadPeople(b.Context(), generated(personAt), noon))
	one := accountAt(2)
	for name, f := range map[string]func(){
		"address": func() { m.Account(one.Address) },
		"alias":   func() { m.Account(one.Aliases[0]) },
		"owner":   func() { m.Owned(one.Owner) },
		"person":  func() { m.Person(one.Owner) },
		"search":  func() { m.Search("prenom1", 20) },
		"learn":   func() { must(b, m.Learn(one, noon)) },
		"renamed": func() { one.Address, one.Aliases[0] = one.Aliases[0], one.Address; must(b, m.Learn(one, noon)) },
		"reload same": func() {
			must(b, m.LoadAccounts(b.Context(), generated(accountAt), noon))
		},
		"reload, 1 in 50 changed": func() {
			one.Used++
			must(b, m.LoadAccounts(b.Context(), generated(func(i int) desk.Account {
				a := accountAt(i)
				if i%50 == 0 {
					a.Used = -one.Used
				}
				return a
			}), noon))
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}

// BenchmarkFold measures the fold of a long history, and what it keeps.
func BenchmarkFold(b *testing.B) {
	const n = 100_000
	var events []desk.Event
	for i := range n / 5 {
		id := name(int64(i) + 1)
		r := asked(fmt.Sprintf("box%d@u.fr", i%5000), fmt.Sprintf("alias%d@u.fr", i), fmt.Sprint("key", i))
		proof := accountAt(i)
		events = append(events, event(id, desk.UID(fmt.Sprint("u", i%900)), r), event(id, "x", allowed),
			event(id, "x", desk.Started{Attempt: 1, Until: noon, Before: proof}), event(id, "x", desk.Done{Attempt: 1, Proof: proof}),
			event(id, "x", desk.Announced{Role: desk.ToAsker, Shows: desk.Settled}))
	}
	j := journalOf(b, events...)
	m := New(j)
	before := heap()
	for b.Loop() {
		m = New(j)
		must(b, m.CatchUp(b.Context()))
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(heap()-before)/n, "B/event")
	runtime.KeepAlive(m)
}
