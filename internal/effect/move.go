package effect

import (
	"context"
	"fmt"

	"github.com/unistra/melusine/internal/desk"
)

// move takes the alias from one account and gives it to the other: Partage lets
// an address be in one place only, so for the moment between the two writes it is
// in none. If the second is refused, the first is taken back.
func (o *Office) move(ctx context.Context, r desk.Request, before desk.Account) (desk.Plan, error) {
	a := r.Action
	to, err := o.at(ctx, desk.Address(a.Arg("to")))
	switch {
	case err != nil:
		return desk.Plan{}, err
	case !to.Known() || to.Deleted():
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.UnknownAccount, "value", a.Arg("to"))
	case to.ID == before.ID:
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.AlreadySo, "value", a.Arg("alias"))
	case to.Status == desk.Closed:
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.WrongStatus, "account", string(to.Address), "state", to.Status)
	}
	alias := map[string]string{"alias": a.Arg("alias")}
	takes, err := desk.NewAction(desk.AliasRemove, string(before.Address), alias)
	if err != nil {
		return desk.Plan{}, err
	}
	gives, err := desk.NewAction(desk.AliasAdd, string(to.Address), alias)
	if err != nil {
		return desk.Plan{}, err
	}
	back, ok := desk.Undo(takes, before)
	away, too := desk.Undo(gives, to)
	if !ok || !too {
		return desk.Plan{}, fmt.Errorf("plan %s: %w", a, desk.Fail(desk.Conflict, desk.NotReversible, "what", string(a.Verb)))
	}
	return desk.Plan{Steps: []desk.Step{{Do: takes, Undo: back}, {Do: gives, Undo: away, Mailbox: to.ID}}}, nil
}
