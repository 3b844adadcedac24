package rules

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// pieces are what hostile conditions are made of: those of the language, of
// expr beyond it, and of neither.
var pieces = append(append(sortedKeys(words), sortedKeys(attributes)...), strings.Fields(`( ) [ ] { } ( ( not ! - + . .. ?. ?? ? : ; , | # $env $ == != < <= > >= in
	contains startsWith endsWith matches and or && || let x = if else all( any( none( map( filter( reduce( repeat( len( now() 1 0 -1 1e9 1..999999 "" "a" "10G" 'b'
	true false nil "é" b"x" /* */ // \u0000 \xff actor["unit"] actor?.unit owns() manages(domain) member("admins") quotaWithin("10G") same(domain,alias)`)...)

// TestHostileConditions makes 60,000 conditions: compiling each returns, and
// what is accepted answers as expr's machine does.
func TestHostileConditions(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 2026))
	facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	book, accepted := languageBook(), 0
	for range 60_000 {
		var text strings.Builder
		for range 1 + random.IntN(12) {
			piece := pieces[random.IntN(len(pieces))]
			if random.IntN(50) == 0 {
				piece = strings.Repeat(piece, 1+random.IntN(3000))
			}
			text.WriteString(piece)
			if random.IntN(4) > 0 {
				text.WriteByte(' ')
			}
		}
		r, faults := &rule{Rule: Rule{When: text.String(), Outcome: desk.Denied}}, &faults{}
		if random.IntN(2) == 0 {
			r.Outcome = desk.Allowed
		}
		if book.compile(r, faults); (r.condition == nil) != (len(faults.all) > 0) {
			t.Fatalf("%.200q: condition %v, faults %v", text.String(), r.condition, faults.all)
		}
		if r.condition == nil {
			continue
		}
		if accepted++; accepted%20 == 0 { // expr takes its time to compile
			if err := agrees(r.When, facts, desk.Facts{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if t.Logf("%d accepted", accepted); accepted < 100 {
		t.Error("the generator proves nothing")
	}
}

// TestHostileProofs: telling whether one rule hides another, or never meets it,
// ends, however the conditions are nested.
func TestHostileProofs(t *testing.T) {
	nest := func(prefix string, first int) *clause {
		text := `alias == "` + prefix + `"`
		for i := range 40 {
			text = "(" + text + []string{" and ", " or "}[(i+first)%2] + `alias == "` + prefix + strings.Repeat("x", i) + `")`
		}
		r, f := &rule{Rule: Rule{When: text, Outcome: desk.Allowed}}, &faults{}
		if languageBook().compile(r, f); r.condition == nil {
			t.Fatal(f.all)
		}
		return r.condition
	}
	a, b := nest("a", 1), nest("b", 0)
	for name, prove := range map[string]func(*proof) bool{"implies": func(p *proof) bool { return p.implies(a, b) }, "apart": func(p *proof) bool { return p.apart(a, b) }} {
		var p proof
		if prove(&p); p.steps < maxSteps/100 || p.steps > 20*maxSteps {
			t.Errorf("%s takes %d steps", name, p.steps)
		}
	}
}
