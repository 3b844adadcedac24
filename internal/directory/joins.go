package directory

import (
	"slices"

	"github.com/unistra/melusine/internal/desk"
)

// joins is what surrounds people. A code or a group name that two entries claim
// is nobody's: whoever may create entries in a corner of the tree could
// otherwise take the name of the administrators.
type joins struct {
	codes   map[string]int      // entries that claim the code of a unit, lowered
	units   map[string]unit     // by code
	names   map[string]int      // entries that claim the name of a group
	byPlace map[string][]string // names of groups, by place of the member
	byLogin map[string][]string // names of groups, by login of the member
	uids    map[string]desk.UID // by place
}

func newJoins() joins {
	return joins{map[string]int{}, map[string]unit{}, map[string]int{},
		map[string][]string{}, map[string][]string{}, map[string]desk.UID{}}
}

func (j joins) addUnit(code string, u unit) {
	j.units[code] = u
	j.codes[code]++
}

// person completes somebody.
func (j joins) person(f found) desk.Person {
	p := f.Person
	if code := lower(p.Unit); code != "" && j.codes[code] == 1 {
		p.UnitName, p.UnitDomain = j.units[code].name, j.units[code].domain
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
	return j.uids[at]
}
