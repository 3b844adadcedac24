package portal

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// alias is the form for an alias on an account.
func alias(wanted, account string) []string {
	return []string{"verbe", "alias.add", "alias", wanted, "compte", account, "motif", "accueil du public"}
}

func TestAskingTellsWhoApprovesThenAsksOnce(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	before := h.count()
	b.get("/demandes/nouvelle?verbe=alias.add").wants(t, http.StatusOK, "Demander un alias")

	checked := b.submit("/demandes/nouvelle", append(alias("Contact@physique.unistra.fr", "jeanne"), "pas", "verifier")...)
	checked.wants(t, http.StatusOK, "Ce que vous demandez", "contact@physique.unistra.fr",
		"Votre demande sera à valider par un correspondant de physique.unistra.fr", "Envoyer la demande")
	if n := h.count(); n != before {
		t.Fatalf("checking wrote %d facts", n-before)
	}

	for range 3 { // a double click, a reload
		sent := b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...)
		sent.wants(t, http.StatusSeeOther)
		if to := sent.Header.Get("Location"); to != "/demandes/D-1" {
			t.Fatalf("sent to %s", to)
		}
	}
	written := h.facts("D-1")
	if n := h.count(); n != before+2 || len(written) != 2 {
		t.Fatalf("%d facts written, %d of the request", n-before, len(written))
	}
	asked, _ := written[0].Fact.(desk.Asked)
	want := desk.Action{Verb: desk.AliasAdd, Target: string(jeanneBox), Args: "alias=contact@physique.unistra.fr"}
	if diff := cmp.Diff(want, asked.Action); diff != "" || asked.Via != desk.Portal || asked.Reason != "accueil du public" || written[0].By != "jeanne" {
		t.Errorf("asked %+v by %s\n%s", asked, written[0].By, diff)
	}
	b.get("/demandes/D-1").wants(t, http.StatusOK, "D-1", "À valider", "accueil du public", "Annuler la demande", "own-alias-add")
	b.get("/demandes").wants(t, http.StatusOK, "D-1")
	b.get("/mes-adresses").wants(t, http.StatusOK, "Demandes en cours", "D-1")
}

func TestAFormChangedAfterSendingAsksAnew(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	checked := b.submit("/demandes/nouvelle", append(alias("a1@physique.unistra.fr", "jeanne"), "pas", "verifier")...)
	first := checked.hidden()
	b.submit("/demandes/nouvelle", append(first, "pas", "envoyer")...).wants(t, http.StatusSeeOther)
	second := slices.Clone(first)
	second[slices.Index(second, "a1@physique.unistra.fr")] = "a2@physique.unistra.fr"
	sent := b.submit("/demandes/nouvelle", append(second, "pas", "envoyer")...)
	if to := sent.Header.Get("Location"); to != "/demandes/D-2" {
		t.Errorf("the changed form went to %q", to)
	}
}

func TestEditingComesBackToWhatWasTyped(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	checked := b.submit("/demandes/nouvelle", append(alias("a1@physique.unistra.fr", "jeanne"), "pas", "verifier")...)
	edited := b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "modifier")...)
	edited.wants(t, http.StatusOK, "accueil du public")
	if !strings.Contains(edited.body, `value="a1@physique.unistra.fr"`) {
		t.Error("the alias is not in the form any more")
	}
}

// What an administrator asks for, field by field, and where it is refused.
func TestAdministratorsActOnAccounts(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("xavier")
	jeanne, marc := string(jeanneBox), string(marcBox)
	for _, x := range []struct {
		fields []string
		want   string // the action; or what is said
		field  string // the one blamed
		state  desk.State
	}{
		{[]string{"verbe", "account.lock", "compte", jeanne}, "account.lock " + jeanne, "", desk.Ready},
		{[]string{"verbe", "account.activate", "compte", jeanne}, "est déjà actif", "compte", ""},
		{[]string{"verbe", "account.activate", "compte", marc}, "account.activate " + marc, "", desk.Ready},
		{[]string{"verbe", "account.lock", "compte", marc}, "est déjà verrouillé", "compte", ""},
		{[]string{"verbe", "account.close", "compte", jeanne}, "account.close " + jeanne, "", desk.Waiting},
		{[]string{"verbe", "account.hide", "compte", jeanne}, "account.hide " + jeanne, "", desk.Ready},
		{[]string{"verbe", "account.hide", "compte", marc}, "déjà absent du carnet", "compte", ""},
		{[]string{"verbe", "account.unhide", "compte", marc}, "account.unhide " + marc, "", desk.Ready},
		{[]string{"verbe", "account.rename", "compte", jeanne, "vers", "Jeanne@physique.unistra.fr"}, "account.rename " + jeanne + " to=jeanne@physique.unistra.fr", "", desk.Ready},
		{[]string{"verbe", "account.rename", "compte", jeanne, "vers", "j.dupont@physique.unistra.fr"}, "est déjà utilisée", "vers", ""},
		{[]string{"verbe", "account.rename", "compte", jeanne, "vers", "jeanne@chimie.unistra.fr"}, "Choisissez une adresse dans physique.unistra.fr", "vers", ""},
		{[]string{"verbe", "account.cos", "compte", jeanne, "formule", "staff_l"}, "account.cos " + jeanne + " cos=staff_l", "", desk.Ready},
		{[]string{"verbe", "account.cos", "compte", jeanne, "formule", "staff_s"}, "C'est déjà le cas (staff_s)", "formule", ""},
		{[]string{"verbe", "account.cos", "compte", jeanne, "formule", "staff_m"}, "Partage n'a pas de formule « staff_m »", "formule", ""},
		{[]string{"verbe", "account.forward", "compte", jeanne, "vers", "j@example.org"}, "account.forward " + jeanne + " to=j@example.org", "", desk.Waiting},
		{[]string{"verbe", "account.forward", "compte", marc, "vers", "aucune"}, "account.forward " + marc + " to=none", "", desk.Ready},
		{[]string{"verbe", "account.forward", "compte", marc, "vers", "None"}, "account.forward " + marc + " to=none", "", desk.Ready},
	} {
		checked := b.submit("/demandes/nouvelle", append(x.fields, "pas", "verifier")...)
		if x.state == "" {
			checked.wants(t, 422, x.want)
			if !strings.Contains(checked.body, `href="#`+x.field+`"`) {
				t.Errorf("%v: the summary does not lead to %s", x.fields, x.field)
			}
			continue
		}
		checked.wants(t, http.StatusOK, x.want)
		sent := b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...)
		sent.wants(t, http.StatusSeeOther)
		r, _ := h.mirror.Request(desk.ID(strings.TrimPrefix(sent.Header.Get("Location"), "/demandes/")))
		if r.State != x.state || r.Action.String() != x.want {
			t.Errorf("%v: %s is %s, want %s", x.fields, r.Action, r.State, x.state)
		}
	}
}

// A page offers what would do something and is not denied, and no more.
func TestAnAccountOffersWhatItsReaderMayDo(t *testing.T) {
	h := newHouse(t, demo)
	for _, x := range []struct {
		who     desk.UID
		account desk.Address
		offered []string
	}{
		{"xavier", jeanneBox, []string{"account.lock", "account.close", "account.hide", "account.rename", "account.cos", "account.delete", "account.profile", "alias.move"}},
		{"xavier", marcBox, []string{"account.activate", "account.close", "account.unhide", "account.rename", "account.cos", "account.delete", "account.profile"}},
		{"claire", jeanneBox, []string{"account.lock", "account.close", "account.hide", "account.rename", "account.cos", "account.profile", "alias.move"}},
		{"jeanne", jeanneBox, nil},
		{"marc", marcBox, nil},
	} {
		a := h.as(x.who).get("/adresses/" + string(x.account))
		a.wants(t, http.StatusOK)
		for _, verb := range requests(true) {
			if offered := strings.Contains(a.body, "verbe="+string(verb)+"&"); offered != slices.Contains(x.offered, string(verb)) {
				t.Errorf("%s on %s: %s offered: %t", x.who, x.account, verb, offered)
			}
		}
	}
	h.as("marc").get("/mes-adresses").wants(t, http.StatusOK, "tout à marc@example.org, sans copie gardée ici", "hors du carnet d'adresses", "verrouillé")
	if a := h.as("jeanne").get("/demandes/nouvelle"); strings.Contains(a.body, "account.lock") || !strings.Contains(a.body, "account.forward") {
		t.Error("the choices of somebody who looks after no account")
	}
	h.as("claire").get("/demandes/nouvelle").wants(t, http.StatusOK, "Pour les comptes dont vous vous occupez", "Verrouiller un compte")
}

// What is allowed at once is ready at once, whoever's account it is.
func TestACorrespondentActsForOthers(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("claire")
	quota := []string{"verbe", "quota.set", "compte", "jeanne", "taille", "8", "unite", "Go"}
	checked := b.submit("/demandes/nouvelle", append(quota, "pas", "verifier")...)
	checked.wants(t, http.StatusOK, "Votre demande sera appliquée tout de suite", "quota de 8 Go")
	b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...).wants(t, http.StatusSeeOther)
	r, _ := h.mirror.Request("D-1")
	if r.State != desk.Ready || r.Action.Arg("size") != "8G" || r.By != "claire" || r.Owner != "jeanne" {
		t.Errorf("%+v", r)
	}
}

func TestWhatTheRulesDenyCannotBeSent(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	denied := b.submit("/demandes/nouvelle", append(alias("x@chimie.unistra.fr", "marc"), "pas", "verifier")...)
	denied.wants(t, http.StatusOK, "Les règles ne permettent pas cette demande", "Pourquoi ?")
	if strings.Contains(denied.text(), "Envoyer") {
		t.Error("a send button is offered")
	}
	b.submit("/demandes/nouvelle", append(denied.hidden(), "pas", "envoyer")...).wants(t, http.StatusSeeOther)
	if r, _ := h.mirror.Request("D-1"); r.State != desk.Rejected {
		t.Errorf("sent all the same, it is %s", r.State)
	}
}

func TestBadForms(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	before := h.count()
	for _, x := range []struct {
		name   string
		fields []string
		status int
		said   string
		field  string // the one blamed
	}{
		{"nothing", []string{"verbe", "alias.add"}, 422, "2 points à corriger", "alias"},
		{"no account", alias("a@physique.unistra.fr", ""), 422, "Indiquez le compte.", "compte"},
		{"accent", alias("été@physique.unistra.fr", "jeanne"), 422, "« été@physique.unistra.fr » n'est pas une adresse possible", "alias"},
		{"homograph", alias("pаypal@physique.unistra.fr", "jeanne"), 422, "n'est pas une adresse possible", "alias"},
		{"script", alias(`"><script>alert(1)</script>`, "jeanne"), 422, "n'est pas une adresse possible", "alias"},
		{"long", alias(strings.Repeat("a", 300)+"@physique.unistra.fr", "jeanne"), 422, "n'est pas une adresse possible", "alias"},
		{"plus tag", alias("a+b@physique.unistra.fr", "jeanne"), 422, "n'est pas une adresse possible", "alias"},
		{"foreign domain", alias("a@gmail.com", "jeanne"), 422, "gmail.com n'est pas sur Partage", "alias"},
		{"taken", alias(string(marcBox), "jeanne"), 422, "est déjà utilisée", "alias"},
		{"unknown account", alias("a@physique.unistra.fr", "personne"), 422, "Aucun compte « personne »", "compte"},
		{"bad account", alias("a@physique.unistra.fr", "a b"), 422, "n'est pas une adresse possible", "compte"},
		{"reason too long", append(alias("a@physique.unistra.fr", "jeanne")[:6], "motif", strings.Repeat("é", 501)), 422, "trop long", "motif"},
		{"alias not there", []string{"verbe", "alias.remove", "alias", "x@physique.unistra.fr", "compte", "jeanne"}, 422, "n'est pas un alias", "alias"},
		{"no number", []string{"verbe", "quota.set", "compte", "jeanne", "unite", "Go"}, 422, "Indiquez l'espace souhaité.", "taille"},
		{"words for number", []string{"verbe", "quota.set", "compte", "jeanne", "taille", "beaucoup", "unite", "Go"}, 422, "n'est pas une taille", "taille"},
		{"negative", []string{"verbe", "quota.set", "compte", "jeanne", "taille", "-5", "unite", "Go"}, 422, "n'est pas une taille", "taille"},
		{"no unit", []string{"verbe", "quota.set", "compte", "jeanne", "taille", "10"}, 422, "n'est pas une taille", "taille"},
		{"below use", []string{"verbe", "quota.set", "compte", "jeanne", "taille", "1", "unite", "Go"}, 422, "sous l'espace utilisé", "taille"},
		{"already so", []string{"verbe", "quota.set", "compte", "jeanne", "taille", "5", "unite", "Go"}, 422, "C'est déjà le cas", "taille"},
		{"no new address", []string{"verbe", "account.rename", "compte", "jeanne"}, 422, "Indiquez l'adresse.", "vers"},
		{"bad new address", []string{"verbe", "account.rename", "compte", "jeanne", "vers", "été@physique.unistra.fr"}, 422, "n'est pas une adresse possible", "vers"},
		{"new address nowhere", []string{"verbe", "account.rename", "compte", "jeanne", "vers", "aucune"}, 422, "n'est pas une adresse possible", "vers"},
		{"two forwards", []string{"verbe", "account.forward", "compte", "jeanne", "vers", "a@u.fr,b@u.fr"}, 422, "n'est pas une adresse possible", "vers"},
		{"forward to itself", []string{"verbe", "account.forward", "compte", "jeanne", "vers", string(jeanneBox)}, 422, "reviendrait dans la même boîte", "vers"},
		{"no forward to end", []string{"verbe", "account.forward", "compte", "jeanne", "vers", "Aucune"}, 422, "n'est envoyé nulle part", "vers"},
		{"no class", []string{"verbe", "account.cos", "compte", "jeanne"}, 422, "Choisissez la formule.", "formule"},
		{"class script", []string{"verbe", "account.cos", "compte", "jeanne", "formule", `"><script>alert(1)</script>`}, 422, "ne convient pas pour la formule", "formule"},
		{"unknown verb", []string{"verbe", "account.purge", "compte", "jeanne"}, 422, "", ""},
		{"reading verb", []string{"verbe", "account.show", "compte", "jeanne"}, 422, "", ""},
	} {
		for _, step := range []string{"verifier", "envoyer"} {
			t.Run(x.name+"/"+step, func(t *testing.T) {
				a := b.submit("/demandes/nouvelle", slices.Concat(x.fields, []string{"pas", step, "cle", strings.Repeat("A", 43)})...)
				a.wants(t, x.status, x.said)
				if strings.Contains(a.body, "<script>alert") {
					t.Error("what was typed came back as markup")
				}
				if x.field != "" && !strings.Contains(a.body, `href="#`+x.field+`"`) {
					t.Errorf("the summary does not lead to %s", x.field)
				}
				if x.field != "" && !strings.Contains(a.body, `<title>Erreur`) {
					t.Error("the title does not say that there is an error")
				}
			})
		}
	}
	if n := h.count(); n != before {
		t.Errorf("bad forms wrote %d facts", n-before)
	}
}

func TestNothingIsChangedOnAStaleDirectory(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	h.later(9 * 60 * 60 * 1e9)
	h.desk.Stale = 60 * 60 * 1e9
	a := b.submit("/demandes/nouvelle", append(alias("a@physique.unistra.fr", "jeanne"), "pas", "verifier")...)
	a.wants(t, http.StatusServiceUnavailable, "les changements sont suspendus")
	if !strings.Contains(a.body, `value="a@physique.unistra.fr"`) {
		t.Error("what was typed is lost")
	}
}

func TestAvailability(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	for address, said := range map[string]string{
		"libre@physique.unistra.fr":        "✓ Adresse disponible",
		string(marcBox):                    "✕ L'adresse marc.muller@chimie.unistra.fr est déjà utilisée",
		"marc.rnuller@chimie.unistra.fr":   "! Adresse libre, mais la charte s'y oppose : se confond avec l'adresse de quelqu'un d'autre (marc.muller@chimie.unistra.fr)",
		"jeanne-dupont@chimie.unistra.fr":  "✓ Adresse disponible",
		"claire.weber@physique.unistra.fr": "Libres et conformes à la charte : jdupont@physique.unistra.fr, dupont.jeanne@physique.unistra.fr, jeanne-dupont@physique.unistra.fr.",
		"a@ailleurs.fr":                    "✕ Le domaine ailleurs.fr n'est pas sur Partage",
		"pas une adresse":                  "n'est pas une adresse possible",
		"":                                 "n'est pas une adresse possible",
	} {
		a := b.get("/disponibilite?adresse=" + escape(address))
		a.wants(t, http.StatusOK, said)
		if strings.Contains(a.body, "<html") {
			t.Error("a whole page, not a piece")
		}
	}
}

// A verb that the form does not know is a choice again, not an error.
func TestTheFormOfNothing(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	for _, verb := range []string{"", "account.show", "x", "alias.add%00"} {
		b.get("/demandes/nouvelle?verbe="+verb).wants(t, http.StatusOK, "Que voulez-vous demander ?")
	}
}
