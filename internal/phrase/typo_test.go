package phrase

import (
	"testing"

	"pgregory.net/rapid"
)

// The slips are those of the table of distances, whatever the words.
func TestSlips(t *testing.T) {
	word := rapid.StringMatching(`[abcde]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := patternOf(a).distance(b), distance([]rune(a), []rune(b)); got != want {
			t.Fatalf("%s, %s: %d slips, want %d", a, b, got, want)
		}
	})
	if patternOf("abc").distance("acb") != 1 || patternOf("abc").distance("") != 3 {
		t.Error("two neighbours exchanged are one slip")
	}
}

// Somebody whose login is a word of ours takes nothing from the sentence.
func TestALoginThatIsAWord(t *testing.T) {
	r := &Reader{Domain: "u.fr", Knows: func(login string) bool { return login == "zzorro" || login == "liste" }}
	for text, want := range map[string]string{
		"passe le quota de zzorro à 8 Go": "quota.set account=zzorro size=8G",
		"passe le quota de liste à 8 Go":  "ASK:account quota.set size=8G",
	} {
		if got := r.Read(text).String(); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// Where the words of a length begin leaves none out.
func TestRepairLooksAtAllWordsNearby(t *testing.T) {
	l := words()
	for i, n := range l.near {
		if first := l.shorter(len(n.word)); first > i || first > 0 && len(l.near[first-1].word) >= len(n.word) {
			t.Fatalf("%s is at %d, its length begins at %d", n.word, i, first)
		}
	}
}
