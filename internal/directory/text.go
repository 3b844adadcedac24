package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

const longest = 500 // characters of a value that people may read

// one is the value of an attribute that has exactly one, readable; else "".
func one(e *ldap.Entry, attribute string) string {
	values := many(e, attribute)
	if len(values) != 1 {
		return ""
	}
	return readable(values[0])
}

// many is every value of an attribute, whatever the case of its name.
func many(e *ldap.Entry, attribute string) []string {
	if attribute == "" {
		return nil
	}
	return e.GetEqualFoldAttributeValues(attribute)
}

// readable is the text on one line with single spaces; "" if it is too long, is not
// UTF-8, or holds something invisible, which could show one thing and be another.
func readable(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > longest ||
		strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}

// lower lowers A to Z only: the rules of Unicode turn foreign letters into ASCII.
func lower(s string) string {
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
