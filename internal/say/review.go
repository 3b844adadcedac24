package say

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Judge is what the two answers to a request are called: on its buttons.
func Judge(lang string, s desk.State) (yes, no string) {
	if s == desk.Review {
		return T(lang, "act.keep"), T(lang, "act.lift")
	}
	return T(lang, "act.approve"), T(lang, "act.refuse")
}

// Suspicion is what to look at of a mailbox that may be in other hands, a line
// each.
func Suspicion(lang string, s desk.Suspicion, quote ...Quote) []string {
	var rights, asked []string
	for _, d := range s.Rights {
		rights = append(rights, string(d.ID)+" ("+Scope(lang, d.Grant, quote...)+")")
	}
	for _, r := range s.Asked {
		asked = append(asked, string(r.ID)+" ("+Summary(lang, r.Action, quote...)+")")
	}
	forward := T(lang, "suspect.none.f")
	if s.Forward != "" {
		forward = Forward(lang, s.Forward, s.Only, quote...)
	}
	lines := []string{T(lang, "suspect.forward", "to", forward), T(lang, "suspect.aliases", "aliases", listed(lang, "suspect.none", texted(s.Aliases), quote...))}
	return append(lines, T(lang, "suspect.rights", "rights", listed(lang, "suspect.none.f", rights)),
		T(lang, "suspect.asked", "asked", listed(lang, "suspect.none.f", asked)))
}

// listed are a few things in one line; more are counted.
func listed(lang, none string, all []string, quote ...Quote) string {
	const most = 8
	if len(all) == 0 {
		return T(lang, none)
	}
	var shown []string
	for _, one := range all[:min(len(all), most)] {
		shown = append(shown, quoted(quote, one))
	}
	said := strings.Join(shown, ", ")
	if len(all) > most {
		said += ", …"
	}
	return said
}
