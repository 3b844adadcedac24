package desk

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// movable names where the alias goes by the address of that account.
func (d *Desk) movable(f *Facts) error {
	alias, to := Address(f.Action.Arg("alias")), d.Resolve(f.Action.Arg("to"))
	f.Domain = alias.Domain()
	switch {
	case alias == f.Target.Address || !f.Target.Holds(alias):
		return Fail(NotFound, AliasAbsent, "alias", string(alias), "account", string(f.Target.Address))
	case !to.Known() || to.Deleted():
		return Fail(NotFound, UnknownAccount, "value", f.Action.Arg("to"))
	case to.ID == f.Target.ID:
		return Fail(Conflict, AlreadySo, "value", string(alias))
	}
	var err error
	f.Action, err = NewAction(AliasMove, f.Action.Target, map[string]string{"alias": string(alias), "to": string(to.Address)})
	return err
}

// GivenTo are the addresses that gain mail, a mailbox or the right to send, by the
// action on something of somebody else.
func (a Action) GivenTo() []Address {
	switch a.Verb {
	case AliasMove, AccountForward:
		return []Address{Address(a.Arg("to"))}
	case AccountShare:
		return []Address{Address(a.Arg("with"))}
	case ListSender:
		return []Address{Address(a.Arg("sender"))}
	case ListAdd, ListCreate, GroupCreate, FanOutCreate:
		return a.Members()
	}
	return nil
}

// Gainers tells which mailboxes gain by the action, as id tells whose an address is:
// "" if it gives nothing, the identifier of one, a digest of several. An address that
// no mailbox has may be given to one later, and is then another.
func (a Action) Gainers(id func(Address) (string, error)) (string, error) {
	sum, last, to := sha256.New(), "", a.GivenTo()
	for _, at := range to {
		box, err := id(at)
		if err != nil {
			return "", err
		}
		last = cmp.Or(box, Nowhere)
		_, _ = fmt.Fprintln(sum, at, last) // a hash takes everything
	}
	if len(to) < 2 {
		return last, nil
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// gains is Gainers, as the copy of Partage has it.
func (d *Desk) gains(a Action) string {
	who, _ := a.Gainers(func(at Address) (string, error) { return d.View.Account(at).ID, nil }) // a copy does not fail
	return who
}

// receives says that the person gains by the action.
func (d *Desk) receives(a Action, who UID) bool {
	return who != "" && slices.ContainsFunc(a.GivenTo(), func(at Address) bool { return d.View.Account(at).Owner == who })
}
