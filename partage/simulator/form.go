package simulator

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// A form is the parameters of a call, read as Rack reads them: the last value
// of a plain key wins, "x[]" is a list, and "x[0]" is another name.
type form url.Values

func (f form) plain(name string) string {
	values := f[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// values is what a client gave an attribute, and whether it did: an empty list
// clears it, an absent one leaves it.
func (f form) values(name string) ([]string, bool) {
	if list, given := f[name+"[]"]; given {
		return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == "" }), true
	}
	if _, given := f[name]; !given && name == "zimbraHideInGal" {
		return f.values("zimbraHideInGAL") // both spellings are in use
	}
	if _, given := f[name]; !given {
		return nil, false
	}
	if v := f.plain(name); v != "" {
		return []string{v}, true
	}
	return nil, true
}

// name is the object of a call: names are lower-cased, as Zimbra does.
func (f form) name() string { return strings.ToLower(f.plain("name")) }

// subject is the object of a call as given. The root shares call it "account".
func (f form) subject() string { return cmp.Or(f.plain("name"), f.plain("account")) }
