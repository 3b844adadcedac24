package rules

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A Mutant is a book with one small mistake in it, such as somebody makes who
// changes it in haste.
type Mutant struct {
	Book  *Book
	Rule  string // "" if the mistake is in the header
	File  string // "" likewise
	Line  int
	Was   string      // what is written now
	Now   string      // what the mistake makes of it, "" if nothing is left
	Verbs []desk.Verb // that it may matter to; nil if it may to all
}

// Mutants yields the book with each mistake in turn: a clause dropped or turned,
// a limit moved, an attribute taken for its twin, a rule removed or moved up, a
// verb, an approver or a date forgotten, another outcome. What Load would refuse
// is left out, and what is seen to change no answer.
func (b *Book) Mutants() iter.Seq[Mutant] {
	return func(yield func(Mutant) bool) {
		for i, r := range b.rules {
			for _, m := range append(b.misread(r), r.mistakes()...) {
				if !yield(b.mutant(i, m)) {
					return
				}
			}
			if up := b.above(i); up >= 0 && !yield(b.raised(i, up)) {
				return
			}
		}
		for _, m := range b.unheaded() {
			if !yield(m) {
				return
			}
		}
	}
}

// A mistake is another rule in the place of one, or none.
type mistake struct {
	field    string
	was, now string
	rule     *rule
}

// misread are the mistakes in the condition.
func (b *Book) misread(r *rule) (all []mistake) {
	plain := func(when string) *clause {
		m := rule{Rule: Rule{When: b.plain(r, when), Outcome: r.Outcome}}
		b.compile(&m, &faults{})
		return m.condition
	}
	was := plain(r.When)
	for _, when := range variants(r.When) {
		m := *r
		m.When, m.condition = when, nil
		b.compile(&m, &faults{})
		if m.condition == nil { // Load would refuse it
			continue
		}
		if now := plain(when); was == nil || now == nil || !implies(was, now) || !implies(now, was) {
			all = append(all, mistake{"when", "when: " + r.When, "when: " + when, &m})
		}
	}
	return all
}

// plain is a condition in which two names of the same have become one: the
// domain touched is the account's for a verb without alias, and who asks is the
// owner where the condition requires it.
func (b *Book) plain(r *rule, when string) string {
	if !slices.ContainsFunc(r.Verbs, func(v desk.Verb) bool { return b.verbs[v].alias }) {
		when = strings.ReplaceAll(when, "target.domain", "domain")
	}
	if own := func(c *clause) bool { return c.Word == "owns" }; r.condition.Word == "and" && r.condition.some(own) && strings.Contains(when, "owns()") {
		when = strings.ReplaceAll(when, "owner.", "actor.")
	}
	return when
}

// mistakes are those outside the condition.
func (r *rule) mistakes() (all []mistake) {
	all = append(all, mistake{field: "id", was: "the whole rule"})
	change := func(field, was, now string, make func(*rule)) {
		m := *r
		make(&m)
		all = append(all, mistake{field, field + ": " + was, field + ": " + now, &m})
	}
	for i := range r.Verbs {
		if rest := slices.Delete(slices.Clone(r.Verbs), i, i+1); len(rest) > 0 {
			change("verbs", "["+list(r.Verbs)+"]", "["+list(rest)+"]", func(m *rule) { m.Verbs = rest })
		}
	}
	for _, word := range sortedKeys(outcomes) {
		o := outcomes[word]
		same := o == r.Outcome && len(r.panels) == 0
		if word != review && !same && o != desk.Pending && !(o == desk.Allowed && r.takesTwo()) {
			change("outcome", r.outcome(), word, func(m *rule) { m.Outcome, m.panels = o, nil })
		}
	}
	if r.Confidential {
		change("confidential", "true", "false", func(m *rule) { m.Confidential = false })
	}
	if r.Deadline > 0 {
		change("deadline", itoa(r.Deadline), "the house's", func(m *rule) { m.Deadline = 0 })
	}
	if r.Expiry > 0 {
		change("expiry", itoa(r.Expiry), "the house's", func(m *rule) { m.Expiry = 0 })
	}
	return append(all, r.misasked()...)
}

func (r *rule) takesTwo() bool {
	return slices.ContainsFunc(r.Verbs, func(v desk.Verb) bool { spec, _ := desk.SpecOf(v); return spec.Two })
}

// misasked are the mistakes about who approves: a panel or an approver forgotten,
// correspondents added, one person more or less.
func (r *rule) misasked() (all []mistake) {
	change := func(to []panel) {
		m := *r
		m.panels = to
		all = append(all, mistake{"approvers", "approvers: " + panelsText(r.panels), "approvers: " + panelsText(to), &m})
	}
	for i, p := range r.panels {
		with := func(needed int, approvers ...string) {
			panels := slices.Clone(r.panels)
			panels[i] = panel{approvers, needed}
			change(panels)
		}
		if len(r.panels) > 1 {
			change(slices.Delete(slices.Clone(r.panels), i, i+1))
		}
		for j := range p.approvers {
			if rest := slices.Delete(slices.Clone(p.approvers), j, j+1); len(rest) > 0 {
				with(p.needed, rest...)
			}
		}
		if !slices.Contains(p.approvers, correspondents) {
			with(p.needed, append(slices.Clone(p.approvers), correspondents)...)
		}
		with(p.needed+1, p.approvers...)
		if p.needed > 1 {
			with(p.needed-1, p.approvers...)
		}
	}
	return all
}

func panelsText(panels []panel) string {
	all := make([]string, len(panels))
	for i, p := range panels {
		all[i] = itoa(p.needed) + " of " + list(p.approvers)
	}
	return strings.Join(all, " and ")
}

// outcome is the word for what the rule gives.
func (r *rule) outcome() string {
	switch {
	case r.Outcome == desk.Pending:
		return "ask"
	case r.Outcome == desk.Denied:
		return "deny"
	case len(r.panels) > 0:
		return review
	}
	return "allow"
}

// mutant is the book with a mistake in the place of its ith rule.
func (b *Book) mutant(i int, m mistake) Mutant {
	r, rules := b.rules[i], slices.Clone(b.rules)
	if m.rule == nil {
		rules = slices.Delete(rules, i, i+1)
	} else {
		rules[i] = m.rule
	}
	return Mutant{b.of(rules, r.Verbs), r.ID, r.File, r.lineOf(m.field), m.was, m.now, r.Verbs}
}

// lineOf is the line of a field, or of the rule.
func (r *rule) lineOf(field string) int {
	for _, name := range []string{field, "panels", "id"} {
		if line := r.lines[name]; line > 0 && (name == field || field == "approvers" || name == "id") {
			return line
		}
	}
	return r.Line
}

// of is the book with other rules, which differ for some verbs.
func (b *Book) of(rules []*rule, verbs []desk.Verb) *Book {
	m := *b
	m.rules, m.verbs = rules, maps.Clone(b.verbs)
	for _, v := range verbs {
		m.verbs[v] = verbOf(v)
		for _, r := range rules {
			if slices.Contains(r.Verbs, v) {
				m.verbs[v].add(r)
			}
		}
	}
	return &m
}

// above is the nearest earlier rule that answers otherwise where both hold and
// nothing before has settled it; -1 if there is none.
func (b *Book) above(i int) int {
	late := b.rules[i]
	for up := i - 1; up >= 0; up-- {
		early := b.rules[up]
		if early.Outcome != late.Outcome && !apart(early.condition, late.condition) && b.meet(up, late) {
			return up
		}
	}
	return -1
}

// meet says that for some verb the rule may hold where another does, and no rule
// before that one surely does.
func (b *Book) meet(up int, late *rule) bool {
	both := join("and", "", b.rules[up].condition, late.condition)
	return slices.ContainsFunc(shared(b.rules[up], late), func(v desk.Verb) bool {
		return !slices.ContainsFunc(b.rules[:up], func(r *rule) bool { return slices.Contains(r.Verbs, v) && implies(both, r.condition) })
	})
}

// raised moves a rule up, before another.
func (b *Book) raised(i, up int) Mutant {
	r := b.rules[i]
	rules := slices.Insert(slices.Delete(slices.Clone(b.rules), i, i+1), up, r)
	return Mutant{b.of(rules, r.Verbs), r.ID, r.File, r.Line, "after " + b.rules[up].ID, "before " + b.rules[up].ID, r.Verbs}
}

// unheaded are the mistakes of the header: an address that is protected no
// more, a form or the reserved words gone.
func (b *Book) unheaded() (all []Mutant) {
	add := func(was string, make func(*Book)) {
		m := *b
		make(&m)
		all = append(all, Mutant{Book: &m, Was: was})
	}
	for i, a := range b.protected {
		add("protected: "+string(a), func(m *Book) { m.protected = slices.Delete(slices.Clone(b.protected), i, i+1) })
	}
	for i, form := range b.naming.written {
		add("naming: forms: "+form, func(m *Book) { m.naming.forms = slices.Delete(slices.Clone(b.naming.forms), i, i+1) })
	}
	if len(b.naming.reserved) > 0 {
		add("naming: reserved: "+list(b.naming.reserved), func(m *Book) { m.naming.reserved = nil })
	}
	return all
}
