package simulator

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the order of the writes, the state is what a simple model says, and
// an address serves once.
func TestGroupsAgainstAModel(t *testing.T) {
	u, outer := NewUniversity(1000), t
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(outer, Config{University: u})
		token := b.token("unistra.fr")
		type group struct{ members, aliases []string }
		groups := map[string]*group{}
		names, addresses := []string{"g1@unistra.fr", "g2@unistra.fr"}, []string{"a1@unistra.fr", "a2@unistra.fr", "g1@unistra.fr", "g2@unistra.fr"}
		taken := func(a string) bool {
			for _, g := range groups {
				if slices.Contains(g.aliases, a) {
					return true
				}
			}
			return groups[a] != nil
		}
		name, address := "", ""
		call := func(method, form string, want bool) {
			_, _, body := b.do("POST", "/service/domain/"+method+"/"+token, "name="+name+form)
			if strings.Contains(body, done) != want {
				t.Fatalf("%s of %s%s on %v: %s", method, name, form, groups, body)
			}
		}
		act := func(f func()) func(*rapid.T) {
			return func(t *rapid.T) {
				name, address = rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(addresses).Draw(t, "address")
				f()
			}
		}
		drop := func(list []string, a string) []string {
			return slices.DeleteFunc(list, func(v string) bool { return v == a })
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": act(func() {
				free := !taken(name)
				if call("CreateGroup", "", free); free {
					groups[name] = &group{}
				}
			}),
			"delete": act(func() {
				g := groups[name]
				if g == nil {
					return // an alias would do for the name
				}
				call("DeleteGroup", "", true)
				delete(groups, name)
				for _, other := range groups {
					for _, a := range append(g.aliases, name) {
						other.members = drop(other.members, a)
					}
				}
			}),
			"alias": act(func() {
				if g := groups[name]; g != nil {
					free := !taken(address)
					if call("AddDistributionListAlias", "&alias="+address, free); free {
						g.aliases = append(g.aliases, address)
					}
				}
			}),
			"no alias": act(func() {
				if g := groups[name]; g != nil {
					had := slices.Contains(g.aliases, address)
					call("RemoveDistributionListAlias", "&alias="+address, had)
					g.aliases = drop(g.aliases, address)
					for _, other := range groups {
						if had {
							other.members = drop(other.members, address)
						}
					}
				}
			}),
			"member": act(func() {
				if g := groups[name]; g != nil {
					self := address == name || slices.Contains(g.aliases, address)
					if call("AddGroupMembers", "&members[]="+address, !self); !self && !slices.Contains(g.members, address) {
						g.members = append(g.members, address)
					}
				}
			}),
			"no member": act(func() {
				if g := groups[name]; g != nil {
					call("RemoveGroupMembers", "&members[]="+address, slices.Contains(g.members, address))
					g.members = drop(g.members, address)
				}
			}),
			"": func(t *rapid.T) {
				for _, a := range addresses {
					if (b.free(a) != "") != taken(a) {
						t.Fatalf("%s: %q, in %v", a, b.free(a), groups)
					}
				}
				for n, g := range groups {
					e, _ := b.groupAt(n)
					slices.Sort(g.members)
					if !slices.Equal(e.get(membersOf), g.members) || !slices.Equal(e.get(aliasAttr), g.aliases) {
						t.Fatalf("%v is not %+v", e, g)
					}
				}
			},
		})
	})
}
