package rules

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// Bounds on the forms of addresses. Go's expressions take time linear in the
// address, which has 64 characters at most before its @.
const (
	maxForms    = 16
	maxForm     = 200
	maxReserved = 500
)

// naming is the charter of addresses: what may stand before the @.
type naming struct {
	forms    []*regexp.Regexp
	written  []string
	reserved []string // sorted
}

var reservedForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$`)

// add takes in what the header of one file says.
func (n *naming) add(forms, reserved []string, f *faults) {
	for _, text := range forms {
		form, err := regexp.Compile(`^(?:` + text + `)$`)
		switch {
		case len(n.forms) == maxForms:
			f.add("naming: %d forms at most", maxForms)
			return
		case text == "" || len(text) > maxForm:
			f.add("naming: a form has 1 to %d characters", maxForm)
		case err != nil:
			f.add("naming: form %q: %v", text, err)
		case form.MatchString(""):
			f.add("naming: form %q accepts nothing at all; ask for one letter at least", text)
		default:
			n.forms, n.written = append(n.forms, form), append(n.written, text)
		}
	}
	for _, name := range reserved {
		if !reservedForm.MatchString(name) {
			f.add("naming: reserved: %q is not what stands before an @; write small letters, digits, dots and dashes", name)
		}
	}
	n.reserved = append(n.reserved, reserved...)
	slices.Sort(n.reserved)
	if n.reserved = slices.Compact(n.reserved); len(n.reserved) > maxReserved {
		f.addError(fmt.Errorf("naming: %d reserved words; %d at most", len(n.reserved), maxReserved))
	}
}

// breach is the clause that an address breaks, whoever asks for it. A book that
// says no form allows them all.
func (n *naming) breach(a desk.Address) desk.Breach {
	local := a.Local()
	if _, reserved := slices.BinarySearch(n.reserved, local); reserved {
		return desk.KeptBack
	}
	if fits := slices.ContainsFunc(n.forms, func(form *regexp.Regexp) bool { return form.MatchString(local) }); len(n.forms) > 0 && !fits {
		return desk.BadForm
	}
	return desk.NoBreach
}

// Names is the clause of naming: in the header that the address breaks: see
// desk.Namer.
func (b *Book) Names(a desk.Address) desk.Breach { return b.naming.breach(a) }

// Naming is what naming: in the header says: see desk.Namer.
func (b *Book) Naming() desk.Naming {
	return desk.Naming{Forms: b.naming.written, Reserved: b.naming.reserved}
}

// breach is the first clause of the charter that the address asked for breaks.
func (w *world) breach() desk.Breach {
	asked := w.asked()
	if asked == "" {
		return desk.NoBreach
	}
	if clause := w.book.naming.breach(asked); clause != desk.NoBreach {
		return clause
	}
	return w.Clash(asked)
}
