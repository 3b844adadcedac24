package desk

import (
	"context"
	"slices"
	"time"
)

// A Calendar counts working days.
type Calendar interface {
	// Add is the close of the nth working day after t's. It never is earlier for
	// a later t or a larger n.
	Add(t time.Time, n int) time.Time
}

// Terms are within how many working days a waiting request is to be answered,
// if its rule does not say.
type Terms struct {
	Calendar   Calendar // nil: a request waits for ever
	Deadline   int      // then its approvers are reminded, and as long after that others are told
	Expiry     int      // then it ends
	Escalation string   // group that is told; "" = nobody is
}

// Dates are by when a waiting request is to be answered. They are reckoned once,
// when it is decided that it waits: a calendar that changes moves no promise.
type Dates struct {
	Due  time.Time `json:",omitzero"` // its approvers are reminded
	Late time.Time `json:",omitzero"` // others are told that it is not answered
	End  time.Time `json:",omitzero"` // it ends
}

// decided is the decision with what it was made on, and the dates that it sets
// from now on.
func (d *Desk) decided(on Facts, decision Decision) Decided {
	f := Decided{Decision: decision, Seen: seen(on)}
	if !decision.waits() && !decision.Reviewed() || d.Terms.Calendar == nil {
		return f
	}
	now := d.Now()
	after := func(n int) time.Time { return d.Terms.Calendar.Add(now, n).UTC() }
	deadline, expiry := d.Terms.days(decision)
	f.Dates = Dates{Due: after(deadline), Late: after(2 * deadline), End: after(expiry)}
	return f
}

// days are the rule's, or else the house's, which yields where the two together
// would remind of what has ended already.
func (t Terms) days(rule Decision) (deadline, expiry int) {
	deadline, expiry = t.Deadline, t.Expiry
	if rule.Deadline > 0 {
		deadline, expiry = rule.Deadline, max(expiry, rule.Deadline+1)
	}
	if rule.Expiry > 0 {
		expiry = rule.Expiry
	}
	if rule.Deadline == 0 && rule.Expiry > 0 {
		deadline = max(1, min(deadline, expiry-1))
	}
	return deadline, expiry
}

// Over says that the time to answer the request has passed at a time.
func (r Request) Over(at time.Time) bool { return !r.Dates.End.IsZero() && !at.Before(r.Dates.End) }

// Pursue does to a request that waits for an answer what its dates ask for by now: it ends, or,
// if people are at work, its approvers are reminded, or others told. Each is
// done once, whatever the nodes and the restarts: it is a fact. Who is told of
// nothing, because nobody could be, may still be told later.
func (d *Desk) Pursue(ctx context.Context, id ID, working bool) error {
	_, err := d.Change(ctx, id, System, func(r Request) ([]Fact, error) {
		now := d.Now()
		passed := func(date time.Time) bool { return working && !date.IsZero() && !now.Before(date) }
		switch {
		case !r.judged() || d.Timeless():
		case r.Over(now):
			return []Fact{Expired{}}, nil
		case !r.Reminded && passed(r.Dates.Due) && len(d.Awaited(r)) > 0:
			return []Fact{Reminded{}}, nil
		case !r.Escalated && passed(r.Dates.Late) && len(d.Overseers(r)) > 0:
			return []Fact{Escalated{}}, nil
		}
		return nil, nil
	})
	return err
}

// Timeless says that time proves nothing: the clock is not to be believed, or the
// journal is not all that happened. Nothing becomes late then.
func (d *Desk) Timeless() bool {
	freeze, frozen := d.View.Freeze()
	f, _ := freeze.Fact.(Frozen)
	return d.steppedBack() || frozen && f.Cause != ByRequest && f.Cause != ByFile
}

// pursued is the part of the fold that belongs to dates.
func (r Request) pursued(e Event) (next Request, ok, dates bool) {
	next, ok = r, r.judged() && e.By == System
	passed := func(date time.Time) bool { return !date.IsZero() && !e.At.Before(date) }
	switch e.Fact.(type) {
	case Reminded:
		next.Reminded = true
		return next, ok && !r.Reminded && passed(r.Dates.Due), true
	case Escalated:
		next.Escalated = true
		return next, ok && !r.Escalated && passed(r.Dates.Late), true
	case Expired:
		next.State = r.unanswered()
		return next, ok && passed(r.Dates.End), true
	}
	return r, false, false
}

// Awaited lists the people who can be reached in the chat and whose vote the
// request waits for.
func (d *Desk) Awaited(r Request) []UID {
	return d.reached(func(who UID) bool { return d.awaits(&r, d.View.Person(who)) })
}

// Overseers lists the people who can be reached in the chat, are told that a
// request is not answered in time, and may see it. Who gains by it is not told.
func (d *Desk) Overseers(r Request) []UID {
	return d.reached(func(who UID) bool {
		return d.View.Person(who).In(d.Terms.Escalation) && who != r.By && !d.serves(r.Action, r.Owner, who) && d.concerns(who, Chat, r)
	})
}

func (d *Desk) reached(by func(UID) bool) []UID {
	return slices.DeleteFunc(d.View.Bound(), func(who UID) bool { return !by(who) || d.Renewal > 0 && d.ChatOf(who) == "" })
}

// Digest records that everybody was told, on a day "2026-12-03", what awaits
// them. It is written once a day.
func (d *Desk) Digest(ctx context.Context, day string) error {
	_, err := d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		if day == d.View.Digested() {
			return nil, nil
		}
		return []Fact{Digested{Day: day}}, nil
	})
	return err
}

// AskAgain asks anew, as a request of its own, for what a request asked that
// ended without an answer. It does so once: the second time gives the same
// request. The rules decide as if it had never been asked.
func (d *Desk) AskAgain(ctx context.Context, by UID, via Door, id ID) (Request, error) {
	r, _ := d.View.Request(id)
	switch {
	case r.State == None || !d.concerns(by, via, r):
		return Request{}, Fail(NotFound, UnknownRequest, "value", string(id))
	case r.By != by:
		return r, Fail(Forbidden, NotYours, "id", string(id))
	case r.State != Lapsed:
		return r, Fail(Conflict, NotExpired, "id", string(id))
	}
	facts, err := d.check(by, via, r.Action)
	if err != nil {
		return r, err
	}
	if facts.Target.ID != r.Mailbox {
		return r, Fail(Conflict, OtherMailbox, "target", r.Action.Target)
	}
	return d.Ask(ctx, Asking{By: by, Via: via, Action: r.Action, Reason: r.Reason, Key: "again:" + string(id), Book: r.book()})
}
