package desk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestTooLateNamesWhoEndedIt(t *testing.T) {
	d, _ := newDesk(t)
	rules(needs(2, "admins"))(d, nil)
	r := ask(t, d, "k")
	_, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	if r, err = d.Refuse(t.Context(), "dan", desk.Chat, r.ID, "", "no\n\u202eway"); err != nil || r.Refusal != "no way" {
		t.Errorf("refused by %q, %v", r.Refusal, err)
	}
	_, err = d.Approve(t.Context(), "eve", desk.Chat, r.ID, "")
	var told *desk.Error
	if !errors.As(err, &told) || told.Details["by"] != "dan" {
		t.Errorf("told %v", err)
	}
}

func TestAVerbThatDoesNotExistIsNotDecided(t *testing.T) {
	d, _ := newDesk(t)
	_, _, err := d.Preview("ann", desk.Chat, desk.Action{Verb: "account.explode", Target: "bob@u.fr"})
	wants(t, err, desk.UnknownVerb)
	wants(t, d.Recheck(desk.Request{By: "ann", Action: desk.Action{Verb: "account.explode"}}, desk.Account{}), desk.UnknownVerb)
}

// What is only a step of something else is asked by nobody, whatever the rules say.
func TestAStepIsNotAsked(t *testing.T) {
	d, _ := newDesk(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	for _, text := range []string{"account.eppn bob@u.fr", "account.eppn bob@u.fr eppn=ann@u.fr", "account.mark bob@u.fr mark=x",
		"account.unmark bob@u.fr mark=x", "list.join bob@u.fr list=l@u.fr id=1 member=bob@u.fr", "list.leave bob@u.fr list=l@u.fr id=1 member=bob@u.fr"} {
		a := action(t, text)
		_, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: text})
		wants(t, err, desk.UnknownVerb)
		_, _, err = d.Preview("ann", desk.Chat, a)
		wants(t, err, desk.UnknownVerb)
		wants(t, d.Recheck(desk.Request{By: "ann", Action: a}, desk.Account{}), desk.UnknownVerb)
		if slices.Contains(desk.Verbs(), a.Verb) {
			t.Errorf("%s is offered", a.Verb)
		}
	}
}

// blinking is a house that reads the journal only for somebody who is there.
type blinking struct{ *house }

func (blinking) CatchUp(ctx context.Context) error { return ctx.Err() }

// leaving is one whose asker goes away during the append.
type leaving struct {
	*house
	leave context.CancelFunc
}

func (l leaving) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	defer l.leave()
	return l.house.Append(ctx, after, events...)
}

func TestTheViewIsCaughtUpThoughTheAskerHasGone(t *testing.T) {
	d, h := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.View, d.Journal = blinking{h}, leaving{h, cancel}
	if _, err := d.Ask(ctx, desk.Asking{By: "ann", Action: action(t, "quota.set bob size=2G"), Key: "k"}); err != nil {
		t.Errorf("asked, and told %v", err)
	}
}

// damaged is a house that cannot read the journal.
type damaged struct{ *house }

func (damaged) CatchUp(context.Context) error { return errors.New("damaged") }

func TestAViewThatCannotFollowIsAnError(t *testing.T) {
	d, h := newDesk(t)
	d.View = damaged{h}
	if _, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: action(t, "quota.set bob size=2G"), Key: "k"}); err == nil {
		t.Error("no error")
	}
}

func TestEventsAreInUTCToTheMicrosecond(t *testing.T) {
	d, h := newDesk(t)
	d.Now = func() time.Time { return now.Add(1234 * time.Nanosecond).In(time.FixedZone("", 7200)) }
	ask(t, d, "k")
	if at := h.events[0].At; at != now.Add(time.Microsecond) {
		t.Errorf("at %v", at)
	}
}
