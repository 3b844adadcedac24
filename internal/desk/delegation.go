package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Mandate names one delegation: "M-18" was granted by the event 18.
type Mandate string

// A Grant is what is delegated: some verbs, on the accounts of some domains, of
// the people of some units, or on some lists, within limits and dates.
type Grant struct {
	To      UID       `json:",omitempty"`
	Domains []string  `json:",omitempty"`
	Units   []string  `json:",omitempty"` // codes
	Lists   []Address `json:",omitempty"`
	Verbs   []Verb    `json:",omitempty"` // none: every verb on accounts
	Quota   int64     `json:",omitempty"` // the most that quota.set may give, in bytes; 0: as much as rules let
	Classes []string  `json:",omitempty"` // those that account.cos may give; none: any
	Daily   int       `json:",omitempty"` // how many requests in 24 hours; 0: as many as they like
	From    time.Time `json:",omitzero"`  // zero: from the moment it is granted
	Until   time.Time `json:",omitzero"`  // the first moment when it is over; zero: until it is revoked
}

// A Delegation is a grant and what became of it. Its slices are shared between
// copies: never modify them in place. The zero Delegation is none.
type Delegation struct {
	Grant
	ID       Mandate
	Request  ID     // that asked for it; "" if it was imported
	By       UID    // who granted it
	Reason   string // why it was imported
	At       time.Time
	Deputies []Deputy
	Noticed  bool      // imported, and it was told that it lapses soon
	Ended    time.Time // when it was revoked, zero if it was not
	EndedBy  UID

	// Used is how many requests of the last 24 hours it covers. The desk fills it
	// in for a decision, where Daily is set.
	Used int `json:"-"`
}

// A Deputy has the same right in the place of who holds it, while both last.
type Deputy struct {
	Who         UID
	From, Until time.Time
}

// A Use is what somebody would do by a delegation, and when.
type Use struct {
	Verb  Verb
	Size  int64  // that quota.set gives
	Class string // that account.cos gives
	At    time.Time
	reach reach // of the verb, once it was looked up
}

// A reach is what a delegation lets somebody do by a verb.
type reach uint8

const (
	unread reach = iota
	none         // there is no such verb
	seeing       // nothing changes: all that the delegation is about is seen
	acting       // on accounts
	ruling       // on rights and on the house, if the delegation names the verb
)

func (v Verb) reach() reach {
	switch spec, known := SpecOf(v); {
	case !known:
		return none
	case !spec.Changes:
		return seeing
	case spec.Governs:
		return ruling
	}
	return acting
}

// use is what the action would do at a time.
func (a Action) use(at time.Time) Use { return a.giving(a.Size(), at) }

// giving is use for a size that is known.
func (a Action) giving(size int64, at time.Time) Use {
	u := Use{Verb: a.Verb, Size: size, At: at}
	if u.Verb == AccountCOS || u.Verb == AccountCreate {
		u.Class = a.Arg("cos")
	}
	return u
}

// Known says that there is one.
func (d Delegation) Known() bool { return d.ID != "" }

// Stands says that it was not revoked; it may be over, or not have begun.
func (d Delegation) Stands() bool { return d.Known() && d.Ended.IsZero() }

// Holds says that the person has the delegation at a time, as its own or as a
// deputy. At an unknown time nobody has one that has dates.
func (d *Delegation) Holds(who UID, at time.Time) bool {
	if who == "" || !d.Ended.IsZero() || !within(d.From, d.Until, at) {
		return false
	}
	return who == d.To || slices.ContainsFunc(d.Deputies, func(s Deputy) bool { return s.Who == who && within(s.From, s.Until, at) })
}

// within says that from has come and until has not, if they are set.
func within(from, until, at time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (until.IsZero() || !at.IsZero() && at.Before(until))
}

// Names says that the delegation is about a domain, the code of a unit or the
// address of a list. No text is two of these: a domain has a point, a list an @.
func (d *Delegation) Names(scope string) bool {
	return scope != "" && (slices.Contains(d.Domains, scope) || slices.Contains(d.Units, scope) || slices.Contains(d.Lists, Address(scope)))
}

// lets says that the delegation is for such a use, whoever has it. Who may do
// anything sees all that it is about.
func (d *Delegation) lets(u Use) bool {
	if u.reach == unread {
		u.reach = u.Verb.reach()
	}
	switch {
	case u.reach == none:
		return false
	case u.reach == seeing:
		return true
	case len(d.Verbs) == 0 && u.reach == ruling, len(d.Verbs) > 0 && !slices.Contains(d.Verbs, u.Verb):
		return false
	case u.Verb == QuotaSet && d.Quota > 0 && (u.Size <= 0 || u.Size > d.Quota), u.Verb == AccountCreate && d.Quota > 0 && u.Size > d.Quota:
		return false
	case (u.Verb == AccountCOS || u.Verb == AccountCreate) && len(d.Classes) > 0 && !slices.Contains(d.Classes, u.Class):
		return false
	}
	return d.Daily == 0 || d.Used < d.Daily
}

// Manages says that an active delegation to the person, or to whom they are a
// deputy of, covers a domain, a unit or a list, for such a use.
func (p *Person) Manages(scope string, u Use) bool {
	for i := range p.Delegations { // without a copy: rules ask hundreds of times
		if d := &p.Delegations[i]; d.Names(scope) && d.Holds(p.UID, u.At) && d.lets(u) {
			return true
		}
	}
	return false
}

// Managed lists the domains that the person manages for such a use.
func (p Person) Managed(u Use) (domains []string) {
	for _, d := range p.Delegations {
		if d.Holds(p.UID, u.At) && d.lets(u) {
			for _, domain := range d.Domains {
				if !slices.Contains(domains, domain) {
					domains = append(domains, domain)
				}
			}
		}
	}
	return domains
}

// Corresponds says that the person has some delegation at a time.
func (p Person) Corresponds(at time.Time) bool {
	return slices.ContainsFunc(p.Delegations, func(d Delegation) bool { return d.Holds(p.UID, at) })
}

// Holders are all who have the delegation at some time: whose it is, then deputies.
func (d Delegation) Holders() []UID {
	holders := []UID{d.To}
	for _, s := range d.Deputies {
		holders = append(holders, s.Who)
	}
	return holders
}

// Holder says that the person is one of them.
func (d Delegation) Holder(who UID) bool { return slices.Contains(d.Holders(), who) }

// With returns the delegation after e. Like Request.With it is pure. A fact that
// cannot happen to it is ErrIllegal.
func (d Delegation) With(e Event) (Delegation, error) {
	next, ok := d, false
	switch f := e.Fact.(type) {
	case Granted:
		ok = !d.Known() && f.To != "" && e.Seq > 0
		next = Delegation{Grant: f.Grant, ID: Mandate("M-" + strconv.FormatInt(int64(e.Seq), 10)), Request: e.ID, By: e.By, Reason: f.Reason, At: e.At}
	case Deputised:
		ok = d.Stands() && f.Of == d.ID && f.Who != "" && f.Who != d.To
		next.Deputies = append(d.without(f.Who), Deputy{f.Who, f.From, f.Until})
	case Noticed:
		ok = d.Stands() && f.Of == d.ID && d.Request == "" && e.ID == "" && e.By == System && !d.Noticed
		next.Noticed = true
	case Revoked:
		ok = d.Stands() && f.Of == d.ID
		if f.Deputy == "" {
			next.Ended, next.EndedBy = e.At, e.By
			break
		}
		next.Deputies = d.without(f.Deputy)
		ok = ok && len(next.Deputies) < len(d.Deputies)
	}
	if !ok {
		return d, fmt.Errorf("%T of %q: %w", e.Fact, d.ID, ErrIllegal)
	}
	return next, nil
}

func (d Delegation) without(deputy UID) []Deputy {
	return slices.DeleteFunc(slices.Clone(d.Deputies), func(s Deputy) bool { return s.Who == deputy })
}

// settles says that the fact is what the request asked for.
func (a Action) settles(f Fact) bool {
	switch f := f.(type) {
	case Granted:
		return a.Verb == DelegationGrant && a.Target == string(f.To)
	case Deputised:
		return a.Verb == DelegationDeputy && a.Target == string(f.Of) && a.Arg("person") == string(f.Who)
	case Revoked:
		return a.Verb == DelegationRevoke && a.Target == string(f.Of) && a.Arg("deputy") == string(f.Deputy)
	}
	return false
}

// favours is who gains or loses a right by the action, which may name one of holder.
func (a Action) favours(holder UID) UID {
	switch a.Verb {
	case DelegationGrant:
		return UID(a.Target)
	case DelegationDeputy:
		return UID(a.Arg("person"))
	}
	return cmp.Or(UID(a.Arg("deputy")), holder)
}

// ofHolder says that whom the action concerns is not whose the account is: it has
// none, and is about a right, or a key, or about an address that somebody had or should have.
func (v Verb) ofHolder() bool {
	return v.delegates() || v == AddressRelease || v == DriftSpare || v == TokenEnd
}

// delegates says that the verb gives or takes a right.
func (v Verb) delegates() bool {
	return v == DelegationGrant || v == DelegationDeputy || v == DelegationRevoke
}

// delegable says that a grant may name the verb: it changes accounts, or rights.
func (v Verb) delegable() bool { return specs[v].Changes && (!specs[v].Governs || v.delegates()) }

// family lists the verbs that "alias.*" stands for, or the verb itself.
func family(name string) (verbs []string) {
	prefix, whole := strings.CutSuffix(name, "*")
	for v := range specs {
		if v.delegable() && (string(v) == name || whole && strings.HasSuffix(prefix, ".") && strings.HasPrefix(string(v), prefix)) {
			verbs = append(verbs, string(v))
		}
	}
	return verbs
}
