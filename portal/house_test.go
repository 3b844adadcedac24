package portal

import (
	"context"
	"crypto/rand"
	"html"
	"io"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/rules"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp keeps one clock for the process.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		// It ends by itself some seconds after the server.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/utils.StartTimeStampUpdater.func1.1"))
}

const site = "http://localhost:8080"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// A house is a portal with everything behind it real but Partage.
type house struct {
	*Portal
	t      testing.TB
	desk   *desk.Desk
	mirror *mirror.Mirror
	log    *strings.Builder

	mu      sync.Mutex
	now     time.Time
	running bool // the clock is the machine's: servers that it talks to have their own
}

// The people: jeanne and marc have mailboxes, claire is the correspondent of
// physique, xavier and yves are administrators, nadia has no mailbox.
var cast = []desk.Person{
	{UID: "jeanne", Name: "Jeanne Dupont", UnitName: "UFR Physique", UnitDomain: "physique.unistra.fr"},
	{UID: "marc", Name: "Marc Muller", UnitDomain: "chimie.unistra.fr"},
	{UID: "claire", Name: "Claire Weber", UnitDomain: "physique.unistra.fr"},
	{UID: "xavier", Name: "Xavier Pierre", Groups: []string{"melusine-admins"}},
	{UID: "yves", Name: "Yves Roth", Groups: []string{"melusine-admins"}},
	{UID: "nadia", Name: "Nadia Fischer"},
}

const (
	jeanneBox desk.Address = "jeanne.dupont@physique.unistra.fr"
	marcBox   desk.Address = "marc.muller@chimie.unistra.fr"
	gib                    = int64(1) << 30
)

var boxes = []desk.Account{
	{ID: "id-jeanne", Address: jeanneBox, Owner: "jeanne", Status: "active", COS: "staff_s", Quota: 5 * gib, Used: 3*gib + gib/10,
		Aliases: []desk.Address{"j.dupont@physique.unistra.fr"}},
	{ID: "id-marc", Address: marcBox, Owner: "marc", Status: "locked", Forward: "marc@example.org", ForwardOnly: true, Hidden: true, Quota: 5 * gib, Used: 4*gib + gib*9/10},
	{ID: "id-claire", Address: "claire.weber@physique.unistra.fr", Owner: "claire", Status: "active", Quota: 10 * gib, Used: gib},
}

// demo lets the tests be anybody.
func demo(c *Config) {
	for _, p := range cast {
		c.Demo = append(c.Demo, Character{UID: p.UID, Name: p.Name, Role: desk.Text{FR: "rôle", EN: "role"}, Hint: desk.Text{FR: "essayez", EN: "try"}})
	}
}

func newHouse(t testing.TB, adjust func(*Config), mounts ...Mount) *house {
	t.Helper()
	return newHouseWith(t, "secret", adjust, mounts...)
}

// newHouseWith is one that the provider knows by a secret.
func newHouseWith(t testing.TB, secret string, adjust func(*Config), mounts ...Mount) *house {
	t.Helper()
	h := &house{t: t, now: noon, log: &strings.Builder{}}
	events := journal.NewMemory()
	h.mirror = mirror.New(events)
	book, err := rules.Default()
	must(t, err)
	h.desk = &desk.Desk{Journal: events, View: h.mirror, Rules: book, Now: h.clock, Stale: 48 * time.Hour}
	must(t, h.mirror.LoadPeople(t.Context(), all(cast), noon))
	must(t, h.mirror.LoadAccounts(t.Context(), all(boxes), noon))
	h.mirror.SetClasses([]string{"staff_l", "staff_s"})
	h.mirror.SetDomains([]string{"physique.unistra.fr", "chimie.unistra.fr"})
	must(t, h.mirror.CatchUp(t.Context()))
	h.legislate(book)
	must(t, h.desk.Import(t.Context(), "test", desk.Grant{To: "claire", Domains: []string{"physique.unistra.fr"}}))
	config := DefaultConfig()
	config.URL, config.Name = site, "Université de Strasbourg"
	adjust(&config)
	h.Portal, err = New(config, Deps{Desk: h.desk, Now: h.clock, Rand: rand.Reader, Zone: time.UTC,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Client: &http.Client{Timeout: 5 * time.Second}, ClientSecret: secret, Approvers: book.ApproverGroups, Mount: mounts})
	must(t, err)
	h.tempo = tempo{beat: 5 * time.Millisecond, rest: time.Millisecond, life: 20 * time.Millisecond} // so that a whole answer ends
	return h
}

// legislate puts the house under the default book, by its journal.
func (h *house) legislate(book *rules.Book) {
	h.t.Helper()
	h.desk.Read = func(b desk.Book) (desk.Rules, error) {
		read, err := rules.LoadFiles(b.Files...)
		if err != nil {
			return nil, err
		}
		return read, nil
	}
	h.desk.Rules = &desk.Library{Fold: h.mirror, Read: h.desk.Read}
	seed, err := desk.NewBook("default", rules.DefaultFile())
	must(h.t, err)
	must(h.t, h.desk.Seed(h.t.Context(), seed))
	if seed.Digest() != book.Digest() {
		h.t.Fatal("the book of the journal and that of the program have other digests")
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running {
		return time.Now()
	}
	return h.now
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// facts are the kinds of what has been written since the start, in order.
func (h *house) facts(ofRequest desk.ID) (kinds []desk.Event) {
	for e, err := range h.desk.Journal.Read(context.Background(), 0) {
		must(h.t, err)
		if e.ID == ofRequest {
			kinds = append(kinds, e)
		}
	}
	return kinds
}

func (h *house) count() (n int) {
	for range h.desk.Journal.Read(context.Background(), 0) {
		n++
	}
	return n
}

// A browser keeps cookies and remembers the page it shows.
type browser struct {
	house   *house
	cookies map[string]*http.Cookie
	lang    string
}

// An answer is what a browser got.
type answer struct {
	*http.Response
	body string
}

func (h *house) browser() *browser {
	return &browser{house: h, cookies: map[string]*http.Cookie{}, lang: "fr"}
}

// as is a browser in which somebody has chosen to be who.
func (h *house) as(who desk.UID) *browser {
	h.t.Helper()
	b := h.browser()
	if a := b.post("/connexion", "qui", string(who)); a.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("become %s: %d %s", who, a.StatusCode, a.text())
	}
	return b
}

// send sends any request, as the browser's own page would.
func (b *browser) send(r *http.Request) answer {
	b.house.t.Helper()
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	if r.Header.Get("Accept-Language") == "" {
		r.Header.Set("Accept-Language", b.lang)
	}
	reply, err := b.house.App().Test(r, -1)
	must(b.house.t, err)
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	must(b.house.t, err)
	for _, c := range reply.Cookies() {
		b.cookies[c.Name] = c
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(b.cookies, c.Name)
		}
	}
	return answer{reply, string(body)}
}

func (b *browser) get(path string) answer {
	b.house.t.Helper()
	return b.send(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form from a page of ours; fields come in pairs.
func (b *browser) post(path string, fields ...string) answer {
	b.house.t.Helper()
	return b.send(form(path, fields...))
}

func form(path string, fields ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

var tokenForm = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// token is that of the forms of this browser's session.
func (b *browser) token() string {
	b.house.t.Helper()
	m := tokenForm.FindStringSubmatch(b.get("/aide").body)
	if m == nil {
		b.house.t.Fatal("no token on the help page")
	}
	return m[1]
}

// submit is post with the session's token.
func (b *browser) submit(path string, fields ...string) answer {
	b.house.t.Helper()
	return b.post(path, append(fields, "_csrf", b.token())...)
}

var (
	tags   = regexp.MustCompile(`(?s)<script.*?</script>|<[^>]*>`)
	inline = regexp.MustCompile(`<style|<script>|<script [^>]*>[^<]|\sstyle=|\son[a-z]+=`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// text is what a person reads, spaces made ordinary.
func (a answer) text() string {
	said := html.UnescapeString(tags.ReplaceAllString(a.body, " "))
	return strings.Join(strings.Fields(strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(said)), " ")
}

// hidden are the hidden fields of the page, as pairs.
func (a answer) hidden() []string {
	fields := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		fields[m[1]] = html.UnescapeString(m[2])
	}
	delete(fields, "_csrf")
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		pairs = append(pairs, name, fields[name])
	}
	return pairs
}

func (a answer) wants(t testing.TB, status int, said ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("status %d, want %d: %s", a.StatusCode, status, a.text())
	}
	for _, s := range said {
		if !strings.Contains(a.text(), s) {
			t.Errorf("%q is not said in: %s", s, a.text())
		}
	}
}

// ask makes a request of jeanne that waits for claire, and returns its id.
func (h *house) ask(alias string) desk.ID {
	h.t.Helper()
	action, err := desk.NewAction(desk.AliasAdd, string(jeanneBox), map[string]string{"alias": alias})
	must(h.t, err)
	r, err := h.desk.Ask(context.Background(), desk.Asking{By: "jeanne", Via: desk.Chat, Action: action, Reason: "accueil du public", Key: "test:" + alias})
	must(h.t, err)
	if r.State != desk.Waiting {
		h.t.Fatalf("%s is %s", r.ID, r.State)
	}
	return r.ID
}

// closing makes a request of xavier, to close jeanne's mailbox, that waits for
// another administrator.
func (h *house) closing() desk.ID {
	h.t.Helper()
	action, err := desk.NewAction(desk.AccountClose, string(jeanneBox), nil)
	must(h.t, err)
	r, err := h.desk.Ask(context.Background(), desk.Asking{By: "xavier", Via: desk.Portal, Action: action, Reason: "départ", Key: "closing"})
	must(h.t, err)
	return r.ID
}

// digest is what an approval of the request as it stands binds to.
func (h *house) digest(id desk.ID) string {
	r, _ := h.mirror.Request(id)
	return r.Digest()
}

func all[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
