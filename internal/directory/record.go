package directory

import (
	"errors"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// A record is an entry as the server gave it.
type record struct {
	dn         string
	attributes []attribute
}

type attribute struct {
	name   string
	values []string
}

// recordOf is the entry that the library has decoded.
func recordOf(e *ldap.Entry) *record {
	r := &record{dn: e.DN}
	for _, a := range e.Attributes {
		r.attributes = append(r.attributes, attribute{a.Name, a.Values})
	}
	return r
}

// many is every value of an attribute, whatever the case of its name.
func (r *record) many(name string) []string {
	if name == "" {
		return nil
	}
	for _, a := range r.attributes {
		if a.name == name || strings.EqualFold(a.name, name) {
			return a.values
		}
	}
	return nil
}

// one is the value of an attribute that has exactly one, readable; else "".
func (r *record) one(name string) string {
	values := r.many(name)
	if len(values) != 1 {
		return ""
	}
	return readable(values[0])
}

// cut says that only some values of an attribute are there.
func (r *record) cut() bool {
	for _, a := range r.attributes {
		if i := strings.IndexByte(a.name, ';'); i >= 0 && strings.Contains(strings.ToLower(a.name[i:]), ";range=") {
			return true
		}
	}
	return false
}

// What a full reading consists of is decoded here, not by the library, which
// makes some fifty objects of each attribute: that alone would take longer than
// the server does.
var errBER = errors.New("not an entry in BER")

// The tags of LDAP (RFC 4511) that are looked at.
const (
	tagInteger  = 0x02
	tagString   = 0x04
	tagSequence = 0x30
	tagSet      = 0x31
	tagEntry    = 0x64 // SearchResultEntry
	tagExtended = 0x78 // ExtendedResponse
)

const largestMessage = 64 << 20 // a group of half a million members

// header reads the tag and the length of an element, and says where it begins;
// -1 if it is not there whole.
func header(b string) (tag byte, begin, length int) {
	if len(b) < 2 {
		return 0, -1, 0
	}
	tag, length = b[0], int(b[1])
	if tag&0x1f == 0x1f { // a tag of several bytes, which LDAP has none of
		return 0, -1, 0
	}
	if length < 0x80 {
		return tag, 2, length
	}
	n := length & 0x7f
	if n == 0 || n > 4 || len(b) < 2+n {
		return 0, -1, 0
	}
	length = 0
	for _, c := range []byte(b[2 : 2+n]) {
		length = length<<8 | int(c)
	}
	if length > largestMessage {
		return 0, -1, 0
	}
	return tag, 2 + n, length
}

// element takes the first element off b.
func element(b string) (tag byte, inside, rest string, err error) {
	tag, begin, length := header(b)
	if begin < 0 || len(b)-begin < length {
		return 0, "", "", errBER
	}
	return tag, b[begin : begin+length], b[begin+length:], nil
}

// inside takes off the first element, which must have the tag.
func inside(b string, want byte) (in, rest string, err error) {
	tag, in, rest, err := element(b)
	if err == nil && tag != want {
		err = errBER
	}
	return in, rest, err
}

// isEntry says that a whole message is an entry without controls.
func isEntry(message string) bool {
	in, _, err := inside(message, tagSequence)
	if err != nil {
		return false
	}
	if _, in, err = inside(in, tagInteger); err != nil {
		return false
	}
	tag, _, rest, err := element(in)
	return err == nil && tag == tagEntry && rest == ""
}

// decode reads such a message. What is read is a part of its text.
func decode(message string) (*record, error) {
	in, rest, err := inside(message, tagSequence)
	if err != nil || rest != "" {
		return nil, errBER
	}
	if _, in, err = inside(in, tagInteger); err != nil {
		return nil, err
	}
	if in, rest, err = inside(in, tagEntry); err != nil || rest != "" {
		return nil, errBER
	}
	r := &record{attributes: make([]attribute, 0, 12)}
	if r.dn, in, err = inside(in, tagString); err != nil {
		return nil, err
	}
	if in, rest, err = inside(in, tagSequence); err != nil || rest != "" {
		return nil, errBER
	}
	for in != "" {
		var one string
		if one, in, err = inside(in, tagSequence); err != nil {
			return nil, err
		}
		a, err := values(one)
		if err != nil {
			return nil, err
		}
		r.attributes = append(r.attributes, a)
	}
	return r, nil
}

func values(one string) (a attribute, err error) {
	if a.name, one, err = inside(one, tagString); err != nil {
		return a, err
	}
	set, rest, err := inside(one, tagSet)
	if err != nil || rest != "" {
		return a, errBER
	}
	for set != "" {
		var v string
		if v, set, err = inside(set, tagString); err != nil {
			return a, err
		}
		a.values = append(a.values, v)
	}
	return a, nil
}
