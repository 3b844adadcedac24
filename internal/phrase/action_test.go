package phrase_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

func TestActions(t *testing.T) {
	r := fixture(t)
	tests := []struct {
		text string
		code desk.Code
		want []string
	}{
		{"crée les alias a@unistra.fr et b@unistra.fr pour jdupont", "", []string{"alias.add jdupont alias=a@unistra.fr", "alias.add jdupont alias=b@unistra.fr"}},
		{"passe jdupont et mcurie à 4 Go", "", []string{"quota.set jdupont size=4G", "quota.set mcurie size=4G"}},
		{"mets-moi à 4 Go", "", []string{"quota.set me@unistra.fr size=4G"}},
		{"passe jdupont en hébergé L", "", []string{"account.cos jdupont cos=l_univ-strasbourg_heberge"}},
		{"supprime le compte jdupont", "", []string{"account.delete jdupont"}},
		{"ajoute l'alias a@unistra.fr à jdupont jusqu'au 31 août", "", []string{"alias.add jdupont alias=a@unistra.fr until=2026-08-31"}},
		{"crée une boîte de service presse@ics.unistra.fr pour jdupont", "", []string{"account.create presse@ics.unistra.fr person=jdupont"}},
		{"crée le compte presse@ics.unistra.fr, formule hébergé L", "", []string{"account.create presse@ics.unistra.fr cos=l_univ-strasbourg_heberge"}},
		{"crée le compte presse@ics.unistra.fr avec 3 Go jusqu'au 31 août", "", []string{"account.create presse@ics.unistra.fr size=3G until=2026-08-31"}},
		{"quels sont les écarts sur ics.unistra.fr ?", "", []string{"drift.show domain=ics.unistra.fr"}},
		{"autorise mcurie à supprimer des alias sur ed.unistra.fr jusqu'au 30 juin", "", []string{"delegation.grant mcurie domains=ed.unistra.fr until=2026-06-30 verbs=alias.remove"}},
		{"refuse D-12, motif : trop court", "", []string{`request.reject D-12 reason="trop court"`}},
		{"mes demandes", "", []string{"request.list scope=mine"}},
		{"supprime l'alias a@unistra.fr", desk.MissingArgument, nil},
		{"passe jdupont à 4 Go jusqu'au 31 août", desk.UnknownVerb, nil},
		{"ajoute 4 Go à jdupont", desk.UnknownVerb, nil},
		{"crée la liste l@unistra.fr", "", []string{"list.create l@unistra.fr"}},
		{"crée la liste l@unistra.fr pour jdupont", desk.UnknownVerb, nil},
		{"supprime la liste l@unistra.fr", "", []string{"list.delete l@unistra.fr"}},
		{"mets mcurie et jdupont dans la liste l@unistra.fr", "", []string{"list.add l@unistra.fr members=jdupont,mcurie"}},
		{"subscribe me to the mailing list l@unistra.fr", "", []string{"list.add l@unistra.fr members=me@unistra.fr"}},
		{"remove jdupont from list l@unistra.fr", "", []string{"list.remove l@unistra.fr members=jdupont"}},
		{"qui est abonné à la liste l@unistra.fr", "", []string{"list.show l@unistra.fr"}},
		{"crée le groupe g@unistra.fr", "", []string{"group.create g@unistra.fr"}},
		{"ajoute x@example.org dans le groupe g@unistra.fr", "", []string{"list.add g@unistra.fr members=x@example.org"}},
		{"members of group g@unistra.fr", "", []string{"list.show g@unistra.fr"}},
		{"déplace vers le compte mcurie l'alias a@unistra.fr du compte jdupont", "", []string{"alias.move jdupont alias=a@unistra.fr to=mcurie"}},
		{"partage avec mcurie et le compte jdupont la boîte presse@ics.unistra.fr", desk.UnknownVerb, nil},
		{"partage avec le compte jdupont la boîte presse@ics.unistra.fr", "", []string{"account.share presse@ics.unistra.fr with=jdupont"}},
		{"partage la boîte presse@ics.unistra.fr avec mcurie et moi", desk.UnknownVerb, nil},
		{"supprime le compte de Pierre Vidal", desk.UnknownAccount, nil},
	}
	for _, tt := range tests {
		actions, err := r.Read(tt.text).Frame.Actions("me@unistra.fr")
		if desk.CodeOf(err) != tt.code {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.code)
			continue
		}
		var got []string
		for _, a := range actions {
			got = append(got, a.String())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}
