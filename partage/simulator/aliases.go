package simulator

import (
	"fmt"
	"slices"
	"strings"
)

const aliasAttr = "zimbraMailAlias"

func (s *Server) addAccountAlias(c call) (answer, effect) {
	index, refusal := s.own(c)
	alias := strings.ToLower(c.form.plain("alias"))
	if refusal == "" {
		refusal = s.newAlias(alias)
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		if s.free(alias) != "" {
			return false
		}
		e := slices.Clone(s.entryOf(index))
		e.set(aliasAttr, append(slices.Clone(e.get(aliasAttr)), alias)...)
		s.hold(index, e)
		s.moved[alias] = index
		return true
	}
}

// newAlias says why an alias cannot be added, or "".
func (s *Server) newAlias(alias string) string {
	if alias == "" {
		return aliasless
	}
	return s.free(alias)
}

// oldAlias says why an alias of e cannot be removed, or "".
func oldAlias(e entry, alias string) string {
	switch {
	case alias == "":
		return aliasless
	case !slices.Contains(e.get(aliasAttr), alias):
		return "no such alias: " + alias
	}
	return ""
}

const aliasless = "invalid request: missing required attribute: alias"

// free says why an address cannot be given, or "".
func (s *Server) free(address string) string {
	if malformed(address) {
		return "invalid email address: " + address
	}
	if _, ours := s.u.domain(hostOf(address)); !ours {
		return fmt.Sprintf("L'alias %s ne fait pas partie des domaines autorisés", address)
	}
	if _, taken := s.find(address); taken {
		return "email address already exists: " + address
	}
	if _, taken := s.group(address); taken {
		return "email address already exists: " + address
	}
	if _, taken := s.resource(address); taken {
		return "email address already exists: " + address
	}
	return ""
}

// removeAccountAlias takes the address out of every list too.
func (s *Server) removeAccountAlias(c call) (answer, effect) {
	index, refusal := s.own(c)
	alias := strings.ToLower(c.form.plain("alias"))
	if refusal == "" {
		refusal = oldAlias(s.entryOf(index), alias)
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		e := slices.Clone(s.entryOf(index))
		left := slices.DeleteFunc(slices.Clone(e.get(aliasAttr)), func(a string) bool { return a == alias })
		if len(left) == len(e.get(aliasAttr)) {
			return false
		}
		e.set(aliasAttr, left...)
		s.hold(index, e)
		s.moved[alias] = gone
		s.leaveLists(alias)
		return true
	}
}

// countAliases counts the aliases in d of its accounts, of others', and of groups.
func (s *Server) countAliases(d *domain) int {
	count := s.u.countAliases(d) + s.aliasGrowth[d.Name]
	lists := map[string]bool{}
	for _, e := range s.u.lists(d.Name, func(_, alias string) bool { return alias != "" }) {
		lists[e.first(aliasAttr)] = true
	}
	for address := range s.listAliases {
		lists[address] = hostOf(address) == d.Name
	}
	for address, here := range lists {
		if e, found := s.group(address); here && found && e.first("name") != address {
			count++
		}
	}
	return count
}
