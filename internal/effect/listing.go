package effect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// listCreation makes the list by one write, and its members come after.
func listCreation(r desk.Request) (desk.Plan, error) {
	a := r.Action
	next := desk.List{Address: desk.Address(a.Target), Kind: desk.Distribution, Name: a.Arg("name"), Description: a.Arg("description"),
		Hidden: a.Arg("hidden") != "", Members: a.Members()}
	switch a.Verb {
	case desk.GroupCreate:
		next.Kind = desk.Grouping
	case desk.FanOutCreate: // an alias is shown to nobody
		next.Kind, next.Hidden, next.Notes = desk.FanOut, true, desk.ListMark
	}
	b := &builder{}
	b.makes(r.ID, next)
	b.adds(next.Address, next.Members)
	return b.plan, b.err
}

// listDeletion deletes a list, all of which is written down just before; and only
// empties and hides a group: what is shared with one that Partage has deleted
// nothing gives back.
func (o *Office) listDeletion(r desk.Request, before desk.Account) (desk.Plan, error) {
	l := listOf(before)
	if !l.Known() || !l.Whole() || !l.Asked {
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.UnknownList, "value", r.Action.Target)
	}
	b := &builder{}
	if b.sayable(l); l.Kind != desk.Grouping {
		b.step(desk.ListDrop, l.Address, "", "id", l.ID, "content", l.Content())
		return b.plan, b.err
	}
	mark := desk.ShelfMark(r.ID)
	if !fits(l.Notes, mark) {
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.NotReversible, "what", "notes")
	}
	for some := range slices.Chunk(l.Members, desk.MostMembers) {
		b.both(desk.ListRemove, desk.ListAdd, l.Address, "", "members", joined(some))
	}
	b.written(l, "hidden", "yes", "notes", marked(l.Notes, mark))
	return b.plan, b.err
}

// listReturn makes a deleted list again, from what was read just before it was
// deleted: what others have taken meanwhile is lost, and told. A group was not
// deleted: its members come back.
func (o *Office) listReturn(ctx context.Context, r desk.Request, before desk.Account, taken desk.Request) (desk.Plan, error) {
	was := listOf(taken.Origin)
	switch {
	case !was.Known():
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.NotDeleted, "value", r.Action.Target)
	case was.Kind == desk.Grouping && before.ID == taken.Mailbox:
		return taken.Reverse(), nil
	case before.Known():
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.AddressTaken, "address", string(was.Address))
	}
	if holder, err := o.at(ctx, was.Address); err != nil || holder.Known() {
		return desk.Plan{}, orTaken(err, was.Address)
	}
	b := &builder{}
	b.makes(r.ID, was)
	b.adds(was.Address, was.Members)
	for _, s := range was.Senders {
		if holder, err := o.at(ctx, s); err != nil {
			return desk.Plan{}, err
		} else if holder.Address != s {
			b.plan.Lost = append(b.plan.Lost, s)
			continue
		}
		b.both(desk.ListSender, desk.ListUnsender, was.Address, desk.Made, "sender", string(s))
	}
	for _, alias := range was.Aliases {
		if free, err := o.nobody(ctx, alias); err != nil {
			return desk.Plan{}, err
		} else if !free {
			b.plan.Lost = append(b.plan.Lost, alias)
			continue
		}
		b.both(desk.ListAlias, desk.ListUnalias, was.Address, desk.Made, "alias", string(alias))
	}
	for _, m := range taken.Origin.Detail.Lists {
		if above, err := o.listAt(ctx, m.List); err != nil {
			return desk.Plan{}, err
		} else if above.ID != m.ID || slices.Contains(b.plan.Lost, m.Member) {
			b.plan.Lost = append(b.plan.Lost, m.List)
			continue
		}
		b.both(desk.ListAdd, desk.ListRemove, m.List, m.ID, "members", string(m.Member))
	}
	return b.plan, b.err
}

func orTaken(err error, a desk.Address) error {
	if err != nil {
		return err
	}
	return desk.Fail(desk.Conflict, desk.AddressTaken, "address", string(a))
}

// nobody says that neither an account nor a list has the address.
func (o *Office) nobody(ctx context.Context, a desk.Address) (bool, error) {
	account, err := o.at(ctx, a)
	if err != nil || account.Known() {
		return false, err
	}
	l, err := o.listAt(ctx, a)
	return !l.Known(), err
}

// listRename makes the list under its new address, moves all it has there, puts it
// in the place of the old one in the lists above, and then deletes the old one, if
// it is as it was when it was copied: Partage cannot rename it. An alias is nowhere
// for the moment in which it moves. It is another list to Partage: what is shared
// with it in folders does not follow, and no method tells of that.
func (o *Office) listRename(r desk.Request, before desk.Account) (desk.Plan, error) {
	l, to := listOf(before), desk.Address(r.Action.Arg("to"))
	if !l.Known() || !l.Whole() || !l.Asked {
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.UnknownList, "value", r.Action.Target)
	}
	next, b := l, &builder{}
	next.Address = to
	b.makes(r.ID, next)
	b.adds(to, l.Members)
	for _, s := range l.Senders {
		b.both(desk.ListSender, desk.ListUnsender, to, desk.Made, "sender", string(s))
	}
	for _, alias := range l.Aliases {
		b.both(desk.ListUnalias, desk.ListAlias, l.Address, l.ID, "alias", string(alias))
		b.both(desk.ListAlias, desk.ListUnalias, to, desk.Made, "alias", string(alias))
	}
	for _, m := range before.Detail.Lists {
		if m.Member != l.Address { // an alias: it left the lists above when it moved
			b.both(desk.ListAdd, desk.ListRemove, m.List, m.ID, "members", string(m.Member))
			continue
		}
		b.both(desk.ListAdd, desk.ListRemove, m.List, m.ID, "members", string(to))
		b.both(desk.ListRemove, desk.ListAdd, m.List, m.ID, "members", string(l.Address))
	}
	b.step(desk.ListDrop, l.Address, l.ID, "id", l.ID, "content", l.Content())
	return b.plan, b.err
}

// A builder adds steps on several objects, each with what takes it back, or fails.
type builder struct {
	plan desk.Plan
	err  error
}

// makes adds the step that makes a list, without what other methods give it.
func (b *builder) makes(id desk.ID, l desk.List) {
	mark := createdMark(id)
	if b.sayable(l); !fits(l.Notes, mark) {
		b.fail("notes", nil)
	}
	yes := map[bool]string{true: "yes"}
	b.both(desk.ListMake, "", l.Address, desk.Made, "kind", string(l.Kind), "name", l.Name, "description", l.Description,
		"notes", unmarked(l.Notes), "hidden", yes[l.Hidden], "quiet", yes[l.Quiet], "mark", mark)
	b.undo(desk.ListDrop, l.Address, "mark", mark)
}

// adds adds members to what was made, as many at once as a call may hold.
func (b *builder) adds(to desk.Address, members []desk.Address) {
	for some := range slices.Chunk(members, desk.MostMembers) {
		b.both(desk.ListAdd, desk.ListRemove, to, desk.Made, "members", joined(some))
	}
}

// sayable: what cannot be written down again, letter for letter, is not deleted.
func (b *builder) sayable(l desk.List) {
	for _, a := range slices.Concat(l.Members, l.Aliases, l.Senders) {
		if said, err := desk.ParseAddress(string(a)); err != nil || said != a {
			b.fail(string(a), err)
		}
	}
}

// written adds the step that writes settings of a list, and takes it back by those
// that it has.
func (b *builder) written(l desk.List, pairs ...string) {
	b.both(desk.ListWrite, "", l.Address, l.ID, pairs...)
	if n := len(b.plan.Steps); b.err == nil {
		undo, ok := desk.Undo(b.plan.Steps[n-1].Do, l.Target())
		if b.plan.Steps[n-1].Undo = undo; !ok {
			b.fail(string(desk.ListWrite), nil)
		}
	}
}

// both adds a step, and with the same arguments the verb that takes it back.
func (b *builder) both(do, undo desk.Verb, at desk.Address, box string, pairs ...string) {
	b.step(do, at, box, pairs...)
	if undo != "" {
		b.undo(undo, at, pairs...)
	}
}

func (b *builder) step(do desk.Verb, at desk.Address, box string, pairs ...string) {
	b.plan.Steps = append(b.plan.Steps, desk.Step{Do: b.action(do, at, pairs), Mailbox: box})
}

// undo says what takes the last step back.
func (b *builder) undo(verb desk.Verb, at desk.Address, pairs ...string) {
	b.plan.Steps[len(b.plan.Steps)-1].Undo = b.action(verb, at, pairs)
}

func (b *builder) action(verb desk.Verb, at desk.Address, pairs []string) desk.Action {
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			args[pairs[i]] = pairs[i+1]
		}
	}
	a, err := desk.NewAction(verb, string(at), args)
	if err != nil {
		b.fail(string(verb), err)
	}
	return a
}

func (b *builder) fail(what string, cause error) {
	if b.err == nil {
		b.err = fmt.Errorf("plan: %w", desk.Fail(desk.Conflict, desk.NotReversible, "what", what).Because(cause))
	}
}

func joined(all []desk.Address) string {
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = string(a)
	}
	return strings.Join(texts, ",")
}
