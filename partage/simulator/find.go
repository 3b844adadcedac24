package simulator

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// ByUID finds a person of the directory.
func (u *University) ByUID(uid string) (Person, bool) {
	index, found := u.indexOfUID(uid)
	if !found {
		return Person{}, false
	}
	p := u.Person(index)
	return p, p.UID == uid && !p.Departed
}

// indexOfUID is the only account that may have a uid.
func (u *University) indexOfUID(uid string) (int, bool) {
	if index, known := u.known[uid]; known {
		return index, true
	}
	index, err := strconv.Atoi(strings.TrimLeft(uid, "abcdefghijklmnopqrstuvwxyz"))
	return index, err == nil && index >= 0 && index < u.Size()
}

// ByAddress finds the account that has an address as its name or as an alias.
func (u *University) ByAddress(address string) (index int, found bool) {
	local, host, _ := strings.Cut(address, "@")
	d, found := u.domain(host)
	if !found {
		return 0, false
	}
	if index, found = u.named(d, address); found {
		return index, true
	}
	if index = d.first; local != contact {
		digits := strings.TrimLeft(local, "abcdefghijklmnopqrstuvwxyz.-")
		last, first, _ := strings.Cut(strings.TrimSuffix(local, digits), ".")
		if index, found = u.named(d, first+"."+last+digits+"@"+host); !found {
			return 0, false
		}
	}
	return index, slices.Contains(u.aliases(index), address)
}

// named finds the account of that name, by the order of addresses.
func (u *University) named(d *domain, address string) (int, bool) {
	at := sort.Search(d.Accounts, func(at int) bool { return u.mail(d, at) >= address })
	return d.first + at, at < d.Accounts && u.mail(d, at) == address
}

// mail is the name of the account at a position of d.
func (u *University) mail(d *domain, at int) string {
	known, b := d.place(at)
	if known != nil {
		return known.mail
	}
	return u.identity(d, b).address(d)
}

const contact = "contact"

// aliases are the other addresses of an account: "surname.given" for a tenth
// of the staff, and for one account of each unit its function address.
func (u *University) aliases(index int) []string {
	d := u.domainOf(index)
	known, b := d.place(index - d.first)
	if known != nil || d == &u.domains[1] {
		return nil
	}
	var list []string
	if index == d.first && d.Unit.Code != "" {
		list = append(list, contact+"@"+d.Name)
	}
	if u.mix(index, 3)%100 < 11 {
		id := u.identity(d, b)
		list = append(list, id.surname.slug+"."+id.given.slug+id.digits()+"@"+d.Name)
	}
	return list
}

// countAliases is how many aliases the accounts of d have at the start. They
// are counted once.
func (u *University) countAliases(d *domain) int {
	u.counting.Lock()
	defer u.counting.Unlock()
	count, counted := u.aliased[d.Name]
	if !counted {
		for at := range d.Accounts {
			count += len(u.aliases(d.first + at))
		}
		u.aliased[d.Name] = count
	}
	return count
}
