package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVariants(t *testing.T) {
	for condition, want := range map[string][]string{
		"owns()":                          {"ownedByOther()", "true"},
		`member("admins")`:                {"true"},
		"not heads()":                     {"heads()"},
		"true":                            nil,
		"owns() and heads()":              {"owns() or heads()", "owns()", "heads()", "ownedByOther() and heads()"},
		"owns() or heads()":               {"owns() and heads()", "owns()", "heads()", "ownedByOther() or heads()"},
		`quotaWithin("10G")`:              {`quotaWithin("11G")`, `quotaWithin("9G")`, "true"},
		`quotaWithin("1G")`:               {`quotaWithin("2G")`, "true"},
		`quotaWithin("2,5 Go")`:           {"true"},
		"size <= 3":                       {"size < 3", "size > 3", "true"},
		`domain in ["a", "b"]`:            {`domain in ["b"]`, `domain in ["a"]`, `target.domain in ["a", "b"]`, "true"},
		`via == "chat"`:                   {`via != "chat"`, "true"},
		`alias startsWith "x"`:            {`alias endsWith "x"`, `alias contains "x"`, "true"},
		"manages(domain)":                 {"manages(target.domain)", "true"},
		"same(actor.unit, owner.unit)":    {"same(owner.unit, owner.unit)", "same(actor.unit, actor.unit)", "true"},
		"same(target.owner, actor.uid)":   {"same(target.owner, owner.uid)", "true"},
		"owns() and heads() and":          nil,
		"owns() and heads() and inUnit()": {"(owns() and heads()) or inUnit()", "owns() and heads()", "(owns() or heads()) and inUnit()", "owns() and inUnit()", "heads() and inUnit()", "ownedByOther() and heads() and inUnit()"},
	} {
		if diff := cmp.Diff(want, variants(condition)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", condition, diff)
		}
	}
}

// TestMutants lists every mistake of a small book: what Load would refuse is
// not among them, nor what changes no answer.
func TestMutants(t *testing.T) {
	b, err := Load("b.yaml", []byte(`groups: {admins: dn-admins}
protected: [rssi@a.fr]
naming: {forms: ['[a-z]+', '[a-z]+[.][a-z]+'], reserved: [root]}
rules:
  - id: far
    fr: Non.
    en: No.
    verbs: [quota.set]
    when: not (via in ["chat", "portal"])
    outcome: deny
  - id: mine
    fr: Une.
    en: One.
    verbs: [quota.set, alias.add]
    when: owns()
    outcome: ask
    panels: [{approvers: [admins, manager], needed: 2}, {approvers: [correspondents]}]
    deadline: 3
    expiry: 9
  - id: near
    fr: Une.
    en: One.
    verbs: [quota.set]
    when: manages(domain) and manages(target.domain)
    outcome: allow
  - {id: other, fr: Une., en: One., verbs: [quota.set], when: ownedByOther(), outcome: allow}
  - {id: thaw, fr: Une., en: One., verbs: [house.thaw], when: heads(), outcome: ask, approvers: [admins, correspondents]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for m := range b.Mutants() {
		got = append(got, fmt.Sprintf("%s %d: %s -> %s", m.Rule, m.Line, m.Was, m.Now))
	}
	want := strings.Split(strings.TrimSpace(`
far 9: when: not (via in ["chat", "portal"]) -> when: not (via in ["portal"])
far 9: when: not (via in ["chat", "portal"]) -> when: not (via in ["chat"])
far 5: the whole rule -> 
far 10: outcome: deny -> outcome: allow
mine 15: when: owns() -> when: ownedByOther()
mine 15: when: owns() -> when: true
mine 11: the whole rule -> 
mine 14: verbs: [alias.add, quota.set] -> verbs: [quota.set]
mine 14: verbs: [alias.add, quota.set] -> verbs: [alias.add]
mine 16: outcome: ask -> outcome: allow
mine 16: outcome: ask -> outcome: deny
mine 18: deadline: 3 -> deadline: the house's
mine 19: expiry: 9 -> expiry: the house's
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 2 of manager and 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 2 of group:dn-admins and 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 2 of group:dn-admins, manager, correspondents and 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 3 of group:dn-admins, manager and 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 1 of group:dn-admins, manager and 1 of correspondents
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 2 of group:dn-admins, manager
mine 17: approvers: 2 of group:dn-admins, manager and 1 of correspondents -> approvers: 2 of group:dn-admins, manager and 2 of correspondents
mine 11: after far -> before far
near 20: the whole rule -> 
near 25: outcome: allow -> outcome: deny
near 20: after mine -> before mine
other 26: when: ownedByOther() -> when: owns()
other 26: when: ownedByOther() -> when: true
other 26: the whole rule -> 
other 26: outcome: allow -> outcome: deny
other 26: after far -> before far
thaw 27: when: heads() -> when: true
thaw 27: the whole rule -> 
thaw 27: outcome: ask -> outcome: deny
thaw 27: approvers: 1 of group:dn-admins, correspondents -> approvers: 1 of correspondents
thaw 27: approvers: 1 of group:dn-admins, correspondents -> approvers: 1 of group:dn-admins
thaw 27: approvers: 1 of group:dn-admins, correspondents -> approvers: 2 of group:dn-admins, correspondents
 0: protected: rssi@a.fr -> 
 0: naming: forms: [a-z]+ -> 
 0: naming: forms: [a-z]+[.][a-z]+ -> 
 0: naming: reserved: root -> `), "\n")
	want[len(want)-1] += " "
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMutantsLeaveTheBook: making mistakes does not make them in the book itself.
func TestMutantsLeaveTheBook(t *testing.T) {
	b := defaultBook(t)
	order := func() (all []*rule) {
		for _, v := range governed() {
			all = append(all, b.verbs[v].rules...)
		}
		return append(all, b.rules...)
	}
	before, written := order(), b.Rules()
	facts := cast("alice", "alias.add bob@physique.unistra.fr alias=bobby@physique.unistra.fr")
	right, other := b.Decide(facts), 0
	for m := range b.Mutants() {
		if !cmp.Equal(right, m.Book.Decide(facts)) {
			other++
		}
	}
	if !slices.Equal(before, order()) || other < 5 {
		t.Errorf("%d mistakes answer otherwise; the book is changed: %v", other, !slices.Equal(before, order()))
	}
	if diff := cmp.Diff(written, b.Rules()); diff != "" {
		t.Error(diff)
	}
}
