package phrase_test

import (
	"testing"

	"github.com/unistra/melusine/internal/phrase"
)

func TestTry(t *testing.T) {
	for text, want := range map[string]string{
		"essai quota bob 2Go": "quota.set bob size=2G", "/melusine try quota bob 2GB": "quota.set bob size=2G", "Essayer alias.add bob alias=x@u.fr": "alias.add bob alias=x@u.fr",
		"dry-run compte fermer bob motif : vol": "account.close bob", "`try account lock bob`": "account.lock bob",
	} {
		o, ok, err := phrase.Try(text)
		if !ok || err != nil || o.Action.String() != want {
			t.Errorf("%q: %v %t %v", text, o.Action, ok, err)
		}
	}
	for _, text := range []string{"", "try", "essai", "quota bob 2Go", "trying quota bob 2Go", "quota try 2Go"} {
		if o, ok, _ := phrase.Try(text); ok {
			t.Errorf("%q is taken for %v", text, o)
		}
	}
	if _, ok, err := phrase.Try("try quotta bob"); !ok || err == nil {
		t.Errorf("what follows is not understood: %t, %v", ok, err)
	}
}
