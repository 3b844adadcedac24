package phrase_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

func TestParse(t *testing.T) {
	const add = "alias.add bob@u.fr alias=contact@u.fr"
	tests := []struct{ text, action, reason string }{
		{"alias ajouter contact@u.fr bob@u.fr", add, ""},
		{"alias add contact@u.fr bob@u.fr", add, ""},
		{"ALIAS Ajouter Contact@U.fr BOB@u.fr", add, ""},
		{"àlïas ajoutér contact@u.fr bob@u.fr", add, ""},
		{"alias ajoute\u0301r contact@u.fr bob@u.fr", add, ""},
		{"  alias\u00a0ajouter\u202fcontact@u.fr   bob@u.fr ", add, ""},
		{"/melusine alias ajouter contact@u.fr bob@u.fr", add, ""},
		{"`/melusine alias ajouter contact@u.fr bob@u.fr`", add, ""},
		{"« alias ajouter contact@u.fr bob@u.fr »", add, ""},
		{"«\u202falias ajouter contact@u.fr bob@u.fr\u202f»", add, ""},
		{"alias ajouter `contact@u.fr` `bob@u.fr`", add, ""},
		{"alias ajouter « contact@u.fr » “bob@u.fr”", add, ""},
		{"alias ajouter mailto:contact@u.fr <bob@u.fr>", add, ""},
		{"alias ajouter <mailto:contact@u.fr|contact@u.fr> [bob@u.fr](mailto:bob@u.fr)", add, ""},
		{`alias ajouter contact@u.fr "Bob, du labo" <bob@u.fr>`, add, ""},
		{"alias ajouter contact@u.fr « Bob Martin » <bob@u.fr>", add, ""},
		{"alias ajouter contact@u.fr Bob de La Tour <bob@u.fr>", add, ""},
		{"alias ajouter Contact Physique <contact@u.fr> Élise O’Hara <bob@u.fr>", add, ""},
		{"alias ajouter contact@u.fr bob", "alias.add bob alias=contact@u.fr", ""},
		{"alias ajouter contact@u.fr bob@u.fr parce que « c'est  utile »", add, "« c'est utile »"},
		{"alias ajouter contact@u.fr bob@u.fr parce qu'il part", add, "il part"},
		{"alias ajouter contact@u.fr bob@u.fr motif : jury", add, "jury"},
		{"alias ajouter contact@u.fr bob@u.fr Motif: jury", add, "jury"},
		{"alias ajouter contact@u.fr bob@u.fr motif jury", add, "jury"},
		{"alias add contact@u.fr bob@u.fr because reason: x", add, "reason: x"},
		{"alias add contact@u.fr bob@u.fr reason: see <x@u.fr>", add, "see <x@u.fr>"},
		{add, add, ""},
		{add + " motif : jury", add, "jury"},
		{"alias retirer contact@u.fr bob@u.fr", "alias.remove bob@u.fr alias=contact@u.fr", ""},
		{"alias remove contact@u.fr bob@u.fr because unused", "alias.remove bob@u.fr alias=contact@u.fr", "unused"},

		{"quota bob 10Go", "quota.set bob size=10G", ""},
		{"quota bob 10 Go", "quota.set bob size=10G", ""},
		{"quota bob 2,5\u202fGo", "quota.set bob size=2560M", ""},
		{"quota bob 10GB because thesis", "quota.set bob size=10G", "thesis"},
		{"quota bob 800 mo motif : thèse", "quota.set bob size=800M", "thèse"},
		{"quota Bob Martin <bob@u.fr> 1to", "quota.set bob@u.fr size=1024G", ""},
		{"quota because 10Go", "quota.set because size=10G", ""},
		{"quota because 10Go because because", "quota.set because size=10G", "because"},
		{"compte verrouiller bob", "account.lock bob", ""},
		{"Verrouiller bob@u.fr motif : hameçonnage", "account.lock bob@u.fr", "hameçonnage"},
		{"lock bob", "account.lock bob", ""},
		{"account lock bob because hacked", "account.lock bob", "hacked"},
		{"Compte activer bob@u.fr motif : rentrée", "account.activate bob@u.fr", "rentrée"},
		{"compte fermer bob", "account.close bob", ""},
		{"compte supprimer bob motif : départ", "account.delete bob", "départ"},
		{"account delete bob", "account.delete bob", ""},
		{"compte restaurer Bob_B@u.fr", "account.restore bob_b@u.fr", ""},
		{"account restore bob@u.fr because mistake", "account.restore bob@u.fr", "mistake"},
		{"compte masquer bob", "account.hide bob", ""},
		{"compte démasquer bob", "account.unhide bob", ""},
		{"COMPTE DEMASQUER bob", "account.unhide bob", ""},
		{"compte renommer bob Rob@u.fr", "account.rename bob to=rob@u.fr", ""},
		{"account rename bob <mailto:rob@u.fr|rob@u.fr> because wedding", "account.rename bob to=rob@u.fr", "wedding"},
		{"formule bob staff_XL", "account.cos bob cos=staff_XL", ""},
		{"cos bob s·étudiant reason: degree", `account.cos bob cos="s·étudiant"`, "degree"},
		{"redirection bob b@gmail.com", "account.forward bob to=b@gmail.com", ""},
		{"redirection bob aucune", "account.forward bob to=none", ""},
		{"redirection bob Aucun motif : retour", "account.forward bob to=none", "retour"},
		{"forward bob NONE", "account.forward bob to=none", ""},
		{"quota bob", "account.show bob", ""},
		{"compte bob", "account.show bob", ""},
		{"fiche bob@u.fr", "account.show bob@u.fr", ""},
		{"account bob", "account.show bob", ""},
		{"historique bob", "history.show bob", ""},

		{"déléguer physique.u.fr à Paul.Martin", "delegation.grant paul.martin domains=physique.u.fr", ""},
		{"DELEGUER physique.u.fr paul motif : départ", "delegation.grant paul domains=physique.u.fr", "départ"},
		{"delegate B.fr,a.fr,PHY,L@a.fr to paul@u.fr daily 5 verbs alias.*", "delegation.grant paul@u.fr daily=5 domains=a.fr,b.fr lists=l@a.fr units=PHY verbs=alias.add,alias.move,alias.remove,alias.renew", ""},
		{"déléguer u.fr à paul actes quota.set quota 10Go du 1/12/2026 jusqu'au 30/06/2027 parce que projet", "delegation.grant paul domains=u.fr from=2026-12-01 quota=10G until=2027-06-30 verbs=quota.set", "projet"},
		{"suppleant m-18 eve au 2027-01-05", "delegation.deputy M-18 person=eve until=2027-01-05", ""},
		{"deputy 18 eve from 2026-12-20 until 2027-01-05 because leave", "delegation.deputy M-18 from=2026-12-20 person=eve until=2027-01-05", "leave"},
		{"retirer M-18 motif : parti", "delegation.revoke M-18", "parti"},
		{"revoke M-18 deputy Eve", "delegation.revoke M-18 deputy=eve", ""},
		{"délégations", "delegation.list", ""},
		{"delegations Physique.u.fr", "delegation.list physique.u.fr", ""},
		{"délégations PHY", "delegation.list PHY", ""},
		{"délégations paul.martin", "delegation.list paul.martin", ""},
		{"délégation M-18", "delegation.show M-18", ""},
		{"history bob", "history.show bob", ""},

		{"demandes", "request.list", ""},
		{"demandes mes", "request.list scope=mine", ""},
		{"requests MINE", "request.list scope=mine", ""},
		{"demandes attente", "request.list scope=pending", ""},
		{"requests pending", "request.list scope=pending", ""},
		{"demandes toutes", "request.list scope=all", ""},
		{"requests all", "request.list scope=all", ""},
		{"demande D-12", "request.show D-12", ""},
		{"request 12", "request.show D-12", ""},
		{"valider d-512", "request.approve D-512", ""},
		{"approve 512", "request.approve D-512", ""},
		{"refuser 512", "request.reject D-512", ""},
		{"refuser 512 utiliser « FileSender » parce que gros", `request.reject D-512 reason="utiliser « FileSender » parce que gros"`, ""},
		{"reject 512 reason: no", "request.reject D-512 reason=no", ""},
		{"refuser `D-512` motif : motif : x", `request.reject D-512 reason="motif : x"`, ""},
		{"annuler 512", "request.cancel D-512", ""},
		{"cancel `D-512`", "request.cancel D-512", ""},
		{"redemander d-512", "request.again D-512", ""},
		{"again 512", "request.again D-512", ""},
		{"relancer 512", "request.nudge D-512", ""},

		{"modifier 512 Autre@u.fr", "request.amend D-512 args=Autre@u.fr", ""},
		{"edit D-512 <mailto:b@u.fr|b@u.fr>", "request.amend D-512 args=b@u.fr", ""},
		{"modifier 512 2,5 Go", `request.amend D-512 args="2,5 Go"`, ""},
		{"modifier 512 aucune", "request.amend D-512 args=none", ""},
		{"modifier 512 to=none", `request.amend D-512 args="to=none"`, ""},

		{"aide", "help", ""},
		{"help", "help", ""},
		{"aide alias", "help alias", ""},
		{"aide Alias Ajouter", "help alias.add", ""},
		{"help quota", "help quota", ""},
	}
	for _, tt := range tests {
		got, err := phrase.Parse(tt.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff([]string{tt.action, tt.reason}, []string{got.Action.String(), got.Reason}); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

// Each line is refused by the code and the details given: nothing is guessed.
func TestParseBadInput(t *testing.T) {
	tests := []struct {
		text    string
		code    desk.Code
		details string // "name=value ..." that must be there; "name=" must be absent or empty
	}{
		{"", desk.UnknownVerb, "value= nearest="},
		{" \u202f ", desk.UnknownVerb, "value="},
		{"/melusine", desk.UnknownVerb, "value="},
		{"account.eppn bob@u.fr", desk.UnknownVerb, "nearest="}, // a step of something else
		{"list.leave bob@u.fr list=l@u.fr id=1 member=bob@u.fr", desk.UnknownVerb, "nearest="},
		{"bonjour", desk.UnknownVerb, "value=bonjour nearest="},
		{"virer truc", desk.UnknownVerb, "nearest="},
		{"demandess", desk.UnknownVerb, "nearest=demandes"},
		{"qouta bob 10Go", desk.UnknownVerb, "nearest=quota"},
		{"acount bob", desk.UnknownVerb, "nearest=account"},
		{"historiqe bob", desk.UnknownVerb, "nearest=historique"},
		{"alias", desk.UnknownVerb, "value=alias"},
		{"alias contact@u.fr bob", desk.UnknownVerb, ""},
		{"ajouter alias contact@u.fr bob", desk.UnknownVerb, ""},
		{"je veux un quota de 10Go", desk.UnknownVerb, ""},
		{"alias.del bob@u.fr alias=b@u.fr", desk.UnknownVerb, ""},
		{"bob@u.fr", desk.UnknownVerb, ""},
		{"Quota <bob@u.fr> 10Go 20Go", desk.InvalidArgument, "name=rest value=20Go verb=quota.set"},

		{"alias ajouter", desk.MissingArgument, "name=alias verb=alias.add"},
		{"alias ajouter contact@u.fr", desk.MissingArgument, "name=account verb=alias.add"},
		{"alias ajouter contact bob", desk.InvalidAddress, "value=contact verb=alias.add"},
		{"alias ajouter contact@u.fr,info@u.fr bob", desk.InvalidAddress, ""},
		{"alias ajouter contact@u.fr bob@", desk.InvalidAddress, ""},
		{"alias ajouter contact@u.fr bob mcurie", desk.InvalidArgument, "name=rest value=mcurie"},
		{"alias ajouter contact@u.fr bob pour le jury", desk.InvalidArgument, "name=rest"},
		{"alias ajouter contact@u.fr bob jusqu=31/08", desk.InvalidArgument, "name=rest"},
		{"alias ajouter contact@u.fr bob motif :", desk.MissingArgument, "name=reason"},
		{"alias ajouter contact@u.fr bob parce que", desk.InvalidArgument, "name=rest"},
		{"alias ajouter contàct@u.fr bob", desk.InvalidAddress, ""},
		{"alias ajouter cоntact@u.fr bob", desk.InvalidAddress, ""}, // a Cyrillic o
		{"alias ajouter contact@u.fr bob <eve@u.fr>", desk.InvalidArgument, "name=rest"},
		{`alias ajouter contact@u.fr "bob@u.fr" <eve@u.fr>`, desk.InvalidArgument, "name=rest"},
		{"alias ajouter contact@u.fr [bob@u.fr](mailto:eve@u.fr)", desk.InvalidAddress, ""},
		{"alias ajouter contact@u.fr <mailto:eve@u.fr|bob@u.fr>", desk.InvalidAddress, ""},
		{"alias ajouter contact@u.fr [bob@u.fr](https://eve.fr)", desk.InvalidAddress, ""},
		{"alias ajouter contact@u.fr mailto:bob@u.fr?cc=eve@u.fr", desk.InvalidAddress, ""},
		{"alias ajouter @channel bob", desk.InvalidAddress, ""},
		{"alias ajouter *@u.fr bob", desk.InvalidAddress, ""},
		{"alias.add bob@u.fr", desk.MissingArgument, "name=alias verb=alias.add"},
		{"alias.add bob@u.fr alias=b@u.fr cos=x", desk.InvalidArgument, "name=cos"},
		{"account.show bob because curious", desk.InvalidArgument, ""},

		{"quota", desk.MissingArgument, "name=account"},
		{"quota bob 10", desk.InvalidSize, "value=10 verb=quota.set"},
		{"quota bob 10 beaucoup", desk.InvalidSize, "verb=quota.set"},
		{"quota bob +5Go", desk.InvalidSize, ""},
		{"quota bob 0Go", desk.InvalidSize, ""},
		{"quota bob motif : thèse", desk.MissingArgument, "name=size"},
		{"compte", desk.MissingArgument, "name=account verb=account.show"},
		{"compte bob mcurie", desk.InvalidArgument, "name=rest"},
		{"compte bob parce que", desk.InvalidArgument, "name=rest"},
		{"compte Jeanne Dupont", desk.InvalidArgument, "name=rest value=Dupont"},

		{"compte verrouiller", desk.MissingArgument, "name=account verb=account.lock"},
		{"compte vérouiller bob", desk.InvalidArgument, "name=rest value=bob verb=account.show"},
		{"compte renommer bob", desk.MissingArgument, "name=to verb=account.rename"},
		{"compte renommer bob aucune", desk.InvalidAddress, "verb=account.rename"},
		{"compte renommer bob rob", desk.InvalidAddress, "value=rob"},
		{"formule bob", desk.MissingArgument, "name=cos verb=account.cos"},
		{"formule bob staff;x", desk.InvalidArgument, "name=cos value=staff;x verb=account.cos"},
		{"redirection bob", desk.MissingArgument, "name=to verb=account.forward"},
		{"redirection bob nulle part", desk.InvalidArgument, "name=rest value=part"},
		{"redirection bob a@u.fr,b@u.fr", desk.InvalidAddress, ""},
		{"demandes hier", desk.InvalidArgument, "name=scope value=hier verb=request.list"},
		{"demande", desk.MissingArgument, "name=request verb=request.show"},
		{"valider", desk.MissingArgument, "name=request"},
		{"valider D-0", desk.UnknownRequest, "value=D-0"},
		{"valider D-12 D-13", desk.InvalidArgument, "name=rest value=D-13"},
		{"valider tout", desk.UnknownRequest, ""},
		{"refuser", desk.MissingArgument, "name=request verb=request.reject"},
		{"refuser parce que non", desk.UnknownRequest, "value=parce"},
		{"aide de camp", desk.InvalidArgument, "name=topic verb=help"},

		{"valider 512\nvalider 513", desk.InvalidArgument, "name=text"},
		{"valider\t512", desk.InvalidArgument, "name=text"},
		{"valider 5\u200b12", desk.InvalidArgument, "name=text"},
		{"refuser 512 \u202etxet", desk.InvalidArgument, "name=text"},
		{"refuser 512 \xff", desk.InvalidArgument, "name=text"},
		{"refuser 512 " + strings.Repeat("é", 489), desk.InvalidArgument, "name=text"},
	}
	for _, tt := range tests {
		got, err := phrase.Parse(tt.text)
		e, ok := errors.AsType[*desk.Error](err)
		if !ok || e.Code != tt.code || got != (phrase.Order{}) {
			t.Errorf("Parse(%q) = %v, %v; want nothing and %s", tt.text, got, err, tt.code)
			continue
		}
		for pair := range strings.FieldsSeq(tt.details) {
			if name, want, _ := strings.Cut(pair, "="); e.Details[name] != want {
				t.Errorf("Parse(%q): detail %s = %q, want %q", tt.text, name, e.Details[name], want)
			}
		}
	}
}

// 500 characters are read, whatever they weigh.
func TestParseLongest(t *testing.T) {
	text := "refuser 512 " + strings.Repeat("é", 488)
	if _, err := phrase.Parse(text); err != nil {
		t.Errorf("Parse of 500 characters: %v", err)
	}
}

// Whatever is typed, a mistyped destructive command is not offered, nor
// another one in its place.
func TestNearestIsHarmless(t *testing.T) {
	for _, text := range []string{"alias retier a@u.fr bob", "alias remov a@u.fr bob", "refusr 512", "rejetc 512",
		"redirectoin bob x@gmail.com", "forwad bob x@gmail.com", "acount lock bob", "comptes fermer bob", "compt renommer bob a@u.fr",
		"annuller 512", "cancell 512", "alias retirerr", "canccel 5"} {
		_, err := phrase.Parse(text)
		e, ok := errors.AsType[*desk.Error](err)
		if !ok || e.Code != desk.UnknownVerb || e.Details["nearest"] != "" {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func TestCanonical(t *testing.T) {
	tests := []struct{ action, fr, en string }{
		{"alias.add bob@u.fr alias=b@u.fr", "alias ajouter b@u.fr bob@u.fr", "alias add b@u.fr bob@u.fr"},
		{"alias.remove bob@u.fr alias=b@u.fr", "alias retirer b@u.fr bob@u.fr", "alias remove b@u.fr bob@u.fr"},
		{"quota.set bob@u.fr size=10G", "quota bob@u.fr 10Go", "quota bob@u.fr 10GB"},
		{"quota.set bob@u.fr size=2560M", "quota bob@u.fr 2560Mo", "quota bob@u.fr 2560MB"},
		{"account.lock bob", "compte verrouiller bob", "account lock bob"},
		{"account.activate bob", "compte activer bob", "account activate bob"},
		{"account.close bob", "compte fermer bob", "account close bob"},
		{"account.delete bob", "compte supprimer bob", "account delete bob"},
		{"account.restore bob@u.fr", "compte restaurer bob@u.fr", "account restore bob@u.fr"},
		{"account.hide bob", "compte masquer bob", "account hide bob"},
		{"account.unhide bob", "compte démasquer bob", "account unhide bob"},
		{"account.rename bob to=b@u.fr", "compte renommer bob b@u.fr", "account rename bob b@u.fr"},
		{"account.cos bob cos=staff_L", "formule bob staff_L", "cos bob staff_L"},
		{"account.forward bob to=b@u.fr", "redirection bob b@u.fr", "forward bob b@u.fr"},
		{"account.forward bob to=none", "redirection bob aucune", "forward bob none"},
		{"account.show bob", "compte bob", "account bob"},
		{"request.list", "demandes", "requests"},
		{"request.list scope=pending", "demandes attente", "requests pending"},
		{"request.show D-5", "demande D-5", "request D-5"},
		{"request.why D-5", "pourquoi D-5", "why D-5"},
		{"request.approve D-5", "valider D-5", "approve D-5"},
		{`request.reject D-5 reason="pas ici"`, "refuser D-5 motif : pas ici", "reject D-5 reason: pas ici"},
		{"request.reject D-5", "refuser D-5", "reject D-5"},
		{"request.cancel D-5", "annuler D-5", "cancel D-5"},
		{"request.again D-5", "redemander D-5", "again D-5"},
		{"request.nudge D-5", "relancer D-5", "nudge D-5"},
		{"request.amend D-5 args=b@u.fr", "modifier D-5 b@u.fr", "edit D-5 b@u.fr"},
		{`request.question D-5 text="pour qui ?"`, "question D-5 pour qui ?", "ask D-5 pour qui ?"},
		{"request.answer D-5 text=moi", "répondre D-5 moi", "answer D-5 moi"},
		{"request.undo D-5", "défaire D-5", "undo D-5"},
		{"history.show bob", "historique bob", "history bob"},
		{"house.freeze", "geler", "freeze"},
		{"delegation.list", "délégations", "delegations"},
		{"delegation.list u.fr", "délégations u.fr", "delegations u.fr"},
		{"delegation.show M-18", "délégation M-18", "delegation M-18"},
		{"delegation.grant bob domains=a.fr,u.fr lists=l@u.fr units=PHY", "déléguer a.fr,u.fr,PHY,l@u.fr à bob", "delegate a.fr,u.fr,PHY,l@u.fr to bob"},
		{"delegation.grant bob classes=s,t daily=5 domains=u.fr from=2026-12-01 quota=10G until=2027-06-30 verbs=quota.set",
			"déléguer u.fr à bob actes quota.set quota 10Go formules s,t parjour 5 du 2026-12-01 au 2027-06-30",
			"delegate u.fr to bob verbs quota.set quota 10GB classes s,t daily 5 from 2026-12-01 until 2027-06-30"},
		{"delegation.deputy M-18 person=eve from=2026-12-20 until=2027-01-05", "suppléant M-18 eve du 2026-12-20 au 2027-01-05", "deputy M-18 eve from 2026-12-20 until 2027-01-05"},
		{"token.end bob", "jetons retirer bob", "tokens end bob"},
		{"delegation.revoke M-18", "retirer M-18", "revoke M-18"},
		{"delegation.revoke M-18 deputy=eve", "retirer M-18 suppléant eve", "revoke M-18 deputy eve"},
		{"house.thaw", "degeler", "thaw"},
		{"brake.release", "liberer", "release"},
		{"rules.activate book=0123abcd", "règlement activer 0123abcd", "rules activate 0123abcd"},
		{"rules.rollback book=0123abcd from=89abcdef", "règlement revenir 0123abcd 89abcdef", "rules rollback 0123abcd 89abcdef"},
		{"rules.undo", "règlement défaire", "rules undo"},
		{"account.create c@u.fr cos=staff name=\"Bob B.\" person=bob", "compte créer c@u.fr pour bob formule staff nom Bob B.", "account create c@u.fr for bob cos staff name Bob B."},
		{"account.create c@u.fr cos=staff name=Accueil size=3G until=2027-01-31", "compte créer c@u.fr formule staff nom Accueil taille 3Go au 2027-01-31", "account create c@u.fr cos staff name Accueil size 3GB until 2027-01-31"},
		{`account.create c@u.fr name="le nom"`, `account.create c@u.fr name="le nom"`, `account.create c@u.fr name="le nom"`},
		{`account.profile bob city=none phone="03 68" title=x`, "compte décrire bob téléphone 03 68 fonction x ville aucune", "account describe bob phone 03 68 title x city none"},
		{"account.share c@u.fr right=sendAs with=bob", "partage ajouter c@u.fr bob sendAs", "share add c@u.fr bob sendAs"},
		{"account.unshare c@u.fr with=bob", "partage retirer c@u.fr bob", "share remove c@u.fr bob"},
		{"account.purge bob@u.fr", "compte purger bob@u.fr", "account purge bob@u.fr"},
		{"alias.move bob alias=b@u.fr to=ann", "alias déplacer b@u.fr bob ann", "alias move b@u.fr bob ann"},
		{"account.whole bob@u.fr", "global bob@u.fr", "whole bob@u.fr"},
		{"drift.show", "écarts", "drift"},
		{"drift.show causes=person.gone,quota.low domain=u.fr population=staff", "écarts causes person.gone,quota.low population staff domaine u.fr", "drift causes person.gone,quota.low population staff domain u.fr"},
		{"drift.apply canary=2 causes=person.gone most=10 plan=0123abcd", "écarts réparer causes person.gone nombre 10 canari 2 plan 0123abcd", "drift repair causes person.gone most 10 canary 2 plan 0123abcd"},
		{"drift.sync causes=class.other", "drift.sync causes=class.other", "drift.sync causes=class.other"},
		{"alias.add bob@u.fr alias=b@u.fr until=2027-01-31", "alias ajouter b@u.fr bob@u.fr au 2027-01-31", "alias add b@u.fr bob@u.fr until 2027-01-31"},
		{"alias.renew bob@u.fr alias=b@u.fr", "alias prolonger b@u.fr bob@u.fr", "alias renew b@u.fr bob@u.fr"},
		{"alias.renew bob@u.fr alias=b@u.fr until=2027-01-31", "alias prolonger b@u.fr bob@u.fr au 2027-01-31", "alias renew b@u.fr bob@u.fr until 2027-01-31"},
		{"account.renew bob@u.fr until=2027-01-31", "compte prolonger bob@u.fr au 2027-01-31", "account renew bob@u.fr until 2027-01-31"},
		{"address.show b@u.fr", "adresse b@u.fr", "address b@u.fr"},
		{"address.release b@u.fr", "adresse libérer b@u.fr", "address release b@u.fr"},
		{"drift.spare E-48213377 until=2027-01-31", "écarts laisser E-48213377 au 2027-01-31", "drift spare E-48213377 until 2027-01-31"},
		{"drift.spare b@u.fr cause=alias.lost lost=c@u.fr until=2027-01-31", "écarts laisser b@u.fr alias.lost alias c@u.fr au 2027-01-31", "drift spare b@u.fr alias.lost alias c@u.fr until 2027-01-31"},
		{"drift.spare b@u.fr cause=quota.low until=2027-01-31", "écarts laisser b@u.fr quota.low au 2027-01-31", "drift spare b@u.fr quota.low until 2027-01-31"},
		{"figures.show", "tableau", "dashboard"},
		{`list.create l@u.fr members=a@u.fr,b@x.org name="Tous les"`, "liste créer l@u.fr nom Tous les membres a@u.fr,b@x.org", "list create l@u.fr name Tous les members a@u.fr,b@x.org"},
		{"group.create l@u.fr hidden=yes", "groupe créer l@u.fr masquée yes", "group create l@u.fr hidden yes"},
		{"fanout.create l@u.fr members=a@u.fr,b@x.org", "alias1n créer l@u.fr a@u.fr,b@x.org", "fanout create l@u.fr a@u.fr,b@x.org"},
		{"list.add l@u.fr members=a@u.fr,b@x.org", "liste ajouter l@u.fr a@u.fr,b@x.org", "list add l@u.fr a@u.fr,b@x.org"},
		{"list.remove l@u.fr members=a@u.fr", "liste retirer l@u.fr a@u.fr", "list remove l@u.fr a@u.fr"},
		{"list.alias l@u.fr alias=b@u.fr", "liste alias l@u.fr b@u.fr", "list alias l@u.fr b@u.fr"},
		{"list.unalias l@u.fr alias=b@u.fr", "liste désalias l@u.fr b@u.fr", "list unalias l@u.fr b@u.fr"},
		{"list.sender l@u.fr sender=bob", "liste expéditeur l@u.fr bob", "list sender l@u.fr bob"},
		{"list.unsender l@u.fr sender=bob", "liste nonexpéditeur l@u.fr bob", "list unsender l@u.fr bob"},
		{"list.profile l@u.fr description=none hidden=no", "liste décrire l@u.fr description aucune masquée no", "list describe l@u.fr description none hidden no"},
		{"list.rename l@u.fr to=m@u.fr", "liste renommer l@u.fr m@u.fr", "list rename l@u.fr m@u.fr"},
		{"list.delete l@u.fr", "liste supprimer l@u.fr", "list delete l@u.fr"},
		{"list.restore l@u.fr", "liste restaurer l@u.fr", "list restore l@u.fr"},
		{"list.restore l@u.fr until=2027-06-30", "liste restaurer l@u.fr au 2027-06-30", "list restore l@u.fr until 2027-06-30"},
		{"list.show l@u.fr", "liste l@u.fr", "list l@u.fr"},
		{`resource.create r@u.fr name="Salle 1" type=location`, "ressource créer r@u.fr nom Salle 1 sorte location", "resource create r@u.fr name Salle 1 type location"},
		{"resource.profile r@u.fr capacity=12 forward=none", "ressource décrire r@u.fr capacité 12 invitations aucune", "resource describe r@u.fr capacity 12 forward none"},
		{"resource.rename r@u.fr to=s@u.fr", "ressource renommer r@u.fr s@u.fr", "resource rename r@u.fr s@u.fr"},
		{"resource.delete r@u.fr", "ressource supprimer r@u.fr", "resource delete r@u.fr"},
		{"resource.restore r@u.fr", "ressource restaurer r@u.fr", "resource restore r@u.fr"},
		{"resource.show r@u.fr", "ressource r@u.fr", "resource r@u.fr"},
		{"tree.publish u.fr", "arbre publier u.fr", "tree publish u.fr"},
		{"tree.rollback u.fr from=89abcdef tree=0123abcd", "arbre revenir u.fr 0123abcd 89abcdef", "tree rollback u.fr 0123abcd 89abcdef"},
		{"tree.withdraw u.fr from=89abcdef", "arbre retirer u.fr 89abcdef", "tree withdraw u.fr 89abcdef"},
		{"tree.show u.fr", "arbre u.fr", "tree u.fr"},
		{"address.reach contact@u.fr", "destinataires contact@u.fr", "recipients contact@u.fr"},
		{"help", "aide", "help"},
		{"help alias.add", "aide alias.add", "help alias.add"},
	}
	seen := map[desk.Verb]bool{}
	for _, tt := range tests {
		a, err := desk.ParseAction(tt.action)
		if err != nil {
			t.Fatal(err)
		}
		seen[a.Verb] = true
		if got := [2]string{phrase.Canonical("fr", a), phrase.Canonical("en", a)}; got != [2]string{tt.fr, tt.en} {
			t.Errorf("Canonical(%s) = %q", tt.action, got)
		}
	}
	for _, v := range desk.Verbs() {
		if !seen[v] {
			t.Errorf("verb %s is not shown here", v)
		}
	}
	if got := phrase.Canonical("fr", desk.Action{Verb: "cos.set", Target: "bob"}); got != "cos.set bob" {
		t.Errorf("Canonical of an unknown verb = %q", got)
	}
}

func TestTopic(t *testing.T) {
	accounts := []desk.Verb{desk.AccountLock, desk.AccountActivate, desk.AccountClose, desk.AccountHide, desk.AccountUnhide, desk.AccountRename,
		desk.AccountCOS, desk.AccountForward, desk.AccountDelete, desk.AccountRenew, desk.AccountRestore,
		desk.AccountCreate, desk.AccountProfile, desk.AccountShare, desk.AccountUnshare, desk.AccountPurge, desk.AccountShow, desk.AccountWhole}
	requests := []desk.Verb{desk.RequestList, desk.RequestShow, desk.RequestWhy, desk.RequestApprove, desk.RequestReject, desk.RequestCancel, desk.RequestAmend, desk.RequestAgain, desk.RequestNudge,
		desk.RequestQuestion, desk.RequestAnswer, desk.RequestUndo}
	tests := []struct {
		topic string
		want  []desk.Verb
	}{
		{"alias", []desk.Verb{desk.AliasAdd, desk.AliasRemove, desk.AliasRenew, desk.AliasMove}},
		{"alias.add", []desk.Verb{desk.AliasAdd}},
		{"Quota", []desk.Verb{desk.QuotaSet}},
		{"fiche", accounts},
		{"formule", accounts},
		{"valider", requests},
		{"requests", requests},
		{"help", []desk.Verb{desk.Help}},
		{"truc", nil},
		{"", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, phrase.Topic(tt.topic)); diff != "" {
			t.Errorf("Topic(%q) (-want +got):\n%s", tt.topic, diff)
		}
	}
	for _, v := range desk.Verbs() {
		if spec, _ := desk.SpecOf(v); !spec.Inner && len(phrase.Topic(string(v))) != 1 {
			t.Errorf("no topic %s", v)
		}
	}
}

func TestWhy(t *testing.T) {
	for text, want := range map[string]string{
		"pourquoi quota bob 12Go":                   "quota.set bob size=12G",
		"Why alias add c@u.fr bob because":          "alias.add bob alias=c@u.fr",
		"/melusine pourquoi alias ajouter c@u.fr b": "alias.add b alias=c@u.fr",
		"pourquoi D-12":                             "",
		"why 12":                                    "",
		"pourquoi":                                  "",
		"quota bob 12Go":                            "",
	} {
		o, ok, err := phrase.Why(text)
		if got := o.Action.String(); ok != (want != "") || ok && got != want && err == nil {
			t.Errorf("%q is read as %q, %v, %v", text, got, ok, err)
		}
	}
	if _, ok, err := phrase.Why("pourquoi la lune"); !ok || desk.CodeOf(err) != desk.UnknownVerb {
		t.Errorf("%v, %v", ok, err)
	}
}
