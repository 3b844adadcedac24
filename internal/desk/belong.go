package desk

import (
	"maps"
	"slices"
)

// A Belonging is what one list has to do with an account.
type Belonging struct {
	List  Address
	Kind  ListKind
	As    []Address // its addresses that are members
	Sends bool      // it may send in the name of the list
	Keeps bool      // the list is delegated to its owner
}

// Belongings are the lists that an account is in, may send for, or whose owner keeps
// them, in order of address.
func (d *Desk) Belongings(a Account, owner Person) (all []Belonging) {
	own := append([]Address{a.Address}, a.Aliases...)
	kept := d.kept(owner)
	lists := map[Address]*List{}
	for _, address := range own {
		for _, l := range d.View.ListsWith(address) {
			lists[l.Address] = l
		}
	}
	for address := range kept {
		if l := d.View.List(address); l.Known() && l.Address == address {
			lists[address] = &l
		}
	}
	for _, address := range slices.Sorted(maps.Keys(lists)) {
		l := lists[address]
		b := Belonging{List: address, Kind: l.Kind, Sends: slices.Contains(l.Senders, a.Address), Keeps: kept[address]}
		b.As = slices.DeleteFunc(slices.Clone(own), func(member Address) bool { return !l.Has(member) })
		if b.Sends || b.Keeps || len(b.As) > 0 {
			all = append(all, b)
		}
	}
	return all
}

// kept are the addresses of the lists that are delegated to somebody.
func (d *Desk) kept(owner Person) map[Address]bool {
	kept := map[Address]bool{}
	for _, g := range owner.Delegations {
		if g.Holds(owner.UID, d.Now()) {
			for _, address := range g.Lists {
				kept[address] = true
			}
		}
	}
	return kept
}
