package effect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

func listArg(a desk.Action) partage.Address { return partage.Address(a.Arg("list")) }

// membership is what was read of the list that the action is about: nothing, or
// what that very list has. Another list at its address tells nothing of it.
func membership(a desk.Action, account desk.Account) (m desk.Membership, read bool) {
	if account.Detail == nil {
		return m, false
	}
	i := slices.IndexFunc(account.Detail.Lists, func(m desk.Membership) bool {
		gone := m.ID == "" && a.Verb == desk.ListLeave // and so is the membership
		return string(m.List) == a.Arg("list") && string(m.Member) == a.Arg("member") && (m.ID == a.Arg("id") || gone)
	})
	if i < 0 {
		return m, false
	}
	return account.Detail.Lists[i], true
}

// onList reads whether the list has the address.
func (o *Office) onList(ctx context.Context, at, member desk.Address) (desk.Membership, error) {
	m := desk.Membership{List: at, Member: member}
	client, err := o.Domains.For(partage.Address(at))
	if err != nil {
		return m, err
	}
	g, err := client.GetGroup(ctx, partage.Address(at))
	if partage.ClassOf(err) == partage.NotFound {
		return m, nil
	}
	m.ID, m.In = string(g.ID), slices.Contains(g.Members, partage.Address(member))
	return m, err
}

// memberships reads which lists have the account, by any of its addresses: one
// query in each domain that has a key, then each list found. Lists that others
// keep for us are out of sight.
func (o *Office) memberships(ctx context.Context, account desk.Account) ([]desk.Membership, error) {
	own := append([]desk.Address{account.Address}, account.Aliases...)
	var query strings.Builder
	for _, a := range own {
		fmt.Fprintf(&query, "(zimbraMailForwardingAddress=%s)", escaped(string(a)))
	}
	var found []desk.Membership
	var guard sync.Mutex
	err := o.everywhere(ctx, func(ctx context.Context, client *partage.Client) error {
		here, err := membersHere(ctx, client, "(|"+query.String()+")", own)
		guard.Lock()
		defer guard.Unlock()
		found = append(found, here...)
		return err
	})
	slices.SortFunc(found, func(a, b desk.Membership) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Member, b.Member))
	})
	return found, err
}

func membersHere(ctx context.Context, client *partage.Client, query string, own []desk.Address) (found []desk.Membership, err error) {
	for listed, err := range client.GetAllGroups(ctx, partage.Query{Filter: query}) {
		if err != nil {
			return nil, err
		}
		g, err := client.GetGroup(ctx, listed.Name)
		if err != nil {
			return nil, err
		}
		for _, a := range own {
			if slices.Contains(g.Members, partage.Address(a)) {
				found = append(found, desk.Membership{List: desk.Address(g.Name), ID: string(g.ID), Member: a, In: true})
			}
		}
	}
	return found, nil
}

// everywhere asks every domain that has a key, eight at a time. No answer of one
// is an error of all: what it would have told is not known.
func (o *Office) everywhere(ctx context.Context, ask func(context.Context, *partage.Client) error) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(8)
	for _, domain := range o.Domains.Names() {
		client, err := o.Domains.Client(domain)
		if err != nil {
			return err
		}
		work.Go(func() error { return ask(ctx, client) })
	}
	return work.Wait()
}

// escaped is a text as a value of an LDAP filter.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\5c`, `*`, `\2a`, `(`, `\28`, `)`, `\29`, "\x00", `\00`).Replace(text)
}
