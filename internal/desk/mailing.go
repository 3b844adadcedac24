package desk

import "slices"

// listable: nobody has the address of the new list, and its mail would not come
// back to it.
func (d *Desk) listable(a Action) error {
	if err := d.datable(a); err != nil {
		return err
	}
	if err := d.free(Address(a.Target), Account{}); err != nil {
		return err
	}
	next := List{Address: Address(a.Target), Kind: a.Verb.kindMade(), Members: a.Members()}
	if next.Kind == FanOut {
		if err := d.onlyBoxes(next.Members); err != nil {
			return err
		}
	}
	return d.straight(next.Address, instead{lists: map[Address]List{next.Address: next}})
}

// mailable is objectable for the verbs on a list that is there.
func (d *Desk) mailable(f *Facts) error {
	a, l := f.Action, f.Target.list()
	alias := Address(a.Arg("alias"))
	switch a.Verb {
	case ListAdd:
		return d.joinable(a, l)
	case ListRemove:
		if known := d.View.List(l.Address); known.ID == l.ID && !slices.ContainsFunc(a.Members(), known.Has) {
			return Fail(NotFound, NotMember, "value", a.Arg("members"), "list", string(l.Address))
		}
	case ListAlias:
		f.Domain = alias.Domain()
		if l.Kind == FanOut {
			return Fail(Conflict, WrongKind, "list", string(l.Address), "kind", string(l.Kind))
		}
		if l.Holds(alias) {
			return Fail(Conflict, AlreadySo, "value", string(alias))
		}
		if err := d.free(alias, f.Target); err != nil {
			return err
		}
		return d.straight(alias, instead{lists: map[Address]List{alias: d.View.List(l.Address)}})
	case ListUnalias:
		f.Domain = alias.Domain()
		return d.unaliasable(alias, l)
	case ListSender, ListUnsender:
		return d.sendable(f, l)
	case ListProfile:
		if err := d.lasting(a, l.Address); err != nil {
			return err
		}
		return describable(a, l)
	case ListRename:
		return d.relistable(Address(a.Arg("to")), l)
	}
	return nil
}

// joinable: not all are members, and none would bring mail back to the list.
func (d *Desk) joinable(a Action, l List) error {
	now, members := d.View.List(l.Address), a.Members()
	if now.ID == l.ID && !slices.ContainsFunc(members, func(m Address) bool { return !now.Has(m) }) {
		return Fail(Conflict, AlreadySo, "value", a.Arg("members"))
	}
	if l.Kind == FanOut {
		if err := d.onlyBoxes(members); err != nil {
			return err
		}
	}
	return d.straight(l.Address, adding(now, members))
}

// onlyBoxes: an alias 1→N arrives in mailboxes, here or elsewhere.
func (d *Desk) onlyBoxes(members []Address) error {
	for _, m := range members {
		if l := d.View.List(m); l.Known() {
			return Fail(Conflict, WrongKind, "list", string(m), "kind", string(l.Kind))
		}
	}
	return nil
}

// unaliasable: Partage takes an alias out of every list that has it as a member,
// for good: they are told first.
func (d *Desk) unaliasable(alias Address, l List) error {
	if alias == l.Address || !l.Holds(alias) {
		return Fail(NotFound, AliasAbsent, "alias", string(alias), "account", string(l.Address))
	}
	for _, above := range d.View.ListsWith(alias) {
		if above.Has(alias) {
			return Fail(Conflict, AliasListed, "alias", string(alias), "list", string(above.Address))
		}
	}
	return nil
}

// sendable names who is to send by the address of their account.
func (d *Desk) sendable(f *Facts, l List) error {
	sender := d.Resolve(f.Action.Arg("sender"))
	known := d.View.List(l.Address)
	switch {
	case l.Kind != Distribution:
		return Fail(Conflict, WrongKind, "list", string(l.Address), "kind", string(l.Kind))
	case !sender.Known():
		return Fail(NotFound, UnknownAccount, "value", f.Action.Arg("sender"))
	}
	may := slices.Contains(known.Senders, sender.Address)
	switch {
	case f.Action.Verb == ListSender && may:
		return Fail(Conflict, AlreadySo, "value", string(sender.Address))
	case f.Action.Verb == ListUnsender && known.Asked && !may:
		return Fail(NotFound, NotSender, "value", string(sender.Address), "list", string(l.Address))
	}
	var err error
	f.Action, err = NewAction(f.Action.Verb, f.Action.Target, map[string]string{"sender": string(sender.Address)})
	return err
}

func describable(a Action, l List) error {
	switch now := (map[string]string{"name": l.Name, "description": l.Description, "hidden": switched(l.Hidden), "quiet": switched(l.Quiet)}); {
	case a.Args == "":
		return Fail(Invalid, MissingArgument, "name", "args")
	case a.Dates():
		return nil
	default:
		for field := range now {
			if value, set := a.ProfileArg(field); set && value != now[field] {
				return nil
			}
		}
	}
	return Fail(Conflict, AlreadySo, "value", string(l.Address))
}

func (d *Desk) relistable(to Address, l List) error {
	switch {
	case l.Holds(to):
		return Fail(Conflict, AlreadySo, "value", string(to))
	case to.Domain() != l.Address.Domain():
		return Fail(Conflict, OtherDomain, "to", string(to), "domain", l.Address.Domain())
	}
	if err := d.free(to, Account{}); err != nil && (CodeOf(err) != InQuarantine || !d.renamedFrom(to, l.Address)) {
		return err
	}
	next := d.View.List(l.Address)
	next.Address = to
	return d.straight(to, instead{lists: map[Address]List{to: next, l.Address: {}}})
}

// renamedFrom says that the list had that address before it had its own: it is not
// the same to Partage by now, and may go back.
func (d *Desk) renamedFrom(was, now Address) bool {
	x, _ := d.View.Entry(was)
	r, _ := d.View.Request(x.FreedBy)
	return r.Action.Verb == ListRename && r.Action.Target == string(was) && r.Action.Arg("to") == string(now)
}

// undoObject is Undo for what acts on a list, a resource or a tree. What a list
// was before its deletion is in the journal: list.restore gives it back.
func undoObject(a Action, before Account) (Action, bool) {
	verb, target, args := a.Verb, a.Target, map[string]string{}
	switch a.Verb {
	case ListCreate, GroupCreate, FanOutCreate:
		verb = ListDelete
	case ListDelete:
		verb = ListRestore
	case ListRestore:
		verb = ListDelete
	case ListRename, ResourceRename:
		target, args["to"] = a.Arg("to"), a.Target
	case ListAdd, ListRemove:
		members, read := membersMoved(a, before)
		if !read || len(members) == 0 {
			return Action{}, false
		}
		verb, args["members"] = either(a.Verb == ListAdd, ListRemove, ListAdd), joinMembers(members)
	case ListAlias, ListUnalias:
		verb, args["alias"] = either(a.Verb == ListAlias, ListUnalias, ListAlias), a.Arg("alias")
	case ListSender, ListUnsender:
		verb, args["sender"] = either(a.Verb == ListSender, ListUnsender, ListSender), a.Arg("sender")
	case ListProfile:
		return listBack(a, before.list())
	case ListWrite:
		l := before.list()
		args["hidden"], args["notes"] = either(a.Arg("hidden") == "", "", switched(l.Hidden)), either(a.Arg("notes") == "", "", noted(l.Notes))
	case ResourceCreate, ResourceRestore:
		verb = ResourceDelete
	case ResourceDelete:
		verb = ResourceRestore
	case ResourceProfile, ResourceWrite:
		back, ok := resourceBack(a, before.resource())
		if args = back; !ok {
			return Action{}, false
		}
	case TreePublish, TreeRollback, TreeWithdraw:
		return treeBack(a, before)
	default:
		return Action{}, false
	}
	undo, err := NewAction(verb, target, args)
	return undo, err == nil
}

// noted is how a step says the notes: Partage passes over empty ones.
func noted(notes string) string { return either(notes == "", "-", notes) }

// membersMoved are the members that an action has added, or removed: those that
// were not there before, or that were.
func membersMoved(a Action, before Account) (moved []Address, read bool) {
	if before.Detail == nil {
		return nil, false
	}
	l := before.list()
	for _, m := range a.Members() {
		in := l.Has(m)
		if i := slices.IndexFunc(before.Detail.Lists, func(x Membership) bool { return x.Member == m && x.ID == before.ID }); i >= 0 {
			in = before.Detail.Lists[i].In
		} else if !l.Whole() {
			return nil, false
		}
		if in == (a.Verb == ListRemove) {
			moved = append(moved, m)
		}
	}
	return moved, true
}

func listBack(a Action, l List) (Action, bool) {
	args := map[string]string{}
	for field, old := range map[string]string{"name": l.Name, "description": l.Description, "hidden": switched(l.Hidden), "quiet": switched(l.Quiet)} {
		if _, set := a.ProfileArg(field); set {
			args[field] = either(old == "", Nowhere, old)
			if said, err := specs[ListProfile].Args[field].canonical(field, args[field]); err != nil || said != args[field] || old == Nowhere {
				return Action{}, false
			}
		}
	}
	undo, err := NewAction(ListProfile, a.Target, args)
	return undo, err == nil && undo.Args != "" // a day that is later stays so
}

func resourceBack(a Action, r Resource) (map[string]string, bool) {
	args, spec := map[string]string{}, specs[a.Verb]
	for field, form := range spec.Args {
		if a.Arg(field) == "" || field == "mark" {
			continue
		}
		old := r.Fields[field]
		switch field {
		case "name":
			old = r.Name
		case "status":
			old = r.Status
		case "notes":
			old = r.Notes
		}
		args[field] = either(old == "", Nowhere, old)
		if said, err := form.canonical(field, args[field]); err != nil || said != args[field] || old == Nowhere {
			return nil, false
		}
	}
	return args, true
}
