package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A cast is the people, the accounts and the delegations of the cases.
type cast struct {
	people   map[desk.UID]desk.Person
	accounts map[desk.Address]desk.Account
	rights   map[desk.Mandate]desk.Delegation
}

// personFields are what may be said of somebody; most have the names that rules
// know them by.
var personFields = map[string]func(*desk.Person, string) error{
	"name":        func(p *desk.Person, v string) error { p.Name = v; return nil },
	"affiliation": func(p *desk.Person, v string) error { p.Affiliation = v; return nil },
	"unit":        func(p *desk.Person, v string) error { p.Unit = v; return nil },
	"unitDomain":  func(p *desk.Person, v string) error { p.UnitDomain = v; return nil },
	"manager":     func(p *desk.Person, v string) error { p.Manager = desk.UID(v); return nil },
	"groups":      func(p *desk.Person, v string) error { p.Groups = strings.Split(v, ","); return nil },
	"manages": func(p *desk.Person, v string) error { // domains, codes of units, addresses of lists
		args := desk.Scopes(v)
		p.Delegations = append(p.Delegations, desk.Delegation{Grant: desk.Grant{To: p.UID,
			Domains: listed[string](args["domains"]), Units: listed[string](args["units"]), Lists: listed[desk.Address](args["lists"])}})
		return nil
	},
}

// rightFields are what may be said of a delegation, as delegation.grant has it.
var rightFields = map[string]func(*desk.Delegation, string) error{
	"to":      func(d *desk.Delegation, v string) error { d.To = desk.UID(v); return nil },
	"domains": func(d *desk.Delegation, v string) error { d.Domains = listed[string](v); return nil },
	"units":   func(d *desk.Delegation, v string) error { d.Units = listed[string](v); return nil },
	"lists":   func(d *desk.Delegation, v string) error { d.Lists = listed[desk.Address](v); return nil },
	"verbs":   func(d *desk.Delegation, v string) error { d.Verbs = listed[desk.Verb](v); return nil },
	"classes": func(d *desk.Delegation, v string) error { d.Classes = listed[string](v); return nil },
	"quota": func(d *desk.Delegation, v string) error {
		n, err := desk.ParseSize(v)
		d.Quota = int64(n)
		return err
	},
	"deputies": func(d *desk.Delegation, v string) error {
		for _, who := range listed[desk.UID](v) {
			d.Deputies = append(d.Deputies, desk.Deputy{Who: who})
		}
		return nil
	},
}

func listed[T ~string](text string) (all []T) {
	for item := range strings.SplitSeq(text, ",") {
		if item != "" {
			all = append(all, T(item))
		}
	}
	return all
}

var accountFields = map[string]func(*desk.Account, string) error{
	"owner":  func(a *desk.Account, v string) error { a.Owner = desk.UID(v); return nil },
	"name":   func(a *desk.Account, v string) error { a.Name = v; return nil },
	"status": func(a *desk.Account, v string) error { a.Status = v; return nil },
	"cos":    func(a *desk.Account, v string) error { a.COS = v; return nil },
	"quota": func(a *desk.Account, v string) error {
		n, err := desk.ParseSize(v)
		a.Quota = int64(n)
		return err
	},
	"aliases": func(a *desk.Account, v string) error {
		for text := range strings.SplitSeq(v, ",") {
			alias, err := desk.ParseAddress(text)
			if err != nil {
				return err
			}
			a.Aliases = append(a.Aliases, alias)
		}
		return nil
	},
}

// addPeople reads a section of people.
func (c cast) addPeople(s section, f *faults) {
	for _, e := range s.entries {
		uid := desk.UID(e.key)
		if _, twice := c.people[uid]; twice {
			f.add(s.file, e.line, "%s is described twice", uid)
		}
		p := desk.Person{UID: uid}
		fill(&p, personFields, s.file, e, f)
		c.people[uid] = p
	}
}

// addAccounts reads a section of accounts. An account is active unless it says
// otherwise.
func (c cast) addAccounts(s section, f *faults) {
	for _, e := range s.entries {
		address, err := desk.ParseAddress(e.key)
		if err != nil {
			f.add(s.file, e.line, "%q is not a mail address", e.key)
			continue
		}
		if _, twice := c.accounts[address]; twice {
			f.add(s.file, e.line, "%s is described twice", address)
		}
		a := desk.Account{ID: string(address), Address: address, Status: desk.Active}
		fill(&a, accountFields, s.file, e, f)
		c.accounts[address] = a
	}
}

// addRights reads a section of delegations; who holds one has it.
func (c cast) addRights(s section, f *faults) {
	for _, e := range s.entries {
		if _, err := desk.NewAction(desk.DelegationShow, e.key, nil); err != nil {
			f.add(s.file, e.line, "%q is not a delegation; write M-1", e.key)
			continue
		}
		d := desk.Delegation{ID: desk.Mandate(e.key)}
		if _, twice := c.rights[d.ID]; twice {
			f.add(s.file, e.line, "%s is described twice", d.ID)
		}
		fill(&d, rightFields, s.file, e, f)
		c.rights[d.ID] = d
		for _, who := range d.Holders() {
			if p, known := c.people[who]; known {
				p.Delegations = append(p.Delegations, d)
				c.people[who] = p
			}
		}
	}
}

func fill[T any](into *T, fields map[string]func(*T, string) error, file string, e entry, f *faults) {
	all, err := pairs(e.value)
	if err != nil {
		f.add(file, e.line, "%s: %w", e.key, err)
	}
	for _, pair := range all {
		set := fields[pair[0]]
		if set == nil {
			f.add(file, e.line, "%s: %q is not known; write %s", e.key, pair[0], list(sortedKeys(fields)))
		} else if err := set(into, pair[1]); err != nil {
			f.add(file, e.line, "%s: %s=%s: %w", e.key, pair[0], pair[1], err)
		}
	}
}

// facts are what the desk would gather for an action of somebody.
func (c cast) facts(who desk.UID, door desk.Door, a desk.Action) (desk.Facts, error) {
	actor, known := c.people[who]
	if !known {
		return desk.Facts{}, fmt.Errorf("nobody under people is called %q; there are %s", who, list(sortedKeys(c.people)))
	}
	f := desk.Facts{Actor: actor, Via: door, Action: a, Ended: door == desk.Clock} // nothing else comes by that door
	if a.Verb == desk.AccountCreate {
		f.Target = desk.Account{Address: desk.Address(a.Target), Owner: desk.UID(a.Arg("person")), COS: a.Arg("cos"), Status: desk.Active}
		if f.Owner, known = c.people[f.Target.Owner]; !known && f.Target.Owner != "" {
			return desk.Facts{}, fmt.Errorf("%s would belong to %q, who is not under people", a.Target, f.Target.Owner)
		}
	} else if spec, _ := desk.SpecOf(a.Verb); spec.Object || spec.OnObject() && !spec.OnAccount() {
		f.Target = a.Named()
	} else if spec.Target == desk.AccountForm {
		if f.Target, known = c.accounts[desk.Address(a.Target)]; !known {
			return desk.Facts{}, fmt.Errorf("no account under accounts has the address %q", a.Target)
		}
		if f.Owner, known = c.people[f.Target.Owner]; !known && f.Target.Owner != "" {
			return desk.Facts{}, fmt.Errorf("%s belongs to %q, who is not under people", a.Target, f.Target.Owner)
		}
	}
	f = desk.Touching(f)
	switch spec, _ := desk.SpecOf(a.Verb); {
	case a.Verb == desk.AddressShow:
		f.Target = c.holder(desk.Address(a.Target))
		f.Owner = c.people[f.Target.Owner]
	case a.Verb == desk.AddressRelease:
		f.Holder = c.holder(desk.Address(a.Target)).Owner
		f.Owner = c.people[f.Holder]
	case a.Verb == desk.TokenEnd:
		f.Holder = desk.UID(a.Target)
		f.Owner = c.people[f.Holder]
	case a.Verb == desk.DriftSpare:
		f.Target = c.holder(desk.Address(a.Target))
		f.Holder, f.Owner = f.Target.Owner, c.people[f.Target.Owner]
	case a.Verb == desk.AliasAdd:
		f.Resembles = c.resembles(desk.Address(a.Arg("alias")), f.Target)
	case a.Verb == desk.AccountRename:
		f.Resembles = c.resembles(desk.Address(a.Arg("to")), f.Target)
	case spec.Target == desk.MandateForm:
		right, known := c.rights[desk.Mandate(a.Target)]
		if !known {
			return desk.Facts{}, fmt.Errorf("no delegation under delegations is called %s", a.Target)
		}
		return f.About(right, c.person), nil
	case a.Verb == desk.DelegationGrant:
		return f.About(desk.Delegation{Grant: desk.Grant{Domains: listed[string](a.Arg("domains")),
			Units: listed[string](a.Arg("units")), Lists: listed[desk.Address](a.Arg("lists"))}}, c.person), nil
	}
	return f, nil
}

// holder is the account that has the address, zero if none does.
func (c cast) holder(a desk.Address) desk.Account {
	for _, account := range c.accounts {
		if account.Holds(a) {
			return account
		}
	}
	return desk.Account{}
}

// resembles is what somebody else has that the address would be taken for.
func (c cast) resembles(a desk.Address, target desk.Account) (like desk.Address) {
	for _, holder := range c.accounts {
		for _, other := range append([]desk.Address{holder.Address}, holder.Aliases...) {
			if desk.Confusable(a, target, other, holder) && (like == "" || other < like) {
				like = other
			}
		}
	}
	return like
}

func (c cast) person(uid desk.UID) desk.Person { return c.people[uid] }

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func list[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
