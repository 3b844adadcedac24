package desk

// Seen is what the rules looked at when they decided, so that another book can
// be asked about the same. It names nobody who is not named beside it: logins
// and names are those of the event that holds it.
type Seen struct {
	Actor *Traits
	Owner *Traits `json:",omitempty"` // nil: nobody that the directory knows, or the actor
	// Of the account.
	Address Address   `json:",omitempty"`
	Aliases []Address `json:",omitempty"`
	Status  string    `json:",omitempty"`
	COS     string    `json:",omitempty"`
	Quota   int64     `json:",omitempty"`
}

// Traits are what rules look at of a person.
type Traits struct {
	Affiliation string   `json:",omitempty"`
	Unit        string   `json:",omitempty"`
	UnitDomain  string   `json:",omitempty"`
	Manager     UID      `json:",omitempty"`
	Groups      []string `json:",omitempty"`
	Manages     []string `json:",omitempty"`
}

func traitsOf(p Person) *Traits {
	if !p.Known() {
		return nil
	}
	return &Traits{p.Affiliation, p.Unit, p.UnitDomain, p.Manager, p.Groups, p.Manages}
}

// of is the person with those traits; name is of today.
func (t *Traits) of(uid UID, name string) Person {
	if t == nil {
		return Person{}
	}
	return Person{UID: uid, Name: name, Affiliation: t.Affiliation, Unit: t.Unit, UnitDomain: t.UnitDomain,
		Manager: t.Manager, Groups: t.Groups, Manages: t.Manages}
}

func seen(f Facts) *Seen {
	a, owner := f.Target, traitsOf(f.Owner)
	if f.Owner.UID == f.Actor.UID {
		owner = nil
	}
	return &Seen{Actor: traitsOf(f.Actor), Owner: owner,
		Address: a.Address, Aliases: a.Aliases, Status: a.Status, COS: a.COS, Quota: a.Quota}
}

// Recorded is what the rules looked at when they decided the request; false if
// the journal does not say. Names are those of today.
func (d *Desk) Recorded(r Request) (Facts, bool) {
	s := r.Seen
	if s == nil || r.Erased {
		return Facts{}, false
	}
	f := Facts{Actor: s.Actor.of(r.By, d.View.Person(r.By).Name), Via: r.Via, Action: r.Action, Now: r.Decided}
	if s.Address != "" {
		f.Target = Account{ID: r.Mailbox, Address: s.Address, Owner: r.Owner, Aliases: s.Aliases, Status: s.Status, COS: s.COS, Quota: s.Quota}
		f.Owner = s.Owner.of(r.Owner, d.View.Person(r.Owner).Name)
		if r.Owner == r.By {
			f.Owner = f.Actor
		}
	}
	return Touching(f), true
}

// Present is what the rules would look at for the request now; false if who
// asked, or the account, is not known any more.
func (d *Desk) Present(r Request) (Facts, bool) {
	f := Facts{Actor: d.View.Person(r.By), Via: r.Via, Action: r.Action, Target: d.View.Account(Address(r.Action.Target)), Now: d.Now()}
	if spec, _ := SpecOf(r.Action.Verb); spec.Target == AccountForm && f.Target.ID != r.Mailbox || r.Erased || !f.Actor.Known() {
		return Facts{}, false
	}
	f.Owner = d.View.Person(f.Target.Owner)
	return Touching(f), true
}

// Touching fills in what the action touches: the domain, and the size asked for.
func Touching(f Facts) Facts {
	f.Domain = f.Target.Address.Domain()
	if alias := Address(f.Action.Arg("alias")); alias != "" {
		f.Domain = alias.Domain()
	}
	if size, err := ParseSize(f.Action.Arg("size")); err == nil {
		f.Size = int64(size)
	}
	return f
}
