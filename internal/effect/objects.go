package effect

import (
	"context"
	"iter"
	"strings"

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

// Objects are the lists, the resources and the tree of one domain, as they are read.
type Objects struct {
	Lists     iter.Seq2[desk.List, error]
	Resources iter.Seq2[desk.Resource, error]
	Tree      func() (desk.Tree, error)
}

// ObjectsOf reads the distribution lists, groups and aliases 1→N of a domain, with
// their members and who may send; its resources, and its tree.
func (o *Office) ObjectsOf(ctx context.Context, domain string) Objects {
	return Objects{o.listsOf(ctx, domain), o.resourcesOf(ctx, domain), func() (desk.Tree, error) {
		found, err := o.treeAt(ctx, domain)
		return treeOf(found), err
	}}
}

// listsOf asks twice for each list, at the pace of listings. One that is gone since
// it was listed is none.
func (o *Office) listsOf(ctx context.Context, domain string) iter.Seq2[desk.List, error] {
	return func(yield func(desk.List, error) bool) {
		client, err := o.Domains.Client(domain)
		if err != nil {
			yield(desk.List{}, err)
			return
		}
		for listed, err := range client.GetAllGroups(ctx, partage.Query{}) {
			var l desk.List
			if err == nil {
				l, err = o.unhurried(ctx, desk.Address(listed.Name))
			}
			if (err != nil || l.Known()) && (!yield(l, err) || err != nil) {
				return
			}
		}
	}
}

func (o *Office) unhurried(ctx context.Context, a desk.Address) (l desk.List, err error) {
	if err = o.paced(ctx); err == nil {
		l, err = o.listAt(ctx, a)
	}
	if err != nil || !l.Known() || l.Kind != desk.Distribution {
		l.Asked = err == nil
		return l, err
	}
	if err = o.paced(ctx); err == nil {
		l, err = o.withSenders(ctx, l)
	}
	if partage.ClassOf(err) == partage.NotFound {
		return desk.List{}, nil
	}
	return l, err
}

func (o *Office) paced(ctx context.Context) error {
	if o.Pace == nil {
		return ctx.Err()
	}
	return o.Pace(ctx)
}

func (o *Office) resourcesOf(ctx context.Context, domain string) iter.Seq2[desk.Resource, error] {
	return func(yield func(desk.Resource, error) bool) {
		client, err := o.Domains.Client(domain)
		if err != nil {
			yield(desk.Resource{}, err)
			return
		}
		for r, err := range client.GetAllResources(ctx, partage.Query{}) {
			if !yield(resource(r), err) || err != nil {
				return
			}
		}
	}
}
