package say

import (
	"cmp"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// Title is what the action does, as a title or a button: "Ajouter un alias".
func Title(lang string, a desk.Action) string { return T(lang, "title."+string(a.Verb)) }

// Verb names the verb as a thing, for lists and filters: "ajout d'alias".
func Verb(lang string, v desk.Verb) string { return T(lang, "verb."+string(v)) }

// Effect is one sentence, in the future, that says what the action will change
// or show.
func Effect(lang string, a desk.Action, quote ...Quote) string {
	return tell(lang, "effect."+manner(a), values(lang, a, quote))
}

// Summary names the action in a few words, for a line of a list or of a
// notification: "alias contact@u.fr → bob@u.fr", "quota de bob@u.fr : 10 Go".
func Summary(lang string, a desk.Action, quote ...Quote) string {
	return tell(lang, "summary."+manner(a), values(lang, a, quote))
}

// Help says how a verb is typed, and what it does in one sentence.
func Help(lang string, v desk.Verb) (usage, sentence string) {
	return texts["usage."+string(v)].in(lang), T(lang, "help."+string(v))
}

// Forward says where the mail of an account also goes: "une copie à x@u.fr";
// only: it goes there without a copy being kept.
func Forward(lang, to string, only bool, quote ...Quote) string {
	switch {
	case to == "" || to == desk.Nowhere:
		return T(lang, "forward.none")
	case only:
		return T(lang, "forward.only", "to", quoted(quote, to))
	}
	return T(lang, "forward.to", "to", quoted(quote, to))
}

// Book says whether the address book shows an account.
func Book(lang string, hidden bool) string {
	if hidden {
		return T(lang, "book.hidden")
	}
	return T(lang, "book.shown")
}

// manner is the verb, or what it comes to with these arguments: to stop a
// forwarding is said in other words than to set one.
func manner(a desk.Action) string {
	if a.Arg("to") == desk.Nowhere {
		return string(a.Verb) + "." + desk.Nowhere
	}
	if a.Verb == desk.DelegationRevoke && a.Arg("deputy") != "" {
		return string(a.Verb) + ".deputy"
	}
	if lost := a.Arg("cause") == string(desk.AliasLost); a.Verb == desk.DriftSpare && lost {
		if a.Arg("lost") == "" {
			return string(a.Verb) + ".aliases"
		}
		return string(a.Verb) + ".alias"
	}
	if a.Verb == desk.DelegationList && a.Target != "" {
		return string(a.Verb) + ".about"
	}
	if dated := string(a.Verb) + ".until"; a.Arg("until") != "" && known("summary."+dated) {
		return dated
	}
	return string(a.Verb)
}

// values are what the sentences about an action may name.
func values(lang string, a desk.Action, quote []Quote) naming {
	return func(name string) (string, bool) {
		arg := a.Arg(name)
		switch name {
		case "target":
			return quoted(quote, a.Target), true
		case "alias", "lost", "to", "cos", "with", "sender":
			return quoted(quote, arg), true
		case "book", "plan", "tree":
			return quoted(quote, Digest(arg)), true
		case "size":
			return canonicalSize(lang, arg, quote), true
		case "until":
			return Day(lang, desk.Day(arg)), true
		case "right":
			return T(lang, "right."+cmp.Or(arg, desk.SendAs)), true
		case "fields":
			return profile(lang, a, quote), true
		case "members":
			return members(lang, a, quote), true
		}
		if strings.HasPrefix(string(a.Verb), "delegation.") {
			return rightValue(lang, name, a, quote)
		}
		return clause(lang, name, a, quote)
	}
}

// clause is a part of a sentence that is there only if the action says what it tells.
func clause(lang, name string, a desk.Action, quote []Quote) (string, bool) {
	switch spec, _ := desk.SpecOf(a.Verb); {
	case name == "gap" && known("gap."+a.Arg("cause")):
		return Gap(lang, desk.GapCause(a.Arg("cause"))), true
	case name == "sized" && a.Verb == desk.AccountCreate && a.Arg("size") != "":
		return T(lang, "sized", "size", canonicalSize(lang, a.Arg("size"), quote)), true
	case name == "ends" && (spec.Makes || a.Verb == desk.AccountCreate) && a.Arg("until") != "":
		return T(lang, "ends", "day", Day(lang, desk.Day(a.Arg("until")))), true
	case name == "for" && a.Arg("person") != "":
		return T(lang, "for", "who", quoted(quote, a.Arg("person"))), true
	}
	return "", false
}

// members names those of a list that the action is about, not all if they are many.
func members(lang string, a desk.Action, quote []Quote) string {
	const shown = 5
	all := a.Members()
	if len(all) == 0 {
		return ""
	}
	var said []string
	for _, m := range all[:min(len(all), shown)] {
		said = append(said, quoted(quote, string(m)))
	}
	who := strings.Join(said, ", ")
	if more := len(all) - shown; more > 0 {
		who = T(lang, "members.more", "who", who, "n", Number(lang, int64(more)))
	}
	return T(lang, "members", "who", who)
}

// described are the verbs that set fields, each of which has a name.
func described(a desk.Action) (fields []string) {
	switch a.Verb {
	case desk.AccountProfile:
		return desk.ProfileFields()
	case desk.ListProfile:
		return []string{"name", "description", "hidden", "quiet", "until"}
	case desk.ResourceCreate, desk.ResourceProfile:
		return append([]string{"name", "status"}, desk.ResourceFields()...)
	}
	return nil
}

// profile lists what the action sets: "le téléphone « 03… », la ville effacée".
func profile(lang string, a desk.Action, quote []Quote) string {
	var said []string
	for _, field := range described(a) {
		value, set := a.ProfileArg(field)
		if text, isSwitch := texts["switch."+value]; isSwitch {
			value = text.in(lang)
		}
		if field == "until" {
			value = Day(lang, desk.Day(value))
		}
		switch name := T(lang, "name."+field); {
		case set && value == "":
			said = append(said, T(lang, "field.cleared", "name", name))
		case set:
			said = append(said, T(lang, "field.value", "name", name, "value", quoted(quote, value)))
		}
	}
	return strings.Join(said, ", ")
}

// Digest is how people are told the digest of a rule book: its beginning.
func Digest(d string) string { return d[:min(len(d), 12)] }

// canonicalSize says "10G" as "10 Go".
func canonicalSize(lang, s string, quote []Quote) string {
	if s == "" {
		return ""
	}
	n, err := desk.ParseSize(s)
	if err != nil {
		return quoted(quote, s)
	}
	return Size(lang, int64(n))
}
