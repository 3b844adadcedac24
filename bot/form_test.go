package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

// sends submits a form, as the chat server would.
func (h *house) sends(tb testing.TB, kind string, who desk.UID, state string, values map[string]any) (r struct {
	Error  string
	Errors map[string]string
	Type   string
	Form   *model.Dialog
	Items  []model.DialogSelectOption
}) {
	tb.Helper()
	body := got(json.Marshal(map[string]any{"type": kind, "user_id": room.Account(who), "state": state, "submission": values,
		"callback_id": "melusine", "channel_id": h.chat.Channel(), "team_id": h.chat.Channel()}))
	path := map[string]string{"dialog_lookup": "/lookup"}[kind]
	if path == "" {
		path = "/dialog"
	}
	w := post(h.bot, path, "application/json", body)
	if w.Code != 200 {
		tb.Fatalf("status %d", w.Code)
	}
	must(tb, json.Unmarshal(w.Body.Bytes(), &r))
	return r
}

// guided opens the guided way and goes to the page of a verb.
func (h *house) guided(tb testing.TB, who desk.UID, verb string) *model.Dialog {
	tb.Helper()
	h.chat.formy = true
	if said := h.types(tb, who, "  "); !strings.Contains(said, "form is open") {
		tb.Fatalf("said %q", said)
	}
	first := h.chat.forms[len(h.chat.forms)-1]
	r := h.sends(tb, "dialog_submission", who, first.State, map[string]any{"verb": verb})
	if r.Type != "form" || r.Form == nil {
		tb.Fatalf("answered %+v", r)
	}
	return r.Form
}

func TestTheGuidedWay(t *testing.T) {
	h := newHouse(t)
	page := h.guided(t, "marie", "quota.set")
	if n := len(h.chat.forms[0].Inputs[0].Options); n < 5 || n > 20 || len(page.Elements) != 3 || page.Elements[0].DataSource != "dynamic" {
		t.Errorf("%d options, fields %+v", n, page.Elements)
	}
	bad := h.sends(t, "dialog_submission", "marie", page.State, map[string]any{"target": "bob@u.fr", "size": "12"})
	if !strings.Contains(bad.Errors["size"]+bad.Error, "not a size") {
		t.Errorf("told %+v", bad)
	}
	good := h.sends(t, "dialog_submission", "marie", page.State, map[string]any{"target": "bob@u.fr", "size": "2 Go", "reason": "thèse"})
	if good.Error != "" || len(good.Errors) > 0 || len(h.ids()) != 0 || !strings.Contains(h.chat.latest().Line, "To confirm") {
		t.Fatalf("told %+v, said %+v", good, h.chat.latest())
	}
	at := got(h.chat.Direct(t.Context(), room.Account("marie")))
	if said := h.presses(t, "marie", desk.Post{Channel: at, ID: room.Account("marie")}, h.chat.latest().Card.Buttons[0].Context); len(h.ids()) != 1 {
		t.Fatalf("said %s", said)
	}
	if r, _ := h.Request("D-1"); r.Reason != "thèse" || r.Action.String() != "quota.set bob@u.fr size=2G" {
		t.Errorf("asked %+v", r)
	}
}

// What nobody made, somebody else's, an old one, and a verb not offered do nothing.
func TestFormGuard(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		change       func(h *house, who *desk.UID, kind, state *string, values map[string]any)
	}{
		{"no state", "unsigned", func(_ *house, _ *desk.UID, _, state *string, _ map[string]any) { *state = "" }},
		{"another verb in the state", "unsigned", func(_ *house, _ *desk.UID, _, state *string, _ map[string]any) {
			*state = strings.Replace(*state, "quota.set", "alias.add", 1)
		}},
		{"somebody else", "notyours", func(_ *house, who *desk.UID, _, _ *string, _ map[string]any) { *who = "paul" }},
		{"too late", "overdue", func(h *house, _ *desk.UID, _, _ *string, _ map[string]any) { h.clock.move(15 * time.Minute) }},
		{"a button's body", "malformed", func(_ *house, _ *desk.UID, kind, _ *string, _ map[string]any) { *kind = "button" }},
		{"a look-up", "malformed", func(_ *house, _ *desk.UID, kind, _ *string, _ map[string]any) { *kind = "refresh" }},
		{"deactivated", "nobody", func(h *house, _ *desk.UID, _, _ *string, _ map[string]any) {
			h.chat.users[room.Account("marie")] = bot.User{Account: room.Account("marie"), Deleted: true}
		}},
		{"a list for a text", "argument.missing", func(_ *house, _ *desk.UID, _, _ *string, values map[string]any) { values["size"] = []string{"2Go"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			page := h.guided(t, "marie", "quota.set")
			who, kind, state, values := desk.UID("marie"), "dialog_submission", page.State, map[string]any{"target": "bob@u.fr", "size": "2Go"}
			said := len(h.chat.made)
			tt.change(h, &who, &kind, &state, values)
			r := h.sends(t, kind, who, state, values)
			if r.Error == "" && len(r.Errors) == 0 || h.bot.Refused()[tt.reason] != 1 || len(h.chat.made) != said || len(h.ids()) != 0 {
				t.Errorf("told %+v, refused %v", r, h.bot.Refused())
			}
		})
	}
	h := newHouse(t)
	h.chat.formy = true
	h.types(t, "eve", "")
	if r := h.sends(t, "dialog_submission", "eve", h.chat.forms[0].State, map[string]any{"verb": "house.thaw"}); r.Form != nil {
		t.Errorf("opened %+v", r.Form)
	}
}

// A look-up shows what the person may see, and nothing else.
func TestLookup(t *testing.T) {
	h := newHouse(t)
	h.found = h.accounts
	for who, want := range map[desk.UID]int{"marie": 1, "paul": 3, "eve": 0} {
		page := h.guided(t, who, "account.show")
		r := h.sends(t, "dialog_lookup", who, page.State, map[string]any{"query": "u", "selected_field": "target"})
		if len(r.Items) != want {
			t.Errorf("%s is shown %+v", who, r.Items)
		}
		if own := h.sends(t, "dialog_lookup", who, page.State, map[string]any{"query": "", "selected_field": "target"}); who == "marie" && (len(own.Items) != 1 || own.Items[0].Value != "marie@u.fr") {
			t.Errorf("marie is shown %+v", own.Items)
		}
		if r := h.sends(t, "dialog_lookup", "bob", page.State, map[string]any{"query": "u", "selected_field": "target"}); len(r.Items) != 0 {
			t.Errorf("bob is shown %+v", r.Items)
		}
	}
	h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	page := h.guided(t, "paul", "request.approve")
	if r := h.sends(t, "dialog_lookup", "paul", page.State, map[string]any{"query": "CONTACT", "selected_field": "target"}); len(r.Items) != 1 || r.Items[0].Value != "D-1" {
		t.Errorf("paul is shown %+v", r.Items)
	}
}

// The button of a question opens a form, bound to what was on the card; where
// there are no forms, it says what to type.
func TestQuestionButton(t *testing.T) {
	h := newHouse(t)
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	ask := h.chat.shows(at).Card.Buttons[2].Context
	if said := h.presses(t, "paul", at, ask); !strings.Contains(said, "ask D-1") {
		t.Errorf("said %s", said)
	}
	h.chat.formy = true
	h.presses(t, "paul", at, ask)
	h.presses(t, "eve", at, ask)
	for i, who := range []desk.UID{"paul", "eve"} {
		r := h.sends(t, "dialog_submission", who, h.chat.forms[i].State, map[string]any{"text": "Pour qui ?"})
		if (who == "paul") != (r.Error == "") {
			t.Errorf("%s is told %+v", who, r)
		}
	}
	r, _ := h.Request("D-1")
	if x, open := r.Open(); !open || x.By != "paul" || x.Question != "Pour qui ?" {
		t.Errorf("asked %+v", r.Exchanges)
	}
	got(h.desk.Answer(t.Context(), "marie", desk.Chat, "D-1", "Moi."))
	h.presses(t, "paul", at, ask)
	got(h.desk.Amend(t.Context(), "marie", desk.Chat, "D-1", "", "c@u.fr"))
	if r := h.sends(t, "dialog_submission", "paul", h.chat.forms[2].State, map[string]any{"text": "Et là ?"}); r.Error == "" {
		t.Error("a question about other words was taken")
	}
}

// FuzzForm: no body made without our key does anything.
func FuzzForm(f *testing.F) {
	h := newHouse(f)
	f.Add("dialog_submission", "x", "quota.set")
	f.Add("dialog_lookup", strings.Repeat("0", 64)+`{"op":"fill","verb":"quota.set"}`, "bob")
	before := len(h.all())
	f.Fuzz(func(t *testing.T, kind, state, value string) {
		body, err := json.Marshal(map[string]any{"type": kind, "user_id": room.Account("marie"), "state": state,
			"submission": map[string]any{"verb": value, "target": value, "size": "2G", "text": value}})
		if err != nil {
			t.Skip()
		}
		for _, path := range []string{"/dialog", "/lookup", "/action"} {
			if w := post(h.bot, path, "application/json", body); w.Code != 200 || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: status %d, %s", path, w.Code, w.Body)
			}
		}
		if len(h.all()) != before {
			t.Fatal("a random form did something")
		}
	})
}
