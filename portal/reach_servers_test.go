//go:build servers

package portal

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/unistra/melusine/internal/desk"
)

// tabTo presses Tab until the condition is true of the element that has the focus,
// e, and says so if the focus is ever out of sight or without its mark, or goes back:
// in the page, or up and to the left on the screen.
func (b *tab) tabTo(condition string) {
	b.t.Helper()
	for range 120 {
		b.js(`window.left = document.activeElement; ""`)
		b.do(chromedp.KeyEvent(kb.Tab))
		said := b.js(`(() => {
			const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
			if (e === document.body) return "";
			const left = window.left, from = left.getBoundingClientRect();
			const back = left !== document.body && (left.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING || box.bottom <= from.top && box.right <= from.left);
			if (back) return "lost: back to " + e.outerHTML.slice(0, 120) + " from " + left.outerHTML.slice(0, 120);
			const bare = style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2;
			const out = box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth;
			const middle = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + Math.min(box.height / 2, 8));
			const under = middle && !e.contains(middle) && !middle.contains(e);
			if (bare || out || under) return "lost: " + e.outerHTML.slice(0, 120) + (bare ? " no outline" : "") + (out ? " out of sight" : "") + (under ? " under " + middle.outerHTML.slice(0, 80) : "");
			return (` + condition + `) ? "there" : "";
		})()`)
		if said == "there" {
			return
		}
		if strings.HasPrefix(said, "lost") {
			b.t.Fatal(said)
		}
	}
	b.t.Fatalf("never %s; the page says %s", condition, b.js("document.body.innerText"))
}

func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// The five main tasks, each with nothing but a keyboard, from its page on.
func TestTheFiveTasksByKeyboard(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	b.look(1280, "light")
	t.Run("ask for an alias", func(t *testing.T) {
		b.become("jeanne")
		b.visit("/demandes/nouvelle?verbe=alias.add")
		b.tabTo(`e.id === "alias"`)
		b.press("contact@physique.unistra.fr")
		b.tabTo(`e.value === "verifier"`)
		b.press(kb.Enter)
		b.reach(`document.querySelector("button[value=envoyer]")`)
		b.tabTo(`e.value === "envoyer"`)
		b.press(kb.Enter)
		b.reach(`location.pathname === "/demandes/D-1"`)
	})
	t.Run("withdraw", func(t *testing.T) {
		id := h.ask("accueil@physique.unistra.fr")
		b.visit("/demandes/" + string(id))
		b.tabTo(`e.closest("form[action$='/annuler']")`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("live").innerText.includes("nnulée")`)
	})
	t.Run("approve", func(t *testing.T) {
		b.become("claire")
		b.visit("/a-valider")
		b.tabTo(`e.closest("form[action$='/valider']")`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("live").innerText.includes("Claire Weber a validé")`)
	})
	t.Run("refuse", func(t *testing.T) {
		id := h.ask("chef@physique.unistra.fr")
		b.visit("/demandes/" + string(id))
		b.press("r")
		b.until(`document.activeElement.id === "motif-refus"`)
		b.press("Ce nom prête à confusion.")
		b.tabTo(`e.closest("form[action$='/refuser']") && e.tagName === "BUTTON"`)
		b.press(kb.Enter)
		b.reach(`document.getElementById("live").innerText.includes("prête à confusion")`)
	})
	t.Run("find", func(t *testing.T) {
		b.visit("/aide")
		b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
		b.until(`document.activeElement.id === "palette-q"`)
		b.press("passe " + string(jeanneBox) + " à 8 Go")
		b.until(`document.querySelector("#palette-list [aria-selected=true]")?.dataset.href.includes("quota.set")`)
		b.judge("palette-desktop-light")
		b.press(kb.Enter)
		b.reach(`location.search.includes("quota.set") && document.getElementById("taille").value === "8"`)
	})
	b.silent()
	if r, _ := h.mirror.Request("D-1"); len(r.Votes) != 1 {
		t.Errorf("approved: %+v", r.Votes)
	}
}

// Single keys do nothing when switched off, nor where somebody types.
func TestSingleKeysCanBeSwitchedOff(t *testing.T) {
	_, address := serve(t)
	b := open(t, address)
	b.become("jeanne")
	b.press("/")
	b.until(`document.activeElement.id === "search"`)
	b.press("g?")
	if typed := b.js(`document.getElementById("search").value`); !strings.HasSuffix(typed, "g?") || b.js("location.pathname") != "/mes-adresses" {
		t.Errorf("typed %q", typed)
	}
	b.visit("/preferences")
	b.do(chromedp.Click(chromedp.CSS("input[name=touches][value=non]")), chromedp.Click(chromedp.CSS("input[name=theme][value=dark]")), chromedp.Click(chromedp.CSS("main form button")))
	b.reach(`location.search === "?garde=oui"`)
	b.press("/")
	if b.js(`document.activeElement.id`) == "search" || b.js(`document.documentElement.dataset.theme`) != "dark" {
		t.Error("the choices are not kept")
	}
	b.silent()
}

// At 400 % a screen of 1280 is 320 wide: nothing scrolls both ways, and nothing
// that can be used is cut off.
func TestEveryPageAt400Percent(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	b.everywhere(h, func(s sight) {
		b.look(320, "light")
		b.visit(s.path)
		if wide := b.js(`(() => { const wide = [...document.querySelectorAll("main *, header *, footer *")].filter(e => e.getBoundingClientRect().right > innerWidth);
			return document.documentElement.scrollWidth > innerWidth ? "wider than the screen: " + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 100)).join(" | ") : "" })()`); wide != "" {
			t.Errorf("%s: %s", s.name, wide)
		}
	})
}

// With colours forced by the system, what can be used still has an edge, and the
// choice made a mark. For who prefers less motion nothing moves.
func TestForcedColoursAndReducedMotion(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
	b.everywhere(h, func(s sight) {
		b.visit(s.path)
		if found := b.js(`(() => {
			if (!matchMedia("(forced-colors: active)").matches || !matchMedia("(prefers-reduced-motion: reduce)").matches) return "not emulated";
			const bare = [...document.querySelectorAll(".btn, .badge, input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea, .alert, [aria-selected=true]")]
				.filter(e => e.checkVisibility()).filter(e => { const s = getComputedStyle(e); return parseFloat(s.borderTopWidth) === 0 && s.outlineStyle === "none" });
			const moving = [...document.querySelectorAll("*")].filter(e => { const s = getComputedStyle(e); return s.animationName !== "none" || parseFloat(s.transitionDuration) > 0 });
			const unmarked = [...document.querySelectorAll("[aria-current]")].filter(e => { const s = getComputedStyle(e); return s.borderBottomWidth === "0px" && s.outlineStyle === "none" && !s.textDecorationLine.includes("underline") });
			return [["no edge", bare], ["moves", moving], ["no mark", unmarked]].filter(x => x[1].length).map(x => x[0] + ": " + x[1][0].outerHTML.slice(0, 120)).join(" | ");
		})()`); found != "" {
			t.Errorf("%s: %s", s.name, found)
		}
	})
}

// everywhere visits each page as who looks at it.
func (b *tab) everywhere(h *house, look func(sight)) {
	b.t.Helper()
	var who desk.UID
	for _, s := range sights(h) {
		if s.who != who {
			b.become(s.who)
			who = s.who
		}
		look(s)
	}
}

// The list of what waits grows by itself; under somebody who types nothing is
// replaced: they are told, and what they typed stays.
func TestPagesFollowWhatMoves(t *testing.T) {
	h, address := serve(t)
	h.tempo = standardTempo
	first := h.ask("contact@physique.unistra.fr")
	b := open(t, address)
	b.become("claire")
	b.visit("/a-valider")
	h.ask("accueil@physique.unistra.fr")
	b.until(`document.querySelectorAll("#live .choices li").length === 2 && document.querySelector(".nav .badge").innerText.startsWith("2")`)
	b.until(`document.getElementById("news").innerText.includes("mise à jour")`)
	b.press("r")
	b.until(`document.activeElement.id === "motif-refus"`)
	b.press("Ce nom")
	_, err := h.desk.Approve(t.Context(), "xavier", desk.Chat, first, "")
	must(t, err)
	b.until(`document.getElementById("news").innerText.includes("Cette page a changé")`)
	if typed := b.js(`document.getElementById("motif-refus").value`); !strings.HasSuffix(typed, "Ce nom") {
		t.Errorf("what was typed is now %q", typed)
	}
	b.visit("/etat")
	h.send("yves", desk.HouseFreeze)
	b.until(`document.getElementById("live").innerText.includes("Gelés depuis le")`)
	b.silent()
}
