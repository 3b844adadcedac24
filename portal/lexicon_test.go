package portal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
)

// A search by words finds what a look at each spot finds, in the same order.
func TestALexiconFindsAllThatIsThere(t *testing.T) {
	word := rapid.StringMatching(`[abc]{1,3}`)
	rapid.Check(t, func(t *rapid.T) {
		var spots []spot
		for _, local := range rapid.SliceOfDistinct(rapid.StringMatching(`[abc]{1,3}(-[abc]{1,2})?`), rapid.ID).Draw(t, "addresses") {
			spots = append(spots, spotOf(desk.Address(local+"@"+word.Draw(t, "domain")+".fr"), strings.Join(rapid.SliceOfN(word, 0, 3).Draw(t, "name"), " "), "list", 0))
		}
		slices.SortFunc(spots, func(a, b spot) int { return strings.Compare(string(a.address), string(b.address)) })
		by := searchable(spots)
		c := catalogue{words: strings.Join(rapid.SliceOfN(word, 1, 3).Draw(t, "query"), " ")}
		if got, want := c.pick(by), c.pick(newGazetteer(spots)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", c.words, got, want)
		}
	})
}

// A word begins where a space is before it, not where it was found inside another.
func TestAWordBeginsAfterASpace(t *testing.T) {
	for text, want := range map[string]bool{"aab": true, "baaa": false, "b aa": true, "baaa aa": true, "ba a": false, "": false} {
		if begins(text, "aa") != want {
			t.Errorf("%q begins with aa: want %v", text, want)
		}
	}
}

// A list and a room at one address are each found by their own words.
func TestTwoAtOneAddress(t *testing.T) {
	spots := []spot{spotOf("ici@u.fr", "salle verte", "list", 0), spotOf("ici@u.fr", "salle rouge", "resource", 0), spotOf("la@u.fr", "salle verte", "list", 0)}
	all := searchable(spots)
	for _, query := range []string{"rouge", "verte", "salle", "salle rouge", "ici salle rouge"} {
		c := catalogue{words: query}
		if got, want := c.pick(all), c.pick(newGazetteer(spots)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if mine := all.within(nil, map[desk.Address]bool{"ici@u.fr": true}); len(mine.spots) != 2 {
		t.Errorf("delegated: %v", mine.spots)
	}
}
