package mirror

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Members follow what is read of people, whoever asked before.
func TestMembers(t *testing.T) {
	m := folded(t)
	is := func(when string, want ...desk.UID) {
		t.Helper()
		if got := m.Members("dsi"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	is("before any reading")
	in := []string{"dsi", "others"}
	must(t, m.LoadPeople(t.Context(), all(desk.Person{UID: "b", Groups: in}, desk.Person{UID: "a", Groups: in}, desk.Person{UID: "c"}), noon))
	is("read", "a", "b")
	must(t, m.LearnPerson("c", desk.Person{UID: "c", Groups: in[:1]}, noon))
	is("one joined", "a", "b", "c")
	must(t, m.LearnPerson("a", desk.Person{UID: "a", Groups: in[1:]}, noon))
	is("one left", "b", "c")
	must(t, m.LearnPerson("b", desk.Person{}, noon))
	is("one gone", "c")
	must(t, m.LoadPeople(t.Context(), all(desk.Person{UID: "d", Groups: in}), noon.Add(1)))
	is("read again", "d")
	if len(m.Members("")) > 0 {
		t.Error("the empty group has members")
	}
}

// So do units, of people who stay in their groups too.
func TestUnits(t *testing.T) {
	m := folded(t)
	must(t, m.LoadPeople(t.Context(), all(desk.Person{UID: "a", Unit: "PHY"}), noon))
	if !m.HasUnit("PHY") || m.HasUnit("CHI") || m.HasUnit("") {
		t.Error("read: PHY alone has somebody")
	}
	must(t, m.LearnPerson("a", desk.Person{UID: "a", Unit: "CHI"}, noon))
	if m.HasUnit("PHY") || !m.HasUnit("CHI") {
		t.Error("moved: CHI alone has somebody")
	}
	must(t, m.LearnPerson("a", desk.Person{}, noon))
	if m.HasUnit("CHI") {
		t.Error("gone: nobody is in a unit")
	}
}
