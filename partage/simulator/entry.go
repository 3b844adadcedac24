package simulator

import (
	"slices"
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
func (e entry) first(name string) string { return only(e.get(name)) }

func only(values []string) string {
	if len(values) > 0 {
		return values[0]
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
func (u *University) statusOf(index int) string {
	switch r := u.mix(index, 4) % 1000; {
	case r < 4:
		return "locked"
	case r < 6:
		return "closed"
	}
	return "active"
}

// countOrdinary numbers the ordinary accounts: staff, then students.
func (u *University) countOrdinary(d *domain, b int) int {
	if d == &u.domains[1] {
		return u.ordinary + b
	}
	return d.rank + b
}
