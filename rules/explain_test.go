package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

var _ desk.Explains = (*Book)(nil)

// An explanation takes longer than a decision: 20,000 worlds for each property.
const fewWorlds = 10

var everything = desk.Sight{Actor: true, Target: true}

// anyBook is the default book, or one of rules drawn at random.
func anyBook(t *rapid.T, given *Book) *Book {
	if rapid.Bool().Draw(t, "default book") {
		return given
	}
	var entries []string
	for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
		if entry := anyRule(t, i); len(entries) < 6 {
			if _, err := Load("one.yaml", bookOf(append(entries, entry)...)); err == nil {
				entries = append(entries, entry)
			}
		}
	}
	b, err := Load("any.yaml", bookOf(entries...))
	if err != nil {
		return given
	}
	return b
}

// TestExplainDecidesTheSame: whatever the reader may see, the decision is that
// of Decide, its rule is the last that was looked at, and each clause answers
// what its parts do.
func TestExplainDecidesTheSame(t *testing.T) {
	book := defaultBook(t)
	rapid.Check(t, func(t *rapid.T) {
		b := anyBook(t, book)
		for range fewWorlds {
			f := anyFacts(t)
			sight := desk.Sight{Actor: rapid.Bool().Draw(t, "sees actor"), Target: rapid.Bool().Draw(t, "sees target")}
			e := b.Explain(f, sight)
			if diff := cmp.Diff(b.Decide(f), e.Decision); diff != "" {
				t.Fatalf("decided (-Decide +Explain)\n%s", diff)
			}
			for i, r := range e.Reasons {
				if last := i == len(e.Reasons)-1 && r.Rule == e.Decision.Rule; (r.Answer == desk.Yes) != last {
					t.Fatalf("%s says %s, decided by %q", r.Rule, r.Answer, e.Decision.Rule)
				}
				if sight.Actor && sight.Target {
					agreesWithParts(t, r.Clause)
				}
			}
		}
	})
}

func agreesWithParts(t *rapid.T, c desk.Clause) {
	yes := 0
	for _, p := range c.Parts {
		agreesWithParts(t, p)
		if p.Answer == desk.Yes {
			yes++
		}
	}
	want, compound := map[string]bool{"and": yes == len(c.Parts), "or": yes > 0, "not": yes == 0}[c.Word]
	if compound && (c.Answer == desk.Yes) != want || c.Answer == desk.Withheld || !compound && len(c.Seen) != len(c.Looks) {
		t.Fatalf("%s: %s of %+v", c.Text, c.Answer, c)
	}
}

// hidden lists how what a reader may not see can differ.
var hidden = map[string]func(*desk.Facts, string){
	"owner.name":        func(f *desk.Facts, v string) { f.Owner.Name = v },
	"owner.affiliation": func(f *desk.Facts, v string) { f.Owner.Affiliation = v },
	"owner.unit":        func(f *desk.Facts, v string) { f.Owner.Unit = v },
	"owner.unitDomain":  func(f *desk.Facts, v string) { f.Owner.UnitDomain = v },
	"owner.manager":     func(f *desk.Facts, v string) { f.Owner.Manager = desk.UID(v) },
	"owner.mail":        func(f *desk.Facts, v string) { f.Owner.Mail = desk.Address(v + "@a.fr") },
	"target.status":     func(f *desk.Facts, v string) { f.Target.Status = v },
	"target.cos":        func(f *desk.Facts, v string) { f.Target.COS = v },
	"target.quota":      func(f *desk.Facts, v string) { f.Target.Quota = int64(len(v)) },
	"target.owner": func(f *desk.Facts, v string) {
		if f.Target.Owner != f.Actor.UID && desk.UID(v) != f.Actor.UID { // who asks knows what is theirs
			f.Target.Owner, f.Owner.UID = desk.UID(v), desk.UID(v)
		}
	},
}

// TestExplainLeaksNothing: in two worlds that differ only in what the reader may
// not see, and where the decision is the same, the explanation is the same.
func TestExplainLeaksNothing(t *testing.T) {
	book := defaultBook(t)
	compared, changes := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := anyBook(t, book)
		for range fewWorlds {
			one := anyFacts(t)
			other := one
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(sortedKeys(hidden)), 1, 4, rapid.ID).Draw(t, "differ") {
				hidden[name](&other, rapid.SampledFrom([]string{"", "x", "y", "a.fr", "u1", "u2"}).Draw(t, name))
			}
			sight := desk.Sight{Actor: true}
			mine, theirs := b.Explain(one, sight), b.Explain(other, sight)
			if !cmp.Equal(mine.Decision, theirs.Decision) {
				continue
			}
			compared, changes = compared+1, changes+len(mine.Closest)
			if diff := cmp.Diff(mine, theirs); diff != "" {
				t.Fatalf("what the reader may not see shows\n%s", diff)
			}
		}
	})
	if t.Logf("%d pairs, %d changes", compared, changes); compared == 0 || changes == 0 {
		t.Error("the generator proves nothing")
	}
}

// TestClosestCountsOnNothingHidden: whether a hidden clause holds does not
// change which other one is told to turn.
func TestClosestCountsOnNothingHidden(t *testing.T) {
	b := mustLoad(t, `rules:
  - {id: two, fr: Une., en: One., verbs: [quota.set], when: 'inUnitDomain() and (manages(domain) or target.status == "locked")', outcome: allow}
`)
	f := cast("bob", "quota.set carol@lettres.unistra.fr size=2G")
	for _, status := range []string{"active", "locked", ""} {
		f.Actor.UnitDomain, f.Target.Status = "elsewhere.fr", status
		var w world
		w.look(b, f)
		s := &search{book: b, base: &w.Facts}
		s.sight.Actor = true
		if all, ok := s.turn(b.rules[0].condition, &w, true); !ok || all.n != 2 || all.of[1].leaf.Word != "manages" {
			t.Errorf("%q: %+v, %v", status, all, ok)
		}
	}
}

// TestClosestIsDecided: each change that is told really gives more than what was
// asked, for a person who has what it needs, and differs from it.
func TestClosestIsDecided(t *testing.T) {
	book, kinds := defaultBook(t), map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		b := anyBook(t, book)
		for range fewWorlds {
			f := anyFacts(t)
			sight := everything
			if rapid.Bool().Draw(t, "has a mailbox") && f.Actor.Known() {
				sight.Own = []desk.Account{{ID: "own", Address: "me@a.fr", Owner: f.Actor.UID}}
			}
			e := b.Explain(f, sight)
			for _, c := range e.Closest {
				kinds[changed(t, b, f, c, sight)]++
			}
			if len(e.Closest) > maxClosest || len(e.Closest) > 0 && e.Decision.Outcome == desk.Allowed {
				t.Fatalf("%d changes of what is %s", len(e.Closest), e.Decision.Outcome)
			}
		}
	})
	if t.Log(kinds); len(kinds) < 4 {
		t.Error("the generator proves nothing")
	}
}

// changed makes the change by hand and asks Decide.
func changed(t *rapid.T, b *Book, f desk.Facts, c desk.Change, sight desk.Sight) string {
	kind, before := "", b.Decide(f)
	if c.Action.Target != f.Action.Target {
		f.Target, f.Owner, kind = sight.Own[0], f.Actor, kind+"own "
		f.Domain = f.Target.Address.Domain()
	}
	if c.Action.Args != f.Action.Args {
		kind += "asked "
	}
	f.Action = c.Action
	if alias := desk.Address(c.Action.Arg("alias")); alias != "" {
		f.Domain = alias.Domain()
	}
	if size, err := desk.ParseSize(c.Action.Arg("size")); err == nil {
		f.Size = int64(size)
	}
	for _, n := range c.Needs {
		switch kind += n.What + " "; n.What {
		case "domain":
			f.Actor.Delegations = append(slices.Clone(f.Actor.Delegations), delegated(f.Actor.UID, n.Name)...)
		case "group":
			f.Actor.Groups = append(slices.Clone(f.Actor.Groups), b.groups[n.Name])
		}
	}
	d := b.Decide(f)
	if diff := cmp.Diff(d, c.Decision); diff != "" || rank(d.Outcome) <= rank(before.Outcome) || kind == "" {
		t.Fatalf("%s was %s; the change %+v gives %s\n%s", f.Action, before.Outcome, c, d.Outcome, diff)
	}
	return kind
}

// TestClosest shows what is told in the cases that people meet.
func TestClosest(t *testing.T) {
	own := func(uid desk.UID) []desk.Account {
		for address, a := range accounts {
			if a.Owner == uid {
				a.ID, a.Address = string(address), desk.Address(address)
				return []desk.Account{a}
			}
		}
		return nil
	}
	for name, c := range map[string]struct {
		actor, action string
		want          []string
	}{
		"a smaller quota": {"alice", "quota.set bob@physique.unistra.fr size=12G", []string{"allowed quota.set bob@physique.unistra.fr size=10G []"}},
		"their own too":   {"carol", "quota.set carol@lettres.unistra.fr size=30G", []string{"pending quota.set carol@lettres.unistra.fr size=20G []"}},
		"another domain": {"bob", "alias.add bob@physique.unistra.fr alias=b@lettres.unistra.fr",
			[]string{"pending alias.add bob@physique.unistra.fr alias=b@physique.unistra.fr []"}},
		"a domain they manage": {"alice", "alias.add bob@physique.unistra.fr alias=b@lettres.unistra.fr",
			[]string{"allowed alias.add bob@physique.unistra.fr alias=b@physique.unistra.fr []", "allowed alias.add bob@physique.unistra.fr alias=b@optique.unistra.fr []"}},
		"stopping": {"bob", "account.forward bob@physique.unistra.fr to=b@gmail.com", []string{"allowed account.forward bob@physique.unistra.fr to=none []"}},
	} {
		t.Run(name, func(t *testing.T) {
			sight := everything
			sight.Own = own(desk.UID(c.actor))
			var got []string
			for _, change := range defaultBook(t).Explain(cast(c.actor, c.action), sight).Closest {
				text := string(change.Decision.Outcome) + " " + change.Action.String() + " ["
				for _, n := range change.Needs {
					text += n.What + " " + n.Name
				}
				got = append(got, text+"]")
			}
			if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
