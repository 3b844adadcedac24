package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A filter tells whether an account answers an LDAP query. Queries see an
// account's own attributes, not those of its class (likely: LDAP holds no
// others).
type filter func(holder) bool

// A holder has attributes: an entry, or an account that computes them.
type holder interface {
	get(name string) []string
}

const deepest = 32

// parseFilter reads a filter of RFC 4515, with or without its outer
// parentheses; "" is everything. Names and values ignore case.
func parseFilter(text string) (filter, error) {
	if text == "" {
		return func(holder) bool { return true }, nil
	}
	if !strings.HasPrefix(text, "(") {
		text = "(" + text + ")"
	}
	f, rest, err := parenthesised(text, deepest)
	if err == nil && rest != "" {
		err = fmt.Errorf("text after the filter: %.20q", rest)
	}
	return f, err
}

func parenthesised(text string, depth int) (f filter, rest string, err error) {
	text, found := strings.CutPrefix(text, "(")
	if !found || text == "" || depth == 0 {
		return nil, "", errors.New("not a filter")
	}
	switch text[0] {
	case '&', '|':
		f, rest, err = several(text[0] == '&', text[1:], depth-1)
	case '!':
		var inner filter
		inner, rest, err = parenthesised(text[1:], depth-1)
		f = func(e holder) bool { return !inner(e) }
	default:
		end := strings.IndexAny(text, "()")
		if end < 0 {
			return nil, "", errors.New("unfinished filter")
		}
		f, err = comparison(text[:end])
		rest = text[end:]
	}
	if err != nil {
		return nil, "", err
	}
	if rest, found = strings.CutPrefix(rest, ")"); !found {
		return nil, "", errors.New("missing parenthesis")
	}
	return f, rest, nil
}

// several reads the filters of an "and" or an "or". With none, RFC 4526 says
// true and false.
func several(all bool, text string, depth int) (filter, string, error) {
	var parts []filter
	for strings.HasPrefix(text, "(") {
		f, rest, err := parenthesised(text, depth)
		if err != nil {
			return nil, "", err
		}
		parts, text = append(parts, f), rest
	}
	return func(e holder) bool {
		for _, f := range parts {
			if f(e) != all {
				return !all
			}
		}
		return all
	}, text, nil
}

func comparison(text string) (filter, error) {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" {
		return nil, fmt.Errorf("no comparison in %.40q", text)
	}
	operator := name[len(name)-1]
	if strings.IndexByte("<>~", operator) >= 0 {
		name = name[:len(name)-1]
	}
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.;") != "" {
		return nil, fmt.Errorf("not an attribute: %.40q", name)
	}
	match, err := values(operator, value)
	if err != nil {
		return nil, err
	}
	name = strings.ToLower(name)
	return func(e holder) bool {
		for _, v := range searched(e, name) {
			if match(strings.ToLower(v)) {
				return true
			}
		}
		return false
	}, nil
}

// values reads what follows the operator.
func values(operator byte, text string) (func(string) bool, error) {
	parts := strings.Split(text, "*")
	for i, p := range parts {
		plain, err := unescape(p)
		if err != nil {
			return nil, err
		}
		parts[i] = strings.ToLower(plain)
	}
	switch {
	case operator == '<' || operator == '>':
		return func(v string) bool { return v == parts[0] || less(v, parts[0]) == (operator == '<') }, nil
	case len(parts) == 1:
		return func(v string) bool { return v == parts[0] }, nil
	}
	return func(v string) bool { return like(v, parts) }, nil
}

// less compares numbers as numbers.
func less(a, b string) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		return x < y
	}
	return a < b
}

// like reports whether v begins with the first part, ends with the last, and
// holds the others between, in order. Two empty parts are the presence filter.
func like(v string, parts []string) bool {
	last := len(parts) - 1
	v, found := strings.CutPrefix(v, parts[0])
	if !found || !strings.HasSuffix(v, parts[last]) {
		return false
	}
	v = strings.TrimSuffix(v, parts[last])
	for _, p := range parts[1:last] {
		if _, v, found = strings.Cut(v, p); !found {
			return false
		}
	}
	return true
}

// unescape reads \2a for "*" and the like.
func unescape(text string) (string, error) {
	var plain strings.Builder
	for {
		before, after, found := strings.Cut(text, `\`)
		plain.WriteString(before)
		if !found {
			return plain.String(), nil
		}
		if len(after) < 2 {
			return "", errors.New("unfinished escape")
		}
		b, err := strconv.ParseUint(after[:2], 16, 8)
		if err != nil {
			return "", fmt.Errorf("not an escape: %.3q", `\`+after)
		}
		plain.WriteByte(byte(b))
		text = after[2:]
	}
}

// searched are the values LDAP has for a name in small letters: those of the
// entry, and the few that Zimbra keeps under another one.
func searched(e holder, name string) []string {
	switch name {
	case "mail":
		return append(slices.Clip(e.get("name")), e.get(aliasAttr)...)
	case "uid":
		local, _, _ := strings.Cut(only(e.get("name")), "@")
		return []string{local}
	case "cn":
		return e.get("displayName")
	case "zimbraid":
		return e.get("id")
	case "zimbramaildeliveryaddress":
		return e.get("name")
	case "objectclass":
		return classesOf(e)
	case "name", "id", "used", "userpassword":
		return nil // not in LDAP under that name, or not to be searched
	}
	return e.get(name)
}

// classesOf are those of LDAP: a resource is an account too.
func classesOf(e holder) []string {
	switch account := []string{"inetOrgPerson", "zimbraAccount", "amavisAccount"}; {
	case e.get("zimbraMailStatus") != nil:
		return []string{"zimbraDistributionList", "zimbraMailRecipient"}
	case e.get("zimbraCalResType") != nil:
		return append(account, "zimbraCalendarResource")
	default:
		return account
	}
}
