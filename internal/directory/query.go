package directory

import (
	"cmp"
	"slices"

	"github.com/go-ldap/ldap/v3"
)

// query is one search; an empty filter finds nothing without asking.
type query struct {
	base       string
	scope      int
	filter     string
	attributes []string
}

func (c Config) people() query {
	a := c.Attributes
	return c.query(c.People, a.UID, a.Name, a.Mail, a.EPPN, a.Affiliation, a.Also, a.Unit, a.State, a.Manager, a.Unlisted)
}

// of is the search for all of a kind, with what they are to be followed by.
func (c Config) of(k kind, way Way) query {
	q := [kinds]query{unitKind: c.units(), groupKind: c.groups(), personKind: c.people()}[k]
	if c.Attributes.Entry != "" {
		q.attributes = append(q.attributes, c.Attributes.Entry)
	}
	if way == Polling {
		q.attributes = append(q.attributes, c.Attributes.Changed)
	}
	return q
}

func (c Config) units() query {
	a := c.Attributes
	return c.query(c.Units, append([]string{a.UnitCode, a.UnitDomain}, a.UnitName...)...)
}

func (c Config) groups() query {
	a := c.Attributes
	return c.query(c.Groups, a.GroupName, a.Member, a.MemberUID)
}

func (c Config) query(b Branch, attributes ...string) query {
	attributes = slices.DeleteFunc(attributes, func(name string) bool { return name == "" })
	return query{cmp.Or(b.Base, c.Base), ldap.ScopeWholeSubtree, b.Filter, attributes}
}

// where narrows the query to entries in which an attribute has the value that
// follows it, for at least one of the pairs. Nothing matches an empty value.
func (q query) where(pairs ...string) query {
	either := ""
	for pair := range slices.Chunk(pairs, 2) {
		if pair[0] != "" && pair[1] != "" {
			either += "(" + pair[0] + "=" + ldap.EscapeFilter(pair[1]) + ")"
		}
	}
	if q.filter == "" || either == "" {
		q.filter = ""
		return q
	}
	q.filter = "(&" + q.filter + "(|" + either + "))"
	return q
}
