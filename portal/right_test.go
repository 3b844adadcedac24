package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// fill has somebody fill a form in, check it and send it, and gives the page of
// the request.
func (h *house) fill(who desk.UID, verb desk.Verb, said string, fields ...string) string {
	h.t.Helper()
	b := h.as(who)
	b.get("/demandes/nouvelle?verbe="+string(verb)).wants(h.t, http.StatusOK, "Motif")
	checked := b.submit("/demandes/nouvelle", append(fields, "verbe", string(verb), "pas", "verifier")...)
	checked.wants(h.t, http.StatusOK, "Ce que vous demandez", said)
	sent := b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...)
	sent.wants(h.t, http.StatusSeeOther)
	return sent.Header.Get("Location")
}

// A right is given by two administrators in the portal, shown, deputised, taken
// back, and each step is told.
func TestRightsInThePortal(t *testing.T) {
	h := newHouse(t, demo)
	location := h.fill("xavier", desk.DelegationGrant, "quota jusqu'à 4 Go", "personne", "marc", "domaines", "physique.unistra.fr chimie.unistra.fr",
		"acte.quota.set", "oui", "acte.alias.add", "oui", "plafond", "4 Go", "parjour", "5", "au", "2027-06-30", "motif", "nouveau correspondant")
	h.as("marc").get("/delegations").wants(t, http.StatusOK, "Aucune délégation que vous puissiez voir.")
	h.as("yves").get(location).wants(t, http.StatusOK, "Marc Muller", "delegation.grant marc daily=5 domains=chimie.unistra.fr,physique.unistra.fr quota=4G until=2027-06-30 verbs=alias.add,quota.set", "Votre décision")
	r, _ := h.mirror.Request("D-1")
	_, err := h.desk.Approve(t.Context(), "marc", desk.Portal, "D-1", r.Digest())
	if desk.CodeOf(err) != desk.OwnBenefit {
		t.Errorf("who gets it approves: %v", err)
	}
	h.as("yves").submit(location+"/valider", "empreinte", r.Digest()).wants(t, http.StatusSeeOther)
	all := h.mirror.Delegations()
	name := string(all[len(all)-1].ID)
	h.as("marc").get("/delegations").wants(t, http.StatusOK, "chimie.unistra.fr", "Marc Muller", "ajout d'alias", "jusqu'au 30 juin 2027 compris", name)
	h.as("claire").get("/delegations").wants(t, http.StatusOK, "Claire Weber", "Marc Muller") // of her domain
	h.as("xavier").get("/delegations?vue=personnes&q=chimie.unistra.fr").wants(t, http.StatusOK, "Domaines avec moins de deux correspondants : 1", "seulement Marc Muller", name)
	h.as("xavier").get("/delegations/"+name).wants(t, http.StatusOK, "Accordée par", "Yves Roth", "D-1", "Yves Roth a délégué")

	location = h.fill("marc", desk.DelegationDeputy, "aura les droits de la délégation "+name, "delegation", name, "personne", "nadia", "du", "2026-12-20", "au", "2027-01-05")
	r, _ = h.mirror.Request("D-2")
	h.as("yves").submit(location+"/valider", "empreinte", r.Digest()).wants(t, http.StatusSeeOther)
	h.as("nadia").get("/delegations/"+name).wants(t, http.StatusOK, "Suppléants", "Nadia Fischer", "du 20 décembre 2026 au 5 janvier 2027 compris")

	h.as("yves").get("/delegations?vue=personnes&q=nadia").wants(t, http.StatusOK, "Nadia Fischer", "suppléance de Marc Muller, du 20 décembre 2026")
	h.fill("xavier", desk.DelegationRevoke, "Il resterait moins de deux correspondants pour chimie.unistra.fr, physique.unistra.fr", "delegation", name)
	h.as("xavier").get("/demandes/D-3").wants(t, http.StatusOK, "C'est fait (D-3)", "Il reste moins de deux correspondants pour chimie.unistra.fr, physique.unistra.fr")
	page := h.as("xavier").get("/delegations/" + name)
	page.wants(t, http.StatusOK, "Cette délégation a pris fin le", "Déléguer de nouveau")
	again := page.body[strings.Index(page.body, "/demandes/nouvelle?verbe=delegation.grant"):]
	again = strings.ReplaceAll(again[:strings.Index(again, `"`)], "&amp;", "&")
	form := h.as("xavier").get(again)
	for _, value := range []string{`value="marc"`, `value="chimie.unistra.fr,physique.unistra.fr"`, `value="4G"`, `value="2027-06-30"`, `name="acte.quota.set" value="oui" checked`} {
		if !strings.Contains(form.body, value) {
			t.Errorf("%s does not keep %s", again, value)
		}
	}
	if strings.Contains(form.body, `name="acte.alias.remove" value="oui" checked`) {
		t.Error("a verb that was not delegated is ticked")
	}
}

// Each mistake is told beside its field, and keeps what was typed.
func TestMistakesAboutRights(t *testing.T) {
	h := newHouse(t, demo)
	good := map[string]string{"personne": "marc", "domaines": "chimie.unistra.fr"}
	for _, tt := range []struct{ verb, field, value, said string }{
		{"delegation.grant", "personne", "", "Indiquez la personne."},
		{"delegation.grant", "domaines", "", "Indiquez au moins un domaine"},
		{"delegation.grant", "personne", "personne", "ne connaît personne"},
		{"delegation.grant", "personne", "xavier", "Personne ne se donne un droit à soi-même"},
		{"delegation.grant", "personne", "<b>", "ne convient pas"},
		{"delegation.grant", "domaines", "ailleurs.fr", "n'est pas sur Partage"},
		{"delegation.grant", "domaines", "XYZ", "aucune unité de code"},
		{"delegation.grant", "domaines", "a..b", "ne convient pas"},
		{"delegation.grant", "plafond", "dix", "n'est pas une taille"},
		{"delegation.grant", "formules", "or", "or"},
		{"delegation.grant", "parjour", "-1", "ne convient pas"},
		{"delegation.grant", "du", "demain", "ne convient pas"},
		{"delegation.grant", "au", "2020-01-01", "est déjà passé"},
		{"delegation.deputy", "delegation", "", "Indiquez le numéro"},
		{"delegation.deputy", "delegation", "M-99", "Aucune délégation"},
		{"delegation.deputy", "au", "", "Indiquez le dernier jour."},
		{"delegation.revoke", "delegation", "M-99", "Aucune délégation"},
		{"delegation.revoke", "delegation", "D-1", "ne convient pas"},
		{"delegation.revoke", "suppleant", "marc", "Aucune délégation"},
	} {
		form := map[string]string{}
		switch tt.verb {
		case "delegation.grant":
			for field, value := range good {
				form[field] = value
			}
		case "delegation.deputy":
			form = map[string]string{"delegation": "M-1", "personne": "marc", "au": "2027-01-01"}
		default:
			form = map[string]string{"delegation": "M-1"}
		}
		form[tt.field] = tt.value
		fields := []string{"verbe", tt.verb, "pas", "verifier"}
		for field, value := range form {
			fields = append(fields, field, value)
		}
		a := h.as("xavier").submit("/demandes/nouvelle", fields...)
		if a.StatusCode != http.StatusUnprocessableEntity && a.StatusCode != http.StatusNotFound || !strings.Contains(a.text(), tt.said) {
			t.Errorf("%s with %s=%q: %d %s", tt.verb, tt.field, tt.value, a.StatusCode, a.text())
		}
		if tt.value != "" && tt.field != "suppleant" && !strings.Contains(a.body, `href="#`+tt.field+`"`) {
			t.Errorf("%s with %s=%q: the field is not named", tt.verb, tt.field, tt.value)
		}
	}
	if n := len(h.mirror.Delegations()); n != 1 {
		t.Errorf("%d delegations", n)
	}
}

// What one may not see of rights is not told: neither that a delegation is
// there, nor what it says, nor which domains are badly off.
func TestRightsOfOthersAreNotTold(t *testing.T) {
	h := newHouse(t, demo)
	for _, path := range []string{"/delegations", "/delegations?q=physique.unistra.fr", "/delegations?q=claire&vue=personnes", "/delegations/M-1",
		"/demandes/nouvelle?verbe=delegation.revoke&delegation=M-1", "/demandes/nouvelle?verbe=delegation.deputy&delegation=M-1"} {
		a := h.as("marc").get(path)
		for _, secret := range []string{"Claire", "moins de deux", "Domaines avec"} {
			if strings.Contains(a.text(), secret) {
				t.Errorf("%s tells %q", path, secret)
			}
		}
	}
	checked := h.as("marc").submit("/demandes/nouvelle", "verbe", "delegation.revoke", "delegation", "M-1", "pas", "verifier")
	if strings.Contains(strings.ToLower(checked.text()), "claire") || !strings.Contains(checked.text(), "Les règles ne permettent pas cette demande") {
		t.Error(checked.text())
	}
	h.as("claire").get("/delegations").wants(t, http.StatusOK, "physique.unistra.fr")
	if a := h.as("claire").get("/delegations"); strings.Contains(a.text(), "moins de deux") {
		t.Error("thin domains are for administrators")
	}
}

// A form about a right that comes after the end of its session is not lost.
func TestARightTypedTooLateIsKept(t *testing.T) {
	h := newHouse(t, demo)
	kept := h.browser().post("/demandes/nouvelle", "verbe", "delegation.grant", "personne", "marc", "acte.quota.set", "oui")
	back, err := url.Parse(kept.Header.Get("Location"))
	must(t, err)
	if form, _ := url.Parse(back.Query().Get("vers")); form.Query().Get("personne") != "marc" || form.Query().Get("acte.quota.set") != "oui" {
		t.Errorf("sent to %s", back)
	}
}
