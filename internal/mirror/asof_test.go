package mirror

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// The mirror of a date knows what was delegated then, and people as they are now.
func TestAsOf(t *testing.T) {
	now := noon
	grant := func(to desk.UID, domain string) desk.Event {
		now = now.Add(time.Hour)
		return desk.Event{At: now, By: "root", Fact: desk.Granted{Grant: desk.Grant{To: to, Domains: []string{domain}}}}
	}
	events := []desk.Event{grant("a", "one.fr"), grant("a", "two.fr")}
	for _, e := range revoking("a", desk.Revoked{Of: "M-1"}) {
		e.At = now.Add(time.Hour)
		events = append(events, e)
	}
	domains := func(p desk.Person) []string { return p.Managed(desk.Use{Verb: desk.AliasAdd}) }
	m := folded(t, events...)
	must(t, m.LoadPeople(t.Context(), all(desk.Person{UID: "b"}, desk.Person{UID: "a", Name: "Now"}), noon))
	for when, want := range map[time.Duration][]string{0: nil, time.Hour: {"one.fr"}, 2 * time.Hour: {"one.fr", "two.fr"}, 9 * time.Hour: {"two.fr"}} {
		past, err := m.AsOf(t.Context(), noon.Add(when))
		must(t, err)
		if a := past.Person("a"); !slices.Equal(domains(a), want) || a.Name != "Now" {
			t.Errorf("after %v: %+v", when, a)
		}
		must(t, past.CatchUp(t.Context()))
		if a := past.Person("a"); !slices.Equal(domains(a), want) {
			t.Errorf("after %v it follows the journal: %+v", when, a)
		}
		if _, err := past.journal.Append(t.Context(), 0); !errors.Is(err, desk.ErrBehind) {
			t.Errorf("the past is written: %v", err)
		}
		var logins []desk.UID
		for p := range past.People() {
			logins = append(logins, p.UID)
		}
		if !slices.Equal(logins, []desk.UID{"a", "b"}) {
			t.Errorf("people %v", logins)
		}
	}
}
