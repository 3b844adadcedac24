package desk

import (
	"context"
	"time"
)

// Window is how long after it was done an action may be taken back by one click.
const Window = 10 * time.Minute

// Reversible is the action that takes back what the request did; false if there
// is none. It looks at what was read before the only write: what took several
// has verbs of its own to come back.
func (d *Desk) Reversible(r Request) (Action, bool) {
	if r.State != Settled || r.Erased {
		return Action{}, false
	}
	if r.Action.Verb.delegates() {
		return d.Reverse(r)
	}
	if r.Action.Verb.governs() || len(r.Steps()) != 1 || !r.Before.Known() || d.lengthened(r) {
		return Action{}, false
	}
	return Undo(r.Action, r.Before)
}

// Undoable says that the asker may still take it back by one click.
func (d *Desk) Undoable(r Request) bool {
	_, ok := d.Reversible(r)
	return ok && d.Now().Before(r.Changed.Add(Window))
}

// TakeBack asks for the reverse of what a request has just done, as a request of
// its own, which the rules decide. It does so once: the second time gives the
// same request.
func (d *Desk) TakeBack(ctx context.Context, by UID, via Door, id ID) (Request, error) {
	r, _ := d.View.Request(id)
	if r.State == None || !d.concerns(by, via, r) {
		return Request{}, Fail(NotFound, UnknownRequest, "value", string(id))
	}
	if r.By != by {
		return r, Fail(Forbidden, NotYours, "id", string(id))
	}
	key := "undo:" + string(id)
	if first := d.View.Keyed(key); first != "" {
		again, _ := d.View.Request(first)
		return again, nil
	}
	back, ok := d.Reversible(r)
	switch {
	case !ok:
		return r, Fail(Conflict, NoWayBack, "id", string(id))
	case !d.Undoable(r):
		return r, Fail(Conflict, WindowOver, "id", string(id))
	}
	if on := d.Resolve(back.Target); !back.Verb.governs() && on.ID != r.Mailbox {
		return r, Fail(Conflict, OtherMailbox, "target", back.Target)
	}
	return d.Ask(ctx, Asking{By: by, Via: via, Action: back, Reason: string(id), Key: key})
}
