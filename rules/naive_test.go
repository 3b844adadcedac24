package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// staffBook is a policy of heads of service, with a charter and panels.
const staffBook = `groups: {admins: melusine-admins, others: others}
naming: {forms: ['z[0-9]?', '[a-z]+[.][a-z]+'], reserved: [z9]}
rules:
  - {id: free-names, fr: Une., en: One., verbs: [alias.add], when: 'not inCharter()', outcome: ask, panels: [{approvers: [manager]}, {approvers: [admins], needed: 2}]}
  - {id: heads-alias, fr: Une., en: One., verbs: [alias.add], when: 'heads() and inCharter()', outcome: allow}
  - {id: heads-quota, fr: Une., en: One., verbs: [quota.set], when: 'heads()', outcome: allow}
  - {id: colleagues, fr: Une., en: One., verbs: [alias.add], when: 'sameUnit() and inCharter() and not (member("others") and domain == "b.fr")', outcome: ask, approvers: [manager, correspondents], deadline: 2}
  - {id: small, fr: Une., en: One., verbs: [quota.set], when: 'owns() and quotaWithin("10G")', outcome: allow}
  - {id: large, fr: Une., en: One., verbs: [quota.set], when: 'owns() or manages(domain)', outcome: ask, panels: [{approvers: [manager]}, {approvers: [correspondents, "group:others"]}]}
`

// TestNaiveStaff compares that book with the same policy written another way, in
// 100,000 worlds.
func TestNaiveStaff(t *testing.T) {
	// The first condition but one negates what may be unknown: refused, see TestConditionBad.
	if _, err := Load("staff.yaml", []byte(staffBook)); err == nil {
		t.Fatal("a negation of what may be unknown was accepted")
	}
	book := mustLoad(t, strings.Replace(staffBook, ` and not (member("others") and domain == "b.fr")`, ` and domain != "b.fr"`, 1))
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range worldsPerCheck {
			f := anyFacts(t)
			if f.Action.Verb != desk.QuotaSet {
				f.Action = desk.Action{Verb: desk.AliasAdd, Args: rapid.SampledFrom([]string{"alias=z@a.fr", "alias=z9@a.fr", "alias=x.y@b.fr", "alias=xy@c.fr", ""}).Draw(t, "alias")}
				f.Domain = desk.Address(f.Action.Arg("alias")).Domain()
			}
			d := book.Decide(f)
			got := string(d.Outcome)
			for _, p := range d.Panels {
				got += fmt.Sprintf(" %d%v", p.Needed, p.Approvers)
			}
			if want := staff(f); got != want {
				t.Fatalf("book says %s by %q, policy says %s", got, d.Rule, want)
			}
			outcomes[got]++
		}
	})
	if t.Log(len(outcomes)); len(outcomes) < 15 {
		t.Errorf("the generator proves nothing: %v", outcomes)
	}
}

// staff is the policy as a person would tell it.
func staff(f desk.Facts) string {
	me, owner := f.Actor, f.Target.Owner
	if me.UID == "" || f.Target.Address == "" || f.Domain == "" {
		return "denied"
	}
	boss := f.Owner.Manager
	if boss == "" || boss == me.UID {
		if boss = me.Manager; boss == me.UID {
			boss = ""
		}
	}
	head := owner != "" && f.Owner.UID == owner && f.Owner.Manager == me.UID
	byBoss := func(rest string) string {
		if boss == "" {
			return "denied"
		}
		return "pending 1[person:" + string(boss) + "]" + rest
	}
	if f.Action.Verb == desk.AliasAdd {
		alias := f.Action.Arg("alias")
		switch {
		case alias == "":
			return "denied"
		case alias == "z9@a.fr", alias == "xy@c.fr", f.Resembles != "":
			return byBoss(" 2[group:melusine-admins]")
		case head:
			return "allowed"
		case me.Unit != "" && me.Unit == f.Owner.Unit && f.Domain != "b.fr" && boss != "":
			return "pending 1[person:" + string(boss) + " domain:" + f.Domain + "]"
		case me.Unit != "" && me.Unit == f.Owner.Unit && f.Domain != "b.fr":
			return "pending 1[domain:" + f.Domain + "]"
		}
		return "denied"
	}
	switch {
	case f.Size <= 0:
		return "denied"
	case head, owner == me.UID && f.Size <= 10<<30:
		return "allowed"
	case owner == me.UID, naivelyManages(f, f.Domain):
		return byBoss(" 1[domain:" + f.Domain + " group:others]")
	}
	return "denied"
}
