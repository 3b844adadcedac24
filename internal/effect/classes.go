package effect

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// Classes reads the names of the classes of service of every domain that has a
// key. Desk words call a class by its name, Partage by an identifier: the names
// are kept for the accounts read later.
func (o *Office) Classes(ctx context.Context) ([]string, error) {
	names := map[string]bool{}
	for _, domain := range o.Domains.Names() {
		client, err := o.Domains.Client(domain)
		if err != nil {
			return nil, fmt.Errorf("read classes of %s: %w", domain, err)
		}
		if err := o.readClasses(ctx, client, names); err != nil {
			return nil, fmt.Errorf("read classes of %s: %w", domain, err)
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

func (o *Office) readClasses(ctx context.Context, client *partage.Client, names map[string]bool) error {
	for c, err := range client.GetAllCos(ctx) {
		if err != nil {
			return err
		}
		o.classes.Store(c.ID, c.Name)
		names[c.Name] = true
	}
	return nil
}

// named has the class of an account known by name: one that Partage does not
// list is called by its identifier.
func (o *Office) named(ctx context.Context, client *partage.Client, id partage.CosID) error {
	if _, known := o.classes.Load(id); known {
		return nil
	}
	err := o.readClasses(ctx, client, map[string]bool{})
	if err == nil {
		o.classes.LoadOrStore(id, string(id))
	}
	return err
}

func (o *Office) className(id partage.CosID) string {
	name, _ := o.classes.Load(id)
	text, _ := name.(string)
	return text
}

// theirs is the action in Partage's terms: a class of service by the identifier
// that its name has now.
func theirs(ctx context.Context, client *partage.Client, a desk.Action) (desk.Action, error) {
	if a.Verb != desk.AccountCOS && a.Verb != desk.AccountMake {
		return a, nil
	}
	class, err := client.GetCos(ctx, a.Arg("cos"))
	if partage.ClassOf(err) == partage.NotFound {
		return a, fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	spec, _ := desk.SpecOf(a.Verb)
	args := map[string]string{}
	for name := range spec.Args {
		args[name] = a.Arg(name)
	}
	args["cos"] = string(class.ID)
	return desk.NewAction(a.Verb, a.Target, args)
}
