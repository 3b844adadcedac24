package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// days counts every day as worked.
type days struct{}

func (days) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// longer is a calendar with a closure of a month.
type longer struct{}

func (longer) Add(t time.Time, n int) time.Time { return t.AddDate(0, 1, n) }

// newDatedDesk is newDesk at a clock that the test moves: two days to answer,
// ten to the end, deans are told after four.
func newDatedDesk(tb testing.TB) (*desk.Desk, *house, func(days int)) {
	d, h := newDesk(tb)
	today := now
	d.Now = func() time.Time { return today }
	d.Terms = desk.Terms{Calendar: days{}, Deadline: 2, Expiry: 10, Escalation: "deans"}
	h.people["fay"] = desk.Person{UID: "fay", Groups: []string{"deans"}}
	return d, h, func(n int) { today, h.read = now.AddDate(0, 0, n), now.AddDate(0, 0, n) }
}

func day(n int) time.Time { return now.AddDate(0, 0, n) }

func kinds(h *house) (names []string) {
	for _, e := range h.events {
		switch e.Fact.(type) {
		case desk.Reminded:
			names = append(names, "reminded")
		case desk.Escalated:
			names = append(names, "escalated")
		case desk.Expired:
			names = append(names, "expired")
		}
	}
	return names
}

// Dates are the rule's or the house's, and stay as they were said.
func TestDatesAreReckonedOnce(t *testing.T) {
	of := func(deadline, expiry int) desk.Decision {
		d := needs(1, "admins")
		d.Deadline, d.Expiry = deadline, expiry
		return d
	}
	for name, tt := range map[string]struct {
		rule desk.Decision
		want desk.Dates
	}{
		"the house's":     {needs(1, "admins"), desk.Dates{Due: day(2), Late: day(4), End: day(10)}},
		"the rule's":      {of(1, 5), desk.Dates{Due: day(1), Late: day(2), End: day(5)}},
		"a slow rule":     {of(15, 0), desk.Dates{Due: day(15), Late: day(30), End: day(16)}},
		"a short rule":    {of(0, 2), desk.Dates{Due: day(1), Late: day(2), End: day(2)}},
		"a rule of a day": {of(0, 1), desk.Dates{Due: day(1), Late: day(2), End: day(1)}},
		"nothing awaited": {desk.Decision{Outcome: desk.Allowed}, desk.Dates{}},
		"denied":          {desk.Decision{Outcome: desk.Denied, Expiry: 5}, desk.Dates{}},
		"nobody to wait":  {desk.Decision{Outcome: desk.Pending, Expiry: 5}, desk.Dates{}},
	} {
		t.Run(name, func(t *testing.T) {
			d, h, _ := newDatedDesk(t)
			rules(tt.rule)(d, h)
			r := ask(t, d, "k")
			if r.Dates != tt.want {
				t.Errorf("%+v", r.Dates)
			}
			d.Terms = desk.Terms{Calendar: longer{}, Deadline: 5, Expiry: 50}
			if again, _ := h.Request(r.ID); again.Dates != tt.want {
				t.Errorf("moved to %+v", again.Dates)
			}
		})
	}
	d, _ := newDesk(t) // no calendar
	if r := ask(t, d, "k"); r.Dates != (desk.Dates{}) {
		t.Errorf("%+v", r.Dates)
	}
}

// What is amended is another request: it has its own time.
func TestAnAmendedRequestHasItsOwnTime(t *testing.T) {
	d, h, on := newDatedDesk(t)
	r := ask(t, d, "k")
	on(3)
	wants(t, d.Pursue(t.Context(), r.ID, true), "")
	r, err := d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "3G")
	wants(t, err, "")
	if want := (desk.Dates{Due: day(5), Late: day(7), End: day(13)}); r.Dates != want || r.Reminded {
		t.Errorf("%+v, reminded %v", r.Dates, r.Reminded)
	}
	on(5)
	wants(t, d.Pursue(t.Context(), r.ID, true), "")
	if got := kinds(h); !slices.Equal(got, []string{"reminded", "reminded"}) {
		t.Errorf("wrote %v", got)
	}
	on(13)
	_, err = d.Amend(t.Context(), "ann", desk.Chat, r.ID, "", "4G")
	wants(t, err, desk.TooLate)
}

// Each once, in time, at the hours of work; the end comes at any hour.
func TestPursue(t *testing.T) {
	d, h, on := newDatedDesk(t)
	r := ask(t, d, "k")
	pursue := func(days int, working bool, want ...string) {
		t.Helper()
		on(days)
		for range 2 {
			wants(t, d.Pursue(t.Context(), r.ID, working), "")
		}
		if got := kinds(h); !slices.Equal(got, want) {
			t.Errorf("day %d, at work %v: wrote %v, want %v", days, working, got, want)
		}
	}
	pursue(1, true)
	pursue(2, false)
	pursue(2, true, "reminded")
	pursue(3, true, "reminded")
	pursue(4, false, "reminded")
	pursue(4, true, "reminded", "escalated")
	pursue(9, true, "reminded", "escalated")
	pursue(10, false, "reminded", "escalated", "expired")
	pursue(20, true, "reminded", "escalated", "expired")
	if r, _ := h.Request(r.ID); r.State != desk.Lapsed || !r.State.Final() || !r.Changed.Equal(day(10)) {
		t.Errorf("%s since %s", r.State, r.Changed)
	}
}

// A fact that nobody could be told of is not written: somebody may come.
func TestNobodyToTell(t *testing.T) {
	d, h, on := newDatedDesk(t)
	r := ask(t, d, "k")
	on(4)
	d.View = mute{h}
	for range 2 {
		wants(t, d.Pursue(t.Context(), r.ID, true), "")
	}
	if got := kinds(h); got != nil {
		t.Errorf("wrote %v", got)
	}
	d.View = h
	d.Terms.Escalation = ""
	for range 2 {
		wants(t, d.Pursue(t.Context(), r.ID, true), "")
	}
	if got := kinds(h); !slices.Equal(got, []string{"reminded"}) {
		t.Errorf("wrote %v", got)
	}
}

// mute is a house in which nobody has a chat account.
type mute struct{ *house }

func (mute) Bound() []desk.UID { return nil }

// Neither the asker, nor who gains, nor who has voted, nor who may not see it.
func TestWhoIsTold(t *testing.T) {
	d, h, _ := newDatedDesk(t)
	rules(needs(2, "admins"))(d, h)
	r := ask(t, d, "k")
	h.people["bob"] = desk.Person{UID: "bob", Groups: []string{"admins", "deans"}}
	h.people["ann"] = desk.Person{UID: "ann", Groups: []string{"admins", "deans"}}
	r, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	if got := d.Awaited(r); !slices.Equal(got, []desk.UID{"dan", "eve"}) {
		t.Errorf("waits for %v", got)
	}
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return needs(2, "admins")
	})
	if got := d.Overseers(r); !slices.Equal(got, []desk.UID{"fay"}) {
		t.Errorf("told: %v", got)
	}
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} }) // nothing may be looked at
	if got := d.Overseers(r); len(got) != 0 {
		t.Errorf("told of what they may not see: %v", got)
	}
}

// After its end a request is answered by nobody, whether or not that is written.
func TestAfterTheEnd(t *testing.T) {
	for _, written := range []bool{false, true} {
		d, h, on := newDatedDesk(t)
		rules(needs(2, "admins"))(d, h)
		r := ask(t, d, "k")
		_, err := d.Approve(t.Context(), "eve", desk.Chat, r.ID, "")
		wants(t, err, "")
		on(10)
		if written {
			wants(t, d.Pursue(t.Context(), r.ID, false), "")
		}
		for _, by := range []desk.UID{"cid", "eve"} {
			_, err = d.Approve(t.Context(), by, desk.Chat, r.ID, "")
			wants(t, err, desk.TooLate)
			if e, _ := errors.AsType[*desk.Error](err); e == nil || e.Details["state"] != string(desk.Lapsed) || e.Details["by"] != "" {
				t.Errorf("written %v: %s is told %v", written, by, err)
			}
			_, err = d.Refuse(t.Context(), by, desk.Chat, r.ID, "", "no")
			wants(t, err, desk.TooLate)
		}
		_, err = d.Approve(t.Context(), "fay", desk.Chat, r.ID, "") // who was never asked
		wants(t, err, desk.UnknownRequest)
		if r, _ := h.Request(r.ID); len(r.Votes) != 1 {
			t.Errorf("%d votes", len(r.Votes))
		}
		if n := d.Waiting("cid"); n > 0 {
			t.Errorf("written %v: %d wait for somebody still", written, n)
		}
	}
}

// The last moment is before the end.
func TestAtTheEnd(t *testing.T) {
	d, _, on := newDatedDesk(t)
	r := ask(t, d, "k")
	on(10)
	end := d.Now()
	d.Now = func() time.Time { return end.Add(-time.Microsecond) }
	r, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	on(20)
	if wants(t, d.Pursue(t.Context(), r.ID, true), ""); r.State != desk.Ready {
		t.Errorf("%s", r.State)
	}
}

// Two nodes, a vote and an end: whoever writes first is right, the other sees it.
func TestEndAndVoteRace(t *testing.T) {
	t.Run("the vote is first", func(t *testing.T) {
		d, h, on := newDatedDesk(t)
		r := ask(t, d, "k")
		slow := *d // a node whose clock is behind
		late := *d
		slow.Now = func() time.Time { return day(9) }
		on(10)
		h.before = func() {
			_, err := slow.Approve(context.WithoutCancel(t.Context()), "cid", desk.Chat, r.ID, "")
			wants(t, err, "")
		}
		wants(t, late.Pursue(t.Context(), r.ID, true), "")
		if r, _ := h.Request(r.ID); r.State != desk.Ready || kinds(h) != nil {
			t.Errorf("%s, wrote %v", r.State, kinds(h))
		}
	})
	t.Run("the end is first", func(t *testing.T) {
		d, h, on := newDatedDesk(t)
		r := ask(t, d, "k")
		slow := *d
		slow.Now = func() time.Time { return day(9) }
		on(10)
		h.before = func() { wants(t, d.Pursue(context.WithoutCancel(t.Context()), r.ID, true), "") }
		_, err := slow.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
		wants(t, err, desk.TooLate)
		if r, _ := h.Request(r.ID); r.State != desk.Lapsed || len(r.Votes) != 0 {
			t.Errorf("%s with %d votes", r.State, len(r.Votes))
		}
	})
	t.Run("both remind", func(t *testing.T) {
		d, h, on := newDatedDesk(t)
		r := ask(t, d, "k")
		on(2)
		h.before = func() { wants(t, d.Pursue(context.WithoutCancel(t.Context()), r.ID, true), "") }
		wants(t, d.Pursue(t.Context(), r.ID, true), "")
		if got := kinds(h); !slices.Equal(got, []string{"reminded"}) {
			t.Errorf("wrote %v", got)
		}
	})
	t.Run("both digest", func(t *testing.T) {
		d, h, _ := newDatedDesk(t)
		h.before = func() { wants(t, d.Digest(context.WithoutCancel(t.Context()), "2026-09-01"), "") }
		wants(t, d.Digest(t.Context(), "2026-09-01"), "")
		wants(t, d.Digest(t.Context(), "2026-09-02"), "")
		if len(h.events) != 2 || h.Digested() != "2026-09-02" {
			t.Errorf("%d facts, last %s", len(h.events), h.Digested())
		}
	})
}

// Nothing ends by a clock that cannot be believed, or by a journal that is not whole.
func TestNoTimePasses(t *testing.T) {
	for cause, passes := range map[desk.Cause]bool{desk.ByRequest: true, desk.ByFile: true, desk.ByClock: false, desk.ByAnchor: false, desk.ByDamage: false} {
		d, h, on := newDatedDesk(t)
		r := ask(t, d, "k")
		on(10)
		wants(t, d.Freeze(t.Context(), cause, "why"), "")
		wants(t, d.Pursue(t.Context(), r.ID, true), "")
		if got := kinds(h) != nil; got != passes {
			t.Errorf("frozen by %s: wrote %v", cause, kinds(h))
		}
	}
	d, h, on := newDatedDesk(t)
	r := ask(t, d, "k")
	on(20)
	ask(t, d, "k2") // the clock was ahead then
	on(10)
	wants(t, d.Pursue(t.Context(), r.ID, true), "")
	if got := kinds(h); got != nil {
		t.Errorf("the clock went back: wrote %v", got)
	}
}

func TestAskAgain(t *testing.T) {
	d, h, on := newDatedDesk(t)
	r := ask(t, d, "k")
	again := func(by desk.UID, code desk.Code) desk.Request {
		t.Helper()
		next, err := d.AskAgain(t.Context(), by, desk.Portal, r.ID)
		wants(t, err, code)
		return next
	}
	again("ann", desk.NotExpired)
	on(10)
	again("ann", desk.NotExpired) // not written yet: a minute later it is
	wants(t, d.Pursue(t.Context(), r.ID, false), "")
	again("cid", desk.NotYours)
	again("fay", desk.NotYours)
	d.Rules = book(func(f desk.Facts) desk.Decision { return desk.Decision{} })
	again("fay", desk.UnknownRequest)
	rules(needs(1, "admins"))(d, h)
	mailbox := h.accounts["bob@u.fr"]
	h.accounts["bob@u.fr"] = desk.Account{ID: "another", Address: "bob@u.fr", Owner: "fay", Quota: 1}
	again("ann", desk.OtherMailbox)
	h.accounts["bob@u.fr"] = mailbox
	next := again("ann", "")
	if next.ID == r.ID || next.Action != r.Action || next.Reason != r.Reason || next.State != desk.Waiting || next.Via != desk.Portal || !next.Dates.End.Equal(day(20)) {
		t.Errorf("asked %+v", next)
	}
	if twice := again("ann", ""); twice.ID != next.ID {
		t.Errorf("asked twice, as %s", twice.ID)
	}
	_, err := d.AskAgain(t.Context(), "ann", desk.Chat, "D-99")
	wants(t, err, desk.UnknownRequest)
}

// The asker has the approvers reminded once a working day, and nobody else has; who
// must answer a question first is told so.
func TestNudge(t *testing.T) {
	d, h, on := newDatedDesk(t)
	d.Terms.Calendar = closes{}
	r := ask(t, d, "k")
	nudge := func(who desk.UID, want desk.Code) {
		t.Helper()
		_, err := d.Nudge(t.Context(), who, desk.Portal, r.ID)
		wants(t, err, want)
	}
	nudge("ann", desk.NudgedLately) // they have just been told
	on(1)
	nudge("dan", desk.NotYours)
	nudge("who", desk.UnknownRequest)
	nudge("ann", "")
	nudge("ann", desk.NudgedLately)
	on(2)
	_, err := d.Question(t.Context(), "dan", desk.Chat, r.ID, "", "Pour qui ?")
	wants(t, err, "")
	nudge("ann", desk.AnswerFirst)
	_, err = d.Answer(t.Context(), "ann", desk.Chat, r.ID, "Pour moi.")
	wants(t, err, "")
	nudge("ann", "")
	if r, _ := h.Request(r.ID); r.Nudges != 2 || !r.Nudged.Equal(day(2)) || r.State != desk.Waiting || r.Reminded {
		t.Errorf("%d nudges, the last at %v, %s", r.Nudges, r.Nudged, r.State)
	}
	on(11)
	nudge("ann", desk.TooLate)
	d.Terms.Calendar = nil
	r = ask(t, d, "l")
	nudge("ann", desk.NudgedLately)
	on(12)
	nudge("ann", "")
}

// closes is a calendar whose days close an hour after noon, when tests ask.
type closes struct{}

func (closes) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n).Add(time.Hour) }
