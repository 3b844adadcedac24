package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

const longest = 500 // characters of a value that people may read

// readable is the text on one line with single spaces; "" if it is too long, is not
// UTF-8, or holds something invisible, which could show one thing and be another.
func readable(s string) string {
	if plain(s) { // as nearly all are
		return s
	}
	s = strings.Join(strings.Fields(s), " ")
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > longest ||
		strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}

// plain says that the text is readable as it is: printable ASCII, no blank but
// single ones inside.
func plain(s string) bool {
	if len(s) > longest {
		return false
	}
	blank := true
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' || b == ' ' && blank {
			return false
		}
		blank = b == ' '
	}
	return !blank
}

// lower lowers A to Z only: the rules of Unicode turn foreign letters into ASCII.
func lower(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// place is what two spellings of one DN have in common; "" if it is not a DN.
// Lowering cannot take two entries for one: a server keeps them apart by a
// coarser rule than this.
func place(dn string) string {
	if simple(dn) { // as nearly all are
		return dn
	}
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return ""
	}
	for _, rdn := range parsed.RDNs {
		for _, part := range rdn.Attributes {
			part.Value = strings.ToLower(part.Value)
		}
	}
	return parsed.String()
}

// simple says that the DN is the text that place would make of it: small letters,
// digits, and nothing that is ever escaped.
func simple(dn string) bool {
	inType, length := true, 0
	for _, b := range []byte(dn) {
		switch {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '-' || b == '.' || b == '_':
			length++
			continue
		case b == '=' && inType && length > 0, b == ',' && !inType && length > 0:
			inType, length = !inType, 0
			continue
		}
		return false
	}
	return !inType && length > 0
}
