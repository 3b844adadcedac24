package portal

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// One administrator freezes from the portal, everybody is told on every page,
// and it takes another one to end it.
func TestFreezeAndThawInThePortal(t *testing.T) {
	h := newHouse(t, demo)
	h.as("jeanne").get("/surete").wants(t, http.StatusNotFound)
	page := h.as("xavier").get("/surete")
	page.wants(t, http.StatusOK, "Les demandes acceptées partent vers Partage.", "Aucune demande n'est retenue.", "Geler les envois")
	h.send("xavier", desk.HouseFreeze)
	if _, frozen := h.mirror.Freeze(); !frozen {
		t.Fatal("not frozen")
	}
	h.as("jeanne").get("/mes-adresses").wants(t, http.StatusOK, "Les envois à Partage sont gelés depuis le")
	h.as("yves").get("/surete").wants(t, http.StatusOK, "Xavier Pierre a gelé les envois à Partage", "Lever le gel")
	h.send("yves", desk.HouseThaw)
	if _, frozen := h.mirror.Freeze(); !frozen {
		t.Fatal("thawed by one")
	}
	if _, err := h.desk.Approve(t.Context(), "xavier", desk.Portal, "D-2", ""); err != nil {
		t.Fatal(err)
	}
	if body := h.as("jeanne").get("/mes-adresses").body; strings.Contains(body, "gelés") {
		t.Error("still told as frozen")
	}
}

// What a brake holds is shown with its limit, and may be released from there.
func TestHeldRequestsAreShown(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.Brakes = desk.Brakes{Person: 0, Domain: 1, Verb: 1, All: 1}
	id := h.removal()
	must(t, h.desk.Hold(t.Context(), id))
	h.as("xavier").get("/surete").wants(t, http.StatusOK, string(id), "retenue", "Libérer les demandes retenues")
	h.as("jeanne").get("/demandes/"+string(id)).wants(t, http.StatusOK, "retenue avant tout envoi")
}

// Who is asked to release is shown what would go on.
func TestAReleaseShowsWhatItReleases(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.Brakes = desk.Brakes{Person: 0, Domain: 1, Verb: 1, All: 1}
	id := h.removal()
	must(t, h.desk.Hold(t.Context(), id))
	h.send("xavier", desk.BrakeRelease)
	h.as("yves").get("/demandes/D-2").wants(t, http.StatusOK, "Demandes que cela libère : 1.", string(id)+" · ", "Votre décision")
}

// removal is jeanne asking to take an alias of hers away.
func (h *house) removal() desk.ID {
	h.t.Helper()
	a, err := desk.NewAction(desk.AliasRemove, string(jeanneBox), map[string]string{"alias": string(h.mirror.Account(jeanneBox).Aliases[0])})
	must(h.t, err)
	r, err := h.desk.Ask(context.Background(), desk.Asking{By: "jeanne", Via: desk.Portal, Action: a, Key: "removal"})
	must(h.t, err)
	return r.ID
}

// send has somebody send the form of a verb that takes nothing but a reason.
func (h *house) send(who desk.UID, verb desk.Verb) {
	h.t.Helper()
	b := h.as(who)
	b.get("/demandes/nouvelle?verbe="+string(verb)).wants(h.t, http.StatusOK, "Motif")
	checked := b.submit("/demandes/nouvelle", "verbe", string(verb), "motif", "incident", "pas", "verifier")
	checked.wants(h.t, http.StatusOK, "Ce que vous demandez", "incident")
	b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...).wants(h.t, http.StatusSeeOther)
}

// A damaged journal is told on every page, in other words than a freeze.
func TestADamagedJournalIsTold(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.View = ruined{h.desk.View, desk.Event{At: h.clock(), Fact: desk.Frozen{Cause: desk.ByDamage}}}
	page := h.as("jeanne").get("/mes-adresses")
	page.wants(t, http.StatusOK, "Le journal de Mélusine est abîmé", "Rien n'est enregistré ni envoyé")
	if strings.Contains(page.body, "comme d'habitude") {
		t.Error("told as a mere freeze")
	}
}

type ruined struct {
	desk.View
	freeze desk.Event
}

func (r ruined) Freeze() (desk.Event, bool) { return r.freeze, true }
