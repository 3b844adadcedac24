package simulator

import "slices"

// Admins are the uids of the three administrators of the university.
func (u *University) Admins() []string { return []string{"sgermain", "hpoincare", "ecartan"} }

// manager is the head of the unit, whom nobody here heads.
func (u *University) manager(home Unit, uid string) string {
	if head := u.heads[home.Code]; head != uid {
		return head
	}
	return ""
}

// member returns the k-th ordinary person of a domain that the directory knows.
// There are two in the smallest domain: the departed are far apart.
func (u *University) member(d *domain, k int) Person {
	for at := 0; ; at++ {
		known, _ := d.place(at)
		if known != nil || u.departed(d, d.first+at) {
			continue
		}
		if k == 0 {
			return u.Person(d.first + at)
		}
		k--
	}
}

// appoint gives each unit a head, and each domain its network correspondents:
// about one for two domains.
func (u *University) appoint() {
	last := ""
	for i := range u.domains {
		d := &u.domains[i]
		host := d
		if i < 2 || u.further(i) {
			host = &u.domains[0]
		} else {
			u.heads[d.Unit.Code] = u.member(d, 1).UID
		}
		if i == 0 || i*fullCorrespondents/fullDomains != (i-1)*fullCorrespondents/fullDomains {
			last = u.member(host, 0).UID
		}
		u.correspondents[d.Name] = []string{last}
	}
	for code, uid := range heads {
		u.heads[code] = uid
	}
	u.correspondents["physique."+u.scope] = []string{"plangevin"}
}

// Correspondents gives the uids of the network correspondents of each domain:
// one at least, 85 persons in all in the full university.
func (u *University) Correspondents() map[string][]string {
	all := make(map[string][]string, len(u.correspondents))
	for d, uids := range u.correspondents {
		all[d] = slices.Clone(uids)
	}
	return all
}
