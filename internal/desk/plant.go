package desk

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// plantable names both trees in full: what people were shown of the one in force
// is what the request would change.
func (d *Desk) plantable(f *Facts) error {
	domain, now := f.Action.Target, d.View.Tree(f.Action.Target)
	if !d.View.HasDomain(domain) {
		return Fail(NotFound, UnknownDomain, "domain", domain)
	}
	args := map[string]string{"from": now.Digest()}
	if from := f.Action.Arg("from"); from != "" && !strings.HasPrefix(args["from"], from) {
		return Fail(Conflict, OtherTree, "value", domain)
	}
	if f.Action.Verb == TreeWithdraw {
		if !now.Known() {
			return Fail(NotFound, UnknownTree, "value", domain)
		}
	} else {
		next, err := d.treeOf(f.Action)
		args["tree"] = next.Digest()
		if given := f.Action.Arg("tree"); err != nil && f.Action.Verb == TreePublish && len(given) == len(sha256.Sum256(nil))*2 {
			args["tree"], err = given, nil // the door was handed one that is in no journal yet
		}
		if err != nil {
			return err
		}
		if args["tree"] == args["from"] {
			return Fail(Conflict, AlreadySo, "value", domain)
		}
	}
	var err error
	f.Action, err = NewAction(f.Action.Verb, domain, args)
	return err
}

// treeOf is the tree that an action names: one that was in force, or was asked for,
// or, if it names none, the one that the lists of the domain make.
func (d *Desk) treeOf(a Action) (Tree, error) {
	digest := a.Arg("tree")
	made := d.grown(a.Target)
	if a.Verb == TreePublish && (digest == "" || strings.HasPrefix(made.Digest(), digest)) {
		return made, nil
	}
	for _, t := range d.Trees(a.Target) {
		if digest != "" && strings.HasPrefix(t.Digest(), digest) || digest == "" && t.Digest() != d.View.Tree(a.Target).Digest() {
			return t, nil
		}
	}
	return Tree{}, Fail(NotFound, UnknownTree, "value", a.Target)
}

// Trees lists those of a domain that the journal knows, the last first: what each
// request replaced, and what it put there.
func (d *Desk) Trees(domain string) (trees []Tree) {
	add := func(t *Tree) {
		if t != nil && t.Known() && !slices.ContainsFunc(trees, func(o Tree) bool { return o.Digest() == t.Digest() }) {
			trees = append(trees, *t)
		}
	}
	for r := range d.View.Requests(Query{Target: Address(domain)}) {
		if r.Action.Verb == TreePublish || r.Action.Verb == TreeRollback || r.Action.Verb == TreeWithdraw {
			add(r.Tree)
			if r.Origin.Detail != nil {
				add(r.Origin.Detail.Tree)
			}
		}
	}
	return trees
}

// grown is the tree of the lists of a domain that the address book shows.
func (d *Desk) grown(domain string) Tree {
	t := Tree{Label: domain}
	for l := range d.View.Lists() {
		if l.Address.Domain() == domain && l.Kind == Distribution && !l.Hidden {
			label := either(l.Name == "", string(l.Address), l.Name)
			if line, ok := oneLine(label); !ok || line != label {
				label = string(l.Address)
			}
			t.Below = append(t.Below, Tree{Label: label, Address: l.Address})
		}
	}
	return t
}

// plant is the tree that a request puts in force; nil for other requests. given is
// what the door was handed.
func (d *Desk) plant(f Facts, given *Tree) (*Tree, error) {
	if f.Action.Verb != TreePublish && f.Action.Verb != TreeRollback {
		return nil, nil
	}
	t, err := d.treeOf(f.Action)
	if given != nil {
		t, err = *given, given.Check()
	}
	if err == nil && t.Digest() != f.Action.Arg("tree") {
		err = Fail(Conflict, OtherTree, "value", f.Action.Target)
	}
	if err == nil {
		err = t.Check()
	}
	return &t, err
}

// treeBack is what takes a tree back: the one before, which the journal has, or none.
func treeBack(a Action, before Account) (Action, bool) {
	if before.Detail == nil || before.Detail.Tree == nil {
		return Action{}, false
	}
	if before.Detail.Tree.Known() {
		undo, err := NewAction(TreeRollback, a.Target, map[string]string{"tree": before.Detail.Tree.Digest(), "from": a.Arg("tree")})
		return undo, err == nil
	}
	undo, err := NewAction(TreeWithdraw, a.Target, map[string]string{"from": a.Arg("tree")})
	return undo, err == nil
}
