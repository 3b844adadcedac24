package trial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/rules"
	"github.com/unistra/melusine/rules/trial"
)

const book = `groups: {admins: dn-admins}
protected: [rssi@a.fr]
rules:
  - id: mine
    fr: Chacun demande jusqu’à 10 Go.
    en: Everybody asks for up to 10 GB.
    verbs: [quota.set]
    when: owns() and quotaWithin("10G")
    outcome: ask
    approvers: [correspondents, admins]
    deadline: 3
    expiry: 9
  - id: admins-act
    fr: Les administrateurs ajoutent et retirent des alias.
    en: Administrators add and remove aliases.
    verbs: [alias.add, alias.remove]
    when: member("admins") and (ownedByOther() or target.status == "locked")
    outcome: allow
`

const world = `-- people --
# and this
ann: affiliation=employee name="Ann A." unit=PHY
bea: groups=dn-admins,others manager=ann manages=a.fr,b.fr unitDomain=a.fr
-- accounts --
ann@a.fr: owner=ann quota=2G cos=staff name="Ann A." aliases=a@a.fr,b@a.fr
desk@a.fr: status=locked
rssi@a.fr: owner=bea
`

func load(t *testing.T, cases string) *trial.Suite {
	t.Helper()
	s, err := trial.Load(rules.File{Name: "cases.txtar", Text: cases + world})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, cases string) string {
	t.Helper()
	b, err := rules.Load("book.yaml", []byte(book))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := load(t, cases).Run(b).Print(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const all = `What comes first is a comment: even this.
-- Ann asks for more --
who: ann
asks: quota.set ann@a.fr size=10G
gets: ask by mine
from: 1 of group:dn-admins, domain:a.fr
within: 3 of 9 days
says: Everybody asks for up to 10 GB.
-- For too much, or for somebody else's --
who: ann
door: portal
asks: quota.set ann@a.fr size=11G
asks: quota.set desk@a.fr size=5G
gets: deny by no rule
-- An administrator acts, and nobody else --
who: bea
asks: alias.add ann@a.fr alias=z@a.fr
asks: alias.remove ann@a.fr alias=a@a.fr
asks: alias.add desk@a.fr alias=z@a.fr
gets: allow by admins-act
-- Not Ann --
who: ann
asks: alias.add desk@a.fr alias=z@a.fr
gets: deny
-- The administrator's own --
who: bea
asks: alias.add bea@b.fr alias=z@b.fr
gets: deny by no rule
-- Protected --
who: bea
asks: alias.add ann@a.fr alias=rssi@a.fr
gets: deny by protected
-- accounts --
bea@b.fr: owner=bea
`

// Cases that see everything notice every mistake.
func TestAll(t *testing.T) {
	const want = "9 cases, 0 fail; 2 of 2 rules decide one; 5 of 5 clauses seen true and false; 26 of 26 mistakes noticed (100%)\n"
	if diff := cmp.Diff(want, run(t, all)); diff != "" {
		t.Error(diff)
	}
}

// What is not seen is told, with the line of the book.
func TestBlind(t *testing.T) {
	got := run(t, `
-- Ann asks for more --
who: ann
asks: quota.set ann@a.fr size=5G
gets: ask
`)
	for _, want := range []string{
		"book.yaml:13: rule admins-act: no case is decided by it\n",
		"book.yaml:4: rule mine: owns() is \"no\" in no case\n",
		"book.yaml:8: rule mine: this change would go unnoticed\n  - when: owns() and quotaWithin(\"10G\")\n  + when: owns()\n",
		"book.yaml:10: rule mine: this change would go unnoticed\n  - approvers: 1 of correspondents, group:dn-admins\n  + approvers: 1 of group:dn-admins\n",
		"book.yaml:11: rule mine: this change would go unnoticed\n  - deadline: 3\n",
		"header: this change would go unnoticed\n  - protected: rssi@a.fr\n",
		"1 cases, 0 fail; 1 of 2 rules decide one; 0 of 5 clauses seen true and false; 4 of 26 mistakes noticed (15%)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q in\n%s", want, got)
		}
	}
	if got := run(t, strings.ReplaceAll(all, "alias.add desk@a.fr", "alias.add ann@a.fr")); !strings.Contains(got, "book.yaml:13: rule admins-act: target.status == \"locked\" is \"yes\" in no case\n") {
		t.Errorf("nobody has seen a locked account:\n%s", got)
	}
	if strings.Contains(got, "admins-act: this change") {
		t.Errorf("of a rule without cases that is enough:\n%s", got)
	}
}

// A failure tells what was asked, wanted and got, and why.
func TestFailures(t *testing.T) {
	got := run(t, strings.NewReplacer("1 of group:dn-admins, domain:a.fr", "2 of domain:a.fr", "3 of 9", "0 of 9", "10 GB.\n", "12 GB.\n",
		"gets: allow by admins-act", "gets: ask by mine").Replace(all))
	const want = `cases.txtar:4: Ann asks for more
  asked   ann: quota.set ann@a.fr size=10G
  wanted  ask by mine
          from 2 of domain:a.fr
          within 0 of 9 days
          says Everybody asks for up to 12 GB.
  got     ask by mine
          from 1 of domain:a.fr, group:dn-admins
          within 3 of 9 days
          says Chacun demande jusqu’à 10 Go.
  why     mine: owns() is yes; quotaWithin("10G") [size="10737418240"] is yes
cases.txtar:17: An administrator acts, and nobody else
  asked   bea: alias.add ann@a.fr alias=z@a.fr
  wanted  ask by mine
  got     allow by admins-act
  why     admins-act: member("admins") is yes; ownedByOther() [target.owner="ann"] is yes
`
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "9 cases, 4 fail; 2 of 2 rules decide one; 5 of 5 clauses seen true and false; mistakes are tried once all cases pass\n") {
		t.Error(cmp.Diff(want, got))
	}
}

// No mistake is tried while a case fails: every one would be noticed.
func TestFailuresFirst(t *testing.T) {
	b, err := rules.Load("book.yaml", []byte(book))
	if err != nil {
		t.Fatal(err)
	}
	if r := load(t, strings.Replace(all, "gets: deny by protected", "gets: allow", 1)).Run(b); len(r.Failures) != 1 || r.Mutants != 0 || r.Noticed() != 0 {
		t.Errorf("%d failures, %d mistakes", len(r.Failures), r.Mutants)
	}
}

// Each thing that an answer says is compared, and nothing else.
func TestAnswers(t *testing.T) {
	const right = "gets: ask by mine\nfrom: 1 of group:dn-admins,domain:a.fr\nwithin: 3 of 9 days\nsays: Everybody asks for up to 10 GB.\n"
	for change, fails := range map[string]bool{
		"":           false,
		" by mine->": false,
		"Everybody asks for up to 10 GB.->Chacun demande jusqu’à 10 Go.": false,
		"ask by->allow by":                             true,
		"by mine->by admins-act":                       true,
		"by mine->by no rule":                          true,
		"1 of->2 of":                                   true,
		",domain:a.fr->":                               true,
		"domain:a.fr->domain:b.fr":                     true,
		"domain:a.fr->domain:a.fr\nfrom: 1 of group:x": true,
		"3 of 9->3 of 8":                               true,
		"3 of 9->0 of 9":                               true,
		"Everybody->Nobody":                            true,
	} {
		old, with, _ := strings.Cut(change, "->")
		got := run(t, "-- x --\nwho: ann\nasks: quota.set ann@a.fr size=10G\n"+strings.Replace(right, old, with, 1))
		if strings.Contains(got, "1 cases, 1 fail") != fails {
			t.Errorf("%q\n%s", change, got)
		}
	}
}

func TestLoadBad(t *testing.T) {
	const good = "-- x --\nwho: ann\nasks: quota.set ann@a.fr size=5G\ngets: deny\n"
	for name, c := range map[string]struct{ cases, want string }{
		"no colon":           {"-- x --\nwho ann\n", `cases.txtar:2: "who ann": write a line as key: value`},
		"unknown key":        {good + "got: x\n", `cases.txtar:5: got: not known; a case has who, asks, door, gets, from, within, confidential, says`},
		"nobody":             {strings.Replace(good, "who: ann", "who: zoe", 1), `cases.txtar:3: asks: nobody under people is called "zoe"; there are ann, bea`},
		"no account":         {strings.Replace(good, "ann@a.fr", "zoe@a.fr", 1), `cases.txtar:3: asks: no account under accounts has the address "zoe@a.fr"`},
		"no owner":           {good + "-- y --\nwho: ann\nasks: account.show z@a.fr\ngets: deny\n-- accounts --\nz@a.fr: owner=zoe\n", `cases.txtar:7: asks: z@a.fr belongs to "zoe", who is not under people`},
		"unknown verb":       {strings.Replace(good, "quota.set", "quota.sett", 1), `cases.txtar:3: asks: verb.unknown value="quota.sett"`},
		"bad size":           {strings.Replace(good, "5G", "5", 1), `cases.txtar:3: asks: size.invalid value="5"`},
		"no asks":            {"-- x --\nwho: ann\ngets: deny\n", `cases.txtar:1: case "x" lacks a line "asks"`},
		"no gets":            {"-- x --\nwho: ann\nasks: help\n", `cases.txtar:1: case "x" lacks a line "gets"`},
		"no who":             {strings.Replace(good, "who: ann\n", "", 1), `cases.txtar:1: case "x" lacks a line "who"`},
		"twice":              {good + "gets: allow\n", "cases.txtar:5: gets is said twice"},
		"same name":          {good + good, `cases.txtar:5: another case is called "x"`},
		"bad door":           {good + "door: window\n", `cases.txtar:5: door: "window" is no door; write chat, portal, shell`},
		"bad outcome":        {strings.Replace(good, "deny", "denied", 1), `cases.txtar:4: gets: "denied": write allow, ask, review or deny`},
		"bad from":           {good + "from: admins\n", `cases.txtar:5: from: "admins": write how many of whom`},
		"bad within":         {good + "within: 3 days\n", `cases.txtar:5: within: "3 days": write deadline and expiry`},
		"person twice":       {"-- people --\nann:\nann:\n", "cases.txtar:3: ann is described twice"},
		"account twice":      {"-- accounts --\nann@a.fr:\nann@a.fr:\n", "cases.txtar:3: ann@a.fr is described twice"},
		"bad address":        {"-- accounts --\nann:\n", `cases.txtar:2: "ann" is not a mail address`},
		"unknown field":      {"-- people --\nzoe: afiliation=x\n", `cases.txtar:2: zoe: "afiliation" is not known; write affiliation, groups, manager, manages, name, unit, unitDomain`},
		"bad pair":           {"-- people --\nzoe: employee\n", `cases.txtar:2: zoe: "employee": write key=value`},
		"open quote":         {"-- people --\nzoe: name=\"Zoe\n", "cases.txtar:2: zoe: a quote is not closed"},
		"bad quota":          {"-- accounts --\nz@a.fr: quota=2\n", "cases.txtar:2: z@a.fr: quota=2: size.invalid"},
		"bad alias":          {"-- accounts --\nz@a.fr: aliases=x\n", "cases.txtar:2: z@a.fr: aliases=x: address.invalid"},
		"all faults at once": {"-- x --\n-- y --\n", `case "y" lacks a line "who"`},
	} {
		_, err := trial.Load(rules.File{Name: "cases.txtar", Text: c.cases + world})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, lacks %q", name, err, c.want)
		}
	}
}

// The cases of the default book, and of each that is shipped, notice every
// mistake that is tried on it.
func TestShipped(t *testing.T) {
	wholly(t, []rules.File{rules.DefaultFile()}, []rules.File{rules.DefaultCases()})
	folders, _ := filepath.Glob("../../deploy/rules/*")
	if len(folders) < 4 {
		t.Fatalf("%d books", len(folders))
	}
	for _, folder := range folders {
		wholly(t, files(t, folder, "*.yaml"), files(t, folder, "*.txtar"))
	}
}

func files(t *testing.T, folder, form string) (all []rules.File) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(folder, form))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rules.File{Name: path, Text: string(text)})
	}
	return all
}

func wholly(t *testing.T, book, cases []rules.File) {
	t.Helper()
	b, err := rules.LoadFiles(book...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := trial.Load(cases...)
	if err != nil {
		t.Fatal(err)
	}
	r := s.Run(b)
	if len(r.Failures)+len(r.Untested)+len(r.Unseen)+len(r.Survivors)+len(b.Warnings()) > 0 || r.Mutants < 5*r.Rules {
		var out strings.Builder
		if err := r.Print(&out); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s is not wholly tested: %v\n%s", book[0].Name, b.Warnings(), &out)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(world + all)
	f.Add("-- people --\na: name=\"\\x00\"\n-- x --\nwho: a\nasks: house.freeze\ngets: allow by \nfrom: 1 of \n")
	b, err := rules.Load("book.yaml", []byte(book))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := trial.Load(rules.File{Name: "f.txtar", Text: text})
		if err != nil {
			return
		}
		if r := s.Run(b); len(r.Failures)+len(r.Survivors) > r.Cases+r.Mutants || r.Rules != 2 {
			t.Errorf("%+v", r)
		}
	})
}

// BenchmarkRun200 tries 200 rules by a thousand cases; the goal is five seconds.
func BenchmarkRun200(b *testing.B) {
	var text, people, accounts, cases strings.Builder
	text.WriteString("rules:\n")
	verbs := []string{"alias.add", "alias.remove", "quota.set", "account.show", "account.hide"}
	for i := range 200 {
		verb := verbs[i%len(verbs)]
		fmt.Fprintf(&text, "  - {id: r%d, fr: A., en: A., verbs: [%s], when: 'manages(domain) and manages(target.domain) and ownedByOther() and domain in [\"d%d.fr\", \"e%d.fr\"]', outcome: allow}\n", i, verb, i, i)
		fmt.Fprintf(&people, "c%d: manages=d%d.fr,e%d.fr\no%d:\n", i, i, i, i)
		fmt.Fprintf(&accounts, "x@d%d.fr: owner=o%d\nx@e%d.fr: owner=o%d\nn@d%d.fr:\n", i, i, i, i, i)
		for n, c := range []string{"c%d x@d%d.fr allow", "c%d x@e%d.fr allow", "o%d x@d%d.fr deny", "c%d n@d%d.fr deny", "o%d n@d%d.fr deny"} {
			who, rest, _ := strings.Cut(fmt.Sprintf(c, i, i), " ")
			at, gets, _ := strings.Cut(rest, " ")
			_, domain, _ := strings.Cut(at, "@")
			args := map[string]string{"alias.add": " alias=y@" + domain, "alias.remove": " alias=y@" + domain, "quota.set": " size=5G"}[verb]
			fmt.Fprintf(&cases, "-- %d %d --\nwho: %s\nasks: %s %s%s\ngets: %s\n", i, n, who, verb, at, args, gets)
		}
	}
	book, err := rules.Load("b.yaml", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	s, err := trial.Load(rules.File{Name: "c.txtar", Text: "-- people --\n" + people.String() + "-- accounts --\n" + accounts.String() + cases.String()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r := s.Run(book); r.Cases != 1000 || len(r.Failures) > 0 || r.Mutants < 1500 {
			b.Fatalf("%d cases, %d fail, %d mistakes", r.Cases, len(r.Failures), r.Mutants)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/5, "of-goal")
}
