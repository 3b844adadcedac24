package mirror

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A register is the fold of delegations. The lists of who holds what are
// replaced, never changed: readers keep them without the lock.
type register struct {
	all   map[desk.Mandate]desk.Delegation
	order []desk.Mandate
	held  map[desk.UID][]desk.Delegation // those that stand, by all who hold them
}

func newRegister() register {
	return register{all: map[desk.Mandate]desk.Delegation{}, held: map[desk.UID][]desk.Delegation{}}
}

func (r *register) list() []desk.Delegation {
	all := make([]desk.Delegation, len(r.order))
	for i, name := range r.order {
		all[i] = r.all[name]
	}
	return all
}

// keep puts a delegation, new or changed, in its places.
func (r *register) keep(d desk.Delegation) {
	old := r.all[d.ID]
	if !old.Known() {
		r.order = append(r.order, d.ID)
	}
	r.all[d.ID] = d
	for _, who := range append(old.Holders(), d.Holders()...) {
		held := slices.DeleteFunc(slices.Clone(r.held[who]), func(o desk.Delegation) bool { return o.ID == d.ID })
		if d.Stands() && slices.Contains(d.Holders(), who) {
			held = append(held, d)
		}
		if r.held[who] = held; len(held) == 0 {
			delete(r.held, who)
		}
	}
}

// right is the delegation that the event makes or changes, as it is after it;
// zero if it is about none, or about one whose words were destroyed.
func (f *fold) right(e desk.Event) (desk.Delegation, error) {
	of := desk.Mandate("")
	switch fact := e.Fact.(type) {
	case desk.Granted:
	case desk.Deputised:
		of = fact.Of
	case desk.Revoked:
		of = fact.Of
	case desk.Noticed:
		if of = fact.Of; of == "" { // of a request
			return desk.Delegation{}, nil
		}
	case desk.Erased:
		return desk.Delegation{}, f.loseRight(fact, e.Subject)
	default:
		return desk.Delegation{}, nil
	}
	before := f.rights.all[of]
	if of != "" && !before.Known() && f.lost(of) {
		return desk.Delegation{}, nil
	}
	return before.With(e)
}

// lost says that the delegation was granted by an event without its words: whose
// it was is forgotten, and deputies have nothing by it.
func (f *fold) lost(name desk.Mandate) bool {
	seq, err := strconv.ParseInt(strings.TrimPrefix(string(name), "M-"), 10, 64)
	if err != nil || seq < 1 || seq > int64(len(f.events)) {
		return false
	}
	words, erased := f.events[seq-1].Fact.(desk.Erased)
	_, granted := words.Was.(desk.Granted)
	return erased && granted
}

// loseRight checks that a fact about a right is not cut out alone: a revocation
// that is missing would give back what was revoked. Who has words erased has
// nothing any more, at that moment of the story either.
func (f *fold) loseRight(e desk.Erased, subject desk.UID) error {
	switch e.Was.(type) {
	case desk.Granted, desk.Deputised, desk.Revoked:
		if len(f.rights.held[subject]) > 0 {
			return fmt.Errorf("%T cut out: %w", e.Was, desk.ErrIllegal)
		}
	}
	return nil
}
