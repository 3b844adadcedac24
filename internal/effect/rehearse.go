package effect

import (
	"context"
	"maps"
	"net/url"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

var _ desk.Rehearser = (*Office)(nil)

// Rehearse is desk.Rehearser's. The calls come out of the very steps that would
// send them, by a writer that sends nothing.
func (o *Office) Rehearse(ctx context.Context, r desk.Request, taken desk.Request) (before desk.Account, plan desk.Plan, calls []desk.Call, err error) {
	if before, err = o.Look(ctx, r.Action, r.Mailbox); err != nil {
		return before, plan, nil, err
	}
	if !r.Finds(before) {
		if !before.Known() {
			return before, plan, nil, desk.Fail(desk.NotFound, desk.UnknownAccount, "value", r.Action.Target)
		}
		return desk.Account{}, plan, nil, desk.Fail(desk.Conflict, desk.OtherMailbox, "target", r.Action.Target)
	}
	if plan, err = o.Plan(ctx, r, before, taken); err != nil {
		return before, plan, nil, err
	}
	r.Plan = plan
	for _, s := range r.Steps() {
		on := before
		on.Address = desk.Address(s.Do.Target) // where the steps before have left it
		call, err := o.call(ctx, s.Do, on)
		if err != nil {
			return before, plan, calls, err
		}
		calls = append(calls, call...)
	}
	return before, plan, calls, nil
}

// call is what the step would send.
func (o *Office) call(ctx context.Context, a desk.Action, on desk.Account) (calls []desk.Call, err error) {
	client, err := o.writesBy(a, on)
	if err != nil {
		return nil, err
	}
	theirs, err := theirs(ctx, client, a)
	if err != nil {
		return nil, err
	}
	step, err := o.draws(theirs, steps[a.Verb])
	if err != nil {
		return nil, err
	}
	w := client.Rehearse(func(method string, form url.Values) {
		calls = append(calls, desk.Call{Method: method, Domain: client.Domain(), Params: params(form)})
	})
	return calls, known(step.do(ctx, w, on, theirs))
}

func params(form url.Values) (all []desk.Param) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			all = append(all, desk.Param{Name: name, Value: value})
		}
	}
	return all
}
