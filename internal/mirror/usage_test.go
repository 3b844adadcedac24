package mirror

import (
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// The domains, and when their lists were read, are those that are served now and that
// an account has now: they are counted again when either changes, and by a view of
// the past for itself.
func TestDomainsAreThoseOfNow(t *testing.T) {
	m := New(journal.NewMemory())
	m.SetDomains([]string{"b.fr", "a.fr"})
	loads(t, m, "a.fr", dawn, nil)
	loads(t, m, "b.fr", dawn.Add(time.Hour), nil)
	past, err := m.AsOf(t.Context(), noon)
	must(t, err)
	says := func(what string, m *Mirror, listed time.Time, domains ...string) {
		t.Helper()
		if got := m.Domains(); !slices.Equal(got, domains) || !m.Listed().Equal(listed) {
			t.Errorf("%s: %v, listed at %v; want %v at %v", what, got, m.Listed(), domains, listed)
		}
	}
	says("served", m, dawn, "a.fr", "b.fr")
	must(t, m.LoadAccounts(t.Context(), rowsOf(desk.Account{ID: "1", Address: "ann@c.fr"}), dawn))
	says("used too", m, dawn, "a.fr", "b.fr", "c.fr")
	m.SetDomains([]string{"b.fr"})
	says("served no more", m, dawn.Add(time.Hour), "b.fr", "c.fr")
	says("past", past, dawn, "a.fr", "b.fr", "c.fr")
	must(t, m.LoadAccounts(t.Context(), rowsOf[desk.Account](), dawn.Add(time.Hour)))
	says("used no more", m, dawn.Add(time.Hour), "b.fr")
	m.SetDomains([]string{"b.fr", "d.fr"})
	says("never read", m, time.Time{}, "b.fr", "d.fr")
	loads(t, m, "d.fr", dawn.Add(2*time.Hour), nil)
	says("read", m, dawn.Add(time.Hour), "b.fr", "d.fr")
}
