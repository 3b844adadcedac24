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

// A Comparison is what another book would have answered to the requests of the
// journal, and to whom.
type Comparison struct {
	Requests int  // compared
	Today    []ID // of them, those compared on what is known today
	Lost     int  // not compared
	Turns    []Turned
}

// Turned is the requests whose answers differ in one way.
type Turned struct {
	Shift
	By  []UID // who asked them, sorted
	All []ID  // newest first
}

// A Difference is a comparison that names none but by its number: it is public
// like the book.
type Difference struct {
	From     string // digest of the book that it was compared with
	Requests int    // compared
	Today    int    `json:",omitempty"` // of them, on what was known when they were compared
	Lost     int    `json:",omitempty"` // not compared
	Shifts   []Shift
}

// A Shift is one way in which answers differ, with how often it does.
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

// Turns says how one answer differs from another; "" not at all, whatever the rule.
func Turns(was, is Decision) Turn {
	switch before, after := was.rank(), is.rank(); {
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

// rank says how much a decision gives.
func (d Decision) rank() int {
	switch {
	case d.Reviewed():
		return 2
	case d.Outcome == Allowed:
		return 3
	case d.Outcome == Pending:
		return 1
	}
	return 0
}

func (s Panel) same(o Panel) bool {
	return s.Needed == o.Needed && slices.Equal(s.Approvers, o.Approvers)
}

// Compare asks two books about every request of the journal; the way that
// touches most requests comes first.
func (d *Desk) Compare(was, is Rules) Comparison {
	c, places := Comparison{}, map[sort]int{}
	c.Lost = d.Replay(was, is, func(r Replayed) {
		c.Requests++
		if r.Today {
			c.Today = append(c.Today, r.Request.ID)
		}
		turn := Turns(r.Was, r.Is)
		if turn == "" {
			return
		}
		of := sort{r.Request.Action.Verb, turn, Verdict{r.Was.Outcome, r.Was.Rule}, Verdict{r.Is.Outcome, r.Is.Rule}}
		i, known := places[of]
		if !known {
			i = len(c.Turns)
			places[of], c.Turns = i, append(c.Turns, Turned{Shift: Shift{Verb: of.verb, Kind: of.kind, Was: of.was, Is: of.is}})
		}
		c.Turns[i].add(r.Request)
	})
	for i := range c.Turns {
		c.Turns[i].total()
	}
	slices.SortStableFunc(c.Turns, func(a, b Turned) int { return b.Requests - a.Requests })
	return c
}

// Difference is the comparison with a book without the people it is about.
func (c Comparison) Difference(from string) Difference {
	diff := Difference{From: from, Requests: c.Requests, Today: len(c.Today), Lost: c.Lost}
	for _, t := range c.Turns {
		diff.Shifts = append(diff.Shifts, t.Shift)
	}
	return diff
}

// A sort is what the requests of one shift have in common.
type sort struct {
	verb    Verb
	kind    Turn
	was, is Verdict
}

func (t *Turned) add(r Request) {
	t.By, t.All = append(t.By, r.By), append(t.All, r.ID)
	if !r.State.Final() {
		t.Open++
	}
}

// someOf is how many requests of each shift are named in public.
const someOf = 10

func (t *Turned) total() {
	slices.Sort(t.By)
	t.By = slices.Compact(t.By)
	t.Requests, t.People, t.Some = len(t.All), len(t.By), t.All[:min(len(t.All), someOf)]
}

// difference is what the next book would change.
func (d *Desk) difference(next Rules) Difference {
	now, _ := InForce(d.View.Editions())
	return d.Compare(d.Rules, next).Difference(now.Digest)
}
