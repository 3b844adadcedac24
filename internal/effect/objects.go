package effect

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// lookObject is Look for an action on a list, a resource or a tree.
func (o *Office) lookObject(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	switch spec, _ := desk.SpecOf(a.Verb); {
	case spec.Target == desk.DomainForm:
		return o.treeAt(ctx, a.Target)
	case onResource(a.Verb):
		return o.lookResource(ctx, a, id)
	}
	return o.lookList(ctx, a, id)
}

func onResource(v desk.Verb) bool { return strings.HasPrefix(string(v), "resource.") }

// planObject is Plan for an action on a list, a resource or a tree.
func (o *Office) planObject(ctx context.Context, r desk.Request, before desk.Account, taken desk.Request) (desk.Plan, error) {
	switch r.Action.Verb {
	case desk.ListCreate, desk.GroupCreate, desk.FanOutCreate:
		return listCreation(r)
	case desk.ListDelete:
		return o.listDeletion(r, before)
	case desk.ListRestore:
		return o.listReturn(ctx, r, before, taken)
	case desk.ListRename:
		return o.listRename(r, before)
	case desk.ResourceCreate:
		return resourceCreation(r)
	case desk.ResourceDelete:
		return resourceDeletion(r, before)
	case desk.ResourceRestore:
		if taken.Origin.ID != before.ID || before.ID == "" {
			return desk.Plan{}, desk.Fail(desk.NotFound, desk.NotDeleted, "value", r.Action.Target)
		}
		return taken.Reverse(), nil
	case desk.ResourceRename:
		return o.resourceRename(ctx, r, before)
	case desk.TreePublish, desk.TreeRollback, desk.TreeWithdraw:
		return planting(r, before)
	}
	return desk.Plan{}, nil
}

// Lists lists the distribution lists, groups and aliases 1→N of every domain that
// has a key, with their members: a call for each. Who may send is not read.
func (o *Office) Lists(ctx context.Context) iter.Seq2[desk.List, error] {
	return gathered(ctx, o, func(ctx context.Context, client *partage.Client, found func(desk.List)) error {
		for listed, err := range client.GetAllGroups(ctx, partage.Query{}) {
			if err != nil {
				return err
			}
			g, err := client.GetGroup(ctx, listed.Name)
			if partage.ClassOf(err) == partage.NotFound {
				continue // deleted since it was listed
			}
			if err != nil {
				return err
			}
			found(list(g))
		}
		return nil
	}, func(a, b desk.List) int { return cmp.Compare(a.Address, b.Address) })
}

// Resources lists the calendar resources of every domain that has a key.
func (o *Office) Resources(ctx context.Context) iter.Seq2[desk.Resource, error] {
	return gathered(ctx, o, func(ctx context.Context, client *partage.Client, found func(desk.Resource)) error {
		for r, err := range client.GetAllResources(ctx, partage.Query{}) {
			if err != nil {
				return err
			}
			found(resource(r))
		}
		return nil
	}, func(a, b desk.Resource) int { return cmp.Compare(a.Address, b.Address) })
}

// gathered asks every domain, and yields what is found once all have answered.
func gathered[T any](ctx context.Context, o *Office, ask func(context.Context, *partage.Client, func(T)) error, order func(a, b T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var all []T
		var guard sync.Mutex
		err := o.everywhere(ctx, func(ctx context.Context, client *partage.Client) error {
			return ask(ctx, client, func(x T) {
				guard.Lock()
				defer guard.Unlock()
				all = append(all, x)
			})
		})
		if err != nil {
			yield(*new(T), err)
			return
		}
		slices.SortFunc(all, order)
		for _, x := range all {
			if !yield(x, nil) {
				return
			}
		}
	}
}
