package drift

import (
	"iter"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Gaps is desk.Drift's: those of accounts in order of address, then addresses
// that are lacking, then people without an account in order of login, then lists in
// order of address.
func (p *Policy) Gaps(v desk.View) iter.Seq[desk.Gap] {
	return func(yield func(desk.Gap) bool) {
		c := p.comparing(v, yield)
		c.given = given(v, desk.Query{States: settled})
		c.call(v.EachPerson(), v.Census().People)
		for a := range v.EachAccount() {
			if c.account(a); c.over {
				return
			}
		}
		c.lacking()
		c.absent()
		c.orphans()
	}
}

// GapsOf is desk.Drift's. It looks the account up in the journal by its address.
func (p *Policy) GapsOf(v desk.View, a desk.Account, owner desk.Person) (gaps []desk.Gap) {
	c := p.comparing(v, func(g desk.Gap) bool { gaps = append(gaps, g); return true })
	if owner.Known() {
		c.call(func(yield func(*desk.Person) bool) { yield(&owner) }, 1)
	}
	if a.Known() {
		c.given = given(v, desk.Query{States: settled, Target: a.Address})
		c.account(&a)
	} else if len(v.Owned(owner.UID)) > 0 {
		return nil
	}
	c.lacking()
	c.absent()
	return gaps
}

// A comparison is one look at everything. What it keeps of a person is a pointer.
type comparison struct {
	*Policy
	view    desk.View
	places  map[desk.UID]int32 // in people
	people  []*desk.Person
	found   []bool // an account of each
	classes map[string]*desk.Population
	given   map[holder][]desk.Address
	spares  desk.Spares
	without []desk.Gap     // of MailLacking, until all are known
	claims  map[string]int // how many people without it are to have an address
	yield   func(desk.Gap) bool
	over    bool
}

func (p *Policy) comparing(v desk.View, yield func(desk.Gap) bool) *comparison {
	return &comparison{Policy: p, view: v, classes: map[string]*desk.Population{}, yield: yield, spares: desk.SparesOf(v, desk.Day(compared(v).Format(time.DateOnly)))}
}

// compared is when what is compared was so: as old as the older of the two readings.
func compared(v desk.View) time.Time {
	directory, partage := v.Ages()
	if partage.Before(directory) {
		return partage
	}
	return directory
}

// call takes the roll, of about so many.
func (c *comparison) call(people iter.Seq[*desk.Person], expected int) {
	c.places = make(map[desk.UID]int32, expected)
	c.people = make([]*desk.Person, 0, expected)
	for person := range people {
		c.places[person.UID] = int32(len(c.people))
		c.people = append(c.people, person)
	}
	c.found = make([]bool, len(c.people))
}

func (c *comparison) tell(g desk.Gap) {
	if !c.over && !c.ignored[g.Cause] {
		g.Spare = c.spares.Of(g)
		c.over = !c.yield(c.priced(g))
	}
}

// ofClass is desk.Populations.OfClass, each class looked up once.
func (c *comparison) ofClass(class string) *desk.Population {
	population, known := c.classes[class]
	if !known {
		population = c.populations.OfClass(class)
		c.classes[class] = population
	}
	return population
}

// account compares one account. What we deleted is to be given back for a while;
// what is nobody's the directory says nothing of.
func (c *comparison) account(a *desk.Account) {
	if a.Deleted() {
		return
	}
	c.lost(a)
	if a.Owner == "" {
		return
	}
	g := desk.Gap{Address: a.Address, Mailbox: a.ID, Owner: a.Owner}
	at, known := c.places[a.Owner]
	if !known {
		c.leaver(g, a)
		return
	}
	person := c.people[at]
	population := c.populations.Of(person.Affiliation)
	if g.Population = name(population); c.found[at] {
		g.Cause, g.Has = desk.AccountTwice, string(a.Address)
		c.tell(g)
		return
	}
	c.found[at] = true
	c.status(g, a, person)
	if population != nil {
		c.class(g, a, population)
	}
	c.book(g, a, person)
	c.mail(g, a, person)
}

func (c *comparison) book(g desk.Gap, a *desk.Account, person *desk.Person) {
	if person.Unlisted && !a.Hidden {
		g.Cause, g.Says, g.Has, g.Risk = desk.BookShown, "unlisted", "shown", desk.LowRisk
		c.tell(repaired(g, desk.AccountHide))
	}
}

// leaver is an account of somebody whom the directory does not know, as long as
// the policy has not been done to it.
func (c *comparison) leaver(g desk.Gap, a *desk.Account) {
	g.Cause, g.Has, g.Population, g.Risk = desk.PersonGone, a.Status, name(c.ofClass(a.COS)), desk.HighRisk
	switch shut := a.Status == desk.Closed; {
	case c.config.Leavers == "delete":
		g.Cost = c.tariff.Moves(a.COS, "")
		c.tell(repaired(g, desk.AccountDelete))
	case c.config.Leavers == "close" && !shut:
		c.tell(repaired(g, desk.AccountClose))
	case c.config.Leavers == "lock" && !shut && a.Status != desk.Locked:
		g.Risk = desk.MiddleRisk
		c.tell(repaired(g, desk.AccountLock))
	case c.config.Leavers == "report":
		c.tell(g)
	}
}

// status compares what the directory says of the mailbox with what Partage has.
// Who has shut it there had a reason, which is not ours to overrule.
func (c *comparison) status(g desk.Gap, a *desk.Account, person *desk.Person) {
	shut := a.Status == desk.Closed || a.Status == desk.Locked
	switch g.Says, g.Has = person.MailState, a.Status; {
	case person.MailState == "A" && shut:
		g.Cause = desk.StillShut
		c.tell(g)
	case person.MailState == "I" && a.Status != desk.Closed:
		g.Cause, g.Risk = desk.StillOpen, desk.HighRisk
		c.tell(repaired(g, desk.AccountClose))
	case person.MailState == "S" && !shut:
		g.Cause, g.Risk = desk.StillOpen, desk.MiddleRisk
		c.tell(repaired(g, desk.AccountLock))
	}
}

func (c *comparison) class(g desk.Gap, a *desk.Account, population *desk.Population) {
	if len(population.Classes) > 0 && !population.Has(a.COS) {
		g.Cause, g.Says, g.Has, g.Risk = desk.ClassOther, population.Class, a.COS, desk.LowRisk
		if population.Class != "" {
			g = repaired(g, desk.AccountCOS, "cos", population.Class)
			g.Cost = c.tariff.Moves(a.COS, population.Class)
		}
		c.tell(g)
		return // the quota will be that of the other class
	}
	if a.Quota > 0 && a.Quota < population.Quota {
		g.Cause, g.Says, g.Has, g.Risk, g.Cost = desk.QuotaLow, desk.Size(population.Quota).String(), desk.Size(a.Quota).String(), desk.LowRisk, 0
		c.tell(repaired(g, desk.QuotaSet, "size", g.Says))
	}
}

// mail looks where the address that the directory gives arrives.
func (c *comparison) mail(g desk.Gap, a *desk.Account, person *desk.Person) {
	if person.Mail == "" || a.Holds(person.Mail) {
		return
	}
	g.Says = string(person.Mail)
	switch other := c.view.Account(person.Mail); {
	case other.Known() && other.Owner == person.UID:
	case other.Known() && other.ID != a.ID:
		g.Cause, g.Has = desk.MailElsewhere, string(other.Address)
		c.tell(g)
	case c.view.HasDomain(person.Mail.Domain()):
		g.Cause, g.Risk = desk.MailLacking, desk.LowRisk
		c.without = append(c.without, repaired(g, desk.AliasAdd, "alias", g.Says))
	}
}

// lacking tells of addresses that arrive nowhere. One that several people are to
// have is for a human.
func (c *comparison) lacking() {
	c.claims = map[string]int{}
	for _, g := range c.without {
		c.claims[g.Says]++
	}
	for at, person := range c.people {
		if !c.found[at] && person.Mail != "" {
			c.claims[string(person.Mail)]++
		}
	}
	for _, g := range c.without {
		if c.claims[g.Says] > 1 {
			g.Cause, g.Repair, g.Risk = desk.MailElsewhere, desk.Action{}, ""
		}
		c.tell(g)
	}
}

// absent tells of people whose mailbox the directory says is there, and who have
// none.
func (c *comparison) absent() {
	for at, person := range c.people {
		due := person.MailState == "A" || person.MailState == "" && c.view.HasDomain(person.Mail.Domain())
		if c.found[at] || !due {
			continue
		}
		population := c.populations.Of(person.Affiliation)
		g := desk.Gap{Cause: desk.AccountNone, Address: person.Mail, Owner: person.UID, Population: name(population), Says: person.MailState, Risk: desk.LowRisk}
		named := person.Name != "" && person.EPPN != "" // an account is made of these
		if population != nil && population.Class != "" && named && c.free(person.Mail) && !c.discarded(person.Mail) {
			g = repaired(g, accountCreate, "person", string(person.UID), "cos", population.Class)
			g.Cost = c.tariff.Moves("", population.Class)
		}
		c.tell(g)
	}
}

// accountCreate makes an account; where the desk has no such verb, a human does.
const accountCreate desk.Verb = "account.create"

// discarded says that a mailbox at the address was deleted, and neither given back
// nor destroyed: whoever did had a reason, and its address waits for it.
func (c *comparison) discarded(a desk.Address) bool {
	for r := range c.view.Requests(desk.Query{States: settled, Target: a}) { // newest first
		switch r.Action.Verb {
		case desk.AccountDelete:
			return true
		case desk.AccountRestore, desk.AccountPurge:
			return false
		}
	}
	return false
}

// free says that an address can be given to somebody: it is served, nobody has
// it, and nobody else is to have it.
func (c *comparison) free(a desk.Address) bool {
	return c.claims[string(a)] < 2 && c.view.HasDomain(a.Domain()) && !c.view.Account(a).Known()
}

func name(p *desk.Population) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// repaired is the gap with the action that closes it, on its account; a human's
// if the action cannot be said.
func repaired(g desk.Gap, verb desk.Verb, pairs ...string) desk.Gap {
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	if a, err := desk.NewAction(verb, string(g.Address), args); err == nil {
		g.Repair = a
	}
	return g
}

// priced leaves cost and risk to what would be repaired.
func (c *comparison) priced(g desk.Gap) desk.Gap {
	if !g.Repairable() {
		g.Cost, g.Risk = 0, ""
	}
	return g
}
