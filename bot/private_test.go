package bot_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/notify"
)

var secretly = desk.Decision{Outcome: desk.Pending, Rule: "first-name", Confidential: true, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}

// settles has a notifier say all that is to be said of a request.
func (h *house) settles(t *testing.T, id desk.ID) desk.Request {
	t.Helper()
	n := &notify.Notifier{Desk: h.desk, Teller: h.bot, Log: slog.New(slog.DiscardHandler)}
	r, _ := h.Request(id)
	must(t, n.Settle(t.Context(), r))
	r, _ = h.Request(id)
	return r
}

// shows is all that stands in a channel, as it is sent.
func (h *house) inChannel(tb testing.TB, channel string) string {
	tb.Helper()
	var all strings.Builder
	h.chat.mu.Lock()
	defer h.chat.mu.Unlock()
	for at, m := range h.chat.made {
		if at.Channel == channel {
			raw, err := json.Marshal(m)
			must(tb, err)
			all.Write(raw)
		}
	}
	return all.String()
}

// A confidential request is told to those who approve, each in person; at no
// moment of its life does a channel say anything of it.
func TestNothingConfidentialShowsInAChannel(t *testing.T) {
	h := dated(t)
	h.desk.Rules = decision(secretly)
	a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "alice.martin@u.fr"}))
	r := got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Reason: "prénom d'usage", Key: "k"}))
	silent := func(moment string) {
		t.Helper()
		if said := h.inChannel(t, h.chat.Channel()); said != "" {
			t.Errorf("%s: the channel says %s", moment, said)
		}
	}
	r = h.settles(t, r.ID)
	silent("asked")
	for who, want := range map[desk.UID]bool{"paul": true, "sylvie": true, "eve": true, "bob": false} {
		at := r.Announced[desk.ToApprover("D-1", who)].Post
		if direct := got(h.chat.Direct(t.Context(), room.Account(who))); (at.Channel == direct && at.ID != "") != want {
			t.Errorf("%s is told at %v", who, at)
		}
	}
	h.days(2)
	must(t, h.desk.Pursue(t.Context(), r.ID, true))
	h.settles(t, r.ID)
	h.days(3)
	must(t, h.desk.Pursue(t.Context(), r.ID, true))
	r = h.settles(t, r.ID)
	if !r.Reminded || !r.Escalated {
		t.Fatalf("reminded %v, escalated %v", r.Reminded, r.Escalated)
	}
	silent("late")

	// The button of one approver is not another's, nor does it work elsewhere.
	own := r.Announced[desk.ToApprover("D-1", "paul")].Post
	stolen := h.click(t, "paul", own, 0)
	as("sylvie")(t, h, stolen)
	if h.send(t, stolen); h.bot.Refused()["foreign"] != 1 || h.state(r.ID) != desk.Waiting {
		t.Errorf("%v, %s", h.bot.Refused(), h.state(r.ID))
	}
	said := h.send(t, h.click(t, "paul", own, 1))
	if h.state(r.ID) != desk.Rejected || said.Update == nil {
		t.Errorf("%s, said %+v", h.state(r.ID), said)
	}
	r = h.settles(t, r.ID)
	silent("refused")
	if m := h.chat.shows(r.Announced[desk.ToApprover("D-1", "sylvie")].Post); len(m.Card.Buttons) != 0 || !strings.Contains(m.Line, "D-1") {
		t.Errorf("sylvie's card shows %+v", m)
	}
}

// Nor do questions about it, their answers and other words of it: those are heard
// under the cards in person, each once.
func TestNothingThatIsAskedOfItShowsInAChannel(t *testing.T) {
	h := dated(t)
	h.desk.Rules = decision(secretly)
	a := got(desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": "alice.martin@u.fr"}))
	got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Reason: "prénom d'usage", Key: "k"}))
	card := h.settles(t, "D-1").Announced[desk.ToApprover("D-1", "sylvie")].Post
	heard := func() string { return h.inChannel(t, got(h.chat.Direct(t.Context(), room.Account("sylvie")))) }
	for _, step := range []struct {
		who        desk.UID
		says, told string
	}{
		{"paul", "question 1 Depuis quand ?", ""},
		{"marie", "répondre 1 Depuis octobre", "Depuis octobre"},
		{"marie", "modifier 1 alix.martin@u.fr", "was changed"},
	} {
		before := heard()
		h.says(t, step.who, step.says)
		h.settles(t, "D-1")
		h.settles(t, "D-1")
		if n := strings.Count(heard(), step.told) - strings.Count(before, step.told); step.told != "" && n < 1 {
			t.Errorf("%s: sylvie hears %s", step.says, heard())
		}
		if said := h.inChannel(t, h.chat.Channel()); said != "" {
			t.Errorf("%s: the channel says %s", step.says, said)
		}
	}
	if n := strings.Count(heard(), `"Root":"`+card.ID+`"`); n != 2 {
		t.Errorf("%d posts under sylvie's card: %s", n, heard())
	}
}

// What becomes confidential by an amendment is taken out of the channel.
func TestWhatBecomesConfidentialLeavesTheChannel(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	h.desk.Rules = decision(secretly)
	got(h.desk.Amend(t.Context(), "marie", desk.Chat, r.ID, "", "alice.martin@u.fr"))
	h.settles(t, r.ID)
	if said := h.inChannel(t, at.Channel); strings.Contains(said, "u.fr") || strings.Contains(said, "Marie") || strings.Contains(said, "accueil") {
		t.Errorf("the channel says %s", said)
	}
	// Nor does it come back by another amendment: what was confidential stays so.
	pending := secretly
	pending.Confidential = false
	h.desk.Rules = decision(pending)
	got(h.desk.Amend(t.Context(), "marie", desk.Chat, r.ID, "", "contact2@u.fr"))
	h.settles(t, r.ID)
	if said := h.inChannel(t, at.Channel); strings.Contains(said, "u.fr") {
		t.Errorf("the channel says again %s", said)
	}
	r, _ = h.Request(r.ID)
	if r.Announced[desk.ToApprover("D-1", "paul")].Post.ID == "" {
		t.Error("paul is not told")
	}
	old := h.click(t, "paul", r.Announced[desk.ToApprover("D-1", "paul")].Post, 0)
	old["post_id"], old["channel_id"] = at.ID, at.Channel
	if h.send(t, old); h.state(r.ID) != desk.Waiting {
		t.Error("decided in the channel")
	}
}

// A release of what brakes hold names nothing confidential.
func TestAReleaseNamesNothingConfidential(t *testing.T) {
	h := newHouse(t)
	allowed := secretly
	allowed.Outcome, allowed.Panels = desk.Allowed, nil
	h.desk.Rules = decision(allowed)
	a := got(desk.NewAction(desk.AliasRemove, "marie@u.fr", map[string]string{"alias": "m.curie@u.fr"}))
	r := got(h.desk.Ask(t.Context(), desk.Asking{By: "marie", Via: desk.Chat, Action: a, Key: "k"}))
	got(h.desk.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Held{Limit: desk.PersonLimit, Max: 5, First: true}}, nil
	}))
	h.settles(t, r.ID)
	pending := secretly
	pending.Confidential = false
	h.desk.Rules = decision(pending)
	h.clock.move(time.Minute)
	release := got(h.desk.Ask(t.Context(), desk.Asking{By: "paul", Via: desk.Chat, Action: desk.Action{Verb: desk.BrakeRelease}, Key: "r"}))
	h.settles(t, release.ID)
	if said := h.inChannel(t, h.chat.Channel()); strings.Contains(said, "curie") || !strings.Contains(said, string(release.ID)) {
		t.Errorf("the channel says %s", said)
	}
}

// A lock at once: what to look at is told to who asked and to who judges; the
// card has its own two buttons, and shows what became of it.
func TestALockIsJudgedAfterwards(t *testing.T) {
	for nth, want := range []desk.State{desk.Settled, desk.Ready} {
		h := newHouse(t)
		h.desk.Rules = decision(desk.Decision{Outcome: desk.Allowed, Rule: "lock", Panels: secretly.Panels})
		h.accounts[1].Forward, h.accounts[1].Aliases = "thief@evil.example", []desk.Address{"b@u.fr"}
		said := h.types(t, "marie", "verrouiller bob motif : hameçonnage")
		for _, part := range []string{"D-1", "thief@evil.example", "b@u.fr"} {
			if !strings.Contains(said, part) {
				t.Errorf("marie is told %q without %q", said, part)
			}
		}
		got(h.desk.Change(context.Background(), "D-1", desk.System, func(desk.Request) ([]desk.Fact, error) {
			return []desk.Fact{desk.Started{Attempt: 1, Before: h.accounts[1]}, desk.Done{Attempt: 1}}, nil
		}))
		r := h.settles(t, "D-1")
		at := r.Announced[desk.ToApprovers].Post
		card := h.chat.shows(at).Card
		if r.State != desk.Review || len(card.Buttons) != 2 || card.Buttons[0].Label != "Garder le verrou" || card.Buttons[1].Label != "Lever le verrou" {
			t.Fatalf("%s, %+v", r.State, card.Buttons)
		}
		if shown := h.inChannel(t, at.Channel); !strings.Contains(shown, "thief@evil.example") {
			t.Errorf("the card shows %s", shown)
		}
		if r.Announced[desk.ToOwner].Post.ID == "" {
			t.Error("bob is not told")
		}
		late := h.click(t, "sylvie", at, 1-nth)
		answer := h.send(t, h.click(t, "paul", at, nth))
		if h.state("D-1") != want || answer.Text == "" {
			t.Errorf("button %d: %s, %q", nth, h.state("D-1"), answer.Text)
		}
		if h.send(t, late); h.state("D-1") != want {
			t.Errorf("button %d: the other approver moved it to %s", nth, h.state("D-1"))
		}
		r = h.settles(t, "D-1")
		if m := h.chat.shows(at); len(m.Card.Buttons) != 0 || strings.Contains(m.Card.Text, "{") {
			t.Errorf("button %d: shows %+v", nth, m.Card)
		}
	}
}
