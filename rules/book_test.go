package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
)

func mustLoad(tb testing.TB, source string) *Book {
	tb.Helper()
	b, err := Load("book.yaml", []byte(source))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// A book of several files is one book, whatever the order they are given in.
func TestLoadFiles(t *testing.T) {
	rule := func(id string) string {
		return "  - {id: " + id + ", fr: Une., en: One., verbs: [quota.set], when: 'member(\"" + id + "\")', outcome: allow}\n"
	}
	head, first, second := File{Name: "x/00-head.yaml", Text: "groups: {one: dn-one}\nprotected: [a@b.fr]\n"}, File{Name: "10.yaml", Text: "rules:\n" + rule("one")},
		File{Name: "y/20.yaml", Text: "groups: {two: dn-two, one: dn-one}\nrules:\n" + rule("two")}
	b, err := LoadFiles(second, head, first)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range b.Rules() {
		ids = append(ids, r.ID+" of "+r.File)
	}
	if diff := cmp.Diff([]string{"one of 10.yaml", "two of y/20.yaml"}, ids); diff != "" || !slices.Equal(b.Groups(), []string{"dn-one", "dn-two"}) {
		t.Errorf("%v %s", b.Groups(), diff)
	}
	same, _ := LoadFiles(first, File{Name: "elsewhere/00-head.yaml", Text: head.Text}, second)
	moved, _ := LoadFiles(File{Name: "30.yaml", Text: first.Text}, head, second)
	if b.Digest() != same.Digest() || b.Digest() == moved.Digest() {
		t.Error("the digest is not that of the files in order")
	}
	for name, c := range map[string]struct {
		files []File
		want  string
	}{
		"id of another file":    {[]File{head, first, {Name: "z.yaml", Text: "rules:\n" + rule("one")}}, `z.yaml:2: rule one: id "one" is taken by the rule of 10.yaml:2`},
		"two of a name":         {[]File{head, first, {Name: "y/10.yaml", Text: "rules:\n" + rule("two")}}, "10.yaml: another file of the book has that name"},
		"groups differ":         {[]File{head, first, {Name: "z.yaml", Text: "groups: {one: dn-other}\n"}}, `z.yaml: groups: one is "dn-one" in another file`},
		"faults of two files":   {[]File{{Name: "a.yaml", Text: "rules: 1\n"}, {Name: "b.yaml", Text: "rule: 1\n"}}, "a.yaml:1: "},
		"and of the second":     {[]File{{Name: "a.yaml", Text: "rules: 1\n"}, {Name: "b.yaml", Text: "rule: 1\n"}}, "b.yaml:1: unknown field \"rule\"; did you mean rules?"},
		"no file":               {nil, "the book has 0 rules"},
		"no rules in any":       {[]File{head}, "the book has 0 rules"},
		"too many files":        {slices.Repeat([]File{head}, 33), "33 files"},
		"too many bytes in all": {[]File{{Name: "a.yaml", Text: strings.Repeat("# x\n", 40_000)}, {Name: "b.yaml", Text: strings.Repeat("# x\n", 40_000)}}, "320000 bytes"},
	} {
		if _, err := LoadFiles(c.files...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %q, have %v", name, c.want, err)
		}
	}
}

// ruled is a book of rules on quotas, each "outcome: condition".
func ruled(t *testing.T, rules ...string) *Book {
	t.Helper()
	var b strings.Builder
	b.WriteString("groups: {admins: dn-admins, rssi: dn-rssi}\nnaming: {forms: ['[a-z]+[.][a-z]+'], reserved: [post.master]}\nrules:\n")
	for i, r := range rules {
		outcome, condition, _ := strings.Cut(r, ": ")
		outcome = strings.Replace(outcome, "ask", "ask, approvers: [admins]", 1)
		b.WriteString("  - {id: r" + string(rune('a'+i)) + ", fr: Une., en: One., verbs: [quota.set, alias.add], when: '" + condition + "', outcome: " + outcome + "}\n")
	}
	return mustLoad(t, b.String())
}

func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		rules []string
		want  string
	}{
		"a denial too late":         {[]string{`allow: member("admins")`, `deny: not (actor.affiliation in ["employee"])`}, "rb: overlaps with ra"},
		"a denial first":            {[]string{`deny: not (actor.affiliation in ["employee"])`, `allow: member("admins")`}, ""},
		"a denial of the rest":      {[]string{`allow: member("admins")`, `deny: true`}, ""},
		"a denial of others":        {[]string{`allow: domain == "a.fr"`, `deny: domain == "b.fr" and not manages(domain)`}, ""},
		"a denial of their own":     {[]string{`allow: owns()`, `deny: domain in ["b.fr"] and not owns()`}, ""},
		"a permission after asking": {[]string{`ask: owns()`, `allow: quotaWithin("1G")`}, "rb: overlaps with ra"},
		"an exception, then asking": {[]string{`allow: quotaWithin("1G")`, `ask: owns()`}, ""},
		"of one and of another":     {[]string{`ask: owns()`, `allow: ownedByOther()`}, ""},
	} {
		said := ""
		for _, w := range ruled(t, c.rules...).Warnings() {
			said += w.Error()
		}
		if c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: %q", name, said)
		}
	}
	if w := defaultBook(t).Warnings(); len(w) > 0 {
		t.Errorf("of the default book: %v", w)
	}
}

// What is said to imply, or to exclude, does so in any world.
func TestImpliesIsNeverWrong(t *testing.T) {
	conditions := []string{`owns()`, `ownedByOther()`, `member("admins")`, `owns() and member("admins")`, `owns() or member("admins")`, `true`, `false`,
		`quotaWithin("1G")`, `quotaWithin("10G")`, `size <= 1073741824`, `size <= 5`, `domain == "a.fr"`, `domain in ["a.fr", "b.fr"]`, `domain in ["c.fr"]`,
		`not (domain == "a.fr")`, `not (domain in ["a.fr", "b.fr"])`, `size > 5`, `size > 1073741824`, `domain == "a.fr" and owns()`, `alias == "a.fr"`}
	b := ruled(t, "allow: true")
	var all []*clause
	for _, text := range conditions {
		r, f := &rule{Rule: Rule{When: text, Outcome: desk.Allowed}}, &faults{}
		if b.compile(r, f); r.condition == nil {
			t.Fatal(f.all)
		}
		all = append(all, r.condition)
	}
	implied, excluded := 0, 0
	for _, x := range all {
		for _, y := range all {
			for _, f := range quotaWorlds() {
				var w world
				w.look(b, f)
				if implies(x, y) && x.test(&w) && !y.test(&w) {
					t.Errorf("%s does not imply %s", x.Text, y.Text)
				}
				if apart(x, y) && x.test(&w) && y.test(&w) {
					t.Errorf("%s and %s both hold", x.Text, y.Text)
				}
			}
			if implies(x, y) {
				implied++
			}
			if apart(x, y) {
				excluded++
			}
		}
	}
	if implied < 50 || excluded < 50 {
		t.Errorf("%d implied, %d excluded", implied, excluded)
	}
}

func quotaWorlds() (worlds []desk.Facts) {
	for _, owner := range []desk.UID{"", "me", "you"} {
		for _, domain := range []string{"a.fr", "b.fr", "c.fr"} {
			for _, size := range []int64{1, 5, 6, 1 << 30, 10 << 30, 20 << 30} {
				for _, groups := range [][]string{nil, {"dn-admins"}} {
					worlds = append(worlds, desk.Facts{Actor: desk.Person{UID: "me", Groups: groups}, Action: desk.Action{Verb: desk.QuotaSet}, Domain: domain, Size: size,
						Target: desk.Account{Address: desk.Address("x@" + domain), Owner: owner}})
				}
			}
		}
	}
	return worlds
}

// A rule that more people must approve than there are is told of.
func TestUnmanned(t *testing.T) {
	b := mustLoad(t, `groups: {admins: dn-admins, rssi: dn-rssi}
rules:
  - {id: two, fr: Une., en: One., verbs: [quota.set], when: owns(), outcome: ask, panels: [{approvers: [admins], needed: 2}, {approvers: ["group:rssi", admins]}]}
  - {id: open, fr: Une., en: One., verbs: [alias.add], when: owns(), outcome: ask, approvers: ["group:rssi", correspondents]}
`)
	for name, c := range map[string]struct {
		sizes map[string]int
		want  []string
	}{
		"all there": {map[string]int{"dn-admins": 2}, nil},
		"one short": {map[string]int{"dn-admins": 1, "dn-rssi": 5}, []string{"book.yaml:3: rule two: 2 of group:dn-admins must approve, and the directory has 1"}},
		"empty": {nil, []string{"book.yaml:3: rule two: 2 of group:dn-admins must approve, and the directory has 0",
			"book.yaml:3: rule two: 1 of group:dn-rssi, group:dn-admins must approve, and the directory has 0"}},
	} {
		var said []string
		for _, w := range b.Unmanned(func(group string) int { return c.sizes[group] }) {
			said = append(said, w.Error())
		}
		if diff := cmp.Diff(c.want, said); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestInCharter(t *testing.T) {
	b := ruled(t, "allow: inCharter()")
	for alias, want := range map[string]bool{"jeanne.dupont@a.fr": true, "jeanne@a.fr": false, "post.master@a.fr": false, "a.b.c@a.fr": false, "x@a.fr": false} {
		f := desk.Facts{Actor: desk.Person{UID: "me"}, Action: desk.Action{Verb: desk.AliasAdd, Args: "alias=" + alias}, Domain: "a.fr", Target: desk.Account{Address: "m@a.fr"}}
		if d := b.Decide(f); (d.Outcome == desk.Allowed) != want {
			t.Errorf("%s: %s", alias, d.Outcome)
		}
	}
}

// The head of service of the owner approves, or else that of who asks; never
// who asks, and nobody makes it denied.
func TestManagerApproves(t *testing.T) {
	b := mustLoad(t, "rules:\n  - {id: boss, fr: Une., en: One., verbs: [quota.set], when: 'true', outcome: ask, approvers: [manager], deadline: 3, expiry: 10}\n")
	for name, c := range map[string]struct{ owner, asker, want string }{
		"of the owner":         {"boss", "other", "person:boss"},
		"else of the asker":    {"", "other", "person:other"},
		"never the asker":      {"me", "other", "person:other"},
		"never the asker, two": {"me", "me", ""},
		"nobody":               {"", "", ""},
	} {
		d := b.Decide(desk.Facts{Actor: desk.Person{UID: "me", Manager: desk.UID(c.asker)}, Owner: desk.Person{UID: "you", Manager: desk.UID(c.owner)},
			Action: desk.Action{Verb: desk.QuotaSet}, Domain: "a.fr", Size: 1, Target: desk.Account{Address: "m@a.fr", Owner: "you"}})
		got := strings.Join(d.Approvers(), " ")
		if got != c.want || (d.Outcome == desk.Denied) != (c.want == "") || c.want != "" && (d.Deadline != 3 || d.Expiry != 10) || c.want == "" && d.Because != headlessText {
			t.Errorf("%s: %s by %q, %+v", name, d.Outcome, got, d)
		}
	}
}

// A new mailbox that names no size has that of its class, which the rules do not
// know: a limit lets through only what names one within it.
func TestALimitOnTheSizeOfWhatIsCreated(t *testing.T) {
	for condition, want := range map[string]map[int64]desk.Outcome{
		"quotaWithin(\"5G\")":              {0: desk.Denied, 5 << 30: desk.Allowed, 6 << 30: desk.Denied},
		"size <= 5368709120":               {0: desk.Denied, 5 << 30: desk.Allowed, 6 << 30: desk.Denied},
		"not (size > 5368709120) and true": {0: desk.Denied, 5 << 30: desk.Allowed, 6 << 30: desk.Denied},
		"true":                             {0: desk.Allowed, 6 << 30: desk.Allowed},
	} {
		book := mustLoad(t, "rules:\n  - {id: a, fr: A., en: A., verbs: [account.create], when: '"+condition+"', outcome: allow}\n")
		for size, outcome := range want {
			f := desk.Facts{Actor: desk.Person{UID: "me"}, Action: desk.Action{Verb: desk.AccountCreate, Args: "cos=s"}, Domain: "a.fr", Size: size, Target: desk.Account{Address: "m@a.fr"}}
			if got := book.Decide(f); got.Outcome != outcome {
				t.Errorf("%s, %d: %s, %v", condition, size, got.Outcome, got.Why)
			}
		}
	}
}
