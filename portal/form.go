package portal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/unistra/melusine/internal/desk"
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
	until   string // the last day, included
	reason  string
	right   right  // of the verbs about rights
	once    string // drawn with the form: what is sent twice is asked once
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
)

// readAsking reads the form from whatever holds its fields.
func readAsking(field func(string) string) asking {
	verb := desk.Verb(field(fieldVerb))
	until := field(fieldUntil)
	if len(rightFields[verb]) > 0 { // it is a field of theirs
		until = ""
	}
	return asking{right: readRight(verb, field), verb: verb, account: field(fieldAccount), alias: field(fieldAlias),
		number: field(fieldNumber), unit: field(fieldUnit), to: field(fieldTo), cos: field(fieldCOS), until: until, reason: field(fieldReason), once: field(fieldOnce)}
}

// takes says whether the verb has the argument.
func (a asking) takes(argument string) bool {
	spec, _ := desk.SpecOf(a.verb)
	_, ok := spec.Args[argument]
	return ok
}

// onAccount says whether the verb acts on an account.
func (a asking) onAccount() bool {
	spec, _ := desk.SpecOf(a.verb)
	return spec.Target == desk.AccountForm
}

// known says that the verb is one of those that make a request.
func (a asking) known() bool {
	spec, _ := desk.SpecOf(a.verb)
	return spec.Changes
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
	if a.takes("size") {
		args["size"] = a.number + " " + a.unit
	}
	if a.takes("cos") {
		args["cos"] = a.cos
	}
	if a.until != "" && a.takes("until") {
		args["until"] = a.until
	}
	if a.takes("to") {
		args["to"] = a.to
		if a.ends() {
			args["to"] = desk.Nowhere
		}
	}
	return desk.NewAction(a.verb, a.account, args)
}

// ends says that the forwarding is to stop, in either language.
func (a asking) ends() bool {
	return a.verb == desk.AccountForward && slices.ContainsFunc([]string{text("fr", "nowhere"), text("en", "nowhere")},
		func(word string) bool { return strings.EqualFold(word, a.to) })
}

// key makes sending the same form twice ask once. A form that was changed in
// between asks for something else.
func (a asking) key(action desk.Action) string {
	sum := sha256.Sum256([]byte(a.once + "\n" + action.String()))
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
		{fieldNumber, a.number, a.takes("size")},
		{fieldTo, a.to, a.takes("to")},
		{fieldCOS, a.cos, a.takes("cos")},
	} {
		if f.needed && f.value == "" {
			found = append(found, problem{f.field, text(lang, "missing."+f.field)})
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
	switch desk.CodeOf(err) {
	case desk.UnknownAccount, desk.WrongStatus:
		return fieldAccount
	case desk.AliasTaken, desk.AliasAbsent, desk.InQuarantine, desk.NoEnd, desk.UnknownDomain, desk.OtherDomain, desk.ForwardLoop:
		return a.wanted()
	case desk.InvalidSize, desk.QuotaBelowUse, desk.UnknownClass, desk.AlreadySo:
		return a.wanted()
	case desk.InvalidArgument:
		if e.Details["name"] == "cos" {
			return fieldCOS
		}
		if e.Details["name"] == "until" {
			return fieldUntil
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

// wanted is the field of what the verb takes beside the account; the account's
// own if it takes nothing.
func (a asking) wanted() string {
	for argument, field := range map[string]string{"alias": fieldAlias, "size": fieldNumber, "to": fieldTo, "cos": fieldCOS} {
		if a.takes(argument) {
			return field
		}
	}
	return fieldAccount
}
