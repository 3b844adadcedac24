package desk_test

import (
	"testing"
	"time"

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

// A share with a last day: told, taken back, given again by one click; lengthening one
// is not undone by taking it away.
func TestAShareEnds(t *testing.T) {
	d, h, at := keepingDesk(t)
	h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Status: "active"}
	d.Rules = book(byClock)
	for text, want := range map[string]desk.Code{
		"account.share box@u.fr with=bob until=2026-08-31": desk.InvalidArgument,
		"account.share box@u.fr with=bob until=2027-12-31": desk.InvalidArgument, // further than the house lets
		"account.share box@u.fr with=bob until=2026-12-31": "",
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	always := does(t, d, h, "ann", "account.share box@u.fr with=fay2@u.fr")
	r := does(t, d, h, "ann", "account.share box@u.fr with=bob until=2026-12-31")
	if x, _ := h.Entry("box@u.fr"); x.Until != "" {
		t.Fatal("the mailbox itself ends")
	}
	for text, want := range map[string]desk.Code{
		"account.share box@u.fr with=bob":                                       desk.AlreadySo,
		"account.share box@u.fr with=bob until=2026-12-31":                      desk.AlreadySo,
		"account.share box@u.fr with=bob until=2027-01-31":                      "",
		"account.share box@u.fr with=bob right=sendOnBehalfOf until=2027-01-31": desk.AlreadySo, // it would be added
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	look := func(day string, working bool) {
		t.Helper()
		*at, _ = time.Parse(time.DateOnly, day)
		for range 2 {
			must(t, d.Keep(t.Context(), working))
		}
		for r := range h.Requests(desk.Query{States: []desk.State{desk.Ready}}) {
			carry(t, d, h, r.ID)
		}
	}
	notice, takes := "notice of "+string(r.ID), "melusine account.unshare caisse@u.fr right=sendAs with=bob@u.fr"
	look("2026-11-30", true)
	look("2026-12-02", false)
	wantKept(t, h)
	look("2026-12-31", true)
	wantKept(t, h, notice)
	if _, err := d.Ask(t.Context(), desk.Asking{By: desk.System, Via: desk.Clock, Action: action(t, "account.unshare box@u.fr with=bob@u.fr"), Key: "early"}); desk.CodeOf(err) != desk.NotDue {
		t.Errorf("before its end: %v", err)
	}
	box := h.accounts["box@u.fr"]
	delete(h.accounts, box.Address)
	box.Address = "caisse@u.fr" // renamed meanwhile
	h.accounts[box.Address] = box
	n := len(h.events)
	must(t, d.Freeze(t.Context(), desk.ByFile, ""))
	look("2027-01-01", false)
	wantKept(t, h, notice)
	h.events = h.events[:n]
	look("2027-01-01", true)
	look("2027-01-05", true)
	wantKept(t, h, notice, takes)
	if shares := d.Shares(box); len(shares) != 1 || shares[0].By != always.ID {
		t.Errorf("%+v", shares)
	}
	back, err := d.Renew(t.Context(), "ann", desk.Chat, r.ID)
	if err != nil || back.Action.String() != "account.share caisse@u.fr right=sendAs until=2028-01-06 with=bob@u.fr" {
		t.Fatalf("%s %v", back.Action, err)
	}
	back, err = d.Approve(t.Context(), "cid", desk.Chat, back.ID, "")
	must(t, err)
	back = carry(t, d, h, back.ID)
	if d.Keeps(r) || !d.Keeps(back) || !d.Keeps(always) {
		t.Error("the words of what is shared are not kept, or those of what is not shared any more are")
	}
	if _, undoable := d.Reversible(back); !undoable {
		t.Error("what gave it anew cannot be undone")
	}
	if next, ok := d.RenewalOf(r); ok {
		t.Errorf("another day is set, and still %s", next)
	}
	*at = at.AddDate(0, 0, 1)
	longer := does(t, d, h, "ann", "account.share caisse@u.fr with=bob until=2028-01-07")
	if undo, undoable := d.Reversible(longer); undoable {
		t.Errorf("%s would take it away", undo)
	}
	does(t, d, h, "ann", "account.unshare caisse@u.fr with=bob")
	if next, ok := d.RenewalOf(longer); ok {
		t.Errorf("somebody has taken it away, and still %s", next)
	}
}
