package effect

import (
	"context"
	"fmt"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// A step is one verb on Partage: the write, on an account as it was read, and
// how to see that it holds.
type step struct {
	do    doing
	shows func(desk.Action, desk.Account) bool
}

type doing func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error

var steps = map[desk.Verb]step{
	desk.AliasAdd: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			if on.Deleted() { // meanwhile: mail to it is refused
				return fmt.Errorf("%w: the account is deleted", desk.ErrRefused)
			}
			return w.AddAccountAlias(ctx, name(on), alias(a))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return account.Holds(desk.Address(a.Arg("alias")))
		},
	},
	desk.AliasRemove: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.RemoveAccountAlias(ctx, name(on), alias(a))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return a.Arg("alias") != "" && !account.Holds(desk.Address(a.Arg("alias")))
		},
	},
	// The alias is there again, if its end had taken it: that its last day is later
	// now, the journal alone says.
	desk.AliasRenew: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.AddAccountAlias(ctx, name(on), alias(a))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return account.Holds(desk.Address(a.Arg("alias")))
		},
	},
	desk.AccountRenew: status(partage.Active),
	desk.QuotaSet: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			size, err := desk.ParseSize(a.Arg("size"))
			if err != nil {
				return fmt.Errorf("%w: %w", desk.ErrRefused, err)
			}
			bytes := int64(size)
			return w.ModifyAccount(ctx, name(on), partage.Change{Quota: &bytes})
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
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			return w.RenameAccount(ctx, name(on), partage.Address(a.Arg("to")))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return string(account.Address) == a.Arg("to")
		},
	},
	desk.AccountCOS: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			class := partage.CosID(a.Arg("cos"))
			return w.ModifyAccount(ctx, name(on), partage.Change{COS: &class})
		},
		shows: func(a desk.Action, account desk.Account) bool { return account.COS == a.Arg("cos") },
	},
	// A copy stays in the mailbox, whatever was so before.
	desk.AccountForward: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			to, only := forward(a), false
			return w.ModifyAccount(ctx, name(on), partage.Change{Forward: &to, ForwardOnly: &only})
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return a.Arg("to") != "" && account.Forward == forward(a) && !account.ForwardOnly
		},
	},
	desk.AccountEPPN: {
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
			eppn := a.Arg("eppn")
			return w.ModifyAccount(ctx, name(on), partage.Change{CarLicense: &eppn})
		},
		shows: func(a desk.Action, account desk.Account) bool {
			return account.Detail != nil && account.Detail.EPPN == a.Arg("eppn")
		},
	},
	desk.AccountMark:   noted(marked, true),
	desk.AccountUnmark: noted(func(notes, _ string) string { return unmarked(notes) }, false),
	desk.ListJoin: {
		do: func(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
			return w.AddGroupMembers(ctx, listArg(a), partage.Address(a.Arg("member")))
		},
		shows: func(a desk.Action, account desk.Account) bool { m, read := membership(a, account); return read && m.In },
	},
	desk.AccountMake:    {do: makes(partage.Secret{}), shows: made}, // with a hash: see draws
	desk.AccountDestroy: {do: destroys, shows: gone},
	desk.AccountProfile: {do: describes, shows: described},
	desk.AccountShare:   {do: shares, shows: unseen},
	desk.AccountUnshare: {do: unshares, shows: unseen},
	desk.ListLeave: {
		do: func(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
			return w.RemoveGroupMembers(ctx, listArg(a), partage.Address(a.Arg("member")))
		},
		shows: func(a desk.Action, account desk.Account) bool {
			m, read := membership(a, account)
			return read && !m.In
		},
	},
}

// stepOf is the step of a verb, whatever it acts on.
func stepOf(v desk.Verb) (step, bool) {
	for _, table := range []map[desk.Verb]step{steps, listSteps, resourceSteps, treeSteps} {
		if s, ok := table[v]; ok {
			return s, true
		}
	}
	return step{}, false
}

func status(s partage.Status) step {
	return step{
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, _ desk.Action) error {
			return w.ModifyAccount(ctx, name(on), partage.Change{Status: &s})
		},
		shows: func(_ desk.Action, account desk.Account) bool { return account.Status == string(s) },
	}
}

func hidden(hide bool) step {
	return step{
		do: func(ctx context.Context, w *partage.Writer, on desk.Account, _ desk.Action) error {
			return w.ModifyAccount(ctx, name(on), partage.Change{HideInGal: &hide})
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

func name(on desk.Account) partage.Address { return partage.Address(on.Address) }
func alias(a desk.Action) partage.Address  { return partage.Address(a.Arg("alias")) }
