package desk

import (
	"slices"
	"time"
)

// enough is how many correspondents a domain is to have: with one, nobody is
// there the day they leave, and nobody ever looks at what they do.
const enough = 2

// A Coverage is who corresponds for a domain.
type Coverage struct {
	Domain string
	By     []UID // who has an active delegation of it, is no deputy, and is in the directory; sorted
}

// Thin says that these are too few.
func (c Coverage) Thin() bool { return len(c.By) < enough }

// Coverage tells of each domain that Partage serves who corresponds for it.
func (d *Desk) Coverage() (all []Coverage) {
	by := d.corresponding("")
	for _, domain := range d.View.Domains() {
		all = append(all, Coverage{domain, by[domain]})
	}
	return all
}

// CoverageOf tells of one domain.
func (d *Desk) CoverageOf(domain string) Coverage {
	return Coverage{domain, d.corresponding("", domain)[domain]}
}

// Thin lists the domains with fewer than two correspondents.
func (d *Desk) Thin() []Coverage {
	return slices.DeleteFunc(d.Coverage(), func(c Coverage) bool { return !c.Thin() })
}

// corresponding gives the correspondents of each domain, or of some, but for one
// delegation.
func (d *Desk) corresponding(but Mandate, some ...string) map[string][]UID {
	all, now := d.View.Delegations(), d.Now()
	by := make(map[string][]UID, len(all))
	asked := func(domain string) bool { return len(some) == 0 || slices.Contains(some, domain) }
	for _, o := range all {
		if o.ID == but || !slices.ContainsFunc(o.Domains, asked) || !o.Holds(o.To, now) || !d.View.Person(o.To).Known() {
			continue
		}
		for _, domain := range o.Domains {
			if !asked(domain) {
				continue
			}
			if at, twice := slices.BinarySearch(by[domain], o.To); !twice {
				by[domain] = slices.Insert(by[domain], at, o.To)
			}
		}
	}
	return by
}

// Thinned lists the domains that the action, if it is a revocation, would leave
// with too few correspondents.
func (d *Desk) Thinned(a Action) []string {
	of := d.View.Delegation(Mandate(a.Target))
	if a.Verb != DelegationRevoke || a.Arg("deputy") != "" || !of.Stands() {
		return nil
	}
	return d.thinned(of)
}

// thinned lists the domains that have too few correspondents without the
// delegation, and that it takes one from.
func (d *Desk) thinned(of Delegation) (thin []string) {
	before, after := d.corresponding(""), d.corresponding(of.ID)
	for _, domain := range of.Domains {
		if n := len(after[domain]); n < enough && n < len(before[domain]) {
			thin = append(thin, domain)
		}
	}
	return thin
}

// decide asks the rules about what counts now.
func (d *Desk) decide(f Facts, r Request) Decision { return d.Rules.Decide(d.counted(f, r)) }

// counted is the facts with how much of each delegation of who asks is used up.
// Of a request that is there, only what was asked before it counts: its answer
// does not change for what came after.
func (d *Desk) counted(f Facts, r Request) Facts {
	for i, o := range f.Actor.Delegations {
		if o.Daily == 0 {
			continue
		}
		if o.Used = d.used(o, r); o.Used > 0 {
			f.Actor.Delegations = slices.Clone(f.Actor.Delegations)
			f.Actor.Delegations[i] = o
		}
	}
	return f
}

// used counts what whoever holds the delegation asked in the 24 hours before,
// that it covers, and that was neither denied nor came to nothing.
func (d *Desk) used(o Delegation, r Request) (n int) {
	until := d.Now()
	if r.ID != "" {
		until = r.Asked
	}
	o.Daily = 0
	for _, who := range o.Holders() {
		for past := range d.View.Requests(Query{By: who}) {
			if past.Asked.Before(until.Add(-24 * time.Hour)) {
				break // newest first
			}
			void := past.State == Rejected || past.State == Cancelled || past.State == Lapsed
			if (r.ID == "" || r.ID.after(past.ID)) && !void && d.covers(o, past) {
				n++
			}
		}
	}
	return n
}

func (d *Desk) covers(o Delegation, r Request) bool {
	about := Address(r.Action.Arg("alias"))
	if about == "" {
		about = Address(r.Action.Target)
	}
	scopes := []string{about.Domain(), r.Action.Target, d.View.Person(r.Owner).Unit}
	return slices.ContainsFunc(scopes, o.Names) && o.lets(r.Action.use(r.Asked))
}
