package directory

import "regexp"

var (
	mailLabel = regexp.MustCompile(`^\{[Mm][Aa][Ii][Ll]\}`)
	mailForm  = regexp.MustCompile(`^\{[^}]*\}([AIS])(?:[ :]([^ :]*)(?:[ :][0-9]*Z?){0,2})?$`)
)

// mailState reads supannRessourceEtat, whose values are "{RESOURCE}S", then if
// known a sub-state and dates: "{MAIL}A:SupannActif", "{MAIL}I SupprLog 20260901".
// The state is A (active), I (inactive) or S (suspended); it is "", unknown, if
// nothing or anything malformed is said of MAIL, or two different things. The
// sub-state is "" where two are said.
func mailState(values []string) (state, phase string) {
	for _, v := range values {
		if !mailLabel.MatchString(v) {
			continue
		}
		found := mailForm.FindStringSubmatch(v)
		if found == nil || state != "" && state != found[1] {
			return "", ""
		}
		switch {
		case state == "":
			phase = found[2]
		case phase != found[2]:
			phase = ""
		}
		state = found[1]
	}
	return state, phase
}
