package desk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

// told is a stage that remembers what it was asked.
type told struct {
	asked desk.Request
	taken desk.Request
	err   error
}

func (s *told) Rehearse(_ context.Context, r desk.Request, taken desk.Request) (desk.Account, desk.Plan, []desk.Call, error) {
	s.asked, s.taken = r, taken
	return desk.Account{ID: r.Mailbox, Address: "bob@u.fr", Status: "locked", COS: "staff_s", Quota: 1 << 30}, desk.Plan{}, []desk.Call{{Method: "M"}}, s.err
}

func TestRehearsals(t *testing.T) {
	d, h := newDesk(t)
	stage, bob := &told{}, h.accounts["bob@u.fr"]
	d.Rehearser, bob.Status = stage, "closed"
	h.accounts["bob@u.fr"] = bob
	got, err := d.Rehearse(t.Context(), "ann", desk.Chat, action(t, "account.activate bob"))
	wants(t, err, "")
	if stage.asked.Mailbox != "bob" || stage.asked.Owner != "bob" || stage.asked.Action.Target != "bob@u.fr" || stage.asked.ID != "D-1" || stage.asked.State != desk.Ready {
		t.Errorf("rehearsed %+v", stage.asked)
	}
	if got.Action.String() != "account.activate bob@u.fr" || len(got.Calls) != 1 || got.Blocked != nil || got.Decision.Outcome != desk.Pending || len(h.events) != 0 {
		t.Errorf("%+v, %d events", got, len(h.events))
	}
	if e := got.Effects; len(e) != 1 || e[0] != (desk.Effect{Field: "status", Old: "locked", New: "active"}) {
		t.Errorf("effects %+v: of the account as Partage has it", e)
	}
}

// Whom the rules deny is shown nothing; what is of the house or shows something
// is not rehearsed; and a Partage that does not answer is said to be down.
func TestWhatIsNotRehearsed(t *testing.T) {
	d, h := newDesk(t)
	stage := &told{}
	d.Rehearser = stage
	for _, text := range []string{"house.freeze", "request.list", "account.show bob"} {
		got, err := d.Rehearse(t.Context(), "ann", desk.Chat, action(t, text))
		if err != nil || stage.asked.ID != "" || len(got.Calls) > 0 {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	stage.err = errors.New("no route")
	got, err := d.Rehearse(t.Context(), "ann", desk.Chat, action(t, "account.lock bob"))
	wants(t, err, "")
	wants(t, got.Blocked, desk.PartageDown)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
	stage.asked = desk.Request{}
	got, err = d.Rehearse(t.Context(), "ann", desk.Chat, action(t, "account.lock bob"))
	if err != nil || stage.asked.ID != "" || got.Before.Known() || len(got.Calls)+len(got.Effects) > 0 {
		t.Errorf("denied, and told %+v, %v", got, err)
	}
	if len(h.events) != 0 {
		t.Error("something was written")
	}
}

func TestEffects(t *testing.T) {
	before := desk.Account{ID: "bob", Address: "bob@u.fr", Owner: "bob", Name: "Bob", Status: "active", COS: "staff_s", Quota: 1 << 30, Used: 5 << 20,
		Aliases: []desk.Address{"b@u.fr"}, Seen: now, Detail: &desk.Detail{Profile: map[string]string{"phone": "1"}}}
	for text, want := range map[string]string{
		"alias.add bob@u.fr alias=x@u.fr":                     "alias x@u.fr:>bob@u.fr",
		"alias.add bob@u.fr alias=x@u.fr until=2027-01-31":    "alias x@u.fr:>bob@u.fr until:>2027-01-31",
		"alias.renew bob@u.fr alias=b@u.fr until=2027-01-31":  "until:>2027-01-31",
		"alias.renew bob@u.fr alias=x@u.fr until=2027-01-31":  "alias x@u.fr:>bob@u.fr until:>2027-01-31",
		"account.renew bob@u.fr until=2027-01-31":             "until:>2027-01-31",
		"alias.remove bob@u.fr alias=b@u.fr":                  "alias b@u.fr:bob@u.fr>",
		"alias.move bob@u.fr alias=b@u.fr to=x@u.fr":          "alias b@u.fr:bob@u.fr>x@u.fr",
		"quota.set bob@u.fr size=2G":                          "quota:1073741824>2147483648",
		"account.lock bob@u.fr":                               "status:active>locked",
		"account.hide bob@u.fr":                               "hidden:false>true",
		"account.rename bob@u.fr to=x@u.fr":                   "address:bob@u.fr>x@u.fr",
		"account.cos bob@u.fr cos=staff_l":                    "cos:staff_s>staff_l",
		"account.forward bob@u.fr to=none":                    "forward:>",
		"account.profile bob@u.fr phone=none title=x":         "phone:1> title:>x",
		"account.share bob@u.fr with=x@u.fr right=sendAs":     "share:>x@u.fr sendAs",
		"account.unshare bob@u.fr with=x@u.fr right=sendAs":   "share:x@u.fr sendAs>",
		"account.create x@u.fr name=X cos=staff_s person=gus": "address:>x@u.fr name:>X cos:>staff_s status:>active owner:>gus hidden:>false",
		"account.delete bob@u.fr":                             "status:active>closed hidden:false>true address:bob@u.fr>deleted-bob@u.fr owner:bob>",
		"account.restore old@u.fr":                            "address:bob@u.fr>old@u.fr",
		"account.purge bob@u.fr":                              "address:bob@u.fr> alias b@u.fr:bob@u.fr> mail:5242880>0 seen:2026-09-01>",
	} {
		var said []string
		for _, e := range desk.Effects(action(t, text), before) {
			said = append(said, fmt.Sprintf("%s:%s>%s", strings.TrimSpace(e.Field+" "+e.Of), e.Old, e.New))
		}
		if got := strings.Join(said, " "); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, verb := range desk.Verbs() {
		spec, _ := desk.SpecOf(verb)
		if spec.Changes && !spec.Governs && verb != desk.AccountProfile && verb != desk.ListProfile && verb != desk.ResourceProfile && len(desk.Effects(desk.Action{Verb: verb}, before)) == 0 {
			t.Errorf("%s has no effect that is told", verb)
		}
	}
}

func TestCosts(t *testing.T) {
	tariff := desk.Tariff{Prices: []desk.Price{{Class: "s_*", Each: 100}, {Class: "l_*", Each: 250}}, Storage: 1024 * 1024 * 3}
	before := desk.Account{COS: "s_a", Quota: 1 << 30}
	for text, want := range map[string]desk.Money{
		"account.create x@u.fr name=x cos=l_a": 250, "account.create x@u.fr name=x cos=unpriced": 0, "account.cos x@u.fr cos=l_b": 150, "account.purge x@u.fr": -100,
		"quota.set x@u.fr size=2G": 3 * 1024, "quota.set x@u.fr size=512M": -3 * 512, "account.lock x@u.fr": 0, "account.delete x@u.fr": 0,
	} {
		if got := tariff.Cost(action(t, text), before); got != want {
			t.Errorf("%s: %d, not %d", text, got, want)
		}
	}
	if got := (desk.Tariff{}).Cost(action(t, "account.create x@u.fr name=x cos=l_a"), before); got != 0 {
		t.Errorf("without prices: %d", got)
	}
}

func TestACallInOneLine(t *testing.T) {
	c := desk.Call{Method: "ModifyAccount", Domain: "u.fr", Params: []desk.Param{{"name", "a@u.fr"}, {"title", "x\ny"}}}
	if got := c.String(); got != `ModifyAccount name="a@u.fr" title="x\ny"` {
		t.Error(got)
	}
}
