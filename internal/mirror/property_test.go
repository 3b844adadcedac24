package mirror

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"pgregory.net/rapid"
)

// told is all that a mirror says of a journal.
type told struct {
	At             desk.Seq
	Next           desk.ID
	Requests       []desk.Request
	ByID           map[desk.ID]desk.State
	Moving         []desk.ID
	Correspondents map[desk.UID][]desk.Delegation
	Delegations    []desk.Delegation
	Keyed          map[string]desk.ID
	Bindings       map[string]desk.UID
	Chats          map[desk.UID]string
	Offers         map[string]desk.UID
	History        map[string][]string
}

func state(t testing.TB, m *Mirror, events []desk.Event) told {
	t.Helper()
	s := told{Requests: slices.Collect(m.Requests(desk.Query{})), Correspondents: m.Correspondents(), Delegations: m.Delegations(),
		Moving: ids(m.Requests(desk.Query{States: moving})),
		ByID:   map[desk.ID]desk.State{}, Keyed: map[string]desk.ID{}, Bindings: map[string]desk.UID{}, Chats: map[desk.UID]string{},
		Offers: map[string]desk.UID{}, History: map[string][]string{}}
	s.Next, s.At = m.Next()
	for _, e := range events {
		s.Chats[e.By] = m.Chat(e.By)
		r, _ := m.Request(e.ID)
		s.ByID[e.ID] = r.State
		s.History[string(e.ID)] = facts(t, m.History(t.Context(), string(e.ID)))
		switch f := e.Fact.(type) {
		case desk.Asked:
			s.Keyed[f.Key] = m.Keyed(f.Key)
			s.History[f.Action.Target] = facts(t, m.History(t.Context(), f.Action.Target))
		case desk.BindingOffered:
			s.Offers[f.Digest], _ = m.Offer(f.Digest)
		case desk.Bound:
			s.Bindings[f.Account] = m.Binding(f.Account)
		}
	}
	return s
}

var moving = []desk.State{desk.Open, desk.Waiting, desk.Ready, desk.Running, desk.Doubtful}

// A history is made by trying facts at random, at the position of a mirror
// that catches up after each, and keeping those that it can fold.
func history(t *rapid.T, j desk.Journal, m *Mirror) (events []desk.Event) {
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		e := desk.Event{At: noon.Add(time.Duration(len(events)) * time.Second), By: person4(t)}
		id, at := m.Next()
		e.Seq = at + 1
		if e.ID = id; number(id) > 1 && rapid.IntRange(0, 3).Draw(t, "old") > 0 {
			e.ID = name(rapid.Int64Range(1, number(id)-1).Draw(t, "request"))
		}
		e.Fact = anyFact(t, m, &e)
		if !foldable(m, e) {
			continue
		}
		if _, err := j.Append(t.Context(), at, e); err != nil {
			t.Fatal(err)
		}
		if err := m.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func foldable(m *Mirror, e desk.Event) bool {
	if b, ok := e.Fact.(desk.Bound); ok {
		to, _ := m.Offer(b.Digest)
		return to == e.By
	}
	if e.ID == "" {
		return true
	}
	r, _ := m.Request(e.ID)
	_, err := r.With(e)
	return err == nil
}

func person4(t *rapid.T) desk.UID {
	return rapid.SampledFrom([]desk.UID{"ann", "bob", "eve", "zoe"}).Draw(t, "by")
}

// anyFact draws a fact; one without a request takes the request off the event.
func anyFact(t *rapid.T, m *Mirror, e *desk.Event) desk.Fact {
	r, _ := m.Request(e.ID)
	two := rapid.IntRange(0, 1).Draw(t, "which")
	box := box("id", "bob", desk.Address(fmt.Sprintf("box%d@u.fr", two)))
	kind := rapid.IntRange(0, 17).Draw(t, "fact")
	if kind > 12 {
		e.ID = ""
	}
	if r.State == desk.None && kind <= 12 {
		return desk.Asked{Action: asked(string(box.Address), fmt.Sprintf("alias%d@u.fr", two), "").Action, Owner: e.By, Key: string(e.ID)}
	}
	switch kind {
	case 0, 1, 2:
		return []desk.Fact{denied, allowed, pending}[kind]
	case 3:
		return desk.Approved{Digest: r.Digest()}
	case 4:
		return desk.Amended{Action: asked(r.Action.Target, fmt.Sprintf("alias%d@u.fr", two), "").Action, Digest: r.Digest()}
	case 5:
		return []desk.Fact{desk.Refused{}, desk.Withdrawn{}}[two]
	case 6, 7:
		return started(r.Attempt + 1)
	case 8:
		return desk.Failed{Attempt: r.Attempt, Code: desk.PartageDown, Final: two == 1}
	case 9, 10:
		return desk.Unknown{Attempt: r.Attempt, Looks: r.Looks + 1}
	case 11:
		return desk.Done{Attempt: r.Attempt, Proof: box}
	case 12:
		return desk.Announced{Role: desk.ToAsker, Shows: r.State}
	case 13:
		return desk.Granted{Grant: desk.Grant{To: person4(t), Domains: []string{fmt.Sprint(two), "u.fr"}}}
	case 14:
		return desk.Granted{Grant: desk.Grant{To: person4(t), Units: []string{fmt.Sprint(two)}}}
	case 15:
		return desk.BindingOffered{Digest: fmt.Sprint("code", two), Until: noon}
	}
	return desk.Bound{Account: fmt.Sprint("chat", rapid.IntRange(0, 2).Draw(t, "account")), Digest: fmt.Sprint("code", two)}
}

// However and whenever it is folded, the same journal tells the same.
func TestRebuildIsIncremental(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		j := journal.NewMemory()
		step := New(j)
		events := history(r, j, step)
		whole := New(j)
		for range 2 { // folding again adds nothing
			if err := whole.CatchUp(t.Context()); err != nil {
				r.Fatal(err)
			}
		}
		if diff := cmp.Diff(state(t, step, events), state(t, whole, events)); diff != "" {
			r.Fatal(diff)
		}
		agreesWithJournal(t, r, whole, events)
	})
}

// agreesWithJournal compares with the plainest reading of the events.
func agreesWithJournal(t *testing.T, r *rapid.T, m *Mirror, events []desk.Event) {
	requests := map[desk.ID]desk.Request{}
	bound := map[string]desk.UID{}
	for _, e := range events {
		if b, ok := e.Fact.(desk.Bound); ok {
			for account, uid := range bound {
				if uid == e.By {
					delete(bound, account)
				}
			}
			bound[b.Account] = e.By
		}
		if e.ID != "" {
			next, err := requests[e.ID].With(e)
			if err != nil {
				r.Fatal(err)
			}
			requests[e.ID] = next
		}
	}
	for id, want := range requests {
		got, at := m.Request(id)
		if diff := cmp.Diff(want, got); diff != "" || at != desk.Seq(len(events)) {
			r.Fatalf("%s at %d: %s", id, at, diff)
		}
	}
	delays := slices.Sorted(m.Delays(noon.Add(10 * time.Second)))
	for _, want := range requests {
		if want.State != desk.Settled || !want.Changed.After(noon.Add(10*time.Second)) {
			continue
		}
		at, there := slices.BinarySearch(delays, want.Changed.Sub(want.Asked))
		if !there {
			r.Fatalf("%s is done, and not among %v", want.ID, delays)
		}
		delays = slices.Delete(delays, at, at+1)
	}
	if len(delays) > 0 {
		r.Fatalf("%v are of no request", delays)
	}
	for _, account := range []string{"chat0", "chat1", "chat2"} {
		who := m.Binding(account)
		if who != bound[account] || who != "" && m.Chat(who) != account {
			r.Fatalf("%s is %q's whose chat is %q, want %q", account, who, m.Chat(who), bound[account])
		}
	}
	for _, q := range []desk.Query{{By: "ann"}, {Target: "box0@u.fr"}, {Target: "alias1@u.fr"}, {States: moving}, {States: []desk.State{desk.Settled, desk.Open}},
		{Verbs: []desk.Verb{desk.AliasAdd, desk.QuotaSet}}, {Verbs: []desk.Verb{desk.AliasAdd}, By: "ann"}, {Before: "D-3"}, {Before: "D-03"}, {Before: "3"}} {
		var want []desk.ID
		for n := int64(len(requests)); n > 0; n-- {
			if r := requests[name(n)]; r.State != desk.None && fits(q, r) {
				want = append(want, name(n))
			}
		}
		if diff := cmp.Diff(want, ids(m.Requests(q))); diff != "" {
			r.Fatalf("%+v: %s", q, diff)
		}
		if n := m.Count(q); n != len(want) {
			r.Fatalf("%+v: %d counted of %d", q, n, len(want))
		}
	}
}

// fits is the plainest reading of a query.
func fits(q desk.Query, r desk.Request) bool {
	before := number(q.Before)
	switch {
	case q.By != "" && r.By != q.By, q.Batch != "" && r.Batch != q.Batch, q.Before != "" && (before == 0 || number(r.ID) >= before):
		return false
	case len(q.States) > 0 && !slices.Contains(q.States, r.State), len(q.Verbs) > 0 && !slices.Contains(q.Verbs, r.Action.Verb):
		return false
	}
	return q.Target == "" || string(q.Target) == r.Action.Target || string(q.Target) == r.Action.Arg("alias")
}
