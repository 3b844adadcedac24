package desk_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// removal is a request by which somebody takes an alias from f@u.fr's account.
func removal(id desk.ID, by desk.UID, target string) desk.Request {
	return desk.Request{ID: id, By: by, Action: desk.Action{Verb: desk.AliasRemove, Target: target, Args: "alias=f@u.fr"}}
}

// Each limit allows as many effects as it says and not one more, and forgets
// them when their time is over.
func TestEachLimitIsExact(t *testing.T) {
	wide := desk.Brakes{Person: 100, Domain: 100, Verb: 100, All: 100, PerMille: 1000}
	for name, tt := range map[string]struct {
		narrow func(*desk.Brakes)
		other  desk.Request // does not count against the limit
		window time.Duration
		max    int
	}{
		"person": {func(b *desk.Brakes) { b.Person = 3 }, removal("D-9", "bob", "fay@u.fr"), time.Hour, 3},
		"domain": {func(b *desk.Brakes) { b.Domain = 3 }, removal("D-9", "ann", "fay@v.fr"), time.Hour, 3},
		"verb":   {func(b *desk.Brakes) { b.Verb = 3 }, desk.Request{}, time.Hour, 3},
		"all":    {func(b *desk.Brakes) { b.All = 3 }, desk.Request{}, time.Hour, 3},
		// 7 accounts: the share is less than what one person may.
		"share": {func(b *desk.Brakes) { b.Person, b.PerMille = 2, 1 }, desk.Request{}, 24 * time.Hour, 2},
	} {
		t.Run(name, func(t *testing.T) {
			d, h := newDesk(t)
			d.Brakes = wide
			tt.narrow(&d.Brakes)
			start := func(r desk.Request, at time.Time) {
				h.events = append(h.events, desk.Event{At: at, ID: r.ID, By: r.By, Fact: desk.Asked{Action: r.Action}},
					desk.Event{At: at, ID: r.ID, Fact: desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}}},
					desk.Event{At: at, ID: r.ID, Fact: desk.Started{Attempt: 1}})
			}
			if tt.other.ID != "" {
				start(tt.other, now)
			}
			next := removal("D-10", "ann", "fay@u.fr")
			for i := range tt.max {
				wants(t, d.Clear(next), "")
				start(removal(desk.ID(fmt.Sprint("D-", i)), "ann", "fay@u.fr"), now)
			}
			wants(t, d.Clear(next), desk.Braked)
			wants(t, d.Clear(removal("D-0", "ann", "fay@u.fr")), "") // counted already: to be tried again
			wants(t, d.Clear(desk.Request{ID: "D-10", By: "ann", Action: desk.Action{Verb: desk.AliasAdd, Target: "fay@u.fr"}}), "")
			h.events = append(h.events, desk.Event{At: now.Add(tt.window - time.Microsecond), Fact: desk.Granted{}})
			d.Now = func() time.Time { return now.Add(tt.window - time.Microsecond) }
			wants(t, d.Clear(next), desk.Braked)
			d.Now = func() time.Time { return now.Add(tt.window) }
			wants(t, d.Clear(next), "")
		})
	}
}

// Zero allows nothing: a configuration that was forgotten must not be a brake
// that is off.
func TestNoBrakesAllowNothing(t *testing.T) {
	d, _ := newDesk(t)
	d.Brakes = desk.Brakes{}
	wants(t, d.Clear(removal("D-1", "ann", "fay@u.fr")), desk.Braked)
}

func TestTally(t *testing.T) {
	r := removal("D-1", "ann", "fay@u.fr")
	at := func(d time.Duration, id desk.ID, f desk.Fact) desk.Event {
		return desk.Event{At: now.Add(d), ID: id, Fact: f}
	}
	intent := func(id desk.ID, d time.Duration) desk.Intent {
		return desk.Intent{ID: id, At: now.Add(d), By: "ann", Domain: "u.fr", Verb: desk.AliasRemove}
	}
	two := desk.Tally{intent("D-1", 0), intent("D-2", time.Hour)}
	for name, tt := range map[string]struct {
		e    desk.Event
		want desk.Tally
	}{
		"started":                {at(2*time.Hour, "D-3", desk.Started{Attempt: 1}), desk.Tally{two[0], two[1], intent("D-3", 2*time.Hour)}},
		"started again":          {at(2*time.Hour, "D-1", desk.Started{Attempt: 2}), desk.Tally{two[1], intent("D-1", 2*time.Hour)}},
		"a day later":            {at(24*time.Hour+time.Second, "D-3", desk.Started{Attempt: 1}), desk.Tally{two[1], intent("D-3", 24*time.Hour+time.Second)}},
		"proved without effect":  {at(0, "D-1", desk.Failed{Attempt: 1}), desk.Tally{two[1]}},
		"gone while in doubt":    {at(0, "D-1", desk.Failed{Attempt: 1, Code: desk.UnknownAccount, Final: true}), two},
		"another while in doubt": {at(0, "D-1", desk.Failed{Attempt: 1, Code: desk.OtherMailbox, Final: true}), two},
		"held up before sending": {at(0, "D-1", desk.Failed{}), two},
		"unknown":                {at(0, "D-1", desk.Unknown{Attempt: 1}), two},
		"done":                   {at(0, "D-1", desk.Done{Attempt: 1}), two},
		"reset":                  {at(0, "D-7", desk.BrakesReset{}), nil},
	} {
		r.ID = tt.e.ID
		if diff := cmp.Diff(tt.want, two.With(tt.e, r)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	gives := desk.Request{ID: "D-3", Action: desk.Action{Verb: desk.AliasAdd, Target: "fay@u.fr"}}
	if diff := cmp.Diff(two, two.With(at(0, "D-3", desk.Started{Attempt: 1}), gives)); diff != "" {
		t.Errorf("what takes nothing away is counted: %s", diff)
	}
}

// askAll has ann ask for removals, in one batch if it has a name.
func askAll(tb testing.TB, d *desk.Desk, batch string, n int) (ids []desk.ID) {
	tb.Helper()
	for i := range n {
		r, err := d.Ask(tb.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(tb, "alias.remove fay2@u.fr alias=f@u.fr"),
			Key: fmt.Sprint(batch, i), Batch: batch})
		if err != nil || r.State != desk.Ready {
			tb.Fatal(r.State, err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

// What was asked together and does not fit is held before its first effect.
func TestABatchThatDoesNotFitIsHeldWhole(t *testing.T) {
	d, h := steering(t)
	fits := askAll(t, d, "small", 3)
	r, _ := h.Request(fits[0])
	wants(t, d.Clear(r), "")
	large := askAll(t, d, "large", 4)
	r, _ = h.Request(large[2])
	wants(t, d.Clear(r), desk.Braked)
	h.before = func() { // somebody withdraws meanwhile
		if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, large[3]); err != nil {
			t.Error(err)
		}
	}
	if err := d.Hold(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range large[:3] {
		if r, _ := h.Request(id); r.State != desk.Ready { // three fit
			t.Errorf("%s is %s", id, r.State)
		}
	}
	more := askAll(t, d, "other", 6)
	if _, err := d.Withdraw(t.Context(), "ann", desk.Chat, more[5]); err != nil {
		t.Fatal(err)
	}
	more = more[:5]
	before := len(h.events)
	if err := d.Hold(t.Context(), more[0]); err != nil {
		t.Fatal(err)
	}
	for _, id := range more {
		if r, _ := h.Request(id); r.State != desk.Stopped || r.Limit != (desk.Held{Limit: desk.PersonLimit, Max: 3, First: id == more[0]}) {
			t.Errorf("%s is %s", id, r.State)
		}
	}
	if added := len(h.events) - before; added != 5 {
		t.Errorf("%d events for five requests", added)
	}
	if err := d.Hold(t.Context(), fits[0]); err != nil {
		t.Fatal(err)
	}
	if r, _ := h.Request(fits[0]); r.State != desk.Ready {
		t.Errorf("what fits is %s", r.State)
	}
}

// A forgetful view lists requests as they were.
type forgetful struct {
	*house
	were []desk.Request
}

func (f forgetful) Requests(desk.Query) iter.Seq[desk.Request] { return slices.Values(f.were) }

// What a hold would write is folded first: a journal that holds one event that
// cannot be is never read again.
func TestAHoldThatCannotBeIsNotWritten(t *testing.T) {
	d, h := steering(t)
	ids := askAll(t, d, "many", 5)
	were := slices.Collect(h.Requests(desk.Query{Batch: "many"}))
	_, err := d.Withdraw(t.Context(), "ann", desk.Chat, ids[1])
	wants(t, err, "")
	d.View = forgetful{h, were}
	before := len(h.events)
	if err := d.Hold(t.Context(), ids[0]); !errors.Is(err, desk.ErrIllegal) || len(h.events) != before {
		t.Errorf("%v, %d events", err, len(h.events)-before)
	}
}

// hurried has somebody else act while it lists requests for the second time: what
// is to be held.
type hurried struct {
	*house
	lists     int
	meanwhile func()
}

func (v *hurried) Requests(q desk.Query) iter.Seq[desk.Request] {
	were := slices.Collect(v.house.Requests(q))
	if v.lists++; v.lists == 2 {
		v.meanwhile()
	}
	return slices.Values(were)
}

// What moves on while it is held is looked at again.
func TestAHoldLooksAgain(t *testing.T) {
	d, h := steering(t)
	ids := askAll(t, d, "many", 6)
	d.View = &hurried{h, 0, func() {
		_, err := (&desk.Desk{Journal: h, View: h, Rules: d.Rules, Now: d.Now, Stale: d.Stale}).Withdraw(t.Context(), "ann", desk.Chat, ids[1])
		wants(t, err, "")
	}}
	wants(t, d.Hold(t.Context(), ids[0]), "")
	for i, id := range ids {
		if r, _ := h.Request(id); r.State != map[bool]desk.State{true: desk.Cancelled, false: desk.Stopped}[i == 1] {
			t.Errorf("%s is %s", id, r.State)
		}
	}
}

// A batch that fits is not held for what it has begun itself.
func TestABatchThatFitsGoesThrough(t *testing.T) {
	d, h := steering(t)
	for i, id := range askAll(t, d, "fits", 3) {
		r, _ := h.Request(id)
		if err := d.Clear(r); err != nil {
			t.Fatalf("number %d: %v", i+1, err)
		}
		if _, err := d.Change(t.Context(), id, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{desk.Started{Attempt: 1}}, nil }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTwoRelease(t *testing.T) {
	d, h := steering(t)
	_, err := govern(t, d, "cid", desk.BrakeRelease, "0")
	wants(t, err, desk.NothingHeld)
	ids := askAll(t, d, "many", 5)
	if err := d.Hold(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	r, err := govern(t, d, "cid", desk.BrakeRelease, "1")
	if err != nil || r.State != desk.Waiting || len(d.Held()) != 5 {
		t.Fatalf("%s, %v, %d held", r.State, err, len(d.Held()))
	}
	before := len(h.events)
	if r, err = d.Approve(t.Context(), "dan", desk.Portal, r.ID, r.Digest()); err != nil || r.State != desk.Settled {
		t.Fatalf("%s, %v", r.State, err)
	}
	if added := len(h.events) - before; added != 1+1+5 {
		t.Errorf("%d events", added)
	}
	for _, id := range ids {
		if r, _ := h.Request(id); r.State != desk.Ready {
			t.Errorf("%s is %s", id, r.State)
		}
	}
}

// start claims the next attempt of a request, as the executor does.
func start(tb testing.TB, d *desk.Desk, id desk.ID, more ...desk.Fact) {
	tb.Helper()
	_, err := d.Change(tb.Context(), id, desk.System, func(r desk.Request) ([]desk.Fact, error) {
		return append([]desk.Fact{desk.Started{Attempt: r.Attempt + 1}}, more...), nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// A request in the middle of its steps is not stopped by those it was asked with.
func TestWhatIsBegunIsNotHeld(t *testing.T) {
	d, h := steering(t)
	ids := askAll(t, d, "b", 2)
	step := desk.Step{Do: action(t, "account.hide fay2@u.fr"), Undo: action(t, "account.unhide fay2@u.fr")}
	_, err := d.Change(t.Context(), ids[0], desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Planned{Plan: desk.Plan{Steps: []desk.Step{step, step}}}, desk.Started{Attempt: 1}, desk.Stepped{Attempt: 1}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Brakes.Person = 1
	for _, id := range ids { // the first must not be stopped for itself either
		if err := d.Hold(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range h.events {
		if _, held := e.Fact.(desk.Held); held && e.ID == ids[0] {
			t.Error("written all the same: nobody could read this journal any more")
		}
	}
	begun, _ := h.Request(ids[0])
	if other, _ := h.Request(ids[1]); begun.State != desk.Ready || other.State != desk.Stopped {
		t.Errorf("begun: %s, other: %s", begun.State, other.State)
	}
	wants(t, d.Clear(begun), "")
	if _, err := begun.With(desk.Event{ID: begun.ID, Fact: desk.Held{}}); err == nil {
		t.Error("held halfway")
	}
}

// One that was tried without effect still needs its room.
func TestABatchLeavesRoomForWhatIsTriedAgain(t *testing.T) {
	d, h := steering(t)
	ids := askAll(t, d, "b", 3)
	start(t, d, ids[0], desk.Failed{Attempt: 1})
	start(t, d, askAll(t, d, "", 1)[0])
	r, _ := h.Request(ids[1])
	wants(t, d.Clear(r), desk.Braked)
}

// Who asked for what is held, or gains by it, is not one of the two who let it go.
func TestNobodyReleasesHisOwn(t *testing.T) {
	d, h := steering(t)
	h.people["ann"] = desk.Person{UID: "ann", Groups: []string{"admins"}}
	h.people["fay"] = desk.Person{UID: "fay", Groups: []string{"admins"}}
	ids := askAll(t, d, "many", 5) // ann's, on fay's mailbox
	if err := d.Hold(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	r, err := govern(t, d, "cid", desk.BrakeRelease, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []desk.UID{"ann", "fay"} {
		_, err = d.Approve(t.Context(), by, desk.Chat, r.ID, "")
		wants(t, err, desk.OwnBenefit)
		if n := len(d.Inbox(by)); n != 0 {
			t.Errorf("%s is asked for it", by)
		}
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, "")
}

// A release is of what was held when it was asked for, which people could look at.
func TestWhatIsHeldLaterIsNotReleased(t *testing.T) {
	d, h := steering(t)
	first, later := askAll(t, d, "first", 4), askAll(t, d, "later", 4)
	if err := d.Hold(t.Context(), first[0]); err != nil {
		t.Fatal(err)
	}
	r, err := govern(t, d, "cid", desk.BrakeRelease, "1")
	if err != nil {
		t.Fatal(err)
	}
	d.Now = func() time.Time { return now.Add(time.Second) }
	if err := d.Hold(t.Context(), later[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, ""); err != nil {
		t.Fatal(err)
	}
	for i := range first {
		one, _ := h.Request(first[i])
		if other, _ := h.Request(later[i]); one.State != desk.Ready || other.State != desk.Stopped {
			t.Errorf("%s is %s, %s is %s", one.ID, one.State, other.ID, other.State)
		}
	}
	if one, _ := h.Request(first[0]); !one.Limit.First {
		t.Error("nobody is told that a brake has stopped something")
	}
	for _, id := range append(first[1:], later...) {
		if one, _ := h.Request(id); one.Limit.First {
			t.Errorf("%s is told too", id)
		}
	}
}

// What was asked together and passes a limit can be released all the same: as
// many as the limit allows go on, and the rest is held again.
func TestALargeBatchCanBeReleased(t *testing.T) {
	d, h := steering(t)
	ids := askAll(t, d, "many", 5)
	if err := d.Hold(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	r, err := govern(t, d, "cid", desk.BrakeRelease, "1")
	if err == nil {
		_, err = d.Approve(t.Context(), "dan", desk.Portal, r.ID, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []desk.Code{"", "", "", desk.Braked, desk.Braked} {
		r, _ := h.Request(ids[i])
		wants(t, d.Clear(r), want)
		if want == "" {
			start(t, d, ids[i])
		}
	}
}
