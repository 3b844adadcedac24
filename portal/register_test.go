package portal

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// carries does to the mirror what the executor would do on Partage.
func (h *house) carries(id desk.ID, after func(desk.Account) desk.Account) {
	h.t.Helper()
	r, _ := h.mirror.Request(id)
	before := h.mirror.Account(desk.Address(r.Action.Target))
	for _, f := range []desk.Fact{desk.Started{Attempt: 1, Before: before, Until: h.clock()}, desk.Done{Attempt: 1, Proof: after(before)}} {
		_, err := h.desk.Change(h.t.Context(), id, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil })
		must(h.t, err)
	}
}

// An alias is asked for until a day, shown with it on one's own page, renewed
// there by one click, once.
func TestAnAliasWithAnEnd(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.Keeping = desk.StandardKeeping()
	b := h.as("jeanne")
	b.get("/demandes/nouvelle?verbe=alias.add").wants(t, http.StatusOK, "Jusqu'au (compris)")
	wrong := b.submit("/demandes/nouvelle", "verbe", "alias.add", "compte", string(jeanneBox), "alias", "colloque@physique.unistra.fr", "arg-until", "2020-01-01", "pas", "verifier")
	wrong.wants(t, http.StatusUnprocessableEntity, "Donnez un dernier jour à venir")
	checked := b.submit("/demandes/nouvelle", "verbe", "alias.add", "compte", string(jeanneBox), "alias", "colloque@physique.unistra.fr", "arg-until", "2026-12-10", "pas", "verifier")
	checked.wants(t, http.StatusOK, "jusqu'au 10 décembre 2026 compris")
	b.submit("/demandes/nouvelle", append(checked.hidden(), "pas", "envoyer")...).wants(t, http.StatusSeeOther)
	r, _ := h.mirror.Request("D-1")
	if r.Action.Arg("until") != "2026-12-10" {
		t.Fatalf("%s", r.Action)
	}
	_, err := h.desk.Approve(t.Context(), "claire", desk.Portal, "D-1", r.Digest())
	must(t, err)
	h.carries("D-1", func(a desk.Account) desk.Account {
		a.Aliases = append([]desk.Address{"colloque@physique.unistra.fr"}, a.Aliases...)
		return a
	})
	h.as("xavier").get("/registre/colloque@physique.unistra.fr").wants(t, http.StatusOK, "alias de Jeanne Dupont", "par la demande D-1", "jusqu'au 10 décembre 2026 compris")
	h.as("marc").get("/registre/colloque@physique.unistra.fr").wants(t, http.StatusNotFound)
	h.as("marc").get("/registre/rien").wants(t, http.StatusNotFound)

	own := b.get("/mes-adresses")
	own.wants(t, http.StatusOK, "jusqu'au 10 décembre 2026 compris", "Prolonger")
	form := own.body[strings.Index(own.body, `value="alias.renew"`)-200:]
	hidden := answer{Response: own.Response, body: form[:strings.Index(form, "</form>")]}.hidden()
	for range 2 { // a click that is sent twice asks once
		b.submit("/demandes/nouvelle", append(hidden, "pas", "envoyer")...).wants(t, http.StatusSeeOther)
	}
	if next, _ := h.mirror.Next(); next != "D-3" {
		t.Errorf("next is %s", next)
	}
	r, _ = h.mirror.Request("D-2")
	if r.Action.Verb != desk.AliasRenew || r.State != desk.Ready || r.Action.Arg("until") != "2027-11-24" {
		t.Errorf("%s is %s", r.Action, r.State)
	}
}

// What is freed is in quarantine, and says so; two administrators release it.
func TestReleaseInThePortal(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.Keeping = desk.StandardKeeping()
	action, err := desk.ParseAction("alias.remove " + string(jeanneBox) + " alias=j.dupont@physique.unistra.fr")
	must(t, err)
	_, err = h.desk.Ask(t.Context(), desk.Asking{By: "jeanne", Via: desk.Chat, Action: action, Key: "k"})
	must(t, err)
	h.carries("D-1", func(a desk.Account) desk.Account { a.Aliases = nil; return a })
	h.later(time.Hour)
	h.as("xavier").get("/disponibilite?adresse=j.dupont@physique.unistra.fr").wants(t, http.StatusOK, "en quarantaine jusqu'au 23 novembre 2031")
	page := h.as("xavier").get("/registre/j.dupont@physique.unistra.fr")
	page.wants(t, http.StatusOK, "libérée le 23 novembre 2026, par la demande D-1", "Libérer de la quarantaine")
	location := h.fill("xavier", desk.AddressRelease, "pourra être donnée à n'importe qui", "adresse", "j.dupont@physique.unistra.fr")
	r, _ := h.mirror.Request("D-2")
	h.as("yves").submit(location+"/valider", "empreinte", r.Digest()).wants(t, http.StatusSeeOther)
	h.as("xavier").get("/disponibilite?adresse=j.dupont@physique.unistra.fr").wants(t, http.StatusOK, "Adresse disponible")
	h.as("xavier").get("/registre/j.dupont@physique.unistra.fr").wants(t, http.StatusOK, "quarantaine levée par la demande D-2")
}
