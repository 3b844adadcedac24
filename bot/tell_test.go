package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

func TestTellOnce(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	for _, role := range []desk.Role{desk.ToApprovers, desk.ToAsker, desk.ToOwner} {
		first, second := got(h.bot.Tell(t.Context(), role, r)), got(h.bot.Tell(t.Context(), role, r))
		if first != second || first.ID == "" {
			t.Errorf("%s: %v, then %v", role, first, second)
		}
	}
	if at.Channel != h.chat.Channel() || len(h.chat.shows(at).Card.Buttons) != 3 {
		t.Errorf("card %+v", h.chat.shows(at))
	}
}

// The keys of posts cannot be guessed: who posts one first would own our card.
func TestKeysAreSecret(t *testing.T) {
	h := newHouse(t)
	_, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	if key := h.chat.shows(at).Key; key != sign("post", "D-1", "approvers") {
		t.Errorf("key %q", key)
	}
}

func TestTellWhoCannotBeReached(t *testing.T) {
	h := newHouse(t)
	r, _ := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	h.chat.users[room.Account("marie")] = bot.User{Account: room.Account("marie"), Deleted: true}
	if at := got(h.bot.Tell(t.Context(), desk.ToAsker, r)); at != (desk.Post{}) {
		t.Errorf("told a deactivated account: %v", at)
	}
	r.Owner = ""
	if at := got(h.bot.Tell(t.Context(), desk.ToOwner, r)); at != (desk.Post{}) {
		t.Errorf("told nobody: %v", at)
	}
	h.chat.down = errors.New("down")
	h.chat.users = nil
	if _, err := h.bot.Tell(t.Context(), desk.ToAsker, r); err == nil {
		t.Error("a server that does not answer is no error")
	}
}

func TestEditFollowsTheRequest(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	asker := got(h.bot.Tell(t.Context(), desk.ToAsker, r))
	r = got(h.desk.Approve(t.Context(), "paul", desk.Portal, r.ID, ""))
	must(t, h.bot.Edit(t.Context(), at, desk.ToApprovers, r))
	must(t, h.bot.Edit(t.Context(), asker, desk.ToAsker, r))
	must(t, h.bot.Edit(t.Context(), desk.Post{}, desk.ToAsker, r))
	if card := h.chat.shows(at).Card; len(card.Buttons) != 0 || card.Footer != "" {
		t.Errorf("the approvers still see %+v", card)
	}
	if line := h.chat.shows(asker).Line; !strings.Contains(line, "accepted") {
		t.Errorf("the asker sees %q", line)
	}
	if h.chat.edits != 2 {
		t.Errorf("%d edits", h.chat.edits)
	}
}

func TestOutcomeAnswersTheAskersCard(t *testing.T) {
	h := newHouse(t)
	r, _ := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	card := got(h.bot.Tell(t.Context(), desk.ToAsker, r))
	must(t, h.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Post: card, Shows: r.State}))
	r = got(h.desk.Refuse(t.Context(), "paul", desk.Portal, r.ID, "", "doublon"))
	end := h.chat.shows(got(h.bot.Tell(t.Context(), desk.ToAskerEnd, r)))
	if end.Root != card.ID || end.Channel != card.Channel || !strings.Contains(end.Line, "`doublon`") || end.Card != nil {
		t.Errorf("posted %+v", end)
	}
}

// Who is asked to release is shown what would go on: what was held when it was
// asked for, ten of them, and how many more.
func TestAReleaseShowsWhatItReleases(t *testing.T) {
	for n, want := range map[int]string{1: "`bob@u.fr`", 12: "and 2 more"} {
		h := newHouse(t)
		write := func(id desk.ID, by desk.UID, facts ...desk.Fact) desk.Request {
			return got(h.desk.Change(t.Context(), id, by, func(desk.Request) ([]desk.Fact, error) { return facts, nil }))
		}
		hold := func(i int) {
			asked := desk.Asked{Action: got(desk.ParseAction(fmt.Sprintf("quota.set bob@u.fr size=%dG", i+2))), Via: desk.Chat, Key: fmt.Sprint(i)}
			write(desk.ID(fmt.Sprint("D-", i)), "marie", asked, desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}}, desk.Held{Limit: desk.AllLimit})
		}
		for i := range n {
			hold(i + 1)
		}
		h.clock.move(time.Minute)
		r := write("D-98", "paul", desk.Asked{Action: desk.Action{Verb: desk.BrakeRelease}, Via: desk.Chat, Key: "release"},
			desk.Decided{Decision: desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}})
		h.clock.move(time.Minute)
		hold(97)
		card := h.chat.shows(got(h.bot.Tell(t.Context(), desk.ToApprovers, r))).Card
		var shown string
		for _, f := range card.Fields {
			if f.Title == "Libère" || f.Title == "Releases" {
				shown = f.Value
			}
		}
		if strings.Count(shown, "D-") != min(n, 10) || !strings.Contains(strings.NewReplacer("et 2 de plus", "and 2 more").Replace(shown), want) || strings.Contains(shown, "D-97") {
			t.Errorf("%d held: shown %q", n, shown)
		}
	}
}
