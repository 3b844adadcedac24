package bot

import (
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// A post is the part of a Mattermost post that shows something. It is always
// made anew from our own state: what the server gives back has lost the
// buttons' integrations.
type post struct {
	Message string                `json:"message"`
	Props   model.StringInterface `json:"props"`
}

// keyProp remembers in a post which Message it was made from.
const keyProp = "melusine"

func render(m Message) *post {
	p := &post{Message: m.Line, Props: model.StringInterface{"attachments": attachments(m)}}
	if m.Key != "" {
		p.Props[keyProp] = m.Key
	}
	return p
}

// attachments is never nil: without it a post would keep its old buttons.
func attachments(m Message) []*model.SlackAttachment {
	if m.Card == nil {
		return []*model.SlackAttachment{}
	}
	a := &model.SlackAttachment{Fallback: strings.ReplaceAll(m.Line, "`", ""), Color: string(m.Card.Tone),
		Title: m.Card.Title, Text: strings.TrimSpace(m.Card.Text), Footer: m.Card.Footer}
	for _, f := range m.Card.Fields {
		a.Fields = append(a.Fields, &model.SlackAttachmentField{
			Title: f.Title, Value: f.Value, Short: model.SlackCompatibleBool(f.Short),
		})
	}
	for _, b := range m.Card.Buttons {
		a.Actions = append(a.Actions, b.action())
	}
	return []*model.SlackAttachment{a}
}

// action has no id: the server draws one that nobody can guess.
func (b Button) action() *model.PostAction {
	context := map[string]any{}
	for k, v := range b.Context {
		context[k] = v
	}
	return &model.PostAction{Type: model.PostActionTypeButton, Name: b.Label, Style: b.Style,
		Integration: &model.PostActionIntegration{URL: b.URL, Context: context}}
}
