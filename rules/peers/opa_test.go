package peers

import (
	"context"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/unistra/melusine/internal/desk"
)

// opaEngine has all rules in one module: its index finds those of a verb and a
// door by their equalities.
func opaEngine() (engine, error) {
	bodies := written([kinds]string{
		`input.verb == "VERB"; input.via == "VIA"; input.domain in {ALL}; input.domain in input.manages; input.home in input.manages; input.owner != input.uid`,
		`input.verb == "VERB"; input.via == "VIA"; input.owner == input.uid; input.domain in {ALL}SIZE`,
		`input.verb == "VERB"; input.via == "VIA"; input.domain in {ALL}; input.status == "locked"; "admins" in input.groups`,
		`input.verb == "VERB"; input.via == "VIA"; input.domain == "D0"; input.affiliation in {"employee", "faculty"}`,
	}, `; input.size <= 10737418240`)
	module := "package melusine\ndefault allow := false\n"
	for _, body := range bodies {
		module += "allow if { " + strings.ReplaceAll(body, "; ", "\n") + " }\n"
	}
	prepared, err := rego.New(rego.Query("data.melusine.allow"), rego.Module("melusine.rego", module)).PrepareForEval(context.Background())
	if err != nil {
		return nil, err
	}
	return func(f desk.Facts) (question, error) {
		input, err := ast.InterfaceToValue(map[string]any{"verb": string(f.Action.Verb), "via": string(f.Via), "manages": list(managed(f.Actor)),
			"groups": list(f.Actor.Groups), "uid": string(f.Actor.UID), "affiliation": f.Actor.Affiliation, "owner": string(f.Owner.UID),
			"domain": f.Domain, "home": f.Target.Address.Domain(), "status": f.Target.Status, "size": f.Size})
		if err != nil {
			return nil, err
		}
		return func() (bool, error) {
			results, err := prepared.Eval(context.Background(), rego.EvalParsedInput(input))
			return results.Allowed(), err
		}, nil
	}, nil
}
