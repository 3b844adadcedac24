package rules

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// ways lists how a leaf could turn: something else asked for, or something
// given to the person. What nobody can change, such as an affiliation, has none.
func (s *search) ways(t try, f flip) []try {
	c, looks := f.leaf, ""
	if len(c.Looks) > 0 {
		looks = c.Looks[0]
	}
	switch {
	case !f.to:
		return s.otherDomains(t, looks, nil)
	case c.Word == "quotaWithin", looks == "size" && c.Word == "<=":
		return t.withSize(c.bytes)
	case c.Word == "member":
		return t.with(desk.Need{What: "group", Name: c.Wants[0]}, toJoin, func(f *desk.Facts) {
			f.Actor.Groups = append(slices.Clone(f.Actor.Groups), s.book.groups[c.Wants[0]])
		})
	case c.Word == "manages":
		return append(s.otherDomains(t, looks, t.facts.Actor.Manages), s.delegated(t, c)...)
	case c.Word == "inUnitDomain":
		return s.otherDomains(t, "domain", []string{t.facts.Actor.UnitDomain})
	case c.Word == "inCharter":
		return t.withArg("alias", string(t.facts.Owner.Mail.Local()+"@"+t.facts.Domain))
	case c.Word == "==" || c.Word == "in":
		return s.equal(t, looks, c.Wants)
	}
	return nil
}

func (s *search) equal(t try, looks string, wants []string) (ways []try) {
	switch looks {
	case "domain":
		return s.otherDomains(t, looks, wants)
	case "to", "cos":
		for _, value := range wants {
			ways = append(ways, t.withArg(looks, value)...)
		}
	}
	return ways
}

// otherDomains asks for the same alias in other domains: those that the person
// manages or belongs to, unless others are given.
func (s *search) otherDomains(t try, looks string, domains []string) (ways []try) {
	if looks != "domain" || t.facts.Action.Verb != desk.AliasAdd {
		return nil
	}
	if domains == nil {
		domains = append(slices.Clone(t.facts.Actor.Manages), t.facts.Actor.UnitDomain)
	}
	local := desk.Address(t.facts.Action.Arg("alias")).Local()
	for _, domain := range domains {
		if domain != "" && domain != t.facts.Domain && len(ways) < maxDomains {
			ways = append(ways, t.withArg("alias", local+"@"+domain)...)
		}
	}
	return ways
}

// delegated gives the person the domain that the clause is about.
func (s *search) delegated(t try, c *clause) []try {
	var w world
	w.look(s.book, t.facts)
	domain := ""
	if len(c.Wants) > 0 {
		domain = c.Wants[0]
	} else if domain = attributes[c.Looks[0]].text(&w); domain == "" {
		return nil
	}
	return t.with(desk.Need{What: "domain", Name: domain}, toGrant, func(f *desk.Facts) {
		f.Actor.Manages = append(slices.Clone(f.Actor.Manages), domain)
	})
}

// with gives the person something they lack.
func (t try) with(n desk.Need, cost int, give func(*desk.Facts)) []try {
	if !slices.Contains(t.needs, n) {
		t.needs = append(slices.Clone(t.needs), n)
		t.cost += cost
		give(&t.facts)
	}
	return []try{t}
}

// withSize asks for less.
func (t try) withSize(limit int64) []try {
	if t.facts.Size <= limit {
		return []try{t}
	}
	t.facts.Size = limit
	return t.withArg("size", desk.Size(limit).String())
}

// withArg asks for something else.
func (t try) withArg(name, value string) []try {
	args := map[string]string{}
	for word := range strings.SplitSeq(t.facts.Action.Args, " ") {
		k, v, _ := strings.Cut(word, "=")
		args[k] = v
	}
	args[name] = value
	a, err := desk.NewAction(t.facts.Action.Verb, t.facts.Action.Target, args)
	if err != nil {
		return nil
	}
	if a.Verb == desk.AliasAdd {
		t.facts.Domain = desk.Address(a.Arg("alias")).Domain()
	}
	t.facts.Action, t.cost = a, t.cost+toAsk
	return []try{t}
}
