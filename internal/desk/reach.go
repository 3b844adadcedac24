package desk

import (
	"cmp"
	"slices"
	"strings"
)

// A Fate is what becomes of a message where it ends up.
type Fate string

// The fates.
const (
	Received Fate = "received" // in a mailbox here
	Departed Fate = "departed" // in a mailbox here, whose person has left
	Bounced  Fate = "closed"   // by a mailbox that is closed
	Booked   Fate = "resource" // in the calendar of a room or a thing
	Silent   Fate = "group"    // by a group, which receives no mail
	Missing  Fate = "missing"  // nobody has the address
	Outside  Fate = "outside"  // it leaves the house
)

// Fates lists them, from what is wished to what is not.
func Fates() []Fate { return []Fate{Received, Outside, Departed, Booked, Silent, Bounced, Missing} }

// An End is one place where mail to an address ends up.
type End struct {
	Address Address
	Fate    Fate
	Owner   UID     `json:",omitempty"` // whose mailbox it is
	Via     Address // whose member or forward it is; the address asked about if it is that itself
}

// A Reach is where mail to an address ends up: what was followed, and what was
// found.
type Reach struct {
	Address Address
	Kind    string      // of what has the address, as Account.Kind; "" if nothing here has
	Ends    []End       // each place once, by fate then address
	Lists   []Address   // that mail goes through, in the order they are met
	Depth   int         // how many lists and forwards are one behind the other, at most
	Loops   [][]Address // each comes back to its first address
}

// Count is how many ends have the fate.
func (r Reach) Count(f Fate) (n int) {
	for _, e := range r.Ends {
		if e.Fate == f {
			n++
		}
	}
	return n
}

// Heads is how many mailboxes receive it, here or elsewhere.
func (r Reach) Heads() int { return r.Count(Received) + r.Count(Departed) + r.Count(Outside) }

// Reach follows mail that is sent to an address, as things are known.
func (d *Desk) Reach(a Address) Reach { return d.follow(a, instead{}) }

// An instead says what would be at some addresses if something were done.
type instead struct {
	lists    map[Address]List
	accounts map[Address]Account
}

// adding is the list with more members.
func adding(l List, members []Address) instead {
	l.Members = append(l.Members[:len(l.Members):len(l.Members)], members...)
	return instead{lists: map[Address]List{l.Address: l}}
}

func (d *Desk) follow(a Address, i instead) Reach {
	w := d.walk(a, i)
	w.Depth = w.visit(a, a)
	w.Kind = w.kind(a)
	slices.SortFunc(w.Ends, func(x, y End) int { return cmp.Or(cmp.Compare(x.Fate, y.Fate), cmp.Compare(x.Address, y.Address)) })
	return w.Reach
}

func (d *Desk) walk(a Address, i instead) *walk {
	return &walk{desk: d, instead: i, under: map[Address]bool{}, depths: map[Address]int{}, Reach: Reach{Address: a}}
}

// straight refuses what would bring mail to an address back to it.
func (d *Desk) straight(a Address, i instead) error {
	w := d.walk(a, i)
	w.endless = true
	w.visit(a, a)
	for _, loop := range w.Loops {
		return Fail(Conflict, MailLoop, "path", strings.Join(texts(append(loop, loop[0])), " → "))
	}
	return nil
}

func texts(all []Address) []string {
	said := make([]string, len(all))
	for i, a := range all {
		said[i] = string(a)
	}
	return said
}

// A walk goes down from an address, to each place once.
type walk struct {
	Reach
	desk    *Desk
	instead instead
	path    []Address        // from the beginning to here
	under   map[Address]bool // on the path
	depths  map[Address]int  // of what was left behind
	endless bool             // only loops are looked for: where mail ends is passed over
}

func (w *walk) list(a Address) List {
	if l, ok := w.instead.lists[a]; ok {
		return l
	}
	l := w.desk.View.List(a)
	if other, ok := w.instead.lists[l.Address]; ok {
		return other
	}
	return l
}

func (w *walk) account(a Address) Account {
	if x, ok := w.instead.accounts[a]; ok {
		return x
	}
	x := w.desk.View.Account(a)
	if other, ok := w.instead.accounts[x.Address]; ok {
		return other
	}
	return x
}

func (w *walk) kind(a Address) string {
	switch l := w.list(a); {
	case l.Known():
		return string(l.Kind)
	case w.account(a).Known():
		return Account{}.Kind()
	case w.desk.View.Resource(a).Known():
		return Resource{Address: a}.Target().Kind()
	}
	return ""
}

// visit follows mail to an address, and tells how deep it goes.
func (w *walk) visit(a, via Address) int {
	if l := w.list(a); l.Known() && l.Kind != Grouping {
		return w.through(l.Address, func() (depth int) {
			w.Lists = append(w.Lists, l.Address)
			for _, m := range l.Members {
				depth = max(depth, 1+w.visit(m, l.Address))
			}
			return depth
		})
	} else if l.Known() {
		return w.through(l.Address, func() int { w.end(l.Address, Silent, "", via); return 0 })
	}
	x := w.account(a)
	if w.endless && x.Forward == "" {
		return 0
	}
	if x.Known() {
		return w.through(x.Address, func() int { return w.box(x, via) })
	}
	return w.through(a, func() int { w.end(a, w.elsewhere(a), "", via); return 0 })
}

// through goes on behind one place, unless mail was there already: if it is still
// on its way from there, that is a loop.
func (w *walk) through(place Address, on func() int) int {
	if w.under[place] {
		loop := slices.Clone(w.path[slices.Index(w.path, place):])
		w.Loops = append(w.Loops, loop)
		return 0
	}
	if depth, seen := w.depths[place]; seen {
		return depth
	}
	w.under[place], w.path = true, append(w.path, place)
	depth := on()
	w.path = w.path[:len(w.path)-1]
	delete(w.under, place)
	w.depths[place] = depth
	return depth
}

// box: mail is kept, or passed on, or both. Closed, it passes nothing on.
func (w *walk) box(x Account, via Address) (depth int) {
	if x.Status == Closed || x.Deleted() {
		w.end(x.Address, Bounced, x.Owner, via)
		return 0
	}
	for to := range strings.FieldsFuncSeq(x.Forward, func(r rune) bool { return strings.ContainsRune(", ;\n", r) }) {
		if a, err := ParseAddress(to); err == nil {
			depth = max(depth, 1+w.visit(a, x.Address))
		}
	}
	if !x.ForwardOnly {
		fate := Received
		if x.Owner != "" && !w.desk.View.Person(x.Owner).Known() {
			fate = Departed
		}
		w.end(x.Address, fate, x.Owner, via)
	}
	return depth
}

// elsewhere is the fate of what no account and no list here has.
func (w *walk) elsewhere(a Address) Fate {
	switch {
	case w.desk.View.Resource(a).Known():
		return Booked
	case w.desk.View.HasDomain(a.Domain()):
		return Missing
	}
	return Outside
}

func (w *walk) end(a Address, f Fate, owner UID, via Address) {
	w.Ends = append(w.Ends, End{a, f, owner, via})
}

// foreseen is what an action puts in the place of what is there, and where mail
// would be sent to, to see what it changes; false if it changes nothing of that.
func (d *Desk) foreseen(f Facts) (at Address, i instead, moves bool) {
	a, target := f.Action, f.Target
	members := a.Members()
	switch l := d.View.List(target.Address); a.Verb {
	case ListCreate, FanOutCreate:
		return target.Address, instead{lists: map[Address]List{target.Address: {Address: target.Address, Kind: a.Verb.kindMade(), Members: members}}}, true
	case ListAdd:
		return l.Address, adding(l, members), true
	case ListRemove:
		l.Members = slices.DeleteFunc(slices.Clone(l.Members), func(m Address) bool { return slices.Contains(members, m) })
		return l.Address, instead{lists: map[Address]List{l.Address: l}}, true
	case ListAlias:
		return Address(a.Arg("alias")), instead{lists: map[Address]List{Address(a.Arg("alias")): l}}, true
	case ListDelete:
		return l.Address, instead{lists: map[Address]List{l.Address: {}}}, true
	case AliasAdd:
		return Address(a.Arg("alias")), instead{accounts: map[Address]Account{Address(a.Arg("alias")): target}}, true
	case AccountForward:
		target.Forward, target.ForwardOnly = either(a.Arg("to") == Nowhere, "", a.Arg("to")), false
		return target.Address, instead{accounts: map[Address]Account{target.Address: target}}, true
	}
	return "", instead{}, false
}

// Reaches tells where mail goes before and after an action; false if it changes
// nothing of that.
func (d *Desk) Reaches(f Facts) (before, after Reach, moves bool) {
	at, i, moves := d.foreseen(f)
	if !moves {
		return before, after, false
	}
	return d.Reach(at), d.follow(at, i), true
}
