package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

// find looks an address up among names and aliases.
func (s *Server) find(address string) (int, bool) {
	if index, moved := s.aliases[address]; moved {
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
	if s.u.domainOf(index) != c.domain {
		return 0, "permission denied: can not access account " + name
	}
	return index, ""
}

func (s *Server) getAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(func(x *document) { x.account(1, s.view(index), nil) }), nil
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
// inherited value from an own one. A password is never shown.
func (s *Server) view(index int) entry {
	own := s.entryOf(index)
	class := s.classOf(own)
	e := make(entry, 0, len(own)+8)
	for _, a := range own {
		if a.name != "userPassword" {
			e = append(e, a)
		}
	}
	for _, a := range []attr{
		{name: "zimbraMailQuota", values: []string{strconv.FormatInt(class.Quota, 10)}},
		{name: "zimbraFeatureMailEnabled", values: []string{"TRUE"}},
		{name: "zimbraZimletAvailableZimlets", values: []string{"com_zimbra_url", "com_zimbra_date"}},
	} {
		if own.get(a.name) == nil {
			e = append(e, a)
		}
	}
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	return append(e,
		one("admin", "DOMAIN"), one("mav-transformation", "FALSE"), one("mav-redirection", ""),
		one("quota", e.first("zimbraMailQuota")), one("cos_name", class.Name),
	)
}

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

// A rule says what a value of an attribute may be: "" or why not.
type rule func(s *Server, values []string) string

// writable are the attributes ModifyAccount changes. The API drops the others
// without a word: clients send back all they read.
var writable = map[string]rule{
	"carLicense": anything, "givenName": anything, "sn": anything, "displayName": anything, "initials": anything, "title": anything,
	"description": anything, "company": anything, "businessCategory": anything, "co": anything, "l": anything, "st": anything, "street": anything,
	"postalCode": anything, "telephoneNumber": anything, "homePhone": anything, "mobile": anything, "pager": anything,
	"facsimileTelephoneNumber": anything, "userPassword": anything, "zimbraPrefFromDisplay": anything,
	"zimbraPrefMailForwardingAddress": anything, "zimbraMailCanonicalAddress": anything, "zimbraMailForwardingAddress": anything,
	"zimbraAllowFromAddress": anything, "zimbraZimletAvailableZimlets": anything,
	"zimbraNotes":         shortNote,
	"zimbraAccountStatus": knownStatus,
	"zimbraCOSId":         knownClass,
	"zimbraMailQuota":     byteCount,
	"zimbraHideInGal":     boolean, "zimbraPasswordMustChange": boolean, "zimbraPrefMailLocalDeliveryDisabled": boolean,
	"zimbraFeatureMailEnabled": boolean, "zimbraFeatureCalendarEnabled": boolean, "zimbraFeatureContactsEnabled": boolean,
	"zimbraFeatureBriefcasesEnabled": boolean, "zimbraFeatureTasksEnabled": boolean, "zimbraFeatureOptionsEnabled": boolean,
	"zimbraFeatureMailForwardingEnabled": boolean,
}

func anything(*Server, []string) string { return "" }

func shortNote(_ *Server, values []string) string {
	if len(values) > 0 && utf8.RuneCountInString(values[0]) > 1024 {
		return "value is longer than 1024 characters"
	}
	return ""
}

func knownStatus(_ *Server, values []string) string {
	if len(values) != 1 || !slices.Contains([]string{"active", "maintenance", "locked", "closed", "lockout", "pending"}, values[0]) {
		return "must be one of: active,maintenance,locked,closed,lockout,pending"
	}
	return ""
}

func knownClass(s *Server, values []string) string {
	if len(values) == 0 {
		return ""
	}
	if _, found := s.class(values[0]); !found {
		return "no such cos: " + values[0]
	}
	return ""
}

func byteCount(_ *Server, values []string) string {
	if len(values) > 0 {
		if n, err := strconv.ParseInt(values[0], 10, 64); err != nil || n < 0 {
			return "must be a valid long"
		}
	}
	return ""
}

func boolean(_ *Server, values []string) string {
	if len(values) > 0 && values[0] != "TRUE" && values[0] != "FALSE" {
		return "must be TRUE or FALSE"
	}
	return ""
}

func (s *Server) modifyAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given := map[string][]string{}
	for name, rule := range writable {
		values, present := c.form.values(name)
		if !present && name == "zimbraHideInGal" { // both spellings are in use
			values, present = c.form.values("zimbraHideInGAL")
		}
		if !present {
			continue
		}
		if why := rule(s, values); why != "" {
			return s.refuse(fmt.Sprintf("invalid request: %s %s", name, why)), nil
		}
		given[name] = values
	}
	return s.succeed(nil), func() bool {
		e := slices.Clone(s.entryOf(index))
		for name, values := range given {
			e.set(name, values...)
		}
		s.changed[index] = e
		return true
	}
}

const aliasAttr = "zimbraMailAlias"

func (s *Server) addAccountAlias(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	alias := strings.ToLower(c.form.plain("alias"))
	if refusal := s.free(alias); refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		if s.free(alias) != "" {
			return false
		}
		e := slices.Clone(s.entryOf(index))
		e.set(aliasAttr, append(slices.Clone(e.get(aliasAttr)), alias)...)
		s.changed[index], s.aliases[alias] = e, index
		return true
	}
}

// free says why an address cannot be given, or "".
func (s *Server) free(address string) string {
	local, host, found := strings.Cut(address, "@")
	if !found || local == "" || host == "" || strings.ContainsAny(address, " ,;<>\"()\\") || strings.Contains(host, "@") {
		return "invalid email address: " + address
	}
	if _, ours := s.u.domain(host); !ours {
		return fmt.Sprintf("L'alias %s ne fait pas partie des domaines autorisés", address)
	}
	if _, taken := s.find(address); taken {
		return "email address already exists: " + address
	}
	return ""
}

func (s *Server) removeAccountAlias(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	alias := strings.ToLower(c.form.plain("alias"))
	if !slices.Contains(s.entryOf(index).get(aliasAttr), alias) {
		return s.refuse("no such alias: " + alias), nil
	}
	return s.succeed(nil), func() bool {
		e := slices.Clone(s.entryOf(index))
		left := slices.DeleteFunc(slices.Clone(e.get(aliasAttr)), func(a string) bool { return a == alias })
		if len(left) == len(e.get(aliasAttr)) {
			return false
		}
		e.set(aliasAttr, left...)
		s.changed[index], s.aliases[alias] = e, gone
		return true
	}
}
