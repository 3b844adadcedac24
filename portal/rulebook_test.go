package portal

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/rules"
)

// looser is the default book, where people have up to 40 GB.
var looser = strings.Replace(rules.DefaultFile().Text, `owns() and quotaWithin("20G")`, `owns() and quotaWithin("40G")`, 1)

// propose fills in the form of a new book: files are name, then text.
func (b *browser) propose(step, token, once string, pasted []string, sent ...string) answer {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	put := func(name, value string) { _ = w.WriteField(name, value) } // a buffer takes everything
	for _, f := range [][2]string{{"nom", "plus large"}, {"motif", "parce que"}, {"_csrf", token}, {"cle", once}, {"pas", step}} {
		put(f[0], f[1])
	}
	for i := 0; i+1 < len(pasted); i += 2 {
		put("fichier", pasted[i])
		put("texte", pasted[i+1])
	}
	for i := 0; i+1 < len(sent); i += 2 {
		part, _ := w.CreateFormFile("fichiers", sent[i])
		_, _ = part.Write([]byte(sent[i+1]))
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, pathRules, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

// onceOf is the key that the page's forms were drawn with.
func onceOf(t testing.TB, a answer) string {
	t.Helper()
	_, rest, _ := strings.Cut(a.body, `name="cle" value="`)
	once, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal("the page has no form")
	}
	return once
}

// A book is compared, proposed, approved by another, followed at once, taken
// back by one, and returned to by two.
func TestTheLifeOfARuleBook(t *testing.T) {
	h := newHouse(t, demo)
	quota := func() desk.Outcome {
		a, err := desk.ParseAction("quota.set " + string(jeanneBox) + " size=30G")
		must(t, err)
		_, d, err := h.desk.Preview("jeanne", desk.Portal, a)
		must(t, err)
		return d.Outcome
	}
	refused, err := desk.ParseAction("quota.set " + string(jeanneBox) + " size=30G")
	must(t, err)
	_, err = h.desk.Ask(t.Context(), desk.Asking{By: "jeanne", Via: desk.Portal, Action: refused, Key: "k"})
	must(t, err)

	b := h.as("xavier")
	page := b.get("/reglement")
	page.wants(t, http.StatusOK, "En vigueur", "Everybody asks for a quota up to 20 GB", "Chacun demande un quota jusqu’à 20 Go", `owns() and quotaWithin(`)
	token, once := b.token(), onceOf(t, page)
	b.propose("comparer", token, once, []string{"regles.yaml", looser}).wants(t, http.StatusOK, "Demandes rejouées : 1. Certaines", "permis plus largement", "D-1", `quotaWithin("40G")`)
	if h.count() != 4 { // seed, delegation, and what jeanne asked
		t.Fatalf("to compare has written something: %d events", h.count())
	}
	b.propose("demander", token, once, nil, "/tmp/regles.yaml", looser).wants(t, http.StatusSeeOther)
	b.propose("demander", token, once, nil, "regles.yaml", looser).wants(t, http.StatusSeeOther) // twice
	page = h.as("yves").get("/demandes/D-2")
	page.wants(t, http.StatusOK, "Mettre un règlement en vigueur", "permis plus largement", "40G", "Votre décision")
	if quota() != desk.Denied {
		t.Fatal("in force before anybody approved")
	}
	r, err := h.desk.Approve(t.Context(), "yves", desk.Portal, "D-2", "")
	must(t, err)
	if e, _ := desk.InForce(h.mirror.Editions()); e.ID != r.ID || e.Files[0].Text != looser || e.Name != "plus large" || quota() != desk.Pending {
		t.Fatalf("%s: %s is in force", r.State, e.Name)
	}
	one := b.get("/reglement/" + r.Action.Arg("book"))
	one.wants(t, http.StatusOK, "Différence avec celui d'avant", "+ when: owns() and quotaWithin(\"40G\")")

	page = b.get("/reglement")
	page.wants(t, http.StatusOK, "Défaire cette activation")
	b.submit("/reglement/defaire", "cle", onceOf(t, page), "empreinte", r.Action.Arg("from")).wants(t, http.StatusSeeOther)
	if quota() != desk.Denied {
		t.Error("not taken back")
	}
	page = b.get("/reglement/" + r.Action.Arg("book"))
	page.wants(t, http.StatusOK, "Revenir à ce règlement")
	b.submit("/reglement/revenir", "cle", onceOf(t, page), "empreinte", r.Action.Arg("book")).wants(t, http.StatusSeeOther)
	if quota() != desk.Denied {
		t.Error("returned to by one")
	}
	_, err = h.desk.Approve(t.Context(), "yves", desk.Portal, "D-4", "")
	must(t, err)
	if e, _ := desk.InForce(h.mirror.Editions()); quota() != desk.Pending || e.Digest != r.Action.Arg("book") || e.Files[0].Text != looser {
		t.Error("not returned to, or not exactly")
	}
}

func TestRulesAreNotForEverybody(t *testing.T) {
	h := newHouse(t, demo)
	e, _ := desk.InForce(h.mirror.Editions())
	b := h.as("jeanne")
	for _, path := range []string{"/reglement", "/reglement/" + e.Digest} {
		b.get(path).wants(t, http.StatusNotFound)
	}
	b.get("/mes-adresses")
	token := b.token()
	before := h.count()
	b.propose("demander", token, strings.Repeat("a", 43), []string{"a.yaml", looser}).wants(t, http.StatusNotFound)
	b.submit("/reglement/revenir", "empreinte", e.Digest, "cle", strings.Repeat("a", 43)).wants(t, http.StatusNotFound)
	b.submit("/reglement/defaire", "empreinte", strings.Repeat("a", 64), "cle", strings.Repeat("a", 43)).wants(t, http.StatusNotFound)
	x := h.as("xavier")
	x.submit("/reglement/revenir", "empreinte", strings.Repeat("a", 64), "cle", strings.Repeat("a", 43)).wants(t, http.StatusNotFound, "Aucun règlement")
	x.submit("/reglement/revenir", "empreinte", strings.Repeat("a", 64), "cle", "short").wants(t, http.StatusUnprocessableEntity)
	page := x.get("/reglement")
	x.propose("demander", "forged", onceOf(t, page), []string{"a.yaml", looser}).wants(t, http.StatusForbidden)
	if h.count() != before {
		t.Error("something was written")
	}
}

// A bad book is told of on the same page, with the text as it was typed.
func TestABadBookIsToldOf(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("xavier")
	page := b.get("/reglement")
	token, once, before := b.token(), onceOf(t, page), h.count()
	b.propose("demander", token, once, []string{"a.yaml", "rules:\n  - {id: x, verbs: [quota.sett]}\n"}).
		wants(t, http.StatusUnprocessableEntity, "a.yaml:2", "quota.sett", "did you mean")
	b.propose("demander", token, once, nil).wants(t, http.StatusUnprocessableEntity, "Ce règlement ne peut pas être lu")
	b.propose("demander", token, once, []string{"a.yaml", strings.ReplaceAll(looser, "rules.activate, rules.rollback", "house.thaw")}).
		wants(t, http.StatusUnprocessableEntity)
	b.propose("demander", token, "short", []string{"a.yaml", looser}).wants(t, http.StatusOK, "Ce que ce règlement changerait") // as if it were to be compared
	if h.count() != before {
		t.Error("something was written")
	}
}

// A rule book may be larger than other forms, from somebody who is signed in.
func TestRoomForABook(t *testing.T) {
	h := newHouse(t, demo)
	b := h.as("xavier")
	page := b.get("/reglement")
	big := looser + strings.Repeat("# commentaire\n", 10_000)
	b.propose("demander", b.token(), onceOf(t, page), nil, "a.yaml", big).wants(t, http.StatusSeeOther)
	for name, c := range map[string]struct {
		uri, cookie string
		want        int
	}{
		"a book":                 {pathRules, b.id(), largest},
		"a book of a stranger":   {pathRules, "x", large},
		"another form":           {pathLink, b.id(), large},
		"what is like the path":  {pathRules + "/x", b.id(), large},
		"what is like the query": {"/lier?" + pathRules, b.id(), large},
	} {
		header := &fasthttp.RequestHeader{}
		header.SetRequestURI(c.uri)
		header.SetCookie(h.cookieName(sessionCookie), c.cookie)
		if got := h.roomFor(header).MaxRequestBodySize; got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// Whatever is sent as a book, the house goes on, and puts nothing in force.
func FuzzUpload(f *testing.F) {
	f.Add("a.yaml", looser, "b.yaml", "")
	f.Add("../../etc/passwd", "rules: []", `C:\x`, "\x00\xff")
	f.Add("", "rules: [", "a\nb", strings.Repeat("[", 3000))
	h := newHouse(f, demo)
	b := h.as("xavier")
	page := b.get("/reglement")
	token, once := b.token(), onceOf(f, page)
	f.Fuzz(func(t *testing.T, name, text, sent, content string) {
		h.t = t
		if strings.ContainsFunc(sent, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Skip("refused by the server before we read it")
		}
		a := b.propose("demander", token, once, []string{name, text}, sent, content)
		if a.StatusCode >= 500 && a.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("%d\n%s", a.StatusCode, a.body)
		}
		if len(h.mirror.Editions()) != 1 {
			t.Fatal("in force")
		}
	})
}
