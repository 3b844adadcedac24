package effect

import (
	"context"
	"fmt"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// A step is one verb on Partage: the write, and how to see that it holds.
type step struct {
	do    func(context.Context, *partage.Writer, partage.Address, desk.Action) error
	shows func(desk.Action, desk.Account) bool
}

var steps = map[desk.Verb]step{
	desk.AliasAdd: {
		do: func(ctx context.Context, w *partage.Writer, to partage.Address, a desk.Action) error {
			return w.AddAccountAlias(ctx, to, alias(a))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return account.Holds(desk.Address(a.Arg("alias")))
		},
	},
	desk.AliasRemove: {
		do: func(ctx context.Context, w *partage.Writer, from partage.Address, a desk.Action) error {
			return w.RemoveAccountAlias(ctx, from, alias(a))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return a.Arg("alias") != "" && !account.Holds(desk.Address(a.Arg("alias")))
		},
	},
	desk.QuotaSet: {
		do: func(ctx context.Context, w *partage.Writer, of partage.Address, a desk.Action) error {
			size, err := desk.ParseSize(a.Arg("size"))
			if err != nil {
				return fmt.Errorf("%w: %w", desk.ErrRefused, err)
			}
			bytes := int64(size)
			return w.ModifyAccount(ctx, of, partage.Change{Quota: &bytes})
		},
		shows: func(a desk.Action, account desk.Account) bool {
			size, err := desk.ParseSize(a.Arg("size"))
			return err == nil && account.Quota == int64(size)
		},
	},
}

func alias(a desk.Action) partage.Address { return partage.Address(a.Arg("alias")) }
