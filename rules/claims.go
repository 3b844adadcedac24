package rules

import (
	"cmp"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Claim is one thing that somebody may do: the verb, what is asked by it, on
// whose mailbox, in which domain, and whether at once.
type Claim struct {
	Who     desk.UID
	Verb    desk.Verb
	Asked   string // "size=10G", "to=none"; "" if nothing of the kind counts
	Whose   Whose
	Domain  string // "" for what is not about a domain
	Outcome desk.Outcome
}

// Whose is a sort of mailbox.
type Whose string

// The sorts of mailboxes.
const (
	Own      Whose = "own"     // of who asks
	Personal Whose = "person"  // of somebody else, of the unit that has the domain
	Shared   Whose = "nobody"  // of no person
	House    Whose = "nothing" // no mailbox at all
)

// example is somebody of whom the rules know nothing but the domain of a unit.
const example = "somebody"

// Claims lists what each of the people may do in each domain, asking the rules
// about examples: mailboxes of each sort, and each size or value that the book
// names. Conditions on one mailbox (its status, its class, the unit of its
// owner) are not met by an example, nor claimed.
func (b *Book) Claims(at time.Time, people []desk.Person, domains []string) (claims []Claim) {
	crowd, limits := b.Crowd(people), limitsOf(people)
	for _, v := range governed() {
		for _, asked := range b.askedBy(v, limits) {
			if spec, _ := desk.SpecOf(v); !spec.OnAccount() {
				claims = b.claim(claims, crowd, at, v, asked, House, "")
				continue
			}
			for _, domain := range domains {
				for _, whose := range []Whose{Personal, Shared} {
					claims = b.claim(claims, crowd, at, v, asked, whose, domain)
				}
			}
			claims = b.claimOwn(claims, people, at, v, asked)
		}
	}
	slices.SortFunc(claims, func(x, y Claim) int {
		return cmp.Or(cmp.Compare(x.Who, y.Who), cmp.Compare(slices.Index(governed(), x.Verb), slices.Index(governed(), y.Verb)), cmp.Compare(x.Asked, y.Asked),
			cmp.Compare(x.Whose, y.Whose), cmp.Compare(x.Outcome, y.Outcome), cmp.Compare(x.Domain, y.Domain))
	})
	return slices.Compact(claims)
}

func (b *Book) claim(claims []Claim, crowd *Crowd, at time.Time, v desk.Verb, asked string, whose Whose, domain string) []Claim {
	f := factsOf(v, asked, whose, domain)
	f.Now = at
	a := crowd.Ask(f)
	for i := range crowd.people {
		c := Claim{crowd.people[i].UID, v, asked, whose, domain, desk.Pending}
		switch {
		case a.Allowed.Has(i):
			c.Outcome = desk.Allowed
			claims = append(claims, c)
		case a.Pending.Has(i):
			claims = append(claims, c)
		}
	}
	return claims
}

// claimOwn asks for the mailbox of each person, in the domain of their unit.
func (b *Book) claimOwn(claims []Claim, people []desk.Person, at time.Time, v desk.Verb, asked string) []Claim {
	for _, p := range people {
		domain := cmp.Or(p.UnitDomain, p.Mail.Domain())
		f := factsOf(v, asked, Own, domain)
		f.Actor, f.Owner, f.Target.Owner, f.Now = p, p, p.UID, at
		if d := b.Decide(f); d.Outcome != desk.Denied {
			claims = append(claims, Claim{p.UID, v, asked, Own, domain, d.Outcome})
		}
	}
	return claims
}

// limitsOf are the sizes up to which people may give space.
func limitsOf(people []desk.Person) (limits []int64) {
	for _, p := range people {
		for _, d := range p.Delegations {
			if d.Quota > 0 {
				limits = append(limits, d.Quota)
			}
		}
	}
	return limits
}

func factsOf(v desk.Verb, asked string, whose Whose, domain string) desk.Facts {
	f := desk.Facts{Action: desk.Action{Verb: v, Args: asked}, Via: desk.Chat}
	if whose == House {
		return f
	}
	f.Target = desk.Account{ID: example, Address: desk.Address(example + "@" + domain), Status: desk.Active}
	f.Action.Target = string(f.Target.Address)
	if whose == Personal {
		f.Target.Owner, f.Owner = example, desk.Person{UID: example, UnitDomain: domain}
	}
	switch v {
	case desk.AliasAdd, desk.AliasRemove:
		f.Action.Args = "alias=" + example + ".else@" + domain
	case desk.AccountRename:
		f.Action.Args = "to=" + example + ".else@" + domain
	case desk.AliasMove:
		f.Action.Args = "alias=" + example + ".else@" + domain + " to=" + example + ".other@" + domain
	}
	return desk.Touching(f)
}

// askedBy lists what the verb can ask for that a rule tells apart: each size
// that one names, or a delegation has as its limit, and one above them all, each
// value, and some other.
func (b *Book) askedBy(v desk.Verb, limits []int64) (asked []string) {
	switch v {
	case desk.QuotaSet:
		sizes := slices.Clone(limits)
		for _, r := range b.named(v) {
			sizes = append(sizes, r.condition.sizes()...)
		}
		slices.Sort(sizes)
		above := int64(1 << 30)
		if len(sizes) > 0 {
			above = 2 * sizes[len(sizes)-1]
		}
		for _, n := range append(slices.Compact(sizes), above) {
			asked = append(asked, "size="+desk.Size(n).String())
		}
		return asked
	case desk.AccountForward:
		return []string{"to=" + desk.Nowhere, "to=" + example + "@example.org"}
	case desk.AccountCOS, desk.AccountCreate:
		for _, r := range b.named(v) {
			asked = append(asked, r.condition.wantsOf("cos")...)
		}
		slices.Sort(asked)
		return append(slices.Compact(asked), "cos="+example)
	}
	return []string{""}
}

// sizes are the limits that a condition names.
func (c *clause) sizes() (sizes []int64) {
	if c.Word == "quotaWithin" || len(c.Looks) == 1 && c.Looks[0] == "size" {
		sizes = append(sizes, c.bytes)
	}
	for _, p := range c.parts {
		sizes = append(sizes, p.sizes()...)
	}
	return sizes
}

// wantsOf are the values that a condition compares an argument with.
func (c *clause) wantsOf(name string) (args []string) {
	if len(c.Looks) == 1 && c.Looks[0] == name {
		for _, w := range c.Wants {
			args = append(args, name+"="+w)
		}
	}
	for _, p := range c.parts {
		args = append(args, p.wantsOf(name)...)
	}
	return args
}
