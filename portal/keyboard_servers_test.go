//go:build servers

package portal

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/unistra/melusine/internal/desk"
)

// What begins on the page of a list, of differences or of a request, each with
// nothing but a keyboard: nothing is filled in that the page knows, all else is typed.
func TestFromItsPageByKeyboard(t *testing.T) {
	h, address := serve(t)
	compare(t, withLists(h))
	b := open(t, address)
	b.look(1280, "light")
	send := func() {
		b.tabTo(`e.value === "verifier"`)
		b.press(kb.Enter)
		b.reach(`document.querySelector("button[value=envoyer]")`)
		b.judge("check-from-its-page-desktop-light")
		b.tabTo(`e.value === "envoyer"`)
		b.press(kb.Enter)
	}
	t.Run("add to a list", func(t *testing.T) {
		b.become("claire")
		b.visit("/listes")
		b.tabTo(`e.closest("th") && decodeURIComponent(e.href).endsWith("/` + string(team) + `")`)
		b.press(kb.Enter)
		b.reach(`decodeURIComponent(location.pathname) === "/listes/` + string(team) + `"`)
		b.tabTo(`e.href?.includes("verbe=list.add")`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("arg-members")`)
		b.tabTo(`e.id === "arg-members"`)
		b.press("marc.muller@physique.unistra.fr")
		b.tabTo(`e.id === "motif"`)
		b.press("arrivée")
		send()
		b.reach(`location.pathname === "/demandes/D-1"`)
		if r, _ := h.mirror.Request("D-1"); r.Action.String() != "list.add "+string(team)+" members=marc.muller@physique.unistra.fr" || r.Reason != "arrivée" || r.By != "claire" {
			t.Errorf("asked %s, %q", r.Action, r.Reason)
		}
	})
	t.Run("leave a difference", func(t *testing.T) {
		b.become("xavier")
		b.visit("/ecarts")
		b.tabTo(`e.href?.includes("drift.spare") && decodeURIComponent(e.href).includes("paul.gone@")`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("au")`)
		b.tabTo(`e.id === "au"`)
		b.press("12312026") // the browser's own field of a day, in its own order
		b.tabTo(`e.id === "motif"`)
		b.press("part en retraite")
		send()
		b.reach(`location.pathname === "/demandes/D-2"`)
		if r, _ := h.mirror.Request("D-2"); r.Action.String() != "drift.spare paul.gone@physique.unistra.fr cause=person.gone until=2026-12-31" || r.Reason != "part en retraite" {
			t.Errorf("asked %s, %q", r.Action, r.Reason)
		}
	})
	t.Run("remind the approvers", func(t *testing.T) {
		h.pass(1)
		b.become("xavier") // the session has ended meanwhile
		b.visit("/demandes/D-2")
		b.tabTo(`e.closest("form[action$='/relancer']")`)
		b.press(kb.Enter)
		b.reach(`document.body.innerText.includes("Relancées le")`)
		if r, _ := h.mirror.Request("D-2"); r.Nudges != 1 {
			t.Errorf("%d reminders", r.Nudges)
		}
	})
	t.Run("decide on two together", func(t *testing.T) {
		first, second := h.ask("contact@physique.unistra.fr"), h.ask("accueil@physique.unistra.fr")
		b.become("yves")
		b.visit("/a-valider/lot?d=" + string(first) + "&d=" + string(second))
		b.tabTo(`e.value?.startsWith("` + string(second) + `:")`)
		b.press(" ")
		b.tabTo(`e.value === "valider"`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("h-results")`)
		for id, votes := range map[desk.ID]int{first: 1, second: 0} {
			if r, _ := h.mirror.Request(id); len(r.Votes) != votes {
				t.Errorf("%s: %d votes", id, len(r.Votes))
			}
		}
	})
	b.silent()
}
