// Package peers asks the same questions of the rule book and of four other
// engines: Open Policy Agent, Casbin, CEL and Cedar. It is a module of its own,
// so that the product depends on none of them. Each has the policy as its own
// manual would have it written for speed, prepared once, and each request in
// the form that it takes, made before the clock starts.
package peers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
)

const (
	domains        = 175
	correspondents = 85
	ruleCount      = 200
	limit          = 10 << 30
)

var (
	verbs = []string{"alias.add", "alias.remove", "quota.set", "account.show", "account.hide"}
	doors = []string{"chat", "portal", "shell"}
)

// A policy is 200 rules that allow, over five verbs; what none allows is denied.
type policy struct {
	verb, via string
	kind      int
	domains   []string
}

// The kinds of rules.
const (
	byCorrespondent = iota // domain in [...] and manages(domain) and manages(target.domain) and ownedByOther()
	byOwner                // owns() and domain in [...], and quotaWithin("10G") for quota.set
	byAdmin                // domain in [...] and member("admins") and target.status == "locked"
	byStaff                // domain == ... and actor.affiliation in ["employee", "faculty"]
	kinds
)

// policies are made once: the oracle asks all of them.
var policies = sync.OnceValue(func() []policy {
	all := make([]policy, ruleCount)
	for i := range all {
		all[i] = policy{verb: verbs[i/kinds%len(verbs)], via: doors[i/20%len(doors)], kind: i % kinds}
		for j := range 20 {
			all[i].domains = append(all[i].domains, domain(i*7+j*31))
		}
	}
	return all
})

func domain(i int) string { return fmt.Sprintf("d%d.fr", i%domains) }

// requests are n questions of correspondents, administrators and others, on
// addresses of all domains.
func requests(n int) []desk.Facts {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]desk.Facts, n)
	for i := range all {
		all[i] = request(r)
	}
	return all
}

func request(r *rand.Rand) desk.Facts {
	actor := person(r.IntN(correspondents + 40))
	f := desk.Facts{Actor: actor, Via: desk.Door(doors[r.IntN(len(doors))]), Domain: domain(r.IntN(domains))}
	if len(managed(actor)) > 0 && r.IntN(2) == 0 {
		f.Domain = managed(actor)[r.IntN(len(managed(actor)))]
	}
	f.Owner = person(r.IntN(correspondents + 40))
	if r.IntN(3) == 0 {
		f.Owner = actor
	}
	target := "u" + string(f.Owner.UID) + "@" + f.Domain
	f.Target = desk.Account{Address: desk.Address(target), Owner: f.Owner.UID, Status: []string{"active", "locked"}[r.IntN(2)]}
	verb := verbs[r.IntN(len(verbs))]
	text := verb + " " + target
	switch verb {
	case "alias.add", "alias.remove":
		text += " alias=x@" + f.Domain
	case "quota.set":
		f.Size = int64(5+r.IntN(10)) << 30
		text += fmt.Sprintf(" size=%dG", f.Size>>30)
	}
	var err error
	if f.Action, err = desk.ParseAction(text); err != nil {
		panic(err)
	}
	return f
}

// managed are the domains delegated to somebody, all for everything.
func managed(p desk.Person) (all []string) {
	for _, d := range p.Delegations {
		all = append(all, d.Domains...)
	}
	return all
}

// person i: the first 85 are correspondents of two or three domains each, the
// next 10 are administrators.
func person(i int) desk.Person {
	p := desk.Person{UID: desk.UID(fmt.Sprintf("p%d", i)), Affiliation: []string{"employee", "student", "faculty"}[i%3]}
	for d := i; i < correspondents && d < domains; d += correspondents {
		p.Delegations = append(p.Delegations, desk.Delegation{Grant: desk.Grant{To: p.UID, Domains: []string{domain(d)}}})
	}
	if i >= correspondents && i < correspondents+10 {
		p.Groups = []string{"admins"}
	}
	return p
}

// oracle is the policy once more, as plainly as can be.
func oracle(f desk.Facts) bool {
	return slices.ContainsFunc(policies(), func(p policy) bool {
		return p.verb == string(f.Action.Verb) && p.via == string(f.Via) && p.holds(f)
	})
}

func (p policy) holds(f desk.Facts) bool {
	switch p.kind {
	case byCorrespondent:
		return slices.Contains(p.domains, f.Domain) && f.Manages(f.Domain) && f.Manages(f.Target.Address.Domain()) && f.Actor.UID != f.Owner.UID
	case byOwner:
		return f.Actor.UID == f.Owner.UID && slices.Contains(p.domains, f.Domain) && (p.verb != "quota.set" || f.Size <= limit)
	case byAdmin:
		return slices.Contains(p.domains, f.Domain) && f.Actor.In("admins") && f.Target.Status == "locked"
	default:
		return f.Domain == p.domains[0] && slices.Contains([]string{"employee", "faculty"}, f.Actor.Affiliation)
	}
}

// written puts the rules into the words of an engine: one text a kind, in which
// VERB, VIA, D0 (one domain), ALL (twenty) and SIZE stand for what differs.
func written(texts [kinds]string, size string) []string {
	var all []string
	for _, p := range policies() {
		within := ""
		if p.verb == "quota.set" {
			within = size
		}
		all = append(all, strings.NewReplacer("VERB", p.verb, "VIA", p.via, "SIZE", within,
			"D0", p.domains[0], "ALL", `"`+strings.Join(p.domains, `", "`)+`"`).Replace(texts[p.kind]))
	}
	return all
}
