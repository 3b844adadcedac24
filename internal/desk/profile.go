package desk

import (
	"maps"
	"slices"
)

// profileArgs are what account.profile sets, each field of Partage that the
// directory does not own. The display name is such a field for a mailbox of
// nobody only: of a person, the directory gives it.
var profileArgs = map[string]Form{
	"name": TextForm + optional, "phone": PhoneForm + optional, "mobile": PhoneForm + optional, "fax": PhoneForm + optional,
	"title": TextForm + optional, "company": TextForm + optional, "description": TextForm + optional,
	"street": TextForm + optional, "postcode": TextForm + optional, "city": TextForm + optional, "sender": TextForm + optional,
}

// ProfileFields names what account.profile sets, sorted.
func ProfileFields() []string { return slices.Sorted(maps.Keys(profileArgs)) }

// ProfileArg is what the action makes of a field of the profile: "" clears it; set
// is false if it is left as it is.
func (a Action) ProfileArg(field string) (value string, set bool) {
	value = a.Arg(field)
	return either(value == Nowhere, "", value), value != ""
}

// profilable: something is set, and it is not the directory's.
func (d *Desk) profilable(a Action, target Account) error {
	if a.Args == "" {
		return Fail(Invalid, MissingArgument, "name", "args")
	}
	name, set := a.ProfileArg("name")
	switch {
	case set && d.View.Person(target.Owner).Known():
		return Fail(Conflict, DirectoryOwns, "name", "name", "account", string(target.Address))
	case set && name == "":
		return Fail(Invalid, InvalidArgument, "name", "name", "value", Nowhere)
	}
	return nil
}

// profileOf is what an account has of a field; known is false if it was not read.
func (a Account) profileOf(field string) (value string, known bool) {
	if field == "name" {
		return a.Name, true
	}
	if a.Detail == nil || a.Detail.Profile == nil {
		return "", false
	}
	return a.Detail.Profile[field], true
}

// profileBack are the arguments that give the fields their values again; false
// if one cannot be said.
func profileBack(a Action, before Account) (map[string]string, bool) {
	args := map[string]string{}
	for field, form := range profileArgs {
		if _, set := a.ProfileArg(field); !set {
			continue
		}
		value, known := before.profileOf(field)
		if !known {
			return nil, false
		}
		args[field] = either(value == "", Nowhere, value)
		if said, err := form.canonical(field, args[field]); err != nil || said != args[field] || value == Nowhere {
			return nil, false
		}
	}
	return args, true
}

// ofAccount is the one way to write what verbs on accounts take.
func (f Form) ofAccount(value string) (string, bool) {
	switch f {
	case PhoneForm:
		if lowerASCII(value) == Nowhere {
			return Nowhere, true
		}
		value = oneSpace(value)
		return value, phoneForm.MatchString(value)
	case SendForm:
		for _, right := range []string{SendAs, SendFor} {
			if lowerASCII(value) == lowerASCII(right) {
				return right, true
			}
		}
		return "", false
	}
	if f == YesForm {
		return lowerASCII(value), lowerASCII(value) == string(Yes)
	}
	return value, identForm.MatchString(value)
}
