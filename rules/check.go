package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/unistra/melusine/internal/desk"
)

// Who may approve, besides "group:NAME".
const (
	admins         = "admins"
	correspondents = "correspondents"
)

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	outcomes = map[string]desk.Outcome{"allow": desk.Allowed, "ask": desk.Pending, "deny": desk.Denied}
)

func (b *Book) addHeader(s source, f *faults) {
	for _, name := range sortedKeys(s.Groups) {
		if !idForm.MatchString(name) || name == correspondents {
			f.add("groups: %q is no name for a group; use small letters, digits and -, but not %q", name, correspondents)
		}
		if strings.TrimSpace(s.Groups[name]) != s.Groups[name] || s.Groups[name] == "" {
			f.add("groups: %s: write the name that the group has in the directory", name)
		}
	}
	for _, text := range s.Protected {
		address, err := desk.ParseAddress(text)
		if err != nil {
			f.add("protected: %q is not a mail address", text)
		}
		b.protected = append(b.protected, address)
	}
}

// addRule checks one rule against those before it and adds it to the book.
func (b *Book) addRule(e entry, f *faults) {
	written, line, err := e.read()
	f.rule, f.line = written.ID, line
	if err != nil {
		f.addError(err)
		return
	}
	r := &rule{Rule: Rule{
		ID:      written.ID,
		Text:    desk.Text{FR: oneLine(written.FR), EN: oneLine(written.EN)},
		When:    oneLine(written.When),
		Outcome: outcomes[written.Outcome],
		Line:    line,
	}}
	f.addError(b.checkID(r.ID))
	f.addError(checkText("fr", r.Text.FR))
	f.addError(checkText("en", r.Text.EN))
	if r.Outcome == "" {
		f.add("outcome %q: write allow, ask or deny", written.Outcome)
	}
	r.Verbs = verbsOf(written.Verbs, f)
	b.setApprovers(r, written, f)
	b.compile(r, f)
	if b.hidden(r) {
		f.add("can never be reached: earlier rules settle all its verbs; move it up or remove it")
	}
	b.rules = append(b.rules, r)
	for _, v := range r.Verbs {
		b.byVerb[v] = append(b.byVerb[v], r)
	}
}

func (b *Book) checkID(id string) error {
	if !idForm.MatchString(id) || id == onFacts || id == onProtected {
		return fmt.Errorf("id %q: use small letters, digits and -, but not %q or %q", id, onFacts, onProtected)
	}
	if i := slices.IndexFunc(b.rules, func(r *rule) bool { return r.ID == id }); i >= 0 {
		return fmt.Errorf("id %q is taken by the rule of line %d; choose another", id, b.rules[i].Line)
	}
	return nil
}

func checkText(lang, text string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	switch {
	case text == "":
		return fmt.Errorf("%s is missing: say in one sentence what the rule does", lang)
	case len(text) > 500:
		return fmt.Errorf("%s is too long: 500 bytes at most", lang)
	case strings.ContainsFunc(text, odd):
		return fmt.Errorf("%s holds characters that cannot be seen; type it again", lang)
	}
	return nil
}

// verbsOf spells out the families. A verb counts if rules are asked about it.
func verbsOf(written []string, f *faults) []desk.Verb {
	named := map[desk.Verb]bool{}
	for _, w := range written {
		family, isFamily := strings.CutSuffix(w, "*")
		isFamily = isFamily && strings.HasSuffix(family, ".")
		found := false
		for _, v := range governed() {
			if string(v) == w || isFamily && strings.HasPrefix(string(v), family) {
				named[v], found = true, true
			}
		}
		if _, exists := desk.SpecOf(desk.Verb(w)); exists && !found {
			f.add("verb %q changes nothing and shows no account: no rule is ever asked about it; remove it", w)
		} else if !found {
			f.add("verb %q does not exist; known: %s, or a family such as alias.*", w, list(governed()))
		}
	}
	if len(written) == 0 {
		f.add("verbs is missing: name at least one of %s", list(governed()))
	}
	return slices.DeleteFunc(governed(), func(v desk.Verb) bool { return !named[v] })
}

// governed lists the verbs that rules are asked about.
func governed() []desk.Verb {
	return slices.DeleteFunc(desk.Verbs(), func(v desk.Verb) bool {
		spec, _ := desk.SpecOf(v)
		return !spec.Changes && spec.Target != desk.AccountForm
	})
}

func (b *Book) setApprovers(r *rule, w form, f *faults) {
	for _, v := range r.Verbs {
		if spec, _ := desk.SpecOf(v); spec.Two && r.Outcome == desk.Allowed {
			f.add("verb %q is never for one person alone; write ask, with approvers", v)
		}
	}
	if r.Outcome != desk.Pending {
		if len(w.Approvers) > 0 || w.Needed != nil {
			f.add("approvers and needed go with outcome ask only; remove them")
		}
		return
	}
	for _, v := range r.Verbs {
		if spec, _ := desk.SpecOf(v); !spec.Changes {
			f.add("verb %q changes nothing and cannot wait for approval; write allow or deny", v)
		}
	}
	if len(w.Approvers) == 0 {
		f.add("approvers is missing: say who approves, such as [correspondents, admins]")
	}
	r.Approvers, r.Needed = w.Approvers, 1
	for _, name := range w.Approvers {
		approver, err := b.approver(name)
		f.addError(err)
		r.approvers = append(r.approvers, approver)
	}
	if w.Needed != nil {
		r.Needed = *w.Needed
	}
	if r.Needed < 1 {
		f.add("needed is %d; at least 1 person must approve", r.Needed)
	}
}

func (b *Book) approver(name string) (string, error) {
	if name == correspondents {
		return correspondents, nil
	}
	group, isGroup := strings.CutPrefix(name, "group:")
	if !isGroup && name != admins {
		return "", fmt.Errorf("approver %q: write admins, correspondents or group:NAME", name)
	}
	if b.groups[group] == "" {
		return "", unknownGroup(group)
	}
	return "group:" + b.groups[group], nil
}

func unknownGroup(name string) error {
	return fmt.Errorf("group %q is not declared; add it under groups: with its name in the directory", name)
}

// hidden says that for each verb of r an earlier rule always holds, or holds
// whenever r does because it says the same.
func (b *Book) hidden(r *rule) bool {
	for _, v := range r.Verbs {
		if !slices.ContainsFunc(b.byVerb[v], func(e *rule) bool {
			return e.canonical != "" && (e.canonical == "true" || e.canonical == r.canonical)
		}) {
			return false
		}
	}
	return len(r.Verbs) > 0
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
