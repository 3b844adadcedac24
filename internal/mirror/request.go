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
		for rest := m.candidates(q); m.last(q, &rest, &r); {
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
	for _, r := range m.among(q) {
		if matches(q, r) {
			n++
		}
	}
	return n
}

// A shortlist is requests that may match a query, in order of number, as of an epoch.
type shortlist struct {
	epoch int
	all   []*desk.Request
}

// last takes the last of them that matches out, with those behind it; false if none
// does. They are looked at where they are, and copied once, since a request is large.
func (m *Mirror) last(q desk.Query, rest *shortlist, r *desk.Request) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for i, known := range slices.Backward(rest.all) {
		if m.epoch != rest.epoch { // folded anew, the request is another
			known = m.requests[known.ID]
		}
		if known != nil && matches(q, known) {
			*r, rest.all = *known, rest.all[:i]
			return true
		}
	}
	return false
}

// candidates holds every request that may match.
func (m *Mirror) candidates(q desk.Query) shortlist {
	m.mu.RLock()
	defer m.mu.RUnlock()
	all := m.among(q)
	if q.Before != "" {
		before, _ := slices.BinarySearchFunc(all, q.Before, toNumber)
		all = all[:before]
	}
	return shortlist{m.epoch, all}
}

// among is the shortest list that has all that may match, in order of number. Under mu.
func (f *fold) among(q desk.Query) []*desk.Request {
	some, verbs := len(f.order), 0
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
		all := make([]*desk.Request, 0, verbs)
		for _, v := range q.Verbs {
			all = append(all, f.askedFor[v]...)
		}
		return sorted(all)
	case q.Target != "":
		return f.about[string(q.Target)]
	case q.By != "":
		return f.askedBy[q.By]
	}
	return f.order
}

func sorted(all []*desk.Request) []*desk.Request {
	slices.SortFunc(all, func(a, b *desk.Request) int { return byNumber(a.ID, b.ID) })
	return all
}

// byNumber orders names without reading their numbers: of two, the longer has the
// larger one.
func byNumber(a, b desk.ID) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// toNumber searches a list in that order.
func toNumber(r *desk.Request, id desk.ID) int { return byNumber(r.ID, id) }

func matches(q desk.Query, r *desk.Request) bool {
	target := string(q.Target)
	return (len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
		(q.By == "" || q.By == r.By) &&
		(q.Batch == "" || q.Batch == r.Batch) &&
		(q.Before == "" || number(q.Before) > 0 && byNumber(r.ID, q.Before) < 0) &&
		(len(q.Verbs) == 0 || slices.Contains(q.Verbs, r.Action.Verb)) &&
		(target == "" || target == r.Action.Target || target == r.Action.Arg("alias"))
}

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
