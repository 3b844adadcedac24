package effect

import (
	"context"
	"errors"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// Partage has no method that reads a share. Both writes can be repeated: to give
// what is there, or to take what is not, changes nothing.

func shares(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	return w.AddRootShare(ctx, name(on), []partage.Address{partage.Address(a.Arg("with"))}, partage.Right(a.Arg("right")))
}

func unshares(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	err := w.RemoveRootShare(ctx, name(on), partage.Address(a.Arg("with")))
	if said, ok := errors.AsType[*partage.Error](err); ok && said.Class == partage.NotFound && said.Object == "grant" {
		return nil // it is not shared with them: that is what is asked
	}
	return err
}

func unseen(desk.Action, desk.Account) bool { return false }
