package say_test

import (
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
	"github.com/unistra/melusine/internal/say"
)

var example = strings.NewReplacer(" N]", " Bob", " T]", " 1", " P]", " 1", " C]", " c", " S]", " s", " R]", " r", " V]", " v", " F]", " f", " D]", " d", " E]", " e", "[", "", "]", "", "mes|attente|toutes", "mes", "mine|pending|all", "all",
	"|aucune", "", "|none", "", "DOMAINE|PERSONNE", "u.fr", "DOMAIN|PERSON", "bob", "PERSONNE", "bob", "PERSON", "bob", "DOMAINE", "u.fr", "DOMAIN", "u.fr",
	"F1,F2", "s,t", "JOUR", "2099-12-01", "DAY", "2099-12-01", "A,B", "alias.*,quota.set", "C1,C2", "s,t",
	"ADRESSE", "c@u.fr", "ADDRESS", "c@u.fr", "FORMULE", "staff", "COS", "staff", "ALIAS", "c@u.fr", "COMPTE", "bob", "ACCOUNT", "bob", "MOTIF", "x", "REASON", "x", "causes CAUSE", "causes quota.low", "CAUSE", "quota.low", "nombre N", "nombre 5", "most N", "most 5", "membres MEMBRES", "membres c@u.fr,d@u.fr", "members MEMBERS", "members c@u.fr,d@u.fr", "taille TAILLE", "taille 3Go", "size SIZE", "size 3GB", "sorte SORTE", "sorte location", "type TYPE", "type location", "masquée OUI", "masquée yes", "hidden YES", "hidden yes", "MEMBRES", "c@u.fr", "MEMBERS", "c@u.fr", "LISTE", "l@u.fr", "LIST", "l@u.fr", "RESSOURCE", "r@u.fr", "RESOURCE", "r@u.fr", " B]", " b", "nom NOM", "nom Bob", "name NAME", "name Bob", "sendAs|sendOnBehalfOf", "sendAs", "EMPREINTE", "0123abcd", "DIGEST", "0123abcd", "SUJET", "alias", "TOPIC", "alias")

// What the help tells people to type is understood as the verb it is told for.
func TestUsageIsUnderstood(t *testing.T) {
	for _, v := range desk.Verbs() {
		for _, lang := range []string{"fr", "en"} {
			usage, sentence := say.Help(lang, v)
			text := example.Replace(usage)
			if o, err := phrase.Parse(text); err != nil || o.Action.Verb != v || sentence == "" {
				t.Errorf("%s: %q is read as %+v (%v)", v, text, o, err)
			}
		}
	}
	if usage, _ := say.Help("fr", "cos.set"); usage != "" {
		t.Errorf("usage of an unknown verb: %q", usage)
	}
}
