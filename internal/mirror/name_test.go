package mirror

import (
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func TestNamed(t *testing.T) {
	m := New(nil)
	people := []desk.Person{{UID: "b", Name: "Éric  Étienne-Noël"}, {UID: "a", Name: "ERIC ETIENNE NOEL"}, {UID: "c", Name: "Eric Etienne"}, {UID: "d"}, {UID: "e", Name: "Jean D’Arc"}}
	load := func(yield func(desk.Person, error) bool) {
		for _, p := range people {
			if !yield(p, nil) {
				return
			}
		}
	}
	if err := m.LoadPeople(t.Context(), load, noon); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]desk.UID{"eric etienne-noel": {"a", "b"}, "Eric Etienne": {"c"}, "jean d'arc": {"e"}, "eric": nil, "": nil, "noel etienne eric": nil} {
		if got := m.Named(name); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", name, got, want)
		}
	}
}

// BenchmarkNamed looks for one name among as many people as the university has.
func BenchmarkNamed(b *testing.B) {
	m := New(nil)
	load := func(yield func(desk.Person, error) bool) {
		for i := range 97_484 {
			n := string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + string(rune('a'+i/17576%26))
			if !yield(desk.Person{UID: desk.UID(n), Name: "Jérôme Lé" + n}, nil) {
				return
			}
		}
	}
	if err := m.LoadPeople(b.Context(), load, noon); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m.Named("jerome leabcd")
	}
}
