package phrase_test

import (
	"strings"
	"testing"
)

// Each line is a talk: what is said, and after each reply what is understood.
func TestContinue(t *testing.T) {
	r := fixture(t)
	tests := [][]string{
		{"crée un alias", "ASK:alias alias.add", "contact.bio@unistra.fr", "ASK:account alias.add alias=contact.bio@unistra.fr", "pour jdupont", "alias.add alias=contact.bio@unistra.fr account=jdupont"},
		{"crée un alias", "ASK:alias alias.add", "a@unistra.fr et b@unistra.fr", "ASK:account alias.add alias=a@unistra.fr,b@unistra.fr", "moi", "alias.add alias=a@unistra.fr,b@unistra.fr account=me"},
		{"ajoute l'alias contact à jdupont", "ASK:domain alias.add account=jdupont", "@ics.unistra.fr", "alias.add alias=contact@ics.unistra.fr account=jdupont"},
		{"ajoute l'alias contact à jdupont", "ASK:domain alias.add account=jdupont", "ics.unistra.fr svp", "alias.add alias=contact@ics.unistra.fr account=jdupont"},
		{"quota de jdupont à 12", "ASK:size quota.set account=jdupont", "12 Go", "quota.set account=jdupont size=12G"},
		{"augmente le quota de jdupont", "ASK:size quota.set account=jdupont", "12 Go", "ASK:size quota.set account=jdupont", "à 12 Go", "quota.set account=jdupont size=12G"},
		{"augmente le quota de jdupont", "ASK:size quota.set account=jdupont", "de 1 Go", "quota.set account=jdupont delta=+1G"},
		{"réduis le quota de jdupont", "ASK:size quota.set account=jdupont", "de 1 Go", "quota.set account=jdupont delta=-1G"},
		{"change quota of jdupont", "ASK:size quota.set account=jdupont", "+5 GB", "quota.set account=jdupont delta=+5G"},
		{"change quota of jdupont", "ASK:size quota.set account=jdupont", "5 Go de plus", "quota.set account=jdupont delta=+5G"},
		{"accorde un quota provisoire de 5 Go à jdupont", "ASK:until quota.set account=jdupont size=5G", "jusqu'au 31 août", "quota.set account=jdupont size=5G until=2026-08-31"},
		{"accorde un quota provisoire de 5 Go à jdupont", "ASK:until quota.set account=jdupont size=5G", "le 31 février", "ASK:until quota.set account=jdupont size=5G", "31/08", "quota.set account=jdupont size=5G until=2026-08-31"},
		{"passe jdupont en personnel", "ASK:cos cos.set account=jdupont", "personnel L", "cos.set account=jdupont cos=l_univ-strasbourg_personnel"},
		{"supprime marie.curie@unistra.fr", "ASK:object", "le compte", "account.delete account=marie.curie@unistra.fr"},
		{"supprime marie.curie@unistra.fr", "ASK:object", "l'alias", "alias.remove alias=marie.curie@unistra.fr"},
		{"remove jdupont from equipe@ics.unistra.fr", "ASK:object", "the group", "group.remove group=equipe@ics.unistra.fr member=jdupont"},
		{"supprime marie.curie@unistra.fr", "ASK:object", "truc", "ASK:object"},
		{"nomme jdupont correspondant", "ASK:domain rights.grant account=jdupont", "ics.unistra.fr", "rights.grant account=jdupont domain=ics.unistra.fr"},
		{"supprime les BAL a@ics.unistra.fr et b@ics.unistra.fr", "ASK:account account.delete", "a@ics.unistra.fr", "account.delete account=a@ics.unistra.fr"},
		{"supprime les BAL a@ics.unistra.fr et b@ics.unistra.fr", "ASK:account account.delete", "a@ics.unistra.fr et b@ics.unistra.fr", "ASK:account account.delete"},
		{"crée un alias", "ASK:alias alias.add", "annule", "REFUSE"},
		{"crée un alias", "ASK:alias alias.add", "non", "REFUSE"},
		{"crée un alias", "ASK:alias alias.add", "never mind", "REFUSE"},
		{"crée un alias", "ASK:alias alias.add", "xyzzy", "ASK:alias alias.add"},
		{"crée un alias", "ASK:alias alias.add", "supprime le compte jdupont", "account.delete account=jdupont"},
		{"crée un alias", "ASK:alias alias.add", "contact@unistra.fr sauf si", "ASK:alias alias.add"},
		{"ajoute l'alias a@unistra.fr à jdupont glorbule", "ASK:intent", "oui", "alias.add alias=a@unistra.fr account=jdupont"},
		{"supprime l'alias a@unistra.fr de m. dupont", "ASK:intent"},
		{"supprime le compte de M. Dupont", "ASK:account account.delete"},
		{"je me demande s'il faut le faire. supprime le compte jdupont", "REFUSE"},
		{`ajoute l'alias "a@unistra.fr b@unistra.fr" à jdupont`, "ASK:domain alias.add account=jdupont"},
		{"mets jdupont à 0,3 Mo", "ASK:size quota.set account=jdupont"},
		{"supprime le compte jdupont groupe", "ASK:intent"},
		{"> supprime le compte jdupont", "REFUSE"},
		{"supprimer le compte jdupont c'est dangereux", "ASK:intent"},
		{"valide D-12 si le quota est bon", "REFUSE"},
		{"passe jdupont à 5 Go de plus", "ASK:size quota.set account=jdupont"},
		{"suprimer le compte jdupont", "ASK:intent", "oui", "ASK:intent"},
		{"supprime le compte jdupont ?", "ASK:intent", "oui", "ASK:intent"},
	}
	for _, talk := range tests {
		a := r.Read(talk[0])
		for i := 1; i < len(talk); i += 2 {
			if got := a.String(); got != talk[i] && !(strings.HasPrefix(got, "REFUSE") && talk[i] == "REFUSE") {
				t.Errorf("%q: after %d replies %s, want %s", talk[0], i/2, got, talk[i])
				break
			}
			if i+1 < len(talk) {
				a = r.Continue(a, talk[i+1])
			}
		}
	}
}
