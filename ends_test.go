package main

import (
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A mailbox whose last day is over is locked by itself, once; renewing opens it
// again, whatever Partage answers, or leaves all as it was.
func TestAMailboxEndsAndComesBack(t *testing.T) {
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := backstageAfter(t, func(s stage) { s.lasted("account.renew ADDRESS", "jeanne.dupont@unistra.fr", 50, 20) })
			s.ends()
			s.suffers("account.renew ADDRESS until=LATER", "ModifyAccount", tt)
		})
	}
}

// lasted has had a mailbox or a list last from a day until another, so many days ago.
func (s stage) lasted(text string, at desk.Address, from, until int) {
	s.Helper()
	d, ago := s.house.desk, func(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
	began := ago(from)
	d.Now = func() time.Time { return began }
	defer func() { d.Now = time.Now }()
	action, err := desk.ParseAction(strings.ReplaceAll(text, "ADDRESS", string(at)) + " until=" + ago(until).Format(time.DateOnly))
	if err != nil {
		s.Fatal(err)
	}
	r, err := d.Ask(s.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Action: action, Key: "began"})
	if err != nil {
		s.Fatal(err)
	}
	account := s.house.mirror.Account(at)
	if l := s.house.mirror.List(at); l.Known() {
		account = l.Target()
	}
	for _, f := range []desk.Fact{desk.Started{Attempt: 1, Before: account, Until: began}, desk.Done{Attempt: 1, Proof: account}} {
		if _, err := d.Change(s.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			s.Fatal(err)
		}
	}
}

// ends has the house look at what has ended, twice.
func (s stage) ends() {
	s.Helper()
	h := s.house
	asked, _ := h.desk.View.Next()
	for range 2 {
		if err := h.desk.Keep(s.Context(), true); err != nil {
			s.Fatal(err)
		}
		if r := s.end(asked); r.Via != desk.Clock || r.State != desk.Settled {
			s.Fatalf("%s by %s is %s: %s %s", r.Action, r.Via, r.State, r.Code, r.Error)
		}
	}
	a := h.mirror.Account("jeanne.dupont@unistra.fr")
	x, _ := h.mirror.Entry(a.Address)
	if next, _ := h.desk.View.Next(); a.Status != desk.Locked || !x.Held || x.Until == "" || next != "D-3" {
		s.Errorf("%s, held %t until %s, next %s", a.Status, x.Held, x.Until, next)
	}
}

// A list with a last day, through the executor: to set the day writes nothing to
// Partage, and the day goes with the list to another address.
func TestAListLastsUntilADay(t *testing.T) {
	s := newBackstageOfLists(t)
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	until := func(at, want string) {
		t.Helper()
		if x, _ := s.house.mirror.Entry(desk.Address(at)); string(x.Until) != want || want != "" && !x.Held {
			t.Fatalf("%s is held %t until %q, want %q", at, x.Held, x.Until, want)
		}
	}
	does := func(text string) desk.Request {
		t.Helper()
		r := s.does(s.named(text))
		if r.State != desk.Settled {
			t.Fatalf("%s is %s: %s %s", r.Action, r.State, r.Code, r.Error)
		}
		return r
	}
	const old, moved = "colloque@" + objectsDomain, "congres@" + objectsDomain
	does("list.create " + old + " members=PAUL until=SOON")
	until(old, day(20))
	before := s.effects()
	does("list.profile " + old + " until=" + day(30))
	if until(old, day(30)); s.effects() != before {
		t.Error("a day was written to Partage")
	}
	does("list.rename " + old + " to=" + moved)
	until(old, "")
	until(moved, day(30))
	does("list.delete " + moved)
	does("list.restore " + moved)
	until(moved, day(30))
}

// A list that was deleted after its last day is given another with itself, whatever
// Partage answers, or nothing is changed.
func TestAListComesBackAfterItsLastDay(t *testing.T) {
	const at = "direction@" + objectsDomain
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := backstageAfter(t, func(s stage) {
				s.readsLists()
				s.lasted("list.profile ADDRESS", at, 50, 20)
			})
			s.does("list.delete " + at)
			s.objectSuffers("list.restore "+at, "CreateGroup", name, tt)
			want, back := time.Now().AddDate(0, 0, s.house.desk.Keeping.Renewal).Format(time.DateOnly), desk.Query{Verbs: []desk.Verb{desk.ListRestore}, Limit: 1}
			for r := range s.house.mirror.Requests(back) {
				if x, _ := s.house.mirror.Entry(at); r.Action.Arg("until") != want || r.State == desk.Settled && string(x.Until) != want {
					t.Errorf("%s, and it lasts until %s", r.Action, x.Until)
				}
			}
		})
	}
}

// A list whose last day is over is hidden by itself, once; renewing shows it again,
// and sets another day.
func TestAListEndsAndComesBack(t *testing.T) {
	const at = "direction@" + objectsDomain
	s := backstageAfter(t, func(s stage) {
		s.readsLists()
		s.lasted("list.profile ADDRESS", at, 50, 20)
	})
	asked, _ := s.house.desk.View.Next()
	for range 2 {
		if err := s.house.desk.Keep(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if r := s.end(asked); r.Via != desk.Clock || r.State != desk.Settled || !s.house.mirror.List(at).Hidden {
			t.Fatalf("%s by %s is %s: %s %s", r.Action, r.Via, r.State, r.Code, r.Error)
		}
	}
	dated, _ := s.house.mirror.Entry(at)
	r, _ := s.house.mirror.Request(dated.Dated)
	renewal, ok := s.house.desk.RenewalOf(r)
	if !ok || renewal.Arg("hidden") != "no" {
		t.Fatalf("renewed by %s", renewal)
	}
	if r := s.does(renewal.String()); r.State != desk.Settled || s.house.mirror.List(at).Hidden {
		t.Errorf("%s is %s: %s", r.Action, r.State, r.Error)
	}
	if x, _ := s.house.mirror.Entry(at); string(x.Until) != renewal.Arg("until") {
		t.Errorf("it lasts until %s", x.Until)
	}
}
