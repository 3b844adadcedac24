package simulator

import (
	"slices"
	"strings"
)

// A mailing is a distribution list, or a group, that domains have. No person's
// address is like its own: a person's has a dot.
type mailing struct {
	local, alias, label string
	members             int    // at most, spread over the accounts of the domain
	status              string // zimbraMailStatus: "disabled" is a group
	everywhere          bool   // else in half of the domains
}

// staffMailings are those of the university and of its units, studentMailings
// those of the students' domain.
var (
	staffMailings = []mailing{
		{"personnels", "", "Personnels", 60, "enabled", true},
		{direction, "directeurs", "Équipe de direction", 4, "enabled", true},
		{"agendas", "", "Partage des agendas", 8, "disabled", true},
		{"conseil", "conseil-elu", "Conseil", 12, "enabled", false},
		{"informatique", "", "Correspondants informatiques", 3, "enabled", false},
		{"salles", "", "Gestion des salles", 2, "disabled", false},
	}
	studentMailings = []mailing{
		{"delegues", "delegues-etudiants", "Délégués étudiants", 80, "enabled", true},
		{"associations", "", "Associations étudiantes", 20, "enabled", true},
		{"tutorat", "", "Tutorat", 15, "disabled", true},
	}
)

const (
	direction  = "direction"
	directions = "directions" // of the main domain: its members are the list of each unit
	membersOf  = "members"
	senderAttr = "senders" // "identifier address" of each account that may send; never shown as such
)

// mailings are those of domain i, and where each is in its table.
func (u *University) mailings(i int) (list []mailing, at []int) {
	table := staffMailings
	if i == 1 {
		table = studentMailings
	}
	for k, m := range table {
		if m.everywhere || i == 0 || u.mix(i*len(table)+k, 30)%2 == 0 {
			list, at = append(list, m), append(at, k)
		}
	}
	if i == 0 {
		list, at = append(list, mailing{local: directions, label: "Équipes de direction", status: "enabled"}), append(at, len(table))
	}
	return list, at
}

// lists computes the lists and groups of a domain at the start, those that keep
// wants by their address and their alias.
func (u *University) lists(host string, keep func(name, alias string) bool) (lists []entry) {
	i, ours := u.places[host]
	if !ours || u.further(i) {
		return nil
	}
	mailings, at := u.mailings(i)
	for k, m := range mailings {
		alias := ""
		if m.alias != "" {
			alias = m.alias + "@" + host
		}
		if keep(m.local+"@"+host, alias) {
			lists = append(lists, u.mailing(i, m, alias, u.uuid(i*16+at[k], 31)))
		}
	}
	return lists
}

// mailing computes one list of domain i. The first member may send in its name.
func (u *University) mailing(i int, m mailing, alias, id string) entry {
	d := &u.domains[i]
	e := bareList(m.local+"@"+d.Name, id)
	e.set("zimbraMailStatus", m.status)
	e.set("displayName", strings.TrimSpace(m.label+" "+d.Unit.Label))
	e.set(aliasAttr, alias)
	members, first := u.members(d, m.members)
	if m.local == directions {
		for _, unit := range u.domains[2:][:u.units] {
			members = append(members, direction+"@"+unit.Name)
		}
		slices.Sort(members)
	}
	e.set(membersOf, members...)
	if m.local == direction && len(members) > 0 {
		e.set(senderAttr, sender(u.entry(first)))
	}
	return e
}

// bareList has what every new list has.
func bareList(name, id string) entry {
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	return entry{one("name", name), one("id", id), one("zimbraMailStatus", "enabled"), one("zimbraHideInGal", "FALSE")}
}

// sender is how an account that may send is kept: another account that takes
// its address later has not its right.
func sender(account entry) string { return account.first("id") + " " + account.first("name") }

// members spreads at most count members over the accounts of d that are not
// closed, and tells which account is the first of them.
func (u *University) members(d *domain, count int) (list []string, first int) {
	count = min(count, d.Accounts)
	for k := range count {
		at := k * d.Accounts / count
		if known, _ := d.place(at); known == nil && u.statusOf(d.first+at) == "closed" {
			continue
		}
		if len(list) == 0 {
			first = d.first + at
		}
		list = append(list, u.mail(d, at))
	}
	return list, first
}
