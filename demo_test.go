package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage/simulator"
)

// A stage is the demo on a small university, at work.
type stage struct {
	*demo
	*testing.T
}

func newStage(t *testing.T, prepare func(*demo)) stage {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d, err := newDemo(ctx, demoCommand{Listen: freePort(t), Accounts: 1000}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(d)
	}
	ready, done := make(chan bool), make(chan error, 1)
	go func() { done <- d.run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		d.close()
	})
	select {
	case <-ready:
	case err := <-done:
		done <- err
		t.Fatalf("the demo ended before it was ready: %v", err)
	}
	return stage{d, t}
}

// An actor is somebody of the cast in front of their browser.
type actor struct {
	stage
	uid  string
	http *http.Client
}

func (s stage) be(uid string) actor {
	s.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	a := actor{s, uid, &http.Client{Jar: jar, Timeout: time.Minute}}
	a.send("/connexion", url.Values{"qui": {uid}, "vers": {"/aide"}})
	return a
}

func (a actor) send(path string, form url.Values) string {
	a.Helper()
	request, err := http.NewRequest(http.MethodPost, "http://"+a.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		a.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://"+a.address)
	return a.page(a.http.Do(request))
}

func (a actor) page(answer *http.Response, err error) string {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		a.Fatal(err)
	}
	return string(body)
}

func (a actor) chat() string {
	a.Helper()
	return a.page(a.http.Get("http://" + a.address + "/chat/"))
}

var (
	posts   = regexp.MustCompile(`(?s)<li id="([^"]+)".*?</li>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
	channel = regexp.MustCompile(`name="channel" value="([^"]+)"`)
)

// says types in the direct channel with the bot and returns the last thing there.
func (a actor) says(text string) string {
	a.Helper()
	channels := channel.FindAllStringSubmatch(a.chat(), -1)
	for _, c := range channels {
		if len(channels) == 1 || c[1] != a.room.Channel() {
			a.send("/chat/say", url.Values{"channel": {c[1]}, "text": {text}})
			break
		}
	}
	all := posts.FindAllString(a.chat(), -1)
	if len(all) == 0 {
		return ""
	}
	return plain(all[len(all)-1])
}

// plain is what a reader sees of a page.
func plain(html string) string {
	return strings.Join(strings.Fields(tag.ReplaceAllString(strings.NewReplacer("&#39;", "'", "&#34;", `"`, "\u00a0", " ", "\u202f", " ", "’", "'").Replace(html), " ")), " ")
}

// request waits until a request has reached a state.
func (s stage) request(id desk.ID, want desk.State) desk.Request {
	s.Helper()
	return s.until(id, string(want), func(r desk.Request) bool { return r.State == want })
}

// told waits until who asked has been shown it.
func (s stage) told(id desk.ID, want desk.State) {
	s.Helper()
	s.until(id, "told as "+string(want), func(r desk.Request) bool { return r.Announced[desk.ToAsker].Shows == want })
}

func (s stage) until(id desk.ID, want string, holds func(desk.Request) bool) desk.Request {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	for {
		r, at := s.house.mirror.Request(id)
		if holds(r) {
			return r
		}
		if err := s.house.desk.Journal.Wait(ctx, at); err != nil {
			s.Fatalf("%s is %s, not %s: %v", id, r.State, want, err)
		}
		if err := s.house.mirror.CatchUp(ctx); err != nil {
			s.Fatal(err)
		}
	}
}

func (s stage) effects() (n int) {
	for _, write := range s.partage.Log() {
		if write.Applied {
			n++
		}
	}
	return n
}

// What the demo tells a newcomer to try works, and in the words it uses.
func TestTheDemoDoesWhatItSays(t *testing.T) {
	s := newStage(t, nil)
	jeanne, paul, sophie := s.be("jdupont"), s.be("plangevin"), s.be("sgermain")
	if said := jeanne.says("/melusine alias ajouter seminaires@physique.unistra.fr jdupont motif : annonces du labo"); !strings.Contains(said, "D-1") {
		t.Fatalf("answered %q", said)
	}
	s.request("D-1", desk.Waiting)
	if said := paul.says("valider 1"); !strings.Contains(said, "D-1") {
		t.Fatalf("answered %q", said)
	}
	if r := s.request("D-1", desk.Settled); !r.Proof.Holds("seminaires@physique.unistra.fr") {
		t.Errorf("proof %+v", r.Proof)
	}
	if said := jeanne.says("compte jdupont"); !strings.Contains(said, "seminaires@physique.unistra.fr") {
		t.Errorf("the account is shown as %q", said)
	}
	sophie.says("/melusine quota jdupont 12Go")
	s.request("D-2", desk.Settled)
	if n := s.effects(); n != 2 {
		t.Errorf("%d effects on Partage", n)
	}
}

// Each kind of bad input gets a clear sentence; nothing is asked and nothing
// is sent.
func TestBadInputInChat(t *testing.T) {
	s := newStage(t, nil)
	for _, tt := range []struct{ name, who, says, want string }{
		{"unknown verb", "jdupont", "/melusine supprimetout", "supprimetout"},
		{"nothing", "jdupont", "/melusine", "aide"},
		{"address outside the grammar", "jdupont", "/melusine alias ajouter sémin@physique.unistra.fr jdupont", "sans accent"},
		{"address of a foreign alphabet", "jdupont", "/melusine alias ajouter \u0430b@physique.unistra.fr jdupont", "sans accent"},
		{"alias taken", "jdupont", "/melusine alias ajouter contact@physique.unistra.fr jdupont", "déjà"},
		{"alias absent", "jdupont", "/melusine alias retirer absent@physique.unistra.fr jdupont", "absent@physique.unistra.fr"},
		{"account unknown", "sgermain", "/melusine compte personne.du.tout", "personne.du.tout"},
		{"account of somebody else", "n.fischer", "/melusine compte jdupont", "jdupont"},
		{"size without unit", "sgermain", "/melusine quota jdupont 12", "unité"},
		{"quota below use", "sgermain", "/melusine quota jdupont 1M", "espace utilisé"},
		{"domain that nobody serves", "sgermain", "/melusine alias ajouter a@example.org jdupont", "example.org"},
		{"request unknown", "sgermain", "/melusine valider 99", "D-99"},
		{"someone else's request", "n.fischer", "/melusine annuler 99", "D-99"},
		{"too long", "jdupont", "/melusine alias ajouter " + strings.Repeat("a", 600), "500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said := stage{s.demo, t}.be(tt.who).says(tt.says)
			if !strings.Contains(said, tt.want) {
				t.Errorf("answered %q, which does not say %q", said, tt.want)
			}
			if id, _ := s.house.mirror.Next(); id != "D-1" {
				t.Errorf("a request was made: next is %s", id)
			}
			if n := s.effects(); n != 0 {
				t.Errorf("%d effects on Partage", n)
			}
		})
	}
}

func TestDomainNotDelegated(t *testing.T) {
	s := newStage(t, nil)
	said := s.be("plangevin").says("/melusine alias ajouter nouveau@math.unistra.fr lmartin")
	r := s.request("D-1", desk.Rejected)
	if !strings.Contains(said, "D-1") || r.Decision.Outcome == desk.Allowed || s.effects() != 0 {
		t.Errorf("answered %q, decided %+v, %d effects", said, r.Decision, s.effects())
	}
}

func TestSelfApproval(t *testing.T) {
	s := newStage(t, nil)
	sophie := s.be("sgermain")
	sophie.says("/melusine quota sgermain 20Go")
	s.request("D-1", desk.Waiting)
	if said := sophie.says("/melusine valider D-1"); !strings.Contains(said, "autre personne") {
		t.Errorf("answered %q", said)
	}
	if s.request("D-1", desk.Waiting); s.effects() != 0 {
		t.Errorf("%d effects", s.effects())
	}
}

func TestSomeoneElsesCard(t *testing.T) {
	s := newStage(t, nil)
	s.be("jdupont").says("/melusine alias ajouter seminaires@physique.unistra.fr jdupont")
	r := s.request("D-1", desk.Waiting)
	s.be("n.fischer").says("/melusine valider D-1")
	if err := s.room.Click(t.Context(), room.Account("n.fischer"), r.Announced[desk.ToApprovers].Post.ID, 0); err == nil {
		t.Error("somebody clicked in a channel where they are not")
	}
	if r = s.request("D-1", desk.Waiting); len(r.Votes) != 0 || s.effects() != 0 {
		t.Errorf("votes %v, %d effects", r.Votes, s.effects())
	}
}

func TestDirectoryTooOld(t *testing.T) {
	s := newStage(t, func(d *demo) { d.house.desk.Stale = time.Nanosecond })
	said := s.be("sgermain").says("/melusine quota jdupont 12Go")
	if id, _ := s.house.mirror.Next(); !strings.Contains(strings.ToLower(said), "annuaire") || id != "D-1" {
		t.Errorf("answered %q, next request is %s", said, id)
	}
}

// Whatever Partage answers to the write, in pieces or not at all: the request
// is kept, nobody is told that it is done, and nothing is sent twice.
func TestWhatPartageAnswersBadly(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"malformed XML":  {Answer: simulator.Truncated, Effect: simulator.Skipped},
		"missing status": {Answer: simulator.NoStatus, Effect: simulator.Skipped},
		"no answer":      {Answer: simulator.Drop, Effect: simulator.Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, nil)
			fault.Method = "ModifyAccount"
			if err := s.partage.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			sophie := s.be("sgermain")
			sophie.says("/melusine quota jdupont 12Go")
			s.request("D-1", desk.Doubtful)
			if said := sophie.says("/melusine demande 1"); !strings.Contains(said, "érifi") || strings.Contains(said, "Rien n'a été modifié") {
				t.Errorf("tells %q", said)
			}
			if n := len(s.partage.Log()); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

func TestPartageDown(t *testing.T) {
	s := newStage(t, nil)
	if err := s.partage.SetFaults(simulator.Fault{Method: "*", Answer: simulator.Drop}); err != nil {
		t.Fatal(err)
	}
	sophie := s.be("sgermain")
	sophie.says("/melusine quota jdupont 12Go")
	for s.request("D-1", desk.Ready).Code != desk.PartageDown {
		_, at := s.house.mirror.Request("")
		if err := s.house.desk.Journal.Wait(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	if said := sophie.says("/melusine demande 1"); !strings.Contains(said, "Partage") || s.effects() != 0 {
		t.Errorf("tells %q, %d effects", said, s.effects())
	}
}

// A sentence, in the demo too, is shown and waits for a yes.
func TestASentenceInTheDemo(t *testing.T) {
	s := newStage(t, nil)
	sophie := s.be("sgermain")
	if said := sophie.says("ajoute 2 Go au quota de jdupont"); !strings.Contains(said, "À confirmer") || !strings.Contains(said, "quota jdupont") && !strings.Contains(said, "quota jeanne.dupont@unistra.fr") {
		t.Fatalf("answered %q", said)
	}
	if said := sophie.says("oui"); !strings.Contains(said, "D-1") {
		t.Fatalf("answered %q", said)
	}
	s.told("D-1", desk.Settled)
	if said := sophie.says("augmente le quota de jdupont"); !strings.Contains(said, "Quelle taille") {
		t.Errorf("answered %q", said)
	}
	if said := sophie.says("de 1 Go"); !strings.Contains(said, "À confirmer") {
		t.Errorf("answered %q", said)
	}
	sophie.says("non")
	if id, _ := s.house.mirror.Next(); id != "D-2" {
		t.Errorf("next is %s", id)
	}
}
