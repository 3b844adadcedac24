package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const nameless = "invalid request: missing required attribute: name"

// calendars are the resources each domain may have. No person's address is like
// these: a person's has a dot.
var calendars = []struct{ local, kind, label string }{
	{"amphi-1", "Location", "Amphithéâtre 1"}, {"salle-101", "Location", "Salle 101"}, {"salle-conseil", "Location", "Salle du conseil"},
	{"salle-visio", "Location", "Salle de visioconférence"}, {"vehicule-1", "Equipment", "Véhicule de service 1"},
	{"videoprojecteur-1", "Equipment", "Vidéoprojecteur 1"},
}

// resources computes the calendar resources of a domain at the start, in the
// order of their addresses: from two to six, and six for the whole university.
func (u *University) resources(d *domain) []entry {
	first := u.places[d.Name]
	if u.further(first) {
		return nil
	}
	var list []entry
	for i, k := range calendars {
		if salt := first*len(calendars) + i; first == 0 || i < 2 || u.mix(salt, 20)%2 == 0 {
			list = append(list, u.calendar(d, k.local, k.kind, k.label, salt))
		}
	}
	return list
}

func (u *University) calendar(d *domain, local, kind, label string, salt int) entry {
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	e := append(bareCalendar(local+"@"+d.Name, u.uuid(salt, 21)), one("displayName", label), one("zimbraCalResType", kind))
	if kind == "Location" {
		e = append(e, one("zimbraCalResRoom", strconv.Itoa(101+salt%20)), one("zimbraCalResCapacity", strconv.Itoa(10+10*(salt%9))),
			one("zimbraCalResBuilding", "Bâtiment "+string(rune('A'+salt%6))), one("l", "Strasbourg"), one("postalCode", "67000"))
	}
	return e
}

// bareCalendar has what Zimbra gives to every new resource.
func bareCalendar(name, id string) entry {
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	return entry{
		one("name", name), one("id", id), one("zimbraAccountStatus", "active"), one("zimbraCalResAutoAcceptDecline", "TRUE"),
		one("zimbraCalResAutoDeclineIfBusy", "TRUE"), one("zimbraCalResAutoDeclineRecurring", "FALSE"),
	}
}

// resourcesOf are the resources of a domain as they are now, sorted.
func (s *Server) resourcesOf(d *domain) []entry {
	now := map[string]entry{}
	for _, e := range s.u.resources(d) {
		now[e.first("name")] = e
	}
	for name, e := range s.resources {
		if _, host, _ := strings.Cut(name, "@"); host == d.Name {
			now[name] = e
		}
	}
	maps.DeleteFunc(now, func(_ string, e entry) bool { return e == nil })
	return slices.SortedFunc(maps.Values(now), func(a, b entry) int { return cmp.Compare(a.first("name"), b.first("name")) })
}

// resource finds a resource by its address.
func (s *Server) resource(name string) (entry, bool) {
	if e, changed := s.resources[name]; changed {
		return e, e != nil
	}
	_, host, _ := strings.Cut(name, "@")
	d, found := s.u.domain(host)
	if !found {
		return nil, false
	}
	for _, e := range s.u.resources(d) {
		if e.first("name") == name {
			return e, true
		}
	}
	return nil, false
}

// ownResource finds the resource a call is about, within reach of its token.
func (s *Server) ownResource(c call) (name string, e entry, refusal string) {
	name = c.form.name()
	if name == "" {
		return "", nil, nameless
	}
	e, found := s.resource(name)
	if !found {
		return "", nil, "no such calendar resource: " + name
	}
	if _, host, _ := strings.Cut(name, "@"); host != c.domain.Name {
		return "", nil, "permission denied: can not access calendar resource " + name
	}
	return name, e, ""
}

func (s *Server) getResource(c call) (answer, effect) {
	_, e, refusal := s.ownResource(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(func(x *document) { x.object(1, "resource", e.shown()) }), nil
}

// shown is e without its password.
func (e entry) shown() entry {
	return slices.DeleteFunc(slices.Clone(e), func(a attr) bool { return a.name == "userPassword" })
}

func (s *Server) getAllResources(c call) (answer, effect) {
	match, err := parseFilter(c.form.plain("ldap_query"))
	if err != nil {
		return s.refuse("invalid request: " + err.Error()), nil
	}
	list := slices.DeleteFunc(s.resourcesOf(c.domain), func(e entry) bool { return !match(e) })
	list = s.page(c, list)
	return s.succeed(func(x *document) {
		x.list(1, "resources", len(list), func() {
			for _, e := range list {
				x.object(2, "resource", e.shown())
			}
		})
	}), nil
}

// resourceRules are the attributes of a resource that can be written. The
// others are dropped without a word, the identifier first: clients echo it.
var resourceRules = map[string]rule{
	"displayName": present, "zimbraCalResType": resourceType, "zimbraAccountStatus": knownStatus, "zimbraNotes": atMost(1024),
	"description": anything, "co": anything, "l": anything, "st": anything, "street": anything, "postalCode": anything, "userPassword": anything,
	"zimbraCalResAutoAcceptDecline": boolean, "zimbraCalResAutoDeclineIfBusy": boolean, "zimbraCalResAutoDeclineRecurring": boolean,
	"zimbraCalResLocationDisplayName": atMost(256), "zimbraCalResContactName": atMost(256), "zimbraCalResSite": atMost(32),
	"zimbraCalResBuilding": atMost(32), "zimbraCalResFloor": atMost(32), "zimbraCalResRoom": atMost(32), "zimbraCalResContactPhone": atMost(32),
	"zimbraCalResContactEmail": mailbox, "zimbraCalResCapacity": capacity, "zimbraPrefCalendarForwardInvitesTo": mailbox,
}

func present(_ *Server, values []string) string {
	if len(values) == 0 {
		return "is required"
	}
	return ""
}

func resourceType(_ *Server, values []string) string {
	if len(values) != 1 || values[0] != "Location" && values[0] != "Equipment" {
		return "must be one of: Equipment,Location"
	}
	return ""
}

func atMost(limit int) rule {
	return func(_ *Server, values []string) string {
		for _, v := range values {
			if n := len([]rune(v)); n > limit {
				return fmt.Sprintf("value length(%d) larger than max allowed: %d", n, limit)
			}
		}
		return ""
	}
}

func mailbox(_ *Server, values []string) string {
	for _, v := range values {
		if local, host, _ := strings.Cut(v, "@"); local == "" || host == "" || len(v) > 256 {
			return "must be a valid email address: " + v
		}
	}
	return ""
}

// capacity is a number; -1 takes it away.
func capacity(_ *Server, values []string) string {
	if len(values) > 0 {
		if n, err := strconv.Atoi(values[0]); err != nil || n < -1 {
			return "must be a valid integer"
		}
	}
	return ""
}

// given reads the attributes that a form sets. An empty value or list clears;
// "x[0]" is a name that nobody knows.
func (s *Server) given(f form, rules map[string]rule) (map[string][]string, string) {
	given := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		values, present := f.values(name)
		if !present {
			continue
		}
		if why := rules[name](s, values); why != "" {
			return nil, fmt.Sprintf("invalid request: %s %s", name, why)
		}
		given[name] = values
	}
	return given, ""
}

// with is e with other values. A capacity of -1 is none.
func (e entry) with(given map[string][]string) entry {
	e = slices.Clone(e)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		values := given[name]
		if name == "zimbraCalResCapacity" && slices.Equal(values, []string{"-1"}) {
			values = nil
		}
		e.set(name, values...)
	}
	return e
}

func (s *Server) createResource(c call) (answer, effect) {
	name, refusal := s.newName(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, resourceRules)
	for _, required := range []string{"displayName", "zimbraCalResType"} {
		if refusal == "" && len(given[required]) == 0 {
			refusal = "invalid request: missing required attribute: " + required
		}
	}
	if refusal == "" && c.form.plain("password") == "" && c.form.plain("userPassword") == "" {
		refusal = "invalid request: missing required attribute: password"
	}
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	if !c.under.InvitesAtCreation { // whatever the official page says
		delete(given, "zimbraPrefCalendarForwardInvitesTo")
	}
	return s.succeed(nil), func() bool {
		if s.free(name) != "" {
			return false
		}
		s.created++
		s.resources[name] = bareCalendar(name, s.u.uuid(s.created, 22)).with(given)
		return true
	}
}

// newName reads the address of what a call would create.
func (s *Server) newName(c call) (name, refusal string) {
	if name = c.form.name(); name == "" {
		return "", nameless
	}
	if refusal := s.newAddress(name); refusal != "" {
		return "", refusal
	}
	if host := hostOf(name); host != c.domain.Name {
		return "", "permission denied: can not create in domain " + host
	}
	return name, ""
}

func (s *Server) modifyResource(c call) (answer, effect) {
	name, _, refusal := s.ownResource(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	given, refusal := s.given(c.form, resourceRules)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		e, found := s.resource(name)
		if !found {
			return false
		}
		s.resources[name] = e.with(given)
		if closes(given) {
			s.leaveLists(name)
		}
		return true
	}
}

// deleteResource says "no such" of a missing one, unlike the deletions of
// accounts and groups.
func (s *Server) deleteResource(c call) (answer, effect) {
	name, _, refusal := s.ownResource(c)
	if refusal != "" {
		return s.refuse(refusal), nil
	}
	return s.succeed(nil), func() bool {
		_, found := s.resource(name)
		s.resources[name] = nil
		s.leaveLists(name)
		return found
	}
}
