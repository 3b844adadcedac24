package rules

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// A cell of the table of testdata/matrix.txt.
type cell struct{ action, role, scope, want string }

// matrix reads the table.
func matrix(t *testing.T) (cells []cell) {
	t.Helper()
	text, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	var scopes []string
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(line, "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		switch {
		case len(fields) < 3 || strings.HasPrefix(line, "#"):
		case fields[0] == "action":
			scopes = fields[2:]
		case len(fields) == 3:
			cells = append(cells, cell{fields[0], fields[1], "house", fields[2]})
		default:
			for i, want := range fields[2:] {
				cells = append(cells, cell{fields[0], fields[1], scopes[i], want})
			}
		}
	}
	return cells
}

// The people of the table: each role with a mailbox of their own, and others.
var (
	roleOf = map[string]desk.Person{
		"user":          {UID: "user", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.fr"},
		"correspondent": {UID: "corr", Affiliation: "employee", Unit: "PHY", UnitDomain: "physique.fr", Delegations: []desk.Delegation{{Grant: desk.Grant{To: "corr", Domains: []string{"physique.fr"}}}}},
		"admin":         {UID: "admin", Affiliation: "employee", Unit: "DN", UnitDomain: "unistra.fr", Groups: []string{"melusine-admins"}},
		"head":          {UID: "head", Affiliation: "faculty", Unit: "PHY", UnitDomain: "physique.fr"},
		"unknown":       {UID: "unknown"},
	}
	colleague = desk.Person{UID: "other", Affiliation: "faculty", Unit: "PHY", UnitDomain: "physique.fr", Manager: "head"}
	stranger  = desk.Person{UID: "far", Affiliation: "student", Unit: "LET", UnitDomain: "lettres.fr", Manager: "head"}
)

// facts are those of a cell; false if it asks about nothing.
func (c cell) facts(t *testing.T, actor desk.Person, status string, via desk.Door) (desk.Facts, bool) {
	t.Helper()
	if strings.HasPrefix(c.action, "delegation.") {
		if c.want == "." {
			return desk.Facts{}, false
		}
		return c.rights(t, actor, via), true
	}
	f := desk.Facts{Actor: actor, Via: via}
	home, touched := "physique.fr", "physique.fr"
	switch c.scope {
	case "own", "own+":
		if f.Owner = actor; actor.UID == "admin" {
			home, touched = "unistra.fr", "unistra.fr"
		}
	case "domain", "domain+":
		f.Owner = colleague
	case "unit":
		home, f.Owner = "unistra.fr", colleague
	case "far":
		home, touched, f.Owner = "lettres.fr", "lettres.fr", stranger
	case "far service":
		home, touched = "lettres.fr", "lettres.fr"
	}
	if strings.HasSuffix(c.scope, "+") {
		touched = "lettres.fr"
	}
	verb, args, _ := strings.Cut(c.action, " ")
	target := " box@" + home
	if c.scope == "house" {
		target = ""
	} else {
		f.Target = desk.Account{Address: desk.Address("box@" + home), Owner: f.Owner.UID, Status: status, Quota: 1 << 30}
		f.Domain = home
	}
	if spec, _ := desk.SpecOf(desk.Verb(verb)); spec.Target == desk.DomainForm {
		target = " " + home
	}
	args = strings.NewReplacer("TOUCHED", touched, "HOME", home, "BOOK", strings.Repeat("0", 64)).Replace(args)
	var err error
	if f.Action, err = desk.ParseAction(strings.TrimSpace(verb + target + " " + args)); err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	if alias := desk.Address(f.Action.Arg("alias")); alias != "" {
		f.Domain = alias.Domain()
	}
	if size, err := desk.ParseSize(f.Action.Arg("size")); err == nil {
		f.Size = int64(size)
	}
	return f, c.want != "."
}

// rights are what the rules see of an action on a delegation.
func (c cell) rights(t *testing.T, actor desk.Person, via desk.Door) desk.Facts {
	t.Helper()
	right := desk.Delegation{ID: "M-1", Grant: desk.Grant{To: colleague.UID}}
	switch c.scope {
	case "theirs":
		right.To, right.Domains = actor.UID, []string{"lettres.fr"}
	case "domain":
		right.Domains = []string{"physique.fr"}
	case "unit":
		right.Units = []string{"PHY"}
	case "far", "deputy":
		right.To, right.Domains = stranger.UID, []string{"lettres.fr"}
	}
	f := desk.Facts{Actor: actor, Via: via}
	var err error
	text := strings.NewReplacer("OTHER", string(right.To), "TOUCHED", strings.Join(right.Domains, ","), "ME", string(actor.UID)).Replace(c.action)
	if f.Action, err = desk.ParseAction(text); err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	if f.Action.Verb == desk.DelegationGrant {
		right.ID = ""
	}
	people := map[desk.UID]desk.Person{actor.UID: actor, colleague.UID: colleague, stranger.UID: stranger}
	return f.About(right, func(uid desk.UID) desk.Person { return people[uid] })
}

// answered is a decision as the table has it.
func answered(d desk.Decision, domain string) string {
	admin, both := []string{"group:melusine-admins"}, []string{"domain:" + domain, "group:melusine-admins"}
	switch {
	case d.Reviewed() && slices.Equal(d.Approvers(), admin):
		return "R"
	case d.Outcome == desk.Allowed:
		return "yes"
	case d.Outcome == desk.Pending && d.Needed() == 1 && slices.Equal(d.Approvers(), admin):
		return "A"
	case d.Outcome == desk.Pending && d.Needed() == 2 && slices.Equal(d.Approvers(), admin):
		return "AA"
	case d.Outcome == desk.Pending && d.Needed() == 1 && slices.Equal(d.Approvers(), both):
		return "C"
	case d.Outcome == desk.Pending:
		return "another approval"
	}
	return "no"
}

// TestMatrix asks the default book about role × verb × scope × status × door, as
// the table has it: nothing is given that should not be, nor refused.
func TestMatrix(t *testing.T) {
	book, named := defaultBook(t), map[desk.Verb]bool{}
	statuses := []string{"", desk.Active, desk.Locked, desk.Lockout, desk.Closed, "maintenance", "pending"}
	doors := []desk.Door{"", desk.Chat, desk.Portal, desk.Shell}
	asked, allows, denies := 0, 0, 0
	ask := func(c cell, actor desk.Person, want string) {
		for _, status := range statuses {
			for _, door := range doors {
				f, about := c.facts(t, actor, status, door)
				if !about {
					return
				}
				named[f.Action.Verb] = true
				asked++
				got := answered(book.Decide(f), f.Domain)
				if got == want {
					continue
				}
				if allows++; got == "no" {
					allows, denies = allows-1, denies+1
				}
				t.Errorf("%s by %s on %s, %q by %q: %s, the table says %s", f.Action, actor.UID, c.scope, status, door, got, want)
			}
		}
	}
	for _, c := range matrix(t) {
		actor, known := roleOf[c.role]
		if !known || !slices.Contains([]string{"yes", "no", "A", "AA", "C", "R", "."}, c.want) {
			t.Fatalf("%+v is no cell", c)
		}
		ask(c, actor, c.want)
		if c.role == "user" && !strings.HasPrefix(c.scope, "own") && c.scope != "theirs" && c.scope != "deputy" { // who has no role, and who heads the owner
			ask(c, roleOf["head"], c.want)
			ask(c, roleOf["unknown"], c.want)
			ask(c, desk.Person{}, "no")
		}
	}
	for _, v := range governed() {
		if !named[v] {
			t.Errorf("the table says nothing of %s", v)
		}
	}
	t.Logf("%d questions: %d unexpected allow, %d unexpected deny", asked, allows, denies)
	if asked < 10_000 {
		t.Error("the table is nearly empty")
	}
}
