//go:build servers

package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/partage/simulator"
)

// The whole story, on the real Mattermost with its PostgreSQL, a real slapd, a
// real OpenID provider and the simulated Partage: Jeanne asks in chat, a rule
// decides, Paul clicks, Partage changes and is read back, everybody concerned
// is told, and the journal can prove it.
func TestStory(t *testing.T) {
	w := newWorld(t)
	stop := w.serve()
	jeanne, paul := w.join("jdupont"), w.join("plangevin")
	_, _, err := w.chat.Admin.Client.AddChannelMember(t.Context(), w.channel.Id, paul.Id)
	w.must(err)

	// Before anything: the chat account of somebody unknown gets nothing.
	eve := w.chat.Person(t, "eve")
	if said := w.command(eve, "compte jdupont"); strings.Contains(said, "jeanne.dupont") || !strings.Contains(said, "/lier") {
		t.Errorf("an unbound account is answered %q", said)
	}

	said := w.command(jeanne, "alias ajouter seminaires@physique.unistra.fr jdupont motif : annonces du labo")
	if !strings.Contains(said, "D-1") {
		t.Fatalf("asked, and was answered %q", said)
	}
	card := w.card("D-1")
	if len(card.Attachments()[0].Actions) == 0 || !strings.Contains(card.Message, "D-1") {
		t.Fatalf("card without buttons: %+v", card)
	}
	if held := w.aliases("jeanne.dupont@unistra.fr"); len(held) != 0 {
		t.Fatalf("Partage changed before anybody approved: %v", held)
	}

	// Jeanne may not approve her own request, in no way.
	w.command(jeanne, "valider D-1")
	if r := w.card("D-1"); len(r.Attachments()[0].Actions) == 0 {
		t.Fatal("the asker's word was taken for an approval")
	}
	_, err = paul.Client.DoPostAction(t.Context(), card.Id, card.Attachments()[0].Actions[0].Id)
	w.must(err)
	w.until("the card shows that it is done, without buttons", func() bool {
		c := w.card("D-1")
		return c.Id == card.Id && len(c.Attachments()[0].Actions) == 0 && strings.Contains(c.Message, "✓")
	})
	w.until("Jeanne is told", func() bool {
		return slices.ContainsFunc(w.direct(jeanne), func(p *model.Post) bool { return p.RootId != "" && strings.Contains(p.Message, "D-1") })
	})

	// Read by a client that is not ours.
	if held := w.aliases("jeanne.dupont@unistra.fr"); !slices.Equal(held, []string{"seminaires@physique.unistra.fr"}) {
		t.Errorf("Partage holds %v", held)
	}
	// The loser of a race is told who won.
	if said := w.command(paul, "valider D-1"); !strings.Contains(said, "Paul Langevin") && !strings.Contains(said, "vous") {
		t.Errorf("a second approval is answered %q", said)
	}
	// And the page of the portal tells the same.
	page := w.signedIn("jdupont").get("/demandes/D-1")
	for _, want := range []string{"seminaires@physique.unistra.fr", "Paul Langevin"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the request does not hold %q", want)
		}
	}

	stop()
	w.proveHistory("asked decided approved started done")
	w.publishHistory()
	w.askTheBook()
}

// askTheBook asks the real directory and the journal of the story what the rules
// come to for its people.
func (w *world) askTheBook() {
	w.Helper()
	for name, tt := range map[string]struct {
		run  func(io.Writer) error
		want string
	}{
		"check": {func(out io.Writer) error {
			return rulesCheckCommand{Config: w.file}.run(w.Context(), out)
		}, "nothing wrong, 0 odd"},
		"charter": {func(out io.Writer) error {
			c := rulesCharterCommand{Config: w.file, Lang: "en", Domain: []string{"physique.unistra.fr"}}
			made, err := c.charter(w.Context())
			if err != nil {
				return err
			}
			pages, err := c.pages(made)
			if err != nil {
				return err
			}
			return c.write(out, pages[0].page)
		}, "Paul Langevin"},
		"may": {func(out io.Writer) error {
			return townOptions{File: w.file, Lang: "en"}.visit(w.Context(), false, func(t town) error {
				return t.print(out, "", t.book.Claims(t.when, []desk.Person{t.view.Person("plangevin")}, t.domains))
			})
		}, "the account of a person   at once"},
	} {
		var out strings.Builder
		if err := tt.run(&out); err != nil || !strings.Contains(out.String(), tt.want) {
			w.Errorf("rules %s: %v, %s", name, err, &out)
		}
	}
}

// Mattermost, the directory and Partage go away and come back: nothing is lost.
func TestStoryWithServersGoingAway(t *testing.T) {
	w := newWorld(t)
	w.serve()
	jeanne, paul := w.join("jdupont"), w.join("plangevin")
	w.must(w.partage.SetFaults(simulator.Fault{Method: "*", Answer: simulator.Drop, Effect: simulator.Skipped}))
	w.command(jeanne, "alias ajouter seminaires@physique.unistra.fr jdupont")
	w.card("D-1")
	w.command(paul, "valider D-1")

	w.chat.Restart(t)
	w.ldap.Restart(t)
	w.must(w.partage.SetFaults())
	w.until("the alias is on Partage", func() bool { return len(w.aliases("jeanne.dupont@unistra.fr")) == 1 })
	w.until("the card says so", func() bool {
		c := w.card("D-1")
		return len(c.Attachments()[0].Actions) == 0 && strings.Contains(c.Message, "✓")
	})
	w.until("the bot answers again", func() bool {
		return strings.Contains(w.command(jeanne, "demande D-1"), "D-1")
	})
	applied := 0
	for _, write := range w.partage.Log() {
		if write.Applied {
			applied++
		}
	}
	if applied != 1 {
		t.Errorf("%d effects on Partage, want one", applied)
	}
}

// join makes somebody's chat account and binds it by a code that the portal
// shows after sign-in and that they type to the bot.
func (w *world) join(uid string) *dev.Person {
	w.Helper()
	person := w.chat.Person(w.T, strings.ReplaceAll(uid, ".", "-"))
	_, _, err := person.Client.PatchUser(w.Context(), person.Id, &model.UserPatch{Locale: model.NewPointer("fr")})
	w.must(err)
	v := w.signedIn(uid)
	found := code.FindString(v.post("/lier", "/lier", url.Values{}))
	if found == "" {
		w.Fatal("the portal shows no code")
	}
	channel, _, err := person.Client.CreateDirectChannel(w.Context(), person.Id, w.bot.UserId)
	w.must(err)
	_, _, err = person.Client.CreatePost(w.Context(), &model.Post{ChannelId: channel.Id, Message: "lier " + found})
	w.must(err)
	p, _ := w.university.ByUID(uid)
	w.until(uid+" is bound", func() bool {
		return slices.ContainsFunc(w.direct(person), func(post *model.Post) bool {
			return post.UserId == w.bot.UserId && strings.Contains(post.Message, p.DisplayName)
		})
	})
	return person
}

var code = regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}`)

// signedIn is a browser in which the person is signed in and sees their account.
func (w *world) signedIn(uid string) (v visitor) {
	w.Helper()
	w.until(uid+" is signed in, with an account", func() bool {
		v = w.visitor()
		return v.signIn(uid)
	})
	return v
}

// command types /melusine and returns what is answered.
func (w *world) command(p *dev.Person, text string) string {
	w.Helper()
	answer, _, err := p.Client.ExecuteCommand(w.Context(), w.channelOf(p), "/melusine "+text)
	if err != nil {
		return err.Error()
	}
	said := answer.Text
	for _, a := range answer.Attachments {
		said += "\n" + a.Title + "\n" + a.Text
	}
	return said
}

func (w *world) channelOf(p *dev.Person) string {
	square, _, err := w.chat.Admin.Client.GetChannelByName(w.Context(), "town-square", w.chat.Team.Id, "")
	if err != nil {
		return ""
	}
	return square.Id
}

// card is the post about a request in the approvers' channel.
func (w *world) card(id string) (card *model.Post) {
	w.Helper()
	w.until("a card is posted for "+id, func() bool {
		posts, _, err := w.chat.Admin.Client.GetPostsForChannel(w.Context(), w.channel.Id, 0, 50, "", false, false)
		if err != nil {
			return false
		}
		for _, p := range posts.ToSlice() {
			if p.UserId == w.bot.UserId && strings.Contains(p.Message, id) {
				card = p
			}
		}
		return card != nil
	})
	return card
}

// direct lists what was said between a person and the bot.
func (w *world) direct(p *dev.Person) []*model.Post {
	w.Helper()
	channel, _, err := p.Client.CreateDirectChannel(w.Context(), p.Id, w.bot.UserId)
	w.must(err)
	posts, _, err := p.Client.GetPostsForChannel(w.Context(), channel.Id, 0, 50, "", false, false)
	w.must(err)
	return posts.ToSlice()
}

var aliasElement = regexp.MustCompile(`<zimbraMailAlias>([^<]+)</zimbraMailAlias>`)

// aliases asks Partage itself, by hand: no line of our client is in between.
func (w *world) aliases(address string) (found []string) {
	w.Helper()
	_, domain, _ := strings.Cut(address, "@")
	stamp := fmt.Sprintf("%.6f", float64(time.Now().UnixMicro())/1e6)
	mac := hmac.New(sha1.New, []byte(w.partage.Keys()[domain].Reveal()))
	fmt.Fprintf(mac, "%s|%s", domain, stamp)
	auth := w.call("/Auth", url.Values{"domain": {domain}, "timestamp": {stamp}, "preauth": {hex.EncodeToString(mac.Sum(nil))}})
	_, rest, _ := strings.Cut(auth, "<token>")
	token, _, _ := strings.Cut(rest, "</token>")
	for _, m := range aliasElement.FindAllStringSubmatch(w.call("/GetAccount/"+token, url.Values{"name": {address}}), -1) {
		found = append(found, m[1])
	}
	return found
}

func (w *world) call(path string, form url.Values) string {
	w.Helper()
	answer, err := http.PostForm(w.partageURL+path, form)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	return string(body)
}

// publishHistory has the bot post a checkpoint, and verifies the journal by what
// a person reads there. The one signed at the stop is of the same journal.
func (w *world) publishHistory() {
	w.Helper()
	events, err := w.config.readJournal(w.Context())
	w.must(err)
	defer events.Close()
	k, err := w.config.History.key()
	w.must(err)
	last, err := journal.Shelf(w.config.History.Folder).Last(k.Public())
	w.must(err)
	if w.must(events.Against(w.Context(), last)); last.Size == 0 {
		w.Error("nothing was signed at the stop")
	}
	token, err := secretText(w.config.Mattermost.TokenFile)
	w.must(err)
	chat, err := bot.NewMattermost(bot.Server{URL: w.chat.URL, Token: bot.Token(token), Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	signed, at, err := events.Sign(w.Context(), k)
	w.must(err)
	w.config.History.Channel = w.channel.Id
	w.must(w.config.History.publish(chat, newVitals())(w.Context(), string(signed)))
	posts, _, err := w.chat.Admin.Client.GetPostsForChannel(w.Context(), w.channel.Id, 0, 1, "", false, false)
	w.must(err)
	pasted := filepath.Join(w.TempDir(), "pasted")
	w.must(os.WriteFile(pasted, []byte(posts.Posts[posts.Order[0]].Message), 0o600))
	if found, err := openPasted(pasted, k.Public()); err != nil || found != at {
		w.Errorf("the channel shows %+v, %v", found, err)
	}
}

// proveHistory opens the journal anew, verifies every seal, and reads in it
// that first things came first; people are told when they can be.
func (w *world) proveHistory(want string) {
	w.Helper()
	log, err := journal.OpenSQLite(context.Background(), w.config.Journal, nil)
	w.must(err)
	defer log.Close()
	last, err := log.Verify(context.Background())
	w.must(err)
	var order []string
	announced := 0
	for e, err := range log.Read(context.Background(), 0) {
		w.must(err)
		last = e.Seq
		switch e.Fact.(type) {
		case desk.Telling:
			continue
		case desk.Announced:
			announced++
			continue
		}
		if e.ID != "" {
			order = append(order, strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", e.Fact), "desk.")))
		}
	}
	story := strings.Join(order, " ")
	if !strings.HasPrefix(story, want) || announced < 2 { // to who approves and to who asks, at least
		w.Errorf("after %d events the journal tells %q", last, story)
	}
	var done desk.Done
	for e := range log.Read(context.Background(), 0) {
		if f, ok := e.Fact.(desk.Done); ok {
			done = f
		}
	}
	if !done.Proof.Holds("seminaires@physique.unistra.fr") {
		w.Errorf("the proof is %+v", done.Proof)
	}
}
