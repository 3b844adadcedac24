package peers

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/unistra/melusine/internal/desk"
)

// celEngine has one program a rule, kept by verb.
func celEngine() (engine, error) {
	texts := cel.ListType(cel.StringType)
	env, err := cel.NewEnv(cel.Variable("manages", texts), cel.Variable("groups", texts), cel.Variable("uid", cel.StringType),
		cel.Variable("affiliation", cel.StringType), cel.Variable("owner", cel.StringType), cel.Variable("domain", cel.StringType),
		cel.Variable("home", cel.StringType), cel.Variable("via", cel.StringType), cel.Variable("status", cel.StringType), cel.Variable("size", cel.IntType))
	if err != nil {
		return nil, err
	}
	programs := map[string][]cel.Program{}
	for _, rule := range written([kinds]string{
		`VERB|via == "VIA" && domain in [ALL] && domain in manages && home in manages && owner != uid`,
		`VERB|via == "VIA" && owner == uid && domain in [ALL]SIZE`,
		`VERB|via == "VIA" && domain in [ALL] && status == "locked" && "admins" in groups`,
		`VERB|via == "VIA" && domain == "D0" && affiliation in ["employee", "faculty"]`,
	}, ` && size <= 10737418240`) {
		verb, condition, _ := strings.Cut(rule, "|")
		ast, issues := env.Compile(condition)
		if issues.Err() != nil {
			return nil, issues.Err()
		}
		program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return nil, err
		}
		programs[verb] = append(programs[verb], program)
	}
	return func(f desk.Facts) (question, error) {
		verb := string(f.Action.Verb)
		vars, err := cel.NewActivation(map[string]any{"manages": list(managed(f.Actor)), "groups": list(f.Actor.Groups), "uid": string(f.Actor.UID),
			"affiliation": f.Actor.Affiliation, "owner": string(f.Owner.UID), "domain": f.Domain, "home": f.Target.Address.Domain(),
			"via": string(f.Via), "status": f.Target.Status, "size": f.Size})
		if err != nil {
			return nil, err
		}
		return func() (bool, error) {
			for _, p := range programs[verb] {
				out, _, err := p.Eval(vars)
				if err != nil {
					return false, err
				}
				if out.Value() == true {
					return true, nil
				}
			}
			return false, nil
		}, nil
	}, nil
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
