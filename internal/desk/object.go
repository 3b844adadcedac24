package desk

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostMembers is how many members one call to Partage may name.
const MostMembers = 4000

// What a new list is made of, and a tree named by its content.
var (
	listArgs = map[string]Form{"name": TextForm + optional, "description": TextForm + optional, "hidden": YesForm + optional, "members": MembersForm + optional,
		"until": DayForm + optional}
	treeArgs = map[string]Form{"tree": BookForm + optional, "from": BookForm + optional}
)

// resourceArgs are what resource.profile sets: each field of Partage, its display
// name and whether it can be booked.
var resourceArgs = map[string]Form{
	"name": TextForm + optional, "status": StateForm + optional, "type": RoomForm + optional, "description": TextForm + optional,
	"place": TextForm + optional, "site": TextForm + optional, "building": TextForm + optional, "floor": TextForm + optional, "room": TextForm + optional,
	"capacity": TextForm + optional, "contact": TextForm + optional, "contactmail": AddressForm + optional, "contactphone": PhoneForm + optional,
	"country": TextForm + optional, "city": TextForm + optional, "state": TextForm + optional, "street": TextForm + optional, "postcode": TextForm + optional,
	"accepts": SwitchForm + optional, "declinesbusy": SwitchForm + optional, "declinesrecurring": SwitchForm + optional, "forward": ForwardForm + optional,
}

// newResourceArgs: it has a name and a type from the beginning, and is open.
var newResourceArgs = func() map[string]Form {
	args := maps.Clone(resourceArgs)
	args["name"], args["type"] = TextForm, RoomForm
	delete(args, "status")
	delete(args, "forward") // Partage passes over it then
	return args
}()

// ResourceFields names what resource.profile sets beside the name and the status, sorted.
func ResourceFields() []string {
	fields := slices.Collect(maps.Keys(resourceArgs))
	fields = slices.DeleteFunc(fields, func(f string) bool { return f == "name" || f == "status" })
	slices.Sort(fields)
	return fields
}

// rawResourceArgs are the same as Partage has them, with the notes and the mark of
// a step.
func rawResourceArgs() map[string]Form {
	args := map[string]Form{"notes": RawForm + optional, "mark": TextForm + optional, "status": StateForm + optional}
	for field := range resourceArgs {
		if args[field] == "" {
			args[field] = RawForm + optional
		}
	}
	return args
}

// Members are the addresses that an action on a list names, sorted.
func (a Action) Members() (members []Address) {
	for one := range strings.SplitSeq(a.Arg("members"), many) {
		if one != "" {
			members = append(members, Address(one))
		}
	}
	return members
}

// joinMembers is what Members reads.
func joinMembers(all []Address) string { return joined(all) }

// switched is how a switch is written.
func switched(on bool) string { return string(either(on, Yes, No)) }

// ofObject is the one way to write what verbs on lists, resources and trees take.
func (f Form) ofObject(value string) (string, bool) {
	lower := lowerASCII(value)
	switch f {
	case MembersForm:
		var all []string
		for one := range strings.SplitSeq(value, many) {
			member, ok := who(lowerASCII(strings.TrimSpace(one)))
			if !ok {
				return "", false
			}
			all = append(all, member)
		}
		slices.Sort(all)
		all = slices.Compact(all)
		return strings.Join(all, many), len(all) <= MostMembers
	case SwitchForm:
		return lower, lower == string(Yes) || lower == string(No)
	case RoomForm:
		return lower, lower == Location || lower == Equipment
	case StateForm:
		return lower, lower == Active || lower == Closed
	}
	return value, f == RawForm && utf8.ValidString(value) && !strings.Contains(value, "\x00")
}

// The types of resources.
const (
	Location  = "location"
	Equipment = "equipment"
)

// kindMade is the kind of list that the verb makes, "" if it makes none.
func (v Verb) kindMade() ListKind {
	return map[Verb]ListKind{ListCreate: Distribution, GroupCreate: Grouping, FanOutCreate: FanOut}[v]
}

// takesBack is the verb of what a verb gives back, "" if it gives nothing back.
func (v Verb) takesBack() Verb {
	switch v {
	case AccountRestore, AccountPurge:
		return AccountDelete
	case ListRestore:
		return ListDelete
	case ResourceRestore:
		return ResourceDelete
	}
	return ""
}

// takers are the verbs that take back what a verb does.
func (v Verb) takers() (all []Verb) {
	for _, taker := range []Verb{AccountRestore, AccountPurge, ListRestore, ResourceRestore} {
		if taker.takesBack() == v {
			all = append(all, taker)
		}
	}
	return all
}

// object is what an action on a list, a resource or a tree acts on: as it is known,
// as it is to be, or as it was. none is the code of the trouble that there is none.
func (d *Desk) object(a Action) (target Account, none Code) {
	spec, _ := SpecOf(a.Verb)
	switch {
	case a.Verb.takesBack() != "":
		return d.deletion(a).Origin, NotDeleted
	case spec.Target == ListForm:
		return d.View.List(Address(a.Target)).Target(), spec.unknown()
	case spec.Target == ResourceForm:
		return d.View.Resource(Address(a.Target)).Target(), spec.unknown()
	case spec.Target == DomainForm:
		return d.View.Tree(a.Target).Target(a.Target), UnknownDomain
	}
	return a.Named(), InvalidAddress
}

// Named is what an action on a list, a resource or a tree acts on, as far as the
// action itself tells.
func (a Action) Named() Account {
	switch spec := specs[a.Verb]; {
	case spec.Target == DomainForm:
		return Tree{}.Target(a.Target)
	case spec.Target == ResourceForm || a.Verb == ResourceCreate:
		return Resource{Address: Address(a.Target), Name: a.Arg("name"), Status: Active}.Target()
	}
	kind := cmp.Or(a.Verb.kindMade(), Distribution)
	return List{Address: Address(a.Target), Kind: kind, Name: a.Arg("name"), Hidden: a.Arg("hidden") != ""}.Target()
}

// any is what has an address, whatever it is; the zero Account if nothing has.
func (d *Desk) any(a Address) Account {
	if account := d.View.Account(a); account.Known() {
		return account
	}
	if l := d.View.List(a); l.Known() {
		return l.Target()
	}
	return d.View.Resource(a).Target()
}

// Kind names what an action acts on: "account", a ListKind, "resource" or "tree".
func (a Account) Kind() string {
	switch d := a.Detail; {
	case d == nil || d.List == nil && d.Resource == nil && d.Tree == nil:
		return "account"
	case d.List != nil:
		return string(d.List.Kind)
	case d.Tree != nil:
		return "tree"
	}
	return "resource"
}

func (a Account) list() List {
	if a.Detail == nil || a.Detail.List == nil {
		return List{}
	}
	return *a.Detail.List
}

func (a Account) resource() Resource {
	if a.Detail == nil || a.Detail.Resource == nil {
		return Resource{}
	}
	return *a.Detail.Resource
}

// aside says that it was deleted by us and lies where it can be given back from.
func (a Account) aside() bool { return a.Deleted() || a.list().Emptied() || a.resource().Shelved() }

// objectable is possible for the verbs on lists, resources and trees. target is
// as just read, which may be without members: the copy in memory has them.
func (d *Desk) objectable(f *Facts) error {
	if d.View.Listed().IsZero() {
		return stale("partage", d.View.Listed())
	}
	if err := d.addressed(f); err != nil {
		return err
	}
	switch v := f.Action.Verb; {
	case v.kindMade() != "":
		return d.listable(f.Action)
	case v == ListRestore, v == ResourceRestore:
		return d.returnable(f)
	case v == ResourceCreate, v == ResourceRename, v == ResourceProfile, v == ResourceDelete:
		return d.reservable(f.Action, f.Target.resource())
	case v == TreePublish, v == TreeRollback, v == TreeWithdraw:
		return d.plantable(f)
	}
	return d.mailable(f)
}

// addressed puts the address of their account in the place of each member that is
// named by a login.
func (d *Desk) addressed(f *Facts) (err error) {
	members := f.Action.Members()
	if !slices.ContainsFunc(members, Address.login) {
		return nil
	}
	for i, m := range members {
		if !m.login() {
			continue
		}
		if members[i] = d.Resolve(string(m)).Address; members[i] == "" {
			return Fail(NotFound, UnknownAccount, "value", string(m))
		}
	}
	args := map[string]string{}
	for name := range specs[f.Action.Verb].Args {
		args[name] = f.Action.Arg(name)
	}
	args["members"] = joinMembers(members)
	f.Action, err = NewAction(f.Action.Verb, f.Action.Target, args)
	return err
}

// login says that it is none, but names somebody.
func (a Address) login() bool { return !strings.Contains(string(a), "@") }

// named is the address that the action would give, "" if it gives none.
func (a Action) named() Address {
	switch {
	case specs[a.Verb].Makes:
		return Address(a.Target)
	case a.Verb == ListAlias:
		return Address(a.Arg("alias"))
	case a.Verb == ListRename || a.Verb == ResourceRename:
		return Address(a.Arg("to"))
	}
	return ""
}

// returnable: nobody else has its address, and it is what was deleted last.
func (d *Desk) returnable(f *Facts) error {
	holder := d.any(f.Target.Address)
	if holder.Known() && (holder.ID != f.Target.ID || !holder.aside()) {
		return Fail(Conflict, AddressTaken, "address", string(f.Target.Address))
	}
	return d.lastsAgain(f)
}

// reservable: what is asked of a resource can be, and is not so yet.
func (d *Desk) reservable(a Action, r Resource) error {
	switch a.Verb {
	case ResourceCreate:
		return d.free(Address(a.Target), Account{})
	case ResourceRename:
		to := Address(a.Arg("to"))
		if to.Domain() != r.Address.Domain() {
			return Fail(Conflict, OtherDomain, "to", string(to), "domain", r.Address.Domain())
		}
		if d.View.Resource(to).Shelved() { // it was renamed from there: it goes back
			return nil
		}
		return d.free(to, Account{})
	case ResourceProfile:
		if a.Args == "" {
			return Fail(Invalid, MissingArgument, "name", "args")
		}
		return resourceValues(a)
	}
	return nil
}

// resourceValues: a capacity is a number, and what a resource must have is not
// taken from it.
func resourceValues(a Action) error {
	if n := a.Arg("capacity"); n != "" && n != Nowhere && !countForm.MatchString(n) {
		return Fail(Invalid, InvalidArgument, "name", "capacity", "value", n)
	}
	if a.Arg("name") == Nowhere {
		return Fail(Invalid, InvalidArgument, "name", "name", "value", Nowhere)
	}
	return nil
}
