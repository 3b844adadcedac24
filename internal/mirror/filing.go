package mirror

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// A place is where a request stands among all that have words, in order of number.
type place int32

// A filing finds requests without a look at each of them, which are large: lists of
// places, and the state of each. Lists of places only grow at the end or are replaced,
// so that a reader may keep one without the lock; what is at a place is read under it.
type filing struct {
	order    []*desk.Request // each at its place
	states   []stateSet      // the state of each
	every    []place
	askedBy  map[desk.UID][]place
	askedFor map[desk.Verb][]place
	about    map[string][]place // by target and alias, those that it had before it was amended too
	moving   []place            // not final
}

func newFiling() filing {
	return filing{askedBy: map[desk.UID][]place{}, askedFor: map[desk.Verb][]place{}, about: map[string][]place{}}
}

// A stateSet is some states, one bit for each.
type stateSet uint32

// bits has the one of each state.
var bits = func() map[desk.State]stateSet {
	all := map[desk.State]stateSet{}
	for i, s := range desk.States() {
		all[s] = 1 << i
	}
	return all
}()

func setOf(states []desk.State) (set stateSet) {
	for _, s := range states {
		set |= bits[s]
	}
	return set
}

// open gives a new request its place.
func (f *filing) open(r *desk.Request, by desk.UID, verb desk.Verb) place {
	at := place(len(f.order))
	f.order, f.states, f.every = append(f.order, r), append(f.states, 0), append(f.every, at)
	f.askedBy[by] = append(f.askedBy[by], at)
	f.askedFor[verb] = append(f.askedFor[verb], at) // which no amendment changes
	return at
}

// file has the request at a place found as what it has become.
func (f *filing) file(at place, was, is *desk.Request) {
	f.states[at] = bits[is.State]
	f.move(at, is.State.Final())
	if is.Action == was.Action {
		return
	}
	for _, name := range []string{is.Action.Target, is.Action.Arg("alias")} {
		if name != "" {
			f.about[name] = with(f.about[name], at)
		}
	}
}

// move keeps a request among those that are not final, or takes it out of them.
func (f *filing) move(at place, final bool) {
	if !final {
		f.moving = with(f.moving, at)
	} else if i, moves := slices.BinarySearch(f.moving, at); moves {
		f.moving = slices.Concat(f.moving[:i], f.moving[i+1:])
	}
}

// with has the place among others, in order.
func with(all []place, at place) []place {
	i, there := slices.BinarySearch(all, at)
	switch {
	case there:
		return all
	case i == len(all):
		return append(all, at)
	}
	return slices.Concat(all[:i], []place{at}, all[i:])
}

// among is the shortest list that has all that may match, in order.
func (f *filing) among(q desk.Query) []place {
	some, verbs := len(f.every), 0
	if q.Target != "" {
		some = len(f.about[string(q.Target)])
	} else if q.By != "" {
		some = len(f.askedBy[q.By])
	}
	for _, v := range q.Verbs {
		verbs += len(f.askedFor[v])
	}
	switch {
	case len(q.States) > 0 && len(f.moving) <= some && !slices.ContainsFunc(q.States, desk.State.Final):
		return f.moving
	case len(q.Verbs) > 0 && verbs < some:
		all := make([]place, 0, verbs)
		for _, v := range q.Verbs {
			all = append(all, f.askedFor[v]...)
		}
		slices.Sort(all)
		return all
	case q.Target != "":
		return f.about[string(q.Target)]
	case q.By != "":
		return f.askedBy[q.By]
	}
	return f.every
}

// matches says that the request at a place of a shortlist is one of its query.
func (f *filing) matches(q *shortlist, at place) bool {
	if len(q.States) > 0 && f.states[at]&q.states == 0 {
		return false
	}
	r, target := f.order[at], string(q.Target)
	return (q.By == "" || q.By == r.By) &&
		(q.Batch == "" || q.Batch == r.Batch) &&
		(len(q.Verbs) == 0 || slices.Contains(q.Verbs, r.Action.Verb)) &&
		(target == "" || target == r.Action.Target || target == r.Action.Arg("alias"))
}
