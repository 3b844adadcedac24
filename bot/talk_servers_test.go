//go:build servers

package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/internal/desk"
)

// Through a real server each verb is understood in both languages, sentences are
// confirmed, forms are filled in, and who names us in a channel is answered.
func TestSentencesOnMattermost(t *testing.T) {
	c := newCampus(t)
	c.bind(t, "marie", "paul")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.bot.Listen(ctx) }()
	defer func() { cancel(); must(t, <-done) }()

	t.Run("every verb in both languages", func(t *testing.T) {
		for i, pair := range commands {
			for _, typed := range pair {
				if strings.Contains(typed, "%d") {
					typed = fmt.Sprintf(typed, i)
				}
				before := c.bot.Refused()["verb.unknown"]
				if said := c.types(t, "marie", typed); said == "" || c.bot.Refused()["verb.unknown"] != before {
					t.Errorf("%q is answered %q", typed, said)
				}
			}
		}
	})

	direct, _, err := c.people["marie"].Client.CreateDirectChannel(t.Context(), c.people["marie"].Id, c.self.UserId)
	must(t, err)
	say := func(channel, root, text string) *model.Post {
		p, _, err := c.people["marie"].Client.CreatePost(t.Context(), &model.Post{ChannelId: channel, RootId: root, Message: text})
		must(t, err)
		return p
	}
	asked := len(c.ids())

	t.Run("a sentence, a missing part, a button", func(t *testing.T) {
		first := say(direct.Id, "", "augmente le quota de bob")
		c.replies(t, first.Id, 1, "What size")
		say(direct.Id, first.Id, "à 7 Go")
		card := c.replies(t, first.Id, 2, "To confirm")
		_, err := c.people["marie"].Client.DoPostAction(t.Context(), card.Id, card.Attachments()[0].Actions[0].Id)
		must(t, err)
		if now := c.reads(t, desk.Post{ID: card.Id}); len(c.ids()) != asked+1 || !strings.Contains(now.Message, "D-") {
			t.Errorf("%d requests, shows %q", len(c.ids()), now.Message)
		}
		if late := c.reads(t, desk.Post{ID: card.Id}); len(late.Attachments()) != 0 {
			t.Errorf("the buttons are still there: %+v", late.Attachments()[0])
		}
	})
	t.Run("a typed yes, in the thread", func(t *testing.T) {
		first := say(direct.Id, "", "passe le quota de bob à 8 Go stp")
		c.replies(t, first.Id, 1, "To confirm")
		say(direct.Id, first.Id, "oui")
		c.replies(t, first.Id, 2, "D-")
		if len(c.ids()) != asked+2 {
			t.Errorf("%d requests", len(c.ids()))
		}
	})
	t.Run("a sentence by slash, confirmed by its button", func(t *testing.T) {
		answer, _, err := c.people["marie"].Client.ExecuteCommand(t.Context(), c.square(t), "/melusine passe le quota de bob à 9 Go")
		must(t, err)
		if !strings.Contains(answer.Text, "To confirm") {
			t.Errorf("told %q", answer.Text)
		}
		c.types(t, "marie", "oui")
		if len(c.ids()) != asked+3 {
			t.Errorf("%d requests", len(c.ids()))
		}
	})
	t.Run("a mention is answered in person", func(t *testing.T) {
		_, _, err := c.server.Admin.Client.AddChannelMember(t.Context(), c.square(t), c.self.UserId)
		must(t, err)
		p := say(c.square(t), "", "@"+c.self.Username+", passe le quota de bob à 10 Go")
		if note := c.replies(t, p.Id, 1, "direct message"); strings.Contains(note.Message, "u.fr") {
			t.Errorf("everybody reads %q", note.Message)
		}
		say(direct.Id, "", "non")
	})
	t.Run("the guided way", func(t *testing.T) {
		events, err := model.NewWebSocketClient4("ws"+strings.TrimPrefix(c.server.URL, "http"), c.people["marie"].Client.AuthToken)
		must(t, err)
		defer events.Close()
		events.Listen()
		if said := c.types(t, "marie", ""); !strings.Contains(said, "form is open") {
			t.Fatalf("told %q", said)
		}
		open := c.opened(t, events)
		submit := func(values map[string]any, state string) *model.SubmitDialogResponse {
			r, _, err := c.people["marie"].Client.SubmitInteractiveDialog(t.Context(), model.SubmitDialogRequest{Type: "dialog_submission", URL: open.URL,
				CallbackId: open.Dialog.CallbackId, State: state, ChannelId: c.square(t), TeamId: c.server.Team.Id, Submission: values})
			must(t, err)
			return r
		}
		next := submit(map[string]any{"verb": "quota.set"}, open.Dialog.State)
		if next.Type != "form" || next.Form == nil {
			t.Fatalf("answered %+v", next)
		}
		found, _, err := c.people["marie"].Client.LookupInteractiveDialog(t.Context(), model.SubmitDialogRequest{Type: "dialog_lookup", URL: next.Form.Elements[0].DataSourceURL,
			CallbackId: open.Dialog.CallbackId, State: next.Form.State, ChannelId: c.square(t), TeamId: c.server.Team.Id,
			Submission: map[string]any{"query": "", "selected_field": "target"}})
		must(t, err)
		if len(found.Items) != 1 || found.Items[0].Value != "marie@u.fr" {
			t.Errorf("found %+v", found)
		}
		if r := submit(map[string]any{"target": "bob@u.fr", "size": "12"}, next.Form.State); len(r.Errors) == 0 && r.Error == "" {
			t.Errorf("took %+v", r)
		}
		if r := submit(map[string]any{"target": "bob@u.fr", "size": "12 Go"}, next.Form.State); r != nil && (r.Error != "" || len(r.Errors) > 0) {
			t.Errorf("told %+v", r)
		}
		c.types(t, "marie", "aide")
		say(direct.Id, "", "oui")
		deadline := time.Now().Add(20 * time.Second)
		for len(c.ids()) != asked+4 && time.Now().Before(deadline) {
			<-time.After(20 * time.Millisecond) // the message travels
		}
		if len(c.ids()) != asked+4 {
			t.Errorf("%d requests", len(c.ids())-asked)
		}
		if _, _, err := c.people["paul"].Client.SubmitInteractiveDialog(t.Context(), model.SubmitDialogRequest{Type: "dialog_submission", URL: open.URL,
			CallbackId: open.Dialog.CallbackId, State: next.Form.State, ChannelId: c.square(t), TeamId: c.server.Team.Id,
			Submission: map[string]any{"target": "bob@u.fr", "size": "13 Go"}}); err != nil || c.bot.Refused()["notyours"] != 1 {
			t.Errorf("%v, refused %v", err, c.bot.Refused())
		}
	})
}

// opened waits for the form that the server shows.
func (c *campus) opened(t *testing.T, events *model.WebSocketClient) (open model.OpenDialogRequest) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e := <-events.EventChannel:
			if e.EventType() == model.WebsocketEventOpenDialog {
				raw, _ := e.GetData()["dialog"].(string)
				must(t, json.Unmarshal([]byte(raw), &open))
				return open
			}
		case <-limit:
			t.Fatal("no form was opened")
		}
	}
}

// replies waits for the nth answer below a post.
func (c *campus) replies(t *testing.T, root string, nth int, want string) *model.Post {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		thread, _, err := c.people["marie"].Client.GetPostThread(t.Context(), root, "", false)
		must(t, err)
		thread.SortByCreateAt()
		var answers []*model.Post
		for i := len(thread.Order) - 1; i >= 0; i-- {
			if p := thread.Posts[thread.Order[i]]; p.UserId == c.self.UserId {
				answers = append(answers, p)
			}
		}
		if len(answers) >= nth {
			if last := answers[nth-1]; strings.Contains(shown(last), want) {
				return last
			}
			t.Fatalf("answered %q", shown(answers[nth-1]))
		}
		if time.Now().After(deadline) {
			t.Fatalf("no answer %d below %s", nth, root)
		}
		<-time.After(20 * time.Millisecond)
	}
}
