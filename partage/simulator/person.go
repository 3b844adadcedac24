package simulator

import (
	"strconv"
	"strings"
)

// A Person is who an account belongs to, as the directory says it.
type Person struct {
	Index       int // of the account, 0 to Size-1
	UID         string
	GivenName   string
	Surname     string
	DisplayName string
	Mail        string // name of the account
	EPPN        string // eduPersonPrincipalName; carLicense on Partage
	Affiliation string // eduPersonPrimaryAffiliation: student, employee, faculty, researcher or affiliate
	Unit        Unit   // supannEntiteAffectationPrincipale
	Manager     string // uid, for staff but the heads of units
	State       string // supannRessourceEtat
	Departed    bool   // the account remains, the directory has nobody
}

// Person computes the person of account index, 0 to Size-1, in well under a
// microsecond.
func (u *University) Person(index int) Person {
	d := u.domainOf(index)
	known, b := d.place(index - d.first)
	if known != nil {
		return u.celebrity(index, known)
	}
	id := u.identity(d, b)
	p := Person{
		Index: index, GivenName: id.given.text, Surname: id.surname.text,
		DisplayName: id.given.text + " " + id.surname.text,
		Mail:        id.address(d),
		UID:         uid(id, index),
		Unit:        u.unitOf(d, index).Unit,
		Departed:    u.departed(d, index),
		State:       u.state(index),
	}
	p.EPPN = p.UID + "@" + u.scope
	p.Affiliation = u.affiliation(d, index)
	if p.Affiliation != student {
		p.Manager = u.manager(p.Unit, p.UID)
	}
	return p
}

// uid ends with the index of the account, so that a uid gives its person.
func uid(id identity, index int) string {
	letters := strings.ReplaceAll(id.surname.slug, "-", "")
	return id.given.slug[:1] + letters[:min(8, len(letters))] + strconv.Itoa(index)
}

func (u *University) celebrity(index int, k *wellKnown) Person {
	var home Unit
	for _, d := range u.domains {
		if d.Unit.Code == k.unit {
			home = d.Unit
		}
	}
	return Person{
		Index: index, UID: k.uid, GivenName: k.given, Surname: k.surname, DisplayName: k.given + " " + k.surname,
		Mail: k.mail, EPPN: k.uid + "@" + u.scope, Affiliation: k.affiliation, Unit: home, Manager: k.manager, State: activeMailbox,
	}
}

const (
	activeMailbox = "{MAIL}A:SupannActif"
	lockedMailbox = "{MAIL}S:SupannVerrouille"
)

// state is that of the mailbox of an ordinary person.
func (u *University) state(index int) string {
	if u.statusOf(index) == "active" {
		return activeMailbox
	}
	return lockedMailbox
}

// unitOf is the domain of the unit a person belongs to: that of their address,
// or, for the two domains of the whole university, any that fits.
func (u *University) unitOf(d *domain, index int) *domain {
	if d.Unit.Code != "" {
		return d
	}
	choices := u.units
	if d == &u.domains[1] {
		choices = u.teaching
	}
	r := u.mix(index, 1)
	return &u.domains[2+min(r%uint64(choices), r>>32%uint64(choices))] // the first ones are larger
}

func (u *University) affiliation(d *domain, index int) string {
	if d == &u.domains[1] {
		return student
	}
	hosted := u.classes[u.class(d, index)].hosted
	switch r := u.mix(index, 2) % 10; {
	case hosted && r < 6:
		return affiliate
	case hosted:
		return researcher
	case r < 5:
		return employee
	case r < 9:
		return faculty
	}
	return researcher
}

// departed spreads the accounts without a person over those that are computed.
func (u *University) departed(d *domain, index int) bool {
	known, b := d.place(index - d.first)
	switch {
	case known != nil:
		return false
	case d == &u.domains[1]:
		return picked(b, scale(u.Size(), fullDepartedStudents), d.ordinary())
	}
	return picked(d.rank+b, scale(u.Size(), fullDepartedStaff), u.ordinary)
}
