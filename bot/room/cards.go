package room

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/unistra/melusine/bot"
)

// A sample is a post as Mattermost is sent it.
type sample struct {
	Message string `json:"message"`
	Props   struct {
		Attachments []struct {
			Color  string `json:"color"`
			Title  string `json:"title"`
			Text   string `json:"text"`
			Footer string `json:"footer"`
			Fields []struct {
				Title string `json:"title"`
				Value string `json:"value"`
				Short bool   `json:"short"`
			} `json:"fields"`
			Actions []struct {
				Name  string `json:"name"`
				Style string `json:"style"`
			} `json:"actions"`
		} `json:"attachments"`
	} `json:"props"`
}

// cards shows the samples of the house, one of each card, in the reader's language.
func (r *Room) cards(w http.ResponseWriter, q *http.Request, s seat) {
	v := r.view(q, s)
	c := channel{ID: "cards", Title: v.T("cards"), Hint: v.T("cards.hint")}
	names, err := fs.Glob(r.Samples, "*."+v.Lang+".json")
	for _, name := range names {
		var p *post
		if p, err = r.sample(name); err != nil {
			break
		}
		c.Posts = append(c.Posts, shown{post: p, Author: strings.TrimSuffix(name, "."+v.Lang+".json"), Tone: tones[toneOf(p)]})
	}
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	v.Channels = []channel{c}
	r.write(w, "cards.html", v)
}

func toneOf(p *post) bot.Tone {
	if p.Card == nil {
		return bot.Neutral
	}
	return p.Card.Tone
}

// sample reads one; nothing that it offers can be clicked.
func (r *Room) sample(name string) (*post, error) {
	text, err := fs.ReadFile(r.Samples, name)
	if err != nil {
		return nil, fmt.Errorf("read sample: %w", err)
	}
	var read sample
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("read sample %s: %w", name, err)
	}
	p := &post{Message: bot.Message{Line: read.Message}, ID: "sample-" + strings.ReplaceAll(strings.TrimSuffix(name, ".json"), ".", "-")}
	for _, a := range read.Props.Attachments {
		p.Card = &bot.Card{Tone: bot.Tone(a.Color), Title: a.Title, Text: a.Text, Footer: a.Footer}
		for _, f := range a.Fields {
			p.Card.Fields = append(p.Card.Fields, bot.Field{Title: f.Title, Value: f.Value, Short: f.Short})
		}
		for _, b := range a.Actions {
			p.Card.Buttons = append(p.Card.Buttons, bot.Button{Label: b.Name, Style: b.Style})
		}
	}
	return p, nil
}
