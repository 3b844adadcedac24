// Package effect carries desk actions to Partage and sees whether they hold.
// It is the only importer of the Partage client: what the rest of the house
// knows of Partage are desk words.
package effect

import (
	"context"
	"fmt"
	"io"
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
	// Rand gives the passwords that nobody is told of; nil: no account is made.
	Rand io.Reader

	classes sync.Map // names of the classes of service, by identifier
}

var _ desk.Office = (*Office)(nil)

// Look is desk.Office's. Our writes move a mailbox between the addresses that
// the action names; other tools may have moved it within those domains.
func (o *Office) Look(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	places := slices.Compact([]desk.Address{desk.Address(a.Target), a.After()})
	var stranger desk.Account
	for _, place := range places {
		found, err := o.at(ctx, place)
		if err != nil {
			return desk.Account{}, err
		}
		if found.Known() && found.ID == id {
			return o.detailed(ctx, a, found)
		}
		if !stranger.Known() {
			stranger = found
		}
	}
	if id == "" { // one that is to be made
		return stranger, nil
	}
	for _, place := range places {
		found, err := o.byID(ctx, place.Domain(), id)
		if err != nil {
			return desk.Account{}, err
		}
		if found.Known() && found.ID == id {
			return o.detailed(ctx, a, found)
		}
	}
	return stranger, nil
}

// at reads the mailbox that receives mail for the address. None is the zero Account.
func (o *Office) at(ctx context.Context, a desk.Address) (desk.Account, error) {
	account, _, err := o.whole(ctx, a)
	return account, err
}

// whole is at, with all that Partage tells of the account.
func (o *Office) whole(ctx context.Context, a desk.Address) (desk.Account, partage.Account, error) {
	client, err := o.Domains.For(partage.Address(a))
	if err != nil {
		return desk.Account{}, partage.Account{}, fmt.Errorf("look at account: %w", err)
	}
	found, err := client.GetAccount(ctx, partage.Address(a))
	if partage.ClassOf(err) == partage.NotFound {
		return desk.Account{}, partage.Account{}, nil
	}
	if err == nil {
		err = o.named(ctx, client, found.COS)
	}
	if err != nil {
		return desk.Account{}, partage.Account{}, fmt.Errorf("look at account: %w", err)
	}
	account := o.account(found)
	account.Detail = &desk.Detail{EPPN: found.CarLicense, Notes: found.Notes}
	return account, found, nil
}

// byID reads the mailbox with that identifier in the domain, if there is one.
func (o *Office) byID(ctx context.Context, domain, id string) (desk.Account, error) {
	client, err := o.Domains.Client(domain)
	if err != nil {
		return desk.Account{}, fmt.Errorf("look for account: %w", err)
	}
	for found, err := range client.GetAllAccounts(ctx, partage.Query{Filter: "(zimbraId=" + escaped(id) + ")", Attrs: listed()}) {
		if err != nil {
			return desk.Account{}, fmt.Errorf("look for account: %w", err)
		}
		return o.at(ctx, desk.Address(found.Name))
	}
	return desk.Account{}, nil
}

// detailed adds what the action touches beside the account.
func (o *Office) detailed(ctx context.Context, a desk.Action, account desk.Account) (desk.Account, error) {
	if a.Verb == desk.AccountProfile {
		return o.profiled(ctx, account)
	}
	if a.Verb != desk.ListJoin && a.Verb != desk.ListLeave {
		return account, nil
	}
	m, err := o.onList(ctx, desk.Address(a.Arg("list")), desk.Address(a.Arg("member")))
	if err != nil {
		return desk.Account{}, fmt.Errorf("look at list: %w", err)
	}
	account.Detail.Lists = []desk.Membership{m}
	return account, nil
}

// Shows says whether the account, as read, shows the action's effect.
func (o *Office) Shows(a desk.Action, account desk.Account) bool {
	step, ok := steps[a.Verb]
	there := account.Known() || a.Verb == desk.AccountDestroy
	return ok && there && step.shows(a, account)
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
		for found, err := range o.Domains.GetAllAccounts(ctx, partage.Query{Attrs: listed()}) {
			if err == nil {
				client, _ := o.Domains.For(found.Name) // that listed it
				err = o.named(ctx, client, found.COS)
			}
			if !yield(o.account(found), err) || err != nil {
				return
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
