package phrase

import (
	"slices"
	"strings"
	"time"
)

// Fixture is the invented house that the sentences of the tests are about: a
// Monday morning, a dozen people, five classes of service.
func Fixture(now time.Time) *Reader {
	logins := strings.Fields(`lmartin b.schmitt akhadra tnguyen c.meyer n.fischer y.benali hkieffer sweber kwagner vroth a.durand jmartinez
		jdupont plangevin sgermain mcurie`)
	slices.Sort(logins)
	return &Reader{
		Now: now, Domain: "unistra.fr", YearEnd: time.Date(2000, time.August, 31, 0, 0, 0, 0, time.UTC),
		Knows: func(login string) bool {
			_, ok := slices.BinarySearch(logins, login)
			return ok
		},
		Classes: fixtureClasses,
	}
}

// FixtureTime is when it is there.
const FixtureTime = "2026-03-16T10:00:00+01:00"

var fixtureClasses = map[string]string{
	"s_univ-strasbourg_etudiant": "s_univ-strasbourg_etudiant", "etudiant": "s_univ-strasbourg_etudiant", "student": "s_univ-strasbourg_etudiant",
	"s_univ-strasbourg_personnel": "s_univ-strasbourg_personnel", "personnel s": "s_univ-strasbourg_personnel",
	"personnel standard": "s_univ-strasbourg_personnel", "staff s": "s_univ-strasbourg_personnel", "standard staff": "s_univ-strasbourg_personnel",
	"l_univ-strasbourg_personnel": "l_univ-strasbourg_personnel", "personnel l": "l_univ-strasbourg_personnel",
	"personnel large": "l_univ-strasbourg_personnel", "staff l": "l_univ-strasbourg_personnel", "large staff": "l_univ-strasbourg_personnel",
	"s_univ-strasbourg_heberge": "s_univ-strasbourg_heberge", "heberge s": "s_univ-strasbourg_heberge",
	"heberge standard": "s_univ-strasbourg_heberge", "hosted s": "s_univ-strasbourg_heberge",
	"l_univ-strasbourg_heberge": "l_univ-strasbourg_heberge", "heberge l": "l_univ-strasbourg_heberge",
	"heberge large": "l_univ-strasbourg_heberge", "hosted l": "l_univ-strasbourg_heberge",
	"personnel": "", "staff": "", "heberge": "", "hosted": "",
}
