package directory

import (
	"slices"
	"strings"
	"unique"

	"github.com/unistra/melusine/internal/desk"
)

// joins is what surrounds people. A code or a group name that two entries claim
// is nobody's: whoever may create entries in a corner of the tree could
// otherwise take the name of the administrators.
type joins struct {
	units   map[string][]unit // by code, lowered: all that claim it
	names   map[string]int    // entries that claim the name of a group
	byPlace rolls             // names of groups, by place of the member
	byLogin rolls             // names of groups, by login of the member
	whoIsAt func(place string) desk.UID
}

func newJoins() joins {
	return joins{map[string][]unit{}, map[string]int{}, rolls{}, rolls{}, nil}
}

func (j joins) addUnit(code string, u unit) { j.units[code] = append(j.units[code], u) }

// person completes somebody.
func (j joins) person(f found) desk.Person {
	p := f.Person
	if units := j.units[lower(p.Unit)]; p.Unit != "" && len(units) == 1 {
		p.UnitName, p.UnitDomain = units[0].name, units[0].domain
	}
	groups := slices.Concat(j.byPlace.names(f.place), j.byLogin.names(f.login))
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

// rolls are the groups of each member, their names one behind the other: thousands
// of people are in the same groups, and what they are in is kept once.
type rolls map[string]unique.Handle[string]

const between = "\x00"

func (r rolls) names(member string) []string {
	all, some := r[member]
	if !some {
		return nil
	}
	return strings.Split(all.Value(), between)
}

func (r rolls) put(member string, names []string) {
	if r[member] = unique.Make(strings.Join(names, between)); len(names) == 0 {
		delete(r, member)
	}
}

func (r rolls) add(member, name string) { r.put(member, append(r.names(member), name)) }

// strike takes one mention of the name out.
func (r rolls) strike(member, name string) {
	names := r.names(member)
	if i := slices.Index(names, name); i >= 0 {
		r.put(member, slices.Delete(names, i, i+1))
	}
}
