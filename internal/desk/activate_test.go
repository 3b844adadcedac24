package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// textBook is rules that are a word each: what its one file says.
func textBook(text string) desk.Book {
	b, err := desk.NewBook(text, desk.BookFile{Name: "book.yaml", Text: text})
	if err != nil {
		panic(err)
	}
	return b
}

// readText reads such a book: "bad" has faults; "closed" lets nobody change it;
// "own" lets each do all alone; "strict" denies all but governance.
func readText(b desk.Book) (desk.Rules, error) {
	text := b.Files[0].Text
	if strings.Contains(text, "bad") {
		return nil, errors.New("book.yaml:3: unknown verb")
	}
	return book(func(f desk.Facts) desk.Decision {
		spec, _ := desk.SpecOf(f.Action.Verb)
		switch {
		case !spec.Changes:
			return desk.Decision{Outcome: desk.Allowed}
		case spec.Governs && (text == "closed" || !f.Actor.In("admins")):
			return desk.Decision{}
		case spec.Two, !spec.Governs && text == "first":
			return needs(1, "admins")
		case !spec.Governs && text == "strict":
			return desk.Decision{Rule: "strict"}
		}
		return desk.Decision{Outcome: desk.Allowed, Rule: text}
	}), nil
}

// ruled is a desk under a library whose first book asks admins for everything.
func ruled(tb testing.TB) (*desk.Desk, *house) {
	tb.Helper()
	d, h := newDesk(tb)
	d.Rules, d.Read = &desk.Library{Fold: h, Read: readText}, readText
	d.Brakes = desk.StandardBrakes()
	if err := d.Seed(tb.Context(), textBook("first")); err != nil {
		tb.Fatal(err)
	}
	return d, h
}

// propose has an admin propose a book against the one in force.
func propose(tb testing.TB, d *desk.Desk, by desk.UID, b desk.Book, key string) (desk.Request, error) {
	tb.Helper()
	return d.Ask(tb.Context(), desk.Asking{By: by, Via: desk.Portal, Action: action(tb, "rules.activate book="+b.Digest()), Book: b, Key: key})
}

// activate has one admin ask and another approve.
func activate(tb testing.TB, d *desk.Desk, text string) desk.Request {
	tb.Helper()
	r, err := propose(tb, d, "cid", textBook(text), "activate "+text)
	if err == nil {
		r, err = d.Approve(tb.Context(), "dan", desk.Chat, r.ID, r.Digest())
	}
	if err != nil || r.State != desk.Settled {
		tb.Fatalf("activate %s: %s, %v", text, r.State, err)
	}
	return r
}

func inForce(tb testing.TB, d *desk.Desk) string {
	tb.Helper()
	e, ok := desk.InForce(d.View.Editions())
	if !ok {
		tb.Fatal("no book is in force")
	}
	return e.Files[0].Text
}

func TestABookIsActivatedByTwo(t *testing.T) {
	d, h := ruled(t)
	mine := ask(t, d, "k") // by ann, for bob: waits
	next := textBook("strict")
	r, err := propose(t, d, "cid", next, "p")
	if err != nil || r.State != desk.Waiting {
		t.Fatalf("%s, %v", r.State, err)
	}
	first := textBook("first").Digest()
	if r.Action.Arg("from") != first || r.Action.Arg("book") != next.Digest() {
		t.Errorf("the books are not named: %s", r.Action)
	}
	diff := r.Proposal.Difference
	want := desk.Shift{Verb: desk.QuotaSet, Kind: desk.Loses, Was: desk.Verdict{Outcome: desk.Pending, Rule: "needs"}, Is: desk.Verdict{Rule: "strict"},
		Requests: 1, People: 1, Open: 1, Some: []desk.ID{mine.ID}}
	if diff.From != first || diff.Requests != 1 || diff.Today+diff.Lost != 0 || len(diff.Shifts) != 1 || !slices.Equal(diff.Shifts[0].Some, want.Some) || diff.Shifts[0].Requests != 1 || diff.Shifts[0].Kind != want.Kind || diff.Shifts[0].Open != 1 {
		t.Errorf("%+v", diff)
	}
	if inForce(t, d) != "first" {
		t.Fatal("in force before anybody approved")
	}
	_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, desk.OwnRequest)
	_, err = d.Approve(t.Context(), "ann", desk.Chat, r.ID, r.Digest())
	wants(t, err, desk.NotApprover)
	if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Fatal(err)
	}
	if inForce(t, d) != "strict" {
		t.Fatal("not in force")
	}
	if later, _ := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set bob@u.fr size=3G"), Key: "later"}); later.State != desk.Rejected {
		t.Errorf("the new book is not obeyed: %s", later.State)
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, mine.ID, "")
	wants(t, err, desk.NotApprover)
	if e, _ := desk.InForce(h.Editions()); e.ID != r.ID || e.Digest != next.Digest() {
		t.Errorf("%+v", e)
	}
}

func TestNoOneAloneActivates(t *testing.T) {
	d, _ := ruled(t)
	activate(t, d, "own")
	for i, verb := range []string{"rules.activate book=" + textBook("strict").Digest(), "rules.rollback book=" + textBook("first").Digest()} {
		r, err := d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Portal, Action: action(t, verb), Book: textBook("strict"), Key: string(rune('a' + i))})
		if err != nil || r.State == desk.Settled {
			t.Errorf("%s: %s, %v", verb, r.State, err)
		}
	}
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	if r, err := propose(t, d, "cid", textBook("strict"), "z"); err != nil || r.State != desk.Rejected {
		t.Errorf("rules that let one person: %s, %v", r.State, err)
	}
	if inForce(t, d) != "own" {
		t.Error("one person changed the rules")
	}
}

func TestWhatIsNoBookIsNotAsked(t *testing.T) {
	d, h := ruled(t)
	for name, c := range map[string]struct {
		book   desk.Book
		action string
		want   desk.Code
	}{
		"faults":          {textBook("bad"), "", desk.BadBook},
		"closed":          {textBook("closed"), "", desk.ClosedBook},
		"the same":        {textBook("first"), "", desk.AlreadySo},
		"without text":    {desk.Book{}, "rules.activate book=" + textBook("own").Digest(), desk.NoBook},
		"another text":    {textBook("strict"), "rules.activate book=" + textBook("own").Digest(), desk.NoBook},
		"stale":           {textBook("own"), "rules.activate book=" + textBook("own").Digest() + " from=" + textBook("strict").Digest(), desk.OtherBook},
		"never in force":  {desk.Book{}, "rules.rollback book=" + textBook("own").Digest(), desk.NoBook},
		"nothing to undo": {desk.Book{}, "rules.undo", desk.NotUndoable},
	} {
		if c.action == "" {
			c.action = "rules.activate book=" + c.book.Digest()
		}
		before := len(h.events)
		_, err := d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Portal, Action: action(t, c.action), Book: c.book, Key: name})
		if desk.CodeOf(err) != c.want || len(h.events) != before {
			t.Errorf("%s: %v, %d events", name, err, len(h.events)-before)
		}
	}
	if r, err := propose(t, d, "ann", textBook("bad"), "denied"); err != nil || r.State != desk.Rejected || r.Proposal != nil {
		t.Errorf("of somebody who may not, the text is not kept nor read: %s, %v", r.State, err)
	}
}

// A book that was good when it was proposed may be no more when it is approved,
// by another program or with other people.
func TestABookIsReadAgainBeforeTheVote(t *testing.T) {
	d, h := ruled(t)
	r, err := propose(t, d, "cid", textBook("own"), "p")
	if err != nil {
		t.Fatal(err)
	}
	d.Read = func(desk.Book) (desk.Rules, error) { return nil, errors.New("another program") }
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	wants(t, err, desk.BadBook)
	d.Read = readText
	for _, uid := range []desk.UID{"cid", "eve"} { // dan would be alone
		p := h.people[uid]
		p.Groups = nil
		h.people[uid] = p
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
	if desk.CodeOf(err) != desk.ClosedBook && desk.CodeOf(err) != desk.NotApprover {
		t.Error(err)
	}
	if inForce(t, d) != "first" {
		t.Error("in force")
	}
}

// Of two proposals the second to be approved was compared with a book that is
// gone: it must be asked for anew.
func TestTwoActivationsAtOnce(t *testing.T) {
	d, h := ruled(t)
	one, err := propose(t, d, "cid", textBook("own"), "1")
	if err != nil {
		t.Fatal(err)
	}
	two, err := propose(t, d, "cid", textBook("strict"), "2")
	if err != nil {
		t.Fatal(err)
	}
	h.before = func() { // dan's vote on the first comes just before eve's on the second
		if _, err := d.Approve(t.Context(), "dan", desk.Chat, one.ID, ""); err != nil {
			t.Error(err)
		}
	}
	_, err = d.Approve(t.Context(), "eve", desk.Chat, two.ID, "")
	wants(t, err, desk.OtherBook)
	if inForce(t, d) != "own" {
		t.Error("the second replaced the first unseen")
	}
}

// A vote that was allowed by the book before is not written after the next.
func TestAnActivationBeatsAnApprovalInFlight(t *testing.T) {
	d, h := ruled(t)
	mine := ask(t, d, "k")
	r, err := propose(t, d, "cid", textBook("strict"), "p")
	if err != nil {
		t.Fatal(err)
	}
	h.before = func() {
		if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, ""); err != nil {
			t.Error(err)
		}
	}
	_, err = d.Approve(t.Context(), "eve", desk.Chat, mine.ID, "")
	wants(t, err, desk.NotApprover)
	if now, _ := h.Request(mine.ID); now.State != desk.Waiting {
		t.Errorf("%s", now.State)
	}
}

// An asking in flight is decided by the book that it is written after.
func TestAnActivationBeatsAnAskingInFlight(t *testing.T) {
	d, h := ruled(t)
	r, err := propose(t, d, "cid", textBook("strict"), "p")
	if err != nil {
		t.Fatal(err)
	}
	h.before = func() {
		if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, ""); err != nil {
			t.Error(err)
		}
	}
	if mine := ask(t, d, "k"); mine.State != desk.Rejected {
		t.Errorf("decided by the book before: %s", mine.State)
	}
}

// What two approved under the book before is judged by the one in force when it
// is sent.
func TestRecheckUsesTheNewBook(t *testing.T) {
	d, h := ruled(t)
	mine, err := d.Approve(t.Context(), "eve", desk.Chat, ask(t, d, "k").ID, "")
	if err != nil || mine.State != desk.Ready {
		t.Fatalf("%s, %v", mine.State, err)
	}
	if err := d.Recheck(mine, h.accounts["bob@u.fr"]); err != nil {
		t.Fatal(err)
	}
	activate(t, d, "strict")
	wants(t, d.Recheck(mine, h.accounts["bob@u.fr"]), desk.NotAllowed)
}

func TestOneUndoesAnActivationOfToday(t *testing.T) {
	d, _ := ruled(t)
	first := textBook("first").Digest()
	activate(t, d, "own")
	d.Now = func() time.Time { return now.Add(24 * time.Hour) }
	d.Stale = 100 * time.Hour
	_, err := d.Ask(t.Context(), desk.Asking{By: "eve", Via: desk.Chat, Action: action(t, "rules.undo book="+textBook("strict").Digest()), Key: "t"})
	wants(t, err, desk.NotUndoable)
	r, err := d.Ask(t.Context(), desk.Asking{By: "eve", Via: desk.Chat, Action: action(t, "rules.undo"), Key: "u"})
	if err != nil || r.State != desk.Settled || r.Action.Arg("book") != first {
		t.Fatalf("%s, %v: %s", r.State, err, r.Action)
	}
	if inForce(t, d) != "first" {
		t.Error("the book before did not return")
	}
	// What returned is not undone in turn: two books would take turns at one person's will.
	_, err = d.Ask(t.Context(), desk.Asking{By: "eve", Via: desk.Chat, Action: action(t, "rules.undo"), Key: "v"})
	wants(t, err, desk.NotUndoable)
	activate(t, d, "strict")
	d.Now = func() time.Time { return now.Add(48*time.Hour + time.Microsecond) }
	_, err = d.Ask(t.Context(), desk.Asking{By: "eve", Via: desk.Chat, Action: action(t, "rules.undo"), Key: "w"})
	wants(t, err, desk.NotUndoable)
	_, err = d.Ask(t.Context(), desk.Asking{By: "eve", Via: desk.Chat, Action: action(t, "rules.undo book="+textBook("own").Digest()), Key: "x"})
	wants(t, err, desk.NotUndoable)
}

// To roll back gives the very text back, to the byte.
func TestRollbackIsExact(t *testing.T) {
	d, h := ruled(t)
	activate(t, d, "own")
	activate(t, d, "strict")
	for _, to := range []string{"first", "own"} {
		want := textBook(to)
		r, err := d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Portal, Action: action(t, "rules.rollback book="+want.Digest()[:12]), Key: "back to " + to})
		if err != nil || r.State != desk.Waiting {
			t.Fatalf("%s, %v", r.State, err)
		}
		if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest()); err != nil {
			t.Fatal(err)
		}
		if e, _ := desk.InForce(h.Editions()); e.Digest != want.Digest() || e.Book.Digest() != want.Digest() || !e.Back || e.Files[0] != want.Files[0] {
			t.Errorf("back to %s: %+v", to, e)
		}
	}
}

// A proposal is not changed under the eyes of its approvers.
func TestAProposalIsNotAmended(t *testing.T) {
	d, _ := ruled(t)
	r, err := propose(t, d, "cid", textBook("own"), "p")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Amend(t.Context(), "cid", desk.Portal, r.ID, "", "book="+textBook("strict").Digest())
	wants(t, err, desk.NotAmendable)
	e := desk.Event{ID: r.ID, By: "cid", Fact: desk.Amended{Action: action(t, "rules.activate book="+textBook("strict").Digest()), Digest: r.Digest()}}
	if _, err := r.With(e); !errors.Is(err, desk.ErrIllegal) {
		t.Errorf("folded: %v", err)
	}
}

// The fold takes a book only for the very request that somebody else approved.
func TestFoldOfBooks(t *testing.T) {
	d, h := ruled(t)
	own, strict := textBook("own"), textBook("strict")
	r, err := propose(t, d, "cid", own, "p")
	if err != nil {
		t.Fatal(err)
	}
	activated := func(b desk.Book, digest string) desk.Event {
		return desk.Event{ID: r.ID, By: "dan", At: now, Fact: desk.BookActivated{Digest: digest, Book: b}}
	}
	ready, _ := h.Request(r.ID)
	if _, err := ready.With(activated(own, own.Digest())); !errors.Is(err, desk.ErrIllegal) {
		t.Error("in force without approval")
	}
	ready.State = desk.Ready
	for name, c := range map[string]struct {
		e    desk.Event
		fits bool
	}{
		"as asked":       {activated(own, own.Digest()), true},
		"another book":   {activated(strict, strict.Digest()), false},
		"another text":   {activated(strict, own.Digest()), false},
		"another digest": {activated(own, strict.Digest()), false},
	} {
		if _, err := ready.With(c.e); (err == nil) != c.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"house.thaw", "rules.activate book=" + strict.Digest()} {
		other := ready
		other.Action = action(t, text)
		if _, err := other.With(activated(own, own.Digest())); err == nil {
			t.Errorf("%s puts another book in force", text)
		}
	}
	settled, err := ready.With(activated(own, own.Digest()))
	if err != nil || settled.State != desk.Settled {
		t.Fatal(err)
	}
	gone := desk.Event{ID: r.ID, By: "dan", Fact: desk.Erased{Was: desk.BookActivated{}}}
	erased := desk.Request{ID: r.ID, State: desk.Rejected, Erased: true}
	if _, err := erased.With(gone); !errors.Is(err, desk.ErrIllegal) {
		t.Error("a book is erased")
	}
}

// A program that cannot read the book in force looks by the last that it can,
// and changes nothing; it may still freeze.
func TestABookThatThisProgramCannotRead(t *testing.T) {
	d, _ := ruled(t)
	waiting := ask(t, d, "k")
	approved, err := d.Approve(t.Context(), "eve", desk.Chat, ask(t, d, "k2").ID, "")
	if err != nil {
		t.Fatal(err)
	}
	activate(t, d, "own")
	d.Rules = &desk.Library{Fold: d.View, Read: func(b desk.Book) (desk.Rules, error) {
		if b.Files[0].Text == "own" {
			return nil, errors.New("unknown word")
		}
		return readText(b)
	}}
	_, err = d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set bob@u.fr size=3G"), Key: "l"})
	wants(t, err, desk.UnreadBook)
	_, err = d.Approve(t.Context(), "dan", desk.Chat, waiting.ID, "")
	wants(t, err, desk.UnreadBook)
	wants(t, d.Recheck(approved, d.View.Account("bob@u.fr")), desk.UnreadBook)
	if desk.KindOf(d.Recheck(approved, d.View.Account("bob@u.fr"))) != desk.Unavailable {
		t.Error("what is approved would be given up instead of waiting")
	}
	if _, err := d.Show("ann", desk.Chat, "bob@u.fr"); err != nil {
		t.Errorf("nothing can be looked at: %v", err)
	}
	if r, err := d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Chat, Action: action(t, "house.freeze"), Key: "f"}); err != nil || r.State != desk.Settled {
		t.Errorf("cannot be frozen: %s, %v", r.State, err)
	}
	_, err = d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Portal, Action: action(t, "rules.rollback book="+textBook("first").Digest()), Key: "r"})
	wants(t, err, desk.UnreadBook)
}

// Without any book nothing is allowed, and nothing shown.
func TestWithoutABook(t *testing.T) {
	d, h := newDesk(t)
	d.Rules = &desk.Library{Fold: h, Read: readText}
	_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set bob@u.fr size=3G"), Key: "k"})
	wants(t, err, desk.NoBook)
	_, err = d.Show("ann", desk.Chat, "bob@u.fr")
	wants(t, err, desk.UnknownAccount)
}

func TestSeedOnce(t *testing.T) {
	d, h := ruled(t)
	if err := d.Seed(t.Context(), textBook("own")); err != nil || len(h.events) != 1 || inForce(t, d) != "first" {
		t.Errorf("%v, %d events", err, len(h.events))
	}
}

func TestNewBook(t *testing.T) {
	many := make([]desk.BookFile, 33)
	for i := range many {
		many[i] = desk.BookFile{Name: "a.yaml", Text: "x"}
	}
	for name, files := range map[string][]desk.BookFile{
		"none": nil, "many": many, "large": {{Name: "a.yaml", Text: strings.Repeat("x", 256<<10+1)}},
		"unseen name": {{Name: "a\u202e.yaml", Text: "x"}}, "line break": {{Name: "a\nb", Text: "x"}},
		"a folder": {{Name: "..", Text: "x"}}, "nameless": {{Name: "", Text: "x"}},
	} {
		if _, err := desk.NewBook("n", files...); desk.CodeOf(err) != desk.BadBook {
			t.Errorf("%s: %v", name, err)
		}
	}
	a, b := desk.BookFile{Name: "/etc/x/10.yaml", Text: "a"}, desk.BookFile{Name: `C:\20.yaml`, Text: "b"}
	one, err := desk.NewBook("one", b, a)
	if err != nil || one.Files[0].Name != "10.yaml" || one.Files[1].Name != "20.yaml" {
		t.Fatalf("%+v, %v", one, err)
	}
	if two, _ := desk.NewBook("two", a, b); two.Digest() != one.Digest() {
		t.Error("the order or the name counts")
	}
	if moved, _ := desk.NewBook("one", desk.BookFile{Name: "10.yaml", Text: "ab"}, desk.BookFile{Name: "20.yaml"}); moved.Digest() == one.Digest() {
		t.Error("what is in which file does not count")
	}
}

// What people are shown of a proposal is against the book that it replaces, even
// if that came while it was asked.
func TestADifferenceIsFromTheBookItReplaces(t *testing.T) {
	d, h := ruled(t)
	h.before = func() { activate(t, d, "own") }
	r, err := propose(t, d, "cid", textBook("strict"), "p")
	if err != nil || r.Action.Arg("from") != textBook("own").Digest() || r.Proposal.Difference.From != r.Action.Arg("from") {
		t.Errorf("%v: %s, compared with %.12s", err, r.Action, r.Proposal.Difference.From)
	}
}

// What is asked of the rules needs people, and no account; all else needs both.
func TestRulesNeedNoAccounts(t *testing.T) {
	d, h := ruled(t)
	h.unread = true
	if _, err := propose(t, d, "cid", textBook("own"), "p"); err != nil {
		t.Error(err)
	}
	_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "quota.set bob@u.fr size=2G"), Key: "k"})
	wants(t, err, desk.StaleData)
	h.read = now.Add(-2 * time.Hour)
	_, err = propose(t, d, "cid", textBook("strict"), "q")
	wants(t, err, desk.StaleData)
}
