package desk_test

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// Every state with questions and answers: one at a time, by the right people,
// while the request waits; they move nothing.
func TestEveryStateWithQuestions(t *testing.T) {
	digest := after(t, asked).Digest()
	q := func(by desk.UID, text, digest string) desk.Event {
		return event(by, desk.Questioned{Text: text, Digest: digest})
	}
	open := after(t, asked, pending, q("cid", "why?", digest))
	closed := after(t, asked, pending, q("cid", "why?", digest), event("ann", desk.Answered{Text: "so"}))
	facts := map[string]desk.Event{
		"question": q("dan", "who?", digest), "by the asker": q("ann", "who?", digest), "by the owner": q("bob", "who?", digest),
		"by nobody": q("", "who?", digest), "of other words": q("dan", "who?", "x"), "empty": q("dan", "", digest),
		"answer": event("ann", desk.Answered{Text: "me"}), "answer of another": event("dan", desk.Answered{Text: "me"}), "empty answer": event("ann", desk.Answered{}),
	}
	everyStateWithEveryFact(t, map[string]stand{
		"none":     {desk.Request{}, nil},
		"open":     {after(t, asked), nil},
		"waiting":  {after(t, asked, pending), map[string]desk.State{"question": desk.Waiting}},
		"asked":    {open, map[string]desk.State{"answer": desk.Waiting}},
		"answered": {closed, map[string]desk.State{"question": desk.Waiting}},
		"ready":    {after(t, asked, allowed), nil},
		"rejected": {after(t, asked, denied), nil},
	}, facts)
	if open.Said() != 1 || closed.Said() != 2 || closed.Exchanges[0] != (desk.Exchange{By: "cid", At: now, Question: "why?", Answer: "so", Answered: now}) {
		t.Errorf("%d, %d, %+v", open.Said(), closed.Said(), closed.Exchanges)
	}
	past := closed
	for range 10 { // eleven have room for a twelfth
		past, _ = past.With(facts["question"])
		past, _ = past.With(facts["answer"])
	}
	again, _ := past.With(facts["question"])
	other, _ := past.With(q("dan", "what?", digest))
	if again.Exchanges[11].Question != "who?" || other.Exchanges[11].Question != "what?" {
		t.Error("futures mix")
	}
}

func TestQuestions(t *testing.T) {
	d, _ := newDesk(t)
	r := ask(t, d, "k")
	question := func(by desk.UID, digest, text string) error {
		_, err := d.Question(t.Context(), by, desk.Chat, r.ID, digest, text)
		return err
	}
	answer := func(by desk.UID, text string) error {
		_, err := d.Answer(t.Context(), by, desk.Chat, r.ID, text)
		return err
	}
	wants(t, question("ann", "", "why"), desk.OwnRequest)
	wants(t, question("bob", "", "why"), desk.OwnBenefit)
	wants(t, question("fay", "", "why"), desk.NotApprover)
	wants(t, question("cid", "other", "why"), desk.Changed)
	wants(t, question("cid", "", " \u200b"), desk.MissingArgument)
	wants(t, answer("ann", "so"), desk.NoQuestion)
	wants(t, question("cid", r.Digest(), "why"), "")
	wants(t, question("dan", "", "why"), desk.QuestionOpen)
	wants(t, answer("dan", "so"), desk.NotYours)
	wants(t, answer("ann", ""), desk.MissingArgument)
	wants(t, answer("ann", "so"), "")
	wants(t, answer("ann", "so"), desk.NoQuestion)
	if _, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Error(err) // who asked may approve, and words about the request do not change it
	}
	wants(t, question("cid", "", "why"), desk.TooLate)
	wants(t, answer("ann", "so"), desk.TooLate)
}

// carryOut carries out what ann has asked, as the executor would.
func carryOut(t *testing.T, d *desk.Desk, text, key string, change func(*desk.Account)) desk.Request {
	t.Helper()
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: key})
	wants(t, err, "")
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	before := d.View.Account(desk.Address(r.Action.Target))
	proof := before
	change(&proof)
	r, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: before}, desk.Done{Attempt: 1, Proof: proof}}, nil
	})
	wants(t, err, "")
	return r
}

// Within ten minutes the asker takes back what was done, once, by a request of
// its own that the rules decide.
func TestTakeBack(t *testing.T) {
	d, h := newDesk(t)
	at := now
	d.Now = func() time.Time { return at }
	r := carryOut(t, d, "quota.set bob@u.fr size=2G", "k", func(a *desk.Account) { a.Quota = 2 << 30 })
	back := func(by desk.UID) (desk.Request, error) { return d.TakeBack(t.Context(), by, desk.Chat, r.ID) }
	_, err := back("dan")
	wants(t, err, desk.NotYours)
	a := h.accounts["bob@u.fr"]
	a.Quota = 2 << 30
	h.accounts["bob@u.fr"] = a
	at = now.Add(desk.Window)
	_, err = back("ann")
	wants(t, err, desk.WindowOver)
	at = now.Add(desk.Window - 1)
	first, err := back("ann")
	wants(t, err, "")
	if first.Action.String() != "quota.set bob@u.fr size=1G" || first.State != desk.Waiting || first.ID == r.ID {
		t.Errorf("asked %s, %s", first.Action, first.State)
	}
	at = now.Add(2 * desk.Window)
	if again, err := back("ann"); err != nil || again.ID != first.ID {
		t.Errorf("got %s, %v", again.ID, err)
	}
	_, err = d.TakeBack(t.Context(), "ann", desk.Chat, first.ID)
	wants(t, err, desk.NoWayBack) // it is not done
	_, err = d.TakeBack(t.Context(), "ann", desk.Chat, "D-99")
	wants(t, err, desk.UnknownRequest)
}

// The address may be another mailbox's by then.
func TestTakeBackKnowsTheMailbox(t *testing.T) {
	d, h := newDesk(t)
	r := carryOut(t, d, "quota.set bob@u.fr size=2G", "k", func(a *desk.Account) { a.Quota = 2 << 30 })
	replace(h, "bob@u.fr")
	_, err := d.TakeBack(t.Context(), "ann", desk.Chat, r.ID)
	if code := desk.CodeOf(err); code != desk.OtherMailbox && code != desk.UnknownRequest {
		t.Errorf("got %v", err)
	}
}

// Help offers what the rules could give, and nothing else.
func TestOffered(t *testing.T) {
	d, h := newDesk(t)
	d.Rules = book(func(f desk.Facts) desk.Decision {
		switch {
		case f.Action.Verb == desk.QuotaSet && f.Owner.UID == f.Actor.UID, f.Action.Verb == desk.AliasAdd && f.Manages("u.fr"),
			f.Action.Verb == desk.HouseFreeze && f.Actor.In("admins"):
			return desk.Decision{Outcome: desk.Allowed}
		}
		return desk.Decision{}
	})
	h.events = append(h.events, desk.Event{Seq: 1, By: desk.System, Fact: desk.Granted{Grant: desk.Grant{To: "dan", Domains: []string{"u.fr"}}}})
	for _, tt := range []struct {
		who  desk.UID
		verb desk.Verb
		want bool
	}{
		{"ann", desk.QuotaSet, true}, {"ann", desk.AliasAdd, false}, {"dan", desk.AliasAdd, true}, {"cid", desk.HouseFreeze, true},
		{"ann", desk.HouseFreeze, false}, {"ann", desk.AccountShow, true}, {"ann", desk.AccountMark, false}, {"ann", "no.such", false},
	} {
		if got := len(d.Offered(tt.who, desk.Chat, tt.verb)) == 1; got != tt.want {
			t.Errorf("%s is offered %s: %v", tt.who, tt.verb, got)
		}
	}
}

// A name finds the accounts that the rules let one see.
func TestNamed(t *testing.T) {
	d, h := newDesk(t)
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Actor.In("admins") {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return desk.Decision{}
	})
	h.named = []desk.UID{"bob", "fay"}
	if got := d.Named("cid", desk.Chat, "x"); len(got) != 3 {
		t.Errorf("cid finds %v", got)
	}
	if got := d.Named("ann", desk.Chat, "x"); len(got) != 0 {
		t.Errorf("ann finds %v", got)
	}
}
