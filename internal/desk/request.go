package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A State is where a request stands.
type State string

// The states. Rejected, Cancelled, Lapsed, Settled and Broken are final.
const (
	None      State = ""
	Open      State = "open"      // asked, not decided
	Waiting   State = "waiting"   // for approval
	Ready     State = "ready"     // may be executed
	Running   State = "running"   // claimed; the outcome is not known yet
	Doubtful  State = "doubtful"  // an attempt's outcome is unknown; being looked at
	Settled   State = "done"      // proved on Partage
	Rejected  State = "rejected"  // denied by the rules or refused by an approver
	Cancelled State = "withdrawn" // by its asker
	Lapsed    State = "expired"   // nobody answered in time
	Broken    State = "broken"    // failed for good: a human is needed
	Stopped   State = "held"      // by a brake, before anything was sent: two administrators let it go on
	Review    State = "review"    // proved on Partage before anybody agreed: it is kept, or taken back
	Applying  State = "applying"  // a plan of repair whose parts are asked and carried out
)

// Final says that nothing will move the request any more.
func (s State) Final() bool {
	return s == Settled || s == Rejected || s == Cancelled || s == Lapsed || s == Broken
}

// A Request is the fold of its events. Nothing else changes it. Its slices and
// maps are shared between copies: never modify them in place.
type Request struct {
	ID        ID
	By        UID // who asked
	Owner     UID // whose account it is
	Mailbox   string
	Gains     string // whose mailbox gains by it; "" for other verbs
	Via       Door
	State     State
	Action    Action
	Version   int // how often it was amended
	Amender   UID // who did last, "" nobody
	Reason    string
	Key       string
	Wording   string // of a program: what its key stands for
	Batch     string
	Decision  Decision
	Dates     Dates     // by when it is to be answered
	Seen      *Seen     // what the decision was made on, nil if it is not known
	Decided   time.Time // when it was
	Proposal  *Proposal
	Repairs   *Repairs
	Tree      *Tree     // that it puts in force
	Reminded  bool      // its approvers are
	Escalated bool      // others are told
	Nudges    int       // how often the asker had the approvers reminded
	Nudged    time.Time // the last time
	Votes     []Vote
	Exchanges []Exchange    // questions of approvers, answers of the asker
	Refusal   string        // the approver's reason
	Ended     UID           // who refused or withdrew
	Plan      Plan          // zero: the action itself
	Step      int           // how many steps are proved and in force
	Made      string        // identifier of what a step has made
	Undoing   bool          // a step failed for good: those in force are taken back
	Cause     Code          // why they are, or why it is broken
	Origin    Account       // as read before the first step
	Attempt   int           // counts over all steps
	Tries     int           // attempts at the present step
	Doubts    int           // those whose outcome was unknown
	Looks     int           // reads since the outcome became unknown
	Until     time.Time     // before which nobody else acts
	Wait      time.Duration // from when it was started, or last looked at, to Until
	Issued    time.Time     // when the token of the last attempt was
	Before    Account       // as read before the last attempt
	Proof     Account       // as read after the last step that took effect
	Limit     Held          // that stopped it last
	Thin      []string      // domains that it left with too few correspondents
	Code      Code          // of the last failure
	Error     string        // of the last failure or doubt, for operators
	Announced map[Role]Announced
	Telling   map[Role]Claim // posts that somebody is about to make
	// Confidential: a decision on it was; what was once told of it in a channel is
	// taken back there.
	Confidential bool
	Noticed      bool // the holder of what it dates is to be told that its last day is near
	Hushed       bool // where it was told of is erased: nothing more is told
	Erased       bool // nothing is left but its number and how it ended
	Asked        time.Time
	Changed      time.Time // when the state last changed
}

// States lists the states that a request may be in, as it moves along.
func States() []State {
	return []State{Open, Waiting, Ready, Running, Doubtful, Stopped, Applying, Review, Settled, Rejected, Cancelled, Lapsed, Broken}
}

// Unfinished lists those that are not final.
func Unfinished() []State { return slices.DeleteFunc(States(), State.Final) }

// A Vote is one approval.
type Vote struct {
	By     UID
	At     time.Time
	Panels []int // of the decision that the voter belongs to; none: the only one
}

// Digest is what an approval binds to: the request, its version and its
// parameters.
func (r Request) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s", r.ID, r.Version, r.Action))
	return hex.EncodeToString(sum[:16])
}

// Voted says that the person has approved already.
func (r *Request) Voted(who UID) bool {
	return slices.ContainsFunc(r.Votes, func(v Vote) bool { return v.By == who })
}

// With returns the request after e. It reads no clock and makes no identifier:
// the same events give the same request, today and on another machine. A fact
// that cannot happen in the present state is ErrIllegal, and r stays as it was.
func (r Request) With(e Event) (Request, error) {
	next, ok := r, !r.Erased
	if f, gone := e.Fact.(Erased); gone {
		next, ok = r.without(e, f)
	} else if ok {
		next, ok = r.after(e)
	}
	if !ok {
		return r, fmt.Errorf("%T on %s in state %q: %w", e.Fact, e.ID, r.State, ErrIllegal)
	}
	if next.State != r.State {
		next.Changed = e.At
	}
	return next, nil
}

func (r Request) after(e Event) (Request, bool) {
	switch f := e.Fact.(type) {
	case Asked:
		fresh := Request{ID: e.ID, By: e.By, Owner: f.Owner, Mailbox: f.Mailbox, Gains: f.Gains, Via: f.Via, State: Open, Action: f.Action,
			Reason: f.Reason, Key: f.Key, Wording: f.Wording, Batch: f.Batch, Asked: e.At, Proposal: f.Proposal, Repairs: f.Repairs, Tree: f.Tree}
		return fresh, r.State == None && e.By != ""
	case Decided:
		return r.decided(f, e.At), r.State == Open
	case Approved:
		ok := r.judged() && f.Digest == r.Digest() && r.mayVote(e.By)
		next, helps := r.approved(Vote{e.By, e.At, f.Panels})
		return next, ok && helps
	case Refused:
		ok := r.judged() && r.mayVote(e.By)
		return r.refused(f, e.By), ok
	case Amended:
		return r.amended(e, f)
	case Withdrawn:
		ok := r.withdrawable() && (e.By == r.By || e.By == System && r.Via == Sync && f.Via == Sync)
		r.State, r.Ended = Cancelled, e.By
		return r, ok
	case Announced:
		posts := maps.Clone(r.Announced)
		if posts == nil {
			posts = map[Role]Announced{}
		}
		posts[f.Role] = f
		r.Announced, r.Telling = posts, r.toldOf(f.Role)
		return r, r.State != None
	case Telling:
		return r.telling(f, e.At)
	case Nudged:
		return r.nudged(e)
	}
	if f, notice := e.Fact.(Noticed); notice {
		ok := f.Of == "" && r.State == Settled && (r.Action.Dates() || r.Action.lends()) && !r.Noticed && e.By == System
		r.Noticed = true
		return r, ok
	}
	if next, ok, governs := r.governed(e); governs {
		return next, ok
	}
	if next, ok, dates := r.pursued(e); dates {
		return next, ok
	}
	if next, ok, conducts := r.conducted(e); conducts {
		return next, ok
	}
	if next, ok, talk := r.discussed(e); talk {
		return next, ok
	}
	return r.executed(e)
}

// withdrawable: nothing was ever sent for it; or it is a plan, of which nothing
// more is then begun.
func (r Request) withdrawable() bool {
	return r.State == Waiting || r.State == Applying || (r.State == Ready || r.State == Stopped) && r.Attempt == 0
}

// executed is the half of the fold that belongs to the executor.
func (r Request) executed(e Event) (Request, bool) {
	claimed := r.State == Running || r.State == Doubtful
	switch f := e.Fact.(type) {
	case Planned:
		ok := r.State == Ready && !r.Begun() && !r.Action.Verb.governs() && f.Plan.possible()
		r.Plan = f.Plan
		return r, ok
	case Started:
		ok := (r.State == Ready || claimed) && f.Attempt == r.Attempt+1 && f.Step == r.at() && f.Undo == r.Undoing && !r.Action.Verb.governs()
		r.State, r.Attempt, r.Issued, r.Until, r.Before, r.Looks = Running, f.Attempt, f.Issued, f.Until, f.Before, 0
		r.Wait = max(0, f.Until.Sub(e.At))
		if r.Tries++; !r.Begun() {
			r.Origin = f.Before
		}
		return r, ok
	case Unknown:
		ok := claimed && f.Attempt == r.Attempt && f.Looks == r.Looks+1
		if f.Looks == 1 {
			r.Doubts++
		}
		r.State, r.Looks, r.Until, r.Wait, r.Error = Doubtful, f.Looks, f.Until, max(0, f.Until.Sub(e.At)), f.Error
		return r, ok
	case Failed:
		ok := (claimed || r.State == Ready) && f.Attempt == r.Attempt
		r.State, r.Code, r.Error, r.Until = Ready, f.Code, f.Error, f.After
		if f.Final {
			r = r.failed()
		}
		return r, ok
	case Stepped:
		ok := claimed && f.Attempt == r.Attempt && !r.Last()
		return r.stepped(f.Proof).stuck(), ok
	case Done:
		ok := claimed && f.Attempt == r.Attempt && r.Last() && !r.Undoing
		r.State, r.Proof, r.Step = either(r.Decision.Reviewed(), Review, Settled), f.Proof, r.Step+1
		if r.Mailbox == "" {
			r.Mailbox = f.Proof.ID // which it made
		}
		return r, ok
	case Undone:
		ok := claimed && f.Attempt == r.Attempt && r.Last() && r.Undoing
		if r.State, r.Proof, r.Step = Broken, f.Proof, r.Step-1; r.Ended != "" {
			r.State = Rejected
		}
		return r, ok
	}
	return r, false
}

func (r Request) decided(f Decided, at time.Time) Request {
	d := f.Decision
	r.Decision, r.State = d, Rejected // also what an empty or unknown outcome means
	r.Confidential = r.Confidential || d.Confidential
	r.Seen, r.Decided, r.Dates, r.Reminded, r.Escalated = f.Seen, at, f.Dates, false, false
	switch {
	case d.Outcome == Allowed && !r.Action.Verb.takesTwo() && (r.Amender == "" || r.Amender == r.By):
		r.State = Ready
	case d.waits() && d.Needed() >= r.Action.Verb.votes():
		r.State = Waiting
	}
	return r
}

func (r Request) approved(v Vote) (Request, bool) {
	votes, helps := r.vote(v)
	if r.Votes = votes; r.Decision.carried(votes) {
		r.State = either(r.State == Review, Settled, Ready)
	}
	return r, helps
}

// mayVote: the approver is somebody, neither author nor beneficiary, once.
func (r *Request) mayVote(who UID) bool {
	return who != "" && !r.wrote(who) && who != r.Owner && !r.Voted(who)
}
