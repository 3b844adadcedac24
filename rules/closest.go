package rules

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Bounds on the search for another way. Each trial is one decision.
const (
	maxFlips   = 3  // clauses that differ
	maxTrials  = 16 // in all
	maxDomains = 4  // tried for one clause
	maxClosest = 3  // told
)

// What a change costs: what the asker can do alone comes first, then what has
// to be given to them.
const (
	toAsk   = 1
	toMove  = 3
	toGrant = 10
	toJoin  = 20
)

// A try is what differs from what was asked.
type try struct {
	action desk.Action
	domain string
	size   int64
	needs  []desk.Need
	cost   int
}

// A search looks for the smallest changes that give more than now.
type search struct {
	book  *Book
	base  *desk.Facts // what was asked, or the same on a mailbox of one's own
	now   int         // the rank of the present outcome
	sight desk.Sight
	world *world // for trials
	left  int
	costs []int // of what is told
	told  []desk.Change
}

// rank orders outcomes by what they give.
func rank(o desk.Outcome) int {
	switch o {
	case desk.Allowed:
		return 2
	case desk.Pending:
		return 1
	}
	return 0
}

// closest turns the clauses that keep a better rule from deciding, and asks the
// rules again about the facts so changed: what it tells has really been decided.
func (b *Book) closest(w *world, now desk.Decision, sight desk.Sight) []desk.Change {
	if rank(now.Outcome) == rank(desk.Allowed) || !w.verb.changes {
		return nil
	}
	s := &search{book: b, base: &w.Facts, now: rank(now.Outcome), sight: sight, left: maxTrials, world: worlds.Get().(*world)}
	defer func() { *s.world = world{}; worlds.Put(s.world) }()
	s.from(w, now.Rule, 0)
	for _, own := range sight.Own {
		if w.verb.onAccount && own.ID != w.Target.ID {
			s.onOwn(w.Facts, own)
		}
	}
	return s.told
}

// onOwn tries the same on a mailbox of who asks, of which all is known to them.
func (s *search) onOwn(f desk.Facts, own desk.Account) {
	if f.Action.Arg("alias") == "" {
		f.Domain = own.Address.Domain()
	}
	f.Target, f.Owner, f.Action = own, f.Actor, f.Action.On(own.Address)
	s.base, s.sight = &f, desk.Sight{Actor: true, Target: true}
	if !s.decide(s.asked(toMove)) {
		var w world
		w.look(s.book, f)
		s.from(&w, s.book.Decide(f).Rule, toMove)
	}
}

func (s *search) asked(cost int) try {
	return try{action: s.base.Action, domain: s.base.Domain, size: s.base.Size, cost: cost}
}

// from looks for changes of one world: for each rule that gives more, the
// clauses that must turn, and those of the rule that decides before it.
func (s *search) from(w *world, settledBy string, cost int) {
	var before flips
	blocked, free := false, false
	for _, r := range w.verb.rules {
		if rank(r.Outcome) > s.now && (!blocked || free) {
			if all, ok := s.turn(r.condition, w, true); ok && all.join(before) {
				s.apply(s.asked(cost), all.of[:all.n])
			}
		}
		if r.ID == settledBy {
			before, free = s.turn(r.condition, w, false)
			blocked = true
		}
	}
}

// A flip is a leaf that must turn.
type flip struct {
	leaf *clause
	to   bool
}

type flips struct {
	n  int
	of [maxFlips]flip
}

// join adds others; false if there are too many.
func (f *flips) join(others flips) bool {
	if f.n+others.n > maxFlips {
		return false
	}
	copy(f.of[f.n:], others.of[:others.n])
	f.n += others.n
	return true
}

// turn gives the fewest leaves to turn so that the clause comes to what is
// wanted. What the reader may not see cannot be turned, nor counted on.
func (s *search) turn(c *clause, w *world, want bool) (least flips, ok bool) {
	if c.leaf() {
		switch {
		case (&eye{sight: s.sight}).blind(c.from):
			return least, false
		case c.test(w) == want:
			return least, true
		}
		return flips{n: 1, of: [maxFlips]flip{{c, want}}}, len(c.Looks)+len(c.Wants) > 0
	}
	if c.Word == "not" {
		return s.turn(c.parts[0], w, !want)
	}
	all := (c.Word == "and") == want // every part must come to it; else one is enough
	for _, p := range c.parts {
		part, can := s.turn(p, w, want)
		switch {
		case all && (!can || !least.join(part)):
			return least, false
		case !all && can && (!ok || part.n < least.n):
			least, ok = part, true
		}
	}
	return least, all || ok
}

// apply makes the flips one after the other, each in every way it can be made.
func (s *search) apply(t try, flips []flip) {
	switch {
	case s.left == 0 || s.dear(t):
	case len(flips) == 0:
		s.decide(t)
	default:
		for next := range s.ways(t, flips[0]) {
			s.apply(next, flips[1:])
		}
	}
}

// dear says that enough is told that costs less.
func (s *search) dear(t try) bool {
	return len(s.costs) == maxClosest && t.cost >= s.costs[maxClosest-1]
}

// decide asks the rules about a try and keeps it if it gives more than now.
func (s *search) decide(t try) bool {
	same := func(c desk.Change) bool { return c.Action == t.action && slices.Equal(c.Needs, t.needs) }
	if s.left == 0 || s.dear(t) || slices.ContainsFunc(s.told, same) {
		return false
	}
	s.left--
	s.imagine(t)
	d, sure := s.book.sure(s.world, s.sight)
	if !sure || rank(d.Outcome) <= s.now {
		return false
	}
	at, _ := slices.BinarySearch(s.costs, t.cost+1) // after those that cost as much
	s.costs = slices.Insert(s.costs, at, t.cost)
	s.told = slices.Insert(s.told, at, desk.Change{Action: t.action, Needs: t.needs, Decision: d})
	if len(s.told) > maxClosest {
		s.costs, s.told = s.costs[:maxClosest], s.told[:maxClosest]
	}
	return true
}

// imagine makes the world of a try.
func (s *search) imagine(t try) {
	f := *s.base
	if t.action != f.Action { // what that looks like is not known here: the desk asks again
		f.Resembles = ""
	}
	f.Action, f.Domain, f.Size = t.action, t.domain, t.size
	for _, n := range t.needs {
		switch n.What {
		case "domain":
			f.Actor.Delegations = append(slices.Clone(f.Actor.Delegations), desk.Delegation{Grant: desk.Grant{To: f.Actor.UID, Domains: []string{n.Name}}})
		case "group":
			f.Actor.Groups = append(slices.Clone(f.Actor.Groups), s.book.groups[n.Name])
		}
	}
	s.world.look(s.book, f)
}
