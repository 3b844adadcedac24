package rules

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// env is what expr's own machine is given: the language a second time, so that
// the quick closures have something to agree with.
type env struct {
	Actor  envPerson  `expr:"actor"`
	Owner  envPerson  `expr:"owner"`
	Target envMailbox `expr:"target"`
	Domain string     `expr:"domain"`
	Verb   string     `expr:"verb"`
	Size   int64      `expr:"size"`
	Alias  string     `expr:"alias"`
	To     string     `expr:"to"`
	COS    string     `expr:"cos"`
	Via    string     `expr:"via"`
	Breach string     `expr:"breach"`

	Manages      func(string) bool         `expr:"manages"`
	Member       func(string) bool         `expr:"member"`
	Owns         func() bool               `expr:"owns"`
	OwnedByOther func() bool               `expr:"ownedByOther"`
	Holds        func() bool               `expr:"holds"`
	Heads        func() bool               `expr:"heads"`
	Same         func(string, string) bool `expr:"same"`
	SameUnit     func() bool               `expr:"sameUnit"`
	InUnitDomain func() bool               `expr:"inUnitDomain"`
	InCharter    func() bool               `expr:"inCharter"`
	Ended        func() bool               `expr:"ended"`
	QuotaWithin  func(string) bool         `expr:"quotaWithin"`
}

type envPerson struct {
	UID         string `expr:"uid"`
	Name        string `expr:"name"`
	Affiliation string `expr:"affiliation"`
	Unit        string `expr:"unit"`
	UnitDomain  string `expr:"unitDomain"`
	Manager     string `expr:"manager"`
}

type envMailbox struct {
	Address string `expr:"address"`
	Domain  string `expr:"domain"`
	Status  string `expr:"status"`
	COS     string `expr:"cos"`
	Quota   int64  `expr:"quota"`
	Owner   string `expr:"owner"`
}

// envOf reads the facts without any of the code under test. naming is the forms
// and the reserved words.
func envOf(f desk.Facts, groups map[string]string, forms, reserved []string) env {
	person := func(p desk.Person) envPerson {
		return envPerson{string(p.UID), p.Name, p.Affiliation, p.Unit, p.UnitDomain, string(p.Manager)}
	}
	spec, _ := desk.SpecOf(f.Action.Verb)
	arg := func(name string) string {
		if _, takes := spec.Args[name]; !takes {
			return ""
		}
		return f.Action.Arg(name)
	}
	me, owner := f.Actor.UID, f.Target.Owner
	asked := desk.Address(arg("alias"))
	if f.Action.Verb == desk.AccountRename {
		asked = desk.Address(arg("to"))
	}
	breach := ""
	switch fits := slices.ContainsFunc(forms, func(form string) bool {
		return regexp.MustCompile("^(" + form + ")$").MatchString(asked.Local())
	}); {
	case asked == "":
	case slices.Contains(reserved, asked.Local()):
		breach = "reserved"
	case len(forms) > 0 && !fits:
		breach = "form"
	case f.Resembles != "" && f.Resembles.Local() == asked.Local():
		breach = "homonym"
	case f.Resembles != "":
		breach = "alike"
	}
	return env{
		Actor: person(f.Actor), Owner: person(f.Owner),
		Target: envMailbox{string(f.Target.Address), f.Target.Address.Domain(), f.Target.Status, f.Target.COS, f.Target.Quota, string(owner)},
		Domain: f.Domain, Verb: string(f.Action.Verb), Size: f.Size, Alias: arg("alias"), To: arg("to"), COS: arg("cos"), Via: string(f.Via), Breach: breach,

		Manages:      func(d string) bool { return naivelyManages(f, d) },
		Member:       func(g string) bool { return groups[g] != "" && slices.Contains(f.Actor.Groups, groups[g]) },
		Owns:         func() bool { return owner != "" && owner == me },
		OwnedByOther: func() bool { return owner != "" && me != "" && owner != me },
		Holds:        func() bool { return f.Holder != "" && f.Holder == me },
		Heads:        func() bool { return me != "" && owner != "" && f.Owner.UID == owner && f.Owner.Manager == me },
		Same:         func(x, y string) bool { return x != "" && x == y },
		SameUnit:     func() bool { return f.Actor.Unit != "" && f.Actor.Unit == f.Owner.Unit },
		InUnitDomain: func() bool { return f.Domain != "" && f.Domain == f.Actor.UnitDomain },
		InCharter:    func() bool { return asked != "" && breach == "" },
		Ended:        func() bool { return f.Ended },
		QuotaWithin: func(limit string) bool {
			n, err := desk.ParseSize(limit)
			return err == nil && f.Size > 0 && f.Size <= int64(n)
		},
	}
}

// byMachine runs a condition on expr's machine, as the type-checker of expr takes it.
func byMachine(condition string, e env) (bool, error) {
	program, err := expr.Compile(condition, expr.Env(env{}), expr.AsBool(), expr.WarnOnAny(), expr.DisableAllBuiltins())
	if err != nil {
		return false, fmt.Errorf("compile: %w", err)
	}
	out, err := (&vm.VM{MemoryBudget: 100_000}).Run(program, e)
	if err != nil {
		return false, err
	}
	return out.(bool), nil
}

// TestLanguageIsOfExpr: the words of the language are those that expr's machine
// is given, each with as many arguments.
func TestLanguageIsOfExpr(t *testing.T) {
	texts, numbers, functions := []string{}, []string{}, map[string]int{}
	var walk func(prefix string, of reflect.Type)
	walk = func(prefix string, of reflect.Type) {
		for i := range of.NumField() {
			f := of.Field(i)
			name := prefix + f.Tag.Get("expr")
			switch f.Type.Kind() {
			case reflect.Struct:
				walk(name+".", f.Type)
			case reflect.Func:
				functions[name] = f.Type.NumIn()
			case reflect.Int64:
				numbers = append(numbers, name)
			default:
				texts = append(texts, name)
			}
		}
	}
	walk("", reflect.TypeFor[env]())
	for name, a := range attributes {
		if slices.Contains(texts, name) != (a.text != nil) || slices.Contains(numbers, name) != (a.number != nil) || (a.text == nil) == (a.number == nil) || a.from == 0 {
			t.Errorf("attribute %s is not what expr is given", name)
		}
	}
	takes := map[string]int{}
	for name, w := range words {
		takes[name] = len(w.takes)
	}
	// actor.manager exists for expr only because owners have one.
	if diff := cmp.Diff(functions, takes); diff != "" || len(attributes) != len(texts)+len(numbers)-1 {
		t.Errorf("%d attributes of %d; words (-expr +language)\n%s", len(attributes), len(texts)+len(numbers), diff)
	}
}

var (
	testForms    = []string{"[a-z]+[.][a-z]+", "z[0-9]?"}
	testReserved = []string{"post.master", "z9"}
)

// languageBook has what conditions of the tests name.
func languageBook() *Book {
	b := &Book{groups: map[string]string{"admins": "melusine-admins"}}
	b.naming.add(testForms, testReserved, &faults{})
	return b
}

// agrees says whether a condition that the language takes is run alike by the
// closures, by the tree that explains and by expr's machine.
func agrees(condition string, facts ...desk.Facts) error {
	b := languageBook()
	for _, outcome := range []desk.Outcome{desk.Allowed, desk.Denied} {
		r, faults := &rule{Rule: Rule{When: condition, Outcome: outcome}}, &faults{}
		if b.compile(r, faults); (r.condition == nil) != (len(faults.all) > 0) {
			return fmt.Errorf("condition %v, faults %v", r.condition, faults.all)
		}
		if r.condition == nil {
			continue
		}
		for _, f := range facts {
			var w world
			w.look(b, f)
			quick := r.condition.test(&w)
			slow, err := byMachine(condition, envOf(f, b.groups, testForms, testReserved))
			if err != nil || slow != quick {
				return fmt.Errorf("%s: expr says %v, %w; the closures %v on %+v", condition, slow, err, quick, f)
			}
		}
	}
	return nil
}

// TestAgreesWithMachine: whatever condition Load accepts, in any world.
func TestAgreesWithMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := agrees(anyCondition(t, 3), anyFacts(t), desk.Facts{}); err != nil {
			t.Fatal(err)
		}
	})
}
