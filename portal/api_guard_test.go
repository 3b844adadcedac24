package portal

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// laggard is the view of a node that has not read yet, at the first question,
// what another has written.
type laggard struct {
	desk.View
	asked bool
}

func (l *laggard) Keyed(key string) desk.ID {
	if !l.asked {
		l.asked = true
		return ""
	}
	return l.View.Keyed(key)
}

// A key stands for what was first sent under it, whatever the desk completed of
// it, whoever amended it since, and whichever node is asked.
func TestAKeyStandsForWhatWasSent(t *testing.T) {
	const quota, alias = "quota.set jeanne size=12G", "alias.add jeanne alias=zz@physique.unistra.fr"
	none := func(*house, program, result) {}
	for name, tt := range map[string]struct {
		who         desk.UID
		first, then string
		between     func(*house, program, result)
		status      int
		code        string
	}{
		"the same":                {"jeanne", quota, quota, none, 200, ""},
		"the same, spelt freely":  {"jeanne", "quota.set jeanne size=12288M", "quota.set  jeanne size=12G", none, 200, ""},
		"another size":            {"jeanne", quota, "quota.set jeanne size=13G", none, 409, "key.reused"},
		"another holder":          {"xavier", "delegation.grant nadia domains=physique.unistra.fr", "delegation.grant marc domains=physique.unistra.fr", none, 409, "key.reused"},
		"what the desk completes": {"xavier", "account.create nadia.fischer@physique.unistra.fr person=nadia cos=staff_s", "account.create nadia.fischer@physique.unistra.fr person=nadia cos=staff_s", none, 200, ""},
		"another new address":     {"xavier", "account.create nadia.fischer@physique.unistra.fr person=nadia cos=staff_s", "account.create nadia@physique.unistra.fr person=nadia cos=staff_s", none, 409, "key.reused"},
		"another to share with":   {"jeanne", "account.share jeanne with=claire", "account.share jeanne with=marc", none, 409, "key.reused"},
		"the same to share with":  {"jeanne", "account.share jeanne with=claire", "account.share jeanne with=claire", none, 200, ""},
		"the same, amended since": {"jeanne", quota, quota, amendedBetween(t), 200, ""},
		"another, amended since":  {"jeanne", quota, alias, amendedBetween(t), 409, "key.reused"},
		"what it was amended to":  {"jeanne", quota, "quota.set jeanne size=11G", amendedBetween(t), 409, "key.reused"},
		"another, at once":        {"jeanne", quota, alias, func(h *house, _ program, _ result) { h.desk.View = &laggard{View: h.desk.View} }, 409, "key.reused"},
		"the same, at once":       {"jeanne", quota, quota, func(h *house, _ program, _ result) { h.desk.View = &laggard{View: h.desk.View} }, 201, ""}, // it cannot know
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, demo)
			must(t, h.mirror.LearnPerson("nadia", desk.Person{UID: "nadia", Name: "Nadia Fischer", EPPN: "nadia@unistra.fr", UnitDomain: "physique.unistra.fr"}, h.clock()))
			p := h.program(t, tt.who, desk.Powers()...)
			send := func(action string) result {
				return p.call(t, "POST", "/requests", `{"action": "`+action+`"}`, "Idempotency-Key", "k")
			}
			tt.between(h, p, send(tt.first).is(201, ""))
			before := h.count()
			if a := send(tt.then).is(tt.status, tt.code); tt.code == "" && a.text("id") != "D-1" || h.count() != before {
				t.Errorf("%s; %d facts", a.body, h.count()-before)
			}
		})
	}
}

func amendedBetween(t *testing.T) func(*house, program, result) {
	return func(_ *house, p program, first result) {
		p.call(t, "POST", "/requests/D-1/amend", `{"digest": "`+first.text("digest")+`", "args": "size=11G"}`).is(200, "")
	}
}

// A key that is no text would be another once it is read back: two requests under
// it would stop every reader of the journal, for ever.
func TestAKeyThatIsNoText(t *testing.T) {
	h := newHouse(t, demo)
	p, before := h.program(t, "jeanne", desk.Powers()...), h.count()+1
	for _, key := range []string{"k\xff", "k\xfe", "\xed\xa0\x80"} {
		p.call(t, "POST", "/requests", `{"action": "quota.set jeanne size=12G"}`, "Idempotency-Key", key).is(422, "argument.invalid")
	}
	p.call(t, "POST", "/requests", `{"action": "quota.set jeanne size=12G"}`, "Idempotency-Key", "clé �").is(201, "")
	if err := h.mirror.CatchUp(t.Context()); err != nil || h.count() != before+1 { // asked, decided
		t.Errorf("%d facts, %v", h.count()-before, err)
	}
}

// Programs ask so much an hour in the name of somebody, who goes on by hand; what
// the rules deny counts too.
func TestProgramsAskSoMuch(t *testing.T) {
	h := newHouse(t, demo)
	p, other := h.program(t, "jeanne", desk.Powers()...), h.program(t, "claire", desk.Powers()...)
	send := func(p program, n int) result {
		action := fmt.Sprintf("alias.add jeanne alias=a%d@physique.unistra.fr", n)
		if n%2 == 0 {
			action = "account.lock claire"
		}
		return p.call(t, "POST", "/requests", `{"action": "`+action+`"}`, "Idempotency-Key", strconv.Itoa(n))
	}
	for n := range desk.HourMost {
		send(p, n).is(201, "")
		h.later(time.Second)
	}
	before := h.count()
	if a := send(p, 1001).is(429, "asked.often"); a.header.Get("Retry-After") != strconv.Itoa(3600-desk.HourMost+1) || h.count() != before {
		t.Errorf("%v; %d facts", a.header, h.count()-before)
	}
	send(p, 1).is(200, "") // asked before
	send(other, 1001).is(201, "")
	h.ask("contact@physique.unistra.fr")
	h.later(time.Hour - desk.HourMost*time.Second)
	send(p, 1001).is(201, "")
	send(p, 1003).is(429, "asked.often")
	h.later(2 * time.Second)
	send(p, 1003).is(201, "")
}

// What is missing and what may not be seen give the same answer, whatever is done
// with it; and whose an alias or a login is, is not told.
func TestAPITellsNothingByActing(t *testing.T) {
	h := newHouse(t, demo)
	hidden := h.program(t, "marc", desk.Powers()...).call(t, "POST", "/requests", `{"action": "quota.set marc size=12G"}`, "Idempotency-Key", "k").is(201, "")
	jeanne, marc := h.program(t, "jeanne", desk.Powers()...), h.program(t, "marc", desk.MayRead)
	before := h.count()
	for path, body := range map[string]string{"approve": `{"digest": "x"}`, "refuse": `{"digest": "x"}`, "withdraw": `{}`, "nudge": `{}`, "amend": `{"digest": "x", "args": "size=3G"}`} {
		a, b := jeanne.call(t, "POST", "/requests/D-1/"+path, body).is(404, "request.unknown"), jeanne.call(t, "POST", "/requests/D-2/"+path, body)
		if strings.ReplaceAll(string(a.body), "D-1", "D-2") != string(b.body) {
			t.Errorf("%s: %s and %s", path, a.body, b.body)
		}
	}
	jeanne.call(t, "POST", "/requests/D-1/approve", `{"digest": "`+hidden.text("digest")+`"}`).is(403, "approver.not") // which she has seen
	for _, ref := range []string{"jeanne", "j.dupont@physique.unistra.fr"} {
		if a := marc.call(t, "POST", "/previews", `{"action": "quota.set `+ref+` size=9G"}`).is(200, ""); a.text("decision.outcome") != "denied" || a.text("action.target") != ref {
			t.Errorf("marc learns whose %s is: %s", ref, a.body)
		}
	}
	if a := jeanne.call(t, "POST", "/previews", `{"action": "quota.set j.dupont@physique.unistra.fr size=9G"}`).is(200, ""); a.text("action.target") != string(jeanneBox) {
		t.Errorf("of her own: %s", a.body)
	}
	marc.call(t, "POST", "/previews", `{"action": "account.show marc"}`).is(422, "verb.unknown")
	if h.count() != before {
		t.Errorf("%d facts", h.count()-before)
	}
}

// A cursor is one that a page gave, of what its reader sees.
func TestAPICursors(t *testing.T) {
	h := newHouse(t, demo)
	jeanne, claire := h.program(t, "jeanne", desk.Powers()...), h.program(t, "claire", desk.Powers()...)
	for n := range 12 {
		jeanne.call(t, "POST", "/requests", fmt.Sprintf(`{"action": "alias.add jeanne alias=a%d@physique.unistra.fr"}`, n), "Idempotency-Key", strconv.Itoa(n)).is(201, "")
	}
	for _, path := range []string{"/requests?cursor=garbage", "/requests?scope=pending&cursor=x", "/accounts/jeanne/history?cursor=-1", "/accounts?prefix=ma&cursor=" + string(marcBox), "/accounts?prefix=je&cursor=nobody@physique.unistra.fr"} {
		jeanne.call(t, "GET", path, "").is(422, "argument.invalid")
	}
	var got []string
	for next := ""; ; {
		a := claire.call(t, "GET", "/requests?scope=pending&limit=5&cursor="+next, "").is(200, "")
		for _, item := range a.get("items").([]any) {
			got = append(got, item.(map[string]any)["id"].(string))
		}
		if next = a.text("next"); next == "" {
			break
		}
		if next == "D-5" { // the last of its page: once voted on, it moves no other
			claire.call(t, "POST", "/requests/D-5/refuse", `{"digest": "`+h.digest("D-5")+`"}`).is(200, "")
		}
	}
	if want := "D-1 D-2 D-3 D-4 D-5 D-6 D-7 D-8 D-9 D-10 D-11 D-12"; strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
}

// Accounts too follow page by page, those alone that one may see.
func TestAPIPagesOfAccounts(t *testing.T) {
	h := newHouse(t, demo)
	many := []desk.Account{{ID: "hidden", Address: "ab4.x@chimie.unistra.fr", Owner: "marc", Status: "active", Quota: gib}}
	var want []string
	for n := range 7 {
		address := fmt.Sprintf("ab%d@physique.unistra.fr", n)
		want, many = append(want, address), append(many, desk.Account{ID: address, Address: desk.Address(address), Owner: "jeanne", Status: "active", Quota: gib})
	}
	must(t, h.mirror.LoadAccounts(t.Context(), all(append(many, boxes...)), noon))
	jeanne := h.program(t, "jeanne", desk.MayRead)
	var got []string
	for next := ""; ; {
		a := jeanne.call(t, "GET", "/accounts?prefix=ab&limit=3&cursor="+next, "").is(200, "")
		for _, item := range a.get("items").([]any) {
			got = append(got, item.(map[string]any)["address"].(string))
		}
		if next = a.text("next"); next == "" {
			break
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%v, want %v", got, want)
	}
}

// An action whose plan compares the whole university is planned for those only who
// may see what differs.
func TestNothingIsComparedForWhomTheRulesDeny(t *testing.T) {
	h := newHouse(t, demo)
	c := &comparing{}
	h.desk.Drift = c
	for who, plans := range map[desk.UID]int{"jeanne": 0, "xavier": 1} {
		c.plans = 0
		if a := h.program(t, who, desk.MayRead).call(t, "POST", "/previews", `{"action": "drift.apply most=5"}`); c.plans != plans {
			t.Errorf("%s: %d plans; %s", who, c.plans, a.body)
		}
	}
}

type comparing struct {
	desk.Drift
	plans int
}

func (c *comparing) Plan(desk.View, desk.Selection) (desk.Repairs, []desk.Gap, error) {
	c.plans++
	return desk.Repairs{}, nil, desk.Fail(desk.Unavailable, desk.NoDrift)
}
