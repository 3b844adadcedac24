package partage

import (
	"fmt"
	"strings"
)

type (
	// An Address is a lower-case mail address: the name of an account, or one
	// of its aliases. Only [ParseAddress] promises that it is well formed.
	Address string
	// An AccountID is a Zimbra identifier: it outlives every rename.
	AccountID string
	// A CosID is the identifier of a class of service, as zimbraCOSId holds it.
	// Names of classes change; identifiers do not.
	CosID string
)

const (
	maxAddress = 256 // Zimbra's limit
	localChars = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-"
	hostChars  = "abcdefghijklmnopqrstuvwxyz0123456789.-"
)

// ParseAddress lowers the ASCII letters of s and returns it if it is an
// address of plain ASCII, without quotes, comments or display name.
func ParseAddress(s string) (Address, error) {
	a := lower(s)
	local, domain, found := strings.Cut(a, "@")
	if !found || !only(local, localChars) || !only(domain, hostChars) || len(a) > maxAddress {
		return "", fmt.Errorf("read address %.60q: not a plain ASCII mail address", s)
	}
	return Address(a), nil
}

// Domain is what follows the "@", or "" when there is none.
func (a Address) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}

// valid reports whether a is exactly what ParseAddress returns.
func (a Address) valid() bool {
	parsed, err := ParseAddress(string(a))
	return err == nil && parsed == a
}

// lower maps A-Z only: Unicode case mapping makes distinct addresses equal.
func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// only reports whether s is made of chars, and of at least one.
func only(s, chars string) bool {
	return s != "" && strings.Trim(s, chars) == ""
}
