package rules_test

import (
	"fmt"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

func ExampleBook_Decide() {
	book, err := rules.Load("example.yaml", []byte(`
groups: {admins: dn-admins}
rules:
  - id: own-quota
    fr: Chacun demande plus de quota ; un correspondant du domaine ou un administrateur approuve.
    en: Everybody asks for more quota; a correspondent of the domain or an administrator approves.
    verbs: [quota.set]
    when: owns() and quotaWithin("20G")
    outcome: ask
    approvers: [correspondents, admins]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	action, _ := desk.NewAction(desk.QuotaSet, "bob@physique.unistra.fr", map[string]string{"size": "12G"})
	decision := book.Decide(desk.Facts{
		Actor:  desk.Person{UID: "bob"},
		Action: action,
		Target: desk.Account{Address: "bob@physique.unistra.fr", Owner: "bob"},
		Domain: "physique.unistra.fr",
		Size:   12 << 30,
	})
	fmt.Println(decision.Outcome, "by", decision.Rule, decision.Approvers())
	fmt.Println(decision.Because.In("en"))
	// Output:
	// pending by own-quota [domain:physique.unistra.fr group:dn-admins]
	// Everybody asks for more quota; a correspondent of the domain or an administrator approves.
}

func ExampleLoad() {
	_, err := rules.Load("example.yaml", []byte(`
rules:
  - id: same-unit
    fr: Les collègues d’une unité voient leurs comptes.
    en: The colleagues of a unit see their accounts.
    verbs: [account.shows]
    when: actor.unit == owner.unit
    outcome: allow
`))
	fmt.Println(err)
	// Output:
	// example.yaml:6: rule same-unit: verb "account.shows" does not exist; known: alias.add, alias.remove, quota.set, account.lock, account.activate, account.close, account.hide, account.unhide, account.rename, account.cos, account.forward, account.delete, account.restore, account.show, history.show, delegation.show, delegation.grant, delegation.deputy, delegation.revoke, house.freeze, house.thaw, brake.release, token.end, rules.activate, rules.rollback, rules.undo, account.whole, drift.show, drift.apply, drift.sync, drift.spare, figures.show, account.create, account.profile, account.share, account.unshare, account.purge, alias.move, alias.renew, account.renew, address.show, address.release, list.show, list.create, group.create, fanout.create, list.add, list.remove, list.alias, list.unalias, list.sender, list.unsender, list.profile, list.rename, list.delete, list.restore, resource.show, resource.create, resource.profile, resource.rename, resource.delete, resource.restore, tree.show, tree.publish, tree.rollback, tree.withdraw, address.reach, or a family such as alias.*; did you mean account.show?
	// example.yaml:7: rule same-unit: when: actor.unit == owner.unit: two attributes may both be empty; write same(actor.unit, owner.unit)
}
