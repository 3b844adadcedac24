package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Each state in which a human may be needed is told with what is known of it.
func TestUnknownTellsTheEvidence(t *testing.T) {
	c, events, _ := archive(t)
	n := serving(t, c, events, &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne"}})
	start := time.Now().UTC()
	box := desk.Account{ID: "zimbra-1", Address: "jeanne@univ-test.fr", Status: "active", Quota: 10 << 30, Aliases: []desk.Address{"j@univ-test.fr"}}
	plan := desk.Plan{}
	for _, verb := range []desk.Verb{desk.AccountClose, desk.AccountHide} {
		do, err := desk.NewAction(verb, "jeanne@univ-test.fr", nil)
		undo, ok := desk.Undo(do, box)
		if err != nil || !ok {
			t.Fatal(err)
		}
		plan.Steps = append(plan.Steps, desk.Step{Do: do, Undo: undo})
	}
	started := func(nth int) desk.Started {
		return desk.Started{Attempt: nth, Issued: start, Until: start.Add(6 * time.Minute), Before: box}
	}
	step := func(nth, step int, undo bool) desk.Started {
		s := started(nth)
		s.Step, s.Undo = step, undo
		return s
	}
	failed := func(nth int, code desk.Code) desk.Failed {
		return desk.Failed{Attempt: nth, Code: code, Error: "BSS said no", Final: true}
	}
	cases := []struct {
		id    desk.ID
		facts []desk.Fact
		after time.Duration
		want  []string // in French, then in English
		never []string
	}{
		{facts: []desk.Fact{started(1)}, want: nil}, // under way
		{facts: []desk.Fact{started(1)}, after: 7 * time.Minute, want: []string{"Tentatives : 1", "Ne refaites rien", "Do nothing by hand", "Dernier envoi"}},
		{facts: []desk.Fact{started(1), desk.Unknown{Attempt: 1, Looks: 1, Error: "answer cut", Until: start.Add(6 * time.Minute)}},
			want: []string{"d'issue inconnue à cette étape : 1", "answer cut", "zimbra-1", "alias : j@univ-test.fr", "10\u202fGo", "10\u00a0GB", "pas avant le", "3 envois au plus"}},
		{facts: []desk.Fact{started(1), desk.Unknown{Attempt: 1, Looks: 1, Error: "answer cut", Until: start.Add(6 * time.Minute)}}, after: time.Hour,
			want: []string{"Le serveur tourne-t-il", "Is the server running"}, never: []string{"Ne refaites rien"}},
		{facts: []desk.Fact{started(1), failed(1, desk.NoEffect)}, want: []string{"demandez à RENATER", "BSS said no"}, never: []string{"pas avant"}},
		{facts: []desk.Fact{started(1), failed(1, desk.OtherMailbox)}, want: []string{"la boîte n'est plus là", "another's"}},
		{facts: []desk.Fact{failed(0, desk.NotAllowed)}, want: []string{"lisez la cause", "Tentatives : 0"}, never: []string{"Dernier envoi"}},
		{facts: []desk.Fact{desk.Planned{Plan: plan}, started(1), desk.Stepped{Attempt: 1, Proof: box}, step(2, 1, false), failed(2, desk.PartageRefused), step(3, 0, true), failed(3, desk.NoEffect)},
			want: []string{"Étape 1 sur 2, en vigueur : account.close jeanne@univ-test.fr", "Step 1 of 2", "la dernière d'abord"}, never: []string{"Étape 2"}},
		{facts: []desk.Fact{desk.Planned{Plan: plan}, started(1), desk.Stepped{Attempt: 1, Proof: box}, step(2, 1, false), failed(2, desk.PartageRefused), step(3, 0, true), desk.Undone{Attempt: 3, Proof: box}},
			want: []string{"tout a été repris", "all was taken back"}, never: []string{"en vigueur"}},
	}
	for i := range cases {
		cases[i].id = n.allowed(t, "x@univ-test.fr")
		n.record(t, cases[i].id, desk.System, cases[i].facts...)
	}
	for _, tt := range cases {
		var text string
		for _, lang := range []string{"fr", "en"} {
			var out bytes.Buffer
			if err := (unknownCommand{Days: 30, Lang: lang}).tell(t.Context(), &out, c, events, start.Add(tt.after)); err != nil {
				t.Fatal(err)
			}
			for _, told := range strings.Split(out.String(), "\n\n") {
				if strings.Contains(told, string(tt.id)+",") {
					text += told
				}
			}
		}
		if (text == "") != (tt.want == nil) || strings.Contains(text, "{") {
			t.Errorf("%s: %s", tt.id, text)
		}
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", tt.id, want, text)
			}
		}
		for _, never := range tt.never {
			if strings.Contains(text, never) {
				t.Errorf("%s says %q: %s", tt.id, never, text)
			}
		}
	}
	for _, tt := range []struct{ days, after, want int }{{30, 29, 9}, {30, 31, 4}, {0, 31, 9}} {
		var out bytes.Buffer
		var found []requestLine
		err := (unknownCommand{Days: tt.days, JSON: true}).tell(t.Context(), &out, c, events, start.Add(time.Duration(tt.after)*24*time.Hour))
		if err == nil {
			err = json.Unmarshal(out.Bytes(), &found)
		}
		if err != nil || len(found) != tt.want {
			t.Errorf("%v: %v, %d found", tt, err, len(found))
		}
		for _, l := range found { // what was read, and when it was sent, of each that was sent
			if l.Attempts > 0 != (l.Before != nil && l.Before.ID != "" && l.Sent != nil) || l.State.Final() != (l.Next == nil) {
				t.Errorf("%+v", l)
			}
		}
	}
}

func TestRequestsCommand(t *testing.T) {
	c, events, _ := archive(t)
	n := serving(t, c, events, &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne"}})
	ready := n.allowed(t, "x@univ-test.fr")
	for name, tt := range map[string]struct {
		command requestsCommand
		want    []string
		lines   int
	}{
		"all":      {requestsCommand{Lang: "fr"}, []string{string(ready), "D-1", "refusée", "alias=x@univ-test.fr", "paul"}, 2},
		"one":      {requestsCommand{Lang: "en", Limit: 1}, []string{string(ready)}, 1},
		"by state": {requestsCommand{Lang: "fr", State: []string{"rejected"}}, []string{"D-1"}, 1},
		"two":      {requestsCommand{Lang: "fr", State: []string{"rejected", "ready"}}, []string{"D-1", string(ready)}, 2},
		"none":     {requestsCommand{Lang: "fr", State: []string{"held"}}, nil, 0},
	} {
		var out bytes.Buffer
		if err := tt.command.list(t.Context(), &out, c, events); err != nil || strings.Count(out.String(), "\n") != tt.lines {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
		for _, want := range tt.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out.String())
			}
		}
	}
	if err := (requestsCommand{State: []string{"lost"}}).list(t.Context(), t.Output(), c, events); err == nil || !strings.Contains(err.Error(), "doubtful") {
		t.Errorf("a state that is none: %v", err)
	}
	var out bytes.Buffer
	var found []requestLine
	if err := (requestsCommand{JSON: true}).list(t.Context(), &out, c, events); err != nil || json.Unmarshal(out.Bytes(), &found) != nil || len(found) != 2 || found[0].ID != ready || found[0].State != desk.Ready {
		t.Errorf("%v: %s", err, out.String())
	}
}
