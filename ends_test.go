package main

import (
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A mailbox whose last day is over is locked by itself, once; renewing opens it
// again, whatever Partage answers, or leaves all as it was.
func TestAMailboxEndsAndComesBack(t *testing.T) {
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := backstageAfter(t, func(s stage) { s.lasted(50, 20) })
			s.ends()
			s.suffers("account.renew ADDRESS until=LATER", "ModifyAccount", tt)
		})
	}
}

// lasted has had Jeanne's mailbox last from a day until another, so many days ago.
func (s stage) lasted(from, until int) {
	s.Helper()
	d, ago := s.house.desk, func(days int) time.Time { return time.Now().AddDate(0, 0, -days) }
	began := ago(from)
	d.Now = func() time.Time { return began }
	defer func() { d.Now = time.Now }()
	action, err := desk.ParseAction("account.renew jeanne.dupont@unistra.fr until=" + ago(until).Format(time.DateOnly))
	if err != nil {
		s.Fatal(err)
	}
	r, err := d.Ask(s.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Action: action, Key: "began"})
	if err != nil {
		s.Fatal(err)
	}
	account := s.house.mirror.Account("jeanne.dupont@unistra.fr")
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
