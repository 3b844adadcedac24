package peers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/unistra/melusine/internal/desk"
)

// cedarEngine has a set of policies a verb: this library tries all of a set.
func cedarEngine() (engine, error) {
	sets := map[string]*cedar.PolicySet{}
	for i, rule := range written([kinds]string{
		`VERB|context.via == "VIA" && [ALL].contains(context.domain) && principal.manages.contains(context.domain) && principal.manages.contains(resource.home) && resource.owner != principal.uid`,
		`VERB|context.via == "VIA" && resource.owner == principal.uid && [ALL].contains(context.domain)SIZE`,
		`VERB|context.via == "VIA" && [ALL].contains(context.domain) && resource.status == "locked" && principal.groups.contains("admins")`,
		`VERB|context.via == "VIA" && context.domain == "D0" && ["employee", "faculty"].contains(principal.affiliation)`,
	}, ` && context.size <= 10737418240`) {
		verb, condition, _ := strings.Cut(rule, "|")
		if sets[verb] == nil {
			sets[verb] = cedar.NewPolicySet()
		}
		var p cedar.Policy
		if err := p.UnmarshalCedar([]byte(fmt.Sprintf("permit(principal, action == Action::%q, resource) when { %s };", verb, condition))); err != nil {
			return nil, err
		}
		sets[verb].Add(cedar.PolicyID(fmt.Sprint(i)), &p)
	}
	return func(f desk.Facts) (question, error) {
		who := cedar.NewEntityUID("User", cedar.String(f.Actor.UID))
		box := cedar.NewEntityUID("Account", cedar.String(f.Target.Address))
		entities := cedar.EntityMap{
			who: {UID: who, Attributes: cedar.NewRecord(cedar.RecordMap{"uid": cedar.String(f.Actor.UID), "affiliation": cedar.String(f.Actor.Affiliation),
				"manages": set(managed(f.Actor)), "groups": set(f.Actor.Groups)})},
			box: {UID: box, Attributes: cedar.NewRecord(cedar.RecordMap{"owner": cedar.String(f.Owner.UID), "status": cedar.String(f.Target.Status),
				"home": cedar.String(f.Target.Address.Domain())})},
		}
		policies := sets[string(f.Action.Verb)]
		r := cedar.Request{Principal: who, Action: cedar.NewEntityUID("Action", cedar.String(f.Action.Verb)), Resource: box,
			Context: cedar.NewRecord(cedar.RecordMap{"via": cedar.String(f.Via), "domain": cedar.String(f.Domain), "size": cedar.Long(f.Size)})}
		return func() (bool, error) {
			ok, why := cedar.Authorize(policies, entities, r)
			if len(why.Errors) > 0 {
				return false, errors.New(why.Errors[0].Message)
			}
			return bool(ok), nil
		}, nil
	}, nil
}

func set(texts []string) cedar.Set {
	var values []cedar.Value
	for _, t := range texts {
		values = append(values, cedar.String(t))
	}
	return cedar.NewSet(values...)
}
