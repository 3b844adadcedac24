package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/phrase"
)

// says speaks one after the other, and returns the last answer.
func (h *house) says(tb testing.TB, who desk.UID, texts ...string) (last string) {
	tb.Helper()
	for _, text := range texts {
		h.clock.move(time.Second)
		last = h.types(tb, who, text)
	}
	return last
}

// differences are the gaps of a test.
type differences []desk.Gap

func (d differences) Gaps(desk.View) iter.Seq[desk.Gap]                    { return slices.Values(d) }
func (differences) GapsOf(desk.View, desk.Account, desk.Person) []desk.Gap { return nil }
func (differences) Plan(desk.View, desk.Selection) (desk.Repairs, []desk.Gap, error) {
	return desk.Repairs{}, nil, errors.New("no plan here")
}

func TestSentences(t *testing.T) {
	gone := desk.Gap{Cause: desk.PersonGone, Address: "bob@u.fr", Repair: desk.Action{Verb: desk.AccountDelete, Target: "bob@u.fr"}}
	shut := desk.Gap{Cause: desk.StillShut, Address: "marie@u.fr"}
	for _, tt := range []struct {
		name string
		who  desk.UID
		said []string
		want string // in the last answer
		done []string
	}{
		{"a change waits for a yes", "marie", []string{"passe le quota de bob à 2 Go"}, "`/melusine quota bob@u.fr 2GB`", nil},
		{"yes", "marie", []string{"passe le quota de bob à 2 Go", "oui"}, "D-1", []string{"quota.set bob@u.fr size=2G"}},
		{"yes twice asks once", "marie", []string{"passe le quota de bob à 2 Go", "oui", "oui"}, "I wait for no answer", []string{"quota.set bob@u.fr size=2G"}},
		{"no", "marie", []string{"passe le quota de bob à 2 Go", "non"}, "did nothing", nil},
		{"yes after no", "marie", []string{"passe le quota de bob à 2 Go", "non", "oui"}, "I wait for no answer", nil},
		{"yes to nothing", "marie", []string{"oui"}, "I wait for no answer", nil},
		{"somebody else's yes", "marie", []string{"passe le quota de bob à 2 Go", "eve: oui"}, "I wait for no answer", nil},
		{"too late", "marie", []string{"passe le quota de bob à 2 Go", "+15m", "oui"}, "I wait for no answer", nil},
		{"a new sentence replaces the old", "marie", []string{"passe le quota de bob à 2 Go", "passe le quota de bob à 3 Go", "oui"}, "D-1", []string{"quota.set bob@u.fr size=3G"}},
		{"missing size", "marie", []string{"augmente le quota de bob"}, "What size", nil},
		{"missing size, answered", "marie", []string{"augmente le quota de bob", "à 4 Go", "oui"}, "D-1", []string{"quota.set bob@u.fr size=4G"}},
		{"a size that may be a total or a difference", "marie", []string{"augmente mon quota", "4 Go"}, "What size", nil},
		{"a difference, answered", "marie", []string{"augmente mon quota", "de 4 Go", "oui"}, "D-1", []string{"quota.set marie@u.fr size=9G"}},
		{"missing account, then too late", "marie", []string{"crée l'alias contact@u.fr", "+10m", "bob"}, "", nil},
		{"missing account, answered", "marie", []string{"crée l'alias contact@u.fr", "bob", "oui"}, "D-1", []string{"alias.add bob@u.fr alias=contact@u.fr"}},
		{"me", "marie", []string{"donne-moi l'alias mc@u.fr", "oui"}, "D-1", []string{"alias.add marie@u.fr alias=mc@u.fr"}},
		{"delta of one's own", "marie", []string{"ajoute 2 Go à mon quota", "oui"}, "D-1", []string{"quota.set marie@u.fr size=7G"}},
		{"delta of an account not seen", "marie", []string{"ajoute 2 Go au quota de bob"}, "No account", nil},
		{"delta of what has no limit", "paul", []string{"ajoute 2 Go au quota de sans.limite@u.fr"}, "is not a size", nil},
		{"delta below nothing", "marie", []string{"réduis mon quota de 9 Go"}, "is not a size", nil},
		{"a name", "paul", []string{"passe Zoé Lambert à 2 Go", "oui"}, "D-1", []string{"quota.set zoe.lambert@u.fr size=2G"}},
		{"a name not seen", "marie", []string{"passe Zoé Lambert à 2 Go"}, "No account", nil},
		{"homonyms", "paul", []string{"passe Ann Durand à 2 Go"}, "2. `durand.a@u.fr", nil},
		{"homonyms, chosen", "paul", []string{"passe Ann Durand à 2 Go", "2", "oui"}, "D-1", []string{"quota.set durand.a@u.fr size=2G"}},
		{"homonyms, out of range", "paul", []string{"passe Ann Durand à 2 Go", "3", "oui"}, "Answer by the number", nil},
		{"a batch", "marie", []string{"passe bob et paul à 2 Go", "oui"}, "D-2", []string{"quota.set bob@u.fr size=2G", "quota.set paul@u.fr size=2G"}},
		{"a batch with one that cannot be", "marie", []string{"passe bob et marie à 2 Go", "oui"}, "I wait for no answer", nil},
		{"what destroys needs its address", "marie", []string{"supprime mon alias m.curie@u.fr"}, "To confirm: type `m.curie@u.fr`", nil},
		{"a yes is not enough", "marie", []string{"supprime mon alias m.curie@u.fr", "oui"}, "to confirm, type", nil},
		{"the address", "marie", []string{"supprime mon alias m.curie@u.fr", "supprimer `m.curie@u.fr`"}, "D-1", []string{"alias.remove marie@u.fr alias=m.curie@u.fr"}},
		{"another address", "marie", []string{"supprime mon alias m.curie@u.fr", "marie@u.fr"}, "", nil},
		{"the address and another", "marie", []string{"supprime mon alias m.curie@u.fr", "m.curie@u.fr marie@u.fr"}, "", nil},
		{"denied is told, not recorded", "marie", []string{"crée l'alias no@u.fr pour bob"}, "Reserved name", nil},
		{"what cannot be is told", "marie", []string{"crée l'alias m.curie@u.fr pour bob"}, "already used", nil},
		{"until is not kept", "marie", []string{"passe bob à 2 Go jusqu'au 31 août"}, "cannot keep an end date for that: it will have to be asked for again on that day. Without an end date?\n1. `quota bob 2GB`", nil},
		{"until is not kept, without then", "marie", []string{"passe bob à 2 Go jusqu'au 31 août", "1", "oui"}, "D-1", []string{"quota.set bob@u.fr size=2G"}},
		{"an alias moves, from whoever has it", "paul", []string{"déplace l'alias m.curie@u.fr vers bob", "m.curie@u.fr"}, "D-1", []string{"alias.move marie@u.fr alias=m.curie@u.fr to=bob@u.fr"}},
		{"an alias moves, to whom", "paul", []string{"déplace l'alias m.curie@u.fr", "vers bob"}, "type `m.curie@u.fr`", nil},
		{"an alias moves, from somebody else", "paul", []string{"move the alias m.curie@u.fr from bob to paul"}, "is not an alias of `bob@u.fr`", nil},
		{"an alias lasts longer", "paul", []string{"prolonge l'alias m.curie@u.fr"}, "has no end", nil},
		{"a mailbox is opened to somebody", "paul", []string{"partage la boîte sans.limite@u.fr avec Zoé Lambert", "oui"}, "D-1", []string{"account.share sans.limite@u.fr right=sendAs with=zoe.lambert@u.fr"}},
		{"a mailbox is opened to me", "paul", []string{"donne-moi accès à la boîte sans.limite@u.fr", "oui"}, "D-1", []string{"account.share sans.limite@u.fr right=sendAs with=paul@u.fr"}},
		{"a mailbox of a person is not", "paul", []string{"share the mailbox marie@u.fr with bob"}, "somebody's own mailbox", nil},
		{"to whom is it opened", "paul", []string{"partage la boîte sans.limite@u.fr", "bob", "oui"}, "D-1", []string{"account.share sans.limite@u.fr right=sendAs with=bob@u.fr"}},
		{"a mailbox is closed to somebody", "paul", []string{"retire à bob l'accès à la boîte sans.limite@u.fr"}, "has not opened `sans.limite@u.fr` to `bob@u.fr`", nil},
		{"a difference is repaired", "paul", []string{"corrige l'écart " + gone.Name(), "bob@u.fr"}, "D-1", []string{"account.delete bob@u.fr"}},
		{"a difference for humans", "paul", []string{"fix the difference " + shut.Name()}, "a human must look", nil},
		{"a difference that is none", "paul", []string{"fix the difference E-1"}, "is called \"`E-1`\" now", nil},
		{"a difference, not by whom the rules hide it from", "marie", []string{"corrige l'écart " + gone.Name()}, "do not allow this: seeing the differences. Ask", nil},
		{"negated", "marie", []string{"ne passe pas bob à 2 Go"}, "not to do it", nil},
		{"everybody", "marie", []string{"passe tout le monde à 2 Go"}, "everybody at once", nil},
		{"condition", "marie", []string{"si bob est d'accord, passe bob à 2 Go"}, "condition", nil},
		{"skip", "marie", []string{"passe bob à 2 Go sans confirmation"}, "without a confirmation", nil},
		{"password", "marie", []string{"change le mot de passe de bob"}, "passwords", nil},
		{"nonsense", "marie", []string{"la pluie tombe"}, "did not understand", nil},
		{"a slip in what destroys", "marie", []string{"suprime mon alias m.curie@u.fr", "oui"}, "", nil},
		{"a question", "paul", []string{"quel est le quota de bob ?"}, "`bob@u.fr`", nil},
		{"an alias until a day", "marie", []string{"crée l'alias contact@u.fr pour bob jusqu'au 31 août", "oui"}, "D-1", []string{"alias.add bob@u.fr alias=contact@u.fr until=2026-08-31"}},
		{"an account, of which name", "paul", []string{"crée le compte presse@u.fr", "staff"}, "Which name", nil},
		{"an account", "paul", []string{"crée le compte presse@u.fr", "staff", "Service presse", "oui"}, "D-1", []string{`account.create presse@u.fr cos=staff name="Service presse"`}},
		{"an account, opened to somebody later", "paul", []string{"crée une boîte de service presse@u.fr pour bob", "staff", "Service presse"}, "Then, once the mailbox is there: `/melusine share add presse@u.fr bob`", nil},
		{"an account, told what is left to type", "paul", []string{"crée une boîte de service presse@u.fr pour bob avec 3 Go jusqu'au 31 août", "staff", "Service presse", "oui"},
			"`/melusine share add presse@u.fr bob`", []string{`account.create presse@u.fr cos=staff name="Service presse" size=3G until=2026-08-31`}},
		{"an account of somebody who has none", "paul", []string{"crée le compte fay.lang@u.fr pour fay", "staff", "oui"}, "D-1", []string{`account.create fay.lang@u.fr cos=staff eppn=fay@u.fr name="Fay Lang" person=fay`}},
		{"an account, of which class", "paul", []string{"crée le compte presse@u.fr"}, "Which class", nil},
		{"differences of a domain", "paul", []string{"quels sont les écarts ?"}, "`" + gone.Name() + "`", nil},
		{"figures", "paul", []string{"combien de comptes ?"}, "Dashboard", nil},
		{"figures of a domain", "paul", []string{"combien d'alias sur u.fr ?"}, "Aliases: 1", nil},
		{"figures of a domain, typed", "paul", []string{"dashboard u.fr"}, "Figures of `u.fr`", nil},
		{"figures of a domain that is not here", "paul", []string{"dashboard v.fr"}, "not on Partage", nil},
		{"who may open a mailbox", "paul", []string{"qui a accès à la boîte sans.limite@u.fr ?"}, "`sans.limite@u.fr`", nil},
		{"status", "marie", []string{"Partage est-il opérationnel ?"}, "State of Mélusine", nil},
		{"domains", "marie", []string{"quels sont les domaines ?"}, "Domains: `u.fr`", nil},
		{"one's domains", "marie", []string{"mes domaines"}, "No domain", nil},
		{"may I, of one action", "marie", []string{"am I allowed to delete the account of bob?"}, "deletion of `bob`\nDenied by the rules", nil},
		{"may I, in general", "marie", []string{"am I allowed to change the quota of bob?"}, "`/melusine why quota", nil},
		{"may somebody else", "marie", []string{"is bob allowed to change the quota of eve?"}, "`bob`. None that you may see", nil},
		{"may I, of a list", "marie", []string{"ai-je le droit de créer une liste sur u.fr ?"}, "`/melusine why list create", nil},
		{"free", "marie", []string{"est-ce que libre@u.fr est libre ?"}, "is free", nil},
		{"my requests", "marie", []string{"montre mes demandes"}, "Your requests", nil},
		{"approving asks for a yes", "paul", []string{"marie: alias ajouter contact@u.fr bob", "valide la demande D-1"}, "To confirm", []string{"alias.add bob@u.fr alias=contact@u.fr"}},
		{"several at once, each alone", "paul", []string{"marie: alias ajouter a@u.fr bob", "marie: alias ajouter b@u.fr bob", "valider d-1, 2", "oui"}, "D-2",
			[]string{"alias.add bob@u.fr alias=a@u.fr", "alias.add bob@u.fr alias=b@u.fr"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.people["ann1"], h.people["ann2"] = desk.Person{UID: "ann1", Name: "Ann Durand"}, desk.Person{UID: "ann2", Name: "Ann Durand"}
			h.desk.Drift = differences{gone, shut}
			h.people["fay"] = desk.Person{UID: "fay", Name: "Fay Lang", EPPN: "fay@u.fr"}
			h.people["zpetit"] = desk.Person{UID: "zpetit", Name: "Zoé Lambert"}
			h.accounts = append(h.accounts, desk.Account{ID: "z8", Address: "a.durand@u.fr", Owner: "ann1", Status: "active", Quota: 1 << 30},
				desk.Account{ID: "z6", Address: "sans.limite@u.fr", Status: "active"}, desk.Account{ID: "z7", Address: "zoe.lambert@u.fr", Owner: "zpetit", Status: "active", Quota: 1 << 30},
				desk.Account{ID: "z9", Address: "durand.a@u.fr", Owner: "ann2", Status: "active", Quota: 1 << 30})
			last := ""
			for _, text := range tt.said {
				if span, err := time.ParseDuration(text); err == nil {
					h.clock.move(span)
					continue
				}
				who := tt.who
				if by, more, ok := strings.Cut(text, ": "); ok && h.people[desk.UID(by)].Known() {
					who, text = desk.UID(by), more
				}
				last = h.says(t, who, text)
			}
			if !strings.Contains(last, tt.want) {
				t.Errorf("said %q", last)
			}
			var done []string
			for _, id := range h.ids() {
				r, _ := h.Request(id)
				done = append(done, r.Action.String())
			}
			if strings.Join(done, "\n") != strings.Join(tt.done, "\n") {
				t.Errorf("done %q, said %q", done, last)
			}
		})
	}
}

// Each of a bulk approval is recorded by itself, bound to what was shown.
func TestBulkApprovalIsBoundToWhatWasShown(t *testing.T) {
	h := newHouse(t)
	h.ask(t, "marie", "bob@u.fr", "a@u.fr")
	h.ask(t, "marie", "bob@u.fr", "b@u.fr")
	h.says(t, "paul", "valider D-1 D-2")
	got(h.desk.Amend(t.Context(), "marie", desk.Chat, "D-2", "", "c@u.fr"))
	said := h.says(t, "paul", "oui")
	if h.state("D-1") != desk.Ready || h.state("D-2") != desk.Waiting || !strings.Contains(said, "D-1") || !strings.Contains(said, "✕") {
		t.Errorf("D-1 %s, D-2 %s, said %q", h.state("D-1"), h.state("D-2"), said)
	}
}

// wishCard is the confirmation in marie's direct channel, and where it stands.
func wishCard(t *testing.T, h *house, texts ...string) (desk.Post, bot.Message) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.bot.Listen(ctx) }()
	synctest.Wait()
	for _, text := range texts {
		must(t, h.chat.Say(ctx, room.Account("marie"), got(h.chat.Direct(ctx, room.Account("marie"))), text))
		synctest.Wait()
	}
	cancel()
	must(t, <-done)
	for at, m := range h.chat.made {
		if m.Card != nil && len(m.Card.Buttons) == 2 {
			return at, m
		}
	}
	t.Fatalf("no card: %+v", h.chat.made)
	return desk.Post{}, bot.Message{}
}

// press is a genuine click on a button, by anybody.
func (h *house) presses(tb testing.TB, who desk.UID, at desk.Post, context map[string]string) string {
	tb.Helper()
	body := got(json.Marshal(map[string]any{"user_id": room.Account(who), "channel_id": at.Channel, "post_id": at.ID,
		"trigger_id": got(h.chat.Trigger(room.Account(who))), "type": "button", "context": context}))
	return post(h.bot, "/action", "application/json", body).Body.String()
}

// The button works after a restart, once, for its author alone, in its place and
// for a quarter of an hour.
func TestConfirmButton(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		change       func(h *house, at *desk.Post, c map[string]string) desk.UID
		asked        int
	}{
		{"genuine", "", func(*house, *desk.Post, map[string]string) desk.UID { return "marie" }, 1},
		{"after a restart", "", func(h *house, _ *desk.Post, _ map[string]string) desk.UID {
			h.bot = h.newBot(t, h.chat)
			h.clock.move(time.Second)
			return "marie"
		}, 1},
		{"somebody else", "notyours", func(*house, *desk.Post, map[string]string) desk.UID { return "paul" }, 0},
		{"another channel", "unsigned", func(_ *house, at *desk.Post, _ map[string]string) desk.UID { at.Channel = at.ID; return "marie" }, 0},
		{"too late", "overdue", func(h *house, _ *desk.Post, _ map[string]string) desk.UID {
			h.clock.move(15 * time.Minute)
			return "marie"
		}, 0},
		{"other words", "unsigned", func(_ *house, _ *desk.Post, c map[string]string) desk.UID {
			c["wish"] = strings.Replace(c["wish"], "size=2G", "size=9G", 1)
			return "marie"
		}, 0},
		{"the other button's MAC", "unsigned", func(_ *house, _ *desk.Post, c map[string]string) desk.UID { c["op"] = "cancel"; return "marie" }, 0},
		{"an approval's words", "malformed", func(_ *house, _ *desk.Post, c map[string]string) desk.UID { c["op"] = "grant"; return "marie" }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				at, m := wishCard(t, h, "passe le quota de bob à 2 Go")
				who := tt.change(h, &at, m.Card.Buttons[0].Context)
				for range 3 {
					if said := h.presses(t, who, at, m.Card.Buttons[0].Context); said == "{}" {
						t.Error("a click is ignored in silence")
					}
					h.clock.move(time.Second)
				}
				if len(h.ids()) != tt.asked || tt.reason != "" && h.bot.Refused()[tt.reason] != 3 {
					t.Errorf("%d requests, refused %v", len(h.ids()), h.bot.Refused())
				}
			})
		})
	}
}

func TestCancelButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		at, m := wishCard(t, h, "passe le quota de bob à 2 Go")
		if said := h.presses(t, "marie", at, m.Card.Buttons[1].Context); !strings.Contains(said, "did nothing") || len(h.ids()) != 0 {
			t.Errorf("said %s", said)
		}
		if said := h.types(t, "marie", "oui"); !strings.Contains(said, "I wait for no answer") {
			t.Errorf("said %q", said)
		}
	})
}

// What is left to type after a new mailbox is told by whoever takes the click, be it
// after a restart.
func TestTheButtonTellsWhatIsLeftToType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.people["marie"] = desk.Person{UID: "marie", Name: "Marie Curie", Groups: []string{"admins"}}
		at, m := wishCard(t, h, "crée une boîte de service presse@u.fr pour bob, formule staff, avec 3 Go", "Service presse")
		h.bot = h.newBot(t, h.chat)
		must(t, h.bot.Register(t.Context()))
		h.chat.Connect(h.bot.Handler())
		if said := h.presses(t, "marie", at, m.Card.Buttons[0].Context); !strings.Contains(said, "share add presse@u.fr bob") || len(h.ids()) != 1 {
			t.Errorf("said %s", said)
		}
	})
}

// A restart forgets questions, and says so in their thread.
func TestARestartForgetsAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		direct := got(h.chat.Direct(ctx, room.Account("marie")))
		hears := func(post, root, text string) bot.Message {
			inner, cancel := context.WithCancel(ctx)
			done := make(chan error, 1)
			go func() { done <- h.bot.Listen(inner) }()
			synctest.Wait()
			must(t, h.chat.SayIn(inner, room.Account("marie"), direct, root, text))
			cancel()
			must(t, <-done)
			return h.chat.latest()
		}
		if m := hears("1", "", "augmente le quota de bob"); !strings.Contains(m.Line, "What size") {
			t.Fatalf("said %q", m.Line)
		}
		root := h.chat.latest().Root
		if m := hears("2", root, "à 4 Go"); m.Card == nil || !strings.Contains(m.Line, "To confirm") || m.Root != root {
			t.Fatalf("said %+v", m)
		}
		if m := hears("other", "another", "oui"); !strings.Contains(m.Line, "no longer know") || len(h.ids()) != 0 {
			t.Errorf("in another thread, said %q", m.Line)
		}
		h.bot = h.newBot(t, h.chat)
		if m := hears("3", root, "oui"); !strings.Contains(m.Line, "no longer know") || len(h.ids()) != 0 {
			t.Errorf("said %q", m.Line)
		}
		if m := hears("4", root, "la pluie tombe"); !strings.Contains(m.Line, "no longer know") {
			t.Errorf("said %q", m.Line)
		}
	})
}

// Who names us in a channel is answered in person.
func TestMentionsAreAnsweredInPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.bot.Listen(ctx) }()
		synctest.Wait()
		must(t, h.chat.Say(ctx, room.Account("paul"), h.chat.Channel(), "@melusine quel est le quota de bob ?"))
		must(t, h.chat.Say(ctx, room.Account("paul"), h.chat.Channel(), "quel est le quota de bob ?"))
		direct, public := 0, 0
		for at, m := range h.chat.made {
			if at.Channel == h.chat.Channel() {
				public++
				if strings.Contains(fmt.Sprint(m), "u.fr") || m.Root == "" {
					t.Errorf("everybody reads %+v", m)
				}
			} else if direct++; !strings.Contains(m.Line, "bob@u.fr") {
				t.Errorf("told %q", m.Line)
			}
		}
		if direct != 1 || public != 1 {
			t.Errorf("%d direct, %d public", direct, public)
		}
		// A question asked so goes on in the thread of its answer.
		must(t, h.chat.Say(ctx, room.Account("paul"), h.chat.Channel(), "@melusine augmente le quota de bob"))
		mine, asked := got(h.chat.Direct(ctx, room.Account("paul"))), ""
		for at, m := range h.chat.made {
			if at.Channel == mine && strings.Contains(m.Line, "What size") {
				asked = at.ID
			}
		}
		must(t, h.chat.SayIn(ctx, room.Account("paul"), mine, asked, "à 4 Go"))
		must(t, h.chat.SayIn(ctx, room.Account("paul"), mine, asked, "oui"))
		if len(h.ids()) != 1 {
			t.Errorf("%d requests, said %+v", len(h.ids()), h.chat.latest())
		}
		cancel()
		must(t, <-done)
	})
}

// A request is sent back with a question, and answered, in threads.
func TestQuestionAndAnswer(t *testing.T) {
	h := newHouse(t)
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	asker := got(h.bot.Tell(t.Context(), desk.ToAsker, r))
	must(t, h.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Post: asker, Shows: r.State}))
	for _, refused := range []struct {
		who  desk.UID
		text string
		code desk.Code
	}{{"eve", "question 1 pour qui", desk.UnknownRequest}, {"marie", "question 1 pour qui", desk.OwnRequest}, {"marie", "répondre 1 moi", desk.NoQuestion}} {
		h.says(t, refused.who, refused.text)
		if h.bot.Refused()[string(refused.code)] != 1 {
			t.Errorf("%s: %v", refused.text, h.bot.Refused())
		}
	}
	h.says(t, "paul", "question d-1 Pour quel service ?")
	r, _ = h.Request("D-1")
	rung := h.chat.shows(got(h.bot.Tell(t.Context(), desk.ToQuestion, r)))
	if rung.Root != asker.ID || !strings.Contains(rung.Line, "`Pour quel service ?`") || !strings.Contains(rung.Line, "answer D-1") {
		t.Errorf("asker is told %+v", rung)
	}
	h.says(t, "sylvie", "question 1 autre chose")
	h.says(t, "paul", "répondre 1 moi")
	h.says(t, "marie", "répondre 1 Pour l'accueil")
	r, _ = h.Request("D-1")
	rung = h.chat.shows(got(h.bot.Tell(t.Context(), desk.ToAnswer, r)))
	if rung.Root != at.ID || !strings.Contains(rung.Line, "`Pour l'accueil`") || len(r.Exchanges) != 1 {
		t.Errorf("approvers are told %+v", rung)
	}
	if h.bot.Refused()[string(desk.QuestionOpen)] != 1 || h.bot.Refused()[string(desk.NotYours)] != 1 {
		t.Errorf("refused %v", h.bot.Refused())
	}
	must(t, h.bot.Edit(t.Context(), at, desk.ToApprovers, r))
	if !strings.Contains(fmt.Sprint(h.chat.shows(at).Card.Fields), "Pour l'accueil") {
		t.Error("the card does not show the answer")
	}
}

// What was just done is taken back by its button: once, by the asker, within ten
// minutes, on the card that the journal has.
func TestUndoButton(t *testing.T) {
	h := newHouse(t)
	h.types(t, "marie", "quota marie 6Go")
	before := h.Account("marie@u.fr")
	r := got(h.desk.Change(t.Context(), "D-1", desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1, Before: before}, desk.Done{Attempt: 1, Proof: before}}, nil
	}))
	at := got(h.bot.Tell(t.Context(), desk.ToAsker, r))
	card := h.chat.shows(at).Card
	if len(card.Buttons) != 1 || !strings.Contains(card.Footer, "undo D-1") {
		t.Fatalf("card %+v", card)
	}
	undo := card.Buttons[0].Context
	if h.presses(t, "marie", at, undo); len(h.ids()) != 1 || h.bot.Refused()["foreign"] != 1 {
		t.Errorf("before it was announced: %v", h.bot.Refused())
	}
	must(t, h.desk.Announce(t.Context(), r.ID, desk.Announced{Role: desk.ToAsker, Post: at, Shows: r.State}))
	h.presses(t, "paul", at, undo)
	if h.bot.Refused()[string(desk.NotYours)] != 1 {
		t.Errorf("by another: %v", h.bot.Refused())
	}
	h.accounts[0].Quota = 6 << 30
	for range 2 {
		h.presses(t, "marie", at, undo)
	}
	if back, _ := h.Request("D-2"); len(h.ids()) != 2 || back.Action.String() != "quota.set marie@u.fr size=5G" {
		t.Errorf("asked %v: %s", h.ids(), back.Action)
	}
	h.clock.move(desk.Window)
	if m := h.bot.Edit(t.Context(), at, desk.ToAsker, r); m != nil || len(h.chat.shows(at).Card.Buttons) != 0 {
		t.Errorf("after ten minutes: %v, %+v", m, h.chat.shows(at).Card.Buttons)
	}
}

// What is of high risk is refused in the chat, with the page to go to.
func TestStepUpIsToldWithItsPage(t *testing.T) {
	h := newHouse(t)
	h.desk.StepUp = desk.StepUp{Verbs: []desk.Verb{desk.AliasAdd}, Within: time.Minute}
	r, at := h.ask(t, "marie", "bob@u.fr", "contact@u.fr")
	page := "https://portal/demandes/D-1?empreinte=" + r.Digest()
	if card := h.chat.shows(at).Card; len(card.Buttons) != 2 || !strings.Contains(fmt.Sprint(card.Fields), page) || strings.Contains(fmt.Sprint(card.Fields), "approve D-1") {
		t.Errorf("card %+v", card)
	}
	if said := h.types(t, "paul", "valider 1"); !strings.Contains(said, page) || h.state("D-1") != desk.Waiting {
		t.Errorf("said %q", said)
	}
}

// Twenty clicks at the same moment on a confirmation ask once.
func TestTwentyClicksAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		at, m := wishCard(t, h, "passe bob et paul à 2 Go")
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() { h.presses(t, "marie", at, m.Card.Buttons[0].Context) })
		}
		wait.Wait()
		if len(h.ids()) != 2 {
			t.Errorf("%d requests", len(h.ids()))
		}
	})
}

// No sentence acts by itself: what is not typed in full waits for a yes.
func TestNoSentenceActs(t *testing.T) {
	h := newHouse(t)
	for _, login := range strings.Fields("lmartin jdupont plangevin sgermain mcurie vroth sweber") {
		uid := desk.UID(login)
		h.people[uid] = desk.Person{UID: uid}
		h.accounts = append(h.accounts, desk.Account{ID: "x" + login, Address: desk.Address(login + "@u.fr"), Owner: uid, Status: "active", Quota: 1 << 30})
	}
	texts := got(os.ReadFile("../internal/phrase/testdata/dev.tsv"))
	n := 0
	for line := range strings.Lines(string(texts)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 3 {
			continue
		}
		text := strings.ReplaceAll(fields[2], "unistra.fr", "u.fr")
		if _, err := phrase.Parse(text); err == nil {
			continue
		}
		n++
		before := len(h.all())
		if said := h.says(t, "paul", text); said == "" || len(h.all()) != before {
			t.Fatalf("%q did something: %q", text, said)
		}
		h.says(t, "paul", "non")
	}
	if n < 150 {
		t.Errorf("only %d sentences", n)
	}
}

// FuzzSentence: no text does anything that is not a command typed in full, even
// when it is said twice; and a sentence confirmed by a yes does only what it said.
func FuzzSentence(f *testing.F) {
	h := newHouse(f)
	for _, s := range []string{"passe bob à 2 Go", "supprime mon alias m.curie@u.fr", "ajoute 2 Go à mon quota", "crée l'alias a@u.fr", "valide D-1", "oui", "1", "non", "m.curie@u.fr"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := phrase.Parse(text); err == nil || len(text) > 2000 {
			t.Skip("a command")
		}
		got(h.bot.Answer(t.Context(), h.people["marie"], "fr", "non", "n"+text)) // nothing is waited for
		before := len(h.all())
		for i := range 2 {
			m, err := h.bot.Answer(t.Context(), h.people["marie"], "fr", text, fmt.Sprint(i, text))
			if err == nil && m.Line == "" {
				t.Errorf("%q: no answer", text)
			}
			if typed := strings.ToLower(strings.Trim(text, " `.!»«\"")); len(h.all()) != before && i == 0 && typed != "oui" {
				t.Fatalf("%q did something at once", text)
			}
			before = len(h.all())
		}
	})
}

// Who mistypes a name is told those that are near and that they may see.
func TestDidYouMean(t *testing.T) {
	h := newHouse(t)
	h.found = append(h.accounts, desk.Account{ID: "z5", Address: "marie2@u.fr"})
	for who, want := range map[desk.UID]string{"marie": "Did you mean: `marie@u.fr`?", "eve": ""} {
		said := h.types(t, who, "compte mraie")
		if !strings.Contains(said, "No account") || !strings.Contains(said, want) || who == "eve" && strings.Contains(said, "u.fr") {
			t.Errorf("%s is told %q", who, said)
		}
	}
}
