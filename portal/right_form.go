package portal

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// A right is the part of a form that is about rights, by the names of its fields.
type right map[string]string

// The names of its fields. Of the verbs each has a box, named prefixVerb and the verb.
const (
	fieldPerson     = "personne"
	fieldScope      = "domaines"
	fieldMost       = "plafond"
	fieldClasses    = "formules"
	fieldDaily      = "parjour"
	fieldFrom       = "du"
	fieldUntil      = "au"
	fieldDelegation = "delegation"
	fieldDeputy     = "suppleant"
	prefixVerb      = "acte."
	fieldAddress    = "adresse"
	fieldCause      = "cause"
	fieldLost       = "perdu"
)

// rightFields are the fields of each verb, in order, with the argument that each fills.
var rightFields = map[desk.Verb][][2]string{
	desk.DelegationGrant: {{fieldPerson, "target"}, {fieldScope, "domains"}, {fieldMost, "quota"}, {fieldClasses, "classes"},
		{fieldDaily, "daily"}, {fieldFrom, "from"}, {fieldUntil, "until"}},
	desk.DelegationDeputy: {{fieldDelegation, "target"}, {fieldPerson, "person"}, {fieldFrom, "from"}, {fieldUntil, "until"}},
	desk.AddressRelease:   {{fieldAddress, "target"}},
	desk.TokenEnd:         {{fieldPerson, "target"}},
	desk.DriftSpare:       {{fieldAddress, "target"}, {fieldCause, "cause"}, {fieldLost, "lost"}, {fieldUntil, "until"}},
	desk.DelegationRevoke: {{fieldDelegation, "target"}, {fieldDeputy, "deputy"}},
}

// readRight reads the fields that the verb has.
func readRight(verb desk.Verb, field func(string) string) right {
	r := right{}
	for _, f := range rightFields[verb] {
		r[f[0]] = field(f[0])
	}
	if verb == desk.DelegationGrant {
		for _, v := range delegable() {
			r[prefixVerb+string(v)] = field(prefixVerb + string(v))
		}
	}
	maps.DeleteFunc(r, func(_, value string) bool { return value == "" })
	return r
}

// delegable are the verbs on accounts.
func delegable() []desk.Verb { return append(requests(false), requests(true)...) }

// verbs are those that are ticked.
func (r right) verbs() (ticked []string) {
	for _, v := range delegable() {
		if r[prefixVerb+string(v)] != "" {
			ticked = append(ticked, string(v))
		}
	}
	return ticked
}

// fields are the form as it was filled in, to be sent again.
func (r right) fields() (all [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(r)) {
		all = append(all, [2]string{name, r[name]})
	}
	return all
}

// onRight says that the verb is about rights.
func (a asking) onRight() bool { return len(rightFields[a.verb]) > 0 }

// rightAction is what the form asks for.
func (a asking) rightAction() (desk.Action, error) {
	target, args := "", map[string]string{}
	for _, f := range rightFields[a.verb] {
		switch value := a.right[f[0]]; {
		case f[1] == "target":
			target = value
		case f[0] == fieldScope:
			maps.Copy(args, desk.Scopes(strings.Join(listed(value), ",")))
		case f[0] == fieldClasses:
			args[f[1]] = strings.Join(listed(value), ",")
		default:
			args[f[1]] = value
		}
	}
	args["verbs"] = strings.Join(a.right.verbs(), ",")
	maps.DeleteFunc(args, func(_, value string) bool { return value == "" })
	return desk.NewAction(a.verb, target, args)
}

// listed cuts at spaces, commas and semicolons.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\t", r) })
}

// rightMissing says which fields are still empty.
func (a asking) rightMissing(lang string) (found []problem) {
	for _, f := range rightFields[a.verb] {
		if a.needs(f[0]) && a.right[f[0]] == "" {
			found = append(found, problem{f[0], text(lang, "missing."+f[0])})
		}
	}
	if a.needs(fieldReason) && strings.TrimSpace(a.reason) == "" {
		found = append(found, problem{fieldReason, text(lang, "missing."+fieldReason)})
	}
	return found
}

// rightBlames names the field that an error is about.
func (a asking) rightBlames(err error) string {
	e, _ := errors.AsType[*desk.Error](err)
	name := e.Details["name"]
	switch e.Code {
	case desk.UnknownPerson, desk.OwnRight, desk.InvalidAddress:
		name = cmp.Or(map[desk.Verb]string{desk.DelegationDeputy: "person", desk.DelegationRevoke: "deputy"}[a.verb], "target")
	case desk.UnknownDomain, desk.UnknownUnit:
		name = "domains"
	case desk.UnknownClass:
		name = "classes"
	case desk.InvalidSize:
		name = "quota"
	case desk.SparedLong:
		name = "until"
	case desk.UnknownDelegation, desk.NoTokens, desk.NotQuarantined, desk.NoSuchGap, desk.UnknownGap:
		name = "target"
	}
	if name == "units" || name == "lists" {
		name = "domains"
	}
	for _, f := range rightFields[a.verb] {
		if f[1] == name {
			return f[0]
		}
	}
	return ""
}

// about tells of the delegation that an action names, and what its end leaves,
// to who may see it.
func (p *Portal) about(lang string, reader desk.UID, a desk.Action) (lines []string) {
	d, err := p.Desk.Delegation(reader, desk.Portal, desk.Mandate(a.Target))
	if err != nil || a.Verb != desk.DelegationDeputy && a.Verb != desk.DelegationRevoke {
		return nil
	}
	lines = append(lines, string(d.ID)+" · "+p.called(d.To)+" · "+say.Scope(lang, d.Grant)+" · "+say.Terms(lang, d.Grant, p.Zone))
	if thin := p.Desk.Thinned(a); len(thin) > 0 {
		lines = append(lines, text(lang, "right.thins", "domains", strings.Join(thin, ", ")))
	}
	return lines
}

// needs says that the field must be filled in.
func (a asking) needs(name string) bool {
	switch name {
	case fieldUntil:
		return a.verb != desk.DelegationGrant
	case fieldReason:
		return a.verb == desk.DriftSpare
	case fieldCause:
		return !desk.GapName(a.right[fieldAddress])
	}
	return slices.Contains([]string{fieldPerson, fieldScope, fieldDelegation, fieldAddress}, name)
}

// hintOf is the hint of a field, "" if it has none.
func (pg page) hintOf(name string) string {
	if _, ok := texts["hint.right."+name]; !ok {
		return ""
	}
	return pg.t("hint.right." + name)
}
