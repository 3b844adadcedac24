package simulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An account is one that nobody changed. What is asked of it is computed, and
// only that: a filter over ten million of them reads one or two attributes.
type account struct {
	u     *University
	d     *domain
	index int
	known *wellKnown // or else b of the ordinary ones of d
	b     int
	names identity
}

// account is that at a position of d.
func (u *University) account(d *domain, at int) *account {
	a := &account{u: u, d: d, index: d.first + at}
	if a.known, a.b = d.place(at); a.known == nil {
		a.names = u.identity(d, a.b)
	}
	return a
}

func (a *account) mail() string {
	if a.known != nil {
		return a.known.mail
	}
	return a.names.address(a.d)
}

func (a *account) givenName() string {
	if a.known != nil {
		return a.known.given
	}
	return a.names.given.text
}

func (a *account) surname() string {
	if a.known != nil {
		return a.known.surname
	}
	return a.names.surname.text
}

func (a *account) class() *COS { return &a.u.classes[a.u.class(a.d, a.index)] }

func (a *account) student() bool {
	if a.known != nil {
		return a.known.affiliation == student
	}
	return a.d == &a.u.domains[1]
}

func (a *account) uid() string {
	if a.known != nil {
		return a.known.uid
	}
	return uid(a.names, a.index)
}

func (a *account) status() string {
	if a.known != nil {
		return "active"
	}
	return a.u.statusOf(a.index)
}

// quota is its own: 0 when it has that of its class.
func (a *account) quota() int64 {
	switch {
	case a.known != nil:
		return a.known.quota
	case a.u.mix(a.index, 7)%100 < 3 && !a.student():
		return 2 * a.class().Quota
	}
	return 0
}

// used is of what is theirs, never more.
func (a *account) used() string {
	return strconv.FormatInt(cmp.Or(a.quota(), a.class().Quota)/1000*int64(a.u.mix(a.index, 6)%620), 10)
}

func (a *account) notes() string {
	if a.known == nil && picked(a.u.countOrdinary(a.d, a.b), a.u.restored, a.u.Size()-len(wellKnowns)) {
		return "Compte restauré"
	}
	return ""
}

func (a *account) phone() string {
	if a.student() {
		return ""
	}
	return "03688" + strconv.Itoa(50000+int(a.u.mix(a.index, 8)%50000))
}

// lastLogon is "" for one in forty, who never came.
func (a *account) lastLogon() string {
	ago := a.u.mix(a.index, 10) % 400
	if ago <= 10 && a.known == nil {
		return ""
	}
	return epoch.Add(-time.Duration(ago) * 25 * time.Hour).Format("20060102150405Z")
}

// A computed attribute is one of one value that an account has at the start; ""
// is none.
type computed struct {
	name string
	of   func(*account) string
}

// atStart are those attributes, in the order in which they are shown.
var atStart = []computed{
	{"name", (*account).mail},
	{"id", func(a *account) string { return a.u.uuid(a.index, 5) }},
	{"carLicense", func(a *account) string { return a.uid() + "@" + a.u.scope }},
	{"givenName", (*account).givenName},
	{"sn", (*account).surname},
	{"displayName", func(a *account) string { return a.givenName() + " " + a.surname() }},
	{"zimbraCOSId", func(a *account) string { return a.class().ID }},
	{"zimbraHideInGal", func(*account) string { return "FALSE" }},
	{"zimbraNotes", (*account).notes},
	{"zimbraAccountStatus", (*account).status},
	{"used", (*account).used},
	{"zimbraMailQuota", func(a *account) string {
		if q := a.quota(); q > 0 {
			return strconv.FormatInt(q, 10)
		}
		return ""
	}},
	{"telephoneNumber", (*account).phone},
	{"zimbraLastLogonTimestamp", (*account).lastLogon},
}

// entry computes the own attributes of an account nobody changed.
func (u *University) entry(index int) entry {
	d := u.domainOf(index)
	a := u.account(d, index-d.first)
	e := make(entry, 0, len(atStart)+1)
	for _, c := range atStart {
		if v := c.of(a); v != "" {
			e = append(e, attr{name: c.name, values: []string{v}})
		}
	}
	if aliases := u.aliases(index); len(aliases) > 0 {
		e = append(e, attr{name: aliasAttr, values: aliases})
	}
	return e
}

// get is what entry.get is, without the rest of the entry.
func (a *account) get(name string) []string {
	if strings.EqualFold(name, aliasAttr) {
		return a.u.aliases(a.index)
	}
	i := slices.IndexFunc(atStart, func(c computed) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		return nil
	}
	if v := atStart[i].of(a); v != "" {
		return []string{v}
	}
	return nil
}
