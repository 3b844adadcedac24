package desk

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// class is the class of service of a new account, by the population of its
// person; "" if none is given.
func (d *Desk) class(of Person) string {
	if p := d.Estate.Populations.Of(of.Affiliation); p != nil {
		return p.Class
	}
	return ""
}

// newcomer completes an action that makes an account, as the directory and the
// populations have it, and gives the account that is to be. What the action says
// already stays: so it was approved. Without a size it is that of the class.
func (d *Desk) newcomer(a Action) (Action, Account, error) {
	person := d.View.Person(d.whoIs(a.Arg("person")))
	args := map[string]string{"cos": cmp.Or(a.Arg("cos"), d.class(person)), "size": a.Arg("size"), "until": a.Arg("until")}
	args["person"] = cmp.Or(string(person.UID), a.Arg("person"))
	args["eppn"] = cmp.Or(a.Arg("eppn"), lowerASCII(person.EPPN))
	args["hidden"] = cmp.Or(a.Arg("hidden"), either(person.Unlisted, string(Yes), ""))
	args["name"] = cmp.Or(a.Arg("name"), oneSpace(person.Name))
	maps.DeleteFunc(args, func(_, value string) bool { return value == "" })
	a, err := NewAction(a.Verb, a.Target, args)
	if err == nil && a.Arg("cos") == "" {
		err = Fail(Invalid, MissingArgument, "name", "cos")
	}
	return a, Account{Address: Address(a.Target), Owner: person.UID, Name: args["name"], COS: args["cos"], Status: Active, Quota: a.Size(), Hidden: args["hidden"] != ""}, err
}

// alone: no other account is being made for the person. Asked in the transaction of
// the claim, one of two is first.
func (d *Desk) alone(r Request) error {
	if r.Action.Verb != AccountCreate || r.Owner == "" {
		return nil
	}
	for o := range d.View.Requests(Query{States: []State{Running, Doubtful}}) {
		if o.ID != r.ID && o.Action.Verb == AccountCreate && o.Owner == r.Owner {
			return Fail(Conflict, PersonTaken, "person", string(r.Owner), "account", o.Action.Target).about(d.View.Person(r.Owner))
		}
	}
	return nil
}

// creatable: nobody has the address, nor the person another account; of a person
// it is made of what the directory says.
func (d *Desk) creatable(a Action, next Account) error {
	person, class := d.View.Person(next.Owner), a.Arg("cos")
	switch {
	case a.Arg("person") != "" && !person.Known():
		return Fail(NotFound, UnknownPerson, "value", a.Arg("person"))
	case !slices.Contains(d.View.Classes(), class):
		return Fail(NotFound, UnknownClass, "value", class)
	case a.Arg("name") == "":
		return Fail(Invalid, MissingArgument, "name", "name")
	case person.Known() && a.Arg("eppn") == "":
		return Fail(Conflict, NoEPPN, "person", string(person.UID)).about(person)
	case a.Arg("eppn") != lowerASCII(person.EPPN):
		return Fail(Conflict, DirectoryOwns, "name", "eppn", "account", a.Target)
	case person.Known() && a.Arg("name") != oneSpace(person.Name):
		return Fail(Conflict, DirectoryOwns, "name", "name", "account", a.Target)
	}
	if owned := d.View.Owned(next.Owner); next.Owner != "" && len(owned) > 0 {
		return Fail(Conflict, PersonTaken, "person", string(next.Owner), "account", string(owned[0].Address)).about(person)
	}
	if last := d.deletionAt(a.Target); last.ID != "" && d.Now().Before(last.Changed.Add(Term)) {
		return Fail(Conflict, AddressDeleted, "address", a.Target, "until", last.Changed.Add(Term).UTC().Format(time.RFC3339))
	}
	if err := d.datable(a); err != nil {
		return err
	}
	return d.free(next.Address, next)
}
