package desk

import "slices"

// A Replayed is one request of the journal with what two books say of it.
type Replayed struct {
	Request Request
	Today   bool // on what is known today: the journal does not say what was known then
	Was, Is Decision
}

// Replay asks two books about every request, oldest last, on what was known when
// it was decided. lost is how many cannot be asked about: their words are erased,
// or what was known then is not.
func (d *Desk) Replay(was, is Rules, each func(Replayed)) (lost int) {
	for r := range d.View.Requests(Query{}) {
		f, recorded := d.Recorded(r)
		if !recorded {
			var known bool
			if f, known = d.Present(r); !known {
				lost++
				continue
			}
		}
		each(Replayed{r, !recorded, was.Decide(f), is.Decide(f)})
	}
	return lost
}

// A Difference is what another book would have answered to the requests of the
// journal. It names none but by its number: it is public like the book.
type Difference struct {
	From     string // digest of the book that it was compared with
	Requests int    // compared
	Today    int    `json:",omitempty"` // of them, on what was known when they were compared
	Lost     int    `json:",omitempty"` // not compared
	Shifts   []Shift
}

// A Shift is one way in which answers differ.
type Shift struct {
	Verb     Verb
	Kind     Turn
	Was, Is  Verdict
	Requests int
	People   int  // who asked them
	Open     int  `json:",omitempty"` // of the requests, those that are not finished
	Some     []ID // the newest of the requests
}

// A Verdict is an answer, without the people it names.
type Verdict struct {
	Outcome Outcome
	Rule    string
}

// A Turn is what becomes of an answer.
type Turn string

// The turns.
const (
	Gains     Turn = "gains"     // more is allowed, or with less ado
	Loses     Turn = "loses"     // less is
	Others    Turn = "others"    // other people are to approve, or another number of them
	OtherDays Turn = "otherdays" // within another time
)

// Turned says how one answer differs from another; "" not at all, whatever the rule.
func Turned(was, is Decision) Turn {
	rank := map[Outcome]int{Pending: 1, Allowed: 2}
	switch before, after := rank[was.Outcome], rank[is.Outcome]; {
	case after > before:
		return Gains
	case after < before:
		return Loses
	case !slices.EqualFunc(was.Panels, is.Panels, Panel.same):
		return Others
	case was.Deadline != is.Deadline || was.Expiry != is.Expiry:
		return OtherDays
	}
	return ""
}

func (s Panel) same(o Panel) bool {
	return s.Needed == o.Needed && slices.Equal(s.Approvers, o.Approvers)
}

// someOf is how many requests of each shift are named.
const someOf = 10

// Compare tells what another book would have answered.
func (d *Desk) Compare(next Rules) Difference {
	now, _ := InForce(d.View.Editions())
	diff := Difference{From: now.Digest}
	places, askers := map[sort]int{}, map[int]map[UID]bool{}
	diff.Lost = d.Replay(d.Rules, next, func(r Replayed) {
		diff.Requests++
		if r.Today {
			diff.Today++
		}
		turn := Turned(r.Was, r.Is)
		if turn == "" {
			return
		}
		of := sort{r.Request.Action.Verb, turn, verdict(r.Was), verdict(r.Is)}
		i, known := places[of]
		if !known {
			i = len(diff.Shifts)
			places[of], askers[i], diff.Shifts = i, map[UID]bool{}, append(diff.Shifts, Shift{Verb: of.verb, Kind: of.kind, Was: of.was, Is: of.is})
		}
		askers[i][r.Request.By] = true
		diff.Shifts[i].count(r.Request, len(askers[i]))
	})
	slices.SortStableFunc(diff.Shifts, func(a, b Shift) int { return b.Requests - a.Requests })
	return diff
}

// A sort is what the requests of one shift have in common.
type sort struct {
	verb    Verb
	kind    Turn
	was, is Verdict
}

func verdict(d Decision) Verdict { return Verdict{d.Outcome, d.Rule} }

func (s *Shift) count(r Request, people int) {
	s.Requests++
	s.People = people
	if !r.State.Final() {
		s.Open++
	}
	if len(s.Some) < someOf {
		s.Some = append(s.Some, r.ID)
	}
}
