package simulator

import (
	"slices"
	"strings"
)

// memberCall reads what AddGroupMembers and RemoveGroupMembers are about.
func (s *Server) memberCall(c call) (e entry, members []string, refusal string) {
	e, refusal = s.ownGroup(c)
	if refusal != "" {
		return nil, nil, refusal
	}
	given, _ := c.form.values(membersOf)
	for _, m := range given {
		m = strings.ToLower(m)
		if malformed(m) {
			return nil, nil, "invalid email address: " + m
		}
		members = append(members, m)
	}
	if len(members) == 0 {
		return nil, nil, "invalid request: missing required attribute: members[]"
	}
	return e, members, ""
}

// malformed reports whether an address cannot be one.
func malformed(address string) bool {
	local, host, _ := strings.Cut(address, "@")
	return local == "" || host == "" || len(address) > 256 || strings.ContainsAny(address, " ,;<>\"()\\") || strings.Contains(host, "@")
}

// addMembers adds addresses of any domain, whether they exist or not. One that
// is there already is no error; the list itself is.
func (s *Server) addMembers(c call) (answer, effect) {
	e, members, refusal := s.memberCall(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	for _, m := range members {
		if m == e.first("name") || slices.Contains(e.get(aliasAttr), m) {
			return s.refuse("invalid request: Cannot add self as a member: " + m), nil
		}
	}
	return s.change(e, func(e entry) entry {
		return e.but(membersOf, union(e.get(membersOf), members))
	})
}

// removeMembers removes all those named or, when one of them is no member, none.
func (s *Server) removeMembers(c call) (answer, effect) {
	e, members, refusal := s.memberCall(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	if strangers := without(members, e.get(membersOf)); len(strangers) > 0 {
		return s.refuse("non-existent members: " + strings.Join(strangers, ",") + " in distribution list: " + e.first("name")), nil
	}
	return s.change(e, func(e entry) entry {
		if len(without(members, e.get(membersOf))) > 0 {
			return nil
		}
		return e.but(membersOf, without(e.get(membersOf), members))
	})
}

// without is what list has and others has not.
func without(list, others []string) []string {
	has := make(map[string]bool, len(others))
	for _, v := range others {
		has[v] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return has[v] })
}

// getSenders lists the accounts that may send as a group. A right goes with its
// account: one that was deleted has it no more, even if its address serves again.
func (s *Server) getSenders(c call) (answer, effect) {
	e, refusal := s.ownGroup(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	list := attr{name: "accounts", list: true}
	for _, v := range e.get(senderAttr) {
		_, address, _ := strings.Cut(v, " ")
		if index, found := s.find(address); found && sender(s.entryOf(index)) == v {
			list.values = append(list.values, address)
		}
	}
	return s.succeed(func(x *document) { x.attr(1, list) }), nil
}

// senderCall reads what AddSendAsGroup and DeleteSendAsGroup are about.
func (s *Server) senderCall(c call) (e entry, account, refusal string) {
	e, refusal = s.ownGroup(c)
	if refusal != "" {
		return nil, "", refusal
	}
	address := strings.ToLower(c.form.plain("account"))
	if address == "" {
		return nil, "", "invalid request: missing required attribute: account"
	}
	index, found := s.find(address)
	if !found {
		return nil, "", "no such account: " + address
	}
	return e, sender(s.entryOf(index)), ""
}

// addSender gives the right to an account; it may have it already.
func (s *Server) addSender(c call) (answer, effect) {
	e, account, refusal := s.senderCall(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.change(e, func(e entry) entry { return e.but(senderAttr, union(e.get(senderAttr), []string{account})) })
}

func (s *Server) deleteSender(c call) (answer, effect) {
	e, account, refusal := s.senderCall(c)
	if refusal == "" && !slices.Contains(e.get(senderAttr), account) {
		refusal = "no such grant: sendAsDistList of " + strings.ToLower(c.form.plain("account")) + " on " + e.first("name")
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.change(e, func(e entry) entry {
		left := without(e.get(senderAttr), []string{account})
		if len(left) == len(e.get(senderAttr)) {
			return nil
		}
		return e.but(senderAttr, left)
	})
}
