package mirror

import (
	"maps"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A learnt object is one that was read by itself.
type learnt struct {
	object desk.Account // without an address if it is gone
	at     time.Time
}

// partial says that it tells of some members of a list only.
func (l learnt) partial() bool {
	d := l.object.Detail
	return d != nil && d.List != nil && !d.List.Whole()
}

// aboutObject takes in what an event proves of a list, a resource or a tree; false
// if it is about none.
func (m *Mirror) aboutObject(e desk.Event, proof desk.Account) bool {
	r := m.request(e.ID)
	step, box, proves := r.Proved(e.Fact)
	spec, _ := desk.SpecOf(step.Verb)
	if proves && proof.Detail != nil && (step.Verb == desk.ListJoin || step.Verb == desk.ListLeave) {
		m.learnMemberships(proof.Detail.Lists, e.At)
	}
	if !proves || !spec.Object {
		return false
	}
	if proof.ID != box && box != "" {
		m.learnObject(desk.Account{ID: box}, e.At)
	}
	if proof.Known() {
		m.learnObject(proof, e.At)
	}
	return true
}

// learnObject takes in a list, a resource or a tree as it was read at a time; it
// replaces what had its id, under whatever address. One without an address says
// that what had the id is there no more.
func (m *Mirror) learnObject(a desk.Account, at time.Time) {
	o := &m.objects
	o.mu.Lock()
	defer o.mu.Unlock()
	o.make()
	next, past := learnt{a, at}, o.learned[a.ID]
	if at.Before(o.readOf(a)) || len(past) > 0 && at.Before(past[len(past)-1].at) {
		return
	}
	if !next.partial() {
		past = nil
	}
	o.learned[a.ID] = append(past, next)
	o.take(next)
	o.changed()
}

// learnMemberships takes in what was read at a time of the lists of one address.
func (m *Mirror) learnMemberships(looked []desk.Membership, at time.Time) {
	for _, x := range looked {
		known := m.List(x.List)
		if known.ID != x.ID || x.ID == "" {
			continue
		}
		known.Members, known.Size = nil, -1 // of the others nothing was read
		next := known.Target()
		next.Detail.Lists = []desk.Membership{x}
		m.learnObject(next, at)
	}
}

// take is learnObject, under the lock. Before its domain was read an object is only
// kept in mind.
func (o *objects) take(l learnt) {
	a, d := l.object, l.object.Detail
	if d == nil || d.Tree == nil {
		maps.DeleteFunc(o.resources, func(_ desk.Address, x *desk.Resource) bool { return x.ID == a.ID })
	}
	switch {
	case d == nil:
		o.drop(a.ID)
	case o.read[domainOf(a)].IsZero():
	case d.List != nil:
		o.learnList(*d.List, d.Lists)
	case d.Resource != nil:
		o.resources[a.Address] = d.Resource
	case d.Tree != nil:
		if delete(o.trees, string(a.Address)); d.Tree.Known() {
			o.trees[string(a.Address)] = *d.Tree
		}
	}
}
