package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/unistra/melusine/internal/desk"
)

// review is the outcome of what is allowed at once and looked at afterwards.
const review = "review"

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	outcomes = map[string]desk.Outcome{"allow": desk.Allowed, "ask": desk.Pending, "deny": desk.Denied, review: desk.Allowed}
)

func (b *Book) addHeader(w written, f *faults) {
	for _, name := range sortedKeys(w.Groups) {
		if !idForm.MatchString(name) || name == correspondents || name == manager {
			f.add("groups: %q is no name for a group; use small letters, digits and -, but not %q or %q", name, correspondents, manager)
		}
		if strings.TrimSpace(w.Groups[name]) != w.Groups[name] || w.Groups[name] == "" {
			f.add("groups: %s: write the name that the group has in the directory", name)
		}
		if other, declared := b.groups[name]; declared && other != w.Groups[name] {
			f.add("groups: %s is %q in another file", name, other)
		}
		b.groups[name] = w.Groups[name]
	}
	b.naming.add(w.Naming.Forms, w.Naming.Reserved, f)
	for _, text := range w.Protected {
		address, err := desk.ParseAddress(text)
		if err != nil {
			f.add("protected: %q is not a mail address", text)
		}
		b.protected = append(b.protected, address)
	}
}

// addRule checks one rule against those before it and adds it to the book.
func (b *Book) addRule(e entry, f *faults) {
	w, line, err := e.read()
	f.in(w.ID, line, w.lines)
	if err != nil {
		f.addError(err)
		return
	}
	r := &rule{Rule: Rule{
		ID:           w.ID,
		Text:         desk.Text{FR: oneLine(w.FR), EN: oneLine(w.EN)},
		When:         oneLine(w.When),
		Outcome:      outcomes[w.Outcome],
		Confidential: w.Confidential,
		File:         f.file,
		Line:         line,
	}, lines: w.lines}
	f.addError(b.checkID(r.ID))
	f.about("fr")
	f.addError(checkText("fr", r.Text.FR))
	f.about("en")
	f.addError(checkText("en", r.Text.EN))
	if f.about("outcome"); r.Outcome == "" {
		f.add("outcome %q: write allow, ask, review or deny%s", w.Outcome, meant(w.Outcome, sortedKeys(outcomes)))
	}
	f.about("verbs")
	r.Verbs = verbsOf(w.Verbs, f)
	f.about("outcome")
	b.setPanels(r, w, f)
	f.about("when")
	b.compile(r, f)
	f.about("")
	b.addReached(r, f)
}

// addReached adds the rule if it can ever be reached.
func (b *Book) addReached(r *rule, f *faults) {
	var over []string
	for _, v := range r.Verbs {
		i := slices.IndexFunc(b.verbs[v].rules, func(e *rule) bool {
			return e.condition != nil && r.condition != nil && implies(r.condition, e.condition)
		})
		if i < 0 {
			over = nil
			break
		}
		over = append(over, b.verbs[v].rules[i].ID)
	}
	if len(over) > 0 {
		slices.Sort(over)
		f.add("can never be reached: wherever it holds, an earlier rule (%s) has settled the verb; move it up or remove it", list(slices.Compact(over)))
	}
	b.checkHeads(r, f)
	b.rules = append(b.rules, r)
	for _, v := range r.Verbs {
		b.verbs[v].add(r)
	}
}

// checkHeads refuses a rule that gives something where an earlier one may have
// nobody to ask: that one denies then, and would not if less were known of who
// asks, who would get this one instead.
func (b *Book) checkHeads(r *rule, f *faults) {
	if r.Outcome == desk.Denied || r.condition == nil {
		return
	}
	for _, e := range b.rules {
		if e.lonely() && e.condition != nil && len(shared(e, r)) > 0 && !apart(e.condition, r.condition) {
			f.add("rule %s may have nobody to ask, where the directory knows no head of service: it denies then, and this one would not; "+
				"name somebody beside manager there, such as [manager, admins], or put this rule before it", e.ID)
			return
		}
	}
}

func (b *Book) checkID(id string) error {
	if !idForm.MatchString(id) || id == onFacts || id == onProtected {
		return fmt.Errorf("id %q: use small letters, digits and -, but not %q or %q", id, onFacts, onProtected)
	}
	if i := slices.IndexFunc(b.rules, func(r *rule) bool { return r.ID == id }); i >= 0 {
		return fmt.Errorf("id %q is taken by the rule of %s:%d; choose another", id, b.rules[i].File, b.rules[i].Line)
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
			f.add("verb %q does not exist; known: %s, or a family such as alias.*%s", w, list(governed()), meant(w, names(governed())))
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
		return !spec.Changes && !spec.Shows && !spec.OnObject() && spec.Target != desk.MandateForm
	})
}

func names(verbs []desk.Verb) (names []string) {
	for _, v := range verbs {
		names = append(names, string(v))
	}
	return names
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
