package rules

import (
	"fmt"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// TestCrowdDecidesTheSame: asked about many at once, the rules answer what they
// answer to each.
func TestCrowdDecidesTheSame(t *testing.T) {
	book, counts := defaultBook(t), map[desk.Outcome]int{}
	rapid.Check(t, func(t *rapid.T) {
		b := anyBook(t, book)
		people := make([]desk.Person, rapid.SampledFrom([]int{0, 1, 5, 65, 130}).Draw(t, "people"))
		for i := range min(len(people), 6) {
			people[i] = somebody(t, fmt.Sprint(i, "."))
		}
		for i := 6; i < len(people); i++ {
			people[i] = people[i%6]
		}
		crowd := b.Crowd(people)
		for range 3 {
			f := anyFacts(t)
			a := crowd.Ask(f)
			for i, p := range people {
				f.Actor = p
				d := b.Decide(f)
				counts[d.Outcome]++
				if a.Allowed.Has(i) != (d.Outcome == desk.Allowed) || a.Pending.Has(i) != (d.Outcome == desk.Pending) {
					t.Fatalf("%d of %d, %+v, is %s by %q: allowed %v, pending %v", i, len(people), p, d.Outcome, d.Rule, a.Allowed.Has(i), a.Pending.Has(i))
				}
			}
		}
	})
	if t.Log(counts); len(counts) != 3 {
		t.Error("the generator proves nothing")
	}
}
