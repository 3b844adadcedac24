package effect

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// Plan is desk.Office's.
func (o *Office) Plan(ctx context.Context, r desk.Request, before desk.Account, taken desk.Request) (desk.Plan, error) {
	if err := o.stillTheirs(ctx, r); err != nil {
		return desk.Plan{}, err
	}
	if spec, _ := desk.SpecOf(r.Action.Verb); spec.Object {
		return o.planObject(ctx, r, before, taken)
	}
	switch r.Action.Verb {
	case desk.AccountDelete:
		return o.deletion(ctx, r, before)
	case desk.AccountRestore:
		return o.restoration(ctx, before, taken)
	case desk.AccountCreate:
		return o.creation(ctx, r)
	case desk.AccountPurge:
		return purge(before, taken)
	case desk.AliasMove:
		return o.move(ctx, r, before)
	}
	return desk.Plan{}, nil
}

// stillTheirs asks Partage itself whether who gains by the request is another mailbox
// by now: the copy may not know yet. Of several the copy alone tells.
func (o *Office) stillTheirs(ctx context.Context, r desk.Request) error {
	to := r.Action.GivenTo()
	if r.Gains == "" || len(to) != 1 || !slices.Contains(o.Domains.Names(), to[0].Domain()) {
		return nil
	}
	box, err := o.at(ctx, to[0])
	if err == nil && box.Known() && box.ID != r.Gains {
		err = desk.Fail(desk.Conflict, desk.OtherMailbox, "target", string(to[0]))
	}
	return err
}

// deletion takes the mailbox out of sight and out of use, and deletes nothing:
// it leaves its lists, is closed, hidden, renamed, no longer a person's, and
// marked. Closing would take its addresses out of every list at once, for good:
// they leave before, one by one, so that each step can be taken back. The
// aliases stay: nobody else can have them, and mail for them is refused.
func (o *Office) deletion(ctx context.Context, r desk.Request, before desk.Account) (desk.Plan, error) {
	if before.Deleted() || before.Detail == nil {
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.AlreadySo, "value", string(before.Address))
	}
	lists, err := o.memberships(ctx, before)
	if err != nil {
		return desk.Plan{}, fmt.Errorf("read lists of %s: %w", before.Address, err)
	}
	p := &planner{at: before}
	for _, m := range lists {
		p.add(desk.ListLeave, "list", string(m.List), "id", m.ID, "member", string(m.Member))
	}
	if before.Status != desk.Closed {
		p.add(desk.AccountClose)
	}
	if !before.Hidden {
		p.add(desk.AccountHide)
	}
	p.add(desk.AccountRename, "to", string(before.Trash()))
	p.at.Address = before.Trash()
	if before.Detail.EPPN != "" {
		p.add(desk.AccountEPPN)
	}
	if mark := deletedMark(r.ID, before.Address); fits(before.Detail.Notes, mark) {
		p.add(desk.AccountMark, "mark", mark)
	}
	return p.plan, p.err
}

// A planner adds steps that can each be taken back, or fails.
type planner struct {
	at   desk.Account // as it will be when the next step comes
	plan desk.Plan
	err  error
}

// add adds the verb with its arguments, name then value.
func (p *planner) add(verb desk.Verb, pairs ...string) {
	if p.err != nil {
		return
	}
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	do, err := desk.NewAction(verb, string(p.at.Address), args)
	undo, ok := desk.Undo(do, p.at)
	if err != nil || !ok {
		p.err = desk.Fail(desk.Conflict, desk.NotReversible, "what", string(verb)).Because(err)
		return
	}
	p.plan.Steps = append(p.plan.Steps, desk.Step{Do: do, Undo: undo})
}

// restoration takes a deletion back, step by step, from the last to the first:
// what was before comes from the journal, never out of a name or a note.
func (o *Office) restoration(ctx context.Context, before desk.Account, taken desk.Request) (plan desk.Plan, err error) {
	if taken.Origin.ID != before.ID {
		return plan, desk.Fail(desk.NotFound, desk.NotDeleted, "value", string(taken.Origin.Address))
	}
	if err := o.vacant(ctx, taken.Origin); err != nil {
		return plan, err
	}
	for _, step := range taken.Reverse().Steps {
		if step.Do.Verb == desk.ListJoin {
			at := desk.Address(step.Do.Arg("list"))
			m, err := o.onList(ctx, at, desk.Address(step.Do.Arg("member")))
			if err != nil {
				return plan, fmt.Errorf("read list %s: %w", at, err)
			}
			if m.ID != step.Do.Arg("id") {
				plan.Lost = append(plan.Lost, at)
				continue
			}
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// vacant asks Partage itself whether another mailbox has taken the address or
// the person: the first would refuse the rename, the second nobody would tell.
func (o *Office) vacant(ctx context.Context, origin desk.Account) error {
	holder, err := o.at(ctx, origin.Address)
	if err != nil {
		return err
	}
	if holder.Known() && holder.ID != origin.ID {
		return desk.Fail(desk.Conflict, desk.AddressTaken, "address", string(origin.Address))
	}
	if origin.Detail == nil || origin.Detail.EPPN == "" {
		return nil
	}
	query := partage.Query{Filter: "(carLicense=" + escaped(origin.Detail.EPPN) + ")", Attrs: listed()}
	var heir atomic.Pointer[desk.Address]
	err = o.everywhere(ctx, func(ctx context.Context, client *partage.Client) error {
		for found, err := range client.GetAllAccounts(ctx, query) {
			if err != nil {
				return fmt.Errorf("look for %s: %w", origin.Detail.EPPN, err)
			}
			if name := desk.Address(found.Name); string(found.ID) != origin.ID {
				heir.Store(&name)
			}
		}
		return nil
	})
	if taken := heir.Load(); err == nil && taken != nil {
		return desk.Fail(desk.Conflict, desk.PersonTaken, "person", origin.Detail.EPPN, "account", string(*taken))
	}
	return err
}
