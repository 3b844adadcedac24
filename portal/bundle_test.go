package portal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// Requests are judged together, each recorded by itself and as it was shown.
func TestDecidingTogether(t *testing.T) {
	h := newHouse(t, demo)
	one, two, three := h.ask("a@physique.unistra.fr"), h.ask("b@physique.unistra.fr"), h.ask("c@physique.unistra.fr")
	b := h.as("claire")
	b.get("/a-valider").wants(t, http.StatusOK, "Voir ensemble les demandes cochées")
	shown := b.get("/a-valider/lot?d=" + string(one) + "&d=" + string(two) + "&d=D-99")
	if shown.wants(t, http.StatusOK, string(one), string(two), "a@physique.unistra.fr", "Motif : accueil du public"); strings.Contains(shown.text(), string(three)) {
		t.Error("one that was not chosen is there")
	}
	b.lang = "en"
	b.get("/a-valider/lot?d="+string(one)).wants(t, http.StatusOK, "Reason: accueil du public")
	b.lang = "fr"
	name := func(id desk.ID) string { return string(id) + ":" + h.digest(id) }
	a := b.submit("/a-valider/lot", "pas", "valider", "d", name(one), "d", name(two), "d", string(three)+":stale", "d", string(three), "d", "D-99:x", "d", "x")
	a.wants(t, http.StatusOK, "Ce qu'il en est", string(one), string(two))
	for id, want := range map[desk.ID]int{one: 1, two: 1, three: 0} {
		if r, _ := h.mirror.Request(id); len(r.Votes) != want {
			t.Errorf("%s has %d votes", id, len(r.Votes))
		}
	}
	a = b.submit("/a-valider/lot", "pas", "valider", "d", name(one)) // the form once more
	if r, _ := h.mirror.Request(one); len(r.Votes) != 1 {
		t.Errorf("counted twice: %s", a.text())
	}
	b.submit("/a-valider/lot", "pas", "refuser", "motif", "non", "d", name(three)).wants(t, http.StatusOK)
	if r, _ := h.mirror.Request(three); r.State != desk.Rejected || r.Refusal != "non" {
		t.Errorf("it is %s", r.State)
	}
	b.submit("/a-valider/lot", "pas", "autre", "d", name(three)).wants(t, http.StatusBadRequest)
}

// Nobody judges together what they may not judge alone, and what is of high risk
// is judged alone.
func TestWhatIsNotDecidedTogether(t *testing.T) {
	h := newHouse(t, demo)
	h.desk.StepUp = desk.StandardStepUp()
	id, closing := h.ask("a@physique.unistra.fr"), h.closing()
	for who, of := range map[desk.UID]desk.ID{"jeanne": id, "marc": id, "xavier": closing, "yves": closing} {
		b := h.as(who)
		if a := b.get("/a-valider/lot?d=" + string(of)); !strings.Contains(a.text(), "Plus rien à décider ici.") {
			t.Errorf("%s is shown %s", who, a.text())
		}
		b.submit("/a-valider/lot", "pas", "valider", "d", string(of)+":"+h.digest(of)).wants(t, http.StatusOK)
		if r, _ := h.mirror.Request(of); len(r.Votes) != 0 {
			t.Errorf("%s approved", who)
		}
	}
	if a := h.as("yves").get("/a-valider"); strings.Contains(a.body, `name="d" value="`+string(closing)) {
		t.Error("what is of high risk can be ticked")
	}
}

// Those that were asked together are shown together.
func TestABatchIsABundle(t *testing.T) {
	h := newHouse(t, demo)
	var rows []desk.Action
	for _, alias := range []string{"a@physique.unistra.fr", "b@physique.unistra.fr"} {
		action, err := desk.NewAction(desk.AliasAdd, string(jeanneBox), map[string]string{"alias": alias})
		must(t, err)
		rows = append(rows, action)
	}
	asked, _, err := h.desk.AskAll(t.Context(), desk.Order{By: "jeanne", Via: desk.Portal, Key: "k", Rows: rows, Whole: true})
	must(t, err)
	b := h.as("claire")
	b.get("/a-valider").wants(t, http.StatusOK, "2 demandes faites ensemble")
	b.get("/a-valider/lot?lot="+escape(asked[0].Batch)).wants(t, http.StatusOK, "a@physique.unistra.fr", "b@physique.unistra.fr")
	if a := h.as("marc").get("/a-valider/lot?lot=" + escape(asked[0].Batch)); strings.Contains(a.text(), "a@physique") {
		t.Error("shown to a stranger")
	}
}
