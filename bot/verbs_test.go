package bot_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// commands are one of each verb and question, in both languages.
var commands = [][2]string{
	{"alias ajouter a%d@u.fr bob@u.fr", "alias add b%d@u.fr bob@u.fr"},
	{"alias retirer m.curie@u.fr marie@u.fr", "alias remove m.curie@u.fr marie@u.fr"},
	{"quota bob 2Go", "quota bob 3GB"},
	{"compte verrouiller paul", "account lock paul"}, {"compte activer paul", "account activate paul"}, {"compte fermer paul", "account close paul"},
	{"compte masquer paul", "account hide paul"}, {"compte démasquer paul", "account unhide paul"},
	{"compte renommer paul p%d@u.fr", "account rename paul q%d@u.fr"}, {"formule bob staff", "cos bob staff"},
	{"redirection paul bob@u.fr", "forward paul none"},
	{"compte supprimer paul", "account delete paul"}, {"compte restaurer paul@u.fr", "account restore paul@u.fr"},
	{"compte marie", "account marie"}, {"fiche marie", "account marie"},
	{"demandes", "requests mine"}, {"demandes attente", "requests pending"}, {"demandes toutes", "requests all"},
	{"demande 1", "request d-1"}, {"pourquoi 1", "why D-1"}, {"pourquoi quota bob 2Go", "why quota bob 2GB"},
	{"valider 1", "approve d-1"}, {"refuser 1 non", "reject D-1 no"}, {"annuler 1", "cancel 1"}, {"modifier 1 z@u.fr", "edit 1 y@u.fr"},
	{"question 1 pourquoi", "ask 1 why"}, {"répondre 1 parce que", "answer 1 because"}, {"défaire 1", "undo 1"}, {"redemander 1", "again 1"}, {"relancer 1", "nudge 1"},
	{"historique marie", "history marie"}, {"délégations", "delegations u.fr"}, {"délégation M-1", "delegation M-1"},
	{"déléguer u.fr à bob", "delegate u.fr to bob"}, {"suppléant M-1 bob au 2027-01-05", "deputy M-1 bob until 2027-01-05"}, {"retirer M-1", "revoke M-1"},
	{"geler essai", "freeze test"}, {"degeler", "thaw"}, {"liberer", "release"},
	{"règlement activer 0123abcd", "rules activate 0123abcd"}, {"règlement revenir 0123abcd", "rules rollback 0123abcd"}, {"règlement défaire", "rules undo"},
	{"global marie", "whole marie"}, {"écarts", "drift"}, {"écarts réparer", "drift repair"}, {"drift.sync", "drift.sync"}, {"écarts laisser m.curie@u.fr quota.low au 2026-12-01", "drift spare m.curie@u.fr quota.low until 2026-12-01"}, {"tableau", "dashboard"}, {"jetons retirer marie", "tokens end marie"},
	{"compte créer a%d@u.fr pour bob", "account create b%d@u.fr for bob"}, {"compte décrire bob téléphone 0368850000", "account describe bob phone 0368850001"},
	{"partage ajouter bob marie", "share add bob marie"}, {"partage retirer bob marie", "share remove bob marie"},
	{"compte purger bob@u.fr", "account purge bob@u.fr"}, {"alias déplacer m.curie@u.fr marie bob", "alias move m.curie@u.fr marie bob"},
	{"liste equipe@u.fr", "list equipe@u.fr"}, {"liste créer l%d@u.fr membres bob@u.fr", "list create m%d@u.fr name Tous"},
	{"groupe créer l%d@u.fr", "group create m%d@u.fr hidden yes"}, {"alias1n créer l%d@u.fr bob@u.fr,x@example.org", "fanout create m%d@u.fr bob@u.fr"},
	{"liste ajouter equipe@u.fr paul@u.fr", "list add equipe@u.fr y@example.org"}, {"liste retirer equipe@u.fr bob@u.fr", "list remove equipe@u.fr x@example.org"},
	{"liste alias equipe@u.fr a%d@u.fr", "list alias equipe@u.fr b%d@u.fr"}, {"liste désalias equipe@u.fr gens@u.fr", "list unalias equipe@u.fr gens@u.fr"},
	{"liste expéditeur equipe@u.fr bob", "list sender equipe@u.fr bob"}, {"liste nonexpéditeur equipe@u.fr bob", "list unsender equipe@u.fr bob"},
	{"liste décrire equipe@u.fr masquée yes", "list describe equipe@u.fr name Team"}, {"liste renommer equipe@u.fr l%d@u.fr", "list rename equipe@u.fr m%d@u.fr"},
	{"liste supprimer equipe@u.fr", "list delete equipe@u.fr"}, {"liste restaurer equipe@u.fr", "list restore equipe@u.fr"},
	{"ressource salle@u.fr", "resource salle@u.fr"}, {"ressource créer r%d@u.fr nom Salle sorte location", "resource create s%d@u.fr name Room type location"},
	{"ressource décrire salle@u.fr capacité 12", "resource describe salle@u.fr floor 3"}, {"ressource renommer salle@u.fr r%d@u.fr", "resource rename salle@u.fr s%d@u.fr"},
	{"ressource supprimer salle@u.fr", "resource delete salle@u.fr"}, {"ressource restaurer salle@u.fr", "resource restore salle@u.fr"},
	{"arbre u.fr", "tree u.fr"}, {"arbre publier u.fr", "tree publish u.fr"}, {"arbre revenir u.fr 0123abcd 89abcdef", "tree rollback u.fr 0123abcd 89abcdef"},
	{"arbre retirer u.fr 89abcdef", "tree withdraw u.fr 89abcdef"}, {"destinataires equipe@u.fr", "who receives equipe@u.fr"},
	{"alias prolonger m.curie@u.fr marie", "alias renew m.curie@u.fr marie until 2027-01-05"}, {"compte prolonger marie", "account renew marie until 2027-01-05"},
	{"adresse m.curie@u.fr", "address m.curie@u.fr"}, {"adresse libérer vieux@u.fr", "address release old@u.fr"},
	{"aide", "help"}, {"aide alias", "help quota"},
}

// Each verb and question is understood in both languages, by slash.
func TestEveryVerbIsTyped(t *testing.T) {
	seen := map[desk.Verb]bool{}
	for i, pair := range commands {
		for _, typed := range pair {
			if strings.Contains(typed, "%d") {
				typed = fmt.Sprintf(typed, i)
			}
			h := newHouse(t)
			if said := h.types(t, "paul", typed); said == "" || h.bot.Refused()["verb.unknown"] > 0 {
				t.Errorf("%q is answered %q", typed, said)
			}
			if o, err := phrase.Parse(typed); err == nil {
				seen[o.Action.Verb] = true
			}
		}
	}
	for _, v := range desk.Verbs() {
		if !seen[v] {
			t.Errorf("%s is not typed here", v)
		}
	}
}

// Nothing is compared nor counted in these tests.
func (*house) Trend() []desk.Point                { return nil }
func (*house) Census() desk.Census                { return desk.Census{} }
func (*house) EachPerson() iter.Seq[*desk.Person] { return func(func(*desk.Person) bool) {} }
func (h *house) EachAccount() iter.Seq[*desk.Account] {
	return func(yield func(*desk.Account) bool) {
		for i := range h.accounts {
			if !yield(&h.accounts[i]) {
				return
			}
		}
	}
}
