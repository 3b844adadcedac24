package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// forget lists every way to know less of a request, by the name of what is
// forgotten. Target.Aliases is not there: it is not an attribute of rules, and
// only ever serves to protect more.
var forget = map[string]func(*desk.Facts){
	"actor":                func(f *desk.Facts) { f.Actor = desk.Person{} },
	"actor.uid":            func(f *desk.Facts) { f.Actor.UID = "" },
	"actor.name":           func(f *desk.Facts) { f.Actor.Name = "" },
	"actor.affiliation":    func(f *desk.Facts) { f.Actor.Affiliation = "" },
	"actor.unit":           func(f *desk.Facts) { f.Actor.Unit = "" },
	"actor.unitDomain":     func(f *desk.Facts) { f.Actor.UnitDomain = "" },
	"actor groups":         func(f *desk.Facts) { f.Actor.Groups = nil },
	"actor delegations":    func(f *desk.Facts) { f.Actor.Delegations = nil },
	"names of delegations": func(f *desk.Facts) { f.Actor.Delegations = blankScopes(f.Actor.Delegations) },
	"a delegation":         func(f *desk.Facts) { f.Actor.Delegations = f.Actor.Delegations[min(1, len(f.Actor.Delegations)):] },
	"holders":              func(f *desk.Facts) { f.Actor.Delegations = nobodys(f.Actor.Delegations) },
	"now":                  func(f *desk.Facts) { f.Now = time.Time{} },
	"holder":               func(f *desk.Facts) { f.Holder = "" },
	"names of groups":      func(f *desk.Facts) { f.Actor.Groups = blanked(f.Actor.Groups) },
	"target":               func(f *desk.Facts) { f.Target = desk.Account{} },
	"target.address":       func(f *desk.Facts) { f.Target.Address = "" },
	"target.status":        func(f *desk.Facts) { f.Target.Status = "" },
	"target.cos":           func(f *desk.Facts) { f.Target.COS = "" },
	"target.quota":         func(f *desk.Facts) { f.Target.Quota = 0 },
	"target.owner":         func(f *desk.Facts) { f.Target.Owner = "" },
	"owner":                func(f *desk.Facts) { f.Owner = desk.Person{} },
	"owner.uid":            func(f *desk.Facts) { f.Owner.UID = "" },
	"owner.name":           func(f *desk.Facts) { f.Owner.Name = "" },
	"owner.affiliation":    func(f *desk.Facts) { f.Owner.Affiliation = "" },
	"owner.unit":           func(f *desk.Facts) { f.Owner.Unit = "" },
	"owner.manager":        func(f *desk.Facts) { f.Owner.Manager = "" },
	"actor.manager":        func(f *desk.Facts) { f.Actor.Manager = "" },
	"owner.unitDomain":     func(f *desk.Facts) { f.Owner.UnitDomain = "" },
	"domain":               func(f *desk.Facts) { f.Domain = "" },
	"size":                 func(f *desk.Facts) { f.Size = 0 },
	"via":                  func(f *desk.Facts) { f.Via = "" },
	"verb":                 func(f *desk.Facts) { f.Action.Verb = "" },
	"args":                 func(f *desk.Facts) { f.Action.Args = "" },
}

func blankScopes(all []desk.Delegation) (blank []desk.Delegation) {
	for _, d := range all {
		d.Domains, d.Units, d.Lists = blanked(d.Domains), blanked(d.Units), []desk.Address{""}
		blank = append(blank, d)
	}
	return blank
}

func nobodys(all []desk.Delegation) (nobody []desk.Delegation) {
	for _, d := range all {
		d.To, d.Deputies = "", []desk.Deputy{{}}
		nobody = append(nobody, d)
	}
	return nobody
}

func blanked(names []string) []string { return make([]string, len(names)) }

// less forgets one or several things.
func less(t *rapid.T, f desk.Facts) desk.Facts {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(sortedKeys(forget)), 1, 4, rapid.ID).Draw(t, "forget")
	for _, name := range names {
		forget[name](&f)
	}
	return f
}

// TestLessNeverGrants: in the default book, knowing less never gives more, not
// even an approval instead of a denial or a permission instead of an approval.
func TestLessNeverGrants(t *testing.T) {
	book := defaultBook(t)
	rapid.Check(t, func(t *rapid.T) {
		for range worldsPerCheck {
			f := anyFacts(t)
			full, poor := book.Decide(f), book.Decide(less(t, f))
			if rank(poor.Outcome) > rank(full.Outcome) {
				t.Fatalf("%s by %q became %s by %q", full.Outcome, full.Rule, poor.Outcome, poor.Rule)
			}
		}
	})
}

// TestLessNeverGrantsInAnyBook: whatever book Load accepts, what is denied
// stays denied when less is known.
func TestLessNeverGrantsInAnyBook(t *testing.T) {
	kept, refused, granted := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var entries []string
		for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
			entry := anyRule(t, i)
			if _, err := Load("one.yaml", bookOf(entry)); err != nil {
				refused++
				continue
			}
			kept++
			entries = append(entries, entry)
		}
		book, err := Load("any.yaml", bookOf(entries...))
		if err != nil {
			return // two of the rules say the same
		}
		for range worldsPerCheck {
			f := anyFacts(t)
			full := book.Decide(f)
			if full.Outcome != desk.Denied {
				granted++
				continue
			}
			if poor := book.Decide(less(t, f)); poor.Outcome != desk.Denied {
				t.Fatalf("denied by %q became %s by %q in\n%s", full.Rule, poor.Outcome, poor.Rule, bookOf(entries...))
			}
		}
	})
	t.Logf("%d rules kept, %d refused, %d grants", kept, refused, granted)
	if kept == 0 || refused == 0 || granted == 0 {
		t.Error("the generator proves nothing")
	}
}

func bookOf(entries ...string) []byte {
	return []byte("groups: {admins: melusine-admins}\nnaming: {forms: ['[a-z]+[.][a-z]+', 'z[0-9]?'], reserved: [z9]}\nrules:\n" + strings.Join(entries, ""))
}

func anyRule(t *rapid.T, i int) string {
	outcome := rapid.SampledFrom([]string{"allow", "deny", "ask, approvers: [admins]", "ask, approvers: [manager]",
		"ask, panels: [{approvers: [manager, correspondents]}, {approvers: [admins], needed: 2}]"}).Draw(t, "outcome")
	return fmt.Sprintf("  - {id: r%d, fr: Une., en: One., verbs: [%s], when: '%s', outcome: %s}\n",
		i, rapid.SampledFrom([]string{"alias.*", "quota.set", "account.forward, account.rename, account.cos, account.close"}).Draw(t, "verbs"), anyCondition(t, 3), outcome)
}

// anyCondition draws a condition without regard to what Load would refuse.
func anyCondition(t *rapid.T, depth int) string {
	join := rapid.SampledFrom([]string{"leaf", "and", "or", "not"}).Draw(t, "join")
	switch {
	case depth == 0 || join == "leaf":
		return anyLeaf(t)
	case join == "not":
		return "not (" + anyCondition(t, depth-1) + ")"
	}
	return "(" + anyCondition(t, depth-1) + " " + join + " " + anyCondition(t, depth-1) + ")"
}

func anyLeaf(t *rapid.T) string {
	if rapid.Bool().Draw(t, "call") {
		return rapid.SampledFrom([]string{"owns()", "ownedByOther()", "heads()", "holds()", "sameUnit()", "inUnitDomain()", "inCharter()", "manages(domain)", "manages(target.domain)",
			"manages(actor.unitDomain)", "manages(\"a.fr\")", "member(\"admins\")", "same(actor.unit, owner.unit)",
			"same(domain, owner.unitDomain)", "quotaWithin(\"10G\")", "true", "false"}).Draw(t, "word")
	}
	name := rapid.SampledFrom(sortedKeys(attributes)).Draw(t, "attribute")
	if attributes[name].number != nil {
		return name + rapid.SampledFrom([]string{" == 1", " != 2", " < 3", " <= 10737418240", " > 1", " >= 2", " in [1, 2]"}).Draw(t, "order")
	}
	value := rapid.SampledFrom([]string{"x", "y", "a.fr", "u1", "chat", "m@a.fr", "none"}).Draw(t, "value")
	operator := rapid.SampledFrom([]string{"== %q", "!= %q", "in [%q]", "not in [%q]", "contains %q", "startsWith %q", "endsWith %q",
		"not startsWith %q"}).Draw(t, "operator")
	return name + " " + fmt.Sprintf(operator, value)
}

// TestMissingDenies: what must be known is, before any rule is read.
func TestMissingDenies(t *testing.T) {
	book, err := Load("open.yaml", bookOf("  - {id: open, fr: Tout., en: All., verbs: [alias.*, quota.*, account.show, account.lock, account.rename, account.forward, account.cos, account.create], when: true, outcome: allow}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ action, forget string }{
		{"account.show bob@physique.unistra.fr", "actor.uid"},
		{"account.show bob@physique.unistra.fr", "target.address"},
		{"quota.set bob@physique.unistra.fr size=3G", "domain"},
		{"quota.set bob@physique.unistra.fr size=3G", "size"},
		{"quota.set bob@physique.unistra.fr size=3G", "verb"},
		{"alias.add bob@physique.unistra.fr alias=b@physique.unistra.fr", "args"},
		{"account.rename bob@physique.unistra.fr to=b@physique.unistra.fr", "args"},
		{"account.forward bob@physique.unistra.fr to=none", "args"},
		{"account.cos bob@physique.unistra.fr cos=staff", "args"},
	} {
		f := cast("odile", c.action)
		if d := book.Decide(f); d.Outcome != desk.Allowed {
			t.Errorf("%s: %s", c.action, d.Outcome)
		}
		forget[c.forget](&f)
		if d := book.Decide(f); d.Outcome != desk.Denied || d.Rule != "" || d.Why[0].Rule != "facts" {
			t.Errorf("%s without %s: %+v", c.action, c.forget, d)
		}
	}
}
