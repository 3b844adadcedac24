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
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/50e-3, "of-goal") // 50 ms
}

// university is 85 correspondents of 175 domains.
func university() (people []desk.Person, domains []string) {
	for i := range 175 {
		domains = append(domains, fmt.Sprintf("d%d.fr", i))
	}
	for i := range 85 {
		p := desk.Person{UID: desk.UID(fmt.Sprint("c", i)), Affiliation: "employee", Unit: fmt.Sprint("U", i), UnitDomain: domains[i*2]}
		for _, d := range []string{domains[i], domains[(i+85)%175], domains[(i+90)%175]} {
			p.Delegations = append(p.Delegations, delegated(p.UID, d)...)
		}
		people = append(people, p)
	}
	return people, domains
}

// BenchmarkWho asks who can do each of 40 things in each of 175 domains, of 85
// people: 595,000 answers.
func BenchmarkWho(b *testing.B) {
	book := realBook(b, 200, func(i int) string { return benchVerbs[i/4%len(benchVerbs)] })
	people, domains := university()
	crowd, able := book.Crowd(people), 0
	actions := make([]desk.Facts, 0, 40*len(domains))
	for _, d := range domains {
		for i := range 40 {
			verb := desk.Verb(benchVerbs[i%len(benchVerbs)])
			f := desk.Facts{Via: desk.Chat, Action: desk.Action{Verb: verb, Target: "somebody@" + d, Args: "alias=x@" + d}, Domain: d, Size: int64(i+1) << 28,
				Target: desk.Account{Address: desk.Address("somebody@" + d), Owner: "somebody", Status: "active"}, Owner: desk.Person{UID: "somebody", Unit: "U3"}}
			actions = append(actions, f)
		}
	}
	for b.Loop() {
		for _, f := range actions {
			for range crowd.Ask(f).Allowed.All() {
				able++
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/50e-3, "of-goal") // 50 ms
}

// BenchmarkExplain200 explains, searches what else would be answered, and shows
// every clause of 40 rules.
func BenchmarkExplain200(b *testing.B) {
	book := realBook(b, 200, func(i int) string { return benchVerbs[i/4%len(benchVerbs)] })
	facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	b.ReportAllocs()
	for b.Loop() {
		book.Explain(facts, everything)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/20e-6, "of-goal") // 20 µs
}

func BenchmarkExplainDefault(b *testing.B) {
	book := defaultBook(b)
	facts := cast("alice", "quota.set bob@physique.unistra.fr size=12G")
	b.ReportAllocs()
	for b.Loop() {
		if e := book.Explain(facts, everything); len(e.Closest) == 0 {
			b.Fatal("nothing is told")
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/20e-6, "of-goal")
}

// BenchmarkHostile refuses what would end the process if it reached a parser.
func BenchmarkHostile(b *testing.B) {
	million := 1_000_000
	for name, condition := range map[string]string{
		"characters":  `domain == "` + strings.Repeat("a", million) + `"`,
		"parentheses": strings.Repeat("(", million) + "true" + strings.Repeat(")", million),
		"range":       "size in 1..1000000",
	} {
		book := bookWith("owns()", "'"+condition+"'")
		for what, source := range map[string][]byte{"book": book, "condition": []byte(condition)} {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					if what == "book" {
						if _, err := Load("hostile.yaml", source); err == nil {
							b.Fatal("accepted")
						}
						continue
					}
					faults := &faults{}
					if languageBook().compile(&rule{Rule: Rule{When: condition}}, faults); len(faults.all) == 0 {
						b.Fatal("accepted")
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/1e-3, "of-goal") // 1 ms
			})
		}
	}
}
