package trial

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

// A Report is what running the cases has shown.
type Report struct {
	Rules, Cases int
	Failures     []Failure
	Untested     []rules.Rule // no case is decided by them
	Leaves, Seen int          // clauses of all rules; those seen true and false
	Unseen       []Unseen
	Mutants      int // mistakes tried; 0 if a case fails
	Survivors    []rules.Mutant
}

// A Failure is a case that does not get what it wants.
type Failure struct {
	Case
	Got desk.Explanation
}

// An Unseen is a clause that no case has seen to hold, or not to.
type Unseen struct {
	Rule   rules.Rule
	Clause string
	Never  desk.Answer
}

// Run asks the book all cases, and then every book with one mistake in it.
func (s *Suite) Run(b *rules.Book) Report {
	r := Report{Rules: len(b.Rules()), Cases: len(s.Cases)}
	c := coverage{settled: map[string]bool{}, seen: map[*desk.Written]map[desk.Answer]bool{}}
	for _, k := range s.Cases {
		e := b.Explain(k.Facts, desk.Sight{Actor: true, Target: true})
		c.look(e)
		if d := b.Decide(k.Facts); !k.Want.accepts(d) || !k.Want.accepts(e.Decision) {
			r.Failures = append(r.Failures, Failure{k, e})
		}
	}
	for _, rule := range b.Rules() {
		if !c.settled[rule.ID] {
			r.Untested = append(r.Untested, rule)
		}
		r.leaves(rule, rule.Condition, c)
	}
	if len(r.Failures) == 0 {
		r.mutate(s, b)
	}
	return r
}

// A coverage is what the cases have seen of the rules.
type coverage struct {
	settled map[string]bool
	seen    map[*desk.Written]map[desk.Answer]bool
}

func (c coverage) look(e desk.Explanation) {
	c.settled[e.Decision.Rule] = true
	for _, r := range e.Reasons {
		c.lookAt(r.Clause)
	}
}

func (c coverage) lookAt(k desk.Clause) {
	if c.seen[k.Written] == nil {
		c.seen[k.Written] = map[desk.Answer]bool{}
	}
	c.seen[k.Written][k.Answer] = true
	for _, p := range k.Parts {
		c.lookAt(p)
	}
}

// leaves counts the clauses of a rule that have no parts.
func (r *Report) leaves(rule rules.Rule, k desk.Clause, c coverage) {
	for _, p := range k.Parts {
		r.leaves(rule, p, c)
	}
	if len(k.Parts) > 0 || k.Word == "true" || k.Word == "false" {
		return
	}
	r.Leaves++
	yes, no := c.seen[k.Written][desk.Yes], c.seen[k.Written][desk.No]
	if yes && no {
		r.Seen++
	}
	for answer, seen := range map[desk.Answer]bool{desk.Yes: yes, desk.No: no} {
		if !seen && c.settled[rule.ID] { // of an untested rule that is said already
			r.Unseen = append(r.Unseen, Unseen{rule, k.Text, answer})
		}
	}
}

// mutate counts the mistakes that some case notices.
func (r *Report) mutate(s *Suite, b *rules.Book) {
	byVerb := map[desk.Verb][]Case{}
	for _, k := range s.Cases {
		byVerb[k.Facts.Action.Verb] = append(byVerb[k.Facts.Action.Verb], k)
	}
	notices := func(m rules.Mutant) bool {
		fails := func(k Case) bool { return !k.Want.accepts(m.Book.Decide(k.Facts)) }
		if m.Rule == "" {
			return slices.ContainsFunc(s.Cases, fails)
		}
		return slices.ContainsFunc(m.Verbs, func(v desk.Verb) bool { return slices.ContainsFunc(byVerb[v], fails) })
	}
	for m := range b.Mutants() {
		if r.Mutants++; !notices(m) {
			r.Survivors = append(r.Survivors, m)
		}
	}
}

// Noticed is how many of a hundred mistakes some case notices, rounded down.
func (r Report) Noticed() int {
	if r.Mutants == 0 {
		return 0
	}
	return 100 * (r.Mutants - len(r.Survivors)) / r.Mutants
}
