package peers

import (
	"fmt"
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

// casbinModel has the rules as rows and one matcher over all of them, which is
// compiled once: eval(p.rule), a condition a row, is compiled at each request
// and takes thirty times as long.
const casbinModel = `[request_definition]
r = sub
[policy_definition]
p = kind, via, domains, most
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub.Via == p.via && listed(p.domains, r.sub.Domain) && \
  (p.kind == "correspondent" && has(r.sub.Manages, r.sub.Domain) && has(r.sub.Manages, r.sub.Home) && r.sub.Owner != r.sub.UID || \
   p.kind == "owner" && r.sub.Owner == r.sub.UID && within(r.sub.Size, p.most) || \
   p.kind == "admin" && r.sub.Status == "locked" && has(r.sub.Groups, "admins") || \
   p.kind == "staff" && r.sub.Affiliation in ("employee", "faculty"))
`

// casbinEngine has an enforcer a verb.
func casbinEngine() (engine, error) {
	enforcers := map[string]*casbin.Enforcer{}
	for _, row := range written([kinds]string{"VERB;correspondent;VIA;ALL;", "VERB;owner;VIA;ALL;SIZE", "VERB;admin;VIA;ALL;", "VERB;staff;VIA;D0;"}, fmt.Sprint(limit)) {
		verb, rest, _ := strings.Cut(row, ";")
		e := enforcers[verb]
		if e == nil {
			var err error
			if e, err = newEnforcer(); err != nil {
				return nil, err
			}
			enforcers[verb] = e
		}
		var fields []any
		for _, field := range strings.Split(strings.NewReplacer(`"`, "", ",", "").Replace(rest), ";") {
			fields = append(fields, field)
		}
		if _, err := e.AddPolicy(fields...); err != nil {
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

func newEnforcer() (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	sets := map[string]map[string]bool{} // the domains of each row
	e.AddFunction("listed", func(args ...any) (any, error) {
		set := sets[args[0].(string)]
		if set == nil {
			set = map[string]bool{}
			for domain := range strings.FieldsSeq(args[0].(string)) {
				set[domain] = true
			}
			sets[args[0].(string)] = set
		}
		return set[args[1].(string)], nil
	})
	e.AddFunction("has", func(args ...any) (any, error) {
		for _, x := range args[0].([]string) {
			if x == args[1].(string) {
				return true, nil
			}
		}
		return false, nil
	})
	e.AddFunction("within", func(args ...any) (any, error) {
		return args[1].(string) == "" || args[0].(float64) <= limit, nil
	})
	return e, nil
}
