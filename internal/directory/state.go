package directory

import "regexp"

var (
	mailLabel = regexp.MustCompile(`^\{[Mm][Aa][Ii][Ll]\}`)
	mailForm  = regexp.MustCompile(`^\{[^}]*\}([AIS])(?:[ :][^ :]*(?:[ :][0-9]*Z?){0,2})?$`)
)

// mailState reads supannRessourceEtat, whose values are "{RESOURCE}S", then if
// known a sub-state and dates: "{MAIL}A:SupannActif", "{MAIL}I SupprLog 20260901".
// The state is A (active), I (inactive) or S (suspended); it is "", unknown, if
// nothing or anything malformed is said of MAIL, or two different things.
func mailState(values []string) string {
	state := ""
	for _, v := range values {
		if !mailLabel.MatchString(v) {
			continue
		}
		found := mailForm.FindStringSubmatch(v)
		if found == nil || state != "" && state != found[1] {
			return ""
		}
		state = found[1]
	}
	return state
}
