package charter

import (
	"cmp"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

// A role is in what capacity somebody does what a rule is about. That of a group
// is the name of the group in the book.
type role string

// The other roles have no letter that a group may begin with.
const (
	everybody      role = "*everybody"
	holders        role = "*holders"
	colleagues     role = "*colleagues"
	correspondents role = "*correspondents"
	heads          role = "*heads"
)

// order is that of the pages; the groups come last, administrators after all.
var order = []role{everybody, holders, colleagues, correspondents, heads}

func compare(a, b role) int {
	rank := func(r role) int {
		if i := slices.Index(order, r); i >= 0 {
			return i
		}
		if r == "admins" {
			return len(order) + 1
		}
		return len(order)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(string(a), string(b)))
}

// roles lists whom a rule is about.
func roles(r rules.Rule) []role {
	found := rolesOf(r.Condition)
	if len(found) == 0 {
		return []role{everybody}
	}
	slices.SortFunc(found, compare)
	return slices.Compact(found)
}

// rolesOf reads a condition: of parts that must all hold, the one that gives the
// highest role tells whom it is about.
func rolesOf(c desk.Clause) (found []role) {
	switch c.Word {
	case "member":
		return []role{role(c.Wants[0])}
	case "manages":
		return []role{correspondents}
	case "heads":
		return []role{heads}
	case "sameUnit":
		return []role{colleagues}
	case "owns":
		return []role{holders}
	case "and":
		for _, p := range c.Parts {
			if some := rolesOf(p); len(some) > 0 && (len(found) == 0 || compare(highest(some), highest(found)) > 0) {
				found = some
			}
		}
	case "or":
		for _, p := range c.Parts {
			some := rolesOf(p)
			if len(some) == 0 {
				return nil // it holds without any role
			}
			found = append(found, some...)
		}
	}
	return found
}

func highest(of []role) role { return slices.MaxFunc(of, compare) }

// touches says whether a rule can be about a domain: false if its condition
// names others.
func touches(c desk.Clause, domain string) bool { return couldHold(c, domain, true) }

// couldHold says whether a clause can come to an answer, knowing the domain
// alone.
func couldHold(c desk.Clause, domain string, answer bool) bool {
	could := func(p desk.Clause) bool { return couldHold(p, domain, answer) }
	switch c.Word {
	case "not":
		return couldHold(c.Parts[0], domain, !answer)
	case "and", "or":
		if (c.Word == "and") == answer {
			return !slices.ContainsFunc(c.Parts, func(p desk.Clause) bool { return !could(p) })
		}
		return slices.ContainsFunc(c.Parts, could)
	case "==", "in":
		if len(c.Looks) == 1 && (c.Looks[0] == "domain" || c.Looks[0] == "target.domain") {
			return slices.Contains(c.Wants, domain) == answer
		}
	case "true", "false":
		return (c.Word == "true") == answer
	}
	return true
}
