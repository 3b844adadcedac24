package mirror

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

const (
	university = 97_484 // accounts, and as many people
	million    = 1_000_000
)

// accountAt makes one mailbox as Partage shows it, with 0 to 2 aliases. Every
// text is new, as when it comes out of a parser.
func accountAt(i int) desk.Account {
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
	p := desk.Person{UID: desk.UID(fmt.Sprintf("pnomdef%d", i)), Name: fmt.Sprintf("Prénom%d Nom-de-Famille%d", i%211, i),
		Mail: accountAt(i).Address, EPPN: fmt.Sprintf("pnomdef%d@unistra.fr", i), Affiliation: strings.Clone("student"), Unit: fmt.Sprint("U", i%60),
		UnitName: fmt.Sprint("Unité ", i%60), UnitDomain: fmt.Sprintf("u%d.unistra.fr", i%60), Manager: desk.UID(fmt.Sprint("chef", i%60)), MailState: "A"}
	for n := range i % 4 {
		p.Groups = append(p.Groups, fmt.Sprint("group", (i+n)%500))
	}
	return p
}

// generated yields n rows in disorder.
func generated[T any](n int, at func(int) T) func(func(T, error) bool) {
	return func(yield func(T, error) bool) {
		for i := range n {
			if !yield(at(i*7919%n), nil) {
				return
			}
		}
	}
}

// cpu is the time that the processors have worked for this process: on a machine
// that others use too, the clock on the wall tells what they do.
func cpu() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// full is a mirror of n accounts and as many people.
func full(tb testing.TB, n int) *Mirror {
	m := New(journal.NewMemory())
	must(tb, m.LoadAccounts(tb.Context(), generated(n, accountAt), noon))
	must(tb, m.LoadPeople(tb.Context(), generated(n, personAt), noon))
	return m
}

// BenchmarkMemory reports what an account and its person keep, index and row.
// The goal is 1.5 KiB for all, with what the directory keeps (see there).
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{university, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := New(journal.NewMemory())
			for b.Loop() {
				m = New(journal.NewMemory())
				before := heap()
				must(b, m.LoadAccounts(b.Context(), generated(n, accountAt), noon))
				accounts := heap()
				must(b, m.LoadPeople(b.Context(), generated(n, personAt), noon))
				both := heap()
				b.ReportMetric(float64(accounts-before)/float64(n), "B/account")
				b.ReportMetric(float64(both-accounts)/float64(n), "B/person")
				b.ReportMetric(float64(both-before)/float64(n)/1536, "of-goal")
			}
			runtime.KeepAlive(m)
		})
	}
}

func BenchmarkWorld(b *testing.B) {
	for _, n := range []int{university, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { measureWorld(b, n) })
	}
}

func measureWorld(b *testing.B, n int) {
	m := full(b, n)
	one := accountAt(2)
	measure := func(name string, goal float64, f func()) {
		b.Run(name, func(b *testing.B) {
			begun := cpu()
			for b.Loop() {
				f()
			}
			if goal > 0 {
				b.ReportMetric(float64((cpu()-begun).Nanoseconds())/1000/float64(b.N)/goal, "of-goal")
			}
		})
	}
	at := 0
	next := func() desk.Account { at = (at + 7919) % n; return accountAt(at / 3 * 3) } // without aliases: cheaper to make
	measure("address", 5, func() { m.Account(one.Address) })
	measure("address, any", 0, func() { m.Account(next().Address) })
	measure("alias", 5, func() { m.Account(one.Aliases[0]) })
	measure("owner", 5, func() { m.Owned(one.Owner) })
	measure("person", 5, func() { m.Person(one.Owner) })
	measure("page of 100", 100, func() { m.Search("prenom1", 100) })
	measure("learn", 0, func() { must(b, m.Learn(one, noon)) })
	measure("learn person", 0, func() { must(b, m.LearnPerson(one.Owner, personAt(2), noon)) })
	measure("renamed", 0, func() { one.Address, one.Aliases[0] = one.Aliases[0], one.Address; must(b, m.Learn(one, noon)) })
	measure("reload same", 0, func() { must(b, m.LoadAccounts(b.Context(), generated(n, accountAt), noon)) })
	measure("reload, 1 in 50 changed", 0, func() { one.Used++; must(b, m.LoadAccounts(b.Context(), generated(n, used(50, -one.Used)), noon)) })
	measure("reload, all changed", 0, func() { one.Used++; must(b, m.LoadAccounts(b.Context(), generated(n, used(1, -one.Used)), noon)) })
}

// BenchmarkRestoreAccounts is the start from what was kept. The goal is 2 s for 100,000 accounts, people included (see directory).
func BenchmarkRestoreAccounts(b *testing.B) {
	for _, n := range []int{university, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "accounts")
			must(b, full(b, n).SaveAccounts(path, "here"))
			begun := cpu()
			for b.Loop() {
				must(b, New(journal.NewMemory()).RestoreAccounts(path, "here"))
			}
			b.ReportMetric((cpu()-begun).Seconds()/float64(b.N)/2, "of-goal")
		})
	}
}

// BenchmarkPause is the longest that a reader waits while all domains are read
// again and every account has changed. The goal is 50 ms; on a machine that is
// shared it is told for how long a reader waits when nothing is read, too.
func BenchmarkPause(b *testing.B) {
	for _, n := range []int{university, million} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := New(journal.NewMemory())
			m.SetDomains([]string{"etu.unistra.fr"})
			must(b, m.LoadDomain(b.Context(), "etu.unistra.fr", generated(n, accountAt), noon))
			longest := func(while func()) time.Duration {
				var worst time.Duration
				stop, done := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(done)
					for i := 0; ; i++ {
						select {
						case <-stop:
							return
						default:
						}
						begun := time.Now()
						m.Person("somebody")
						m.Account(accountAt(i % n).Address)
						m.Search("prenom1", 20)
						worst = max(worst, time.Since(begun))
						time.Sleep(time.Millisecond)
					}
				}()
				while()
				close(stop)
				<-done
				return worst
			}
			var idle, busy time.Duration
			at := noon
			for b.Loop() {
				at = at.Add(time.Hour)
				begun := time.Now()
				busy = max(busy, longest(func() { must(b, m.LoadDomain(b.Context(), "etu.unistra.fr", generated(n, used(1, at.Unix())), at)) }))
				idle = max(idle, longest(func() { time.Sleep(time.Since(begun)) }))
			}
			b.ReportMetric(float64(busy.Microseconds())/1000, "ms-pause")
			b.ReportMetric(float64(idle.Microseconds())/1000, "ms-idle")
			b.ReportMetric(float64(busy)/float64(50*time.Millisecond), "of-goal")
		})
	}
}

// used changes one account in so many.
func used(every int, size int64) func(int) desk.Account {
	return func(i int) desk.Account {
		a := accountAt(i)
		if i%every == 0 {
			a.Used = size
		}
		return a
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
