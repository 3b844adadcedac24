package simulator

import (
	"fmt"
	"slices"
)

// A COS is a class of service: the quota of an account that has none of its own.
type COS struct {
	ID, Name string
	Quota    int64 // bytes
	Accounts int   // at the start
	hosted   bool  // people of other employers
	students bool
	ordinary int // accounts that are computed
}

// classify shares the accounts among the classes. The well-known staff are all
// in the large class of staff.
func (u *University) classify() []COS {
	students, known := 0, u.staff-u.ordinary
	list := []COS{
		{Name: "s_univ-strasbourg_etudiant", Quota: giga, Accounts: u.students, students: true},
		{Name: "l_univ-strasbourg_personnel", Quota: 12 * giga, Accounts: 7139},
		{Name: "s_univ-strasbourg_personnel", Quota: 4 * giga, Accounts: 4457},
		{Name: "s_univ-strasbourg_heberge", Quota: 4 * giga, Accounts: 2568, hosted: true},
		{Name: "l_univ-strasbourg_heberge", Quota: 12 * giga, Accounts: 1471, hosted: true},
	}
	left := u.staff
	for i := range list {
		c := &list[i]
		c.ID = u.uuid(i, 9)
		if i == students {
			continue
		}
		if c.Accounts = scale(u.Size(), c.Accounts); i == len(list)-1 {
			c.Accounts = left
		}
		left -= c.Accounts
		c.ordinary = c.Accounts
	}
	list[1].ordinary -= known
	return list
}

// COS lists the classes of service.
func (u *University) COS() []COS { return slices.Clone(u.classes) }

// class is the class of an account, as an index in COS.
func (u *University) class(d *domain, index int) int {
	if d == &u.domains[1] {
		return 0
	}
	known, b := d.place(index - d.first)
	if known != nil {
		return 1
	}
	// Neighbours go to different classes: a stride that shares no divisor with
	// the total visits each place once.
	stride := 7919
	for gcd(stride, u.ordinary) != 1 {
		stride++
	}
	at := (d.rank + b) * stride % u.ordinary
	for i, c := range u.classes[1:] {
		if at < c.ordinary {
			return i + 1
		}
		at -= c.ordinary
	}
	return len(u.classes) - 1
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// uuid is an identifier as Zimbra makes them.
func (u *University) uuid(i, salt int) string {
	a, b := u.mix(i, salt), u.mix(i, salt+100)
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}
