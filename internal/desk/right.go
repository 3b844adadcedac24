package desk

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	mandateForm = regexp.MustCompile(`^(?:[mM]-)?0*([1-9][0-9]{0,15})$`)
	unitForm    = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,30}[A-Za-z0-9])?$`)
	countForm   = regexp.MustCompile(`^0*([1-9][0-9]{0,2})$`)
)

// mostListed bounds a list of domains, units, verbs...
const mostListed = 50

// all checks each item of a list and returns them sorted, each once.
func (f Form) all(name, value string) (string, error) {
	var items []string
	for item := range strings.SplitSeq(value, many) {
		said, err := f.canonical(name, strings.TrimSpace(item))
		if err != nil {
			return "", err
		}
		items = append(items, strings.Split(said, many)...) // a family is several verbs
	}
	slices.Sort(items)
	if items = slices.Compact(items); len(items) > mostListed {
		return "", Fail(Invalid, InvalidArgument, "name", name, "value", value)
	}
	return strings.Join(items, many), nil
}

// Scopes tells domains, units and lists apart by their form, as arguments of
// delegation.grant.
func Scopes(listed string) map[string]string {
	args := map[string]string{}
	for item := range strings.SplitSeq(listed, many) {
		kind := "units"
		if strings.Contains(item, "@") {
			kind = "lists"
		} else if strings.Contains(item, ".") {
			kind = "domains"
		}
		args[kind] = strings.TrimPrefix(args[kind]+many+item, many)
	}
	return args
}

// right checks the forms of rights.
func (f Form) right(value string) (string, bool) {
	lower := lowerASCII(value)
	switch f {
	case PersonForm:
		return who(lower)
	case MandateForm:
		m := mandateForm.FindStringSubmatch(value)
		if m == nil {
			return "", false
		}
		return "M-" + m[1], true
	case DomainForm:
		return lower, len(lower) <= 253 && isDomain(lower)
	case UnitForm:
		return value, unitForm.MatchString(value)
	case VerbForm:
		verbs := family(lower)
		slices.Sort(verbs)
		return strings.Join(verbs, many), len(verbs) > 0
	case CountForm:
		m := countForm.FindStringSubmatch(value)
		if m == nil {
			return "", false
		}
		return m[1], true
	case DayForm:
		return day(value)
	}
	return about(value)
}

// who is a login or an address.
func who(lower string) (string, bool) {
	if !strings.Contains(lower, "@") {
		return lower, isLogin(lower) && UID(lower) != System
	}
	a, err := ParseAddress(lower)
	return string(a), err == nil
}

// day reads a day; with slashes it comes before the month.
func day(value string) (string, bool) {
	layout := time.DateOnly
	if strings.Contains(value, "/") {
		layout = "2/1/2006"
	}
	t, err := time.Parse(layout, value)
	return t.Format(time.DateOnly), err == nil && t.Year() >= 2000 && len(value) <= len(time.DateOnly)
}

// about is a unit letter for letter, or else in lower case.
func about(value string) (string, bool) {
	lower := lowerASCII(value)
	if unitForm.MatchString(value) {
		return value, true
	}
	if isDomain(lower) {
		return lower, true
	}
	return who(lower)
}
