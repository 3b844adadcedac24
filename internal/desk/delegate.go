package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// aboutRights resolves whom an action on rights names, says whose right it is,
// and whether it can be.
func (d *Desk) aboutRights(f *Facts) error {
	a := &f.Action
	if a.Verb == DelegationGrant {
		a.Target = string(d.whoIs(a.Target))
		g, err := d.grantOf(*a)
		if *f = f.About(Delegation{Grant: g}, d.View.Person); err != nil {
			return err
		}
		return d.grantable(f.Actor.UID, g)
	}
	of := d.View.Delegation(Mandate(a.Target))
	*f = f.About(of, d.View.Person)
	if a.Verb == DelegationDeputy {
		return d.deputisable(f, of)
	}
	deputy := UID(a.Arg("deputy"))
	if !of.Stands() || deputy != "" && len(of.without(deputy)) == len(of.Deputies) {
		return Fail(NotFound, UnknownDelegation, "value", a.Target)
	}
	return nil
}

// whoIs is the login that a login, or an address of a mailbox, stands for.
func (d *Desk) whoIs(ref string) UID {
	if owner := d.View.Account(Address(ref)).Owner; strings.Contains(ref, "@") && owner != "" {
		return owner
	}
	return UID(ref)
}

// grantOf reads what the action delegates; its dates are days of the house.
func (d *Desk) grantOf(a Action) (g Grant, err error) {
	g = Grant{To: UID(a.Target), Domains: listed[string](a.Arg("domains")), Units: listed[string](a.Arg("units")), Lists: listed[Address](a.Arg("lists")),
		Verbs: listed[Verb](a.Arg("verbs")), Classes: listed[string](a.Arg("classes"))}
	if size, err := ParseSize(a.Arg("quota")); err == nil {
		g.Quota = int64(size)
	}
	g.Daily, _ = strconv.Atoi(a.Arg("daily")) // absent: 0
	g.From, g.Until, err = d.dates(a)
	return g, err
}

func listed[T ~string](text string) (all []T) {
	for item := range strings.SplitSeq(text, many) {
		if item != "" {
			all = append(all, T(item))
		}
	}
	return all
}

// dates are the moments that the days of the action begin and end at. One that
// has passed already begins at once.
func (d *Desk) dates(a Action) (from, until time.Time, err error) {
	if from, err = d.day(a.Arg("from"), 0); err != nil {
		return from, until, err
	}
	if until, err = d.day(a.Arg("until"), 1); err != nil {
		return from, until, err
	}
	if !from.After(d.Now()) {
		from = time.Time{}
	}
	if !until.IsZero() && (!until.After(d.Now()) || !until.After(from)) {
		return from, until, Fail(Invalid, InvalidArgument, "name", "until", "value", a.Arg("until"))
	}
	return from, until, nil
}

// day is the beginning of a day, so many days later; zero for "".
func (d *Desk) day(text string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, d.zone())
	if err != nil {
		return time.Time{}, Fail(Invalid, InvalidArgument, "name", "date", "value", text)
	}
	return day.AddDate(0, 0, later).UTC(), nil
}

func (d *Desk) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// grantable says why the grant cannot be made, whatever the rules say.
func (d *Desk) grantable(by UID, g Grant) error {
	switch unknown := func(unit string) bool { return !d.View.HasUnit(unit) }; {
	case !d.View.Person(g.To).Known():
		return Fail(NotFound, UnknownPerson, "value", string(g.To))
	case by == g.To:
		return Fail(Forbidden, OwnRight, "value", string(g.To)).about(d.View.Person(g.To))
	case len(g.Domains)+len(g.Units)+len(g.Lists) == 0:
		return Fail(Invalid, MissingArgument, "name", "domains")
	case slices.ContainsFunc(g.Units, unknown):
		return Fail(NotFound, UnknownUnit, "value", g.Units[slices.IndexFunc(g.Units, unknown)])
	}
	domains := slices.Clone(g.Domains)
	for _, l := range g.Lists {
		domains = append(domains, l.Domain())
	}
	for _, domain := range domains {
		if !d.View.HasDomain(domain) {
			return Fail(NotFound, UnknownDomain, "domain", domain)
		}
	}
	for _, class := range g.Classes {
		if !slices.Contains(d.View.Classes(), class) {
			return Fail(NotFound, UnknownClass, "value", class)
		}
	}
	if same := d.standing(g); same.Known() {
		return Fail(Conflict, AlreadySo, "value", string(same.ID))
	}
	return nil
}

// standing is the delegation that gives just the same, and is not over.
func (d *Desk) standing(g Grant) Delegation {
	for _, o := range d.View.Correspondents()[g.To] {
		if o.To == g.To && o.Stands() && o.Grant.equal(g) {
			return o
		}
	}
	return Delegation{}
}

func (g Grant) equal(o Grant) bool {
	return g.To == o.To && slices.Equal(g.Domains, o.Domains) && slices.Equal(g.Units, o.Units) && slices.Equal(g.Lists, o.Lists) &&
		slices.Equal(g.Verbs, o.Verbs) && slices.Equal(g.Classes, o.Classes) && g.Quota == o.Quota && g.Daily == o.Daily &&
		g.From.Equal(o.From) && g.Until.Equal(o.Until)
}

// deputisable says why nobody can be a deputy like this. Who stands in is whose
// right it is: he neither asks for it nor approves it.
func (d *Desk) deputisable(f *Facts, of Delegation) error {
	who := d.whoIs(f.Action.Arg("person"))
	f.Owner = d.View.Person(who)
	_, _, err := d.dates(f.Action)
	switch {
	case !of.Stands() || !of.Until.IsZero() && !d.Now().Before(of.Until):
		return Fail(NotFound, UnknownDelegation, "value", f.Action.Target)
	case !f.Owner.Known():
		return Fail(NotFound, UnknownPerson, "value", string(who))
	case f.Actor.UID == who || of.To == who:
		return Fail(Forbidden, OwnRight, "value", string(who)).about(f.Owner)
	case err != nil:
		return err
	}
	args := map[string]string{"person": string(who), "from": f.Action.Arg("from"), "until": f.Action.Arg("until")}
	f.Action, err = NewAction(DelegationDeputy, f.Action.Target, args)
	return err
}

// rights is the fact that settles a request about a right, as was checked just
// before in the same append.
func (d *Desk) rights(a Action) Fact {
	switch a.Verb {
	case DelegationGrant:
		g, _ := d.grantOf(a)
		return Granted{Grant: g}
	case DelegationDeputy:
		from, until, _ := d.dates(a)
		return Deputised{Of: Mandate(a.Target), Who: UID(a.Arg("person")), From: from, Until: until}
	}
	return Revoked{Of: Mandate(a.Target), Deputy: UID(a.Arg("deputy")), Thin: d.Thinned(a)}
}

// Import delegates what a file says, without a request: the program signs. It
// writes all of it or, if one cannot be, nothing.
func (d *Desk) Import(ctx context.Context, reason string, grants ...Grant) error {
	_, err := d.Change(ctx, "", System, func(Request) (facts []Fact, err error) {
		for _, g := range grants {
			if err := d.Grantable(g); err != nil {
				return nil, err
			}
			facts = append(facts, Granted{Grant: g, Reason: clip(reason)})
		}
		return facts, nil
	})
	return err
}

// Grantable says why Import would not write the grant; nil if it would.
func (d *Desk) Grantable(g Grant) error { return d.grantable(System, g) }

// ReadGrant reads a grant written as the arguments of delegation.grant.
func (d *Desk) ReadGrant(to string, args map[string]string) (Grant, error) {
	a, err := NewAction(DelegationGrant, to, args)
	if err != nil {
		return Grant{}, err
	}
	a.Target = string(d.whoIs(a.Target))
	return d.grantOf(a)
}
