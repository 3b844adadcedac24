package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// gone marks an address that no longer belongs to the account it was computed
// for.
const gone = -1

// entryOf is the own attributes of an account. It must not be changed.
func (s *Server) entryOf(index int) entry {
	if e, changed := s.changed[index]; changed {
		return e
	}
	return s.u.entry(index)
}

// hold keeps what an account has become: nil when it is deleted. Every change of
// an account comes here.
func (s *Server) hold(index int, e entry) {
	s.count(index, -1)
	s.changed[index] = e
	s.count(index, 1)
	s.listings.changed(index)
}

// count adds an account to the totals and the index of what was changed, or
// takes it out.
func (s *Server) count(index, by int) {
	d := s.home(index)
	if d == nil {
		return
	}
	s.growth[d.Name] += by
	e := s.entryOf(index)
	for _, a := range e.get(aliasAttr) {
		s.aliasGrowth[hostOf(a)] += by
	}
	if _, changed := s.changed[index]; !changed {
		return
	}
	licence := strings.ToLower(e.first("carLicense"))
	s.licences[licence] = slices.DeleteFunc(s.licences[licence], func(i int) bool { return i == index })
	if by > 0 && licence != "" {
		s.licences[licence] = append(s.licences[licence], index)
	}
	if len(s.licences[licence]) == 0 {
		delete(s.licences, licence)
	}
}

// population is how many accounts d has.
func (s *Server) population(d *domain) int { return d.Accounts + s.growth[d.Name] }

// home is the domain of an account; nil when it was deleted or never was.
func (s *Server) home(index int) *domain {
	e, changed := s.changed[index]
	if !changed && index < s.u.Size() {
		return s.u.domainOf(index)
	}
	d, _ := s.u.domain(hostOf(e.first("name")))
	return d
}

// hostOf is what follows the "@".
func hostOf(address string) string {
	_, host, _ := strings.Cut(address, "@")
	return host
}

// find looks an address up among names and aliases.
func (s *Server) find(address string) (int, bool) {
	if index, moved := s.moved[address]; moved {
		return index, index != gone
	}
	return s.u.ByAddress(address)
}

// own finds the account a call is about. An alias will do for a name: Zimbra
// resolves it (likely so through the API). An account of another domain is out
// of the token's reach.
func (s *Server) own(c call) (index int, refusal string) {
	name := c.form.name()
	if name == "" {
		return 0, "invalid request: missing required attribute: name"
	}
	index, found := s.find(name)
	if !found {
		return 0, "no such account: " + name
	}
	if s.home(index) != c.domain {
		return 0, "permission denied: can not access account " + name
	}
	return index, ""
}

func (s *Server) getAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(func(x *document) { x.account(1, s.view(index, accountFeatures), nil) }), nil
}

// account writes the wanted attributes of an account; nil is all.
func (x *document) account(depth int, e entry, wanted []string) {
	x.open(depth, "account")
	for _, a := range e {
		if wanted == nil || slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, a.name) }) {
			x.attr(depth+1, a)
		}
	}
	x.shut(depth, "account")
}

// view is what the API shows of an account: its own attributes, those it
// inherits from its class, and those the API computes. Nothing tells an
// inherited value from an own one. A password is never shown. Of the features,
// which every class gives and few listings ask for, only those wanted come.
func (s *Server) view(index int, features []string) entry {
	own := s.entryOf(index)
	class := s.classOf(own)
	e := make(entry, 0, len(own)+8)
	for _, a := range own {
		if a.name != "userPassword" && a.name != validity {
			e = append(e, a)
		}
	}
	for _, a := range []attr{
		{name: "zimbraMailQuota", values: []string{strconv.FormatInt(class.Quota, 10)}},
		{name: "zimbraZimletAvailableZimlets", values: zimlets},
	} {
		if own.get(a.name) == nil {
			e = append(e, a)
		}
	}
	for _, name := range features {
		if own.get(name) == nil {
			e = append(e, attr{name: name, values: switchedOn})
		}
	}
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	return append(e,
		one("admin", "DOMAIN"), one("mav-transformation", "FALSE"), one("mav-redirection", ""),
		one("quota", e.first("zimbraMailQuota")), one("cos_name", class.Name),
	)
}

// accountFeatures are the switches of a class that an account may have too.
var accountFeatures = []string{
	"zimbraFeatureMailEnabled", "zimbraFeatureCalendarEnabled", "zimbraFeatureContactsEnabled", "zimbraFeatureBriefcasesEnabled",
	"zimbraFeatureTasksEnabled", "zimbraFeatureOptionsEnabled", "zimbraFeatureMailForwardingEnabled",
}

var switchedOn = []string{"TRUE"}

// classOf is the class in force: without its own, an account has the first.
func (s *Server) classOf(e entry) COS {
	if c, found := s.class(e.first("zimbraCOSId")); found {
		return c
	}
	return s.u.classes[0]
}

func (s *Server) class(id string) (COS, bool) {
	for _, c := range s.u.classes {
		if c.ID == id {
			return c, true
		}
	}
	return COS{}, false
}

// modifyAccount changes attributes. Closing an account takes its addresses out
// of every list, where opening it again does not put them back.
func (s *Server) modifyAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, writable)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		e := s.entryOf(index).with(given)
		s.hold(index, e)
		if closes(given) {
			s.leaveAll(e)
		}
		return true
	}
}

func closes(given map[string][]string) bool {
	return slices.Equal(given["zimbraAccountStatus"], []string{"closed"})
}
