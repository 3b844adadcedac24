package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// groupAt is the group of that name as it is now: as computed, unless it was
// changed or deleted.
func (s *Server) groupAt(name string) (entry, bool) {
	if e, changed := s.groups[name]; changed {
		return e, e != nil
	}
	for _, e := range s.u.lists(hostOf(name), func(n, _ string) bool { return n == name }) {
		return e, true
	}
	return nil, false
}

// group finds a group by its name or by an alias.
func (s *Server) group(address string) (entry, bool) {
	if e, found := s.groupAt(address); found {
		return e, true
	}
	name, moved := s.listAliases[address]
	if !moved {
		for _, e := range s.u.lists(hostOf(address), func(_, alias string) bool { return alias == address }) {
			name = e.first("name")
		}
	}
	e, found := s.groupAt(name)
	return e, found && slices.Contains(e.get(aliasAttr), address) // its list may have been deleted and made again
}

// groupsOf are the groups of a domain as they are now, sorted.
func (s *Server) groupsOf(host string) []entry {
	list := s.u.lists(host, func(name, _ string) bool { _, changed := s.groups[name]; return !changed })
	for name, e := range s.groups {
		if hostOf(name) == host && e != nil {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.first("name"), b.first("name")) })
	return list
}

// leaveLists takes an address out of the members of every list of every domain,
// as Zimbra does when an account is closed or deleted: nothing puts it back. It
// is for effects: the state must be locked for writing. Each address of an
// account leaves by a call of its own.
func (s *Server) leaveLists(address string) {
	for _, e := range s.holders(address) {
		s.keepGroup(e.but(membersOf, without(e.get(membersOf), []string{address})))
	}
}

// renameInLists replaces an address wherever lists have it as a member or may be
// sent from by it. It is for effects: the state must be locked for writing.
func (s *Server) renameInLists(old, new string) {
	for _, e := range s.holders(old) {
		members := slices.Clone(e.get(membersOf))
		for i, m := range members {
			if m == old {
				members[i] = new
			}
		}
		slices.Sort(members)
		senders := slices.Clone(e.get(senderAttr))
		for i, v := range senders {
			if id, address, _ := strings.Cut(v, " "); address == old {
				senders[i] = id + " " + new
			}
		}
		s.keepGroup(e.but(membersOf, slices.Compact(members)).but(senderAttr, senders))
	}
}

// holders are the groups that have an address as a member or a sender. A list
// nobody changed holds accounts of its own domain and, if it is of the main
// one, lists of the others.
func (s *Server) holders(address string) []entry {
	var list []entry
	for _, h := range slices.Compact([]string{hostOf(address), s.u.domains[0].Name}) {
		list = append(list, s.u.lists(h, func(name, _ string) bool { _, changed := s.groups[name]; return !changed })...)
	}
	for _, e := range s.groups {
		list = append(list, e)
	}
	return slices.DeleteFunc(list, func(e entry) bool {
		return !slices.Contains(e.get(membersOf), address) &&
			!slices.ContainsFunc(e.get(senderAttr), func(v string) bool { return strings.HasSuffix(v, " "+address) })
	})
}

// keepGroup holds a group that is no longer as computed.
func (s *Server) keepGroup(e entry) { s.groups[e.first("name")] = e }

// but is e with other values of one attribute; e itself does not change.
func (e entry) but(name string, values []string) entry {
	e = slices.Clone(e)
	e.set(name, values...)
	return e
}
