package effect_test

import (
	"testing"

	"github.com/unistra/melusine/partage"
)

func TestOwnerWhateverTheCase(t *testing.T) {
	o, _ := office(t)
	client, err := o.Domains.Client("unistra.fr")
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eppn := "JDupont@Unistra.fr"
	if err := w.ModifyAccount(t.Context(), jeanne, partage.Change{CarLicense: &eppn}); err != nil {
		t.Fatal(err)
	}
	if a := look(t, o, jeanne); a.Owner != "jdupont" {
		t.Errorf("owner %q", a.Owner)
	}
}
