package phrase_test

import "testing"

// An alias goes from somebody to somebody; what else would be somewhere else is not
// moved by a sentence, nor guessed from what it resembles.
func TestWhatMoves(t *testing.T) {
	r := fixture(t)
	for text, want := range map[string]string{
		"passe l'alias a@unistra.fr de jdupont à mcurie":            "alias.move alias=a@unistra.fr account=jdupont to=mcurie",
		"passe l'alias a@unistra.fr à mcurie":                       "alias.add alias=a@unistra.fr account=mcurie",
		"déplace jdupont à 5 Go":                                    "REFUSE",
		"déplace le compte jdupont vers ics.unistra.fr":             "REFUSE",
		"déplace jdupont de la liste a@unistra.fr":                  "REFUSE",
		"move les droits de jdupont sur ics.unistra.fr":             "REFUSE",
		"move jdupont to 5 GB":                                      "quota.set account=jdupont size=5G",
		"give jdupont another 2 GB":                                 "quota.set account=jdupont delta=+2G",
		"bump jdupont up to 6 GB":                                   "quota.set account=jdupont size=6G",
		"supprime le compte jdupont qui part pour tout le monde":    "ASK:intent",
		"Partage est en panne ?":                                    "status.show",
		"crée la boîte partagée a@unistra.fr":                       "account.create address=a@unistra.fr",
		"crée une boîte partage a@unistra.fr":                       "account.create address=a@unistra.fr",
		"partage ma boîte avec mcurie":                              "account.share account=me with=mcurie",
		"supprime le partage de la boîte a@unistra.fr avec jdupont": "account.unshare account=a@unistra.fr with=jdupont",
		"remove the share of mailbox a@unistra.fr with jdupont":     "account.unshare account=a@unistra.fr with=jdupont",
	} {
		if got := r.Read(text).String(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
