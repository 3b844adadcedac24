package directory

import (
	"regexp"
	"strings"
)

// dateForm is that of LDAP, of which later ones sort after earlier ones.
var dateForm = regexp.MustCompile(`^[0-9]{14}Z$`)

var stateForm = regexp.MustCompile(`^([AIS])(?:[ :]([^ :]*)(?:[ :][0-9]*Z?){0,2})?$`)

// mailState reads supannRessourceEtat, whose values are "{RESOURCE}S", then if
// known a sub-state and dates: "{MAIL}A:SupannActif", "{MAIL}I SupprLog 20260901".
// The state is A (active), I (inactive) or S (suspended); it is "", unknown, if
// nothing or anything malformed is said of the resource, or two different things.
// So is the phase, which is the sub-state.
func (a Attributes) mailState(values []string) (state, phase string) {
	said := false
	for _, v := range values {
		resource, rest, found := strings.Cut(v, "}")
		if !found || lower(resource) != "{"+lower(a.Resource) {
			continue
		}
		m := stateForm.FindStringSubmatch(rest)
		if m == nil || said && state != m[1] {
			return "", ""
		}
		if said && phase != m[2] {
			m[2] = ""
		}
		state, phase, said = m[1], m[2], true
	}
	return state, readable(phase)
}
