package effect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// list is a group of Partage in desk words. An alias 1→N is a list whose notes say
// so: Partage has no word for it.
func list(g partage.Group) desk.List {
	kind := desk.Distribution
	switch {
	case g.MailStatus == partage.MailDisabled:
		kind = desk.Grouping
	case strings.Contains(g.Notes, desk.ListMark):
		kind = desk.FanOut
	}
	return desk.List{ID: string(g.ID), Address: desk.Address(g.Name), Kind: kind, Name: said(g.DisplayName), Description: said(g.Description),
		Notes: said(g.Notes), Hidden: g.HideInGal, Quiet: g.Quiet, Aliases: addresses(g.Aliases), Members: addresses(g.Members), Size: len(g.Members)}
}

// unsaid is written in the place of an empty text, which Partage passes over.
const unsaid = "-"

func said(text string) string {
	if text == unsaid {
		return ""
	}
	return text
}

func addresses(of []partage.Address) []desk.Address {
	if len(of) == 0 {
		return nil
	}
	all := make([]desk.Address, len(of))
	for i, a := range of {
		all[i] = desk.Address(a)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// lookList reads the list with that identifier: at the address of the action, or
// wherever else in its domain. If it is nowhere, what has its address.
func (o *Office) lookList(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	there, err := o.listAt(ctx, desk.Address(a.Target))
	if err != nil || there.Known() && (id == "" || there.ID == id) {
		return o.detailedList(ctx, a, there, err)
	}
	if id == "" {
		return desk.Account{}, nil
	}
	client, err := o.Domains.For(partage.Address(a.Target))
	if err != nil {
		return desk.Account{}, fmt.Errorf("look for list: %w", err)
	}
	for found, err := range client.GetAllGroups(ctx, partage.Query{Filter: "(zimbraId=" + escaped(id) + ")"}) {
		if err != nil {
			return desk.Account{}, fmt.Errorf("look for list: %w", err)
		}
		elsewhere, err := o.listAt(ctx, desk.Address(found.Name))
		return o.detailedList(ctx, a, elsewhere, err)
	}
	return there.Target(), nil
}

// listAt reads the list that has the address, or an alias of it. None is the zero List.
func (o *Office) listAt(ctx context.Context, a desk.Address) (desk.List, error) {
	client, err := o.Domains.For(partage.Address(a))
	if err != nil {
		return desk.List{}, fmt.Errorf("look at list: %w", err)
	}
	g, err := client.GetGroup(ctx, partage.Address(a))
	if partage.ClassOf(err) == partage.NotFound {
		return desk.List{}, nil
	}
	if err != nil {
		return desk.List{}, fmt.Errorf("look at list: %w", err)
	}
	return list(g), nil
}

// What the journal keeps of a list is what the action touches: ten thousand members
// are written down only where they may be lost.
var (
	wholes  = []desk.Verb{desk.ListDelete, desk.ListDrop, desk.ListRename}
	sending = append([]desk.Verb{desk.ListSender, desk.ListUnsender}, wholes...)
)

func (o *Office) detailedList(ctx context.Context, a desk.Action, l desk.List, err error) (desk.Account, error) {
	if err != nil || !l.Known() {
		return desk.Account{}, err
	}
	var looked []desk.Membership
	if slices.Contains(sending, a.Verb) {
		if l, err = o.withSenders(ctx, l); err != nil {
			return desk.Account{}, err
		}
	}
	if slices.Contains(wholes, a.Verb) {
		if looked, err = o.memberships(ctx, l.Target()); err != nil {
			return desk.Account{}, fmt.Errorf("look at lists above: %w", err)
		}
	} else {
		for _, m := range a.Members() {
			looked = append(looked, desk.Membership{List: l.Address, ID: l.ID, Member: m, In: l.Has(m)})
		}
		l.Members = nil
	}
	account := l.Target()
	account.Detail.Lists = looked
	return account, nil
}

func (o *Office) withSenders(ctx context.Context, l desk.List) (desk.List, error) {
	client, err := o.Domains.For(partage.Address(l.Address))
	if err != nil {
		return l, fmt.Errorf("look at senders: %w", err)
	}
	senders, err := client.GetSendAsGroup(ctx, partage.Address(l.Address))
	if err != nil {
		return l, fmt.Errorf("look at senders: %w", err)
	}
	l.Senders, l.Asked = addresses(senders), true
	return l, nil
}

func listOf(on desk.Account) desk.List {
	if on.Detail == nil || on.Detail.List == nil {
		return desk.List{}
	}
	return *on.Detail.List
}

var listSteps = map[desk.Verb]step{
	desk.ListMake: {do: makesList, shows: listMade},
	desk.ListDrop: {do: dropsList, shows: listGone},
	desk.ListAdd: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.AddGroupMembers(ctx, name(on), theirsAll(moving(a, on, false))...)
		},
		shows: func(a desk.Action, on desk.Account) bool { return everyMember(a, on, true) },
	},
	desk.ListRemove: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.RemoveGroupMembers(ctx, name(on), theirsAll(moving(a, on, true))...)
		},
		shows: func(a desk.Action, on desk.Account) bool { return everyMember(a, on, false) },
	},
	desk.ListAlias: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.AddDistributionListAlias(ctx, name(on), alias(a))
		},
		shows: func(a desk.Action, on desk.Account) bool { return listOf(on).Holds(desk.Address(a.Arg("alias"))) },
	},
	desk.ListUnalias: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.RemoveDistributionListAlias(ctx, name(on), alias(a))
		},
		shows: func(a desk.Action, on desk.Account) bool {
			return listOf(on).Known() && !listOf(on).Holds(desk.Address(a.Arg("alias")))
		},
	},
	desk.ListSender: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.AddSendAsGroup(ctx, name(on), partage.Address(a.Arg("sender")))
		},
		shows: func(a desk.Action, on desk.Account) bool {
			return listOf(on).Asked && slices.Contains(listOf(on).Senders, desk.Address(a.Arg("sender")))
		},
	},
	desk.ListUnsender: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.DeleteSendAsGroup(ctx, name(on), partage.Address(a.Arg("sender")))
		},
		shows: func(a desk.Action, on desk.Account) bool {
			return listOf(on).Asked && !slices.Contains(listOf(on).Senders, desk.Address(a.Arg("sender")))
		},
	},
	desk.ListProfile: {do: writesList, shows: listWritten},
	desk.ListWrite:   {do: writesList, shows: listWritten},
}

// moving are the members that the action names and that are there, or are not: to
// remove one that is not there is refused, and nothing is removed.
func moving(a desk.Action, on desk.Account, there bool) (members []desk.Address) {
	for _, m := range a.Members() {
		i := -1
		if on.Detail != nil {
			i = slices.IndexFunc(on.Detail.Lists, func(x desk.Membership) bool { return x.ID == on.ID && x.Member == m })
		}
		if i < 0 || on.Detail.Lists[i].In == there {
			members = append(members, m)
		}
	}
	return members
}

// everyMember: each that the action names was looked at in this very list, and is
// there, or is not.
func everyMember(a desk.Action, on desk.Account, there bool) bool {
	if on.Detail == nil || on.Detail.List == nil {
		return false
	}
	members := a.Members()
	for _, m := range members {
		looked := desk.Membership{List: on.Address, ID: on.ID, Member: m, In: there}
		if !slices.Contains(on.Detail.Lists, looked) {
			return false
		}
	}
	return len(members) > 0
}

func theirsAll(all []desk.Address) []partage.Address {
	theirs := make([]partage.Address, len(all))
	for i, a := range all {
		theirs[i] = partage.Address(a)
	}
	return theirs
}

func makesList(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
	status, notes := partage.MailEnabled, marked(a.Arg("notes"), a.Arg("mark"))
	if a.Arg("kind") == string(desk.Grouping) {
		status = partage.MailDisabled
	}
	hide, quiet := a.Arg("hidden") != "", a.Arg("quiet") != ""
	ch := partage.GroupChange{MailStatus: &status, Notes: &notes, HideInGal: &hide, Quiet: &quiet}
	if shown := a.Arg("name"); shown != "" {
		ch.DisplayName = &shown
	}
	if text := a.Arg("description"); text != "" {
		ch.Description = &text
	}
	return w.CreateGroup(ctx, partage.Address(a.Target), ch)
}

// listMade: the mark names the request, so the list that bears it is ours, whatever
// became of the answer.
func listMade(a desk.Action, on desk.Account) bool {
	l := listOf(on)
	return l.Address == desk.Address(a.Target) && bears(l.Notes, a.Arg("mark")) && string(l.Kind) == a.Arg("kind") &&
		l.Name == a.Arg("name") && l.Description == a.Arg("description") && l.Hidden == (a.Arg("hidden") != "") && l.Quiet == (a.Arg("quiet") != "")
}

func bears(notes, mark string) bool { return mark != "" && strings.Contains(notes, "["+mark+"]") }

// dropsList deletes that very list, and only if nothing is lost with it that was
// not copied, or written down, before.
func dropsList(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	l := listOf(on)
	switch {
	case !l.Known(), a.Arg("id") == "" && a.Arg("mark") == "":
		return fmt.Errorf("%w: it is not known which list", desk.ErrRefused)
	case a.Arg("id") != "" && l.ID != a.Arg("id"), a.Arg("mark") != "" && !bears(l.Notes, a.Arg("mark")):
		return fmt.Errorf("%w: another list has the address", desk.ErrRefused)
	case a.Arg("content") != "" && l.Content() != a.Arg("content"):
		return fmt.Errorf("%w: the list has changed since it was read", desk.ErrRefused)
	}
	return w.DeleteGroup(ctx, name(on))
}

func listGone(a desk.Action, on desk.Account) bool {
	if id := a.Arg("id"); id != "" {
		return on.ID != id
	}
	return a.Arg("mark") != "" && !bears(listOf(on).Notes, a.Arg("mark"))
}

// writesList writes the settings that the action names. The notes come as a step
// has computed them.
func writesList(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	var ch partage.GroupChange
	for field, place := range map[string]**string{"name": &ch.DisplayName, "description": &ch.Description, "notes": &ch.Notes} {
		if value, set := a.ProfileArg(field); set {
			if value == "" {
				value = unsaid
			}
			*place = &value
		}
	}
	for field, place := range map[string]**bool{"hidden": &ch.HideInGal, "quiet": &ch.Quiet} {
		if value := a.Arg(field); value != "" {
			*place = new(value == string(desk.Yes))
		}
	}
	return w.ModifyGroup(ctx, name(on), ch)
}

func listWritten(a desk.Action, on desk.Account) bool {
	l := listOf(on)
	for field, has := range map[string]string{"name": l.Name, "description": l.Description, "notes": l.Notes} {
		if value, set := a.ProfileArg(field); set && said(value) != has {
			return false
		}
	}
	for field, has := range map[string]bool{"hidden": l.Hidden, "quiet": l.Quiet} {
		if value := a.Arg(field); value != "" && has != (value == string(desk.Yes)) {
			return false
		}
	}
	return l.Known() && a.Args != ""
}
