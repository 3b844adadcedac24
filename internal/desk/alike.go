package desk

import "strings"

// An Address looks like another if people would take one for the other: what
// precedes the @ has the same skeleton. Skeletons are those of UTS 39 for the few
// letters that an address may have, with what differs in no mail client: small
// and capital letters, and the marks between words.
var skeletons = [256]string{'0': "o", '1': "l", 'i': "l", 'm': "rn", 'w': "vv", 'd': "cl", '-': ".", '_': "."}

// Skeleton is what all addresses have in common that look like this one.
func (a Address) Skeleton() string {
	var b strings.Builder
	for _, c := range []byte(a.Local()) {
		if s := skeletons[c]; s != "" {
			b.WriteString(s)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// SkeletonSum is a number that two addresses with the same skeleton share, and
// few others do. It makes no garbage: millions are compared by it.
func (a Address) SkeletonSum() uint32 {
	sum := uint32(2166136261) // FNV-1a
	add := func(c byte) { sum = (sum ^ uint32(c)) * 16777619 }
	for i := 0; i < len(a) && a[i] != '@'; i++ {
		if s := skeletons[a[i]]; s != "" {
			for j := range len(s) {
				add(s[j])
			}
		} else {
			add(a[i])
		}
	}
	return sum
}

// A Breach is the clause of the charter of addresses that one does not follow.
type Breach string

// The clauses.
const (
	NoBreach  Breach = ""
	BadForm   Breach = "form"     // none of the forms that the rule book allows
	KeptBack  Breach = "reserved" // a word that the rule book keeps back
	LookAlike Breach = "alike"    // in some domain, somebody else has an address that looks the same
	Homonym   Breach = "homonym"  // in another domain, that is the name of somebody else's mailbox
)

// A Namer is what a rule book says of names, beside its decisions.
type Namer interface {
	// Names is the clause of the book that the address breaks, if any.
	Names(Address) Breach
	// Naming is what the book says of them.
	Naming() Naming
}

// A Naming is the part of the charter of addresses that a rule book says. Its
// slices are not to be changed.
type Naming struct {
	Forms    []string // regular expressions of all that precedes the @; none: any form will do
	Reserved []string // what may not precede it, sorted
}

// Naming is the rule book's, zero if it says nothing of names.
func (d *Desk) Naming() Naming {
	if book, ok := d.Rules.(Namer); ok {
		return book.Naming()
	}
	return Naming{}
}

// Breach is the first clause of the charter that an address would break for an
// account, which may be none yet; of is the address of somebody else that is the
// reason.
func (d *Desk) Breach(a Address, target Account) (clause Breach, of Address) {
	if book, ok := d.Rules.(Namer); ok {
		if clause := book.Names(a); clause != NoBreach {
			return clause, ""
		}
	}
	of = d.resembles(a, target)
	return clauseOf(a, of), of
}

// clauseOf is the clause that an address breaks for being like another.
func clauseOf(a, of Address) Breach {
	switch {
	case of == "":
		return NoBreach
	case of.Local() == a.Local():
		return Homonym
	}
	return LookAlike
}

// Clash is the clause that the address asked for breaks for being like another.
func (f *Facts) Clash(asked Address) Breach { return clauseOf(asked, f.Resembles) }

// likeness is what the address that an action gives would be taken for.
func (d *Desk) likeness(a Action, target Account) Address {
	switch a.Verb {
	case AliasAdd:
		return d.resembles(Address(a.Arg("alias")), target)
	case AliasMove:
		return d.resembles(Address(a.Arg("alias")), d.Resolve(a.Arg("to")))
	case AccountRename:
		return d.resembles(Address(a.Arg("to")), target)
	case AccountCreate:
		return d.resembles(target.Address, target)
	}
	if asked := a.named(); asked != "" && specs[a.Verb].Object {
		return d.resembles(asked, target)
	}
	return ""
}

// resembles is an address of somebody else that a would be taken for, "" if there
// is none. The same name in two domains is one only if it is the own address of
// a person's mailbox: each domain has its "contact".
func (d *Desk) resembles(a Address, target Account) Address {
	for _, other := range d.View.Alike(a) {
		x, _ := d.View.Entry(other)
		holder := Account{ID: x.Mailbox, Owner: x.Owner}
		if x.Nature == AsAccount {
			holder.Address = other
		}
		if x.Held && Confusable(a, target, other, holder) {
			return other
		}
	}
	return ""
}

// Confusable says that an address, given to target, would be taken for another,
// which holder has.
func Confusable(a Address, target Account, other Address, holder Account) bool {
	mine := holder.ID != "" && holder.ID == target.ID || holder.Owner != "" && holder.Owner == target.Owner
	role := other.Local() == a.Local() && (holder.Address != other || holder.Owner == "")
	return other != a && !mine && !role && a.Skeleton() == other.Skeleton()
}
