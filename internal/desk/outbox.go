package desk

import (
	"context"
	"errors"
	"maps"
	"time"
)

// What is said in the chat is said once, whatever the nodes and the crashes:
// before it is, a claim is written by compare-and-swap. Who comes second leaves
// it alone; who comes after the claim's time looks first whether it was said.

// A Claim is what somebody is about to do; the zero Claim is nobody's.
type Claim struct {
	Since time.Time // of the first one
	Until time.Time // of the last: nobody else does it before
	Tries int
}

// ErrElsewhere means that another node does it, or has done it.
var ErrElsewhere = errors.New("done by another node")

const (
	// claimTime is more than it takes to say one thing.
	claimTime = 30 * time.Second
	// claimDoublings bound how much longer each next claim is: a chat that is down
	// for long must not fill the journal.
	claimDoublings = 4
)

// again is the claim that comes after c, made at a time.
func (c Claim) again(at, until time.Time) Claim {
	if c.Tries == 0 {
		c.Since = at
	}
	return Claim{c.Since, until, c.Tries + 1}
}

func (c Claim) until(now time.Time) time.Time {
	return now.UTC().Truncate(time.Microsecond).Add(claimTime << min(c.Tries, claimDoublings))
}

// Intend claims a post about the request; seen is what was announced to that
// role when the caller decided to make it. Tries of the claim tells the caller
// whether it may have been made before.
func (d *Desk) Intend(ctx context.Context, id ID, role Role, seen Announced) (Claim, error) {
	r, err := d.Change(ctx, id, System, func(r Request) ([]Fact, error) {
		had := r.Telling[role]
		if r.Announced[role] != seen || d.Now().Before(had.Until) {
			return nil, ErrElsewhere
		}
		return []Fact{Telling{Role: role, Until: had.until(d.Now())}}, nil
	})
	return r.Telling[role], err
}

// Hear claims a message of the chat.
func (d *Desk) Hear(ctx context.Context, post string) (Claim, error) {
	_, err := d.Change(ctx, "", System, func(Request) ([]Fact, error) {
		had := d.View.Heard(post)
		if d.Now().Before(had.Until) {
			return nil, ErrElsewhere
		}
		return []Fact{Heard{Post: post, Until: had.until(d.Now())}}, nil
	})
	return d.View.Heard(post), err
}

func (r Request) telling(f Telling, at time.Time) (Request, bool) {
	all := maps.Clone(r.Telling)
	if all == nil {
		all = map[Role]Claim{}
	}
	all[f.Role] = all[f.Role].again(at, f.Until)
	r.Telling = all
	return r, r.State != None
}

// toldOf are the claims but for that on a post that stands.
func (r Request) toldOf(role Role) map[Role]Claim {
	left := maps.Clone(r.Telling)
	delete(left, role)
	if len(left) == 0 {
		return nil
	}
	return left
}

// With is the claim after f, written at a time.
func (c Claim) With(f Heard, at time.Time) Claim { return c.again(at, f.Until) }
