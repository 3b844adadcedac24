package desk_test

import (
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// A share of which Partage never answered may be there: it must be possible to take it away.
func TestAnUnprovedShareCanBeTakenBack(t *testing.T) {
	d, h := newcomers(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.share box@u.fr with=bob"), Key: "1"})
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, "")
	_, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: h.accounts["box@u.fr"]}, desk.Unknown{Attempt: 1, Looks: 1}, desk.Failed{Attempt: 1, Code: desk.Unproved, Final: true}}, nil
	})
	wants(t, err, "")
	_, _, err = d.Preview("ann", desk.Chat, action(t, "account.unshare box@u.fr with=bob"))
	wants(t, err, "")
}

// Brakes count what may have had its effect.
func TestUnprovedCounts(t *testing.T) {
	r := removal("D-1", "ann", "box@u.fr")
	r.Action = desk.Action{Verb: desk.AccountUnshare, Target: "box@u.fr", Args: "right=sendAs with=bob@u.fr"}
	tally := desk.Tally{}.With(desk.Event{At: now, ID: "D-1", Fact: desk.Started{Attempt: 1}}, r)
	if tally = tally.With(desk.Event{At: now, ID: "D-1", Fact: desk.Failed{Attempt: 1, Code: desk.Unproved, Final: true}}, r); len(tally) != 1 {
		t.Errorf("a send that may have had its effect counts as %d", len(tally))
	}
}

// Who may see the account, and nothing of what else is known of it, does not see
// who may open it.
func TestSharesAreOfTheWhole(t *testing.T) {
	d, h := newcomers(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.share box@u.fr with=bob"), Key: "1"})
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, "")
	_, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: h.accounts["box@u.fr"]}, desk.Done{Attempt: 1, Proof: h.accounts["box@u.fr"]}}, nil
	})
	wants(t, err, "")
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Action.Verb == desk.AccountShow {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return desk.Decision{}
	})
	w, err := d.Whole(t.Context(), "fay", desk.Chat, "box@u.fr")
	wants(t, err, "")
	if len(w.Shares) > 0 || len(w.Requests) > 0 {
		t.Errorf("shown without account.whole nor history.show: %+v", w.Shares)
	}
}
