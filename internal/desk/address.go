package desk

import (
	"strings"
)

// An Address is a mail address in its only accepted form: ASCII, lower case,
// "local@domain". Values come from ParseAddress or from Partage itself.
type Address string

// ParseAddress reads an address typed by somebody. Upper-case ASCII letters are
// lowered; anything else outside the grammar is refused with InvalidAddress:
// no display name, no quoting, no accents, no look-alike of another alphabet.
func ParseAddress(s string) (Address, error) {
	a := lowerASCII(s)
	local, domain := cut(a, "@")
	if len(a) > 254 || strings.Contains(a, "..") || !plain(local, 64, "._+-") || !isDomain(domain) {
		return "", Fail(Invalid, InvalidAddress, "value", s)
	}
	return Address(a), nil
}

// isDomain says that s is labels with dots between, the last of letters only.
func isDomain(s string) bool {
	last := strings.LastIndexByte(s, '.')
	if last < 0 || len(s)-last-1 < 2 || len(s)-last-1 > 24 || strings.Trim(s[last+1:], letters) != "" {
		return false
	}
	for label := range strings.SplitSeq(s[:last], ".") {
		if !plain(label, 63, "-") {
			return false
		}
	}
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// isLogin says that s has the form of a login.
func isLogin(s string) bool { return plain(s, 64, "._-") }

// plain says that s is made of lower-case letters and digits, and between the first
// and the last of some others too; at most so many of them. It is asked of every
// address that is looked at, where a regular expression takes ten times as long.
func plain(s string, most int, others string) bool {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			continue
		}
		if i == 0 || i == len(s)-1 || strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= most
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
	if !strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
