package bot_test

import (
	"strings"
	"testing"
)

// Lists are asked about, and changed, by sentences too.
func TestListsBySentence(t *testing.T) {
	for said, want := range map[string]string{
		"qui est abonné à la liste equipe@u.fr ?":                  "bob@u.fr",
		"members of list equipe@u.fr":                              "x@example.org",
		"qui reçoit les messages envoyés à equipe@u.fr ?":          "x@example.org",
		"ajoute marie à la liste equipe@u.fr":                      "marie@u.fr",
		"remove bob from list equipe@u.fr":                         "bob@u.fr",
		"crée la liste nouvelle@u.fr":                              "nouvelle@u.fr",
		"supprime la liste equipe@u.fr":                            "equipe@u.fr",
		"ajoute marie et x@example.com dans le groupe equipe@u.fr": "x@example.com",
	} {
		if m := newHouse(t).says(t, "paul", said); !strings.Contains(m, want) {
			t.Errorf("%q is answered %q, without %s", said, m, want)
		}
	}
}
