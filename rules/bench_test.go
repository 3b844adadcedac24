package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// realBook spreads n rules over the verbs and domains as a university's book
// would; none matches, so that every rule that names the verb is evaluated.
func realBook(tb testing.TB, n int, verbs func(int) string) *Book {
	tb.Helper()
	conditions := []string{
		`manages(domain) and manages(target.domain) and ownedByOther()`,
		`owns() and quotaWithin("10G") and domain in ["a%d.fr", "b%d.fr", "c%d.fr"]`,
		`member("admins") and target.status == "locked"`,
		`domain == "d%d.fr" and actor.affiliation in ["employee", "faculty"]`,
	}
	var b strings.Builder
	b.WriteString("groups: {admins: dn-admins}\nrules:\n")
	for i := range n {
		condition := strings.ReplaceAll(conditions[i%len(conditions)], "%d", fmt.Sprint(i))
		fmt.Fprintf(&b, "  - {id: rule-%d, fr: Une règle., en: A rule., verbs: [%s], when: '%s and via == \"door%d\"', outcome: allow}\n",
			i, verbs(i), condition, i)
	}
	book, err := Load("bench.yaml", []byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	return book
}

var benchVerbs = []string{"alias.add", "alias.remove", "quota.set", "account.show", "history.show"}

func benchmarkDecide(b *testing.B, book *Book) {
	facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	if d := book.Decide(facts); d.Rule != "" || d.Outcome != desk.Denied {
		b.Fatalf("not the worst case: %+v", d)
	}
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(facts)
	}
}

// BenchmarkDecide200 is the book of a large site: 200 rules over five verbs.
func BenchmarkDecide200(b *testing.B) {
	benchmarkDecide(b, realBook(b, 200, func(i int) string { return benchVerbs[i/4%len(benchVerbs)] }))
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/2e-6, "of-goal") // 2 µs
}

// BenchmarkDecide200SameVerb is the worst case: all 200 name the verb.
func BenchmarkDecide200SameVerb(b *testing.B) {
	benchmarkDecide(b, realBook(b, 200, func(int) string { return "alias.add" }))
}

func BenchmarkDecideDefault(b *testing.B) {
	book, err := Default()
	if err != nil {
		b.Fatal(err)
	}
	facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(facts)
	}
}

func BenchmarkLoad200(b *testing.B) {
	for b.Loop() {
		realBook(b, 200, func(i int) string { return benchVerbs[i/4%len(benchVerbs)] })
	}
}
