package portal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// Each line sends a form of a page that was opened before something happened: after
// the back button, from a second tab, or by a second click. Who sends it is told what
// happened meanwhile, with its name for it, and nothing is done twice.
func TestAPageOpenedBeforeSomethingHappened(t *testing.T) {
	approve := func(who desk.UID) func(*house) {
		return func(h *house) {
			_, err := h.desk.Approve(h.t.Context(), who, desk.Chat, "D-1", "")
			must(h.t, err)
		}
	}
	for _, x := range []struct {
		name      string
		opens     desk.UID
		meanwhile func(*house) // nil: the same form was sent already
		path      string
		typed     []string
		said      string
		facts     []string // after those that asked it
	}{
		{"approve twice", "claire", nil, "valider", nil, "est déjà validée", []string{"claire desk.Approved"}},
		{"refuse twice", "claire", nil, "refuser", []string{"motif", "non"}, "est déjà refusée", []string{"claire desk.Refused"}},
		{"withdraw twice", "jeanne", nil, "annuler", nil, "est déjà annulée", []string{"jeanne desk.Withdrawn"}},
		{"change twice", "jeanne", nil, "modifier", []string{"valeur", "accueil@physique.unistra.fr"}, "a changé depuis que vous l'avez lue", []string{"jeanne desk.Amended", "jeanne desk.Decided"}},
		{"approve what somebody approved", "xavier", approve("claire"), "valider", nil, "est déjà validée", []string{"claire desk.Approved"}},
		{"refuse what somebody approved", "xavier", approve("claire"), "refuser", []string{"motif", "non"}, "est déjà validée", []string{"claire desk.Approved"}},
		{"change what somebody approved", "jeanne", approve("claire"), "modifier", []string{"valeur", "accueil@physique.unistra.fr"}, "est déjà validée", []string{"claire desk.Approved"}},
		{"nudge about what somebody approved", "jeanne", approve("claire"), "relancer", nil, "est déjà validée", []string{"claire desk.Approved"}},
		{"approve what its asker withdrew", "claire", func(h *house) {
			_, err := h.desk.Withdraw(h.t.Context(), "jeanne", desk.Chat, "D-1")
			must(h.t, err)
		}, "valider", nil, "est déjà annulée", []string{"jeanne desk.Withdrawn"}},
		{"withdraw what is done", "jeanne", func(h *house) {
			approve("claire")(h)
			h.carries("D-1", func(a desk.Account) desk.Account { return a })
		}, "annuler", nil, "est déjà validée par Claire Weber et appliquée", []string{"claire desk.Approved", " desk.Started", " desk.Done"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			h := newHouse(t, demo)
			id := h.ask("contact@physique.unistra.fr")
			b, page := h.as(x.opens), "/demandes/"+string(id)
			opened := b.get(page)
			send := func() answer { return b.submit(page+"/"+x.path, append(opened.hidden(), x.typed...)...) }
			if x.meanwhile == nil {
				send().wants(t, http.StatusSeeOther)
			} else {
				x.meanwhile(h)
			}
			late := send()
			late.wants(t, http.StatusConflict, x.said)
			if strings.Contains(late.body, `action="`+page+"/"+x.path+`"`) && x.path != "modifier" {
				t.Error("the form is still there")
			}
			var kinds []string
			for _, k := range h.kinds(id) {
				kinds = append(kinds, strings.Replace(k, string(desk.System)+" ", " ", 1))
			}
			if diff := cmp.Diff(x.facts, kinds); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// Two tabs change one request: the first counts, the second is told, and sees what
// the first made of it.
func TestTwoTabsEditOneRequest(t *testing.T) {
	h := newHouse(t, demo)
	page := "/demandes/" + string(h.ask("contact@physique.unistra.fr"))
	b := h.as("jeanne")
	one, two := b.get(page), b.get(page)
	b.submit(page+"/modifier", append(one.hidden(), "valeur", "accueil@physique.unistra.fr")...).wants(t, http.StatusSeeOther)
	told := b.submit(page+"/modifier", append(two.hidden(), "valeur", "bureau@physique.unistra.fr")...)
	told.wants(t, http.StatusConflict, "a changé depuis que vous l'avez lue", "alias=accueil@physique.unistra.fr")
	if r, _ := h.mirror.Request("D-1"); r.Action.Arg("alias") != "accueil@physique.unistra.fr" || r.Version != 1 {
		t.Errorf("%s, version %d", r.Action, r.Version)
	}
	b.submit(page+"/modifier", append(told.hidden(), "valeur", "bureau@physique.unistra.fr")...).wants(t, http.StatusSeeOther)
}
