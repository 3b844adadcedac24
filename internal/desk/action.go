package desk

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An Action is one thing to be done to one target. It is a value: two equal
// actions are the same action, whoever asks and through whichever door. Its
// String is the canonical text, printed alike in chat, form, card and journal;
// ParseAction reads it back. Make one by NewAction or ParseAction only.
type Action struct {
	Verb   Verb
	Target string // an address or login, a request id, or "" according to the verb
	Args   string // "key=value key=value", keys in order; odd values are quoted
}

// NewAction checks the verb, the form of its target and of each argument, and
// puts them in canonical form. args holds every argument that is not empty.
func NewAction(verb Verb, target string, args map[string]string) (Action, error) {
	spec, ok := SpecOf(verb)
	if !ok {
		return Action{}, Fail(Invalid, UnknownVerb, "value", string(verb))
	}
	target, err := spec.Target.canonical("target", target)
	if err != nil {
		return Action{}, err
	}
	kept := map[string]string{}
	for name, value := range args {
		form, ok := spec.Args[name]
		if !ok {
			return Action{}, Fail(Invalid, InvalidArgument, "name", name, "value", value)
		}
		if kept[name], err = form.canonical(name, value); err != nil {
			return Action{}, err
		}
	}
	for _, name := range spec.Needed() {
		if kept[name] == "" {
			return Action{}, Fail(Invalid, MissingArgument, "name", name)
		}
	}
	return Action{Verb: verb, Target: target, Args: printArgs(kept)}, nil
}

// ParseAction reads the canonical text. What it accepts, String prints back.
func ParseAction(text string) (Action, error) {
	words, err := split(text)
	if err != nil || len(words) == 0 {
		return Action{}, Fail(Invalid, UnknownVerb, "value", text)
	}
	target, args := "", map[string]string{}
	for i, w := range words[1:] {
		name, value, isArg := strings.Cut(w, "=")
		switch _, twice := args[name]; {
		case !isArg && i == 0:
			target = w
		case !isArg || twice:
			return Action{}, Fail(Invalid, InvalidArgument, "name", name, "value", value)
		default:
			args[name] = value
		}
	}
	return NewAction(Verb(words[0]), target, args)
}

// String is the canonical text: "alias.add bob@u.fr alias=b@u.fr".
func (a Action) String() string {
	s := string(a.Verb)
	if a.Target != "" {
		s += " " + a.Target
	}
	if a.Args != "" {
		s += " " + a.Args
	}
	return s
}

// Arg is the value of one argument, "" if absent.
func (a Action) Arg(name string) string {
	if strings.Contains(a.Args, `"`) {
		return a.quotedArg(name)
	}
	for rest := a.Args; rest != ""; {
		var word string
		word, rest = cut(rest, " ")
		if k, v := cut(word, "="); k == name {
			return v
		}
	}
	return ""
}

func (a Action) quotedArg(name string) string {
	words, _ := split(a.Args)
	for _, w := range words {
		if k, v := cut(w, "="); k == name {
			return v
		}
	}
	return ""
}

// On returns the same action on another target, as when a login is resolved.
func (a Action) On(target Address) Action { a.Target = string(target); return a }

// After is the address that the account has once the action is done.
func (a Action) After() Address {
	if a.Verb == AccountRename {
		return Address(a.Arg("to"))
	}
	return Address(a.Target)
}

var plainValue = regexp.MustCompile(`^[A-Za-z0-9@._+:/,-]+$`)

func printArgs(args map[string]string) string {
	var words []string
	for _, k := range sortedKeys(args) {
		v := args[k]
		if v == "" {
			continue
		}
		if !plainValue.MatchString(v) {
			v = strconv.Quote(v)
		}
		words = append(words, k+"="+v)
	}
	return strings.Join(words, " ")
}

// split cuts at spaces, keeping key="quoted value" together and unquoted.
func split(text string) (words []string, err error) {
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		word := text
		if i := strings.IndexAny(text, ` "`); i >= 0 {
			word = text[:i]
		}
		text = text[len(word):]
		if strings.HasPrefix(text, `"`) {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return nil, err
			}
			value, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			word, text = word+value, text[len(quoted):]
		}
		words = append(words, word)
	}
	return words, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
