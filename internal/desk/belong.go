package desk

import "slices"

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
	var kept []Address
	for _, g := range owner.Delegations {
		if g.Holds(owner.UID, d.Now()) {
			kept = append(kept, g.Lists...)
		}
	}
	own := append([]Address{a.Address}, a.Aliases...)
	for l := range d.View.Lists() {
		b := Belonging{List: l.Address, Kind: l.Kind, Sends: slices.Contains(l.Senders, a.Address), Keeps: slices.Contains(kept, l.Address)}
		for _, address := range own {
			if l.Has(address) {
				b.As = append(b.As, address)
			}
		}
		if b.Sends || b.Keeps || len(b.As) > 0 {
			all = append(all, b)
		}
	}
	return all
}
