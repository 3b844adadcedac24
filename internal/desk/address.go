package desk

import (
	"regexp"
	"strings"
)

// An Address is a mail address in its only accepted form: ASCII, lower case,
// "local@domain". Values come from ParseAddress or from Partage itself.
type Address string

var addressForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$`)

// ParseAddress reads an address typed by somebody. Upper-case ASCII letters are
// lowered; anything else outside the grammar is refused with InvalidAddress:
// no display name, no quoting, no accents, no look-alike of another alphabet.
func ParseAddress(s string) (Address, error) {
	a := lowerASCII(s)
	if len(a) > 254 || strings.Contains(a, "..") || !addressForm.MatchString(a) {
		return "", Fail(Invalid, InvalidAddress, "value", s)
	}
	return Address(a), nil
}

// Local is the part before the @.
func (a Address) Local() string { l, _ := cut(string(a), "@"); return l }

// Domain is the part after the @.
func (a Address) Domain() string { _, d := cut(string(a), "@"); return d }

func cut(s, sep string) (before, after string) {
	before, after, _ = strings.Cut(s, sep)
	return before, after
}

// lowerASCII lowers A to Z only: Unicode case rules map foreign letters to ASCII ones.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
