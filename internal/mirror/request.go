package mirror

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Request is desk.Fold's.
func (m *Mirror) Request(id desk.ID) (desk.Request, desk.Seq) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.request(id), m.at
}

// Next is desk.Fold's.
func (m *Mirror) Next() (desk.ID, desk.Seq) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return name(m.highest + 1), m.at
}

// Keyed is desk.Fold's.
func (m *Mirror) Keyed(key string) desk.ID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.keyed[key]
}

// Requests is desk.Fold's. Each request is as it is when it is yielded.
func (m *Mirror) Requests(q desk.Query) iter.Seq[desk.Request] {
	return func(yield func(desk.Request) bool) {
		var r desk.Request
		n := 0
		for rest := m.shortlist(q); m.last(&rest, &r); {
			if n++; !yield(r) || n == q.Limit {
				return
			}
		}
	}
}

// Count is desk.Fold's.
func (m *Mirror) Count(q desk.Query) (n int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := m.shorten(q)
	for _, at := range all.places {
		if m.matches(&all, at) {
			n++
		}
	}
	return n
}

// A shortlist is the places of requests that may match a query, in order, as of an
// epoch: folded anew, requests have other places.
type shortlist struct {
	desk.Query
	states stateSet
	places []place
	epoch  int
}

func (m *Mirror) shortlist(q desk.Query) shortlist {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.shorten(q)
}

// shorten is shortlist, under mu.
func (m *Mirror) shorten(q desk.Query) shortlist {
	all := shortlist{q, setOf(q.States), m.among(q), m.epoch}
	if q.Before == "" {
		return all
	}
	end := 0 // nothing was asked before what is no number
	if number(q.Before) > 0 {
		end, _ = slices.BinarySearchFunc(all.places, q.Before, func(at place, id desk.ID) int { return byNumber(m.order[at].ID, id) })
	}
	all.places = all.places[:end]
	return all
}

// last takes the last that matches out, with those behind it; false if none does. A
// request is copied once, since it is large.
func (m *Mirror) last(rest *shortlist, r *desk.Request) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.epoch != rest.epoch {
		rest.Before = cmp.Or(r.ID, rest.Before)
		*rest = m.shorten(rest.Query)
	}
	for i, at := range slices.Backward(rest.places) {
		if m.matches(rest, at) {
			*r, rest.places = *m.order[at], rest.places[:i]
			return true
		}
	}
	return false
}

// byNumber orders names without reading their numbers: of two, the longer has the
// larger one.
func byNumber(a, b desk.ID) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// Delays is desk.Fold's.
func (m *Mirror) Delays(after time.Time) iter.Seq[time.Duration] {
	m.mu.RLock()
	defer m.mu.RUnlock()
	done := m.done
	return func(yield func(time.Duration) bool) {
		for _, d := range slices.Backward(done) {
			if !d.at.After(after) || !yield(d.took) {
				return
			}
		}
	}
}

// History is desk.Fold's. It comes from memory and its errors are ctx's only.
func (m *Mirror) History(ctx context.Context, of string) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		m.mu.RLock()
		seqs, events := m.touching[of], m.events
		m.mu.RUnlock()
		for _, seq := range slices.Backward(seqs) {
			if err := ctx.Err(); err != nil {
				yield(desk.Event{}, err)
				return
			}
			if !yield(events[seq-1], nil) {
				return
			}
		}
	}
}

// Freeze is desk.Fold's.
func (m *Mirror) Freeze() (desk.Event, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.freeze == nil {
		return desk.Event{}, false
	}
	return *m.freeze, true
}

// Anchor is desk.Fold's.
func (m *Mirror) Anchor(root string) desk.Anchoring {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.anchors[root]
}

// Intents is desk.Fold's.
func (m *Mirror) Intents() desk.Tally {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.tally
}

// Editions is desk.Fold's.
func (m *Mirror) Editions() []desk.Edition {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.editions
}

// Stopped is desk.Fold's.
func (m *Mirror) Stopped() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.stopped
}

// Latest is desk.Fold's.
func (m *Mirror) Latest() time.Time {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.latest
}

// Correspondents is desk.Fold's.
func (m *Mirror) Correspondents() map[desk.UID][]desk.Delegation {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return maps.Clone(m.rights.held)
}

// Delegation is desk.Fold's.
func (m *Mirror) Delegation(name desk.Mandate) desk.Delegation {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.rights.all[name]
}

// Delegations is desk.Fold's.
func (m *Mirror) Delegations() []desk.Delegation {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.rights.list()
}

// Chat is desk.Fold's.
func (m *Mirror) Chat(of desk.UID) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.chats[of]
}

// Bound is desk.Fold's.
func (m *Mirror) Bound() []desk.UID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Sorted(maps.Keys(m.chats))
}

// Digested is desk.Fold's.
func (m *Mirror) Digested() string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.digested
}

// Offer is desk.Fold's.
func (m *Mirror) Offer(digest string) (desk.UID, time.Time) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	o := m.offers[digest]
	return o.to, o.until
}
