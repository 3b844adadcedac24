package main

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage/simulator"
)

// demoPeople is the directory of the invented university.
type demoPeople struct {
	university *simulator.University
	domains    map[string]string // code of a unit -> its mail domain
	admins     map[string]bool
}

func newDemoPeople(u *simulator.University) demoPeople {
	d := demoPeople{university: u, domains: map[string]string{}, admins: map[string]bool{}}
	for _, domain := range u.Domains() {
		if domain.Unit.Code != "" {
			d.domains[domain.Unit.Code] = domain.Name
		}
	}
	for _, uid := range u.Admins() {
		d.admins[uid] = true
	}
	return d
}

// People lists everybody in the directory.
func (d demoPeople) People(context.Context) iter.Seq2[desk.Person, error] {
	return func(yield func(desk.Person, error) bool) {
		for p := range d.university.People() {
			if !yield(d.person(p), nil) {
				return
			}
		}
	}
}

// Person finds one; the zero Person if the directory has none.
func (d demoPeople) Person(_ context.Context, uid desk.UID) (desk.Person, error) {
	p, ok := d.university.ByUID(string(uid))
	if !ok {
		return desk.Person{}, nil
	}
	return d.person(p), nil
}

func (d demoPeople) person(p simulator.Person) desk.Person {
	person := desk.Person{
		UID: desk.UID(p.UID), Name: p.DisplayName, Mail: desk.Address(p.Mail), EPPN: p.EPPN, Affiliation: p.Affiliation,
		Unit: p.Unit.Code, UnitName: p.Unit.Label, UnitDomain: d.domains[p.Unit.Code], Manager: desk.UID(p.Manager), MailState: p.State[len("{MAIL}"):][:1],
	}
	if d.admins[p.UID] {
		person.Groups = []string{"melusine-admins"}
	}
	return person
}

// correspondents gives each domain its own and, for nine in ten, the next
// domain's as a second one: the others are reported.
func (d demoPeople) correspondents() map[string][]string {
	own := d.university.Correspondents()
	names, all := slices.Sorted(maps.Keys(own)), map[string][]string{}
	for i, domain := range names {
		all[domain] = slices.Clone(own[domain])
		for _, next := range slices.Concat(names[i+1:], names[:i]) {
			if second := own[next][0]; i%10 != 9 && !slices.Contains(all[domain], second) {
				all[domain] = append(all[domain], second)
				break
			}
		}
	}
	return all
}
