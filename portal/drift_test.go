package portal

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/drift"
)

// compared gives the house something that differs: marc's mailbox is locked, and
// paul, whose mailbox is there, is gone.
func compared(t *testing.T) *house { return compare(t, newHouse(t, demo)) }

func compare(t testing.TB, h *house) *house {
	t.Helper()
	c := drift.Default()
	c.Populations = []drift.Population{{Name: "staff", FR: "personnels", EN: "staff", Affiliations: []string{"employee"}, Classes: []string{"staff_*"}, Class: "staff_s"}}
	p, err := drift.New(c, desk.Tariff{Currency: "€", Prices: []desk.Price{{Class: "staff_*", Each: 6400}}})
	must(t, err)
	h.desk.Drift, h.desk.Estate = p, desk.Estate{Populations: p.Populations(), Tariff: desk.Tariff{Currency: "€", Bought: 1 << 40, Prices: []desk.Price{{Class: "staff_*", Each: 6400}}}}
	h.later(time.Hour)
	h.mirror.SetDomains([]string{"physique.unistra.fr", "chimie.unistra.fr"})
	people := append([]desk.Person{}, cast...)
	people[1].MailState, people[1].Affiliation = "A", "employee"
	gone := desk.Account{ID: "id-paul", Address: "paul.gone@physique.unistra.fr", Owner: "paul", Status: "active", COS: "staff_s", Used: gib}
	must(t, h.mirror.LoadPeople(t.Context(), all(people), h.clock()))
	must(t, h.mirror.LoadAccounts(t.Context(), all(append(append([]desk.Account{}, boxes...), gone)), h.clock()))
	must(t, h.desk.Mark(t.Context()))
	return h
}

func TestDifferencesAreShownAndAPlanIsAskedFor(t *testing.T) {
	h := compared(t)
	for _, path := range []string{"/ecarts", "/tableau"} {
		h.as("jeanne").get(path).wants(t, http.StatusForbidden)
		h.as("claire").get(path).wants(t, http.StatusForbidden)
	}
	b := h.as("xavier")
	b.get("/ecarts").wants(t, http.StatusOK, "Compte sans personne", "paul.gone", "Ouvert dans l'annuaire, fermé sur Partage", "demandez-la avant de rouvrir", "Évolution", "-0,0064")
	b.get("/ecarts?causes=still.shut").wants(t, http.StatusOK, "marc.muller", "Un par un")
	seen := b.submit("/ecarts", "causes", "person.gone", "canari", "1", "pas", "voir")
	seen.wants(t, http.StatusOK, "Le plan", "1, dont 1 vérifiés avant tout autre", "1 × suppression d'un compte, risque élevé", "Réparer ces écarts")
	if id, _ := h.mirror.Next(); id != "D-1" {
		t.Fatal("looking at a plan asks for it")
	}
	asked := b.submit("/ecarts", append(seen.hidden(), "pas", "demander", "motif", "rentrée")...)
	asked.wants(t, http.StatusSeeOther)
	r, _ := h.mirror.Request("D-1")
	if r.State != desk.Waiting || r.Action.Verb != desk.DriftApply || len(r.Repairs.Parts) != 1 || r.Reason != "rentrée" {
		t.Fatalf("%s %s %+v", r.State, r.Action, r.Repairs)
	}
	b.submit("/ecarts", append(seen.hidden(), "pas", "demander", "motif", "rentrée")...).wants(t, http.StatusSeeOther)
	if id, _ := h.mirror.Next(); id != "D-2" {
		t.Error("the same form asks twice")
	}
	h.as("yves").get("/demandes/D-1").wants(t, http.StatusOK, "Le plan", "suppression d'un compte", "Votre décision")
	h.as("jeanne").get("/demandes/D-1").wants(t, http.StatusNotFound)
	if _, err := h.desk.Approve(t.Context(), "yves", desk.Portal, "D-1", r.Digest()); err != nil {
		t.Fatal(err)
	}
	must(t, h.desk.Conduct(t.Context(), "D-1"))
	h.as("yves").get("/demandes/D-1").wants(t, http.StatusOK, "Réparés et vérifiés", "En réparation", "D-2")
}

// From the row of a difference one leaves it as it is, with a reason; then it is apart.
func TestADifferenceIsLeftInThePortal(t *testing.T) {
	h := compared(t)
	b := h.as("xavier")
	link := regexp.MustCompile(`/demandes/nouvelle\?verbe=drift\.spare[^"]*paul\.gone[^"]*`).FindString(b.get("/ecarts").body)
	page := b.get(html.UnescapeString(link))
	if page.wants(t, http.StatusOK, "Laisser un écart tel quel"); !strings.Contains(page.body, `value="paul.gone@physique.unistra.fr"`) || !strings.Contains(page.body, `value="person.gone"`) {
		t.Errorf("%q is not filled in", link)
	}
	form := []string{"verbe", "drift.spare", "pas", "verifier", "adresse", "paul.gone@physique.unistra.fr", "cause", "person.gone", "au", "2026-12-31"}
	b.submit("/demandes/nouvelle", form...).wants(t, http.StatusUnprocessableEntity, "Dites pourquoi.")
	location := h.fill("xavier", desk.DriftSpare, "ne sera ni réparé ni compté", append(form[4:], "motif", "départ reporté")...)
	r, _ := h.mirror.Request("D-1")
	h.as("yves").get(location).wants(t, http.StatusOK, "départ reporté", "Votre décision")
	h.as("yves").submit(location+"/valider", "empreinte", r.Digest()).wants(t, http.StatusSeeOther)
	b.get("/ecarts").wants(t, http.StatusOK, "Laissés tels quels : 1", "Laissé tel quel jusqu'au 31 décembre 2026 (D-1)")
	b.submit("/ecarts", "causes", "person.gone", "pas", "voir").wants(t, http.StatusConflict, "il n'y a rien à demander")
}

// A plan that is no longer so, and what is no plan at all, get a clear sentence.
func TestAPlanThatIsNotThereIsNotAskedFor(t *testing.T) {
	h := compared(t)
	b := h.as("xavier")
	seen := b.submit("/ecarts", "causes", "person.gone", "pas", "voir")
	h.later(time.Minute)
	must(t, h.mirror.LearnPerson("paul", desk.Person{UID: "paul", MailState: "A"}, h.clock()))
	b.submit("/ecarts", append(seen.hidden(), "pas", "demander")...).wants(t, http.StatusConflict, "il n'y a rien à demander")
	for name, fields := range map[string][]string{
		"a cause that is none": {"causes", "<script>", "population", "<script>", "pas", "voir"},
		"numbers":              {"nombre", "-5", "canari", "99999999999999999999", "pas", "voir", "causes", "still.shut"},
		"another digest":       {"pas", "demander", "plan", "zzz", fieldOnce, seen.hidden()[slices.Index(seen.hidden(), fieldOnce)+1]},
	} {
		a := b.submit("/ecarts", fields...)
		if a.StatusCode < 400 || a.StatusCode >= 500 || strings.Contains(a.body, "<script>") {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	if id, _ := h.mirror.Next(); id != "D-1" {
		t.Error("something was asked")
	}
}

func TestTheDashboardIsShownInBothLanguages(t *testing.T) {
	h := compared(t)
	h.desk.Estate.Services = func() []desk.Service {
		return []desk.Service{{Name: "partage", Up: true, Latency: 182 * time.Millisecond, At: noon, Since: noon, History: []desk.Cell{{From: noon, Good: 1, Sum: time.Second}, {From: noon, Bad: 1}, {From: noon, Good: 1, Bad: 1}}}, {Name: "webmail"}}
	}
	b := h.as("xavier")
	b.get("/tableau").wants(t, http.StatusOK, "Tableau de bord", "personnels", "annuaire", "API de Partage", "182", "pas encore regardé", "Comptes d'une formule sans prix : 2.", "Évolution")
	b.lang = "en"
	b.get("/tableau").wants(t, http.StatusOK, "Dashboard", "staff", "directory", "Partage API", "not looked at yet", "By class of service")
	b.get("/ecarts").wants(t, http.StatusOK, "Account without person", "See the plan")
}

// The page of an account says more to who may see more.
func TestTheWholeAccountIsOnItsPage(t *testing.T) {
	h := compared(t)
	h.as("xavier").get("/adresses/"+string(marcBox)).wants(t, http.StatusOK, "Ce que dit chaque source", "verrouillé", "différent", "Marc Muller")
	h.as("marc").get("/adresses/"+string(marcBox)).wants(t, http.StatusOK, "Ce que dit chaque source", "actif")
	h.as("jeanne").get("/adresses/"+string(marcBox)).wants(t, http.StatusNotFound)
}

// The mailbox that a difference is about is one click away.
func TestADifferenceLeadsToItsMailbox(t *testing.T) {
	b := compared(t).as("xavier")
	_, rest, _ := strings.Cut(b.get("/ecarts").body, `<a href="/adresses/`)
	name, _, _ := strings.Cut(rest, `"`)
	b.get("/adresses/"+html.UnescapeString(name)).wants(t, http.StatusOK, "Ce que dit chaque source")
}
