package mirror

import (
	"slices"
	"strings"
	"unicode"

	"github.com/unistra/melusine/internal/desk"
	"golang.org/x/text/unicode/norm"
)

// Named is desk.World's. Everybody is looked at: a name is asked for by a person,
// and an index of names would be a second copy of them.
func (m *Mirror) Named(name string) (found []desk.UID) {
	want := plain(name)
	if want == "" {
		return nil
	}
	for p := range m.people.rows("id") {
		if near(p.Name, want) && plain(p.Name) == want {
			found = append(found, p.UID)
		}
	}
	slices.Sort(found)
	return found
}

// near leaves out most names without writing them anew: the plain letters of one
// that fits stand in the wanted one, in that order.
func near(name, want string) bool {
	for i := range len(name) {
		c := name[i] | 0x20
		if c < 'a' || c > 'z' || name[i] >= 0x80 {
			continue
		}
		at := strings.IndexByte(want, c)
		if at < 0 {
			return false
		}
		want = want[at+1:]
	}
	return name != ""
}

// plain is a name without case, accents and hyphens.
func plain(name string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '-' || r == '\'' || r == '’':
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
	return strings.Join(strings.Fields(kept), " ")
}
