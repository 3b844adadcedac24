//go:build servers

package dev_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/unistra/melusine/deploy/dev"
)

func TestMattermostCarriesMessagesAndCommands(t *testing.T) {
	m := dev.Mattermost(t)
	ada := m.Person(t, "ada")
	bot, token := m.Bot(t, "melusine")
	channel := m.Channel(t, "approvals", ada.Id, bot.UserId)

	post, _, err := m.Client(token).CreatePost(t.Context(), &model.Post{ChannelId: channel.Id, Message: "Bonjour"})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("a post is read by another", func(t *testing.T) {
		seen, _, err := ada.Client.GetPost(t.Context(), post.Id, "")
		if err != nil || seen.Message != "Bonjour" || seen.UserId != bot.UserId {
			t.Errorf("seen %+v, %v", seen, err)
		}
	})
	t.Run("a command reaches loopback with its token", func(t *testing.T) {
		asked := make(chan string, 1)
		answerer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked <- r.FormValue("token") + " " + r.FormValue("text")
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(model.CommandResponse{Text: "fait"})
		}))
		defer answerer.Close()
		command := m.Command(t, "melusine", answerer.URL)
		if _, _, err := ada.Client.ExecuteCommand(t.Context(), channel.Id, "/melusine aide"); err != nil {
			t.Fatal(err)
		}
		if got := <-asked; got != command.Token+" aide" {
			t.Errorf("asked %q", got)
		}
	})
	t.Run("a restart forgets nothing", func(t *testing.T) {
		m.Restart(t)
		if _, _, err := ada.Client.GetPost(t.Context(), post.Id, ""); err != nil {
			t.Error(err)
		}
	})
}
