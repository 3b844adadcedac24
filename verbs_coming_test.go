package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// troubled sets the trouble up for a method; one that is to end is over before
// what is taken back comes.
func (s stage) troubled(method, name string, x trouble) {
	s.Helper()
	if x.want == desk.Broken {
		x.Times = map[bool]int{true: 1, false: 3}[name == "refused"]
	}
	if x.Fault == (simulator.Fault{}) {
		return
	}
	x.Method = method
	if err := s.partage.SetFaults(x.Fault); err != nil {
		s.Fatal(err)
	}
}

func (s stage) account(a desk.Address) desk.Account {
	s.Helper()
	found, err := s.house.office.Look(s.Context(), desk.Action{Target: string(a)}, "")
	if err != nil {
		s.Fatal(err)
	}
	return found
}

// Whatever Partage answers, one account is made and proved to be ours, or none;
// and what was made can be deleted, and comes back.
func TestCreatedThroughFaults(t *testing.T) {
	const at = "accueil.nouveau@physique.unistra.fr"
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := newBackstage(t)
			s.troubled("CreateAccount", name, tt)
			until := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
			r := s.does(`account.create ` + at + ` name="Accueil, é" cos=s_univ-strasbourg_personnel size=3G until=` + until)
			made := s.account(at)
			if r.State != tt.want || made.Known() != (tt.want == desk.Settled) {
				t.Fatalf("%s %s %s, made %+v", r.State, r.Code, r.Error, made)
			}
			if r.State != desk.Settled {
				return
			}
			held := s.house.mirror.Account(at)
			if r.Mailbox != made.ID || held.ID != made.ID || !strings.Contains(made.Detail.Notes, string(r.ID)) || made.Name != "Accueil, é" {
				t.Errorf("made %+v, known %+v of %+v", made, held, r)
			}
			if x, _ := s.house.mirror.Entry(at); made.Quota != 3<<30 || string(x.Until) != until || x.Dated != r.ID {
				t.Errorf("of %d bytes, until %s by %s", made.Quota, x.Until, x.Dated)
			}
			undo, ok := desk.Undo(r.Action, r.Origin)
			if !ok || s.does(undo.String()).State != desk.Settled || s.account(at).Known() {
				t.Errorf("not taken back by %s", undo)
			}
			if back := s.does("account.restore " + at); back.State != desk.Settled || s.account(at).ID != made.ID {
				t.Errorf("not given back: %s", back.State)
			}
		})
	}
}

// An account that somebody else made while the request waited is not taken for
// ours, and nothing is done to it.
func TestAnAddressThatIsTakenMeanwhile(t *testing.T) {
	const at = "a.b@physique.unistra.fr"
	s := backstageAfter(t, func(s stage) {
		r, err := s.house.desk.Ask(s.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Key: "1", Action: mustAction(s.T, "account.create "+at+" name=A cos=s_univ-strasbourg_personnel")})
		if err == nil {
			_, err = s.house.desk.Approve(s.Context(), "hpoincare", desk.Chat, r.ID, "")
		}
		if err != nil {
			s.Fatal(err)
		}
		client, err := s.house.office.Domains.Client("physique.unistra.fr")
		if err != nil {
			s.Fatal(err)
		}
		w, err := client.Writer(s.Context())
		if err == nil {
			err = w.CreateAccount(s.Context(), at, partage.NewAccount{PasswordHash: partage.NewSecret("{SSHA}theirs")})
		}
		if err != nil {
			s.Fatal(err)
		}
	})
	theirs := s.account(at)
	var last desk.Request
	for r := range s.house.mirror.Requests(desk.Query{}) {
		last = s.end(r.ID)
	}
	if last.State != desk.Broken || last.Code != desk.AddressTaken || !cmp.Equal(theirs, s.account(at)) {
		t.Errorf("%s %s %s", last.State, last.Code, last.Error)
	}
	if n := s.effects(); n != 1 { // the other one
		t.Errorf("%d effects", n)
	}
}

// The alias goes to the other account or stays, and is never in both.
func TestMovedThroughFaults(t *testing.T) {
	for _, method := range []string{"RemoveAccountAlias", "AddAccountAlias"} {
		for name, tt := range troubles {
			t.Run(method+", "+name, func(t *testing.T) {
				s := newBackstage(t)
				s.does("alias.add ADDRESS alias=voyage@physique.unistra.fr")
				from, to := s.account("jeanne.dupont@unistra.fr"), s.account("paul.langevin@physique.unistra.fr")
				s.troubled(method, name, tt)
				r := s.does("alias.move ADDRESS alias=voyage@physique.unistra.fr to=paul.langevin@physique.unistra.fr")
				if r.State != tt.want || r.State == desk.Broken && r.Step != 0 {
					t.Fatalf("%s at step %d: %s %s", r.State, r.Step, r.Code, r.Error)
				}
				if r.State == desk.Settled {
					if held := s.house.mirror.Account("voyage@physique.unistra.fr"); held.ID != to.ID || s.account(from.Address).Holds("voyage@physique.unistra.fr") {
						t.Errorf("held by %s", held.Address)
					}
					undo, ok := desk.Undo(r.Action, r.Origin)
					if !ok || s.does(undo.String()).State != desk.Settled {
						t.Errorf("%s does not take it back", undo)
					}
				}
				if diff := cmp.Diff([]desk.Account{from, to}, []desk.Account{s.account(from.Address), s.account(to.Address)}); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// Of a share Partage's word is taken, and without it the send is repeated; what
// was never answered is not called done, nor undone.
func TestSharedThroughFaults(t *testing.T) {
	const box, with = "boite@physique.unistra.fr", "paul.langevin@physique.unistra.fr"
	for _, verb := range []desk.Verb{desk.AccountShare, desk.AccountUnshare} {
		for name, tt := range troubles {
			t.Run(string(verb)+", "+name, func(t *testing.T) {
				s := newBackstage(t)
				s.does("account.create " + box + " name=B cos=s_univ-strasbourg_personnel")
				method := "account/AddRootShare"
				if verb == desk.AccountUnshare {
					method = "account/RemoveRootShare"
					s.does("account.share " + box + " with=" + with)
				}
				if tt.Fault != (simulator.Fault{}) {
					tt.Method = method
					if err := s.partage.SetFaults(tt.Fault); err != nil {
						t.Fatal(err)
					}
				}
				r := s.does(string(verb) + " " + box + " with=" + with)
				who, _ := s.partage.RootShare(box)
				shared := slices.Contains(who, with)
				wanted := (verb == desk.AccountShare) == (tt.want == desk.Settled)
				if name == "accepted, without effect" { // a lie that nothing can uncover
					wanted = !wanted
				}
				if r.State != tt.want || shared != wanted {
					t.Errorf("%s %s, shared: %t", r.State, r.Code, shared)
				}
				if name == "never applied, answers lost" && r.Code != desk.Unproved {
					t.Errorf("what nobody knows is told as %s", r.Code)
				}
				told := len(s.house.desk.Shares(s.account(box))) == 1
				if told != ((verb == desk.AccountShare) == (r.State == desk.Settled)) {
					t.Errorf("who may open it is told as %t", told)
				}
			})
		}
	}
}

// deletedLongAgo has an account deleted by us a time ago, step by step.
func deletedLongAgo(ago time.Duration) func(stage) {
	return func(s stage) {
		s.Helper()
		h := s.house
		then := time.Now().Add(-ago)
		h.desk.Now = func() time.Time { return then }
		r, err := h.desk.Ask(s.Context(), desk.Asking{By: "sgermain", Via: desk.Chat, Key: "long ago", Action: mustAction(s.T, "account.delete jeanne.dupont@unistra.fr")})
		if err == nil {
			r, err = h.desk.Approve(s.Context(), "hpoincare", desk.Chat, r.ID, r.Digest())
		}
		if err == nil {
			before, _ := h.office.Look(s.Context(), r.Action, r.Mailbox)
			r.Plan, err = h.office.Plan(s.Context(), r, before, desk.Request{})
		}
		if err != nil {
			s.Fatal(err)
		}
		facts := []desk.Fact{desk.Planned{Plan: r.Plan}}
		for r.Step = 0; r.Step < len(r.Plan.Steps); r.Step++ {
			before, err := h.office.Look(s.Context(), r.Next(), r.Mailbox)
			if err != nil {
				s.Fatal(err)
			}
			pen, err := h.office.Pen(s.Context(), r.Next(), before)
			if err == nil {
				err = pen.Write(s.Context())
			}
			after, _ := h.office.Look(s.Context(), r.Next(), r.Mailbox)
			if err != nil || !h.office.Shows(r.Next(), after) {
				s.Fatal(r.Next(), err)
			}
			facts = append(facts, desk.Started{Attempt: r.Step + 1, Step: r.Step, Before: before})
			if r.Step+1 < len(r.Plan.Steps) {
				facts = append(facts, desk.Stepped{Attempt: r.Step + 1, Proof: after})
			} else {
				facts = append(facts, desk.Done{Attempt: r.Step + 1, Proof: after})
			}
		}
		if _, err := h.desk.Change(s.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) { return facts, nil }); err != nil {
			s.Fatal(err)
		}
		h.desk.Now = time.Now
		if err := h.loadAccounts(s.Context()); err != nil {
			s.Fatal(err)
		}
	}
}

func mustAction(t testing.TB, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What was deleted long ago is destroyed once two have approved, whatever Partage
// answers, or is still where it was; nothing else is touched.
func TestPurgedThroughFaults(t *testing.T) {
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := backstageAfter(t, deletedLongAgo(desk.Term+time.Hour))
			d := s.house.desk
			s.troubled("DeleteAccount", name, tt)
			r, err := d.Ask(t.Context(), desk.Asking{By: "sgermain", Via: desk.Shell, Action: mustAction(t, "account.purge jeanne.dupont@unistra.fr"), Key: "purge"})
			for _, who := range []desk.UID{"hpoincare", "ecartan"} {
				if err == nil && r.State != desk.Waiting {
					t.Fatalf("%s before two have approved", r.State)
				}
				if err == nil {
					r, err = d.Approve(t.Context(), who, desk.Chat, r.ID, r.Digest())
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			trash := desk.Address("deleted-" + r.Mailbox + "@unistra.fr")
			r = s.end(r.ID)
			if there := s.account(trash).Known(); r.State != tt.want || there == (tt.want == desk.Settled) || s.house.mirror.Account(trash).Known() != there {
				t.Errorf("%s %s %s, still there: %t", r.State, r.Code, r.Error, there)
			}
			deleted := 0
			for _, w := range s.partage.Log() {
				if w.Method == "DeleteAccount" && w.Applied {
					deleted++
				}
			}
			if deleted != tt.effects {
				t.Errorf("%d accounts destroyed", deleted)
			}
			if r.State == desk.Settled {
				_, _, err := d.Preview("sgermain", desk.Chat, mustAction(t, "account.restore jeanne.dupont@unistra.fr"))
				_, _, again := d.Preview("sgermain", desk.Shell, mustAction(t, "account.purge jeanne.dupont@unistra.fr"))
				if desk.CodeOf(err) != desk.NotDeleted || desk.CodeOf(again) != desk.NotDeleted {
					t.Errorf("gone, and %v, %v", err, again)
				}
			}
		})
	}
}
