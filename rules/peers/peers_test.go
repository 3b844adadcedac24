package peers

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

type (
	// An engine takes a request in and makes its question ready.
	engine func(desk.Facts) (question, error)
	// A question is asked as often as wanted: is it allowed?
	question func() (bool, error)
)

var engines = []struct {
	name string
	new  func() (engine, error)
}{{"melusine", book}, {"cedar", cedarEngine}, {"cel", celEngine}, {"casbin", casbinEngine}, {"opa", opaEngine}}

func questions(tb testing.TB, create func() (engine, error), facts []desk.Facts) (all []question) {
	tb.Helper()
	e, err := create()
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range facts {
		q, err := e(f)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, q)
	}
	return all
}

// All engines give the answers of the oracle: what is measured is the same work.
func TestAgreement(t *testing.T) {
	facts := requests(2000)
	allowed := 0
	for _, f := range facts {
		if oracle(f) {
			allowed++
		}
	}
	if allowed < 200 || allowed > 1800 {
		t.Fatalf("%d of %d allowed: no policy to measure", allowed, len(facts))
	}
	for _, e := range engines {
		for i, q := range questions(t, e.new, facts) {
			if got, err := q(); err != nil || got != oracle(facts[i]) {
				t.Fatalf("%s: %s by %s: %v, %v", e.name, facts[i].Action, facts[i].Actor.UID, got, err)
			}
		}
	}
}

const goalTimes, goalBest = 4, 2 * time.Microsecond

// BenchmarkDecide asks each engine in turn, in rounds, so that what the machine
// does beside falls on all alike.
func BenchmarkDecide(b *testing.B) {
	facts := requests(100)
	asked := make([][]question, len(engines))
	for i, e := range engines {
		asked[i] = questions(b, e.new, facts)
	}
	spent := make([]time.Duration, len(engines))
	for b.Loop() {
		for i := range engines {
			begun := time.Now()
			for _, q := range asked[i] {
				if _, err := q(); err != nil {
					b.Fatal(err)
				}
			}
			spent[i] += time.Since(begun)
		}
	}
	each := func(i int) time.Duration { return spent[i] / time.Duration(b.N*len(facts)) }
	best := each(1)
	for i, e := range engines {
		b.ReportMetric(float64(each(i).Nanoseconds()), e.name+"-ns")
		if i > 0 {
			best = min(best, each(i))
		}
	}
	times := float64(best) / float64(each(0))
	b.ReportMetric(times, "times-the-best-peer")
	b.ReportMetric(max(goalTimes/times, float64(each(0))/float64(goalBest)), "of-goal")
}

// BenchmarkEach is each engine alone, for what it allocates.
func BenchmarkEach(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			asked := questions(b, e.new, requests(500))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := asked[i%len(asked)](); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
