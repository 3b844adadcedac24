// Package effect carries desk actions to Partage and sees whether they hold.
// It is the only importer of the Partage client: what the rest of the house
// knows of Partage are desk words.
package effect

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// An Office is Partage as the executor and the mirror need it.
type Office struct {
	Domains *partage.Domains
	// Scope is the domain of the university's eduPersonPrincipalNames: the
	// mailbox whose carLicense is "login@Scope", in whatever letters, belongs to
	// the person "login".
	// A mailbox with another carLicense, or none, belongs to nobody.
	Scope string

	classes sync.Map // names of the classes of service, by identifier
}

var _ desk.Office = (*Office)(nil)

// Look reads the mailbox that receives mail for the address, from Partage
// itself. None is the zero Account.
func (o *Office) Look(ctx context.Context, a desk.Address) (desk.Account, error) {
	client, err := o.Domains.For(partage.Address(a))
	if err != nil {
		return desk.Account{}, fmt.Errorf("look at account: %w", err)
	}
	found, err := client.GetAccount(ctx, partage.Address(a))
	if partage.ClassOf(err) == partage.NotFound {
		return desk.Account{}, nil
	}
	if err == nil {
		err = o.named(ctx, client, found.COS)
	}
	if err != nil {
		return desk.Account{}, fmt.Errorf("look at account: %w", err)
	}
	return o.account(found), nil
}

// Do sends the one write that the action is. What it returns says what is
// known of the effect: see desk.Office.
func (o *Office) Do(ctx context.Context, a desk.Action, target desk.Account) error {
	step, ok := steps[a.Verb]
	if !ok {
		return fmt.Errorf("%w: no steps for %s", desk.ErrRefused, a.Verb)
	}
	client, err := o.Domains.For(partage.Address(target.Address))
	if err != nil {
		return fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	if a, err = theirs(ctx, client, a); err != nil {
		return err
	}
	writer, err := client.Writer(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	}
	return known(step.do(ctx, writer, partage.Address(target.Address), a))
}

// Shows says whether the account, as read, shows the action's effect.
func (o *Office) Shows(a desk.Action, account desk.Account) bool {
	step, ok := steps[a.Verb]
	return ok && account.Known() && step.shows(a, account)
}

// known sorts what the client says of a write into what the executor must know.
func known(err error) error {
	if err == nil {
		return nil
	}
	switch partage.ClassOf(err) {
	case partage.NotSent, partage.Temporary, partage.Auth:
		return fmt.Errorf("%w: %w", desk.ErrNotSent, err)
	case partage.NotFound, partage.Conflict, partage.Refused:
		return fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	return fmt.Errorf("outcome unknown: %w", err)
}

// Accounts lists every mailbox of every domain that has a key. An error ends
// it: what came before is true, but nothing may be believed absent.
func (o *Office) Accounts(ctx context.Context) iter.Seq2[desk.Account, error] {
	return func(yield func(desk.Account, error) bool) {
		for _, domain := range o.Domains.Names() {
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
}

// listed names the attributes that account reads.
func listed() []string {
	return []string{"quota", "used", "displayName", "carLicense", "zimbraAccountStatus", "zimbraCOSId", "zimbraMailAlias", "zimbraLastLogonTimestamp",
		"zimbraPrefMailForwardingAddress", "zimbraPrefMailLocalDeliveryDisabled", "zimbraHideInGal"}
}

func (o *Office) account(a partage.Account) desk.Account {
	aliases := make([]desk.Address, len(a.Aliases))
	for i, alias := range a.Aliases {
		aliases[i] = desk.Address(alias)
	}
	slices.Sort(aliases)
	return desk.Account{
		ID: string(a.ID), Address: desk.Address(a.Name), Owner: o.owner(a.CarLicense), Name: a.DisplayName,
		Status: string(a.Status), COS: o.className(a.COS), Quota: a.Quota, Used: a.Used, Aliases: aliases, Seen: a.LastLogon,
		Forward: a.Forward, ForwardOnly: a.ForwardOnly, Hidden: a.HideInGal,
	}
}

func (o *Office) owner(eppn string) desk.UID {
	name, err := desk.ParseAddress(eppn) // in small letters, as the directory's logins
	if err != nil || name.Domain() != o.Scope {
		return ""
	}
	return desk.UID(name.Local())
}
