package desk

import (
	"cmp"
	"time"
)

// Seen is what the rules looked at when they decided, so that another book can
// be asked about the same. It names nobody who is not named beside it: logins
// and names are those of the event that holds it.
type Seen struct {
	Actor *Traits
	Owner *Traits `json:",omitempty"` // nil: nobody that the directory knows, or the actor
	// Of the account.
	Address Address   `json:",omitempty"`
	Aliases []Address `json:",omitempty"`
	Kind    string    `json:",omitempty"` // if it is no account
	Status  string    `json:",omitempty"`
	COS     string    `json:",omitempty"`
	Quota   int64     `json:",omitempty"`
	// Of a right.
	Domain string `json:",omitempty"`
	Holds  bool   `json:",omitempty"` // who asks holds the delegation, or held the address, that is named
	// Of an address.
	Resembles Address `json:",omitempty"`
	Ended     bool    `json:",omitempty"`
}

// Traits are what rules look at of a person.
type Traits struct {
	Affiliation string   `json:",omitempty"`
	Unit        string   `json:",omitempty"`
	UnitDomain  string   `json:",omitempty"`
	Manager     UID      `json:",omitempty"`
	Groups      []string `json:",omitempty"`
	Rights      []Grant  `json:",omitempty"` // in force then, without whose, dates and days
}

func traitsOf(p Person, at time.Time) *Traits {
	if !p.Known() {
		return nil
	}
	t := &Traits{p.Affiliation, p.Unit, p.UnitDomain, p.Manager, p.Groups, nil}
	for _, d := range p.Delegations {
		if g := d.Grant; d.Holds(p.UID, at) && (d.Daily == 0 || d.Used < d.Daily) {
			g.To, g.From, g.Until, g.Daily = "", time.Time{}, time.Time{}, 0
			t.Rights = append(t.Rights, g)
		}
	}
	return t
}

// of is the person with those traits; name is of today.
func (t *Traits) of(uid UID, name string) Person {
	if t == nil {
		return Person{}
	}
	p := Person{UID: uid, Name: name, Affiliation: t.Affiliation, Unit: t.Unit, UnitDomain: t.UnitDomain, Manager: t.Manager, Groups: t.Groups}
	for _, g := range t.Rights {
		g.To = uid
		p.Delegations = append(p.Delegations, Delegation{Grant: g})
	}
	return p
}

func seen(f Facts) *Seen {
	a, owner := f.Target, traitsOf(f.Owner, f.Now)
	if f.Owner.UID == f.Actor.UID {
		owner = nil
	}
	s := &Seen{Actor: traitsOf(f.Actor, f.Now), Owner: owner,
		Address: a.Address, Aliases: a.Aliases, Status: a.Status, COS: a.COS, Quota: a.Quota, Resembles: f.Resembles, Ended: f.Ended}
	if a.Kind() != (Account{}).Kind() {
		s.Kind = a.Kind()
	}
	if f.Action.Verb.ofHolder() {
		s.Domain, s.Holds = f.Domain, f.Holder != "" && f.Holder == f.Actor.UID
	}
	return s
}

// detail tells what it was, if it was no account.
func (s *Seen) detail() *Detail {
	switch s.Kind {
	case "":
		return nil
	case Resource{Address: s.Address}.Target().Kind():
		return &Detail{Resource: &Resource{Address: s.Address, Status: s.Status}}
	case Tree{}.Target("").Kind():
		return &Detail{Tree: &Tree{}}
	}
	return &Detail{List: &List{Address: s.Address, Kind: ListKind(s.Kind), Aliases: s.Aliases}}
}

// Recorded is what the rules looked at when they decided the request; false if
// the journal does not say. Names are those of today.
func (d *Desk) Recorded(r Request) (Facts, bool) {
	s := r.Seen
	if s == nil || r.Erased {
		return Facts{}, false
	}
	f := Facts{Actor: s.Actor.of(r.By, d.View.Person(r.By).Name), Via: r.Via, Action: r.Action, Now: r.Decided, Resembles: s.Resembles, Ended: s.Ended}
	if s.Address != "" {
		f.Target = Account{ID: r.Mailbox, Address: s.Address, Owner: r.Owner, Aliases: s.Aliases, Status: s.Status, COS: s.COS, Quota: s.Quota, Detail: s.detail()}
		f.Owner = s.Owner.of(r.Owner, d.View.Person(r.Owner).Name)
		if r.Owner == r.By {
			f.Owner = f.Actor
		}
	}
	f = Touching(f)
	if r.Action.Verb.ofHolder() {
		f.Domain = s.Domain
		if f.Owner = s.Owner.of(r.Owner, d.View.Person(r.Owner).Name); r.Owner == r.By {
			f.Owner = f.Actor
		}
		if s.Holds {
			f.Holder = r.By
		}
	}
	return f, true
}

// Present is what the rules would look at for the request now; false if who
// asked, or the account, is not known any more.
func (d *Desk) Present(r Request) (Facts, bool) {
	f := Facts{Actor: d.actor(r.By, r.Via), Via: r.Via, Action: r.Action, Target: d.View.Account(Address(r.Action.Target)), Now: d.Now()}
	if specs[r.Action.Verb].Object {
		f.Target, _ = d.object(r.Action)
	}
	if r.Action.Verb == AccountCreate && !f.Target.Known() {
		_, f.Target, _ = d.newcomer(r.Action)
	}
	if spec, _ := SpecOf(r.Action.Verb); spec.OnObject() && f.Target.ID != r.Mailbox && f.Target.ID != r.Made || r.Erased || !f.Actor.Known() {
		return Facts{}, false
	}
	f.Owner = d.View.Person(f.Target.Owner)
	f = Touching(f)
	if r.Action.Verb.delegates() {
		_ = d.aboutRights(&f) // what cannot be any more is decided as far as it is known
	}
	if r.Action.Verb == AddressRelease {
		_ = d.releasable(&f)
	}
	if r.Action.Verb == DriftSpare {
		_ = d.sparable(&f)
	}
	if r.Action.Verb == TokenEnd {
		_ = d.endable(&f)
	}
	f.Resembles, f.Ended = d.likeness(r.Action, f.Target), r.Via == Clock && d.ended(r.Action, f.Target)
	return f, true
}

// Touching fills in what the action touches: the domain, and the size asked for.
func Touching(f Facts) Facts {
	f.Domain = cmp.Or(f.Action.domain(), f.Target.Address.Domain())
	if alias := Address(f.Action.Arg("alias")); alias != "" {
		f.Domain = alias.Domain()
	}
	if spec, _ := SpecOf(f.Action.Verb); spec.Target == AddressForm || spec.Target == GapForm {
		f.Domain = Address(f.Action.Target).Domain()
	}
	f.Size = cmp.Or(f.Action.Size(), f.Size)
	return f
}
