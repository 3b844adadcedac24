package desk

import "slices"

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

// gains is the mailbox that receives an alias or a share.
func (d *Desk) gains(a Action) string {
	switch a.Verb {
	case AliasMove:
		return d.View.Account(Address(a.Arg("to"))).ID
	case AccountShare:
		return d.View.Account(Address(a.Arg("with"))).ID
	}
	return ""
}

// receives says that the person gains mail, or a mailbox, by the action on an
// account of somebody else.
func (d *Desk) receives(a Action, who UID) bool {
	gains := ""
	switch a.Verb {
	case ListAdd, FanOutCreate:
		return who != "" && slices.ContainsFunc(a.Members(), func(m Address) bool { return d.View.Account(m).Owner == who })
	case ListSender:
		gains = a.Arg("sender")
	case AccountForward, AliasMove:
		gains = a.Arg("to")
	case AccountShare:
		gains = a.Arg("with")
	}
	return gains != "" && who != "" && d.View.Account(Address(gains)).Owner == who
}
