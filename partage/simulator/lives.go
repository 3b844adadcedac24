package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// createAccount opens an account. A password in clear, or else its hash, is
// needed; aliases are passed over: they are added afterwards.
func (s *Server) createAccount(c call) (answer, effect) {
	name, refusal := s.newName(c)
	if refusal == "" && c.under.MaxAccounts > 0 && s.population(c.domain) >= c.under.MaxAccounts {
		refusal = fmt.Sprintf("number of accounts reached the limit: domain=%s[%d]", c.domain.Name, c.under.MaxAccounts)
	}
	if refusal == "" && c.form.plain("password") == "" && c.form.plain("userPassword") == "" {
		refusal = "invalid request: missing required attribute: password"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, writable)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		s.created++
		index := s.u.Size() + s.created
		one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
		s.hold(index, entry{
			one("name", name), one("id", s.u.uuid(s.created, 23)), one("used", "0"), one("zimbraAccountStatus", "active"), one("zimbraHideInGal", "FALSE"),
		}.with(given))
		s.moved[name] = index
		return true
	}
}

// deleteAccount deletes for good: the addresses are free again and leave every
// list and every share. A missing account is told in French, and not by "no such".
func (s *Server) deleteAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if strings.HasPrefix(refusal, "no such account") {
		refusal = "Le compte " + c.form.name() + " n'a pas été trouvé"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		e := s.entryOf(index)
		s.leaveAll(e)
		for _, a := range e.addresses() {
			s.moved[a] = gone
			s.renameInShares(a, "")
		}
		s.hold(index, nil)
		return true
	}
}

// addresses are the name of an account and its aliases.
func (e entry) addresses() []string { return append([]string{e.first("name")}, e.get(aliasAttr)...) }

// leaveAll takes the addresses of an account out of every list.
func (s *Server) leaveAll(e entry) {
	for _, a := range e.addresses() {
		s.leaveLists(a)
	}
}

// renameAccount gives an account another name, which lists and shares follow.
// All else stays; from one domain to another, the aliases of the first one move too.
func (s *Server) renameAccount(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	name := strings.ToLower(c.form.plain("newname"))
	if refusal = s.newAddress(name); name == "" {
		refusal = "invalid request: missing required attribute: newname"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	e := s.entryOf(index)
	renamed := map[string]string{e.first("name"): name}
	aliases := slices.Clone(e.get(aliasAttr))
	for i, a := range aliases {
		if local, host, _ := strings.Cut(a, "@"); host == c.domain.Name && hostOf(name) != host {
			aliases[i] = local + "@" + hostOf(name)
			renamed[a] = aliases[i]
			if s.free(aliases[i]) != "" || aliases[i] == name {
				return s.refuse("email address alias already exists: " + aliases[i]), nil
			}
		}
	}
	return s.succeed(nil), func() bool {
		for _, from := range slices.Sorted(maps.Keys(renamed)) {
			s.moved[from], s.moved[renamed[from]] = gone, index
			s.renameInLists(from, renamed[from])
			s.renameInShares(from, renamed[from])
		}
		e = slices.Clone(e)
		e.set("name", name)
		e.set(aliasAttr, aliases...)
		s.hold(index, e)
		return true
	}
}

// newAddress says why an account cannot be named so, or "".
func (s *Server) newAddress(name string) string {
	if host := hostOf(name); host != "" {
		if _, ours := s.u.domain(host); !ours {
			return "no such domain: " + host
		}
	}
	return s.free(name)
}

// validity is what Zimbra changes to end the sessions of an account.
const validity = "zimbraAuthTokenValidityValue"

// setPassword takes a clear password, which is not kept, and ends the sessions.
func (s *Server) setPassword(c call) (answer, effect) {
	index, refusal := s.own(c)
	if refusal == "" && c.form.plain("password") == "" {
		refusal = "invalid request: missing required attribute: password"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		e := slices.Clone(s.entryOf(index))
		e.set(validity, strconv.Itoa(number(e.first(validity))+1))
		s.hold(index, e)
		return true
	}
}

// SessionsEnded tells how many times the sessions of an account were ended by
// SetPassword: the API has no method that tells.
func (s *Server) SessionsEnded(account string) (times int) {
	s.look(account, func(_ *Server, e entry) { times = number(e.first(validity)) })
	return times
}

// look shows an account, if there is one, of whichever university.
func (s *Server) look(address string, at func(*Server, entry)) {
	address = strings.ToLower(address)
	home, d := s.of(hostOf(address))
	if d == nil {
		return
	}
	home.state.Lock()
	defer home.state.Unlock()
	home.mature(home.now())
	if index, found := home.find(address); found {
		at(home, home.entryOf(index))
	}
}
