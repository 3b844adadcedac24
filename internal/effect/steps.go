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
	desk.AccountLock:     status(partage.Locked),
	desk.AccountActivate: status(partage.Active),
	desk.AccountClose:    status(partage.Closed),
	desk.AccountHide:     hidden(true),
	desk.AccountUnhide:   hidden(false),
	// The account is at another address afterwards: who compares must have read
	// the same mailbox there.
	desk.AccountRename: {
		do: func(ctx context.Context, w *partage.Writer, from partage.Address, a desk.Action) error {
			return w.RenameAccount(ctx, from, partage.Address(a.Arg("to")))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return string(account.Address) == a.Arg("to")
		},
	},
	desk.AccountCOS: {
		do: func(ctx context.Context, w *partage.Writer, of partage.Address, a desk.Action) error {
			class := partage.CosID(a.Arg("cos"))
			return w.ModifyAccount(ctx, of, partage.Change{COS: &class})
		},
		shows: func(a desk.Action, account desk.Account) bool { return account.COS == a.Arg("cos") },
	},
	// A copy stays in the mailbox, whatever was so before.
	desk.AccountForward: {
		do: func(ctx context.Context, w *partage.Writer, from partage.Address, a desk.Action) error {
			to, only := forward(a), false
			return w.ModifyAccount(ctx, from, partage.Change{Forward: &to, ForwardOnly: &only})
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return a.Arg("to") != "" && account.Forward == forward(a) && !account.ForwardOnly
		},
	},
}

func status(s partage.Status) step {
	return step{
		do: func(ctx context.Context, w *partage.Writer, of partage.Address, _ desk.Action) error {
			return w.ModifyAccount(ctx, of, partage.Change{Status: &s})
		},
		shows: func(_ desk.Action, account desk.Account) bool { return account.Status == string(s) },
	}
}

func hidden(hide bool) step {
	return step{
		do: func(ctx context.Context, w *partage.Writer, of partage.Address, _ desk.Action) error {
			return w.ModifyAccount(ctx, of, partage.Change{HideInGal: &hide})
		},
		shows: func(_ desk.Action, account desk.Account) bool { return account.Hidden == hide },
	}
}

// forward is where the mail goes, in Partage's terms.
func forward(a desk.Action) string {
	if to := a.Arg("to"); to != desk.Nowhere {
		return to
	}
	return ""
}

func alias(a desk.Action) partage.Address { return partage.Address(a.Arg("alias")) }
