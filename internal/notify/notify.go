// Package notify tells the people concerned what became of a request: who,
// when, and by editing the same post rather than by writing another. What was
// said, and which state it showed, is a fact of the journal: after a restart
// nothing is said twice and every post is brought up to date.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A Teller says things. It never decides.
type Teller interface {
	// Tell posts what the role is to know of the request. The zero Post and no
	// error: that person cannot be reached, and it is of no use to try again.
	Tell(context.Context, desk.Role, desk.Request) (desk.Post, error)
	// Edit brings an earlier post up to date.
	Edit(context.Context, desk.Post, desk.Role, desk.Request) error
}

// A Notifier follows the journal and tells.
type Notifier struct {
	Desk   *desk.Desk
	Teller Teller
	Pause  time.Duration // after a change, so that what follows at once is told with it
	Retry  time.Duration // after a Teller that did not answer
	// Working says when people are at work, so that a reminder may ring; nil:
	// always.
	Working func(time.Time) bool
	Log     *slog.Logger
}

// Run works until ctx ends. It begins with everything that may be out of date.
func (n *Notifier) Run(ctx context.Context) error {
	due := map[desk.ID]bool{}
	_, at := n.Desk.View.Request("") // first: what comes while they are listed is read again
	for r := range n.Desk.View.Requests(desk.Query{}) {
		due[r.ID] = true
	}
	for {
		n.tell(ctx, due)
		if err := n.wait(ctx, at, len(due) > 0); err != nil || ctx.Err() != nil {
			return err
		}
		if err := n.Desk.View.CatchUp(context.WithoutCancel(ctx)); err != nil {
			return fmt.Errorf("follow journal: %w", err)
		}
		for e, err := range n.Desk.Journal.Read(context.WithoutCancel(ctx), at) {
			if err != nil {
				return fmt.Errorf("follow journal: %w", err)
			}
			at = e.Seq
			if e.ID != "" {
				due[e.ID] = true
			}
		}
	}
}

// wait returns when the journal has grown, or when it is time to try again.
func (n *Notifier) wait(ctx context.Context, at desk.Seq, again bool) error {
	limit := time.Hour
	if again {
		limit = n.Retry
	}
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := n.Desk.Journal.Wait(wait, at)
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(n.Pause):
	}
	return err
}

// tell brings every request that is due up to date; those that it cannot stay due.
func (n *Notifier) tell(ctx context.Context, due map[desk.ID]bool) {
	for id := range due {
		r, _ := n.Desk.View.Request(id)
		err := n.Settle(ctx, r)
		if err == nil {
			delete(due, id)
			continue
		}
		if ctx.Err() == nil && !errors.Is(err, errAsleep) && !errors.Is(err, desk.ErrElsewhere) {
			n.Log.Warn("tell", "request", id, "error", err)
		}
	}
}

// Settle makes every post about the request that should be there, be there and
// show its present state.
func (n *Notifier) Settle(ctx context.Context, r desk.Request) error {
	var errs []error
	asleep := false
	for _, role := range n.wanted(r) {
		told, before := r.Announced[role]
		late := role == desk.ToRemind || role == desk.ToEscalate || role == desk.ToNudge
		switch rings := late || rung(role); {
		case late && n.Working != nil && !n.Working(n.Desk.Now()):
			asleep = true
		case !before || rings: // a reminder that is wanted is of a version that nobody was reminded of
			errs = append(errs, n.post(ctx, role, r))
		case (told.Shows != r.State || told.Votes != len(r.Votes) || told.Code != r.Code || told.Version != r.Version || told.Said != r.Said()) && told.Post != (desk.Post{}):
			errs = append(errs, n.edit(ctx, told.Post, role, r))
		}
	}
	if err := errors.Join(errs...); err != nil || !asleep {
		return err
	}
	return errAsleep
}

// errAsleep: there is something to say, when people are at work.
var errAsleep = errors.New("nobody is at work")

// Wanted lists the roles that are to be told of a request in its present
// state, the first to be told first.
func Wanted(r desk.Request) (roles []desk.Role) {
	if r.Hushed {
		return nil
	}
	alone := slices.Contains([]desk.Verb{desk.HouseFreeze, desk.RulesUndo, desk.DriftSync, desk.TokenEnd}, r.Action.Verb) // the others are told what one did
	stops := alone && r.State == desk.Settled || r.Limit.First || len(r.Thin) > 0
	if rewritten(r) {
		roles = append(roles, desk.ToAmend)
	}
	_, shown := r.Announced[desk.ToApprovers] // before it was amended to what needs nobody, as it may be
	if shown || !r.Confidential && (r.Decision.Outcome == desk.Pending || r.Decision.Reviewed() || stops) {
		roles = append(roles, desk.ToApprovers)
	}
	if r.Reminded && unsaid(r, desk.ToRemind) {
		roles = append(roles, desk.ToRemind)
	}
	if r.State == desk.Waiting && r.Announced[desk.ToNudge].Nudges < r.Nudges {
		roles = append(roles, desk.ToNudge)
	}
	if r.Escalated && unsaid(r, desk.ToEscalate) {
		roles = append(roles, desk.ToEscalate)
	}
	roles = append(roles, discussed(r)...)
	if r.Decision.Outcome != desk.Pending && r.Decision.Outcome != desk.Allowed {
		return roles // denied at once: the door has said so
	}
	// An edit does not ring: what was first shown unfinished ends with a reply.
	card, told := r.Announced[desk.ToAsker]
	ended := r.State.Final() && r.State != desk.Cancelled
	if ended && told && !r.Part() && !card.Shows.Final() && card.Post != (desk.Post{}) {
		roles = append(roles, desk.ToAskerEnd)
	}
	if !r.Part() { // of a plan, whose own card tells how far it has come
		roles = append(roles, desk.ToAsker)
	}
	done := r.State == desk.Settled || r.State == desk.Review
	if _, told := r.Announced[desk.ToOwner]; (done || told) && r.Owner != "" && r.Owner != r.By {
		roles = append(roles, desk.ToOwner)
	}
	if r.Noticed {
		roles = append(roles, desk.ToHolder)
		if r.Action.Verb == desk.DelegationGrant { // its holder does not renew it
			roles = append(roles, desk.ToLender)
		}
	}
	return roles
}

// wanted are the roles of Wanted, and of a confidential request those who may
// approve it, each in person, and those who were told so.
func (n *Notifier) wanted(r desk.Request) []desk.Role {
	roles := Wanted(r)
	if !r.Confidential || r.Hushed {
		return roles
	}
	for _, role := range slices.Sorted(maps.Keys(r.Announced)) {
		if role.InPerson() {
			roles = append(roles, role)
		}
	}
	for _, who := range n.Desk.Awaited(r) {
		if role := desk.ToApprover(r.ID, who); !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// unsaid: the request still waits, and as it now reads nobody was reminded of it
// in that role.
func unsaid(r desk.Request, role desk.Role) bool {
	told, before := r.Announced[role]
	return (r.State == desk.Waiting || r.State == desk.Review) && (!before || told.Version != r.Version)
}

func (n *Notifier) post(ctx context.Context, role desk.Role, r desk.Request) error {
	post, err := n.Teller.Tell(ctx, role, r)
	if err != nil {
		return fmt.Errorf("tell %s: %w", role, err)
	}
	return n.announce(ctx, role, post, r)
}

func (n *Notifier) edit(ctx context.Context, post desk.Post, role desk.Role, r desk.Request) error {
	if err := n.Teller.Edit(ctx, post, role, r); err != nil {
		return fmt.Errorf("edit %s: %w", role, err)
	}
	return n.announce(ctx, role, post, r)
}

// announce records what was said, even if ctx has ended meanwhile.
func (n *Notifier) announce(ctx context.Context, role desk.Role, post desk.Post, r desk.Request) error {
	return n.Desk.Announce(context.WithoutCancel(ctx), r.ID,
		desk.Announced{Role: role, Post: post, Shows: r.State, Votes: len(r.Votes), Code: r.Code, Version: r.Version, Said: r.Said(), Nudges: r.Nudges})
}
