package rules

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// FuzzLoad: whatever the text, Load returns; a book it accepts answers every
// verb, and denies somebody unknown.
func FuzzLoad(f *testing.F) {
	f.Add(defaultSource)
	f.Add(bookWith())
	for _, s := range []string{"rules: [{id: a}]", "rules:\n- - -", "groups: 1", "rules: ~", "? a\n: b", "a: |\n  b", "rules: {a: 1}", "\xff", "rules:\n  - {id: a, when: >"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		b, err := Load("fuzz.yaml", source)
		if (b == nil) == (err == nil) {
			t.Fatalf("book %v, error %v", b, err)
		}
		if err != nil {
			return
		}
		for _, v := range append(desk.Verbs(), "", "alias.*") {
			facts := cast("odile", "account.show bob@physique.unistra.fr")
			facts.Action.Verb = v
			b.Decide(facts)
			facts.Actor = desk.Person{}
			if d := b.Decide(facts); d.Outcome != desk.Denied {
				t.Fatalf("%s to nobody: %+v", v, d)
			}
		}
	})
}

// FuzzWhen: whatever the condition, compiling it returns; one that is accepted
// is run as expr's machine runs it.
func FuzzWhen(f *testing.F) {
	for _, r := range defaultBook(f).Rules() {
		f.Add(r.When)
	}
	for _, s := range []string{`not (domain in ["a", 'b'])`, `size >= 10 or target.quota < 3`, `actor.unit == "é"`, `((((`, `!!!!`,
		`let x = 1; x`, `a ? b : c`, "`", `owns() | same(domain)`, `all([1], # > 0)`, `actor?.unit`, `1..9`, `$env`, `/* " */ owns()`, `b"x"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, condition string) {
		facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
		if err := agrees(condition, facts, desk.Facts{}); err != nil {
			t.Fatal(err)
		}
	})
}
