package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// A share is a whole mailbox lent to others, and how they may send from it.
type share struct{ Recipients, Rights []string }

// RootShare tells whom the mailbox of account is shared with, and with which
// rights to send: the API has no method that reads it.
func (s *Server) RootShare(account string) (recipients, rights []string) {
	s.look(account, func(s *Server, e entry) {
		sh := s.shares[e.first("id")]
		recipients, rights = slices.Clone(sh.Recipients), slices.Clone(sh.Rights)
	})
	return recipients, rights
}

// shared finds the mailbox that a call is about: its identifier, which
// outlives every rename.
func (s *Server) shared(c call) (id, refusal string) {
	account := strings.ToLower(c.form.plain("account"))
	if account == "" {
		return "", "invalid request: missing required attribute: account"
	}
	index, refusal := s.own(call{method: c.method, domain: c.domain, form: form{"name": {account}}, at: c.at})
	if refusal != "" {
		return "", refusal
	}
	return s.entryOf(index).first("id"), ""
}

// recipients are those of a call, by their names. Each must exist.
func (s *Server) recipients(c call) (list []string, refusal string) {
	given, _ := c.form.values("recipients")
	for _, r := range given {
		index, found := s.find(strings.ToLower(r))
		if !found {
			return nil, "no such account: " + r
		}
		list = append(list, s.entryOf(index).first("name"))
	}
	if len(list) == 0 {
		return nil, "invalid request: missing required attribute: recipients"
	}
	return list, ""
}

// rights are those of a call, sendAs when there is none. A repeated plain key
// keeps its last value.
func (c call) rights(name string) (list []string, refusal string) {
	if list, _ = c.form.values(name); len(list) == 0 {
		list = []string{"sendAs"}
	}
	for _, r := range list {
		if r != "sendAs" && r != "sendOnBehalfOf" {
			return nil, fmt.Sprintf("invalid request: invalid right: %s", r)
		}
	}
	return list, ""
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

func (s *Server) addRootShare(c call) (answer, effect) {
	id, refusal := s.shared(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	recipients, refusal := s.recipients(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	rights, refusal := c.rights("rights")
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		sh := s.shares[id]
		s.shares[id] = share{union(sh.Recipients, recipients), union(sh.Rights, rights)}
		return true
	}
}

// removeRootShare serves both removals. What tells them apart on the real
// server is not known; here RemoveRecipientsFromRootShare keeps an empty share
// and its rights.
func (s *Server) removeRootShare(c call) (answer, effect) {
	id, refusal := s.shared(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	recipients, refusal := s.recipients(c)
	if _, given := c.form.values("recipients"); !given && c.method == "account/RemoveRootShare" {
		recipients, refusal = s.shares[id].Recipients, "" // likely: the whole share goes
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	for _, r := range recipients {
		if !slices.Contains(s.shares[id].Recipients, r) {
			return s.refuse("no such grant: " + r), nil
		}
	}
	return s.succeed(nil), func() bool {
		sh := s.shares[id]
		sh.Recipients = slices.DeleteFunc(slices.Clone(sh.Recipients), func(r string) bool { return slices.Contains(recipients, r) })
		if s.shares[id] = sh; len(sh.Recipients) == 0 && c.method == "account/RemoveRootShare" {
			delete(s.shares, id)
		}
		return true
	}
}

// changeRootDelegate serves both methods: without a share there is nobody to
// give a right to.
func (s *Server) changeRootDelegate(c call) (answer, effect) {
	id, refusal := s.shared(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	rights, refusal := c.rights("right")
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	right, adds, had := rights[len(rights)-1], c.method == "account/AddRootDelegate", s.shares[id].Rights
	if len(s.shares[id].Recipients) == 0 || !adds && !slices.Contains(had, right) {
		return s.refuse("no such grant: " + right), nil
	}
	return s.succeed(nil), func() bool {
		sh := s.shares[id]
		sh.Rights = union(sh.Rights, []string{right})
		if !adds {
			sh.Rights = slices.DeleteFunc(sh.Rights, func(r string) bool { return r == right })
		}
		s.shares[id] = sh
		return true
	}
}

// renameInShares gives recipients the address they now have; "" takes them out.
func (s *Server) renameInShares(old, new string) {
	for id, sh := range s.shares {
		if !slices.Contains(sh.Recipients, old) {
			continue
		}
		others := slices.DeleteFunc(slices.Clone(sh.Recipients), func(r string) bool { return r == old })
		if new != "" {
			others = union(others, []string{new})
		}
		s.shares[id] = share{others, sh.Rights}
	}
}
