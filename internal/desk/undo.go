package desk

// Undo is the action that gives an account back what a takes from it; before is
// the account as it was read just before a. It is false where no action can:
// a verb that changes nothing, or a past that none of our words can say (no
// limit of space, a status that only Partage sets, mail passed on without a
// copy). What an Account does not hold is not given back: closing an account
// takes its addresses out of every list, for good.
func Undo(a Action, before Account) (Action, bool) {
	verb, args := a.Verb, map[string]string{}
	switch a.Verb {
	case AliasAdd, AliasRemove:
		args["alias"] = a.Arg("alias")
		verb = either(before.Holds(Address(args["alias"])), AliasAdd, AliasRemove)
	case AliasRenew: // what it brought back; a day that is later stays so
		verb, args["alias"] = AliasRemove, a.Arg("alias")
		if before.Holds(Address(args["alias"])) {
			return Action{}, false
		}
	case AccountRenew:
		if verb = AccountLock; before.Status != Locked {
			return Action{}, false
		}
	case QuotaSet:
		args["size"] = Size(before.Quota).String()
		if n, err := ParseSize(args["size"]); err != nil || int64(n) != before.Quota {
			return Action{}, false
		}
	case AccountLock, AccountActivate, AccountClose:
		verb = settledBy[before.Status]
	case AccountHide, AccountUnhide:
		verb = either(before.Hidden, AccountHide, AccountUnhide)
	case AccountRename:
		args["to"] = string(before.Address)
	case AccountCOS:
		args["cos"] = before.COS
	case AccountForward:
		args["to"] = either(before.Forward == "", Nowhere, before.Forward)
		if to, _ := ParseAddress(before.Forward); before.ForwardOnly || string(to) != before.Forward {
			return Action{}, false
		}
	case AccountEPPN:
		if before.Detail == nil {
			return Action{}, false
		}
		args["eppn"] = before.Detail.EPPN
		if line, ok := oneLine(args["eppn"]); args["eppn"] != "" && (!ok || line != args["eppn"]) {
			return Action{}, false
		}
	case AccountMark, AccountUnmark:
		args["mark"] = a.Arg("mark")
		verb = either(a.Verb == AccountMark, AccountUnmark, AccountMark)
	case ListJoin, ListLeave:
		args["list"], args["id"], args["member"] = a.Arg("list"), a.Arg("id"), a.Arg("member")
		verb = either(a.Verb == ListJoin, ListLeave, ListJoin)
	case AccountProfile:
		back, ok := profileBack(a, before)
		if args = back; !ok {
			return Action{}, false
		}
	case AccountShare:
		verb, args["with"] = AccountUnshare, a.Arg("with")
	case AccountUnshare:
		verb, args["with"], args["right"] = AccountShare, a.Arg("with"), a.Arg("right")
	case AccountCreate:
		undo, err := NewAction(AccountDelete, a.Target, nil)
		return undo, err == nil
	case AliasMove:
		undo, err := NewAction(AliasMove, a.Arg("to"), map[string]string{"alias": a.Arg("alias"), "to": string(before.Address)})
		return undo, err == nil && before.Holds(Address(a.Arg("alias"))) && a.Arg("alias") != string(before.Address)
	default:
		return Action{}, false
	}
	undo, err := NewAction(verb, string(a.On(before.Address).After()), args)
	return undo, err == nil && args["alias"] != string(before.Address)
}

// settledBy gives the verb that sets each status a client may set.
var settledBy = map[string]Verb{Active: AccountActivate, Locked: AccountLock, Closed: AccountClose}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}
