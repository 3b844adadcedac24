//go:build servers

package bot_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// A browser sits in the room, with the portal's style sheet.
type browser struct {
	context.Context
	*testing.T
	site string
}

// sit shows the room as a person; the rest of the site is the style sheet.
func (h *house) sit(t *testing.T, who desk.UID) *browser {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/chat/", h.chat.Handler(func(*http.Request) desk.UID { return who }))
	mux.HandleFunc("/static/app.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "../portal/web/app.css") })
	mux.HandleFunc("/favicon.ico", http.NotFound)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &browser{Context: dev.Chromium(t), T: t, site: server.URL + "/chat/"}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	must(b.T, chromedp.Do(b.Context, steps...))
}

func (b *browser) js(expression string) string {
	b.Helper()
	return got(chromedp.Run(b.Context, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise)))
}

// until waits, in the page as it is, for a condition to become true.
func (b *browser) until(condition string) {
	b.Helper()
	if said := b.js("new Promise(done => { const end = Date.now() + 10000; const look = () => (" + condition +
		") ? done('yes') : Date.now() > end ? done(document.body.innerText) : setTimeout(look, 20); look() })"); said != "yes" {
		b.Fatalf("never %s; the page says: %s", condition, said)
	}
}

const audit = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})
	.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join(" | ")).join("\n"))`

func (b *browser) look(name string, width int64, scheme string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, 800), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}), chromedp.Navigate(b.site+"?lang=fr"))
	b.js(string(got(os.ReadFile("../portal/testdata/axe.min.js"))) + `; "loaded"`)
	if found := b.js(audit); found != "" {
		b.Errorf("%s: %s", name, found)
	}
	if b.js(`document.documentElement.scrollWidth > innerWidth ? "wide" : ""`) != "" {
		b.Errorf("%s: wider than the screen", name)
	}
	must(b.T, os.WriteFile(filepath.Join(b.ArtifactDir(), name+".png"), got(chromedp.Run(b.Context, chromedp.FullScreenshot(100))), 0o644))
}

// furnish has the room show a bit of everything.
func (h *house) furnish(t *testing.T) desk.Post {
	t.Helper()
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	r = got(h.desk.Refuse(t.Context(), "sylvie", desk.Portal, r.ID, "", "utiliser l'adresse du service"))
	must(t, h.bot.Edit(t.Context(), at, desk.ToApprovers, r))
	_, at = h.ask(t, "marie", "bob@u.fr", "accueil@u.fr")
	for _, typed := range []string{"aide", "compte bob@u.fr", "demandes toutes"} {
		must(t, h.chat.Say(t.Context(), room.Account("paul"), h.direct(t, "paul"), "/melusine "+typed))
	}
	return at
}

func (h *house) direct(t *testing.T, who desk.UID) string {
	return got(h.chat.Direct(t.Context(), room.Account(who)))
}

func TestRoomInABrowser(t *testing.T) {
	h := newHouse(t)
	h.furnish(t)
	b := h.sit(t, "paul")
	for _, look := range []struct {
		name   string
		width  int64
		scheme string
	}{{"desktop-light", 1280, "light"}, {"desktop-dark", 1280, "dark"}, {"phone-light", 390, "light"}, {"phone-dark", 390, "dark"}} {
		b.look(look.name, look.width, look.scheme)
	}

	// News arrives while somebody types, and takes nothing away.
	b.do(chromedp.SendKeys(chromedp.CSS("form.say input[name=text]"), "/melusine val"))
	h.ask(t, "marie", "bob@u.fr", "jury@u.fr")
	b.until(`document.querySelector("ol.posts").innerText.includes("jury@u.fr")`)
	if typed := b.js(`document.querySelector("form.say input[name=text]").value`); typed != "/melusine val" {
		b.Errorf("the typed text became %q", typed)
	}

	b.do(chromedp.Click(chromedp.CSS("form.click button.primary")))
	b.until(`document.querySelector("ol.posts").innerText.includes("Your approval of D-2 is recorded")`)
	if h.state("D-2") != desk.Ready {
		b.Errorf("state %q", h.state("D-2"))
	}
	b.do(chromedp.SendKeys(chromedp.CSS("form.say input[name=text]"), "ider 3\r"))
	b.until(`document.querySelector("ol.posts").innerText.includes("Your approval of D-3 is recorded")`)
}

// The room needs no script: a form and a fresh page do.
func TestRoomWithoutScript(t *testing.T) {
	h := newHouse(t)
	h.furnish(t)
	b := h.sit(t, "paul")
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}), chromedp.Navigate(b.site), chromedp.Click(chromedp.CSS("form.click button.primary")), chromedp.WaitVisible(chromedp.CSS("section:first-of-type .posts li:nth-child(3)")))
	if !strings.Contains(string(h.state("D-2")), "ready") {
		t.Errorf("state %q", h.state("D-2"))
	}
}
