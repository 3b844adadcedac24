package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Desk takes requests and moves them along. All doors use the same one.
type Desk struct {
	Journal Journal
	View    View
	Rules   Rules
	Now     func() time.Time
	Stale   time.Duration // age of the directory beyond which nothing is changed
	Brakes  Brakes
	Keeping Keeping
	Drift   Drift // nil: nothing is compared
	Estate  Estate
	Terms   Terms
	Renewal time.Duration // age at which the binding of a chat account is believed no more; 0 = never
	StepUp  StepUp
	Zone    *time.Location            // whose days delegations begin and end with; nil = UTC
	Read    func(Book) (Rules, error) // an error is for the author of the book

	Rehearser Rehearser // nil: nothing but decisions can be foretold
}

// An Asking is what a door hands in.
type Asking struct {
	By     UID
	Via    Door
	Action Action
	Reason string // one line, may be empty
	Key    string // of the message or form: the same key never asks twice; required
	Batch  string // of those asked together, or ""
	Book   Book   // of rules.activate
	Tree   *Tree  // of tree.publish; nil: the one that the lists of the domain make
	part   *Gap   // that it closes, through the door Sync
}

// Ask turns an action into a request and decides it. What cannot be done at
// all (no such account, alias taken...) is an *Error and leaves no trace; what
// the rules deny is a request in state Rejected, for the record. Asking again
// under the same key returns the first request.
func (d *Desk) Ask(ctx context.Context, a Asking) (Request, error) {
	if err := keyable(a.Key); err != nil {
		return Request{}, err
	}
	if spec, _ := SpecOf(a.Action.Verb); !spec.Changes {
		return Request{}, Fail(Invalid, UnknownVerb, "value", string(a.Action.Verb))
	}
	var proposal *Proposal
	var repairs *Repairs
	var tree *Tree
	for {
		id, at := d.View.Next() // first: what follows must still be true at this position
		if first := d.View.Keyed(a.Key); first != "" {
			r, _ := d.View.Request(first)
			return d.sameAsker(r, a)
		}
		if err := d.seldom(a); err != nil {
			return Request{}, err
		}
		if err := d.partial(a); err != nil {
			return Request{}, err
		}
		if err := d.timely(a); err != nil {
			return Request{}, err
		}
		if err := reasoned(a); err != nil {
			return Request{}, err
		}
		facts, err := d.check(a.By, a.Via, a.Action)
		if err != nil {
			return Request{}, err
		}
		facts = d.counted(facts, Request{})
		decision := d.Rules.Decide(facts)
		if stale := proposal == nil || proposal.Difference.From != facts.Action.Arg("from"); decision.concedes() && stale {
			if proposal, err = d.propose(facts, a.Book); err != nil {
				return Request{}, err
			}
		}
		if decision.concedes() && (repairs == nil || repairs.Digest() != facts.Action.Arg("plan")) {
			if repairs, err = d.repairsOf(facts); err != nil {
				return Request{}, err
			}
		}
		if decision.concedes() {
			if tree, err = d.plant(facts, a.Tree); err != nil {
				return Request{}, err
			}
		}
		asked := Asked{Action: facts.Action, Mailbox: facts.Target.ID, Owner: facts.Whose(), Gains: d.gains(facts.Action),
			Reason: clip(a.Reason), Via: a.Via, Key: a.Key, Wording: a.wording(), Batch: a.Batch, Proposal: proposal, Repairs: repairs, Tree: tree}
		r, err := d.append(ctx, Request{}, at, id, a.By, asked, d.decided(facts, decision))
		if !errors.Is(err, ErrBehind) {
			return r, err
		}
	}
}

// wording is what a program asks for, before the desk completes it: its key stands
// for that, whatever the request becomes.
func (a Asking) wording() string {
	if a.Via != API {
		return ""
	}
	return a.Action.String()
}

func (d *Desk) sameAsker(r Request, a Asking) (Request, error) {
	if r.By != a.By {
		return Request{}, Fail(Conflict, Changed, "id", string(r.ID))
	}
	if a.wording() != "" && a.wording() != r.Wording { // other doors draw their keys, or make them of the action
		return Request{}, Fail(Conflict, KeyReused, "id", string(r.ID))
	}
	return r, nil
}

// keyable says why no request can be asked under the key. One that is no text
// would be another key once it is read back.
func keyable(key string) error {
	switch {
	case key == "":
		return errors.New("ask: no key")
	case !utf8.ValidString(key):
		return Fail(Invalid, InvalidArgument, "name", "key", "value", strings.ToValidUTF8(key, "\ufffd"))
	}
	return nil
}

// Preview is the action, its target resolved, and the decision that Ask would
// record, without recording them.
func (d *Desk) Preview(by UID, via Door, a Action) (Action, Decision, error) {
	facts, err := d.check(by, via, a)
	if err != nil {
		return a, Decision{}, err
	}
	decision := d.decide(facts, Request{})
	return d.told(a, facts, decision), decision, nil
}

// told is the action as who asked for it is told it: whose a login or an alias
// is, is not for those from whom the rules hide the account, or the list.
func (d *Desk) told(a Action, f Facts, decision Decision) Action {
	look := d.Show
	switch spec, _ := SpecOf(a.Verb); {
	case decision.concedes(), f.Action.Target == a.Target:
		return f.Action
	case spec.onList():
		look = d.Find
	}
	if _, err := look(f.Actor.UID, f.Via, a.Target); err != nil {
		return a
	}
	return f.Action
}

// Approve adds the vote of a person. digest is what the card showed; "" stands
// for a command typed in full, which names the request as it is now.
func (d *Desk) Approve(ctx context.Context, by UID, via Door, id ID, digest string) (Request, error) {
	return d.ApproveProved(ctx, by, via, id, digest, Proof{})
}

// ApproveProved is Approve by somebody who may have signed in again for it.
func (d *Desk) ApproveProved(ctx context.Context, by UID, via Door, id ID, digest string, proof Proof) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if err := d.mayJudge(by, via, id, r, digest); err != nil {
			return nil, err
		}
		if err := d.mayApprove(by, r); err != nil {
			return nil, err
		}
		if err := d.stepUp(via, r, proof); err != nil {
			return nil, err
		}
		vote := Approved{Digest: r.Digest(), Via: via, Panels: r.panelsOf(d.voter(by, r.Action))}
		if d.Risky(r.Action.Verb) {
			vote.Signed = proof.At.UTC().Truncate(time.Second)
		}
		return []Fact{vote}, nil
	})
}

// Refuse ends a waiting request by an approver's no.
func (d *Desk) Refuse(ctx context.Context, by UID, via Door, id ID, digest, reason string) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if err := d.mayJudge(by, via, id, r, digest); err != nil {
			return nil, err
		}
		return []Fact{Refused{Reason: clip(reason), Via: via}}, nil
	})
}

// Withdraw ends a request that nothing has been done for, by its asker's wish.
func (d *Desk) Withdraw(ctx context.Context, by UID, via Door, id ID) (Request, error) {
	return d.Change(ctx, id, by, func(r Request) ([]Fact, error) {
		if r.State == None || !d.concerns(by, via, r) {
			return nil, Fail(NotFound, UnknownRequest, "value", string(id))
		}
		if r.By != by {
			return nil, Fail(Forbidden, NotYours, "id", string(id))
		}
		if !r.withdrawable() {
			return nil, d.tooLate(r)
		}
		return []Fact{Withdrawn{Via: via}}, nil
	})
}

// Announce records where a request was told of.
func (d *Desk) Announce(ctx context.Context, id ID, a Announced) error {
	_, err := d.Change(ctx, id, System, func(Request) ([]Fact, error) { return []Fact{a}, nil })
	return err
}

// Change is the only way anything is written: fold, decide, append at the very
// position the fold was true at; if somebody was faster, look again. decide may
// run several times and must not act. id "" is for facts without a request.
func (d *Desk) Change(ctx context.Context, id ID, by UID, decide func(Request) ([]Fact, error)) (Request, error) {
	for {
		r, at := d.View.Request(id)
		facts, err := decide(r)
		if err != nil && d.overtaken(ctx, r) {
			continue
		}
		if err != nil || len(facts) == 0 {
			return r, err
		}
		next, err := d.append(ctx, r, at, id, by, facts...)
		if !errors.Is(err, ErrBehind) {
			return next, err
		}
	}
}

// overtaken says that the request is another by now: somebody was faster, here or on
// another node, and what it is about may no longer be what a decision on it looked for.
func (d *Desk) overtaken(ctx context.Context, r Request) bool {
	if r.State == None || d.View.CatchUp(ctx) != nil {
		return false
	}
	now, _ := d.View.Request(r.ID)
	return now.State != r.State
}

// append folds the facts onto r, adds what follows from them at once, and
// writes it all right after at. Whether it was first or not, the view is caught
// up when it returns.
func (d *Desk) append(ctx context.Context, r Request, at Seq, id ID, by UID, facts ...Fact) (Request, error) {
	events := d.events(id, by, facts...)
	if id != "" {
		next, err := folded(r, events)
		if err != nil {
			return r, err
		}
		follow := d.consequences(next, by)
		if r, err = folded(next, follow); err != nil {
			return r, err
		}
		events = append(events, follow...)
	}
	return r, d.write(ctx, at, events)
}

// events are the facts, dated and signed, not yet numbered.
func (d *Desk) events(id ID, by UID, facts ...Fact) []Event {
	now := d.Now().UTC().Truncate(time.Microsecond)
	r, _ := d.View.Request(id)
	events := make([]Event, len(facts))
	for i, f := range facts {
		events[i] = Event{At: now, ID: id, By: by, Subject: r.subject(), Fact: f}
		if id == "" {
			events[i].Subject = subject(f, by)
		}
	}
	return events
}

// folded is r after those of the events that are its own, and says in them whose
// data they are.
func folded(r Request, events []Event) (Request, error) {
	for i, e := range events {
		if r.ID != "" && e.ID != r.ID {
			continue
		}
		var err error
		if r, err = r.With(e); err != nil {
			return r, err
		}
		events[i].Subject = r.subject()
	}
	return r, nil
}

// write numbers the events and appends them right after at, if all of them can be
// folded there: what cannot could never be read again.
func (d *Desk) write(ctx context.Context, at Seq, events []Event) error {
	if err := d.foldable(at, events); err != nil {
		return err
	}
	for i := range events {
		events[i].Seq = at + Seq(i) + 1
	}
	_, err := d.Journal.Append(ctx, at, events...)
	if err != nil && !errors.Is(err, ErrBehind) {
		return fmt.Errorf("append to journal: %w", err)
	}
	// What is written is true even if the asker has gone: finish the reading.
	if caught := d.View.CatchUp(context.WithoutCancel(ctx)); caught != nil {
		return fmt.Errorf("catch up with journal: %w", caught)
	}
	return err
}

// foldable folds the events onto each request that they are about, each asked
// under a key of its own. ErrBehind: the view has moved on.
func (d *Desk) foldable(at Seq, events []Event) error {
	next := map[ID]Request{}
	for _, e := range events {
		r, known := next[e.ID]
		if !known {
			var now Seq
			if r, now = d.View.Request(e.ID); now != at {
				return ErrBehind
			}
		}
		if e.ID == "" {
			continue
		}
		if asked, asks := e.Fact.(Asked); asks && d.View.Keyed(asked.Key) != "" {
			return fmt.Errorf("%s is asked under the key of %s: %w", e.ID, d.View.Keyed(asked.Key), ErrIllegal)
		}
		r, err := r.With(e)
		if err != nil {
			return err
		}
		next[e.ID] = r
	}
	return nil
}

// clip keeps what a person wrote to one readable line of 500 characters.
func clip(s string) string {
	runes := slices.DeleteFunc([]rune(oneSpace(s)), func(r rune) bool { return !readable(r) })
	return string(runes[:min(len(runes), 500)])
}
