package portal

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// kinds names the facts of a request after the first two, which ask it.
func (h *house) kinds(id desk.ID) (kinds []string) {
	for _, e := range h.facts(id)[2:] {
		kinds = append(kinds, strings.TrimPrefix(fmt.Sprintf("%s %T", e.By, e.Fact), "desk."))
	}
	return kinds
}

// Each line is one thing that somebody does to a request of jeanne that waits
// for the correspondents of physique or an administrator.
func TestDecisions(t *testing.T) {
	digest := func(h *house, id desk.ID) string {
		r, _ := h.mirror.Request(id)
		return r.Digest()
	}
	for _, x := range []struct {
		name   string
		who    desk.UID
		path   string
		bound  bool // sends the digest of the page
		status int
		said   string
		facts  []string
	}{
		{"the correspondent approves", "claire", "valider", true, 303, "", []string{"claire desk.Approved"}},
		{"an administrator approves", "xavier", "valider", true, 303, "", []string{"xavier desk.Approved"}},
		{"the correspondent refuses", "claire", "refuser", true, 303, "", []string{"claire desk.Refused"}},
		{"the asker withdraws", "jeanne", "annuler", false, 303, "", []string{"jeanne desk.Withdrawn"}},
		{"the asker approves", "jeanne", "valider", true, 403, "une autre personne doit la valider", nil},
		{"the asker refuses", "jeanne", "refuser", true, 403, "une autre personne doit la valider", nil},
		{"a stranger approves", "marc", "valider", true, 404, "Cette page n'existe pas", nil},
		{"a stranger refuses", "marc", "refuser", true, 404, "Cette page n'existe pas", nil},
		{"a stranger withdraws", "marc", "annuler", false, 404, "Cette page n'existe pas", nil},
		{"the approver withdraws", "claire", "annuler", false, 403, "n'est pas la vôtre", nil},
		{"approval without digest", "claire", "valider", false, 409, "a changé depuis que vous l'avez lue", nil},
		{"refusal without digest", "claire", "refuser", false, 409, "a changé depuis que vous l'avez lue", nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := newHouse(t, demo)
			id := h.ask("contact@physique.unistra.fr")
			fields := []string{"motif", "Ce nom prête à confusion."}
			if x.bound {
				fields = append(fields, "empreinte", digest(h, id))
			}
			h.as(x.who).submit("/demandes/"+string(id)+"/"+x.path, fields...).wants(t, x.status, x.said)
			if diff := cmp.Diff(x.facts, h.kinds(id)); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// Each line is one who changes that request, from its page.
func TestAmendments(t *testing.T) {
	both := func(who string) []string { return []string{who + " desk.Amended", who + " desk.Decided"} }
	for _, x := range []struct {
		name   string
		who    desk.UID
		value  string
		bound  bool
		status int
		said   string
		facts  []string
	}{
		{"the asker", "jeanne", "accueil@physique.unistra.fr", true, 303, "", both("jeanne")},
		{"an approver", "claire", "accueil@physique.unistra.fr", true, 303, "", both("claire")},
		{"a stranger", "marc", "accueil@physique.unistra.fr", true, 404, "Cette page n'existe pas", nil},
		{"without digest", "jeanne", "accueil@physique.unistra.fr", false, 409, "a changé depuis que vous l'avez lue", nil},
		{"to nothing", "jeanne", "", true, 422, "Il manque l'adresse de l'alias", nil},
		{"to nonsense", "jeanne", "<b>", true, 422, "n'est pas une adresse possible", nil},
		{"to the same", "jeanne", "contact@physique.unistra.fr", true, 409, "Il n'y a rien à changer", nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := newHouse(t, demo)
			id := h.ask("contact@physique.unistra.fr")
			fields := []string{"valeur", x.value}
			if r, _ := h.mirror.Request(id); x.bound {
				fields = append(fields, "empreinte", r.Digest())
			}
			h.as(x.who).submit("/demandes/"+string(id)+"/modifier", fields...).wants(t, x.status, x.said)
			if diff := cmp.Diff(x.facts, h.kinds(id)); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// A page drawn before a change decides nothing after it; the amender finds no
// buttons on the new one, and another approver does.
func TestAPageFromBeforeAnAmendment(t *testing.T) {
	h := newHouse(t, demo)
	id := string(h.ask("contact@physique.unistra.fr"))
	late := h.as("xavier")
	old := late.get("/demandes/" + id)
	old.wants(t, http.StatusOK, "Modifier…", "Votre décision")
	amender := h.as("claire")
	form := amender.get("/demandes/" + id)
	form.wants(t, http.StatusOK, "Nouvelle valeur")
	amender.submit("/demandes/"+id+"/modifier", append(form.hidden(), "valeur", "accueil@physique.unistra.fr")...).wants(t, http.StatusSeeOther)
	late.submit("/demandes/"+id+"/valider", old.hidden()...).wants(t, http.StatusConflict, "a changé depuis que vous l'avez lue")
	page := amender.get("/demandes/" + id)
	page.wants(t, http.StatusOK, "alias=accueil@physique.unistra.fr", "Modifiée par", "a modifié la demande, depuis le portail")
	if strings.Contains(page.text(), "Votre décision") {
		t.Error("the amender may judge")
	}
	now := late.get("/demandes/" + id)
	late.submit("/demandes/"+id+"/valider", now.hidden()...).wants(t, http.StatusSeeOther)
	if r, _ := h.mirror.Request(desk.ID(id)); r.State != desk.Ready {
		t.Errorf("approved: %s", r.State)
	}
}

// People read what happened to a request, not where it was posted.
func TestTheTimelineTellsWhatMatters(t *testing.T) {
	h := newHouse(t, demo)
	id := h.ask("contact@physique.unistra.fr")
	must(t, h.desk.Announce(t.Context(), id, desk.Announced{Role: desk.ToApprovers, Post: desk.Post{Channel: "c", ID: "p"}, Shows: desk.Waiting}))
	page := h.as("jeanne").get("/demandes/" + string(id))
	page.wants(t, 200, "Action exacte")
	page.wants(t, 200, "alias.add jeanne.dupont@physique.unistra.fr alias=contact@physique.unistra.fr")
	for _, noise := range []string{"Montrée", "continue"} {
		if strings.Contains(page.body, noise) {
			t.Errorf("the page says %q", noise)
		}
	}
}

// An administrator without a domain finds the inbox in the menu; a user does not.
func TestTheMenuIsForTheReader(t *testing.T) {
	h := newHouse(t, demo)
	for who, shown := range map[desk.UID]bool{"xavier": true, "claire": true, "marc": false} {
		if page := h.as(who).get("/demandes"); strings.Contains(page.body, `href="/a-valider"`) != shown {
			t.Errorf("inbox in the menu of %s: want %v", who, shown)
		}
	}
}

func TestTheSecondToDecideIsToldWhoWasFirst(t *testing.T) {
	h := newHouse(t, demo)
	id := h.ask("contact@physique.unistra.fr")
	late := h.as("xavier")
	page := late.get("/demandes/" + string(id))
	page.wants(t, http.StatusOK, "Votre décision")
	h.as("claire").submit("/demandes/"+string(id)+"/refuser", append(h.as("claire").get("/demandes/"+string(id)).hidden(), "motif", "Non.")...).wants(t, http.StatusSeeOther)
	told := late.submit("/demandes/"+string(id)+"/valider", page.hidden()...)
	told.wants(t, http.StatusConflict, "est déjà refusée")
	if strings.Contains(told.text(), "Votre décision") {
		t.Error("buttons are still there")
	}
	if diff := cmp.Diff([]string{"claire desk.Refused"}, h.kinds(id)); diff != "" {
		t.Error(diff)
	}
}

// Buttons are shown to those who can use them, and to nobody else.
func TestButtons(t *testing.T) {
	h := newHouse(t, demo)
	id := string(h.ask("contact@physique.unistra.fr"))
	const judge, withdraw = "Valider et appliquer", "Annuler la demande"
	for _, x := range []struct {
		who             desk.UID
		judge, withdraw bool
	}{{"jeanne", false, true}, {"claire", true, false}, {"xavier", true, false}} {
		said := h.as(x.who).get("/demandes/" + id).text()
		if strings.Contains(said, judge) != x.judge || strings.Contains(said, withdraw) != x.withdraw {
			t.Errorf("%s: judge %t, withdraw %t", x.who, strings.Contains(said, judge), strings.Contains(said, withdraw))
		}
	}
	h.as("claire").get("/").wants(t, http.StatusSeeOther)
	inbox := h.as("claire").get("/a-valider?d=" + id)
	inbox.wants(t, http.StatusOK, judge, "À valider 1")
	h.as("jeanne").submit("/demandes/"+id+"/annuler").wants(t, http.StatusSeeOther)
	h.as("claire").get("/a-valider").wants(t, http.StatusOK, "Rien à valider.")
}

func TestTheStartIsWhereSomethingWaits(t *testing.T) {
	h := newHouse(t, demo)
	for who, to := range map[desk.UID]string{"jeanne": "/mes-adresses", "claire": "/mes-adresses"} {
		if got := h.as(who).get("/").Header.Get("Location"); got != to {
			t.Errorf("%s starts at %s", who, got)
		}
	}
	h.ask("contact@physique.unistra.fr")
	if got := h.as("claire").get("/").Header.Get("Location"); got != "/a-valider" {
		t.Errorf("claire starts at %s", got)
	}
}

// What people wrote is shown as they wrote it, and is never markup.
func TestUserTextIsData(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	const evil = `<img src=x onerror=alert(1)> & "quoted" @all`
	form := []string{"verbe", "alias.add", "alias", "a@physique.unistra.fr", "compte", "jeanne", "motif", evil, "cle", strings.Repeat("A", 43), "pas", "envoyer"}
	b.submit("/demandes/nouvelle", form...).wants(t, http.StatusSeeOther)
	for _, path := range []string{"/demandes/D-1", "/adresses/" + string(jeanneBox)} {
		a := b.get(path)
		if strings.Contains(a.body, "<img") {
			t.Errorf("%s runs what was typed", path)
		}
		if !strings.Contains(a.body, "&lt;img src=x") {
			t.Errorf("%s does not show what was typed", path)
		}
	}
}

func TestALinkCodeBindsThePersonWhoIsSignedIn(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("jeanne")
	a := b.submit("/lier")
	a.wants(t, http.StatusOK, "/melusine lier", "pendant 10 minutes")
	_, code, _ := strings.Cut(a.text(), "/melusine lier ")
	code, _, _ = strings.Cut(code, " ")
	p, err := h.desk.Bind(t.Context(), "chat-account", code)
	if err != nil || p.UID != "jeanne" {
		t.Fatalf("%q binds %q: %v", code, p.UID, err)
	}
	b.get("/lier").wants(t, http.StatusOK, "Un compte Mattermost est lié à vous.")
	if strings.Contains(h.log.String(), code) {
		t.Error("the code is in the log")
	}
}

// Who comes from a card of the chat sees whether it still is what the card showed.
func TestThePageOfACard(t *testing.T) {
	h := newHouse(t, demo)
	id := h.ask("contact@physique.unistra.fr")
	r, _ := h.mirror.Request(id)
	page := "/demandes/" + string(id) + "?empreinte=" + r.Digest()
	h.as("claire").get(page).wants(t, 200, "contact@physique.unistra.fr")
	if _, err := h.desk.Amend(t.Context(), "jeanne", desk.Portal, id, "", "accueil@physique.unistra.fr"); err != nil {
		t.Fatal(err)
	}
	h.as("claire").get(page).wants(t, 409, "a changé depuis que vous l'avez lue")
	h.as("marc").get(page).wants(t, 404, "")
}

// What a request acts on is named as what it is, and not at all if it is nothing.
func TestWhatARequestActsOn(t *testing.T) {
	pg := page{lang: "fr", zone: time.UTC, present: noon, name: func(desk.UID) string { return "" }}
	for text, want := range map[string]string{
		"house.freeze": "",
		"quota.set " + string(jeanneBox) + " size=2G":                                          "Compte " + string(jeanneBox),
		"list.delete equipe@physique.unistra.fr":                                               "Adresse de la liste, du groupe ou de l'alias 1→N equipe@physique.unistra.fr",
		"tree.withdraw physique.unistra.fr":                                                    "Domaine physique.unistra.fr",
		"address.release libre@physique.unistra.fr":                                            "Adresse libre@physique.unistra.fr",
		"drift.spare " + string(jeanneBox) + " cause=still.shut until=2026-12-31":              "Adresse " + string(jeanneBox),
		"delegation.grant claire domains=physique.unistra.fr from=2026-12-01 until=2027-12-01": "Personne claire",
	} {
		action, err := desk.ParseAction(text)
		must(t, err)
		d := dossier{Request: desk.Request{ID: "D-1", By: "xavier", Action: action, State: desk.Settled, Asked: noon}}
		if action.Verb == desk.DelegationGrant {
			d.Owner = "claire"
		}
		var b strings.Builder
		must(t, requestBody(pg, d).Render(t.Context(), &b))
		_, facts, _ := strings.Cut(b.String(), `<dl class="facts">`)
		facts, _, _ = strings.Cut(facts, "<dt>Action exacte")
		if got := strings.ReplaceAll(answer{body: facts}.text(), " @", "@"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What stands against a change of a request is said of the change, not of the page.
func TestAnAmendmentThatIsRefused(t *testing.T) {
	h := newHouse(t, demo)
	id := h.ask("contact@physique.unistra.fr")
	a := h.as("jeanne").submit("/demandes/"+string(id)+"/modifier", "empreinte", h.digest(id), "valeur", "contact@nulle.part")
	a.wants(t, http.StatusNotFound, "D-1 ·", "nulle.part")
	if strings.Contains(a.text(), "Cette page n'existe pas") {
		t.Error(a.text())
	}
}
