package desk

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// check resolves who and what, refuses what cannot be done whoever asks, and
// returns the facts for the rules. The action in the facts names its target by
// the address Partage has, never as typed.
func (d *Desk) check(by UID, via Door, a Action) (Facts, error) {
	spec, _ := SpecOf(a.Verb)
	if spec.Target != AccountForm && !spec.onList() {
		return d.checkOn(by, via, a, Account{})
	}
	target, none := d.Resolve(a.Target), UnknownAccount
	switch {
	case spec.onList():
		target, none = d.object(a)
	case a.Verb.takesBack() != "":
		target, none = d.deletion(a).Origin, NotDeleted
	case a.Verb == HistoryShow && !target.Known():
		target = d.any(Address(a.Target))
	}
	if !target.Known() {
		if err := d.fresh(); err != nil {
			return Facts{}, err
		}
		return Facts{}, Fail(NotFound, none, "value", a.Target)
	}
	return d.checkOn(by, via, a, target)
}

// checkOn is check on a target already read. If only the state of things stands
// against the action, the facts are there beside the error.
func (d *Desk) checkOn(by UID, via Door, a Action, target Account) (Facts, error) {
	spec, ok := SpecOf(a.Verb)
	if !ok || spec.Step {
		return Facts{}, Fail(Invalid, UnknownVerb, "value", string(a.Verb))
	}
	// First: in an old copy, or before there is one, not there proves nothing.
	if err := d.freshFor(a.Verb); spec.Changes && !a.Verb.urgent() && err != nil {
		return Facts{}, err
	}
	if err := d.ruled(); spec.Changes && !a.Verb.urgent() && err != nil {
		return Facts{}, err
	}
	f := Facts{Actor: d.actor(by, via), Via: via, Action: a, Target: target, Now: d.Now()}
	if !f.Actor.Known() {
		return Facts{}, Fail(Forbidden, UnknownPerson, "value", string(by))
	}
	if spec.Changes && target.aside() && a.Verb.takesBack() == "" {
		return Facts{}, Fail(NotFound, spec.unknown(), "value", a.Target)
	}
	if spec.Shell && via != Shell {
		return Facts{}, Fail(Forbidden, ShellOnly, "verb", string(a.Verb))
	}
	if a.Verb == AccountCreate {
		var err error
		if f.Action, f.Target, err = d.newcomer(a); err != nil {
			return Facts{}, err
		}
		target = f.Target
	}
	if spec.Makes {
		target, _ = d.object(a)
		f.Target = target
	}
	if target.Known() {
		f.Action, f.Domain = f.Action.On(target.Address), target.Address.Domain()
		f.Owner = d.View.Person(target.Owner)
	}
	f.Domain = cmp.Or(f.Domain, a.domain())
	f.Resembles, f.Ended = d.likeness(f.Action, f.Target), via == Clock && d.ended(f.Action, target)
	// Whom the rules deny is told that, and of the account nothing. What is
	// wrong with a new alias anybody may know: see Free.
	if err := d.possible(&f); err != nil && (a.Verb == AliasAdd || d.Rules.Decide(f).concedes()) {
		return f, err
	}
	return f, nil
}

// actor is who acts. The program itself does by the doors Sync and Clock alone,
// and is a member of nothing.
func (d *Desk) actor(by UID, via Door) Person {
	if by == System && (via == Sync || via == Clock) {
		return Person{UID: System, Name: "Mélusine"}
	}
	return d.View.Person(by)
}

// Resolve finds an account by an address, an alias or its owner's login; the
// zero Account if there is none, or if a login has several.
func (d *Desk) Resolve(ref string) Account {
	if strings.Contains(ref, "@") {
		return d.View.Account(Address(ref))
	}
	if owned := d.View.Owned(UID(ref)); len(owned) == 1 {
		return owned[0]
	}
	return Account{}
}

// possible checks what the action needs to find, and fills in what it touches.
func (d *Desk) possible(f *Facts) error {
	if spec := specs[f.Action.Verb]; spec.Object && spec.Changes {
		return d.objectable(f)
	}
	alias := Address(f.Action.Arg("alias"))
	switch f.Action.Verb {
	case AliasAdd:
		f.Domain = alias.Domain()
		if err := d.datable(f.Action); err != nil {
			return err
		}
		if err := d.free(alias, f.Target); err != nil {
			return d.otherwise(err, *f, alias)
		}
		return d.straight(alias, instead{accounts: map[Address]Account{alias: f.Target}})
	case AccountRename:
		return d.otherwise(d.settable(f.Action, f.Target), *f, Address(f.Action.Arg("to")))
	case AliasRenew, AccountRenew:
		return d.renewable(f)
	case AddressShow:
		return d.showable(f)
	case AddressRelease:
		return d.releasable(f)
	case DriftSpare:
		return d.sparable(f)
	case AliasRemove:
		f.Domain = alias.Domain()
		if alias == f.Target.Address || !f.Target.Holds(alias) {
			return Fail(NotFound, AliasAbsent, "alias", string(alias), "account", string(f.Target.Address))
		}
	case QuotaSet:
		size, err := ParseSize(f.Action.Arg("size"))
		if err != nil {
			return err
		}
		f.Size = int64(size)
		if f.Size == f.Target.Quota {
			return Fail(Conflict, AlreadySo, "value", size.String())
		}
		if f.Size < f.Target.Used {
			return Fail(Conflict, QuotaBelowUse, "used", strconv.FormatInt(f.Target.Used, 10))
		}
	case AccountRestore:
		return d.restorable(f.Target)
	case AccountPurge:
		return d.purgeable(f.Target)
	case AccountCreate:
		f.Size = f.Target.Quota
		return d.otherwise(d.creatable(f.Action, f.Target), *f, f.Target.Address)
	case AccountProfile:
		return d.profilable(f.Action, f.Target)
	case AccountShare, AccountUnshare:
		return d.sharable(f)
	case AliasMove:
		return d.movable(f)
	case RulesActivate, RulesRollback, RulesUndo:
		return d.bookable(f)
	case DriftApply, DriftSync:
		return d.planable(f)
	case HouseFreeze, HouseThaw, BrakeRelease:
		return d.governable(f.Action.Verb)
	case TokenEnd:
		return d.endable(f)
	case DelegationGrant, DelegationDeputy, DelegationRevoke:
		return d.aboutRights(f)
	default:
		return d.settable(f.Action, f.Target)
	}
	return nil
}

// Free says whether an address could be given: nil, or an *Error saying why not.
func (d *Desk) Free(a Address) error { return d.free(a, Account{}) }

// free: target is the account as just read, which may know better than the
// copy in memory whether it holds the address itself.
func (d *Desk) free(a Address, target Account) error {
	holder := d.any(a)
	switch {
	case strings.Contains(string(a), "+"):
		return Fail(Invalid, InvalidAddress, "value", string(a))
	case !d.View.HasDomain(a.Domain()):
		return Fail(NotFound, UnknownDomain, "domain", a.Domain())
	case holder.Known() && (holder.ID != target.ID || target.Holds(a)):
		return Fail(Conflict, AliasTaken, "alias", string(a))
	}
	return d.vacant(a, target)
}

// fresh refuses to conclude anything from old knowledge of people, or from
// accounts that were never read.
func (d *Desk) fresh() error {
	directory, partage := d.View.Ages()
	if d.Now().Sub(directory) > d.Stale {
		return stale("directory", directory)
	}
	if partage.IsZero() {
		return stale("partage", partage)
	}
	return nil
}

// freshFor: what is asked of the rules is of people, and of no account.
func (d *Desk) freshFor(v Verb) error {
	if directory, _ := d.View.Ages(); v.onRules() && d.Now().Sub(directory) <= d.Stale {
		return nil
	}
	return d.fresh()
}

func stale(source string, read time.Time) error {
	return Fail(Unavailable, StaleData, "source", source, "since", read.UTC().Format(time.RFC3339))
}

// onList says that what it acts on is a list, a resource or a tree that is there, or
// was.
func (s Spec) onList() bool {
	return s.Target == ListForm || s.Target == ResourceForm || s.Target == DomainForm && (s.Object || !s.Changes)
}

// unknown is the code of the trouble that there is none of what the verb acts on.
func (s Spec) unknown() Code {
	switch s.Target {
	case ListForm:
		return UnknownList
	case ResourceForm:
		return UnknownResource
	}
	return UnknownAccount
}

// domain is the one that an action is about whose target is no account: a domain
// itself, or that of an address.
func (a Action) domain() string {
	switch spec := specs[a.Verb]; {
	case spec.Target == DomainForm:
		return a.Target
	case a.Verb == AddressReach:
		return Address(a.Target).Domain()
	}
	return ""
}
