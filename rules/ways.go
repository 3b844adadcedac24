package rules

import (
	"iter"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// ways lists how a leaf could turn: something else asked for, or something
// given to the person. What nobody can change, such as an affiliation, has none.
func (s *search) ways(t try, f flip) iter.Seq[try] {
	return func(yield func(try) bool) {
		c, looks := f.leaf, ""
		if len(c.Looks) > 0 {
			looks = c.Looks[0]
		}
		switch {
		case !f.to && looks == "domain":
			_ = s.inDomains(t, s.base.Managed(), yield) && s.inDomain(t, s.base.Actor.UnitDomain, yield)
		case !f.to:
		case c.Word == "quotaWithin", looks == "size" && c.Word == "<=":
			yield(t.withSize(c.bytes))
		case c.Word == "member":
			yield(t.with(desk.Need{What: "group", Name: c.Wants[0]}, toJoin))
		case c.Word == "manages":
			_ = (looks != "domain" || s.inDomains(t, s.base.Managed(), yield)) && s.delegated(t, c, yield)
		case c.Word == "inUnitDomain":
			s.inDomain(t, s.base.Actor.UnitDomain, yield)
		case c.Word == "inCharter":
			s.inCharter(t, yield)
		case c.Word == "==" || c.Word == "in":
			s.equal(t, looks, c.Wants, yield)
		}
	}
}

func (s *search) equal(t try, looks string, wants []string, yield func(try) bool) {
	switch looks {
	case "domain":
		s.inDomains(t, wants, yield)
	case "to", "cos":
		for _, value := range wants {
			if next, ok := t.withArg(looks, value); ok && !yield(next) {
				return
			}
		}
	}
}

func (s *search) inDomains(t try, domains []string, yield func(try) bool) bool {
	for _, domain := range domains[:min(maxDomains, len(domains))] {
		if !s.inDomain(t, domain, yield) {
			return false
		}
	}
	return true
}

// inDomain asks for the same alias in another domain.
func (s *search) inDomain(t try, domain string, yield func(try) bool) bool {
	if domain == "" || domain == t.domain || t.action.Verb != desk.AliasAdd {
		return true
	}
	next, ok := t.withArg("alias", desk.Address(t.action.Arg("alias")).Local()+"@"+domain)
	return !ok || yield(next)
}

// inCharter asks for names of the owner, if their account may be seen: first the
// one that they have elsewhere. Whether they are free, the desk knows.
func (s *search) inCharter(t try, yield func(try) bool) {
	if !s.sight.Target || t.action.Verb != desk.AliasAdd {
		return
	}
	for _, name := range append([]string{s.base.Owner.Mail.Local()}, desk.Candidates(s.base.Owner.Name)...) {
		a := desk.Address(name + "@" + t.domain)
		if name == "" || s.book.naming.breach(a) != desk.NoBreach || s.base.Target.Holds(a) {
			continue
		}
		if next, ok := t.withArg("alias", string(a)); ok && !yield(next) {
			return
		}
	}
}

// delegated gives the person the domain that the clause is about.
func (s *search) delegated(t try, c *clause, yield func(try) bool) bool {
	if len(c.Wants) > 0 {
		return yield(t.with(desk.Need{What: "domain", Name: c.Wants[0]}, toGrant))
	}
	s.imagine(t)
	domain := attributes[c.Looks[0]].text(s.world)
	return domain == "" || yield(t.with(desk.Need{What: "domain", Name: domain}, toGrant))
}

// with gives the person something they lack.
func (t try) with(n desk.Need, cost int) try {
	if !slices.Contains(t.needs, n) {
		t.needs, t.cost = append(slices.Clone(t.needs), n), t.cost+cost
	}
	return t
}

// withSize asks for less.
func (t try) withSize(limit int64) try {
	if t.size <= limit {
		return t
	}
	t.size = limit
	next, _ := t.withArg("size", desk.Size(limit).String())
	return next
}

// withArg asks for something else, until the same day. The verbs that can be
// asked otherwise have no other argument.
func (t try) withArg(name, value string) (try, bool) {
	until := t.action.Arg("until")
	if t.action.Args = name + "=" + value; !plain(value) || until != "" {
		args, err := map[string]string{name: value}, error(nil)
		if until != "" {
			args["until"] = until
		}
		if t.action, err = desk.NewAction(t.action.Verb, t.action.Target, args); err != nil {
			return t, false
		}
	}
	if t.action.Verb == desk.AliasAdd {
		t.domain = desk.Address(t.action.Arg("alias")).Domain()
	}
	t.cost += toAsk
	return t, true
}

// plain says that an argument is written as it is, whatever its form.
func plain(value string) bool {
	return value != "" && strings.Trim(value, "abcdefghijklmnopqrstuvwxyz0123456789.-@") == ""
}
