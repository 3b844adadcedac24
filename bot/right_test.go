package bot_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/bot"
	"github.com/unistra/melusine/bot/room"
	"github.com/unistra/melusine/internal/desk"
)

func (m *memory) Delegations() []desk.Delegation {
	all := map[desk.Mandate]desk.Delegation{}
	var order []desk.Mandate
	for _, e := range m.all() {
		of := desk.Mandate("")
		switch f := e.Fact.(type) {
		case desk.Granted:
		case desk.Deputised:
			of = f.Of
		case desk.Revoked:
			of = f.Of
		case desk.Noticed:
			if of = f.Of; of == "" {
				continue
			}
		default:
			continue
		}
		d, _ := all[of].With(e)
		if all[d.ID] = d; of == "" {
			order = append(order, d.ID)
		}
	}
	sorted := slices.Collect(maps.Values(all))
	slices.SortFunc(sorted, func(a, b desk.Delegation) int { return slices.Index(order, a.ID) - slices.Index(order, b.ID) })
	return sorted
}

func (m *memory) Delegation(name desk.Mandate) desk.Delegation {
	for _, d := range m.Delegations() {
		if d.ID == name {
			return d
		}
	}
	return desk.Delegation{}
}

func (m *memory) Correspondents() map[desk.UID][]desk.Delegation { return nil }
func (m *memory) Domains() []string                              { return []string{"u.fr"} }
func (m *memory) HasUnit(string) bool                            { return false }

// rightRules: admins give rights together, and take them back and see them alone.
type rightRules struct{}

func (rightRules) Decide(f desk.Facts) desk.Decision {
	spec, _ := desk.SpecOf(f.Action.Verb)
	switch {
	case !f.Actor.In("admins"):
		return desk.Decision{}
	case spec.Two:
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:admins"}, Needed: 1}}}
	}
	return desk.Decision{Outcome: desk.Allowed}
}

// A right is given, shown and taken back by typing, in both languages.
func TestRightsByTyping(t *testing.T) {
	h := newHouse(t)
	h.desk.Rules = rightRules{}
	types := func(who desk.UID, typed string, want ...string) {
		t.Helper()
		said := h.types(t, who, typed)
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s types %q, is told %q, not %q", who, typed, said, w)
			}
		}
	}
	types("paul", "déléguer u.fr à marie actes quota.set quota 2Go jusqu'au 31/12/2026 motif : congés", "D-1", "`u.fr`", "`marie`")
	types("sylvie", "demande D-1", "delegation.grant marie domains=u.fr quota=2G until=2026-12-31 verbs=quota.set")
	types("paul", "approve D-1", "somebody else must approve it")
	types("sylvie", "valider D-1", "D-1")
	name := string(h.Delegations()[0].ID)
	types("sylvie", "délégations u.fr", name, "Marie Curie")
	types("paul", "delegations marie", name, "quota up to 2\u00a0GB", "until 31\u00a0Dec 2026 included")
	types("marie", "delegations", name)
	types("eve", "delegations", "None that you may see")
	types("eve", "delegation "+name, "No delegation")
	types("eve", "revoke "+name, "refuse")
	types("paul", "deputy "+name+" eve until 2026-04-01", "D-3")
	types("sylvie", "approve D-3", "D-3")
	types("eve", "delegations", name, "deputy: `Eve`, until 1\u00a0Apr 2026 included")
	types("paul", "délégation "+name, "Paul Langevin", "Sylvie Germain", "asked")
	types("paul", "retirer "+name, "Fewer than two correspondents are left for `u.fr`")
	types("paul", "delegation "+name, "ended on")
	types("paul", "delegations u.fr", "None that you may see")
}

// The card of what names a delegation says which, and the one whose right
// changes is told in words of rights.
func TestCardsOfRights(t *testing.T) {
	h := newHouse(t)
	h.desk.Rules = rightRules{}
	h.types(t, "paul", "delegate u.fr to marie")
	h.types(t, "sylvie", "approve D-1")
	name := h.Delegations()[0].ID
	h.types(t, "paul", "revoke "+string(name))
	r, _ := h.Request("D-2")
	at, err := h.bot.Tell(t.Context(), desk.ToApprovers, r)
	must(t, err)
	card := h.chat.shows(at)
	if !strings.Contains(card.Line+card.Card.Text+fieldsOf(card), "Délégation: **"+string(name)+"** · `Marie Curie` · `u.fr`") {
		t.Errorf("the approvers see %s %s", card.Card.Text, fieldsOf(card))
	}
	at, err = h.bot.Tell(t.Context(), desk.ToOwner, r)
	must(t, err)
	if told := h.chat.shows(at); !strings.Contains(told.Line, "droits de correspondant") && !strings.Contains(told.Line, "rights as a correspondent") {
		t.Errorf("marie is told %q", told.Line)
	}
}

func fieldsOf(m bot.Message) (text string) {
	for _, f := range m.Card.Fields {
		text += f.Title + ": " + f.Value + "\n"
	}
	return text
}

// Before a delegation lapses who asked for it has a button that renews it, who holds
// it has none.
func TestWhoIsToldThatADelegationLapses(t *testing.T) {
	h := newHouse(t)
	h.desk.Rules, h.desk.Keeping = rightRules{}, desk.Keeping{Renewal: 366}
	day := h.desk.Now().AddDate(0, 0, 10).Format("2006-01-02")
	h.types(t, "paul", "delegate u.fr to marie until "+day)
	h.types(t, "sylvie", "approve D-1")
	_, err := h.desk.Change(t.Context(), "D-1", desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{desk.Noticed{}}, nil })
	must(t, err)
	told := map[desk.Role]desk.Post{}
	for role, buttons := range map[desk.Role]int{desk.ToHolder: 0, desk.ToLender: 1} {
		r, _ := h.Request("D-1")
		told[role] = got(h.bot.Tell(t.Context(), role, r))
		if card := h.chat.shows(told[role]); card.Card == nil || len(card.Card.Buttons) != buttons {
			t.Errorf("%s is shown %+v", role, card)
		}
		must(t, h.desk.Announce(t.Context(), "D-1", desk.Announced{Role: role, Post: told[role], Shows: desk.Settled}))
	}
	h.send(t, h.click(t, "paul", told[desk.ToLender], 0))
	next, _ := h.Request("D-2")
	if want := h.desk.Now().AddDate(0, 0, 366).Format("2006-01-02"); next.Action.Arg("until") != want || next.By != "paul" || next.State != desk.Waiting {
		t.Errorf("%s by %s is %s", next.Action, next.By, next.State)
	}
}

// Of an imported delegation who holds it is told, and who may ask for it again, with
// a button; once, whoever says it. The first to press it asks.
func TestWhoIsToldThatAnImportedDelegationLapses(t *testing.T) {
	h := newHouse(t)
	h.desk.Rules, h.desk.Keeping = rightRules{}, desk.Keeping{Notice: 30, Renewal: 366}
	must(t, h.desk.Import(t.Context(), "file", desk.Grant{To: "marie", Domains: []string{"u.fr"}, Until: h.desk.Now().Truncate(24*time.Hour).AddDate(0, 0, 11)}))
	o := h.Delegations()[0]
	since := h.desk.Now().AddDate(0, 0, -20)
	before := len(h.chat.made)
	must(t, h.bot.Lapse(t.Context(), o, since))
	told := map[int]int{} // posts by buttons
	var card desk.Post
	for at, m := range h.chat.made {
		if m.Card == nil || !strings.Contains(m.Card.Title, string(o.ID)) {
			continue
		}
		told[len(m.Card.Buttons)]++
		if len(m.Card.Buttons) == 1 && at.Channel == got(h.chat.Direct(t.Context(), room.Account("paul"))) {
			card = at
		}
	}
	if told[0] != 1 || told[1] != 2 { // marie; paul and sylvie
		t.Fatalf("told %v", told)
	}
	must(t, h.newBot(t, h.chat).Lapse(t.Context(), o, since))
	if n := len(h.chat.made) - before; n != 3 {
		t.Errorf("%d posts", n)
	}
	forged := h.click(t, "paul", card, 0)
	forged["channel_id"] = h.chat.Channel()
	h.send(t, forged)
	if h.state("D-1") != desk.None {
		t.Fatal("a button of another channel works")
	}
	h.send(t, h.click(t, "paul", card, 0))
	next, _ := h.Request("D-1")
	if want := h.desk.Now().AddDate(0, 0, 366).Format("2006-01-02"); next.Action.Arg("until") != want || next.By != "paul" || next.State != desk.Waiting {
		t.Errorf("%s by %s is %s", next.Action, next.By, next.State)
	}
}
