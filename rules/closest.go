package rules

import (
	"cmp"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Bounds on the search for another way. Each trial is one decision.
const (
	maxFlips   = 3  // clauses that differ
	maxTrials  = 24 // in all
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

// A try is facts that differ from those asked, with what it takes.
type try struct {
	facts desk.Facts
	needs []desk.Need
	cost  int
}

// A search looks for the smallest changes that give more than now.
type search struct {
	book  *Book
	now   int // the rank of the present outcome
	sight desk.Sight
	left  int
	found []try
	told  []desk.Change
}

// rank orders outcomes by what they give.
func rank(o desk.Outcome) int { return slices.Index([]desk.Outcome{desk.Pending, desk.Allowed}, o) + 1 }

// closest turns the clauses that keep a better rule from deciding, and asks the
// rules again about the facts so changed: what it tells has really been decided.
func (b *Book) closest(w *world, now desk.Decision, sight desk.Sight) []desk.Change {
	s := &search{book: b, now: rank(now.Outcome), sight: sight, left: maxTrials}
	if s.now == rank(desk.Allowed) || !w.verb.changes {
		return nil
	}
	s.from(w, try{facts: w.Facts}, now.Rule)
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
	seen := *s
	seen.sight = desk.Sight{Actor: true, Target: true}
	t := try{facts: f, cost: toMove}
	if !seen.decide(t) {
		var w world
		w.look(s.book, f)
		seen.from(&w, t, s.book.Decide(f).Rule)
	}
	s.left, s.found, s.told = seen.left, seen.found, seen.told
}

// from looks for changes of one world: for each rule that gives more, the
// clauses that must turn, and those of the rule that decides before it.
func (s *search) from(w *world, start try, settledBy string) {
	var before []flip
	blocked := false
	for _, r := range w.verb.rules {
		if rank(r.Outcome) > s.now && !blocked || rank(r.Outcome) > s.now && len(before) > 0 {
			if flips, ok := s.turn(r.condition, w, true); ok && len(flips)+len(before) <= maxFlips {
				s.apply(start, append(slices.Clone(before), flips...))
			}
		}
		if r.ID == settledBy {
			before, blocked = s.turnable(r.condition, w), true
		}
	}
}

func (s *search) turnable(c *clause, w *world) []flip {
	flips, ok := s.turn(c, w, false)
	if !ok {
		return nil
	}
	return flips
}

// A flip is a leaf that must turn.
type flip struct {
	leaf *clause
	to   bool
}

// turn lists the fewest leaves to turn so that the clause comes to what is
// wanted. What the reader may not see cannot be turned, nor counted on.
func (s *search) turn(c *clause, w *world, want bool) (flips []flip, ok bool) {
	if c.leaf() {
		switch {
		case (&eye{sight: s.sight}).blind(c.from):
			return nil, false
		case c.test(w) == want:
			return nil, true
		}
		return []flip{{c, want}}, len(c.Looks)+len(c.Wants) > 0
	}
	if c.Word == "not" {
		return s.turn(c.parts[0], w, !want)
	}
	all := (c.Word == "and") == want // every part must come to it; else one is enough
	found := false
	for _, p := range c.parts {
		part, can := s.turn(p, w, want)
		switch {
		case all && (!can || len(flips)+len(part) > maxFlips):
			return nil, false
		case all:
			flips = append(flips, part...)
		case can && (!found || len(part) < len(flips)):
			flips, found = part, true
		}
	}
	return flips, all || found
}

// apply makes the flips one after the other, each in every way it can be made.
func (s *search) apply(t try, flips []flip) {
	if len(flips) == 0 {
		s.decide(t)
		return
	}
	for _, next := range s.ways(t, flips[0]) {
		if s.left > 0 {
			s.apply(next, flips[1:])
		}
	}
}

// decide asks the rules about a try and keeps it if it gives more than now.
func (s *search) decide(t try) bool {
	same := func(o try) bool { return o.facts.Action == t.facts.Action && slices.Equal(o.needs, t.needs) }
	if s.left == 0 || slices.ContainsFunc(s.found, same) {
		return false
	}
	s.left--
	d, sure := s.book.sure(t.facts, s.sight)
	if !sure || rank(d.Outcome) <= s.now {
		return false
	}
	at, _ := slices.BinarySearchFunc(s.found, t, func(a, b try) int { return cmp.Compare(a.cost, b.cost+1) })
	s.found = slices.Insert(s.found, at, t)
	s.told = slices.Insert(s.told, at, desk.Change{Action: t.facts.Action, Needs: t.needs, Decision: d})
	if len(s.told) > maxClosest {
		s.found, s.told = s.found[:maxClosest], s.told[:maxClosest]
	}
	return true
}
