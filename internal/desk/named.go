package desk

import "slices"

// Named lists the accounts of the people who have that name, in order, that the
// rules let the person see: its words without case nor accents, in their order.
func (d *Desk) Named(by UID, via Door, name string) (all []Account) {
	for _, uid := range d.View.Named(name) {
		for _, a := range d.View.Owned(uid) {
			if d.shows(by, via, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

// Offered leaves of the verbs those that the rules could ever let the person ask
// for: they are asked about accounts that stand for those that the person has, keeps,
// or might, in each domain. What changes nothing is offered to all.
func (d *Desk) Offered(by UID, via Door, verbs ...Verb) (some []Verb) {
	actor := d.View.Person(by)
	specimens := d.specimens(actor)
	for _, v := range verbs {
		if d.offers(actor, via, v, specimens) {
			some = append(some, v)
		}
	}
	return some
}

func (d *Desk) offers(actor Person, via Door, v Verb, specimens []Account) bool {
	spec, ok := SpecOf(v)
	if !ok || !spec.Changes {
		return ok && !spec.Step
	}
	now := d.Now()
	may := func(f Facts) bool {
		f.Actor, f.Via, f.Now, f.Action.Verb = actor, via, now, v
		return d.Rules.Decide(f).concedes()
	}
	if spec.Target != AccountForm {
		return may(Facts{}) || slices.ContainsFunc(specimens, func(a Account) bool { return may(Facts{Domain: a.Address.Domain()}) })
	}
	return slices.ContainsFunc(specimens, func(a Account) bool {
		f := Facts{Action: Action{Target: string(a.Address)}, Target: a, Owner: d.View.Person(a.Owner), Domain: a.Address.Domain(), Size: a.Quota + 1<<30}
		switch {
		case spec.Args["alias"] != NoForm:
			f.Action.Args = "alias=essai@" + f.Domain
		case spec.Args["to"] != NoForm:
			f.Action.Args = "to=essai@" + f.Domain
		case spec.Args["size"] != NoForm:
			f.Action.Args = "size=" + Size(f.Size).String()
		case spec.Args["cos"] != NoForm && len(d.View.Classes()) > 0:
			f.Action.Args = "cos=" + d.View.Classes()[0]
		}
		return may(f)
	})
}

// specimens are the person's accounts, and one of nobody's in each domain that
// may be theirs to look after.
func (d *Desk) specimens(actor Person) (all []Account) {
	all = slices.Clone(d.View.Owned(actor.UID))
	for _, a := range all[:len(all):len(all)] {
		a.ID, a.Owner = "", ""
		all = append(all, a)
	}
	for _, right := range actor.Delegations {
		for _, domain := range right.Domains {
			all = append(all, Account{Address: Address("essai@" + domain), Status: Active, Quota: 1 << 30})
		}
	}
	return all
}
