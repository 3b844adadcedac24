//go:build servers

package portal

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	capture "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

var shots = flag.String("shots", "", "folder to write a picture of every page to")

//go:embed testdata/axe.min.js
var axe string

// serve gives a house a port of its own and returns its address.
func serve(t *testing.T) (*house, string) {
	t.Helper()
	listener := listen(t)
	address := "http://" + listener.Addr().String()
	h := newHouse(t, func(c *Config) { demo(c); c.URL = address })
	serveOn(t, h, listener)
	return h, address
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	return listener
}

func port(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func serveOn(t *testing.T, h *house, listener net.Listener) {
	served := make(chan error, 1)
	go func() { served <- h.App().Listener(listener) }()
	t.Cleanup(func() {
		must(t, h.Shutdown(5*time.Second))
		must(t, <-served)
	})
}

// A tab shows pages and remembers what the console complained of.
type tab struct {
	context.Context
	t       *testing.T
	address string
	mu      sync.Mutex
	console []string
}

func open(t *testing.T, address string) *tab {
	t.Helper()
	watched, stop := context.WithCancel(dev.Chromium(t, chromedp.Flag("accept-lang", "fr")))
	shown := &tab{Context: watched, t: t, address: address}
	messages := chromedp.Console(watched)
	var reading sync.WaitGroup
	reading.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			shown.mu.Lock()
			shown.console = append(shown.console, m.String())
			shown.mu.Unlock()
		}
	})
	t.Cleanup(func() { stop(); reading.Wait() })
	return shown
}

// longestStep is how long a step may take on a busy machine: what never comes is told.
const longestStep = 2 * time.Minute

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, longestStep)
	defer cancel()
	must(b.t, chromedp.Do(ctx, steps...))
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.address + path))
}

func (b *tab) js(expression string) string {
	b.t.Helper()
	said, err := chromedp.Run(b.Context, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	must(b.t, err)
	return said
}

// until waits, in the page as it is, for a condition to become true.
func (b *tab) until(condition string) {
	b.t.Helper()
	said := b.js("new Promise(done => { const end = Date.now() + 10000; const look = () => (" + condition +
		") ? done('yes') : Date.now() > end ? done(document.body.innerText) : setTimeout(look, 20); look() })")
	if said != "yes" {
		b.t.Fatalf("never %s; the page says: %s", condition, said)
	}
}

// reach waits for a page where the condition is true, through any number of others.
func (b *tab) reach(condition string) {
	b.t.Helper()
	var where string
	for range 200 {
		said, err := chromedp.Run(b.Context, chromedp.Evaluate[string]("("+condition+") ? 'yes' : location.href + ' ' + (document.body?.innerText ?? '')"))
		if err == nil && said == "yes" {
			return
		}
		where = said
		time.Sleep(50 * time.Millisecond) // pages of other servers, which lead on by themselves
	}
	b.t.Fatalf("never %s; at %s", condition, where)
}

func (b *tab) become(who desk.UID) {
	b.t.Helper()
	b.visit("/connexion")
	if who != "" {
		b.do(chromedp.Click(chromedp.CSS("button[value="+string(who)+"]")), chromedp.WaitVisible(chromedp.CSS("header form")))
	}
}

// silent asserts that the console has had nothing to say.
func (b *tab) silent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.console {
		if !strings.Contains(line, "status of 4") { // the browser tells of each refusal by itself
			b.t.Errorf("console: %s", line)
		}
	}
	b.console = nil
}

// sight is every page with the person who looks at it.
type sight struct {
	name string
	who  desk.UID
	path string
}

// sights are the pages in every state that can be had by visiting alone.
func sights(h *house) []sight {
	withLists(h)
	waiting := string(h.ask("contact@physique.unistra.fr"))
	h.ask("accueil@physique.unistra.fr")
	refused := h.ask("chef@physique.unistra.fr")
	_, err := h.desk.Refuse(context.Background(), "claire", desk.Portal, refused, "", "Ce nom prête à confusion.")
	must(h.t, err)
	closing := h.closing()
	h.desk.StepUp = desk.StandardStepUp()
	return []sight{
		{"choose", "", "/connexion"},
		{"mine", "jeanne", "/mes-adresses"},
		{"mine-full", "marc", "/mes-adresses"},
		{"mine-none", "nadia", "/mes-adresses"},
		{"ask", "jeanne", "/demandes/nouvelle"},
		{"ask-alias", "jeanne", "/demandes/nouvelle?verbe=alias.add&alias=contact@physique.unistra.fr"},
		{"ask-remove", "jeanne", "/demandes/nouvelle?verbe=alias.remove&compte=" + string(jeanneBox)},
		{"ask-quota", "jeanne", "/demandes/nouvelle?verbe=quota.set"},
		{"ask-forward", "jeanne", "/demandes/nouvelle?verbe=account.forward"},
		{"ask-others", "claire", "/demandes/nouvelle"},
		{"ask-rename", "claire", "/demandes/nouvelle?verbe=account.rename&vers=jeanne@physique.unistra.fr&compte=" + string(jeanneBox)},
		{"ask-class", "claire", "/demandes/nouvelle?verbe=account.cos&compte=" + string(jeanneBox)},
		{"ask-close", "claire", "/demandes/nouvelle?verbe=account.close&compte=" + string(jeanneBox)},
		{"close-judge", "yves", "/demandes/" + string(closing)},
		{"account-locked", "xavier", "/adresses/" + string(marcBox)},
		{"help-keeper", "claire", "/aide"},
		{"requests", "jeanne", "/demandes"},
		{"requests-none", "nadia", "/demandes"},
		{"request-waiting", "jeanne", "/demandes/" + waiting},
		{"request-refused", "jeanne", "/demandes/" + string(refused)},
		{"request-judge", "claire", "/demandes/" + waiting},
		{"inbox", "claire", "/a-valider"},
		{"inbox-none", "nadia", "/a-valider"},
		{"account", "claire", "/adresses/" + string(jeanneBox)},
		{"link", "jeanne", "/lier"},
		{"help", "jeanne", "/aide"},
		{"missing", "jeanne", "/nulle-part"},
		{"state", "jeanne", "/etat"},
		{"search", "claire", "/recherche?q=dupont"},
		{"search-sentence", "claire", "/recherche?q=" + escape("quota jeanne.dupont@physique.unistra.fr 8Go")},
		{"search-none", "nadia", "/recherche?q=zzz"},
		{"preferences", "jeanne", "/preferences?garde=oui"},
		{"touched", "jeanne", "/qui-a-touche"},
		{"touched-none", "nadia", "/qui-a-touche"},
		{"legal", "jeanne", "/mentions-legales"},
		{"accessibility", "jeanne", "/accessibilite"},
		{"privacy", "jeanne", "/donnees-personnelles"},
		{"prove-again", "yves", "/demandes/" + string(closing) + "/identite?empreinte=" + h.digest(closing)},
		{"tokens", "jeanne", "/jetons"},
		{"batch", "claire", "/demandes/lot"},
		{"history", "claire", "/historique"},
		{"history-nothing", "claire", "/historique?cible=zzz"},
		{"domains", "xavier", "/domaines"},
		{"domains-none", "nadia", "/domaines"},
		{"domain", "claire", "/domaines/physique.unistra.fr"},
		{"bundle", "claire", "/a-valider/lot?d=D-1&d=D-2"},
		{"bundle-none", "nadia", "/a-valider/lot?d=D-1"},
		{"simulator", "jeanne", "/simulateur"},
		{"simulator-why", "xavier", "/simulateur?qui=claire&acte=" + escape("quota jeanne 8Go")},
		{"simulator-unclear", "claire", "/simulateur?acte=bonjour"},
		{"rules", "xavier", "/reglement"},
		{"pieces", "claire", "/composants"},
		{"pieces-requests", "claire", "/composants?partie=demandes"},
		{"pieces-accounts", "claire", "/composants?partie=comptes"},
		{"pieces-lists", "claire", "/composants?partie=listes"},
		{"pieces-input", "claire", "/composants?partie=saisie"},
		{"pieces-rights", "claire", "/composants?partie=droits"},
		{"things", "claire", "/listes"},
		{"things-none", "jeanne", "/listes"},
		{"things-nothing", "claire", "/listes?q=zzz"},
		{"thing-list", "claire", "/listes/" + string(team)},
		{"thing-group", "claire", "/listes/rh@physique.unistra.fr"},
		{"thing-room", "claire", "/listes/salle@physique.unistra.fr"},
		{"charter", "jeanne", "/charte"},
		{"charter-tried", "jeanne", "/charte?adresse=marc.rnuller@chimie.unistra.fr"},
		{"request-nudge", "jeanne", "/demandes/D-1"},
		{"signed-out", "", "/deconnexion"},
	}
}

// looks are the ways a page is looked at.
var looks = []struct {
	name   string
	width  int64
	scheme string
}{{"desktop-light", 1280, "light"}, {"desktop-dark", 1280, "dark"}, {"phone-light", 390, "light"}, {"phone-dark", 390, "dark"}}

const audit = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})
	.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join(" | ")).join("\n"))`

func TestEveryPageIsAccessibleInEveryLook(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	var who desk.UID
	for _, s := range sights(h) {
		if s.who != who {
			b.become(s.who)
			who = s.who
		}
		for _, look := range looks {
			b.look(look.width, look.scheme)
			b.visit(s.path)
			b.js(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
			b.judge(s.name + "-" + look.name)
		}
	}
	b.silent()
}

// The same of a house that is frozen and whose brake holds something.
func TestAFrozenHouseIsAccessibleInEveryLook(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	h.desk.Brakes = desk.Brakes{Domain: 1, Verb: 1, All: 1, PerMille: 1}
	must(t, h.desk.Hold(t.Context(), h.removal()))
	b.become("xavier")
	all := []sight{{"safety", "xavier", "/surete"}, {"ask-freeze", "xavier", "/demandes/nouvelle?verbe=house.freeze"}}
	frozen := []sight{{"safety-frozen", "xavier", "/surete"}, {"inbox-frozen", "xavier", "/a-valider"}, {"ask-thaw", "xavier", "/demandes/nouvelle?verbe=house.thaw"}}
	for i, s := range append(all, frozen...) {
		if i == len(all) {
			h.send("yves", desk.HouseFreeze)
		}
		for _, look := range looks {
			b.look(look.width, look.scheme)
			b.visit(s.path)
			b.judge(s.name + "-" + look.name)
		}
	}
	b.silent()
}

// The same of delegations: lists, one of them, their forms, and a request about them.
func TestRightsAreAccessibleInEveryLook(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	location := h.fill("xavier", desk.DelegationGrant, "marc", "personne", "marc", "domaines", "physique.unistra.fr chimie.unistra.fr", "acte.quota.set", "oui", "plafond", "4 Go", "parjour", "5", "au", "2027-06-30")
	r, _ := h.mirror.Request("D-1")
	h.as("yves").submit(location+"/valider", "empreinte", r.Digest())
	all := h.mirror.Delegations()
	name := string(all[len(all)-1].ID)
	deputy := h.fill("marc", desk.DelegationDeputy, "aura les droits", "delegation", name, "personne", "nadia", "du", "2026-12-20", "au", "2027-01-05")
	r, _ = h.mirror.Request("D-2")
	h.as("yves").submit(deputy+"/valider", "empreinte", r.Digest())
	h.fill("xavier", desk.DelegationGrant, "jeanne", "personne", "jeanne", "domaines", "chimie.unistra.fr")
	b.become("yves")
	for _, s := range []sight{{"rights", "yves", "/delegations"}, {"rights-people", "yves", "/delegations?vue=personnes"}, {"rights-none", "yves", "/delegations?q=nobody"},
		{"right", "yves", "/delegations/" + name}, {"right-grant", "yves", "/demandes/nouvelle?verbe=delegation.grant"},
		{"right-deputy", "yves", "/demandes/nouvelle?verbe=delegation.deputy&delegation=" + name},
		{"right-revoke", "yves", "/demandes/nouvelle?verbe=delegation.revoke&delegation=" + name},
		{"right-request", "yves", "/demandes/D-3"}, {"right-settled", "yves", "/demandes/D-2"}} {
		for _, look := range looks {
			b.look(look.width, look.scheme)
			b.visit(s.path)
			b.js(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
			b.judge(s.name + "-" + look.name)
		}
	}
	b.silent()
}

func (b *tab) look(width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 800), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

// judge audits the page as it is, checks that nothing is wider than the
// screen, and takes the picture.
func (b *tab) judge(name string) {
	b.t.Helper()
	b.js(axe + `; "loaded"`)
	if found := b.js(audit); found != "" {
		b.t.Errorf("%s: %s", name, found)
	}
	if wide := b.js(`document.documentElement.scrollWidth > innerWidth ? "wider than the screen" : ""`); wide != "" {
		b.t.Errorf("%s: %s", name, wide)
	}
	if *shots == "" {
		return
	}
	must(b.t, os.WriteFile(filepath.Join(*shots, name+".webp"), b.picture(), 0o644))
}

// tallest is how much of a page its picture shows, in pixels.
const tallest = 2400

// picture is the page as it is, small enough to be kept beside the code.
func (b *tab) picture() (image []byte) {
	b.t.Helper()
	var width, height float64
	_, err := fmt.Sscan(b.js(`innerWidth + " " + Math.max(document.documentElement.scrollHeight, 1)`), &width, &height)
	must(b.t, err)
	view := &capture.Viewport{Width: width, Height: min(height, tallest), Scale: 0.6}
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		taken, err := cdp.Call(ctx, target, capture.CaptureScreenshot, capture.CaptureScreenshotParams{Format: capture.CaptureScreenshotFormatWebp, Quality: new(int64(40)), Clip: view, CaptureBeyondViewport: new(true)})
		if err == nil {
			image = taken.Data
		}
		return err
	}))
	return image
}

// With the keyboard alone: fill the form, check, send.
func TestAskingByKeyboard(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	b.become("jeanne")
	b.visit("/demandes/nouvelle?verbe=alias.add")
	b.do(chromedp.Focus(chromedp.ID("alias")), chromedp.KeyEvent("contact@physique.unistra.fr"))
	b.until(`document.getElementById("alias-live").innerText.includes("Adresse disponible")`)
	b.tabTo(`e.id === "motif"`)
	b.do(chromedp.KeyEvent("accueil du public"+kb.Tab+kb.Enter), chromedp.WaitVisible(chromedp.CSS("button[value=envoyer]")))
	b.judge("check-desktop-light")
	b.do(chromedp.Focus(chromedp.CSS("button[value=envoyer]")), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(chromedp.ID("h-follow")))
	if path := b.js("location.pathname"); path != "/demandes/D-1" {
		t.Errorf("sent to %s", path)
	}
	r, _ := h.mirror.Request("D-1")
	if r.Action.Arg("alias") != "contact@physique.unistra.fr" || r.Reason != "accueil du public" {
		t.Errorf("asked %s, reason %q", r.Action, r.Reason)
	}
	b.silent()
}

func TestAvailabilityWhileTyping(t *testing.T) {
	_, address := serve(t)
	b := open(t, address)
	b.become("jeanne")
	b.visit("/demandes/nouvelle?verbe=alias.add")
	b.do(chromedp.SendKeys(chromedp.ID("alias"), string(marcBox)))
	b.until(`document.getElementById("alias-live").innerText.includes("déjà utilisée")`)
	b.do(chromedp.SendKeys(chromedp.ID("alias"), "x"))
	b.until(`document.getElementById("alias-live").innerText.includes("n'est pas sur Partage")`)
	b.js(`document.getElementById("alias").value = ""; document.getElementById("alias").dispatchEvent(new Event("input")); ""`)
	b.until(`document.getElementById("alias-live").innerText === ""`)
	b.silent()
}

// A form with errors keeps what was typed, and its summary leads to the field.
func TestErrorsLeadToTheField(t *testing.T) {
	_, address := serve(t)
	b := open(t, address)
	b.become("jeanne")
	b.visit("/demandes/nouvelle?verbe=alias.add&alias=" + escape("été@physique.unistra.fr"))
	for _, look := range looks {
		b.look(look.width, look.scheme)
		b.js(`document.querySelector(".alert.err")?.remove() ?? ""`) // so that the one waited for is of the next page
		b.do(chromedp.Click(chromedp.CSS("button[value=verifier]")), chromedp.WaitVisible(chromedp.CSS(".alert.err a")))
		b.judge("ask-wrong-" + look.name)
	}
	b.do(chromedp.Click(chromedp.CSS(".alert.err a")))
	b.until(`document.activeElement.id === "alias" || location.hash === "#alias"`)
	if kept := b.js(`document.getElementById("alias").value`); kept != "été@physique.unistra.fr" {
		t.Errorf("the field holds %q", kept)
	}
	b.silent()
}

// A request that moves elsewhere moves on the page, unless somebody is typing.
func TestAPageFollowsItsRequest(t *testing.T) {
	h, address := serve(t)
	id := h.ask("contact@physique.unistra.fr")
	b := open(t, address)
	b.become("jeanne")
	b.visit("/demandes/" + string(id))
	_, err := h.desk.Approve(t.Context(), "claire", desk.Chat, id, "")
	must(t, err)
	b.until(`document.getElementById("live").innerText.includes("Claire Weber a validé")`)
	b.silent()
}

// Without JavaScript everything can still be done.
func TestWithoutJavaScript(t *testing.T) {
	h, address := serve(t)
	b := open(t, address)
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.become("jeanne")
	b.visit("/demandes/nouvelle?verbe=alias.add")
	b.do(chromedp.SendKeys(chromedp.ID("alias"), "contact@physique.unistra.fr"),
		chromedp.Click(chromedp.CSS("button[value=verifier]")), chromedp.WaitVisible(chromedp.CSS("button[value=envoyer]")),
		chromedp.Click(chromedp.CSS("button[value=envoyer]")), chromedp.WaitVisible(chromedp.ID("h-follow")))
	b.become("claire")
	b.visit("/a-valider")
	b.do(chromedp.Click(chromedp.CSS(".judge button.primary")), chromedp.WaitVisible(chromedp.ID("h-follow")))
	if r, _ := h.mirror.Request("D-1"); len(r.Votes) != 1 {
		t.Errorf("%+v", r)
	}
}

// After a decision the back button shows the request as it is now, without its
// buttons; a second tab that shows it as it was is told, and nothing is done twice.
func TestTheBackButtonAfterADecision(t *testing.T) {
	h, address := serve(t)
	h.tempo = standardTempo
	id := h.ask("contact@physique.unistra.fr")
	b := open(t, address)
	b.become("claire")
	b.visit("/a-valider")
	old := open(t, address)
	old.become("claire")
	old.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})) // so that it does not follow
	old.visit("/demandes/" + string(id))
	b.do(chromedp.Click(chromedp.CSS(".judge button.primary")))
	b.reach(`document.getElementById("live")?.innerText.includes("Claire Weber a validé")`)
	b.js(`setTimeout(() => history.back(), 0); ""`)
	b.reach(`location.pathname === "/a-valider" && document.body.innerText.includes("Rien à valider")`)
	if b.js(`String(document.querySelectorAll(".judge").length)`) != "0" {
		t.Error("the buttons are back")
	}
	old.do(chromedp.Click(chromedp.CSS(".judge button.primary")), chromedp.WaitVisible(chromedp.CSS(".alert.err")))
	if r, _ := h.mirror.Request(id); len(r.Votes) != 1 {
		t.Errorf("%d votes", len(r.Votes))
	}
	b.silent()
}
