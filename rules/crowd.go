package rules

import (
	"iter"
	"math/bits"

	"github.com/unistra/melusine/internal/desk"
)

// A Crowd asks the rules about many people at once: each clause is answered for
// all of them together, as a set. One goroutine at a time may use it.
type Crowd struct {
	book   *Book
	people []desk.Person
	known  set
	byWord map[string]map[string]set // word -> key -> the people it may hold for
	alone  map[*clause]set           // clauses that depend on the person alone
	room   []uint64
	world  world
}

// Answers are what the people of a crowd would be answered, by their places.
// They are good until the next question.
type Answers struct{ Allowed, Pending set }

// A set has one bit for each person.
type set []uint64

// All yields the places of the people in the set.
func (s set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// Has says that the person at a place is in the set.
func (s set) Has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s set) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// Crowd prepares questions about these people.
func (b *Book) Crowd(people []desk.Person) *Crowd {
	c := &Crowd{book: b, people: people, byWord: map[string]map[string]set{}, alone: map[*clause]set{}}
	c.known = make(set, (len(people)+63)/64)
	for i, p := range people {
		if p.Known() {
			c.known.add(i)
		}
		for word, w := range words {
			if w.key == nil {
				continue
			}
			if c.byWord[word] == nil {
				c.byWord[word] = map[string]set{}
			}
			for _, key := range w.key(p) {
				if c.byWord[word][key] == nil {
					c.byWord[word][key] = make(set, len(c.known))
				}
				c.byWord[word][key].add(i)
			}
		}
	}
	return c
}

// Ask gives what Decide would answer to each of the people, on the facts as if
// they were the one who asks.
func (c *Crowd) Ask(f desk.Facts) Answers {
	c.room = c.room[:0]
	a := Answers{c.none(), c.none()}
	w := &c.world
	f.Actor = desk.Person{UID: "somebody"} // known, so that only the rest can be missing
	if w.look(c.book, f); w.missing() != "" || w.verb.changes && c.book.protects(w) {
		return a
	}
	left := c.copyOf(c.known)
	for _, r := range w.verb.rules {
		holds := c.holding(r.condition, left)
		for i := range left {
			left[i] &^= holds[i]
		}
		if r.asks(manager) {
			c.headed(r, holds)
		}
		switch r.Outcome {
		case desk.Allowed:
			merge(a.Allowed, holds)
		case desk.Pending:
			merge(a.Pending, holds)
		}
		if left.empty() {
			break
		}
	}
	return a
}

// headed takes out those for whom nobody could approve.
func (c *Crowd) headed(r *rule, holds set) {
	for i := range holds.All() {
		if c.world.Actor = c.people[i]; c.book.settled(r, &c.world).Outcome == desk.Denied {
			holds[i/64] &^= 1 << (i % 64)
		}
	}
}

func merge(into, s set) {
	for i := range into {
		into[i] |= s[i]
	}
}

// none is an empty set, in room that the next question uses again.
func (c *Crowd) none() set {
	n := len(c.known)
	if len(c.room)+n > cap(c.room) {
		c.room = make([]uint64, 0, max(2*cap(c.room), 64*n))
	}
	from := len(c.room)
	c.room = c.room[:from+n]
	s := c.room[from : from+n : from+n]
	clear(s)
	return s
}

func (c *Crowd) copyOf(s set) set {
	t := c.none()
	copy(t, s)
	return t
}

// holding is those of a set for whom a clause holds.
func (c *Crowd) holding(x *clause, of set) set {
	switch {
	case x.leaf():
		return c.leafHolding(x, of)
	case x.Word == "not":
		s := c.holding(x.parts[0], of)
		for i := range s {
			s[i] = of[i] &^ s[i]
		}
		return s
	case x.Word == "and":
		s := c.copyOf(of)
		for _, p := range x.parts {
			if s.empty() {
				break
			}
			s = c.holding(p, s)
		}
		return s
	}
	s, left := c.none(), c.copyOf(of)
	for _, p := range x.parts {
		some := c.holding(p, left)
		merge(s, some)
		for i := range left {
			left[i] &^= some[i]
		}
	}
	return s
}

func (c *Crowd) leafHolding(x *clause, of set) set {
	if x.from&ofActor == 0 { // the same for all
		if x.test(&c.world) {
			return c.copyOf(of)
		}
		return c.none()
	}
	if x.from == ofActor {
		return c.and(c.aloneHolding(x), of)
	}
	some := of
	if x.wanted != nil {
		few := c.byWord[x.Word][x.wanted(&c.world)]
		if few == nil {
			return c.none()
		}
		some = c.and(few, of)
	}
	return c.tested(x, some)
}

// aloneHolding is worked out once: the clause looks at nothing but the person.
func (c *Crowd) aloneHolding(x *clause) set {
	s, known := c.alone[x]
	if !known {
		s = append(set(nil), c.tested(x, c.known)...)
		c.alone[x] = s
	}
	return s
}

func (c *Crowd) tested(x *clause, of set) set {
	s := c.none()
	for i := range of.All() {
		if c.world.Actor = c.people[i]; x.test(&c.world) {
			s.add(i)
		}
	}
	return s
}

func (c *Crowd) and(a, b set) set {
	s := c.none()
	for i := range s {
		s[i] = a[i] & b[i]
	}
	return s
}
