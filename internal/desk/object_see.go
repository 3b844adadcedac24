package desk

import (
	"slices"
	"strconv"
	"strings"
)

// Object returns a list, a resource or the tree of a domain if the rules let the
// person see it; what they do not let them see is not there.
func (d *Desk) Object(by UID, via Door, a Action) (Account, error) {
	facts, err := d.check(by, via, a)
	if err != nil {
		return Account{}, err
	}
	if d.Rules.Decide(facts).Outcome != Allowed {
		_, none := d.object(a)
		return Account{}, Fail(NotFound, none, "value", a.Target, "domain", a.Target)
	}
	return d.recalled(facts.Target), nil
}

// recalled names who may send for a list by the address that they had, if they were
// deleted since.
func (d *Desk) recalled(a Account) Account {
	l := a.list()
	if !slices.ContainsFunc(l.Senders, func(s Address) bool { return Formerly(d.View, s) != s }) {
		return a
	}
	l.Senders = slices.Clone(l.Senders)
	for i, s := range l.Senders {
		l.Senders[i] = Formerly(d.View, s)
	}
	slices.Sort(l.Senders)
	return l.Target()
}

// Receives tells somebody whom the rules let know it where mail to an address ends up.
func (d *Desk) Receives(by UID, via Door, a Action) (Reach, error) {
	facts, err := d.check(by, via, a)
	if err != nil {
		return Reach{}, err
	}
	if decision := d.Rules.Decide(facts); decision.Outcome != Allowed {
		return Reach{}, Fail(Forbidden, NotAllowed, "verb", string(a.Verb), "target", a.Target, "rule", decision.Rule)
	}
	if d.View.Listed().IsZero() {
		return Reach{}, stale("partage", d.View.Listed())
	}
	return d.Reach(Address(a.Target)), nil
}

// objectEffects are those of the verbs on lists, resources and trees.
func objectEffects(a Action, before Account) (all []Effect) {
	add := func(field, old, new string) { all = append(all, Effect{Field: field, Old: old, New: new}) }
	size := strconv.Itoa(before.list().Size)
	switch a.Verb {
	case ListCreate, GroupCreate, FanOutCreate, ResourceCreate:
		add("address", "", a.Target)
		if a.Arg("members") != "" {
			add("members", "", said(a))
		}
	case ListAdd:
		add("members", "", said(a))
	case ListRemove:
		add("members", said(a), "")
	case ListAlias:
		all = append(all, aliasEffect(a.Arg("alias"), "", a.Target))
	case ListUnalias:
		all = append(all, aliasEffect(a.Arg("alias"), a.Target, ""))
	case ListSender:
		add("sends", "", a.Arg("sender"))
	case ListUnsender:
		add("sends", a.Arg("sender"), "")
	case ListRename, ResourceRename:
		add("address", string(before.Address), a.Arg("to"))
	case ListDelete:
		add("address", string(before.Address), "")
		add("members", size, "0")
	case ListRestore:
		add("address", "", a.Target)
	case ResourceDelete:
		add("status", before.Status, Closed)
	case ResourceRestore:
		add("status", before.Status, Active)
	case ListProfile, ResourceProfile:
		return fieldEffects(a, before)
	case TreePublish, TreeRollback, TreeWithdraw:
		return treeEffects(a, before)
	}
	return all
}

func said(a Action) string { return strings.ReplaceAll(a.Arg("members"), many, many+" ") }

// fieldEffects are those of the fields that the action sets.
func fieldEffects(a Action, before Account) (all []Effect) {
	l, r := before.list(), before.resource()
	has := map[string]string{"name": before.Name, "description": l.Description, "hidden": strconv.FormatBool(l.Hidden), "quiet": switched(l.Quiet), "status": r.Status}
	for _, field := range sortedKeys(specs[a.Verb].Args) {
		value, set := a.ProfileArg(field)
		old, known := has[field]
		if before.resource().Known() && (!known || field == "description") {
			old = r.Fields[field]
		}
		if field == "hidden" {
			value = strconv.FormatBool(value == string(Yes))
		}
		if set && field != "until" {
			all = append(all, Effect{Field: field, Old: old, New: value})
		}
	}
	return all
}

// treeEffects name both trees: what differs between them is told by Request.Tree.
func treeEffects(a Action, before Account) []Effect {
	old := ""
	if before.Detail != nil && before.Detail.Tree != nil {
		old = short(before.Detail.Tree.Digest())
	}
	return []Effect{{Field: "tree", Old: old, New: short(a.Arg("tree"))}}
}

// audience are the effects of an action on where mail goes: how many receive it,
// before and after, and what is outside, dead or gone of what it adds.
func (d *Desk) audience(f Facts) (all []Effect) {
	before, after, moves := d.Reaches(f)
	if !moves {
		return nil
	}
	all = append(all, Effect{Field: "reach", Old: strconv.Itoa(before.Heads()), New: strconv.Itoa(after.Heads())})
	for _, fate := range []Fate{Outside, Departed, Bounced, Missing, Silent} {
		if after.Count(fate) > before.Count(fate) {
			all = append(all, Effect{Field: "fate." + string(fate), Old: strconv.Itoa(before.Count(fate)), New: strconv.Itoa(after.Count(fate))})
		}
	}
	return all
}

// moves are what differs between the tree of a domain and the one that an action
// would put there.
func (d *Desk) treeMoves(f Facts) (all []Effect) {
	if f.Target.Detail == nil || f.Target.Detail.Tree == nil {
		return nil
	}
	next := Tree{}
	if f.Action.Verb != TreeWithdraw {
		next, _ = d.treeOf(f.Action)
	}
	for _, m := range f.Target.Detail.Tree.Differs(next) {
		all = append(all, Effect{Field: "list", Old: m.said(m.Old), New: m.said(m.New)})
	}
	return all
}

func (m Move) said(place string) string {
	if place == "" || m.Address == "" {
		return place
	}
	return place + " <" + string(m.Address) + ">"
}
