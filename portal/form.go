package portal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// An asking is the form of a new request, as it was typed.
type asking struct {
	verb    desk.Verb
	account string
	alias   string
	number  string // of the size
	unit    string
	to      string
	cos     string
	reason  string
	right   right             // of the verbs about rights
	more    map[string]string // by argument: those that have no field of their own
	once    string            // drawn with the form: what is sent twice is asked once
}

// The names of the fields.
const (
	fieldVerb    = "verbe"
	fieldAccount = "compte"
	fieldAlias   = "alias"
	fieldNumber  = "taille"
	fieldUnit    = "unite"
	fieldTo      = "vers"
	fieldCOS     = "formule"
	fieldReason  = "motif"
	fieldOnce    = "cle"
	fieldMore    = "arg-" // before the name of an argument that has no field of its own
)

// plain are the arguments of a verb on accounts, lists or resources that are asked for by one line
// each, sorted.
func plain(verb desk.Verb) (arguments []string) {
	spec, _ := desk.SpecOf(verb)
	for _, argument := range slices.Sorted(maps.Keys(spec.Args)) {
		own := slices.Contains([]string{"alias", "size", "to", "cos"}, argument)
		given := verb == desk.AccountCreate && (argument == "eppn" || argument == "hidden") // by the directory
		if (spec.OnAccount() || spec.Object) && !own && !given && argument != "from" {
			arguments = append(arguments, argument)
		}
	}
	return arguments
}

// dated says that the argument is a day.
func (a asking) dated(argument string) bool {
	spec, _ := desk.SpecOf(a.verb)
	return strings.TrimSuffix(string(spec.Args[argument]), "?") == string(desk.DayForm)
}

// requires says that the argument may not be left out.
func (a asking) requires(argument string) bool {
	spec, _ := desk.SpecOf(a.verb)
	form, ok := spec.Args[argument]
	return ok && !strings.HasSuffix(string(form), "?")
}

// readAsking reads the form from whatever holds its fields.
func readAsking(field func(string) string) asking {
	verb := desk.Verb(field(fieldVerb))
	more := map[string]string{}
	for _, argument := range plain(verb) {
		more[argument] = field(fieldMore + argument)
	}
	return asking{right: readRight(verb, field), more: more, verb: verb, account: field(fieldAccount), alias: field(fieldAlias),
		number: field(fieldNumber), unit: field(fieldUnit), to: field(fieldTo), cos: field(fieldCOS), reason: field(fieldReason), once: field(fieldOnce)}
}

// takes says whether the verb has the argument.
func (a asking) takes(argument string) bool {
	spec, _ := desk.SpecOf(a.verb)
	_, ok := spec.Args[argument]
	return ok
}

// onAccount says whether the verb acts on an account, or on something else that has
// an address, or on a domain.
func (a asking) onAccount() bool {
	spec, _ := desk.SpecOf(a.verb)
	return spec.OnAccount() || spec.Object
}

// onObject says that what it acts on is no account.
func (a asking) onObject() bool {
	spec, _ := desk.SpecOf(a.verb)
	return spec.Object
}

// known says that the verb is one of those that make a request.
func (a asking) known() bool {
	spec, _ := desk.SpecOf(a.verb)
	return spec.Changes && !spec.Shell
}

// action is what the form asks for.
func (a asking) action() (desk.Action, error) {
	if !a.known() {
		return desk.Action{}, desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(a.verb))
	}
	if utf8.RuneCountInString(a.reason) > 500 {
		return desk.Action{}, desk.Fail(desk.Invalid, desk.InvalidArgument, "name", "reason", "value", a.reason)
	}
	if a.onRight() {
		return a.rightAction()
	}
	args := map[string]string{}
	if a.takes("alias") {
		args["alias"] = a.alias
	}
	if a.takes("size") && (a.number != "" || a.requires("size")) {
		args["size"] = a.number + " " + a.unit
	}
	if a.takes("cos") {
		args["cos"] = a.cos
	}
	if a.takes("to") {
		args["to"] = a.to
		if a.ends() {
			args["to"] = desk.Nowhere
		}
	}
	for argument, value := range a.more {
		if value = strings.TrimSpace(value); value != "" {
			args[argument] = either(a.cleared(value), desk.Nowhere, value)
		}
	}
	return desk.NewAction(a.verb, a.account, args)
}

// cleared says that a field of the profile is to be empty.
func (a asking) cleared(value string) bool {
	return (a.verb == desk.AccountProfile || a.verb == desk.ListProfile || a.verb == desk.ResourceProfile) && nowhere(value)
}

// nowhere is the word for nothing, in either language.
func nowhere(word string) bool {
	return strings.EqualFold(word, text("fr", "nowhere")) || strings.EqualFold(word, text("en", "nowhere"))
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// ends says that the forwarding is to stop.
func (a asking) ends() bool { return a.verb == desk.AccountForward && nowhere(a.to) }

// key makes sending the same form twice ask once. A form that was changed in
// between asks for something else.
func (a asking) key(action desk.Action) string { return keyOf(a.once, action.String()) }

// keyOf is the key of what is asked by a form that was drawn once.
func keyOf(once, asked string) string {
	sum := sha256.Sum256([]byte(once + "\n" + asked))
	return "portal:" + hex.EncodeToString(sum[:16])
}

// drawn says that once is one of ours: without it nothing tells two sends apart.
func (a asking) drawn() bool { return drawn(a.once) }

func drawn(once string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(once)
	return err == nil && len(raw) == 32
}

// A problem is what is wrong with a field, or with the whole if field is "".
type problem struct{ field, text string }

// missing says which fields are still empty.
func (a asking) missing(lang string) (found []problem) {
	for _, f := range []struct {
		field, value string
		needed       bool
	}{
		{fieldAlias, a.alias, a.takes("alias")},
		{fieldAccount, a.account, a.onAccount()},
		{fieldNumber, a.number, a.requires("size")},
		{fieldTo, a.to, a.takes("to")},
		{fieldCOS, a.cos, a.requires("cos")},
	} {
		if f.needed && f.value == "" {
			found = append(found, problem{f.field, text(lang, "missing."+f.field)})
		}
	}
	for _, argument := range plain(a.verb) {
		if a.requires(argument) && a.more[argument] == "" {
			found = append(found, problem{fieldMore + argument, say.Error(lang, desk.Fail(desk.Invalid, desk.MissingArgument, "name", argument))})
		}
	}
	return append(found, a.rightMissing(lang)...)
}

// blames names the field that an error of the Desk is about, "" for none.
func (a asking) blames(err error) string {
	e, _ := errors.AsType[*desk.Error](err)
	if e != nil && a.onRight() {
		return a.rightBlames(err)
	}
	if e != nil && slices.Contains(plain(a.verb), e.Details["name"]) {
		return fieldMore + e.Details["name"]
	}
	switch desk.CodeOf(err) {
	case desk.UnknownPerson, desk.UnknownAccount:
		return a.typedAt(e.Details["value"])
	case desk.MissingArgument:
		if e.Details["name"] == "cos" {
			return fieldCOS
		}
	case desk.WrongStatus, desk.Personal, desk.AddressDeleted, desk.UnknownList, desk.UnknownResource, desk.UnknownTree:
		return fieldAccount
	case desk.AliasTaken, desk.AliasAbsent, desk.InQuarantine, desk.NoEnd, desk.UnknownDomain, desk.OtherDomain, desk.ForwardLoop:
		return a.wanted()
	case desk.InvalidSize, desk.QuotaBelowUse:
		return fieldNumber
	case desk.UnknownClass:
		return fieldCOS
	case desk.AlreadySo:
		return a.wanted()
	case desk.InvalidArgument:
		if e.Details["name"] == "cos" {
			return fieldCOS
		}
		return fieldReason
	case desk.InvalidAddress:
		if e.Details["value"] == a.account {
			return fieldAccount
		}
		return a.wanted()
	}
	return ""
}

// typedAt is the field beside the account's where somebody was named so; the
// account's own if it was in none.
func (a asking) typedAt(name string) string {
	for argument, value := range a.more {
		if slices.ContainsFunc(listed(value), func(one string) bool { return strings.EqualFold(one, name) }) { // members are several
			return fieldMore + argument
		}
	}
	return either(a.takes("to") && strings.EqualFold(a.to, name) && !strings.EqualFold(a.account, name), fieldTo, fieldAccount)
}

// wanted is the field of what the verb needs beside the account; the account's
// own if it needs nothing.
func (a asking) wanted() string {
	for _, f := range [][2]string{{"alias", fieldAlias}, {"to", fieldTo}, {"size", fieldNumber}, {"cos", fieldCOS}} {
		if a.requires(f[0]) {
			return f[1]
		}
	}
	return fieldAccount
}
