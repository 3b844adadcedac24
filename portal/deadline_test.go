package portal

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// days counts every day as worked.
type days struct{}

func (days) Add(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }

// newDatedHouse asks for an alias that is to be answered within two days, and
// ends after ten.
func newDatedHouse(t *testing.T) (*house, string) {
	t.Helper()
	h := newHouse(t, demo)
	h.desk.Terms = desk.Terms{Calendar: days{}, Deadline: 2, Expiry: 10}
	return h, "/demandes/" + string(h.ask("contact@physique.unistra.fr"))
}

// pass lets days go by, in which people and accounts are read again.
func (h *house) pass(n int) {
	h.t.Helper()
	h.later(time.Duration(n) * 24 * time.Hour)
	must(h.t, h.mirror.LoadPeople(h.t.Context(), all(cast), h.clock()))
	must(h.t, h.mirror.LoadAccounts(h.t.Context(), all(boxes), h.clock()))
}

// The request and the list of what waits say by when, to both sides.
func TestDeadlinesAreShown(t *testing.T) {
	h, page := newDatedHouse(t)
	due, end := "mercredi 25 novembre, 12 h", "jeudi 3 décembre, 12 h"
	for _, who := range []desk.UID{"jeanne", "claire"} {
		h.as(who).get(page).wants(t, http.StatusOK, "Réponse attendue", "avant "+due, "Sinon, prend fin", end)
	}
	h.as("claire").get("/a-valider").wants(t, http.StatusOK, "Réponse attendue avant "+due)
}

// Who comes after the end is told so, on the page that still had its buttons;
// the asker asks again by one click, and finds the same request at the second.
func TestAskAgain(t *testing.T) {
	h, page := newDatedHouse(t)
	judge := h.as("claire")
	form := judge.get(page)
	h.pass(10)
	judge = h.as("claire") // the session has ended meanwhile
	judge.submit(page+"/valider", form.hidden()...).wants(t, http.StatusConflict, "a pris fin, car personne n'y a répondu à temps")
	judge.get("/a-valider").wants(t, http.StatusOK, "Rien à valider")
	asker := h.as("jeanne")
	asker.submit(page+"/redemander").wants(t, http.StatusConflict, "n'a pas pris fin faute de réponse")
	must(t, h.desk.Pursue(t.Context(), "D-1", false))
	asker.get(page).wants(t, http.StatusOK, "Sans réponse", "rien n'a été modifié", "Redemander", "Sans réponse à temps, la demande a pris fin.")
	if text := judge.get(page).text(); strings.Contains(text, "Redemander") {
		t.Error("the approver may ask again")
	}
	judge.submit(page+"/redemander").wants(t, http.StatusForbidden, "n'est pas la vôtre")
	for range 2 {
		a := asker.submit(page + "/redemander")
		a.wants(t, http.StatusSeeOther)
		if to := a.Header.Get("Location"); to != "/demandes/D-2" {
			t.Errorf("sent to %s", to)
		}
	}
	if r, _ := h.mirror.Request("D-2"); r.State != desk.Waiting || r.By != "jeanne" || r.Via != desk.Portal {
		t.Errorf("asked %+v", r)
	}
}

// Who asked has the approvers reminded once a working day: before, and at the second
// click, the page says when, and nothing is done. Nobody else can.
func TestNudge(t *testing.T) {
	h, page := newDatedHouse(t)
	h.desk.Terms.Calendar = closing{}
	asker := h.as("jeanne")
	asker.get(page).wants(t, http.StatusOK, "vous pourrez relancer à partir du 23 novembre 2026 à 13 h 00")
	asker.submit(page+"/relancer").wants(t, http.StatusConflict, "viennent d'être prévenues")
	h.later(time.Hour)
	shown := asker.get(page)
	shown.wants(t, http.StatusOK, "Relancer les personnes qui peuvent décider")
	h.as("claire").submit(page+"/relancer").wants(t, http.StatusForbidden, "n'est pas la vôtre")
	h.as("marc").submit(page+"/relancer").wants(t, http.StatusNotFound)
	asker.submit(page+"/relancer").wants(t, http.StatusSeeOther)
	again := asker.submit(page + "/relancer")
	again.wants(t, http.StatusConflict, "viennent d'être prévenues", "Relancées le 23 novembre 2026 à 13 h 00", "a demandé qu'on relance", "à partir du 24 novembre 2026 à 13 h 00")
	if strings.Contains(again.body, "/relancer\"") {
		t.Error("the button is still there")
	}
	if text := h.as("claire").get(page).text(); strings.Contains(text, "relancer à partir") {
		t.Error("the approver is told when to nudge")
	}
	if r, _ := h.mirror.Request("D-1"); r.Nudges != 1 {
		t.Errorf("%d nudges", r.Nudges)
	}
}

// closing is a calendar whose days close at one.
type closing struct{}

func (closing) Add(t time.Time, n int) time.Time {
	end := time.Date(t.Year(), t.Month(), t.Day(), 13, 0, 0, 0, t.Location())
	if n == 0 && !t.Before(end) {
		n = 1
	}
	return end.AddDate(0, 0, n)
}
