package trial

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Print tells people what the cases have shown: each failure with what led to
// it, what no case sees, and a last line of figures.
func (r Report) Print(out io.Writer) error {
	var b strings.Builder
	for _, f := range r.Failures {
		f.print(&b)
	}
	untested := map[string]bool{}
	for _, rule := range r.Untested {
		untested[rule.ID] = true
		fmt.Fprintf(&b, "%s:%d: rule %s: no case is decided by it\n", rule.File, rule.Line, rule.ID)
	}
	for _, u := range r.Unseen {
		fmt.Fprintf(&b, "%s:%d: rule %s: %s is %q in no case\n", u.Rule.File, u.Rule.Line, u.Rule.ID, u.Clause, u.Never)
	}
	for _, m := range r.Survivors {
		if untested[m.Rule] { // no mistake in it is noticed
			continue
		}
		at := "header"
		if m.Rule != "" {
			at = fmt.Sprintf("%s:%d: rule %s", m.File, m.Line, m.Rule)
		}
		fmt.Fprintf(&b, "%s: this change would go unnoticed\n  - %s\n", at, m.Was)
		if m.Now != "" {
			fmt.Fprintf(&b, "  + %s\n", m.Now)
		}
	}
	b.WriteString(r.figures())
	_, err := io.WriteString(out, b.String())
	return err
}

func (r Report) figures() string {
	text := fmt.Sprintf("%d cases, %d fail; %d of %d rules decide one; %d of %d clauses seen true and false",
		r.Cases, len(r.Failures), r.Rules-len(r.Untested), r.Rules, r.Seen, r.Leaves)
	if len(r.Failures) > 0 {
		return text + "; mistakes are tried once all cases pass\n"
	}
	return text + fmt.Sprintf("; %d of %d mistakes noticed (%d%%)\n", r.Mutants-len(r.Survivors), r.Mutants, r.Noticed())
}

func (f Failure) print(b *strings.Builder) {
	fmt.Fprintf(b, "%s:%d: %s\n", f.File, f.Line, f.Name)
	fmt.Fprintf(b, "  asked   %s: %s\n", f.Facts.Actor.UID, f.Facts.Action)
	lines(b, "  wanted  ", f.Want.lines())
	lines(b, "  got     ", answerOf(f.Got.Decision, f.Want).lines())
	var why []string
	for _, w := range f.Got.Decision.Why {
		why = append(why, w.Result)
	}
	for _, r := range f.Got.Reasons {
		why = append(why, r.Rule+": "+because(r.Clause))
	}
	lines(b, "  why     ", why)
}

// lines prints several lines under one heading.
func lines(b *strings.Builder, heading string, all []string) {
	for _, line := range all {
		b.WriteString(heading + line + "\n")
		heading = strings.Repeat(" ", len(heading))
	}
}

// lines is the answer as a case writes it.
func (a Answer) lines() (all []string) {
	gets := outcomeWord(a.Outcome)
	if a.By != "" {
		gets += " by " + a.By
	}
	all = append(all, gets)
	for _, p := range a.From {
		all = append(all, "from "+panelText(p))
	}
	if a.Within != nil {
		all = append(all, fmt.Sprintf("within %d of %d days", a.Within[0], a.Within[1]))
	}
	if a.Private != "" {
		all = append(all, "confidential "+a.Private)
	}
	if a.Says != "" {
		all = append(all, "says "+a.Says)
	}
	return all
}

// answerOf is a decision, told as far as an answer tells its own.
func answerOf(d desk.Decision, like Answer) Answer {
	a := Answer{Outcome: outcomeOf(d), By: ruleOf(d)}
	if like.From != nil {
		a.From = d.Panels
	}
	if like.Within != nil {
		a.Within = &[2]int{d.Deadline, d.Expiry}
	}
	if like.Private != "" {
		a.Private = yesNo(d.Confidential)
	}
	if a.Says = d.Because.FR; like.Says == d.Because.EN {
		a.Says = d.Because.EN
	}
	if like.Says == "" {
		a.Says = ""
	}
	return a
}

func outcomeWord(o desk.Outcome) string {
	for word, outcome := range outcomes {
		if outcome == o {
			return word
		}
	}
	return string(o)
}

func panelText(p desk.Panel) string { return strconv.Itoa(p.Needed) + " of " + list(p.Approvers) }

// because says by which of its parts a condition holds, or does not.
func because(c desk.Clause) string {
	if len(c.Parts) == 0 {
		return c.Text + seen(c) + " is " + string(c.Answer)
	}
	var parts []string
	for _, p := range c.Parts {
		if p.Answer == c.Answer || c.Word == "not" {
			parts = append(parts, because(p))
		}
	}
	if c.Answer == desk.No && c.Word == "and" || c.Answer == desk.Yes && c.Word == "or" {
		parts = parts[:min(1, len(parts))] // one is enough
	}
	return strings.Join(parts, "; ")
}

// seen are the values that the clause looked at.
func seen(c desk.Clause) string {
	var values []string
	for i, name := range c.Looks {
		if i < len(c.Seen) {
			values = append(values, fmt.Sprintf("%s=%q", name, c.Seen[i]))
		}
	}
	if len(values) == 0 {
		return ""
	}
	return " [" + strings.Join(values, " ") + "]"
}
