package mirror

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// failing is a journal whose reading ends in an error.
type failing struct {
	*journal.Memory
	err error
}

func (f failing) Read(context.Context, desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) { yield(desk.Event{}, f.err) }
}

func event(id desk.ID, by desk.UID, f desk.Fact) desk.Event {
	return desk.Event{At: noon, ID: id, By: by, Fact: f}
}

// journalOf numbers the events and appends them.
func journalOf(t testing.TB, events ...desk.Event) *journal.Memory {
	t.Helper()
	j := journal.NewMemory()
	for i := range events {
		events[i].Seq = desk.Seq(i) + 1
	}
	if len(events) > 0 {
		_, err := j.Append(t.Context(), 0, events...)
		must(t, err)
	}
	return j
}

// folded is a mirror of a journal of these events.
func folded(t testing.TB, events ...desk.Event) *Mirror {
	t.Helper()
	m := New(journalOf(t, events...))
	must(t, m.CatchUp(t.Context()))
	return m
}

func asked(target, alias, key string) desk.Asked {
	a, err := desk.NewAction(desk.AliasAdd, target, map[string]string{"alias": alias})
	if err != nil {
		panic(err)
	}
	return desk.Asked{Action: a, Key: key, Via: desk.Chat}
}

var (
	allowed = desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}}
	denied  = desk.Decided{Decision: desk.Decision{Outcome: desk.Denied}}
	pending = desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}}
)

func started(n int) desk.Started { return desk.Started{Attempt: n, Until: noon} }

func TestDamagedJournal(t *testing.T) {
	open := event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "k"))
	offer := event("", "ann", desk.BindingOffered{Digest: "d", Until: noon})
	for name, events := range map[string][]desk.Event{
		"decided twice":             {open, event("D-1", "x", allowed), event("D-1", "x", allowed)},
		"asked twice":               {open, event("D-1", "ann", asked("bob@u.fr", "c@u.fr", "k2"))},
		"nobody asked":              {event("D-1", "x", allowed)},
		"not a number":              {event("D-x", "ann", open.Fact)},
		"number with zeros":         {event("D-01", "ann", open.Fact)},
		"number zero":               {event("D-0", "ann", open.Fact)},
		"another prefix":            {event("R-1", "ann", open.Fact)},
		"number below the highest":  {event("D-2", "ann", open.Fact), event("D-1", "ann", asked("bob@u.fr", "c@u.fr", "k2"))},
		"key used twice":            {open, event("D-2", "ann", open.Fact)},
		"request fact without one":  {event("", "x", allowed)},
		"house fact with a request": {open, event("D-1", "x", desk.Granted{Grant: desk.Grant{To: "bob"}})},
		"bound without an offer":    {event("", "ann", desk.Bound{Account: "c", Digest: "d"})},
		"bound by another":          {offer, event("", "eve", desk.Bound{Account: "c", Digest: "d"})},
		"bound twice":               {offer, event("", "ann", desk.Bound{Account: "c", Digest: "d"}), event("", "ann", desk.Bound{Account: "c", Digest: "d"})},
		"bound by nobody":           {event("", "", desk.BindingOffered{Digest: "d"}), event("", "", desk.Bound{Account: "c", Digest: "d"})},
		"bound to nothing":          {offer, event("", "ann", desk.Bound{Digest: "d"})},
	} {
		t.Run(name, func(t *testing.T) {
			m := New(journalOf(t, events...))
			for range 2 { // it does not get better by asking again
				if err := m.CatchUp(t.Context()); !errors.Is(err, desk.ErrIllegal) {
					t.Errorf("folded: %v", err)
				}
			}
			good := folded(t, events[:len(events)-1]...)
			if diff := cmp.Diff(state(t, good, events), state(t, m, events)); diff != "" {
				t.Errorf("the bad event left a trace: %s", diff)
			}
		})
	}
}

// holed yields an event that does not follow.
type holed struct{ *journal.Memory }

func (holed) Read(context.Context, desk.Seq) iter.Seq2[desk.Event, error] {
	e := event("", "ann", desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}}})
	e.Seq = 2
	return all(e)
}

func TestHoleInTheJournal(t *testing.T) {
	m := New(holed{journal.NewMemory()})
	if err := m.CatchUp(t.Context()); err == nil || len(m.Correspondents()) > 0 {
		t.Errorf("folded event 2 without event 1: %v", err)
	}
}

func TestNext(t *testing.T) {
	m := folded(t)
	if id, at := m.Next(); id != "D-1" || at != 0 {
		t.Errorf("%s at %d", id, at)
	}
	m = folded(t, event("D-7", "ann", asked("bob@u.fr", "b@u.fr", "k")))
	if id, at := m.Next(); id != "D-8" || at != 1 {
		t.Errorf("%s at %d", id, at)
	}
	if m.Keyed("k") != "D-7" || m.Keyed("") != "" {
		t.Errorf("keyed %q, %q", m.Keyed("k"), m.Keyed(""))
	}
	if r, at := m.Request(""); r.State != desk.None || at != 1 {
		t.Errorf("request without id: %v at %d", r, at)
	}
}

// An empty key is no key: it never makes two requests the same.
func TestEmptyKeyNeverMatches(t *testing.T) {
	m := folded(t, event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "")), event("D-2", "ann", asked("bob@u.fr", "c@u.fr", "")))
	if id := m.Keyed(""); id != "" {
		t.Errorf("keyed %s", id)
	}
}

// years has requests in several states about two mailboxes.
func years(t testing.TB) *Mirror {
	return folded(t,
		event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "1")), event("D-1", "x", denied), // 1 2
		event("D-2", "bob", asked("bob@u.fr", "c@u.fr", "2")), event("D-2", "x", pending), // 3 4
		event("", "x", desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}}}), // 5
		event("D-3", "ann", asked("eve@u.fr", "b@u.fr", "3")), event("D-3", "x", allowed),     // 6 7
		event("D-3", "x", started(1)), // 8
		event("D-3", "x", desk.Done{Attempt: 1, Proof: box("id-eve", "eve", "eve.new@u.fr", "b@u.fr")}), // 9
		event("D-4", "ann", asked("bob@u.fr", "d@u.fr", "4")), event("D-4", "x", pending),               // 10 11
		event("D-5", "zoe", desk.Asked{Action: desk.Action{Verb: desk.QuotaSet, Target: "zoe.z@u.fr", Args: "size=10G"}, Key: "5"}), event("D-5", "x", denied), // 12 13
	)
}

func TestRequests(t *testing.T) {
	m := years(t)
	for name, c := range map[string]struct {
		query desk.Query
		want  []desk.ID
	}{
		"all":                  {desk.Query{}, []desk.ID{"D-5", "D-4", "D-3", "D-2", "D-1"}},
		"two":                  {desk.Query{Limit: 2}, []desk.ID{"D-5", "D-4"}},
		"by":                   {desk.Query{By: "ann"}, []desk.ID{"D-4", "D-3", "D-1"}},
		"by nobody known":      {desk.Query{By: "eve"}, nil},
		"target":               {desk.Query{Target: "bob@u.fr"}, []desk.ID{"D-4", "D-2", "D-1"}},
		"alias":                {desk.Query{Target: "b@u.fr"}, []desk.ID{"D-3", "D-1"}},
		"only proved":          {desk.Query{Target: "eve.new@u.fr"}, nil},
		"moving":               {desk.Query{States: []desk.State{desk.Waiting}}, []desk.ID{"D-4", "D-2"}},
		"moving, one":          {desk.Query{States: []desk.State{desk.Waiting, desk.Ready}, Limit: 1}, []desk.ID{"D-4"}},
		"none ready":           {desk.Query{States: []desk.State{desk.Ready}}, nil},
		"final":                {desk.Query{States: []desk.State{desk.Settled, desk.Rejected}}, []desk.ID{"D-5", "D-3", "D-1"}},
		"final or not":         {desk.Query{States: []desk.State{desk.Settled, desk.Waiting}}, []desk.ID{"D-4", "D-3", "D-2"}},
		"target, by and state": {desk.Query{By: "ann", Target: "bob@u.fr", States: []desk.State{desk.Waiting}}, []desk.ID{"D-4"}},
	} {
		if diff := cmp.Diff(c.want, ids(m.Requests(c.query))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for range m.Requests(desk.Query{}) {
		break
	}
}

// Numbers are numbers: D-10 comes after D-9.
func TestRequestsInOrderOfNumber(t *testing.T) {
	var events []desk.Event
	for n := range int64(12) {
		events = append(events, event(name(n+1), "ann", asked("bob@u.fr", "b@u.fr", string(name(n)))))
	}
	got := ids(folded(t, events...).Requests(desk.Query{States: []desk.State{desk.Open}, Limit: 4}))
	if diff := cmp.Diff([]desk.ID{"D-12", "D-11", "D-10", "D-9"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHistory(t *testing.T) {
	m := years(t)
	for of, want := range map[string][]string{
		"D-3":          {"9 desk.Done", "8 desk.Started", "7 desk.Decided", "6 desk.Asked"},
		"bob@u.fr":     {"11 desk.Decided", "10 desk.Asked", "4 desk.Decided", "3 desk.Asked", "2 desk.Decided", "1 desk.Asked"},
		"b@u.fr":       {"9 desk.Done", "8 desk.Started", "7 desk.Decided", "6 desk.Asked", "2 desk.Decided", "1 desk.Asked"},
		"eve.new@u.fr": {"9 desk.Done"},
		"zoe@u.fr":     nil,
		"":             nil, // though a quota request has no alias
	} {
		if diff := cmp.Diff(want, facts(t, m.History(t.Context(), of))); diff != "" {
			t.Errorf("%q: %s", of, diff)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for e, err := range m.History(gone, "D-3") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, %v", e, err)
		}
	}
	for range m.History(t.Context(), "D-3") {
		break
	}
}

// What is done on Partage is known at once, but an old story does not undo
// what was read since.
func TestDoneIsLearned(t *testing.T) {
	events := []desk.Event{
		event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "1")), event("D-1", "x", allowed), event("D-1", "x", started(1)),
		event("D-1", "x", desk.Done{Attempt: 1, Proof: box("id-bob", "bob", "bob@u.fr", "b@u.fr")}),
	}
	m := New(journalOf(t, events...))
	must(t, m.LoadAccounts(t.Context(), all(box("id-bob", "bob", "bob@u.fr")), noon.Add(-time.Minute)))
	must(t, m.CatchUp(t.Context()))
	if got := m.Account("b@u.fr"); got.ID != "id-bob" {
		t.Errorf("alias goes to %+v", got)
	}
	m = New(journalOf(t, events...))
	must(t, m.LoadAccounts(t.Context(), all(box("id-bob", "bob", "bob@u.fr")), noon.Add(time.Minute)))
	must(t, m.CatchUp(t.Context()))
	if got := m.Account("b@u.fr"); got.Known() {
		t.Errorf("alias that has gone since goes to %+v", got)
	}
}

// How long a request took counts once, whatever comes after it was done, and only as
// far back as is asked.
func TestDelays(t *testing.T) {
	done := event("D-1", "x", desk.Done{Attempt: 1, Proof: box("id-bob", "bob", "bob@u.fr", "b@u.fr")})
	done.At = noon.Add(time.Hour)
	told := event("D-1", desk.System, desk.Announced{Role: "asker"})
	told.At = noon.Add(2 * time.Hour)
	m := folded(t, event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "1")), event("D-1", "x", allowed), event("D-1", "x", started(1)), done, told,
		event("D-2", "ann", asked("bob@u.fr", "c@u.fr", "2")))
	for after, want := range map[time.Duration][]time.Duration{0: {time.Hour}, time.Hour - 1: {time.Hour}, time.Hour: nil} {
		if got := slices.Collect(m.Delays(noon.Add(after))); !slices.Equal(got, want) {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
}

// Of what was erased nothing counts, as among requests.
func TestDelaysOfWhatIsErased(t *testing.T) {
	done := lost("D-1", desk.Done{})
	done.At = noon.Add(time.Hour)
	m := New(nil)
	for i, e := range []desk.Event{lost("D-1", desk.Asked{}), lost("D-1", desk.Decided{}), done} {
		e.Seq = desk.Seq(i + 1)
		must(t, m.add(e))
	}
	if r, _ := m.Request("D-1"); r.State != desk.Settled {
		t.Fatalf("erased, and %s", r.State)
	}
	if got := slices.Collect(m.Delays(noon)); len(got) > 0 || m.Count(desk.Query{States: []desk.State{desk.Settled}}) > 0 {
		t.Errorf("%v are of what was erased", got)
	}
}

// A proof that does not say of which mailbox is folded and not believed.
func TestDoneWithoutProof(t *testing.T) {
	m := New(journalOf(t, event("D-1", "ann", asked("bob@u.fr", "b@u.fr", "1")), event("D-1", "x", allowed), event("D-1", "x", started(1)),
		event("D-1", "x", desk.Done{Attempt: 1, Proof: desk.Account{Address: "bob@u.fr", Aliases: []desk.Address{"b@u.fr"}}})))
	must(t, m.LoadAccounts(t.Context(), all(box("id-bob", "bob", "bob@u.fr")), noon))
	must(t, m.CatchUp(t.Context()))
	if r, _ := m.Request("D-1"); r.State != desk.Settled || m.Account("b@u.fr").Known() {
		t.Errorf("%s, alias %+v", r.State, m.Account("b@u.fr"))
	}
}

// What holds the house back is folded: a freeze until it is thawed, the effects
// that brakes count, and the latest date since a thaw.
func TestFreezeAndTally(t *testing.T) {
	freeze := desk.Action{Verb: desk.HouseFreeze}
	remove := desk.Asked{Action: desk.Action{Verb: desk.AliasRemove, Target: "bob@u.fr", Args: "alias=b@u.fr"}, Key: "1"}
	events := []desk.Event{event("D-1", "ann", remove), event("D-1", "ann", allowed), event("D-1", desk.System, started(1)),
		event("D-2", "ann", desk.Asked{Action: freeze, Key: "2"}), event("D-2", "ann", allowed), event("D-2", "ann", desk.Frozen{Cause: desk.ByRequest})}
	events[0].At = noon.Add(time.Hour)
	m := folded(t, events...)
	if e, frozen := m.Freeze(); !frozen || e.ID != "D-2" || len(m.Intents()) != 1 || !m.Latest().Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v %v, %v, %v", e, frozen, m.Intents(), m.Latest())
	}
	r := desk.Request{ID: "D-3", Action: desk.Action{Verb: desk.HouseThaw}}
	events = append(events, event("D-3", "ann", desk.Asked{Action: r.Action, Key: "3"}), event("D-3", "ann", pending),
		event("D-3", "eve", desk.Approved{Digest: r.Digest()}), event("D-3", "eve", desk.Thawed{}))
	m = folded(t, events...)
	if e, frozen := m.Freeze(); frozen || !m.Latest().Equal(noon) {
		t.Errorf("%+v %v, %v", e, frozen, m.Latest())
	}
}

// Who is reading while the journal is folded anew is told of things as they are then.
func TestReadingGoesOnInANewFold(t *testing.T) {
	j := journalOf(t, event("D-1", "ann", asked("box1@u.fr", "alias1@u.fr", "one")), event("D-2", "ann", asked("box2@u.fr", "alias2@u.fr", "two")))
	m := New(j)
	must(t, m.CatchUp(t.Context()))
	next, stop := iter.Pull(m.Requests(desk.Query{}))
	defer stop()
	if r, _ := next(); r.ID != "D-2" {
		t.Fatal(r.ID)
	}
	must(t, m.again(t.Context()))
	e := event("D-1", "ann", allowed)
	e.Seq = 3
	if _, err := j.Append(t.Context(), 2, e); err != nil {
		t.Fatal(err)
	}
	must(t, m.CatchUp(t.Context()))
	if r, _ := next(); r.ID != "D-1" || r.State != desk.Ready {
		t.Errorf("%s is %s", r.ID, r.State)
	}
}
