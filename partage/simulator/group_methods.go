package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// groupRules are the attributes of a group that can be written. The others, its
// members and aliases first, are dropped without a word: clients echo them.
var groupRules = map[string]rule{
	"description": anything, "displayName": anything, "zimbraNotes": atMost(1024), "zimbraMailStatus": mailStatus,
	"zimbraHideInGal": boolean, "zimbraDistributionListSendShareMessageToNewMembers": boolean,
}

// deaf are the attributes that ModifyGroup does not empty.
var deaf = []string{"description", "displayName", "zimbraNotes"}

func mailStatus(_ *Server, values []string) string {
	if len(values) != 1 || values[0] != "enabled" && values[0] != "disabled" {
		return "must be one of: enabled,disabled"
	}
	return ""
}

// ownGroup finds the group a call is about, by its name or (likely, as Zimbra
// does) by an alias, within reach of its token.
func (s *Server) ownGroup(c call) (e entry, refusal string) {
	address := c.form.name()
	if address == "" {
		return nil, nameless
	}
	e, found := s.group(address)
	if !found {
		return nil, "no such distribution list: " + address
	}
	if hostOf(e.first("name")) != c.domain.Name {
		return nil, "permission denied: can not access distribution list " + address
	}
	return e, ""
}

// change is the answer to a change of the group e, which do makes of it as it is
// by then; nil is that it can no longer be made.
func (s *Server) change(e entry, do func(entry) entry) (answer, effect) {
	name := e.first("name")
	return s.succeed(nil), func() bool {
		now, found := s.groupAt(name)
		if !found {
			return false
		}
		if now = do(now); now != nil {
			s.keepGroup(now)
		}
		return now != nil
	}
}

// listed is what a listing shows of a group, without what GetGroup alone gives
// (likely: a public client reads each group again to have its members).
func (e entry) listed() entry {
	return slices.DeleteFunc(slices.Clone(e), func(a attr) bool { return a.name == membersOf || a.name == aliasAttr || a.name == senderAttr })
}

// inLDAP is what a filter sees of a group: its members are addresses that mail
// is forwarded to.
func (e entry) inLDAP() entry {
	return append(e.listed(), attr{name: aliasAttr, values: e.get(aliasAttr)}, attr{name: "zimbraMailForwardingAddress", values: e.get(membersOf)})
}

func (s *Server) getGroup(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	// Zimbra keeps the name of a group among its aliases; the API hides it there.
	whole := append(e.listed(), attr{membersOf, e.get(membersOf), true}, attr{aliasAttr, e.get(aliasAttr), true})
	return s.succeed(func(x *document) { x.object(1, "group", whole) }), nil
}

func (s *Server) getAllGroups(c call) (answer, effect) {
	match, err := parseFilter(c.form.plain("ldap_query"))
	if err != nil {
		return s.refuse("invalid request: " + err.Error()), nil
	}
	list := slices.DeleteFunc(s.groupsOf(c.domain.Name), func(e entry) bool { return !match(e.inLDAP()) })
	list = s.page(c, list)
	return s.succeed(func(x *document) {
		x.list(1, "groups", len(list), func() {
			for _, e := range list {
				x.object(2, "group", e.listed())
			}
		})
	}), nil
}

// page is the part of a list, sorted by address, that a call asks for; 100
// objects by default, which is likely.
func (s *Server) page(c call, list []entry) []entry {
	if by := c.form.plain("sortby"); by != "" && by != "mail" {
		slices.SortStableFunc(list, func(a, b entry) int {
			return cmp.Compare(strings.ToLower(a.first(by)), strings.ToLower(b.first(by)))
		})
	}
	limit, offset := number(c.form.plain("limit")), max(0, number(c.form.plain("offset")))
	if limit <= 0 {
		limit = 100
	}
	list = list[min(offset, len(list)):]
	return list[:min(limit, s.config().MaxPage, len(list))]
}

func (s *Server) createGroup(c call) (answer, effect) {
	name, refusal := s.newName(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, groupRules)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		if s.free(name) != "" {
			return false
		}
		s.created++
		s.keepGroup(bareList(name, s.u.uuid(s.created, 32)).with(given))
		return true
	}
}

// modifyGroup passes over empty texts, unless Config.GroupsEmpty: a client
// reported so to RENATER, and nobody knows whether it was mended.
func (s *Server) modifyGroup(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, groupRules)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	for _, name := range deaf {
		if values, present := given[name]; present && len(values) == 0 && !c.under.GroupsEmpty {
			delete(given, name)
		}
	}
	return s.change(e, func(e entry) entry { return e.with(given) })
}

// deleteGroup says in French that there is no such group, which clients that
// look for "no such" rely on.
func (s *Server) deleteGroup(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	if strings.HasPrefix(refusal, "no such") {
		refusal = "Le groupe " + c.form.name() + " n'a pas été trouvé"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	name := e.first("name")
	return s.succeed(nil), func() bool {
		e, found := s.groupAt(name)
		if !found {
			return false
		}
		for _, address := range append(slices.Clone(e.get(aliasAttr)), name) {
			s.leaveLists(address)
		}
		s.groups[name] = nil
		return true
	}
}

func (s *Server) addListAlias(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	alias := strings.ToLower(c.form.plain("alias"))
	if refusal == "" {
		refusal = s.newAlias(alias)
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.change(e, func(e entry) entry {
		if s.free(alias) != "" {
			return nil
		}
		s.listAliases[alias] = e.first("name")
		return e.but(aliasAttr, append(slices.Clone(e.get(aliasAttr)), alias))
	})
}

// removeListAlias takes the address out of every list too.
func (s *Server) removeListAlias(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	alias := strings.ToLower(c.form.plain("alias"))
	if refusal == "" {
		refusal = oldAlias(e, alias)
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.change(e, func(e entry) entry {
		left := without(e.get(aliasAttr), []string{alias})
		if len(left) == len(e.get(aliasAttr)) {
			return nil
		}
		s.listAliases[alias] = ""
		s.leaveLists(alias)
		return e.but(aliasAttr, left).but(membersOf, without(e.get(membersOf), []string{alias}))
	})
}
