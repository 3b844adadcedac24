package rules

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"pgregory.net/rapid"
)

// TestClaims: what the cast may do of a few verbs, by the default book.
func TestClaims(t *testing.T) {
	claims := defaultBook(t).Claims(today, []desk.Person{people["alice"], people["bob"], people["odile"]}, []string{"physique.unistra.fr", "lettres.unistra.fr"})
	of := func(who desk.UID, v desk.Verb) (got []string) {
		for _, c := range claims {
			if c.Who == who && c.Verb == v {
				got = append(got, c.Asked+" "+string(c.Whose)+" "+c.Domain+" "+string(c.Outcome))
			}
		}
		return got
	}
	for _, c := range []struct {
		who  desk.UID
		verb desk.Verb
		want []string
	}{
		{"bob", desk.AliasAdd, []string{" own physique.unistra.fr pending"}},
		{"bob", desk.QuotaSet, []string{"size=10G own physique.unistra.fr pending", "size=20G own physique.unistra.fr pending"}},
		{"alice", desk.QuotaSet, []string{"size=10G nobody physique.unistra.fr pending", "size=10G own physique.unistra.fr pending", "size=10G person physique.unistra.fr allowed",
			"size=20G nobody physique.unistra.fr pending", "size=20G own physique.unistra.fr pending", "size=20G person physique.unistra.fr pending",
			"size=40G nobody physique.unistra.fr pending", "size=40G own physique.unistra.fr pending", "size=40G person physique.unistra.fr pending"}},
		{"odile", desk.HouseFreeze, []string{" nothing  allowed"}},
		{"odile", desk.AccountDelete, []string{" nobody lettres.unistra.fr pending", " nobody physique.unistra.fr pending", " own unistra.fr pending",
			" person lettres.unistra.fr pending", " person physique.unistra.fr pending"}},
		{"bob", desk.AccountLock, nil},
	} {
		if diff := cmp.Diff(c.want, of(c.who, c.verb)); diff != "" {
			t.Errorf("%s, %s (-want +got)\n%s", c.who, c.verb, diff)
		}
	}
}

// TestClaimsAreDecided: in any book each claim is what Decide answers, and what
// is not claimed is denied.
func TestClaimsAreDecided(t *testing.T) {
	book := defaultBook(t)
	rapid.Check(t, func(t *rapid.T) {
		b := anyBook(t, book)
		person := somebody(t, "")
		claims := b.Claims(noon, []desk.Person{person}, domains[1:])
		for _, v := range []desk.Verb{desk.AliasAdd, desk.QuotaSet, desk.AccountForward, desk.HouseFreeze} {
			for _, asked := range b.askedBy(v, nil) {
				for _, whose := range []Whose{Personal, Shared, House} {
					f := factsOf(v, asked, whose, "b.fr")
					if (whose == House) != (v == desk.HouseFreeze) {
						continue
					}
					f.Actor, f.Now = person, noon
					d := b.Decide(f)
					claimed := slices.ContainsFunc(claims, func(c Claim) bool {
						return c.Verb == v && c.Asked == asked && c.Whose == whose && (c.Domain == "b.fr" || whose == House) && c.Outcome == d.Outcome
					})
					if claimed != (d.Outcome != desk.Denied) {
						t.Fatalf("%s %s %s: %s, claimed %v", v, asked, whose, d.Outcome, claimed)
					}
				}
			}
		}
	})
}
