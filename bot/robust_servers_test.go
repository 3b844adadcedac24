//go:build servers

package bot_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/internal/desk"
)

// node is another process on the same bot account.
func (c *campus) node(tb testing.TB) *bot.Bot {
	tb.Helper()
	real := got(bot.NewMattermost(c.real.Server))
	return got(bot.New(bot.Config{Desk: c.desk, Chat: real, Secret: secret, Channel: c.approvers.Id, URL: c.callbacks.URL, Link: "https://portal/lier",
		Approvers: func() []string { return []string{"admins"} }, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)}))
}

// listen has bots listen until stop.
func (c *campus) listen(tb testing.TB, bots ...*bot.Bot) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, b := range bots {
		all.Go(func() {
			if err := b.Listen(ctx); err != nil {
				tb.Error(err)
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// says has somebody write to the bot.
func (c *campus) says(tb testing.TB, who desk.UID, text string) *model.Post {
	tb.Helper()
	d, _, err := c.people[who].Client.CreateDirectChannel(tb.Context(), c.people[who].Id, c.self.UserId)
	must(tb, err)
	p, _, err := c.people[who].Client.CreatePost(tb.Context(), &model.Post{ChannelId: d.Id, Message: text})
	must(tb, err)
	return p
}

// eventually waits for what the server will have told us.
func eventually(tb testing.TB, what string, holds func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			tb.Fatalf("not within half a minute: %s", what)
		}
		select {
		case <-tb.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// What is written before, while and right after the server restarts is answered,
// each once, by whichever of three nodes.
func TestARestartLosesNoMessage(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie")
	stop := c.listen(t, c.bot, c.node(t), c.node(t))
	defer stop()
	var posts []*model.Post
	say := func(n int) {
		for range n {
			posts = append(posts, c.says(t, "marie", fmt.Sprintf("quota bob %dGo", len(posts)+2)))
		}
	}
	say(1)
	c.answered(t, posts[0], "D-1")
	say(10) // some of these are not answered yet when it stops
	c.server.Stop(t)
	c.server.Start(t)
	say(20) // nobody has come back yet
	for _, p := range posts {
		c.answered(t, p, "D-")
	}
	stop()
	for _, p := range posts { // still once, after all is quiet
		c.answered(t, p, "D-")
	}
	if n := len(c.ids()); n != len(posts) {
		t.Errorf("%d requests for %d messages", n, len(posts))
	}
}

// A person is told apart from their account the moment it is deactivated, and
// cannot come back to what they were.
func TestADeactivatedAccountIsUntied(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul")
	defer c.listen(t, c.bot)()
	c.answered(t, c.says(t, "marie", "aide"), "/melusine")
	_, err := c.server.Admin.Client.UpdateUserActive(t.Context(), c.people["paul"].Id, false)
	must(t, err)
	eventually(t, "paul's account is untied", func() bool { return c.Binding(c.people["paul"].Id) == "" })
	if c.Binding(c.people["marie"].Id) != "marie" {
		t.Error("marie's is, too")
	}
	_, err = c.server.Admin.Client.UpdateUserActive(t.Context(), c.people["paul"].Id, true)
	must(t, err)
	_, _, err = c.people["paul"].Client.Login(t.Context(), c.people["paul"].Username, c.people["paul"].Password)
	must(t, err)
	if said := c.types(t, "paul", "compte paul"); !strings.Contains(said, "https://portal/lier") {
		t.Errorf("told %q", said)
	}
}

// The command is there in a team that the bot joins later, at once.
func TestTheCommandFollowsTheBotIntoATeam(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie")
	defer c.listen(t, c.bot)()
	c.answered(t, c.says(t, "marie", "aide"), "/melusine")
	team, _, err := c.server.Admin.Client.CreateTeam(t.Context(), &model.Team{Name: "sports", DisplayName: "Sports", Type: model.TeamOpen})
	must(t, err)
	for _, who := range []string{c.people["marie"].Id, c.self.UserId} {
		_, _, err := c.server.Admin.Client.AddTeamMember(t.Context(), team.Id, who)
		must(t, err)
	}
	square, _, err := c.server.Admin.Client.GetChannelByName(t.Context(), "town-square", team.Id, "")
	must(t, err)
	eventually(t, "the command works there", func() bool {
		answer, _, err := c.people["marie"].Client.ExecuteCommand(t.Context(), square.Id, "/melusine compte marie")
		return err == nil && strings.Contains(answer.Text, "marie@u.fr")
	})
}

// An account that the server signs in by the directory needs no code; by another
// service, or with the service not named, it does.
func TestTheServerSaysWhoSomebodyIs(t *testing.T) {
	c := newCampus(t)
	c.house.people["zoe"] = desk.Person{UID: "zoe", Name: "Zoé"}
	c.people["zoe"] = c.server.Person(t, "zoe")
	signs := func(who, service, as string) {
		_, _, err := c.server.Admin.Client.UpdateUserAuth(t.Context(), c.people[desk.UID(who)].Id, &model.UserAuth{AuthData: &as, AuthService: service})
		must(t, err)
	}
	signs("zoe", model.UserAuthServiceLdap, "zoe")
	signs("bob", model.ServiceGitlab, "bob")
	if said := c.types(t, "zoe", "compte zoe"); !strings.Contains(said, "https://portal/lier") {
		t.Errorf("without being told to: %q", said)
	}
	real := got(bot.NewMattermost(bot.Server{URL: c.server.URL, Token: c.real.Token, Admin: c.real.Admin, Services: []string{"ldap"},
		Now: time.Now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler)}))
	for who, want := range map[desk.UID]bot.User{"zoe": {Service: "ldap", Subject: "zoe"}, "bob": {}, "eve": {}} {
		if u := got(real.User(t.Context(), c.people[who].Id)); u.Service != want.Service || u.Subject != want.Subject {
			t.Errorf("%s: %+v", who, u)
		}
	}
	believing := got(bot.New(bot.Config{Desk: c.desk, Chat: real, Secret: secret, Channel: c.approvers.Id, URL: c.callbacks.URL, Link: "https://portal/lier",
		Approvers: func() []string { return nil }, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)}))
	must(t, believing.Register(t.Context()))
	defer c.listen(t, believing)()
	c.answeredTo(t, "zoe", c.says(t, "zoe", "demandes"), "Your requests")
	if c.Binding(c.people["zoe"].Id) != "zoe" {
		t.Error("zoe is not recognised")
	}
	signs("zoe", model.UserAuthServiceLdap, "somebody")
	must(t, believing.Recheck(t.Context()))
	if c.Binding(c.people["zoe"].Id) != "" {
		t.Error("still zoe, though the server says otherwise")
	}
}

// A confidential request leaves no trace in any channel of the real server.
func TestNothingConfidentialOnTheServer(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul", "sylvie")
	c.desk.Rules = decision(secretly)
	if said := c.types(t, "marie", "alias ajouter alice.martin@u.fr bob motif : prénom d'usage"); !strings.Contains(said, "D-1") {
		t.Fatalf("told %q", said)
	}
	r := c.settles(t, "D-1")
	at := r.Announced[desk.ToApprover("D-1", "paul")].Post
	must(t, c.press(t, "paul", at, 0))
	if c.settles(t, "D-1"); c.state("D-1") != desk.Ready {
		t.Fatalf("%s, refused %v", c.state("D-1"), c.bot.Refused())
	}
	for _, channel := range []string{c.approvers.Id, c.square(t)} {
		list, _, err := c.server.Admin.Client.GetPostsForChannel(t.Context(), channel, 0, 200, "", false, false)
		must(t, err)
		for _, p := range list.Posts {
			if p.UserId == c.self.UserId && p.Type == "" || strings.Contains(shown(p), "alice") {
				t.Errorf("a channel shows %q", shown(p))
			}
		}
	}
}
