package desk

import (
	"context"
	"time"
)

// Nudge has those reminded whose answer a waiting request awaits, at the asker's
// own wish, before its deadline does: see Nudgeable.
func (d *Desk) Nudge(ctx context.Context, by UID, via Door, id ID) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if r.State == None || !d.concerns(by, via, r) {
			return nil, Fail(NotFound, UnknownRequest, "value", string(id))
		}
		from, err := d.Nudgeable(by, r)
		if err != nil {
			return nil, err
		}
		if d.Now().Before(from) {
			return nil, Fail(Conflict, NudgedLately, "id", string(id))
		}
		return []Fact{Nudged{Via: via}}, nil
	})
}

// Nudgeable is from when on who asked may have the approvers reminded: after the
// close of the working day on which they were last told, so that nobody hears of
// a request twice on one; or why they may not at all. Without a calendar every
// day is worked.
func (d *Desk) Nudgeable(by UID, r Request) (from time.Time, err error) {
	_, open := r.Open()
	switch {
	case r.By != by:
		return from, Fail(Forbidden, NotYours, "id", string(r.ID))
	case r.State != Waiting || r.Over(d.Now()):
		return from, d.tooLate(r)
	case open:
		return from, Fail(Conflict, AnswerFirst, "id", string(r.ID))
	}
	told := r.Decided
	if r.Nudged.After(told) {
		told = r.Nudged
	}
	if d.Terms.Calendar == nil {
		return told.Add(24 * time.Hour), nil
	}
	return d.Terms.Calendar.Add(told, 0), nil
}

// nudged is the part of the fold that belongs to it.
func (r Request) nudged(e Event) (next Request, ok bool) {
	_, open := r.Open()
	ok = r.State == Waiting && !open && e.By == r.By
	r.Nudges, r.Nudged = r.Nudges+1, e.At
	return r, ok
}
