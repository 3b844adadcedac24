package desk

import (
	"slices"
)

// A settling is the status that a verb gives, and those it may be given from.
type settling struct {
	to   string
	from []string
}

// A status that only Partage sets tells of something under way there: what is
// in maintenance or pending is left alone. Locking what is closed would let
// mail in again: it must be said by activating.
var settlings = map[Verb]settling{
	AccountLock:     {Locked, []string{Active, Lockout}},
	AccountActivate: {Active, []string{Locked, Lockout, Closed}},
	AccountClose:    {Closed, []string{Active, Locked, Lockout}},
}

// StatusAfter is the status that the verb gives an account, "" if it gives none.
func StatusAfter(v Verb) string { return settlings[v].to }

// settable is possible for the verbs that set one thing of an account.
func (d *Desk) settable(a Action, target Account) error {
	to := Address(a.Arg("to"))
	switch a.Verb {
	case AccountLock, AccountActivate, AccountClose:
		return settles(settlings[a.Verb], target)
	case AccountHide, AccountUnhide:
		if target.Hidden == (a.Verb == AccountHide) {
			return Fail(Conflict, AlreadySo, "state", either(target.Hidden, "hidden", "shown"))
		}
	case AccountRename:
		return d.renameable(target, to)
	case AccountCOS:
		if class := a.Arg("cos"); class == target.COS {
			return Fail(Conflict, AlreadySo, "value", class)
		} else if !slices.Contains(d.View.Classes(), class) {
			return Fail(NotFound, UnknownClass, "value", class)
		}
	case AccountForward:
		return d.forwardable(target, to)
	}
	return nil
}

func settles(s settling, target Account) error {
	switch {
	case target.Status == s.to:
		return Fail(Conflict, AlreadySo, "state", s.to)
	case !slices.Contains(s.from, target.Status):
		return Fail(Conflict, WrongStatus, "account", string(target.Address), "state", target.Status)
	}
	return nil
}

// renameable keeps an account in its domain: in another one Partage would move
// its aliases too, and another key would rule it.
func (d *Desk) renameable(target Account, to Address) error {
	switch {
	case to == target.Address:
		return Fail(Conflict, AlreadySo, "value", string(to))
	case to.Domain() != target.Address.Domain():
		return Fail(Conflict, OtherDomain, "to", string(to), "domain", target.Address.Domain())
	}
	if err := d.free(to, target); err != nil {
		return err
	}
	return d.straight(to, instead{accounts: map[Address]Account{to: target}})
}

// forwardable refuses what would come back, through as many boxes and lists as we know of.
func (d *Desk) forwardable(target Account, to Address) error {
	if !target.ForwardOnly && to == Nowhere && target.Forward == "" {
		return Fail(Conflict, AlreadySo, "state", "nowhere")
	}
	if !target.ForwardOnly && string(to) == target.Forward {
		return Fail(Conflict, AlreadySo, "value", string(to))
	}
	if to == Nowhere {
		return nil
	}
	next := target
	next.Forward, next.ForwardOnly, next.Status = string(to), false, Active
	for _, loop := range d.follow(target.Address, instead{accounts: map[Address]Account{target.Address: next}}).Loops {
		if slices.Contains(loop, target.Address) {
			return Fail(Conflict, ForwardLoop, "to", string(to), "account", string(target.Address))
		}
	}
	return nil
}
