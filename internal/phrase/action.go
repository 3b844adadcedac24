package phrase

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// arguments are the slots that become arguments of an action, with the name
// that the action has for each. Those that no verb takes are not here.
var arguments = map[string]string{"alias": "alias", "size": "size", "cos": "cos", "reason": "reason", "scope": "scope", "until": "until",
	"domain": "domains", "action": "verbs", "member": "members", "owner": "person"}

// argument is the name that the action of a verb has for a slot, if it has one.
func argument(spec desk.Spec, slot string) string {
	if spec.Args[slot] != desk.NoForm {
		return slot
	}
	return arguments[slot]
}

// Actions are what the house would do for the frame: one action for each of its
// targets and values. me is the address of who asks. What the house cannot do
// yet, and an end that it cannot keep, is desk.UnknownVerb with the intent; a
// name that the directory must first find is desk.UnknownAccount.
func (f Frame) Actions(me string) ([]desk.Action, error) {
	in, ok := intentOf(f.Intent)
	if !ok || in.verb == "" {
		return nil, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", f.Intent)
	}
	spec, _ := desk.SpecOf(in.verb)
	targets, args := []string{""}, []map[string]string{{}}
	for _, sl := range slotsOf(f.Intent) {
		values := f.Slots[sl.name]
		switch {
		case len(values) == 0:
		case sl.name == in.on:
			var err error
			if targets, err = standFor(values, me); err != nil {
				return nil, err
			}
		case spec.Args[argument(spec, sl.name)] == desk.NoForm:
			return nil, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", f.Intent, "name", sl.name)
		case sl.name == "member": // all of one action
			members, err := standFor(values, me)
			if err != nil {
				return nil, err
			}
			args = crossed(args, arguments[sl.name], []string{strings.Join(members, ",")})
		default:
			if oneOf("with to owner", sl.name) {
				var err error
				if values, err = standFor(values, me); err != nil {
					return nil, err
				}
			}
			args = crossed(args, argument(spec, sl.name), values)
		}
	}
	var actions []desk.Action
	for _, target := range targets {
		for _, arg := range args {
			a, err := desk.NewAction(in.verb, target, arg)
			if err != nil {
				return nil, err
			}
			actions = append(actions, a)
		}
	}
	return actions, nil
}

// standFor gives the accounts that values stand for.
func standFor(values []string, me string) (all []string, err error) {
	for _, v := range values {
		if strings.HasPrefix(v, "name:") {
			return nil, desk.Fail(desk.NotFound, desk.UnknownAccount, "value", strings.ReplaceAll(strings.TrimPrefix(v, "name:"), "_", " "))
		}
		if v == "me" {
			v = me
		}
		all = append(all, v)
	}
	return all, nil
}

// crossed gives each set of arguments each value.
func crossed(sets []map[string]string, name string, values []string) (all []map[string]string) {
	for _, set := range sets {
		for _, v := range values {
			more := map[string]string{name: v}
			for k, old := range set {
				more[k] = old
			}
			all = append(all, more)
		}
	}
	return all
}
