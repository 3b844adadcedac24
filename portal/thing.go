package portal

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// A leaf is a list or a resource with a page of its members.
type leaf struct {
	desk.Thing
	members []member
	next    desk.Address // where the page after begins, "" if there is none
	offers  []desk.Verb
}

// A member is one of a list, with the page about it if the reader may see that.
type member struct {
	address desk.Address
	owner   desk.UID
	href    string
}

// thing shows a list, a group or a resource.
func (p *Portal) thing(v *visit) error {
	t, err := p.Desk.Thing(v.UserContext(), v.me.UID, desk.Portal, v.Params("address"))
	if err != nil {
		return notThere(err)
	}
	l := leaf{Thing: t, offers: p.offersOn(v, t.Target)}
	if list := t.Target.Detail.List; list != nil {
		l.members, l.next = p.membersAfter(v, list.Members)
	}
	pg := p.page(v, "thing", "address", string(t.Target.Address))
	return render(v.Ctx, fiber.StatusOK, thingPage(pg, l))
}

// membersAfter is a page of members, after the one that the address names.
func (p *Portal) membersAfter(v *visit, all []desk.Address) (some []member, next desk.Address) {
	at, there := slices.BinarySearch(all, desk.Address(v.Query(fieldAfter)))
	if there {
		at++
	}
	for _, a := range all[at:min(len(all), at+aPage)] {
		some = append(some, p.member(v, a))
	}
	if at+aPage < len(all) {
		next = all[at+aPage-1]
	}
	return some, next
}

func (p *Portal) member(v *visit, a desk.Address) member {
	if !p.Desk.View.Account(a).Known() {
		return member{address: a, href: p.thingAt(v.me, a)}
	}
	account, err := p.Desk.Show(v.me.UID, desk.Portal, string(a))
	if err != nil {
		return member{address: a}
	}
	return member{a, account.Owner, pathAccounts + "/" + escapePath(string(account.Address))}
}

// thingAt is the page of the list or the resource at an address, "" if the person
// may not see it or there is none.
func (p *Portal) thingAt(me desk.Person, a desk.Address) string {
	found, err := p.Desk.Find(me.UID, desk.Portal, string(a))
	if err != nil {
		return ""
	}
	return pathThings + "/" + escapePath(string(found.Address))
}

// offersOn are the verbs that act on a list or a resource as it is and that the
// rules do not deny. Of one that takes more they are asked about something that
// stands in its place: what is wrong with that is no denial.
func (p *Portal) offersOn(v *visit, a desk.Account) (verbs []desk.Verb) {
	for _, verb := range requests(true) {
		if !suitsThing(verb, a) {
			continue
		}
		_, d, err := p.Desk.Preview(v.me.UID, desk.Portal, standIn(verb, a.Address))
		conceded := err == nil && (d.Outcome == desk.Allowed || d.Outcome == desk.Pending)
		kind := desk.KindOf(err)
		moot := (kind == desk.Conflict || kind == desk.NotFound || kind == desk.Invalid) && desk.CodeOf(err) != desk.WrongKind
		if conceded || err != nil && moot {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

// standIn is the verb with something in the place of all that it takes.
func standIn(verb desk.Verb, at desk.Address) desk.Action {
	args, spec := map[string]string{}, specOf(verb)
	for _, name := range spec.Needed() {
		args[name] = "x@" + at.Domain()
	}
	if _, named := spec.Args["name"]; named {
		args["name"] = "x"
	}
	a, _ := desk.NewAction(verb, string(at), args)
	return a
}

// suitsThing leaves out what is never asked of such a list or resource: what was
// deleted can be given back, and nothing else.
func suitsThing(verb desk.Verb, a desk.Account) bool {
	list, room := a.Detail.List, a.Detail.Resource
	switch spec := specOf(verb); {
	case !spec.Object || spec.Makes, spec.Target == desk.ListForm && list == nil, spec.Target == desk.ResourceForm && room == nil, spec.Target == desk.DomainForm:
		return false
	}
	back := list != nil && list.Emptied() || room != nil && room.Shelved()
	switch verb {
	case desk.ListRestore, desk.ResourceRestore:
		return back
	case desk.ListUnalias:
		return !back && len(list.Aliases) > 0
	case desk.ListRemove:
		return !back && list.Size > 0
	case desk.ListUnsender:
		return !back && len(list.Senders) > 0
	}
	return !back
}

func specOf(verb desk.Verb) desk.Spec {
	spec, _ := desk.SpecOf(verb)
	return spec
}
