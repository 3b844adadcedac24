package desk

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Delegations lists those that stand, in the order they were granted, and that
// the rules let the person see; about a domain, a unit, a list or somebody, or
// "" for all.
func (d *Desk) Delegations(by UID, via Door, about string) []Delegation {
	who := d.whoIs(lowerASCII(about))
	return d.rightsShown(by, via, func(o Delegation) bool { return about == "" || o.Names(about) || o.Holder(who) })
}

func (d *Desk) rightsShown(by UID, via Door, wanted func(Delegation) bool) []Delegation {
	reader := d.View.Person(by)
	return slices.DeleteFunc(d.View.Delegations(), func(o Delegation) bool { return !o.Stands() || !wanted(o) || !d.showsRight(reader, via, o) })
}

// Delegation returns one, even if it has ended, if the rules let the person see it.
func (d *Desk) Delegation(by UID, via Door, m Mandate) (Delegation, error) {
	o := d.View.Delegation(m)
	if !o.Known() || !d.showsRight(d.View.Person(by), via, o) {
		return Delegation{}, Fail(NotFound, UnknownDelegation, "value", string(m))
	}
	return o, nil
}

// showsRight asks the rules about each domain: who may see one may see the
// delegation. Whose it is, and deputies, see it in any case.
func (d *Desk) showsRight(to Person, via Door, o Delegation) bool {
	if !to.Known() || o.Holder(to.UID) {
		return to.Known()
	}
	f := Facts{Actor: to, Via: via, Now: d.Now(), Action: Action{Verb: DelegationShow, Target: string(o.ID)}}.About(o, d.View.Person)
	for _, f.Domain = range append([]string{""}, o.Domains...) {
		if d.Rules.Decide(f).Outcome == Allowed {
			return true
		}
	}
	return false
}

// Reverse is the action that takes back what a request about a right has
// brought about; false if there is none, or no more.
func (d *Desk) Reverse(r Request) (Action, bool) {
	if r.State != Settled {
		return Action{}, false
	}
	var a Action
	var err error
	switch r.Action.Verb {
	case DelegationGrant:
		all := d.View.Delegations()
		i := slices.IndexFunc(all, func(o Delegation) bool { return o.Request == r.ID && o.Stands() })
		if i < 0 {
			return Action{}, false
		}
		a, err = NewAction(DelegationRevoke, string(all[i].ID), nil)
	case DelegationDeputy:
		a, err = NewAction(DelegationRevoke, r.Action.Target, map[string]string{"deputy": r.Action.Arg("person")})
	case DelegationRevoke:
		of := d.View.Delegation(Mandate(r.Action.Target))
		if !of.Known() || r.Action.Arg("deputy") != "" {
			return Action{}, false
		}
		return d.Again(of.Grant)
	default:
		return Action{}, false
	}
	return a, err == nil
}

// Again is the action that asks for the grant once more; false if it is over, or
// ends at no end of a day.
func (d *Desk) Again(g Grant) (Action, bool) {
	days := func(t time.Time, before int) string {
		if t.IsZero() {
			return ""
		}
		return t.In(d.zone()).AddDate(0, 0, -before).Format(time.DateOnly)
	}
	args := map[string]string{"domains": joined(g.Domains), "units": joined(g.Units), "lists": joined(g.Lists), "verbs": joined(g.Verbs),
		"classes": joined(g.Classes), "from": days(g.From, 0), "until": days(g.Until, 1)}
	if g.Quota > 0 {
		args["quota"] = Size(g.Quota).String()
	}
	if g.Daily > 0 {
		args["daily"] = strconv.Itoa(g.Daily)
	}
	a, err := NewAction(DelegationGrant, string(g.To), args)
	if err != nil {
		return Action{}, false
	}
	if _, until, err := d.dates(a); err != nil || !until.Equal(g.Until) {
		return Action{}, false
	}
	return a, true
}

func joined[T ~string](all []T) string {
	var b strings.Builder
	for i, item := range all {
		if i > 0 {
			b.WriteString(many)
		}
		b.WriteString(string(item))
	}
	return b.String()
}
