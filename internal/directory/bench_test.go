package directory

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// recordAt is one person as a server gives them; every text is new.
func recordAt(i int) *record {
	uid := fmt.Sprintf("pnomdef%d", i)
	return &record{fmt.Sprintf("uid=%s,ou=people,dc=unistra,dc=fr", uid), []attribute{
		{"uid", []string{strings.Clone(uid)}}, {"displayName", []string{fmt.Sprintf("Prénom%d Nom-de-Famille%d", i%211, i)}},
		{"mail", []string{fmt.Sprintf("prenom%d.nom-de-famille%d@etu.unistra.fr", i%211, i)}}, {"eduPersonPrincipalName", []string{uid + "@unistra.fr"}},
		{"eduPersonPrimaryAffiliation", []string{"student"}}, {"eduPersonAffiliation", []string{"student", "member"}},
		{"supannEntiteAffectationPrincipale", []string{fmt.Sprint("U", i%60)}}, {"supannRessourceEtat", []string{"{COMPTE}A:SupannActif", "{MAIL}A:SupannActif"}},
		{"manager", []string{fmt.Sprintf("uid=pnomdef%d,ou=people,dc=unistra,dc=fr", i%60)}}, {"entryUUID", []string{fmt.Sprintf("%08x-9a6b-103c-8b6c-%012x", i, i)}}}}
}

// groupsOf are 500 groups of which each person is in one or two.
func groupsOf(c *Census, n int) {
	for g := range 500 {
		var members []string
		for i := g; i < n; i += 333 {
			members = append(members, fmt.Sprintf("uid=pnomdef%d,ou=people,dc=unistra,dc=fr", i))
		}
		c.take(news{groupKind, key{1, byte(g), byte(g >> 8)}, &record{"", []attribute{{"cn", []string{fmt.Sprint("group", g)}}, {"member", members}}}}, nil)
	}
}

func censusOf(n int) *Census {
	c := newCensus(Default().Attributes)
	for i := range n {
		r := recordAt(i)
		c.take(news{personKind, c.keyOf(r), r}, nil)
	}
	groupsOf(c, n)
	for u := range 60 {
		c.take(news{unitKind, key{2, byte(u)}, &record{"", []attribute{{"supannCodeEntite", []string{fmt.Sprint("U", u)}}, {"description", []string{fmt.Sprint("Unité ", u)}}}}}, nil)
	}
	return c
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

// BenchmarkCensus reports what is kept of the directory to follow it, for each
// person, and what the change of one, of a unit and of a member costs.
func BenchmarkCensus(b *testing.B) {
	for _, n := range []int{97_484, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			before := heap()
			c := censusOf(n)
			kept := float64(heap()-before) / float64(n)
			b.Run("memory", func(b *testing.B) {
				for b.Loop() {
				}
				b.ReportMetric(kept, "B/person")
			})
			cost := func(name string, of func(i int) news) {
				b.Run(name, func(b *testing.B) {
					begun := cpu()
					for i := 0; b.Loop(); i++ {
						w := newWhom()
						c.take(of(i), w)
						c.changes(w)
					}
					b.ReportMetric((cpu()-begun).Seconds()/float64(b.N)/0.05, "of-goal") // 50 ms
				})
			}
			cost("one person", func(i int) news {
				r := recordAt(77)
				r.attributes[1].values[0] = fmt.Sprint("Nom ", i)
				return news{personKind, c.keyOf(r), r}
			})
			cost("one unit", func(i int) news {
				return news{unitKind, key{2, 7}, &record{"", []attribute{{"supannCodeEntite", []string{"U7"}}, {"description", []string{fmt.Sprint("Unité ", i)}}}}}
			})
			cost("one member of 300", func(i int) news {
				g := c.groups[key{1, 7}]
				members := append([]string{fmt.Sprintf("uid=pnomdef%d,ou=people,dc=unistra,dc=fr", i)}, g.places[1:]...)
				return news{groupKind, key{1, 7}, &record{"", []attribute{{"cn", []string{"group7"}}, {"member", members}}}}
			})
			runtime.KeepAlive(c)
		})
	}
}

// BenchmarkRestore is the start from what was kept. The goal is 2 s for 100,000
// people and as many accounts; of these see the mirror.
func BenchmarkRestore(b *testing.B) {
	d, err := Open(valid())
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "directory")
	if err := d.Save(path, censusOf(97_484), time.Unix(0, 0)); err != nil {
		b.Fatal(err)
	}
	begun := cpu()
	for b.Loop() {
		c, _, err := d.Restore(path)
		if err != nil || len(c.uids) != 97_484 {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-begun).Seconds()/float64(b.N)/2, "of-goal")
}
