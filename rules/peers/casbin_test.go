package peers

import (
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/unistra/melusine/internal/desk"
)

// asked is what a matcher of Casbin can look at.
type asked struct {
	Manages, Groups                                    []string
	UID, Affiliation, Owner, Domain, Home, Via, Status string
	Size                                               int64
}

// casbinEngine has an enforcer a verb, each rule a condition of its own, as the
// manual says of attributes: eval(p.rule).
func casbinEngine() (engine, error) {
	enforcers := map[string]*casbin.Enforcer{}
	for _, rule := range written([kinds]string{
		`VERB|r.sub.Via == "VIA" && r.sub.Domain in (ALL) && has(r.sub.Manages, r.sub.Domain) && has(r.sub.Manages, r.sub.Home) && r.sub.Owner != r.sub.UID`,
		`VERB|r.sub.Via == "VIA" && r.sub.Owner == r.sub.UID && r.sub.Domain in (ALL)SIZE`,
		`VERB|r.sub.Via == "VIA" && r.sub.Domain in (ALL) && r.sub.Status == "locked" && has(r.sub.Groups, "admins")`,
		`VERB|r.sub.Via == "VIA" && r.sub.Domain == "D0" && r.sub.Affiliation in ("employee", "faculty")`,
	}, ` && r.sub.Size <= 10737418240`) {
		verb, condition, _ := strings.Cut(rule, "|")
		e := enforcers[verb]
		if e == nil {
			m, err := model.NewModelFromString("[request_definition]\nr = sub\n[policy_definition]\np = rule\n" +
				"[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = eval(p.rule)")
			if err != nil {
				return nil, err
			}
			if e, err = casbin.NewEnforcer(m); err != nil {
				return nil, err
			}
			e.AddFunction("has", func(args ...any) (any, error) {
				for _, x := range args[0].([]string) {
					if x == args[1].(string) {
						return true, nil
					}
				}
				return false, nil
			})
			enforcers[verb] = e
		}
		if _, err := e.AddPolicy(condition); err != nil {
			return nil, err
		}
	}
	return func(f desk.Facts) (question, error) {
		e, a := enforcers[string(f.Action.Verb)], asked{Manages: managed(f.Actor), Groups: f.Actor.Groups, UID: string(f.Actor.UID),
			Affiliation: f.Actor.Affiliation, Owner: string(f.Owner.UID), Domain: f.Domain, Home: f.Target.Address.Domain(),
			Via: string(f.Via), Status: f.Target.Status, Size: f.Size}
		return func() (bool, error) { return e.Enforce(a) }, nil
	}, nil
}
