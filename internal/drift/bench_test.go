package drift_test

import (
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
)

const university = 97_484

// crowd makes n people and their accounts, of which about one in 180 differs.
func crowd(n int) (iter.Seq2[desk.Person, error], iter.Seq2[desk.Account, error]) {
	uid := func(i int) desk.UID { return desk.UID(fmt.Sprintf("pnomdef%07d", i)) }
	mail := func(i int) desk.Address {
		return desk.Address(fmt.Sprintf("prenom%d.nom-de-famille%d@etu.unistra.fr", i%211, i))
	}
	people := func(yield func(desk.Person, error) bool) {
		for i := range n {
			if i%181 != 7 && !yield(desk.Person{UID: uid(i), Mail: mail(i), Name: fmt.Sprint("Prénom Nom", i), Affiliation: "student", Unit: fmt.Sprint("U", i%60), MailState: "A"}, nil) {
				return
			}
		}
	}
	accounts := func(yield func(desk.Account, error) bool) {
		for i := range n {
			a := desk.Account{ID: fmt.Sprintf("%08x-5ad8-4a6e-9c1f-%012x", i, i*31), Address: mail(i), Owner: uid(i), Name: fmt.Sprint("Prénom Nom", i), Status: desk.Active, COS: "s_etudiant", Quota: 1 << 30, Used: int64(i)}
			if !yield(a, nil) {
				return
			}
		}
	}
	return people, accounts
}

func crowded(b *testing.B, n int) *desk.Desk {
	b.Helper()
	people, accounts := crowd(n)
	m := mirror.New(journal.NewMemory())
	if err := m.LoadPeople(b.Context(), people, noon); err != nil {
		b.Fatal(err)
	}
	if err := m.LoadAccounts(b.Context(), accounts, noon); err != nil {
		b.Fatal(err)
	}
	p, err := drift.New(policy(), tariff)
	if err != nil {
		b.Fatal(err)
	}
	return &desk.Desk{View: m, Rules: answers(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} }), Now: func() time.Time { return noon }, Stale: time.Hour,
		Drift: p, Estate: desk.Estate{Populations: p.Populations(), Tariff: tariff}}
}

func count(d *desk.Desk) (n int) {
	for range d.Drift.Gaps(d.View) {
		n++
	}
	return n
}

// BenchmarkCompare measures a whole comparison, against 0.3 s at 97,484, and what
// a million takes of as many times the time of that.
func BenchmarkCompare(b *testing.B) {
	var small time.Duration
	for _, n := range []int{university, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := crowded(b, n)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			found := 0
			for b.Loop() {
				found = count(d)
			}
			runtime.ReadMemStats(&after)
			one := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(found), "gaps")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(n), "B/account")
			if n == university {
				small = one
				b.ReportMetric(one.Seconds()/0.3, "of-goal")
			} else if small > 0 {
				b.ReportMetric(one.Seconds()/(small.Seconds()*float64(n)/university), "of-linear")
			}
		})
	}
}

// BenchmarkAtOne measures one account in full, against a millisecond, and the
// dashboard, against 20, at 97,484: with nothing changed since, and after an
// account was.
func BenchmarkAtOne(b *testing.B) {
	d := crowded(b, university)
	m := d.View.(*mirror.Mirror)
	one := m.Account("prenom1.nom-de-famille1@etu.unistra.fr")
	for name, tt := range map[string]struct {
		goal time.Duration
		do   func() error
	}{
		"whole": {time.Millisecond, func() error {
			_, err := d.Whole(b.Context(), "pnomdef0000002", desk.Chat, string(one.Address))
			return err
		}},
		"dashboard, nothing changed": {20 * time.Millisecond, func() error { _, err := d.Dashboard("pnomdef0000002", desk.Chat); return err }},
		"dashboard, changed": {20 * time.Millisecond, func() error {
			if err := m.Learn(one, noon); err != nil {
				return err
			}
			_, err := d.Dashboard("pnomdef0000002", desk.Chat)
			return err
		}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := tt.do(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(tt.goal), "of-goal")
		})
	}
}
