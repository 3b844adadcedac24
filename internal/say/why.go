package say

import (
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Why says what the rules answer, who can approve it now and what would be
// answered otherwise, one sentence each.
func Why(lang string, w desk.Why, name func(desk.UID) string, quote ...Quote) []string {
	said := []string{Verdict(lang, w.Decision, quote...)}
	if w.Since {
		said = append(said, T(lang, "why.since"))
	}
	switch {
	case len(w.Approve) > 0:
		said = append(said, T(lang, "why.approve", "who", people(lang, w.Approve, name, quote)))
	case w.Decision.Outcome == desk.Pending:
		said = append(said, T(lang, "why.approve.nobody"))
	}
	for _, c := range w.Closest {
		said = append(said, Change(lang, w.Action, c, quote...))
	}
	if len(w.Contacts) > 0 {
		said = append(said, T(lang, "why.contacts", "who", people(lang, w.Contacts, name, quote)))
	}
	return said
}

// Verdict is what the rules answer and the sentence of the rule that says so.
func Verdict(lang string, d desk.Decision, quote ...Quote) string {
	pairs := []string{"approvers", Panels(lang, d.Panels, quote...), "because", because(lang, d)}
	switch d.Outcome {
	case desk.Allowed, desk.Pending:
		return T(lang, "why."+string(d.Outcome), pairs...)
	}
	for _, f := range d.Why {
		if what, unknown := strings.CutSuffix(strings.TrimPrefix(f.Result, "error: "), " is not known"); unknown && f.Rule == "facts" {
			return T(lang, "why.unknown", append(pairs, "what", attribute(lang, what))...)
		}
	}
	return T(lang, "why.denied", pairs...)
}

// Change says what else would be answered otherwise: "Avec « quota de bob@u.fr :
// 10 Go » : accepté tout de suite."
func Change(lang string, asked desk.Action, c desk.Change, quote ...Quote) string {
	var ifs []string
	if c.Action != asked {
		ifs = append(ifs, T(lang, "change.ask", "summary", Summary(lang, c.Action, quote...)))
	}
	for _, n := range c.Needs {
		ifs = append(ifs, T(lang, "change."+n.What, "name", quoted(quote, n.Name)))
	}
	return T(lang, "change."+string(c.Decision.Outcome), "ifs", strings.Join(ifs, T(lang, "change.and")),
		"approvers", Panels(lang, c.Decision.Panels, quote...))
}

// A Point is one clause of a reason, further in than the one it is part of.
type Point struct {
	Depth  int
	Answer desk.Answer
	Text   string
}

// Reason says what a rule gives, then each clause of its condition with the
// value that was seen.
func Reason(lang string, r desk.Reason, quote ...Quote) []Point {
	return clauses(lang, []Point{{0, r.Answer, sentence(r.Text.In(lang))}}, r.Clause, 1, quote)
}

func clauses(lang string, said []Point, c desk.Clause, depth int, quote []Quote) []Point {
	said = append(said, Point{depth, c.Answer, Clause(lang, c, quote...)})
	for _, p := range c.Parts {
		said = clauses(lang, said, p, depth+1, quote)
	}
	return said
}

// Clause says a clause and what was seen: "le quota demandé ne dépasse pas 10 Go (12 Go)".
func Clause(lang string, c desk.Clause, quote ...Quote) string {
	key := "clause." + c.Word
	if !known(key) {
		return quoted(quote, c.Text)
	}
	pairs := []string{"wants", wanted(lang, c, quote)}
	for i, name := range c.Looks {
		pairs = append(pairs, []string{"what", "other"}[min(i, 1)], attribute(lang, name))
	}
	return T(lang, key, pairs...) + seen(lang, c, quote)
}

// seen is what was seen, in brackets: nothing where there was nothing to look at.
func seen(lang string, c desk.Clause, quote []Quote) string {
	if c.Answer == desk.Withheld && len(c.Parts) == 0 {
		return T(lang, "seen.withheld")
	}
	var values []string
	for i, v := range c.Seen {
		switch {
		case v != "":
			values = append(values, valued(lang, c.Looks[i], v, quote))
		case c.Word != "inCharter": // an action has one address or another
			values = append(values, T(lang, "seen.missing"))
		}
	}
	if len(values) == 0 {
		return ""
	}
	return " (" + strings.Join(values, ", ") + ")"
}

// wanted is what a clause compares with.
func wanted(lang string, c desk.Clause, quote []Quote) string {
	said := make([]string, len(c.Wants))
	for i, v := range c.Wants {
		name := "size"
		if len(c.Looks) > 0 {
			name = c.Looks[0]
		}
		said[i] = valued(lang, name, v, quote)
	}
	if len(said) == 0 && len(c.Seen) > 0 && c.Seen[0] != "" { // manages(domain): the domain is what was seen
		return quoted(quote, c.Seen[0])
	}
	return strings.Join(said, ", ")
}

// valued says sizes in their unit, and other words as they are.
func valued(lang, attribute, v string, quote []Quote) string {
	if attribute == "breach" && known("breach."+v) {
		return T(lang, "breach."+v)
	}
	if attribute != "size" && attribute != "target.quota" {
		return quoted(quote, v)
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return Size(lang, n)
	}
	return canonicalSize(lang, v, quote)
}

// attribute names what a condition looks at.
func attribute(lang, name string) string {
	if key := "attribute." + name; known(key) {
		return T(lang, key)
	}
	return name
}

// people names some of them, and counts the rest.
func people(lang string, all []desk.Person, name func(desk.UID) string, quote []Quote) string {
	const most = 8
	var who []string
	for _, p := range all[:min(most, len(all))] {
		who = append(who, called(lang, name, p.UID, quote))
	}
	said := strings.Join(who, ", ")
	if more := len(all) - most; more > 0 {
		said += T(lang, "why.more", "n", strconv.Itoa(more))
	}
	return said
}
