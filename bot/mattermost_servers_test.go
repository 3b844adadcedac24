//go:build servers

package bot_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// A campus is a house on a real Mattermost.
type campus struct {
	*house
	server    *dev.MattermostServer
	real      *bot.Mattermost
	self      *model.Bot
	approvers *model.Channel
	callbacks *httptest.Server
	people    map[desk.UID]*dev.Person

	mu     sync.Mutex
	bodies map[string][]byte // the last body of each callback
}

func newCampus(tb testing.TB) *campus {
	tb.Helper()
	c := &campus{house: newHouse(tb), server: dev.Mattermost(tb), people: map[desk.UID]*dev.Person{}, bodies: map[string][]byte{}}
	for _, who := range []desk.UID{"marie", "paul", "sylvie", "eve", "bob"} {
		c.people[who] = c.server.Person(tb, string(who))
	}
	self, token := c.server.Bot(tb, "melusine")
	c.self = self
	c.approvers = c.server.Channel(tb, "approvers", self.UserId, c.people["paul"].Id, c.people["sylvie"].Id, c.people["eve"].Id)
	c.desk.Now, c.house.read = time.Now, time.Now()
	var err error
	c.real, err = bot.NewMattermost(bot.Server{URL: c.server.URL, Token: bot.Token(token), Admin: bot.Token(c.server.Admin.Client.AuthToken),
		Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	must(tb, err)
	var handler http.Handler
	c.callbacks = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		c.bodies[r.URL.Path] = body
		c.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler.ServeHTTP(w, r)
	}))
	tb.Cleanup(c.callbacks.Close)
	c.bot, err = bot.New(bot.Config{Desk: c.desk, Chat: c.real, Secret: secret, Channel: c.approvers.Id, URL: c.callbacks.URL,
		Link: "https://portal/lier", Approvers: func() []string { return []string{"admins"} }, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(tb, err)
	handler = c.bot.Handler()
	must(tb, c.bot.Register(tb.Context()))
	return c
}

func (c *campus) last(path string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bodies[path]
}

// types sends a slash command from the team's main channel.
func (c *campus) types(tb testing.TB, who desk.UID, text string) string {
	tb.Helper()
	answer, _, err := c.people[who].Client.ExecuteCommand(tb.Context(), c.square(tb), "/melusine "+text)
	must(tb, err)
	return answer.Text
}

func (c *campus) square(tb testing.TB) string {
	tb.Helper()
	square, _, err := c.server.Admin.Client.GetChannelByName(tb.Context(), "town-square", c.server.Team.Id, "")
	must(tb, err)
	return square.Id
}

// binds the accounts by the ceremony: a code from the portal, typed in chat.
func (c *campus) bind(tb testing.TB, people ...desk.UID) {
	tb.Helper()
	for _, who := range people {
		code := got(c.desk.OfferBinding(tb.Context(), who, rand.Reader))
		if said := c.types(tb, who, "lier "+code); c.Binding(c.people[who].Id) != who {
			tb.Fatalf("%s is not bound: %s", who, said)
		}
	}
}

func (c *campus) reads(tb testing.TB, at desk.Post) *model.Post {
	tb.Helper()
	p, _, err := c.server.Admin.Client.GetPost(tb.Context(), at.ID, "")
	must(tb, err)
	return p
}

func (c *campus) press(tb testing.TB, who desk.UID, at desk.Post, nth int) error {
	tb.Helper()
	_, err := c.people[who].Client.DoPostAction(tb.Context(), at.ID, c.reads(tb, at).Attachments()[0].Actions[nth].Id)
	return err
}

func TestMattermost(t *testing.T) {
	c := newCampus(t)

	t.Run("unbound account is told how to bind, and nothing else", func(t *testing.T) {
		if said := c.types(t, "marie", "compte marie"); !strings.Contains(said, "https://portal/lier") || strings.Contains(said, "u.fr") {
			t.Errorf("told %q", said)
		}
	})
	c.bind(t, "marie", "paul", "sylvie", "eve")

	t.Run("register again keeps the token and mends the address", func(t *testing.T) {
		first := got(c.real.Commands(t.Context(), "melusine", c.callbacks.URL+"/slash"))
		moved := got(c.real.Commands(t.Context(), "melusine", "http://127.0.0.1:1/slash"))
		socket := got(bot.NewMattermost(bot.Server{URL: c.server.URL, Token: c.real.Token, Socket: filepath.Join(c.server.Folder, "local.sock"),
			Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}))
		back := got(socket.Commands(t.Context(), "melusine", c.callbacks.URL+"/slash"))
		if len(first) != 1 || first[0] == "" || !slices.Equal(first, moved) || !slices.Equal(first, back) {
			t.Errorf("tokens %v, %v, %v", len(first), len(moved), len(back))
		}
		all, _, err := c.server.Admin.Client.ListCommands(t.Context(), c.server.Team.Id, true)
		must(t, err)
		if len(all) != 1 || all[0].URL != c.callbacks.URL+"/slash" {
			t.Errorf("%d commands", len(all))
		}
		must(t, c.bot.Register(t.Context()))
	})

	t.Run("several nodes register at once", func(t *testing.T) {
		var nodes sync.WaitGroup
		tokens, errs := make([][]string, 5), make([]error, 5)
		for i := range tokens {
			nodes.Go(func() { tokens[i], errs[i] = c.real.Commands(t.Context(), "together", c.callbacks.URL+"/slash") })
		}
		nodes.Wait()
		for i := range tokens {
			if errs[i] != nil || len(tokens[i]) != 1 { // now and then the server itself lets two pass in one instant
				t.Errorf("node %d: %d commands, %v", i, len(tokens[i]), errs[i])
			}
		}
	})

	t.Run("slash command asks once", func(t *testing.T) {
		said := c.types(t, "marie", "alias ajouter contact@u.fr bob@u.fr motif : accueil")
		if !strings.Contains(said, "D-1") || c.state("D-1") != desk.Waiting {
			t.Fatalf("told %q, state %q", said, c.state("D-1"))
		}
		w := post(c.bot, "/slash", "application/x-www-form-urlencoded", c.last("/slash"))
		if !strings.Contains(w.Body.String(), "ephemeral") || len(c.ids()) != 1 || c.bot.Refused()["replay"] != 1 {
			t.Errorf("replayed: %s, %v", w.Body, c.ids())
		}
	})

	r, _ := c.Request("D-1")
	r, card := c.announce(t, r)

	t.Run("a card is posted once", func(t *testing.T) {
		again := got(c.bot.Tell(t.Context(), desk.ToApprovers, r))
		// Later than the server remembers keys, the post itself is looked for.
		r.Asked = r.Asked.Add(-time.Hour)
		later := got(c.bot.Tell(t.Context(), desk.ToApprovers, r))
		if again != card || later != card {
			t.Errorf("posted %v, %v, %v", card, again, later)
		}
		if p := c.reads(t, card); p.UserId != c.self.UserId || len(p.Attachments()[0].Actions) != 3 || !strings.Contains(p.Message, "D-1") {
			t.Errorf("posted %+v", p)
		}
	})

	t.Run("attacks", func(t *testing.T) { c.attack(t, r, card) })

	t.Run("a click approves, the edit takes the buttons away", func(t *testing.T) {
		must(t, c.press(t, "paul", card, 0))
		if c.state("D-1") != desk.Ready {
			t.Fatalf("state %q, refused %v", c.state("D-1"), c.bot.Refused())
		}
		now, _ := c.Request("D-1")
		must(t, c.bot.Edit(t.Context(), card, desk.ToApprovers, now))
		if p := c.reads(t, card); len(p.Attachments()[0].Actions) != 0 || !strings.Contains(p.Attachments()[0].Text, "Paul Langevin") {
			t.Errorf("shows %+v", p.Attachments()[0])
		}
	})

	t.Run("a refusal shows the final card at once, and a second one comes too late", func(t *testing.T) {
		_, at := c.ask(t, "marie", "bob@u.fr", "second@u.fr")
		late := c.reads(t, at).Attachments()[0].Actions[0].Id
		must(t, c.press(t, "sylvie", at, 1))
		if p := c.reads(t, at); c.state("D-2") != desk.Rejected || len(p.Attachments()[0].Actions) != 0 {
			t.Errorf("state %q, shows %+v", c.state("D-2"), p.Attachments()[0])
		}
		if _, err := c.people["paul"].Client.DoPostAction(t.Context(), at.ID, late); err == nil {
			t.Error("the button is still there")
		}
	})

	t.Run("twenty concurrent clicks decide once", func(t *testing.T) {
		r, at := c.ask(t, "marie", "bob@u.fr", "third@u.fr")
		actions := c.reads(t, at).Attachments()[0].Actions
		var wait sync.WaitGroup
		for i := range 20 {
			who := []desk.UID{"paul", "sylvie"}[i%2]
			wait.Go(func() { c.people[who].Client.DoPostAction(context.Background(), at.ID, actions[i/2%2].Id) }) //nolint:errcheck // most come too late
		}
		wait.Wait()
		if n := c.decisions(r.ID); n != 1 {
			t.Errorf("%d decisions", n)
		}
	})

	t.Run("a deleted card needs no edit", func(t *testing.T) {
		r, at := c.ask(t, "marie", "bob@u.fr", "fourth@u.fr")
		_, err := c.server.Admin.Client.DeletePost(t.Context(), at.ID)
		must(t, err)
		must(t, c.bot.Edit(t.Context(), at, desk.ToApprovers, r))
	})

	t.Run("asker is told in a thread", func(t *testing.T) {
		r, _ := c.Request("D-2")
		card := got(c.bot.Tell(t.Context(), desk.ToAsker, r))
		must(t, c.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Post: card, Shows: r.State}))
		r, _ = c.Request("D-2")
		end := got(c.bot.Tell(t.Context(), desk.ToAskerEnd, r))
		if p := c.reads(t, end); p.RootId != card.ID || p.ChannelId != card.Channel {
			t.Errorf("posted %+v", p)
		}
		r.By = "bob"
		if at := got(c.bot.Tell(t.Context(), desk.ToAsker, r)); at != (desk.Post{}) {
			t.Errorf("posted %v to somebody who is not bound", at)
		}
	})

	t.Run("deactivated approver", func(t *testing.T) {
		_, at := c.ask(t, "marie", "bob@u.fr", "fifth@u.fr")
		must(t, c.press(t, "eve", at, 0))
		captured := c.last("/action")
		_, err := c.server.Admin.Client.UpdateUserActive(t.Context(), c.people["eve"].Id, false)
		must(t, err)
		user, err := c.real.User(t.Context(), c.people["eve"].Id)
		if err != nil || !user.Deleted {
			t.Errorf("%+v, %v", user, err)
		}
		c.sendRaw(t, captured)
		if c.state("D-5") != desk.Waiting {
			t.Error("decided")
		}
	})
}

func (c *campus) decisions(id desk.ID) (n int) {
	for _, e := range c.all() {
		switch e.Fact.(type) {
		case desk.Approved, desk.Refused:
			if e.ID == id {
				n++
			}
		}
	}
	return n
}

// attack tries what mattermost.md lists, by the server itself.
func (c *campus) attack(t *testing.T, r desk.Request, card desk.Post) {
	must(t, c.press(t, "eve", card, 0)) // a member of the channel who is no approver; her body leaks
	leaked := c.last("/action")
	c.sendRaw(t, leaked)
	c.sendRaw(t, bytes.ReplaceAll(leaked, []byte(c.people["eve"].Id), []byte(c.people["paul"].Id)))
	want := map[string]int{"approver.not": 1, "replay": 2, "trigger": 1}

	var click model.PostActionIntegrationRequest
	must(t, json.Unmarshal(leaked, &click))
	for channel, reason := range map[string]string{c.square(t): "unsigned", c.approvers.Id: "foreign"} {
		trap := &model.Post{ChannelId: channel, Message: "a cat"}
		trap.AddProp("attachments", []*model.SlackAttachment{{Text: "cat", Actions: []*model.PostAction{{Id: "cat", Type: "button", Name: "cat",
			Integration: &model.PostActionIntegration{URL: c.callbacks.URL + "/action", Context: click.Context}}}}})
		made, _, err := c.people["eve"].Client.CreatePost(t.Context(), trap)
		must(t, err)
		_, err = c.people["paul"].Client.DoPostAction(t.Context(), made.Id, "cat")
		must(t, err)
		want[reason]++
	}
	_, _, err := c.people["paul"].Client.SubmitInteractiveDialog(t.Context(), model.SubmitDialogRequest{URL: c.callbacks.URL + "/action", State: "x",
		CallbackId: "c", ChannelId: c.approvers.Id, TeamId: c.server.Team.Id, Submission: map[string]any{}})
	must(t, err)
	want["malformed"]++
	for reason, n := range want {
		if c.bot.Refused()[reason] != n {
			t.Errorf("%s: refused %d times, want %d", reason, c.bot.Refused()[reason], n)
		}
	}
	if c.state(r.ID) != desk.Waiting {
		t.Errorf("state %q", c.state(r.ID))
	}
}

func TestListenOutlivesMattermost(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.bot.Listen(ctx) }()
	direct := func() *model.Channel {
		d, _, err := c.people["marie"].Client.CreateDirectChannel(t.Context(), c.people["marie"].Id, c.self.UserId)
		must(t, err)
		return d
	}()
	say := func(text string) *model.Post {
		p, _, err := c.people["marie"].Client.CreatePost(t.Context(), &model.Post{ChannelId: direct.Id, Message: text})
		must(t, err)
		return p
	}
	c.answered(t, say("aide"), "/melusine")
	c.answered(t, say("quota bob 2Go"), "D-1")

	c.server.Stop(t)
	c.server.Start(t)
	c.answered(t, say("quota bob 3Go"), "D-2")

	// What is said while nobody listens is answered afterwards, once.
	cancel()
	must(t, <-done)
	missed := say("quota bob 4Go")
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	go func() { done <- c.bot.Listen(ctx) }()
	c.answered(t, missed, "D-3")
	cancel()
	must(t, <-done)
	if n := len(c.ids()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func shown(p *model.Post) string {
	s := p.Message
	for _, a := range p.Attachments() {
		s += "\n" + a.Text
	}
	return s
}

// answered waits for the one answer below a post.
func (c *campus) answered(t *testing.T, p *model.Post, want string) {
	t.Helper()
	c.answeredTo(t, "marie", p, want)
}

func (c *campus) answeredTo(t *testing.T, who desk.UID, p *model.Post, want string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		thread, _, err := c.people[who].Client.GetPostThread(t.Context(), p.Id, "", false)
		must(t, err)
		var answers []string
		for _, a := range thread.Posts {
			if a.UserId == c.self.UserId {
				answers = append(answers, shown(a))
			}
		}
		if len(answers) == 1 && strings.Contains(answers[0], want) {
			return
		}
		if len(answers) > 1 || time.Now().After(deadline) {
			t.Fatalf("answers to %q: %q", p.Message, answers)
		}
		select {
		case <-t.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}
