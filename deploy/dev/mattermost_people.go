package dev

import (
	"context"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Person is a Mattermost user and their open session.
type Person struct {
	*model.User
	Password string
	Client   *model.Client4 // logged in; Client.AuthToken is the session's token
}

// Person makes a user of the team and logs them in. Their address is
// name@univ-test.fr.
func (m *MattermostServer) Person(tb testing.TB, name string) *Person {
	tb.Helper()
	user, _, err := m.Admin.Client.CreateUser(context.Background(), newcomer(name))
	must(tb, err)
	m.join(tb, user.Id)
	return m.login(tb, user)
}

// Bot makes a bot of the team and returns it with an access token.
func (m *MattermostServer) Bot(tb testing.TB, name string) (bot *model.Bot, token string) {
	tb.Helper()
	ctx := context.Background()
	bot, _, err := m.Admin.Client.CreateBot(ctx, &model.Bot{Username: name, DisplayName: name})
	must(tb, err)
	m.join(tb, bot.UserId)
	access, _, err := m.Admin.Client.CreateUserAccessToken(ctx, bot.UserId, "test")
	must(tb, err)
	return bot, access.Token
}

// Client returns a client that speaks with a token, such as a bot's.
func (m *MattermostServer) Client(token string) *model.Client4 {
	client := m.client()
	client.SetToken(token)
	return client
}

// Channel makes a private channel of the team with the administrator and the
// given user ids in it.
func (m *MattermostServer) Channel(tb testing.TB, name string, members ...string) *model.Channel {
	tb.Helper()
	ctx := context.Background()
	channel, _, err := m.Admin.Client.CreateChannel(ctx, &model.Channel{
		TeamId: m.Team.Id, Name: name, DisplayName: name, Type: model.ChannelTypePrivate,
	})
	must(tb, err)
	for _, id := range members {
		_, _, err := m.Admin.Client.AddChannelMember(ctx, channel.Id, id)
		must(tb, err)
	}
	return channel
}

// Command makes a slash command of the team that posts to a URL; its Token is
// what Mattermost will send.
func (m *MattermostServer) Command(tb testing.TB, trigger, url string) *model.Command {
	tb.Helper()
	command, _, err := m.Admin.Client.CreateCommand(context.Background(), &model.Command{
		TeamId: m.Team.Id, Trigger: trigger, URL: url,
		Method: model.CommandMethodPost, AutoComplete: true,
	})
	must(tb, err)
	return command
}

func (m *MattermostServer) join(tb testing.TB, userID string) {
	tb.Helper()
	_, _, err := m.Admin.Client.AddTeamMember(context.Background(), m.Team.Id, userID)
	must(tb, err)
}

func (m *MattermostServer) login(tb testing.TB, user *model.User) *Person {
	tb.Helper()
	client := m.client()
	_, _, err := client.Login(context.Background(), user.Username, chatPassword)
	must(tb, err)
	return &Person{User: user, Password: chatPassword, Client: client}
}

func newcomer(name string) *model.User {
	return &model.User{Username: name, Email: name + "@univ-test.fr", Password: chatPassword}
}
