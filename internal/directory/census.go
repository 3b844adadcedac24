package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A Census is what the directory holds, entry by entry, so that an entry that
// changes tells whom that changes. It is for one goroutine at a time.
type Census struct {
	layout Attributes
	people map[key]seat
	desks  map[key]office
	groups map[key]group
	left   [kinds]map[key]Reason // entries that are nobody
	marks  [kinds]mark           // how far each kind was followed
	way    Way                   // by which it can be

	joins
	places map[string]key // of people whose place does not tell their uid, see keyAt
	uids   map[desk.UID]key
	twins  map[desk.UID][]key // those of several people: they are nobody's
	bosses map[string]int     // how many people have a manager by this reference
}

// A key names an entry for as long as it exists.
type key [16]byte

// A kind of entry.
type kind int

const (
	unitKind kind = iota
	groupKind
	personKind
	kinds
)

type office struct {
	code string
	unit
}

type group struct {
	name           string
	places, logins []string
}

func newCensus(layout Attributes) *Census {
	c := &Census{layout: layout, people: map[key]seat{}, desks: map[key]office{}, groups: map[key]group{}, joins: newJoins(),
		places: map[string]key{}, uids: map[desk.UID]key{}, twins: map[desk.UID][]key{}, bosses: map[string]int{}}
	c.whoIsAt = c.at
	for k := range c.left {
		c.left[k] = map[key]Reason{}
	}
	return c
}

// keyOf is the key of an entry: what the server names it by, or else its place.
func (c *Census) keyOf(r *record) key {
	if k, named := c.named(r); named {
		return k
	}
	digest := sha256.Sum256([]byte(place(r.dn)))
	return key(digest[:16])
}

// named is what the server names the entry by.
func (c *Census) named(r *record) (k key, named bool) {
	text := strings.ReplaceAll(r.one(c.layout.Entry), "-", "")
	if len(text) != 2*len(k) {
		return k, false
	}
	_, err := hex.Decode(k[:], []byte(text))
	return k, err == nil
}

// News is an entry as it is now; record nil means that it has gone.
type news struct {
	kind   kind
	key    key
	record *record
}

// whom is who may have changed, and by what they are to be found; nil while
// nobody asks.
type whom struct {
	uids   map[desk.UID]bool
	units  map[string]bool // all of the units of these codes
	bosses map[string]bool // all whose manager is at these places
}

func newWhom() *whom {
	return &whom{map[desk.UID]bool{}, map[string]bool{}, map[string]bool{}}
}

func (w *whom) add(uid desk.UID) {
	if w != nil {
		w.uids[uid] = true
	}
}

func (w *whom) unit(code string) {
	if w != nil {
		w.units[code] = true
	}
}

func (w *whom) boss(place string) {
	if w != nil {
		w.bosses[place] = true
	}
}

// take takes news in, and adds to w *whom they concern.
func (c *Census) take(n news, w *whom) {
	delete(c.left[n.kind], n.key)
	switch n.kind {
	case unitKind:
		c.takeUnit(n, w)
	case groupKind:
		c.takeGroup(n, w)
	default:
		c.takePerson(n, w)
	}
}

func (c *Census) takeUnit(n news, w *whom) {
	old, known := c.desks[n.key]
	if n.record != nil && known {
		if code, u := c.layout.unit(n.record); old == (office{code, u}) {
			return
		}
	}
	if known {
		delete(c.desks, n.key)
		claims := c.joins.units[old.code]
		at := slices.Index(claims, old.unit)
		if claims = slices.Concat(claims[:at], claims[at+1:]); len(claims) == 0 {
			delete(c.joins.units, old.code)
		} else {
			c.joins.units[old.code] = claims
		}
		w.unit(old.code)
	}
	if n.record != nil {
		if code, u := c.layout.unit(n.record); code != "" {
			c.desks[n.key] = office{code, u}
			c.addUnit(code, u)
			w.unit(code)
		} else {
			c.left[unitKind][n.key] = BadUnit
		}
	}
}

func (c *Census) takeGroup(n news, w *whom) {
	var next group
	if n.record != nil {
		if next = c.layout.group(n.record); next.name == "" {
			c.left[groupKind][n.key] = BadGroup
		}
	}
	old := c.groups[n.key]
	if old.name == next.name {
		c.members(w, except(old.places, next.places), except(old.logins, next.logins))
		c.members(w, except(next.places, old.places), except(next.logins, old.logins))
	} else {
		c.called(w, old.name)
		c.members(w, next.places, next.logins)
	}
	c.unlist(old)
	delete(c.groups, n.key)
	if next.name != "" {
		c.groups[n.key] = next
		c.list(next)
		if old.name != next.name {
			c.called(w, next.name)
		}
	}
}

// called adds the members of all groups of a name.
func (c *Census) called(w *whom, name string) {
	if name == "" {
		return
	}
	for _, g := range c.groups {
		if g.name == name {
			c.members(w, g.places, g.logins)
		}
	}
}

func (c *Census) members(w *whom, places, logins []string) {
	for _, at := range places {
		if k, known := c.keyAt(at); known {
			w.add(c.people[k].uid())
		}
	}
	for _, login := range logins {
		w.add(desk.UID(lower(login)))
	}
}

func except(a, b []string) []string {
	out := make(map[string]bool, len(b))
	for _, s := range b {
		out[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return out[s] })
}

func (c *Census) list(g group) {
	c.names[g.name]++
	for i, at := range g.places {
		if k, known := c.keyAt(at); known { // the same text is kept once
			at = c.people[k].place()
			g.places[i] = at
		}
		c.byPlace.add(at, g.name)
	}
	for _, login := range g.logins {
		c.byLogin.add(login, g.name)
	}
}

func (c *Census) unlist(g group) {
	if g.name == "" {
		return
	}
	c.names[g.name]--
	for _, at := range g.places {
		c.byPlace.strike(at, g.name)
	}
	for _, login := range g.logins {
		c.byLogin.strike(login, g.name)
	}
}

func (c *Census) takePerson(n news, w *whom) {
	old, was := c.people[n.key]
	var next seat
	if n.record != nil {
		f, reason := c.layout.person(n.record)
		if reason != "" {
			c.left[personKind][n.key] = reason
		} else if next = f.seat(); next == old {
			return
		}
	}
	if was {
		c.leave(n.key, old, w)
	}
	if next != "" {
		c.enter(n.key, next, w)
	}
}

func (c *Census) enter(k key, s seat, w *whom) {
	f := s.found()
	c.people[k] = s
	if !tells(f.place, f.UID) {
		c.places[f.place] = k
	}
	w.add(f.UID)
	w.boss(f.place)
	c.bosses[place(f.manager)]++
	if rivals := c.twins[f.UID]; len(rivals) > 0 {
		c.twins[f.UID] = append(rivals, k)
	} else if other, taken := c.uids[f.UID]; taken {
		delete(c.uids, f.UID)
		c.twins[f.UID] = []key{other, k}
		w.boss(c.people[other].place())
	} else {
		c.uids[f.UID] = k
	}
}

func (c *Census) leave(k key, s seat, w *whom) {
	f := s.found()
	delete(c.people, k)
	if c.places[f.place] == k {
		delete(c.places, f.place)
	}
	w.add(f.UID)
	w.boss(f.place)
	if ref := place(f.manager); c.bosses[ref] > 1 {
		c.bosses[ref]--
	} else {
		delete(c.bosses, ref)
	}
	if holder, alone := c.uids[f.UID]; alone && holder == k {
		delete(c.uids, f.UID)
		return
	}
	rivals := slices.DeleteFunc(c.twins[f.UID], func(other key) bool { return other == k })
	if c.twins[f.UID] = rivals; len(rivals) == 1 {
		delete(c.twins, f.UID)
		c.uids[f.UID] = rivals[0]
		w.boss(c.people[rivals[0]].place())
	}
}

// has says that an entry is known.
func (c *Census) has(k kind, id key) (known bool) {
	switch k {
	case unitKind:
		_, known = c.desks[id]
	case groupKind:
		_, known = c.groups[id]
	default:
		_, known = c.people[id]
	}
	_, left := c.left[k][id]
	return known || left
}

// keys are those of all entries of a kind.
func (c *Census) keys(k kind) map[key]bool {
	all := map[key]bool{}
	add := func(id key) { all[id] = true }
	switch k {
	case unitKind:
		each(c.desks, add)
	case groupKind:
		each(c.groups, add)
	default:
		each(c.people, add)
	}
	each(c.left[k], add)
	return all
}

func each[T any](entries map[key]T, do func(key)) {
	for id := range entries {
		do(id)
	}
}

// A Change is somebody as they are now; the zero Person has gone.
type Change struct {
	UID    desk.UID
	Person desk.Person
}

// changes tells how they are now *whom news concern.
func (c *Census) changes(w *whom) (all []Change) {
	maps.DeleteFunc(w.bosses, func(at string, _ bool) bool { return c.bosses[at] == 0 })
	if len(w.units)+len(w.bosses) > 0 {
		for _, s := range c.people {
			if manager, unit := s.refers(); w.units[lower(unit)] || len(w.bosses) > 0 && w.bosses[place(manager)] {
				w.uids[s.uid()] = true
			}
		}
	}
	for _, uid := range slices.Sorted(maps.Keys(w.uids)) {
		all = append(all, Change{uid, c.somebody(uid)})
	}
	return all
}

// somebody is the person of the uid, if there is one and no twin.
func (c *Census) somebody(uid desk.UID) desk.Person {
	k, known := c.uids[uid]
	if !known {
		return desk.Person{}
	}
	return c.person(c.people[k].found())
}

// People yields everybody, each once.
func (c *Census) People() iter.Seq2[desk.Person, error] {
	return func(yield func(desk.Person, error) bool) {
		for _, k := range c.uids {
			if !yield(c.person(c.people[k].found()), nil) {
				return
			}
		}
	}
}

// tells says that the place begins with the uid, as nearly all do: to keep who is
// at each place would take as much as the rest of what is kept to find people.
func tells(place string, uid desk.UID) bool {
	rest, found := strings.CutPrefix(place, "uid=")
	return found && strings.HasPrefix(rest, string(uid)) && strings.HasPrefix(rest[len(uid):], ",")
}

// keyAt is the person at a place.
func (c *Census) keyAt(place string) (key, bool) {
	if rest, found := strings.CutPrefix(place, "uid="); found {
		name, _, _ := strings.Cut(rest, ",")
		uid := desk.UID(name)
		if k, known := c.uids[uid]; known && c.people[k].place() == place {
			return k, true
		}
		for _, k := range c.twins[uid] {
			if c.people[k].place() == place {
				return k, true
			}
		}
	}
	k, known := c.places[place]
	return k, known
}

// at is whose place it is, "" if the uid there is nobody's.
func (c *Census) at(place string) desk.UID {
	k, known := c.keyAt(place)
	if !known {
		return ""
	}
	uid := c.people[k].uid()
	if holder, alone := c.uids[uid]; !alone || holder != k {
		return ""
	}
	return uid
}

// Stats counts what the census holds.
func (c *Census) Stats() Stats {
	s := Stats{People: len(c.uids), Rejected: map[Reason]int{}}
	for _, left := range c.left {
		for _, reason := range left {
			s.Rejected[reason]++
		}
	}
	for _, rivals := range c.twins {
		s.Rejected[TwinUID] += len(rivals)
	}
	for _, claims := range c.joins.units {
		s.Units += s.claimed(len(claims), TwinUnit)
	}
	for _, claims := range c.names {
		s.Groups += s.claimed(claims, TwinGroup)
	}
	return s
}

// claimed is 1 for what only one entry claims, and rejects the rest.
func (s Stats) claimed(entries int, twin Reason) int {
	if entries > 1 {
		s.Rejected[twin] += entries
		return 0
	}
	return entries
}
