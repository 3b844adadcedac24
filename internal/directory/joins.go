package directory

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// joins is what surrounds people. A code or a group name that two entries claim
// is nobody's: whoever may create entries in a corner of the tree could
// otherwise take the name of the administrators.
type joins struct {
	units   map[string][]unit   // by code, lowered: all that claim it
	names   map[string]int      // entries that claim the name of a group
	byPlace map[string][]string // names of groups, by place of the member
	byLogin map[string][]string // names of groups, by login of the member
	whoIsAt func(place string) desk.UID
}

func newJoins() joins {
	return joins{map[string][]unit{}, map[string]int{}, map[string][]string{}, map[string][]string{}, nil}
}

func (j joins) addUnit(code string, u unit) { j.units[code] = append(j.units[code], u) }

// person completes somebody.
func (j joins) person(f found) desk.Person {
	p := f.Person
	if units := j.units[lower(p.Unit)]; p.Unit != "" && len(units) == 1 {
		p.UnitName, p.UnitDomain = units[0].name, units[0].domain
	}
	groups := slices.Concat(j.byPlace[f.place], j.byLogin[f.login])
	groups = slices.DeleteFunc(groups, func(name string) bool { return j.names[name] != 1 })
	slices.Sort(groups)
	p.Groups = slices.Compact(groups)
	p.Manager = j.manager(f.manager)
	return p
}

func (j joins) manager(ref string) desk.UID {
	if uid := lower(ref); loginForm.MatchString(uid) {
		return desk.UID(uid)
	}
	at := place(ref)
	if at == "" {
		return ""
	}
	return j.whoIsAt(at)
}
