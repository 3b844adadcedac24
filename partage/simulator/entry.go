package simulator

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An attr is an attribute with its values.
type attr struct {
	name   string
	values []string
	list   bool // made by the API itself: an array whatever the number of values
}

// An entry is an account's own attributes, as LDAP holds them, in no order.
type entry []attr

// get returns the values of an attribute, whatever the case of its name.
func (e entry) get(name string) []string {
	for _, a := range e {
		if strings.EqualFold(a.name, name) {
			return a.values
		}
	}
	return nil
}

// first returns the value of an attribute that has one, or "".
func (e entry) first(name string) string {
	if v := e.get(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// set replaces the values of an attribute; none removes it.
func (e *entry) set(name string, values ...string) {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	at := slices.IndexFunc(*e, func(a attr) bool { return a.name == name })
	switch {
	case at >= 0 && len(values) > 0:
		(*e)[at].values = values
	case at >= 0:
		*e = slices.Delete(*e, at, at+1)
	case len(values) > 0:
		*e = append(*e, attr{name: name, values: values})
	}
}

// epoch is when the university stands: nothing in it is more recent.
var epoch = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// statusOf is the status of an ordinary account at the start.
func statusOf(index int) string {
	switch r := mix(index, 4) % 1000; {
	case r < 4:
		return "locked"
	case r < 6:
		return "closed"
	}
	return "active"
}

// entry computes the own attributes of an account nobody changed.
func (u *University) entry(index int) entry {
	p, d := u.Person(index), u.domainOf(index)
	class := u.classes[u.class(d, index)]
	known, b := d.place(index - d.first)
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	e := make(entry, 0, 20)
	e = append(e,
		one("name", p.Mail), one("id", uuid(index, 5)), one("carLicense", p.EPPN), one("givenName", p.GivenName),
		one("sn", p.Surname), one("displayName", p.DisplayName), one("zimbraCOSId", class.ID),
		one("zimbraHideInGal", "FALSE"),
	)
	status, quota := statusOf(index), int64(0)
	if known != nil {
		status, quota = "active", known.quota
	} else {
		if p.Affiliation != student && mix(index, 7)%100 < 3 {
			quota = 2 * class.Quota
		}
		if picked(u.countOrdinary(d, b), u.restored, u.Size()-len(wellKnowns)) {
			e = append(e, one("zimbraNotes", "Compte restauré"))
		}
	}
	used := cmp.Or(quota, class.Quota) / 1000 * int64(mix(index, 6)%620) // of what is theirs, never more
	e = append(e, one("zimbraAccountStatus", status), one("used", strconv.FormatInt(used, 10)))
	if quota > 0 {
		e = append(e, one("zimbraMailQuota", strconv.FormatInt(quota, 10)))
	}
	if p.Affiliation != student {
		e = append(e, one("telephoneNumber", "03688"+strconv.Itoa(50000+int(mix(index, 8)%50000))))
	}
	if ago := mix(index, 10) % 400; ago > 10 || known != nil { // one in forty never logged on
		e = append(e, one("zimbraLastLogonTimestamp", epoch.Add(-time.Duration(ago)*25*time.Hour).Format("20060102150405Z")))
	}
	if aliases := u.aliases(index); len(aliases) > 0 {
		e = append(e, attr{name: "zimbraMailAlias", values: aliases})
	}
	return e
}

// countOrdinary numbers the ordinary accounts: staff, then students.
func (u *University) countOrdinary(d *domain, b int) int {
	if d == &u.domains[1] {
		return u.ordinary + b
	}
	return d.rank + b
}
