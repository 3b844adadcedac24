package directory

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// tree is a directory in memory: entries by key, of each kind.
type tree [kinds]map[key]*record

func (tree tree) census() *Census {
	c := newCensus(Default().Attributes)
	for k, entries := range tree {
		for _, id := range slices.SortedFunc(maps.Keys(entries), func(a, b key) int { return slices.Compare(a[:], b[:]) }) {
			c.take(news{kind(k), id, entries[id]}, nil)
		}
	}
	return c
}

func everybody(c *Census) map[desk.UID]desk.Person {
	all := map[desk.UID]desk.Person{}
	for p := range c.People() {
		all[p.UID] = p
	}
	return all
}

// anEntry draws an entry of a kind; few values, so that twins, dangling
// references and people at one place happen.
func anEntry(t *rapid.T, k kind, id key) *record {
	uid := rapid.SampledFrom([]string{"ann", "bob", "Bob", "eve", "*", ""})
	at := func(id byte) *rapid.Generator[string] {
		own := []string{"ann", "bob", "eve", "p3"}[id%4]
		return rapid.SampledFrom([]string{fmt.Sprintf("uid=%s,ou=y%d,dc=fr", own, id), fmt.Sprintf("uid=p%d,dc=fr", id), fmt.Sprintf("UID=P%d, dc=fr", id), fmt.Sprintf("uid=p%d,ou=x,dc=fr", id)})
	}
	place := rapid.OneOf(at(0), at(1), at(2), at(3))
	code := rapid.SampledFrom([]string{"u1", "U1", "u2", ""})
	name := rapid.SampledFrom([]string{"staff", "admins", "paper", ""})
	r := &record{dn: at(id[0]).Draw(t, "dn")}
	set := func(name string, values ...string) {
		r.attributes = append(r.attributes, attribute{name, slices.DeleteFunc(values, func(s string) bool { return s == "" })})
	}
	switch k {
	case personKind:
		set("uid", uid.Draw(t, "uid"))
		set("displayName", rapid.SampledFrom([]string{"A", "B"}).Draw(t, "name"))
		set("supannEntiteAffectationPrincipale", code.Draw(t, "unit"))
		set("manager", rapid.OneOf(place, uid).Draw(t, "manager"))
		set("eduPersonAffiliation", rapid.SliceOfN(name, 0, 2).Draw(t, "also")...)
	case unitKind:
		set("supannCodeEntite", code.Draw(t, "code"))
		set("description", rapid.SampledFrom([]string{"One", "Two"}).Draw(t, "label"))
	default:
		set("cn", name.Draw(t, "cn"))
		set("member", rapid.SliceOfN(place, 0, 3).Draw(t, "members")...)
		set("memberUid", rapid.SliceOfN(uid, 0, 3).Draw(t, "logins")...)
	}
	return r
}

// However entries come, change and go, those who are told to have changed are
// all who have, and what is kept is what a full reading would give.
func TestACensusFollows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries tree
		for k := range entries {
			entries[k] = map[key]*record{}
		}
		c, seen := entries.census(), map[desk.UID]desk.Person{}
		for range rapid.IntRange(1, 30).Draw(t, "batches") {
			w := newWhom()
			for range rapid.IntRange(1, 3).Draw(t, "news") {
				n := news{kind: kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")), key: key{byte(rapid.IntRange(0, 5).Draw(t, "key"))}}
				if delete(entries[n.kind], n.key); rapid.IntRange(0, 3).Draw(t, "gone") > 0 {
					n.record = anEntry(t, n.kind, n.key)
					entries[n.kind][n.key] = n.record
				}
				c.take(n, w)
			}
			for _, change := range c.changes(w) {
				if delete(seen, change.UID); change.Person.Known() {
					seen[change.UID] = change.Person
				}
			}
			fresh := entries.census()
			if diff := cmp.Diff(everybody(fresh), seen); diff != "" {
				t.Fatal("told otherwise: ", diff)
			}
			if diff := cmp.Diff(everybody(fresh), everybody(c)); diff != "" {
				t.Fatal("kept otherwise: ", diff)
			}
			if diff := cmp.Diff(fresh.Stats(), c.Stats()); diff != "" {
				t.Fatal(diff)
			}
			if len(c.byPlace) != len(fresh.byPlace) || len(c.bosses) != len(fresh.bosses) || len(c.joins.units) != len(fresh.joins.units) {
				t.Fatal("something is kept of what has gone")
			}
		}
	})
}

// A seat gives back what was put in it, and a broken one takes nothing down.
func FuzzSeat(f *testing.F) {
	f.Add("ada", "Ada Lovelace", "a\nb", "Ada", true)
	f.Fuzz(func(t *testing.T, uid, name, also, login string, unlisted bool) {
		in := found{Person: desk.Person{UID: desk.UID(uid), Name: name, Unit: also, Unlisted: unlisted, Also: []string{"x", "y"}}, login: login, place: name, manager: login + name}
		if login == "" {
			in.login = uid
		}
		s := in.seat()
		if diff := cmp.Diff(in, s.found(), cmp.AllowUnexported(found{})); diff != "" {
			t.Error(diff)
		}
		if manager, unit := s.refers(); manager != in.manager || unit != in.Unit {
			t.Error("manager or unit")
		}
		if s.uid() != in.UID || s.place() != in.place {
			t.Error("uid or place")
		}
		_ = seat(name + uid).found()
	})
}

func TestKeys(t *testing.T) {
	c := newCensus(Default().Attributes)
	of := func(dn, id string) key { return c.keyOf(&record{dn, []attribute{{"ENTRYUUID", []string{id}}}}) }
	one := of("uid=a,dc=fr", "c7a55cee-9a6b-103c-8b6c-b3a1a7e0a1f2")
	if one != of("uid=b,dc=fr", "C7A55CEE-9A6B-103C-8B6C-B3A1A7E0A1F2") || one[0] != 0xc7 {
		t.Errorf("the key of an entry that was moved is another: %x", one)
	}
	for _, bad := range []string{"", "x", "c7a55cee-9a6b-103c-8b6c", "c7a55cee-9a6b-103c-8b6c-b3a1a7e0a1fz"} {
		if of("uid=a,dc=fr", bad) != of("UID = A,dc=fr", bad) || of("uid=a,dc=fr", bad) == of("uid=b,dc=fr", bad) {
			t.Errorf("%q: not the place", bad)
		}
	}
}
