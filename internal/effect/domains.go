package effect

import (
	"context"
	"iter"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// AccountsOf lists every mailbox of one domain. An error ends it, as that of
// Accounts.
func (o *Office) AccountsOf(ctx context.Context, domain string) iter.Seq2[desk.Account, error] {
	return func(yield func(desk.Account, error) bool) {
		client, err := o.Domains.Client(domain)
		if err != nil {
			yield(desk.Account{}, err)
			return
		}
		for found, err := range client.GetAllAccounts(ctx, partage.Query{Attrs: listed()}) {
			if err == nil {
				err = o.named(ctx, client, found.COS)
			}
			if !yield(o.account(found), err) || err != nil {
				return
			}
		}
	}
}

// CountOf says how many mailboxes a domain has, by one small question.
func (o *Office) CountOf(ctx context.Context, domain string) (int, error) {
	client, err := o.Domains.Client(domain)
	if err != nil {
		return 0, err
	}
	return client.CountObjects(ctx, partage.UserAccounts)
}

// CountObjectsOf asks Partage how many lists and resources the domain has.
func (o *Office) CountObjectsOf(ctx context.Context, domain string) (int, error) {
	client, err := o.Domains.Client(domain)
	if err != nil {
		return 0, err
	}
	lists, err := client.CountObjects(ctx, partage.Lists)
	if err != nil {
		return 0, err
	}
	resources, err := client.CountObjects(ctx, partage.Resources)
	return lists + resources, err
}

// ListAt reads the list that has the address, as a reading of its domain does.
func (o *Office) ListAt(ctx context.Context, a desk.Address) (desk.List, error) {
	return o.unhurried(ctx, a)
}

// At reads the mailbox that receives mail for an address, as a listing shows it.
func (o *Office) At(ctx context.Context, a desk.Address) (desk.Account, error) {
	found, err := o.at(ctx, a)
	found.Detail = nil
	return found, err
}
