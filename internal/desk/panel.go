package desk

import "slices"

// A Panel is some people, of whom so many must approve. A person who belongs to
// several panels of a decision counts in one of them.
type Panel struct {
	Approvers []string // "group:NAME", "domain:DOMAIN" (its correspondents) or "person:LOGIN"
	Needed    int      // how many distinct people
}

// A Voter is somebody before an action that waits for approval.
type Voter struct {
	Person
	Use Use
}

// voter is somebody before the action as things are now.
func (d *Desk) voter(who UID, a Action) Voter { return Voter{d.View.Person(who), a.use(d.Now())} }

// Has says that v is one of the panel. The correspondents of a domain are those
// to whom just this is delegated, now and within its limits, and their deputies.
func (s Panel) Has(v Voter) bool {
	return v.Known() && slices.ContainsFunc(s.Approvers, func(ref string) bool {
		kind, name := cut(ref, ":")
		return kind == "group" && v.In(name) || kind == "domain" && v.Manages(name, v.Use) || kind == "person" && UID(name) == v.UID
	})
}

// Approves says that v is one of the named approvers.
func (d Decision) Approves(v Voter) bool { return len(d.panelsOf(v)) > 0 }

// Approvers lists who may approve, in whichever panel.
func (d Decision) Approvers() (refs []string) {
	for _, s := range d.Panels {
		for _, ref := range s.Approvers {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// Needed is how many distinct people must approve, over all panels.
func (d Decision) Needed() (n int) {
	for _, s := range d.Panels {
		n += s.Needed
	}
	return n
}

// panelsOf are the panels that v belongs to, by their places.
func (d Decision) panelsOf(v Voter) (places []int) {
	for i, s := range d.Panels {
		if s.Has(v) {
			places = append(places, i)
		}
	}
	return places
}

// waits says that the decision can be carried by votes, and by nothing else.
func (d Decision) waits() bool { return d.Outcome == Pending && d.manned() }

func (d Decision) manned() bool {
	return len(d.Panels) > 0 &&
		!slices.ContainsFunc(d.Panels, func(s Panel) bool { return s.Needed < 1 || len(s.Approvers) == 0 })
}

// carried says that the votes are enough: they fill every panel.
func (d Decision) carried(votes []Vote) bool {
	return (d.waits() || d.Reviewed()) && d.filled(votes) == d.Needed()
}

// filled is how many of the people needed there are, each vote in the one panel
// where it helps most.
func (d Decision) filled(votes []Vote) (n int) {
	if len(votes) == 0 {
		return 0
	}
	seats := make([][]int, len(d.Panels)) // the votes that sit in each panel
	for i := range votes {
		if d.seat(votes, seats, i, make([]bool, len(d.Panels))) {
			n++
		}
	}
	return n
}

// seat finds a place for a vote, moving others to panels where they count as well.
func (d Decision) seat(votes []Vote, seats [][]int, vote int, tried []bool) bool {
	for place, s := range d.Panels {
		if tried[place] || !votes[vote].counts(place) {
			continue
		}
		tried[place] = true
		if len(seats[place]) < s.Needed {
			seats[place] = append(seats[place], vote)
			return true
		}
		for i, other := range seats[place] {
			if d.seat(votes, seats, other, tried) {
				seats[place][i] = vote
				return true
			}
		}
	}
	return false
}

func (v Vote) counts(place int) bool {
	return slices.Contains(v.Panels, place) || len(v.Panels) == 0 && place == 0
}

// vote is one more vote; false if it brings the request no nearer to its end.
func (r *Request) vote(v Vote) ([]Vote, bool) {
	votes := append(slices.Clone(r.Votes), v)
	known := len(v.Panels) > 0 || len(r.Decision.Panels) == 1
	return votes, known && r.Decision.filled(votes) > r.Decision.filled(r.Votes)
}

// awaits says that the person's approval would bring the request nearer to its end.
func (r *Request) awaits(v Voter) bool {
	if !r.judged() || !r.mayVote(v.UID) {
		return false
	}
	panels := r.Decision.panelsOf(v)
	if len(panels) == 0 {
		return false
	}
	_, helps := r.vote(Vote{By: v.UID, Panels: panels})
	return helps
}

// panelsOf are the panels that v belongs to, left out when there is only one.
func (r Request) panelsOf(v Voter) []int {
	if len(r.Decision.Panels) == 1 {
		return nil
	}
	return r.Decision.panelsOf(v)
}
