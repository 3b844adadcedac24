package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// A ListKind tells lists apart, which are one thing to Partage.
type ListKind string

// The kinds of lists.
const (
	Distribution ListKind = "list"   // mail reaches its members, who may be many; some may send in its name
	Grouping     ListKind = "group"  // it receives no mail: it serves for shares and rights
	FanOut       ListKind = "fanout" // an alias 1→N: an address that arrives in several mailboxes, and that nobody sends from
)

// A List is a distribution list, a group or an alias 1→N of Partage. The zero
// List is none. Its slices are shared between copies: never modify them in place.
type List struct {
	ID          string // zimbraId: the identity; an address may be given to another list
	Address     Address
	Kind        ListKind
	Name        string // as displayed
	Description string
	Notes       string `json:",omitempty"` // of administrators
	Hidden      bool   // not shown in the address book
	Quiet       bool   // new members are not told of what is shared with it

	Aliases []Address // sorted, without Address
	Members []Address // sorted, of any domain, lists too; nil if only some were looked at
	Size    int       // how many members there are
	Senders []Address `json:",omitempty"` // sorted; who may send in its name
	Asked   bool      // Senders were read: it costs a call for each list
}

// Known says that the list exists.
func (l List) Known() bool { return l.Address != "" }

// Whole says that all its members are in it.
func (l List) Whole() bool { return len(l.Members) == l.Size }

// Holds says that mail to the address arrives in this list.
func (l List) Holds(x Address) bool {
	return x != "" && (l.Address == x || slices.Contains(l.Aliases, x))
}

// Has says that the address is a member.
func (l List) Has(x Address) bool { _, found := slices.BinarySearch(l.Members, x); return found }

// Emptied says that the group was deleted by us, and can be given back: nothing
// can give back what was shared with a group that Partage has deleted.
func (l List) Emptied() bool { return l.Kind == Grouping && shelved(l.Notes) }

// Target is the list as what an action acts on.
func (l List) Target() Account {
	if !l.Known() {
		return Account{}
	}
	return Account{ID: l.ID, Address: l.Address, Name: l.Name, Hidden: l.Hidden, Aliases: l.Aliases, Detail: &Detail{List: &l}}
}

// Content is the digest of all that would be lost with the list, so that what
// was copied can be compared with what is deleted. Its aliases move before.
func (l List) Content() string {
	l.ID, l.Address, l.Aliases, l.Asked = "", "", nil, false
	text, _ := json.Marshal(l) // of texts, booleans and numbers
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// A Resource is a room or a thing that has a calendar. The zero Resource is none.
// Its maps and slices are shared between copies: never modify them in place.
type Resource struct {
	ID      string // zimbraId
	Address Address
	Name    string            // as displayed
	Status  string            // Active or Closed
	Notes   string            `json:",omitempty"` // of administrators
	Fields  map[string]string // by the names of ResourceFields, only those that are not empty
}

// Known says that the resource exists.
func (r Resource) Known() bool { return r.Address != "" }

// Shelved says that the resource was deleted by us, or renamed, and can be given
// back: its calendar lies there, and is lost only if Partage deletes it.
func (r Resource) Shelved() bool { return r.Status == Closed && shelved(r.Notes) }

// Target is the resource as what an action acts on.
func (r Resource) Target() Account {
	if !r.Known() {
		return Account{}
	}
	return Account{ID: r.ID, Address: r.Address, Name: r.Name, Status: r.Status, Detail: &Detail{Resource: &r}}
}

// ShelfMark is what is left in the notes of what a request has deleted without
// destroying it; ListMark in those of an alias 1→N, which Partage does not tell
// from a list.
const (
	shelfWord = " deleted]"
	ListMark  = "[melusine fanout]"
)

// ShelfMark is the mark of a request that puts something aside.
func ShelfMark(id ID) string { return "melusine " + string(id) + " deleted" }

func shelved(notes string) bool {
	i := strings.LastIndex(notes, "[melusine D-")
	return i >= 0 && strings.HasSuffix(notes[i:], shelfWord)
}
