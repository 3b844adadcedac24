package desk

import (
	"slices"
	"time"
)

// A Why is the answer to "why?", for one reader.
type Why struct {
	Explanation
	Action   Action
	By       Person   // who asks, or asked
	Approve  []Person // who can approve it now, by name
	Contacts []Person // the correspondents of its domain, if it is denied
	Since    bool     // the rules, or what is known, have changed: they would answer otherwise than they did
}

// Why explains what the rules say of an action that somebody thinks of asking.
func (d *Desk) Why(by UID, via Door, a Action) (Why, error) {
	facts, err := d.check(by, via, a)
	if err != nil {
		return Why{}, err
	}
	w := d.explain(by, via, facts)
	w.Action, w.Approve = d.told(a, facts, w.Decision), d.CanApprove(facts, w.Decision)
	return w, nil
}

// CanApprove lists those who could approve what is decided so, if it were asked
// at the time of the facts.
func (d *Desk) CanApprove(f Facts, now Decision) []Person {
	return d.approvers(Request{By: f.Actor.UID, Owner: f.Whose(), Action: f.Action, State: Waiting, Decision: now}, f.Now)
}

// WhyRequest explains what the rules say now of a request that the reader may
// see. What is done, or has come to its end, is explained as far as it can be.
func (d *Desk) WhyRequest(reader UID, via Door, id ID) (Why, error) {
	r, err := d.Request(reader, via, id)
	if err != nil {
		return Why{}, err
	}
	facts, err := d.check(r.By, r.Via, r.Action)
	if err != nil && !facts.Actor.Known() {
		return Why{}, err
	}
	w := d.explain(reader, via, facts)
	w.Since = w.Decision.Outcome != r.Decision.Outcome || w.Decision.Rule != r.Decision.Rule
	w.Approve = d.approvers(r, d.Now())
	if r.By != reader || r.State.Final() && r.State != Rejected {
		w.Closest = nil
	}
	return w, nil
}

func (d *Desk) explain(reader UID, via Door, f Facts) Why {
	w := Why{Action: f.Action, By: f.Actor}
	rules, ok := d.Rules.(Explains)
	if !ok {
		w.Decision = d.decide(f, Request{})
		return w
	}
	w.Explanation = rules.Explain(f, d.sight(reader, via, f))
	w.Closest = slices.DeleteFunc(w.Closest, func(c Change) bool { return !d.stands(f, c) })
	if !w.Decision.concedes() && f.Domain != "" {
		w.Contacts = d.people(Panel{Approvers: []string{"domain:" + f.Domain}}, f.Action.use(f.Now))
	}
	return w
}

// sight is what the reader may see: all of themselves, and whoever's mailbox
// the rules let them see.
func (d *Desk) sight(reader UID, via Door, f Facts) Sight {
	sees := func(a Account) bool { return a.Owner == reader || d.shows(reader, via, a) }
	s := Sight{Actor: f.Actor.UID == reader, Target: !f.Target.Known() || sees(f.Target)}
	if f.Action.Verb.ofHolder() { // the owner is then whoever was named
		s.Target = f.Owner.UID == reader || slices.ContainsFunc(d.View.Owned(f.Owner.UID), sees)
	}
	if s.Actor {
		s.Own = d.View.Owned(reader)
	} else {
		s.Actor = slices.ContainsFunc(d.View.Owned(f.Actor.UID), sees)
	}
	return s
}

// shows says that the rules let somebody see the account.
func (d *Desk) shows(to UID, via Door, a Account) bool {
	facts, err := d.may(to, via, AccountShow, string(a.Address))
	return err == nil && facts.Target.ID == a.ID
}

// stands says that a change is possible, and would be decided as told: the
// alias is free, the quota is enough.
func (d *Desk) stands(f Facts, c Change) bool {
	if c.Action == f.Action || len(c.Needs) > 0 {
		return true
	}
	other, err := d.check(f.Actor.UID, f.Via, c.Action)
	return err == nil && d.Rules.Decide(other).Outcome == c.Decision.Outcome
}

// approvers lists those whose approval the request waits for, at a time.
func (d *Desk) approvers(r Request, at time.Time) (can []Person) {
	use := r.Action.use(at)
	for _, s := range r.Decision.Panels {
		for _, p := range d.people(s, use) {
			known := slices.ContainsFunc(can, func(o Person) bool { return o.UID == p.UID })
			if !known && r.awaits(Voter{p, use}) && !d.serves(r.Action, r.Owner, p.UID) {
				can = append(can, p)
			}
		}
	}
	return can
}

// people lists those of a panel for a use, in order of login.
func (d *Desk) people(s Panel, use Use) (people []Person) {
	var logins []UID
	for _, ref := range s.Approvers {
		switch kind, name := cut(ref, ":"); kind {
		case "group":
			logins = append(logins, d.View.Members(name)...)
		case "person":
			logins = append(logins, UID(name))
		case "domain":
			for uid, rights := range d.View.Correspondents() {
				if p := (Person{UID: uid, Delegations: rights}); p.Manages(name, use) {
					logins = append(logins, uid)
				}
			}
		}
	}
	slices.Sort(logins)
	for _, uid := range slices.Compact(logins) {
		if p := d.View.Person(uid); s.Has(Voter{p, use}) {
			people = append(people, p)
		}
	}
	return people
}
