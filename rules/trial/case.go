package trial

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

// A Case is one question and the answer that is wanted.
type Case struct {
	File  string
	Line  int
	Name  string
	Facts desk.Facts
	Want  Answer
}

// An Answer is what a case says of a decision. What it leaves out may be anything.
type Answer struct {
	Outcome desk.Outcome
	By      string // id of a rule, noRule, or "" for any
	From    []desk.Panel
	Within  *[2]int // working days: deadline, expiry
	Private string  // "yes" or "no": confidential
	Says    string
}

// The sections that are no cases.
const (
	people   = "people"
	accounts = "accounts"
	rights   = "delegations"
)

// noRule stands for the absence of a rule.
const noRule = "no rule"

var (
	outcomes = map[string]desk.Outcome{"allow": desk.Allowed, "ask": desk.Pending, "deny": desk.Denied, "review": reviewed}
	doors    = []desk.Door{desk.Chat, desk.Portal, desk.Shell, desk.API, desk.Sync, desk.Clock}
	keys     = []string{"who", "asks", "door", "gets", "from", "within", "confidential", "says"}

	fromForm   = regexp.MustCompile(`^([0-9]{1,2}) of (.+)$`)
	withinForm = regexp.MustCompile(`^([0-9]{1,3}) of ([0-9]{1,3}) days$`)
)

// A Suite is the cases of a book.
type Suite struct{ Cases []Case }

// Load reads cases, each file with a world of its own. The error joins
// everything that is wrong with them, with file and line.
func Load(files ...rules.File) (*Suite, error) {
	s, f := &Suite{}, &faults{}
	for _, file := range files {
		s.add(sections(file, f), f)
	}
	return s, errors.Join(f.all...)
}

// add reads the sections of one file: first its world, wherever
// that stands.
func (s *Suite) add(all []section, f *faults) {
	c, names := cast{map[desk.UID]desk.Person{}, map[desk.Address]desk.Account{}, map[desk.Mandate]desk.Delegation{}}, map[string]bool{}
	for _, world := range []struct {
		name string
		add  func(section, *faults)
	}{{people, c.addPeople}, {accounts, c.addAccounts}, {rights, c.addRights}} { // who holds a delegation is known by then
		for _, section := range all {
			if section.name == world.name {
				world.add(section, f)
			}
		}
	}
	for _, section := range all {
		if slices.Contains([]string{people, accounts, rights}, section.name) {
			continue
		}
		if names[section.name] {
			f.add(section.file, section.line, "another case is called %q", section.name)
		}
		names[section.name] = true
		s.Cases = append(s.Cases, c.read(section, f)...)
	}
}

// read makes cases of a section, one for each thing asked.
func (c cast) read(s section, f *faults) (cases []Case) {
	k := Case{File: s.file, Name: s.name}
	var who desk.UID
	var asks []entry
	door, seen := desk.Chat, map[string]bool{}
	for _, e := range s.entries {
		if seen[e.key] && e.key != "from" && e.key != "asks" {
			f.add(s.file, e.line, "%s is said twice", e.key)
		}
		seen[e.key] = true
		switch e.key {
		case "who":
			who = desk.UID(e.value)
		case "asks":
			asks = append(asks, e)
		case "door":
			if door = desk.Door(e.value); !slices.Contains(doors, door) {
				f.add(s.file, e.line, "door: %q is no door; write %s", e.value, list(doors))
			}
		default:
			if err := k.Want.read(e); err != nil {
				f.add(s.file, e.line, "%s: %w", e.key, err)
			}
		}
	}
	for _, key := range []string{"who", "asks", "gets"} {
		if !seen[key] {
			f.add(s.file, s.line, "case %q lacks a line %q", s.name, key)
		}
	}
	for _, e := range asks {
		action, err := desk.ParseAction(e.value)
		if err == nil {
			k.Facts, err = c.facts(who, door, action)
		}
		if err != nil {
			f.add(s.file, e.line, "asks: %w", err)
		}
		k.Line = e.line
		cases = append(cases, k)
	}
	return cases
}

// read takes in one line of the answer.
func (a *Answer) read(e entry) error {
	switch e.key {
	case "gets":
		outcome, by, _ := strings.Cut(e.value, " by ")
		if a.Outcome, a.By = outcomes[outcome], by; a.Outcome == "" {
			return fmt.Errorf("%q: write allow, ask, review or deny, and by which rule", e.value)
		}
	case "from":
		m := fromForm.FindStringSubmatch(e.value)
		if m == nil {
			return fmt.Errorf("%q: write how many of whom, such as 1 of group:melusine-admins", e.value)
		}
		a.From = append(a.From, desk.Panel{Approvers: strings.Split(strings.ReplaceAll(m[2], " ", ""), ","), Needed: number(m[1])})
	case "within":
		m := withinForm.FindStringSubmatch(e.value)
		if m == nil {
			return fmt.Errorf("%q: write deadline and expiry, such as 3 of 10 days; 0 is the house's", e.value)
		}
		a.Within = &[2]int{number(m[1]), number(m[2])}
	case "confidential":
		if a.Private = e.value; a.Private != "yes" && a.Private != "no" {
			return fmt.Errorf("%q: write yes or no", e.value)
		}
	case "says":
		a.Says = e.value
	default:
		return fmt.Errorf("not known; a case has %s", list(keys))
	}
	return nil
}

// number reads digits that a form has counted.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// accepts says that a decision is what is wanted.
func (a Answer) accepts(d desk.Decision) bool {
	return a.Outcome == outcomeOf(d) && (a.By == "" || a.By == ruleOf(d)) &&
		(a.From == nil || slices.EqualFunc(a.From, d.Panels, samePanel)) &&
		(a.Within == nil || *a.Within == [2]int{d.Deadline, d.Expiry}) &&
		(a.Private == "" || a.Private == yesNo(d.Confidential)) &&
		(a.Says == "" || a.Says == d.Because.FR || a.Says == d.Because.EN)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func samePanel(x, y desk.Panel) bool {
	return x.Needed == y.Needed && slices.Equal(slices.Sorted(slices.Values(x.Approvers)), slices.Sorted(slices.Values(y.Approvers)))
}

// reviewed is what a case calls what is allowed at once and looked at afterwards.
const reviewed desk.Outcome = "review"

func outcomeOf(d desk.Decision) desk.Outcome {
	if d.Reviewed() {
		return reviewed
	}
	if d.Outcome == "" {
		return desk.Denied
	}
	return d.Outcome
}

func ruleOf(d desk.Decision) string {
	if d.Rule == "" {
		return noRule
	}
	return d.Rule
}
