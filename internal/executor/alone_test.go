package executor_test

import (
	"context"
	"crypto/rand"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// slowOffice takes half a second for each write.
type slowOffice struct{ desk.Office }

func (o slowOffice) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	p, err := o.Office.Pen(ctx, a, before)
	return slowPen{p}, err
}

type slowPen struct{ desk.Pen }

func (p slowPen) Write(ctx context.Context) error {
	time.Sleep(500 * time.Millisecond)
	return p.Pen.Write(ctx)
}

// Two requests for one person, in two domains: one mailbox.
func TestOnePersonOneMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, server := simulated(t)
		o.Rand = rand.Reader
		h := newHouse(t, memory(), slowOffice{o}, rulesFunc(approval))
		h.mirror.SetDomains([]string{"unistra.fr", "physique.unistra.fr"})
		h.mirror.SetClasses([]string{"s_univ-strasbourg_personnel"})
		if err := h.mirror.LearnPerson("nperso", desk.Person{UID: "nperso", Name: "Nouvelle Personne", EPPN: "nperso@unistra.fr"}, time.Now()); err != nil {
			t.Fatal(err)
		}
		begun := len(server.Log())
		one := h.approved(t, "account.create nouvelle.personne@unistra.fr person=nperso cos=s_univ-strasbourg_personnel")
		two := h.approved(t, "account.create nouvelle.personne@physique.unistra.fr person=nperso cos=s_univ-strasbourg_personnel")
		h.run(t, time.Hour)
		made := 0
		for _, w := range server.Log()[begun:] {
			if w.Method == "CreateAccount" && w.Applied {
				made++
			}
		}
		if made != 1 {
			t.Errorf("%d mailboxes were made of one person; %s %s, %s %s", made, h.request(one).State, h.request(one).Code, h.request(two).State, h.request(two).Code)
		}
	})
}

// The account that is to receive an alias is deleted meanwhile: it gets none.
func TestNoAliasForWhatIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, _ := simulated(t)
		id := arrive(t, o)
		was := seen(t, o, id)
		h := opened(t, o, was.Account)
		h.mirror.SetDomains([]string{"unistra.fr", "physique.unistra.fr"})
		var to desk.Account
		for a, err := range o.Accounts(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if a.Address.Domain() == "physique.unistra.fr" && a.Status == desk.Active {
				to = a
				break
			}
		}
		if err := h.mirror.Learn(to, time.Now()); err != nil {
			t.Fatal(err)
		}
		move := h.approved(t, "alias.move "+zoe+" alias=zoe@unistra.fr to="+string(to.Address))
		h.approved(t, "account.delete "+string(to.Address))
		h.run(t, time.Hour)
		now, err := o.Look(t.Context(), desk.Action{Target: string(to.Address)}, to.ID)
		if err != nil {
			t.Fatal(err)
		}
		r := h.request(move)
		if now.Deleted() && now.Holds("zoe@unistra.fr") {
			t.Errorf("the alias is of a deleted mailbox that is %s: mail for it is refused; move is %s", now.Status, r.State)
		}
	})
}
