package desk

import (
	"cmp"
	"slices"
	"time"
)

// A Nature is what an address is.
type Nature string

// The natures.
const (
	AsAccount  Nature = "account"  // the own address of a mailbox
	AsAlias    Nature = "alias"    // another address of one mailbox
	AsFanOut   Nature = "fanout"   // one address that arrives in several mailboxes
	AsList     Nature = "list"     // a distribution list of Partage
	AsGroup    Nature = "group"    // a group of Partage
	AsResource Nature = "resource" // of the calendar
	AsSympa    Nature = "sympa"    // a mailing list of Sympa
	AsOther    Nature = "other"    // of another system, by import
)

// Natures lists them.
func Natures() []Nature {
	return []Nature{AsAccount, AsAlias, AsFanOut, AsList, AsGroup, AsResource, AsSympa, AsOther}
}

// Elsewhere says that Partage does not have what the address is: the journal
// alone knows it, by import.
func (n Nature) Elsewhere() bool { return n == AsSympa || n == AsOther }

// listed says that it is one that arrives with members: a list, a group or an alias 1→N.
func (n Nature) listed() bool { return n == AsList || n == AsGroup || n == AsFanOut }

// A Day is the last day of something, "2026-12-31", wherever the house is; ""
// is without end.
type Day string

// Past says that the day is over on another.
func (d Day) Past(today Day) bool { return d != "" && d < today }

// An Entry is what the register says of an address: who holds it, or who held it
// last. The zero Entry is of an address that was never seen.
type Entry struct {
	Address Address
	Nature  Nature
	Mailbox string    `json:",omitempty"` // Account.ID of what holds it, or held it last; "" elsewhere than on Partage
	Owner   UID       `json:",omitempty"` // whose that was when the address was given
	Held    bool      // somebody has it now
	Since   time.Time `json:",omitzero"`  // zero: since before it was known here
	Request ID        `json:",omitempty"` // that gave it
	Reason  string    `json:",omitempty"` // of that request, or of the import
	Until   Day       `json:",omitempty"` // its last day
	Dated   ID        `json:",omitempty"` // the request that set Until
	Freed   time.Time `json:",omitzero"`  // since when nobody has it
	FreedBy ID        `json:",omitempty"` // the request that freed it; "": it was found to be gone
	Lifted  ID        `json:",omitempty"` // the request that ended its quarantine
}

// Known says that the address was seen.
func (x Entry) Known() bool { return x.Address != "" }

// Of says that the mailbox is the one that holds the address, or held it last.
func (x Entry) Of(mailbox string) bool { return mailbox != "" && x.Mailbox == mailbox }

// What an event does to an address.
type What uint8

// They are kept in memory as numbers, never stored.
const (
	Gives   What = iota + 1 // it is proved that a mailbox has it
	Frees                   // it is proved that the mailbox has it no more
	Enrolls                 // an import says who has it
	Misses                  // it was on Partage and is found there no more
	Lifts                   // its quarantine is ended
)

// A Deed is what one event does to one address.
type Deed struct {
	Address Address
	What    What
	Nature  Nature
}

// DeedsOf lists what an event does to addresses; r is its request, the event
// folded in. What a write changes is what differs between the account as read
// before and as read after.
func DeedsOf(e Event, r Request) (deeds []Deed) {
	switch f := e.Fact.(type) {
	case Stepped:
		return moved(r.Before, f.Proof)
	case Done:
		deeds = moved(r.Before, f.Proof)
		// It was there already: an earlier attempt had taken effect after all.
		alias := Address(r.Action.Arg("alias"))
		if there := f.Proof.Holds(alias); there && r.Action.Verb == AliasAdd && len(deeds) == 0 {
			deeds = append(deeds, Deed{alias, Gives, AsAlias})
		}
		return deeds
	case Undone:
		return moved(r.Before, f.Proof)
	case Registered:
		for _, x := range f.Entries {
			deeds = append(deeds, Deed{x.Address, Enrolls, x.Nature})
		}
	case Vanished:
		for _, x := range f.Entries {
			deeds = append(deeds, Deed{x.Address, Misses, x.Nature})
		}
	case Lifted:
		deeds = append(deeds, Deed{f.Address, Lifts, ""})
	}
	return deeds
}

// moved: if another mailbox was read than before, what was read before tells
// nothing of it. Of the address where deleted mailboxes lie nobody asks.
func moved(before, after Account) (deeds []Deed) {
	if before.ID != after.ID && before.Known() && after.Known() {
		return nil
	}
	was, is := before.addresses(), after.addresses()
	for _, d := range is {
		if !slices.Contains(was, d) {
			deeds = append(deeds, d)
		}
	}
	for _, d := range was {
		if !slices.ContainsFunc(is, func(o Deed) bool { return o.Address == d.Address }) {
			d.What = Frees
			deeds = append(deeds, d)
		}
	}
	return deeds
}

// addresses are those of an account, as it gets them.
func (a Account) addresses() (all []Deed) {
	if a.Detail != nil && a.Detail.Tree != nil {
		return nil
	}
	if a.Known() && !a.Deleted() {
		all = append(all, Deed{a.Address, Gives, a.nature(a.Address)})
	}
	for _, alias := range a.Aliases {
		all = append(all, Deed{alias, Gives, a.nature(alias)})
	}
	return all
}

// nature is what one of its addresses is; those of a list are all of its kind.
func (a Account) nature(at Address) Nature {
	switch kind := a.Kind(); {
	case kind != (Account{}).Kind():
		return Nature(kind)
	case at == a.Address:
		return AsAccount
	}
	return AsAlias
}

// With is the entry after a deed of an event, whose request is r as it is by now.
func (x Entry) With(d Deed, e Event, r Request) Entry {
	switch f := e.Fact.(type) {
	case Registered:
		if said, ok := find(f.Entries, d.Address); ok {
			return said.entry(e.At, f.Reason)
		}
	case Vanished:
		if said, ok := find(f.Entries, d.Address); ok {
			if !x.Of(said.Mailbox) {
				x = Entry{Address: said.Address, Mailbox: said.Mailbox}
			}
			x.Nature, x.Owner = said.Nature, said.Owner
			x.Held, x.Freed, x.FreedBy, x.Lifted = false, e.At, "", ""
		}
	case Lifted:
		x.Lifted = e.ID
	default:
		return x.proved(d, e, r)
	}
	return x
}

func (x Entry) proved(d Deed, e Event, r Request) Entry {
	proof := ProofOf(e.Fact)
	mailbox, owner := cmp.Or(proof.ID, r.Mailbox), proof.Owner
	if !proof.Known() || proof.Deleted() { // it is nobody's by then
		owner = r.Owner
	}
	same := x.Of(mailbox)
	if d.What == Gives && same && x.Held {
		x.Nature = d.Nature // an alias has become its own address, or the reverse
		return x
	}
	if d.What == Gives {
		return Entry{Address: d.Address, Nature: d.Nature, Mailbox: mailbox, Owner: owner, Held: true, Since: e.At, Request: e.ID, Reason: r.Reason}
	}
	if !same { // it had it before anything was known here
		x = Entry{Address: d.Address, Mailbox: mailbox, Owner: owner}
	}
	x.Nature, x.Held, x.Freed, x.FreedBy, x.Lifted = d.Nature, false, e.At, e.ID, ""
	return x
}

// ProofOf is the account as a fact tells that it was read after a write.
func ProofOf(f Fact) Account {
	switch f := f.(type) {
	case Stepped:
		return f.Proof
	case Done:
		return f.Proof
	case Undone:
		return f.Proof
	}
	return Account{}
}

// Now is what the journal says of an address, and the account, list or resource
// that has it by now, if any: Partage says who has what. Before Partage was ever
// read the journal is believed.
func (x Entry) Now(a Address, holder Account, read bool) Entry {
	switch {
	case holder.Known():
		if !x.Of(holder.ID) || !x.Held {
			x = Entry{Address: a, Mailbox: holder.ID}
		}
		x.Nature, x.Owner, x.Held = holder.nature(a), holder.Owner, true
	case x.Held && read && !x.Nature.Elsewhere():
		x.Held = false // by another tool, since the journal's last word
	}
	return x
}

// An Expiry is the last day of an address, or of a mailbox with all of its own.
type Expiry struct {
	Mailbox string
	Alias   Address // "": the mailbox itself
	Until   Day     // "": without end
	By      ID      // the request that says so
}

// ExpiryOf is the last day that an event sets: false if it sets none. An alias that
// is given without one has none, whatever was before.
func ExpiryOf(e Event, r Request) (t Expiry, ok bool) {
	f, done := e.Fact.(Done)
	if _, dated := specs[r.Action.Verb].Args["until"]; !done || !dated || r.Action.Verb.governs() {
		return t, false
	}
	if r.Action.Verb == AccountShare || (r.Action.Verb == ListProfile || r.Action.Verb == ListRestore) && !r.Action.Dates() { // it is of something else
		return t, false
	}
	box := f.Proof.ID
	if r.Action.Verb == ListRestore { // its last step may be on a list above it
		box = cmp.Or(r.Made, r.Mailbox)
	}
	return Expiry{box, Address(r.Action.Arg("alias")), Day(r.Action.Arg("until")), e.ID}, true
}

// Succeeded says that an event has put a list in the place of another, which is the
// same to people, and not to Partage: its last day goes with it.
func Succeeded(e Event, r Request) (from, to string, at Address, ok bool) {
	_, done := e.Fact.(Done)
	at = Address(cmp.Or(r.Action.Arg("to"), r.Action.Target))
	return r.Mailbox, r.Made, at, done && r.Made != "" && (r.Action.Verb == ListRename || r.Action.Verb == ListRestore)
}

// A Registration is what an import, or a look at Partage, says of one address.
type Registration struct {
	Address Address
	Nature  Nature
	Mailbox string    `json:",omitempty"`
	Owner   UID       `json:",omitempty"`
	Since   time.Time `json:",omitzero"`
	Freed   time.Time `json:",omitzero"` // nobody has it any more, since then
}

func (r Registration) entry(at time.Time, reason string) Entry {
	since := r.Since
	if since.IsZero() && r.Freed.IsZero() {
		since = at
	}
	return Entry{Address: r.Address, Nature: r.Nature, Mailbox: r.Mailbox, Owner: r.Owner, Held: r.Freed.IsZero(), Since: since, Freed: r.Freed, Reason: reason}
}

// find looks in entries that are sorted by address.
func find(all []Registration, a Address) (r Registration, ok bool) {
	i, ok := slices.BinarySearchFunc(all, a, func(r Registration, a Address) int { return cmp.Compare(r.Address, a) })
	if !ok {
		return r, false
	}
	return all[i], true
}
