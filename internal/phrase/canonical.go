package phrase

import (
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Canonical is what to type, in the reader's language "fr" or "en", to ask for
// the action: "alias ajouter contact@u.fr bob@u.fr". Parse reads it back to the
// same action, as long as it has at most 500 characters.
func Canonical(lang string, a desk.Action) string {
	c, ok := commandOf(a.Verb)
	if !ok {
		return a.String()
	}
	words := []string{c.fr[0]}
	if lang == "en" {
		words[0] = c.en[0]
	}
	if len(terms[a.Verb]) > 0 {
		typed := strings.Join(append(words, c.printRight(lang, a)...), " ")
		if o, err := Parse(typed); err != nil || o.Action != a || o.Reason != "" { // a text may hold words of ours
			return a.String()
		}
		return typed
	}
	for _, slot := range c.slots {
		value := a.Arg(slot)
		if value == "" && slices.Contains(targets, slot) {
			value = a.Target
		}
		if value != "" {
			words = append(words, printed(lang, slot, value))
		}
	}
	return strings.Join(words, " ")
}

// printed is a value as people of the language type it.
func printed(lang, slot, value string) string {
	switch {
	case slot == size && lang == "en":
		return value + "B"
	case slot == to && value == desk.Nowhere && lang != "en":
		return nowhere[0]
	case slot == size:
		return value + "o"
	case slot == reason && lang == "en":
		return "reason: " + value
	case slot == reason:
		return "motif : " + value
	case slot == scope && lang == "en":
		return scopes[value][1]
	case slot == scope:
		return scopes[value][0]
	}
	return value
}
