package effect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// tree is a definition of Partage in desk words.
func tree(d partage.Definition) desk.Tree {
	t := desk.Tree{Label: d.Description, Address: desk.Address(d.Email)}
	for _, k := range d.Children {
		t.Below = append(t.Below, tree(k))
	}
	return t
}

// definition is the reverse: what has an address is a list.
func definition(t desk.Tree, kind partage.NodeType) partage.Definition {
	d := partage.Definition{Type: kind, Description: t.Label, Email: partage.Address(t.Address)}
	for _, k := range t.Below {
		below := partage.Topic
		if k.Address != "" {
			below = partage.List
		}
		d.Children = append(d.Children, definition(k, below))
	}
	return d
}

// treeAt reads the tree of a domain, be it none.
func (o *Office) treeAt(ctx context.Context, domain string) (desk.Account, error) {
	client, err := o.Domains.Client(domain)
	if err != nil {
		return desk.Account{}, fmt.Errorf("look at tree: %w", err)
	}
	d, err := client.GetDefinition(ctx)
	if partage.ClassOf(err) == partage.NotFound {
		return desk.Tree{}.Target(domain), nil
	}
	if err != nil {
		return desk.Account{}, fmt.Errorf("look at tree: %w", err)
	}
	return tree(d).Target(domain), nil
}

var treeSteps = map[desk.Verb]step{
	desk.TreePut: {
		do: func(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
			t, err := treeArg(a)
			if err != nil {
				return fmt.Errorf("%w: %w", desk.ErrRefused, err)
			}
			return w.CreateDefinition(ctx, definition(t, partage.Root))
		},
		shows: func(a desk.Action, on desk.Account) bool {
			t, err := treeArg(a)
			return err == nil && treeOf(on).Digest() == t.Digest()
		},
	},
	desk.TreeDrop: {
		do: func(ctx context.Context, w *partage.Writer, _ desk.Account, _ desk.Action) error {
			err := w.DeleteDefinition(ctx)
			if partage.ClassOf(err) == partage.NotFound {
				return nil // there is none: that is what is asked
			}
			return err
		},
		shows: func(_ desk.Action, on desk.Account) bool {
			return on.Detail != nil && on.Detail.Tree != nil && !on.Detail.Tree.Known()
		},
	},
}

func treeOf(on desk.Account) desk.Tree {
	if on.Detail == nil || on.Detail.Tree == nil {
		return desk.Tree{}
	}
	return *on.Detail.Tree
}

func treeArg(a desk.Action) (t desk.Tree, err error) {
	if err = json.Unmarshal([]byte(a.Arg("tree")), &t); err == nil && !t.Known() {
		err = errors.New("no tree")
	}
	return t, err
}

// planting puts a tree in the place of the one that was there when it was asked
// for, which takes it back; another one there is not replaced unseen.
func planting(r desk.Request, before desk.Account) (desk.Plan, error) {
	now, domain := treeOf(before), r.Action.Target
	if now.Digest() != r.Action.Arg("from") {
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.OtherTree, "value", domain)
	}
	do, err := putting(domain, desk.Tree{})
	if r.Action.Verb != desk.TreeWithdraw {
		if r.Tree == nil || r.Tree.Digest() != r.Action.Arg("tree") {
			return desk.Plan{}, desk.Fail(desk.NotFound, desk.UnknownTree, "value", domain)
		}
		do, err = putting(domain, *r.Tree)
	}
	undo, back := putting(domain, now)
	if err = errors.Join(err, back); err != nil {
		return desk.Plan{}, err
	}
	return desk.Plan{Steps: []desk.Step{{Do: do, Undo: undo}}}, nil
}

// putting is the step that leaves the domain with that tree, or with none.
func putting(domain string, t desk.Tree) (desk.Action, error) {
	if !t.Known() {
		return desk.NewAction(desk.TreeDrop, domain, nil)
	}
	text, err := json.Marshal(t)
	if err != nil {
		return desk.Action{}, fmt.Errorf("write tree: %w", err)
	}
	return desk.NewAction(desk.TreePut, domain, map[string]string{"tree": string(text)})
}
