package mirror

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// What the brake of the day refused, and a whole reading then tells again, stays refused.
func TestTheDayBrakeOutlivesAFullReading(t *testing.T) {
	m := folded(t)
	people := thousand()
	must(t, m.LoadPeople(t.Context(), all(people...), noon))
	gone := func(from, to int, at time.Time) error {
		_, err := m.FollowPeople(func(yield func(desk.UID, desk.Person) bool) {
			for _, p := range people[from:to] {
				if !yield(p.UID, desk.Person{}) {
					return
				}
			}
		}, at)
		return err
	}
	must(t, gone(0, 45, noon.Add(time.Minute)))
	if err := gone(45, 85, noon.Add(2*time.Minute)); !errors.Is(err, ErrBrake) {
		t.Fatalf("not refused: %v", err)
	}
	if err := m.LoadPeople(t.Context(), all(people[85:]...), noon.Add(3*time.Minute)); !errors.Is(err, ErrBrake) {
		t.Errorf("85 of 1000 went in three minutes: %v, %d left", err, m.Persons())
	}
}

// Many readings that each lose a little lose no more in a day than one.
func TestFullReadingsAddUp(t *testing.T) {
	m := folded(t)
	people := thousand()
	must(t, m.LoadPeople(t.Context(), all(people...), noon))
	for i := 1; i <= 40; i++ {
		people = people[len(people)/21:]
		if err := m.LoadPeople(t.Context(), all(people...), noon.Add(time.Duration(i)*15*time.Minute)); err != nil {
			return
		}
	}
	t.Errorf("after ten hours %d of 1000 are left", m.Persons())
}

func thousand() (people []desk.Person) {
	for i := range 1000 {
		people = append(people, desk.Person{UID: desk.UID(fmt.Sprintf("p%04d", i))})
	}
	return people
}
