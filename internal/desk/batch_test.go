package desk_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/unistra/melusine/internal/desk"
)

func actionsOf(t *testing.T, texts ...string) (all []desk.Action) {
	t.Helper()
	for _, text := range texts {
		all = append(all, action(t, text))
	}
	return all
}

func TestForeseeing(t *testing.T) {
	d, h := newcomers(t)
	d.Brakes = desk.StandardBrakes()
	h.lists = map[desk.Address]desk.List{"team@u.fr": {ID: "team", Address: "team@u.fr", Kind: desk.Distribution, Members: []desk.Address{"fay@u.fr"}, Size: 1, Asked: true}}
	for name, tt := range map[string]struct {
		texts []string
		want  []desk.Code
	}{
		"one":                       {[]string{"quota.set bob size=2G"}, []desk.Code{""}},
		"the same twice":            {[]string{"quota.set bob size=2G", "quota.set bob@u.fr size=2G"}, []desk.Code{"", desk.Twice}},
		"two quotas of one":         {[]string{"quota.set bob size=2G", "quota.set bob size=3G"}, []desk.Code{"", desk.Twice}},
		"one alias for two":         {[]string{"alias.add bob alias=x@u.fr", "alias.add ann alias=x@u.fr"}, []desk.Code{"", desk.Twice}},
		"an alias and a new name":   {[]string{"alias.add bob alias=x@u.fr", "account.rename ann to=x@u.fr"}, []desk.Code{"", desk.Twice}},
		"an alias and a new box":    {[]string{"alias.add bob alias=x@u.fr", "account.create x@u.fr cos=staff_l name=x"}, []desk.Code{"", desk.Twice}},
		"two boxes for one":         {[]string{"account.create x@u.fr person=gus", "account.create y@u.fr person=gus"}, []desk.Code{"", desk.Twice}},
		"locked and closed":         {[]string{"account.lock bob", "account.close bob"}, []desk.Code{"", desk.Twice}},
		"hidden and shown":          {[]string{"account.hide bob", "account.hide bob@u.fr"}, []desk.Code{"", desk.Twice}},
		"shared twice":              {[]string{"account.share box@u.fr with=bob", "account.share box@u.fr with=bob@u.fr right=sendAs"}, []desk.Code{"", desk.Twice}},
		"shared with two":           {[]string{"account.share box@u.fr with=bob", "account.share box@u.fr with=ann"}, []desk.Code{"", ""}},
		"two members of a list":     {[]string{"list.add team@u.fr members=bob", "list.add team@u.fr members=cid"}, []desk.Code{"", ""}},
		"all that a list may have":  {[]string{"list.add team@u.fr members=bob", "list.alias team@u.fr alias=x@u.fr", "list.sender team@u.fr sender=bob", "list.profile team@u.fr name=x", "list.remove team@u.fr members=fay@u.fr"}, make([]desk.Code, 5)},
		"a member twice":            {[]string{"list.add team@u.fr members=bob,cid", "list.add team@u.fr members=ann,bob@u.fr"}, []desk.Code{"", desk.Twice}},
		"described twice":           {[]string{"list.profile team@u.fr name=x", "list.profile team@u.fr description=y"}, []desk.Code{"", desk.Twice}},
		"a sender twice":            {[]string{"list.sender team@u.fr sender=bob", "list.sender team@u.fr sender=bob@u.fr"}, []desk.Code{"", desk.Twice}},
		"deleted, then more":        {[]string{"list.delete team@u.fr", "list.add team@u.fr members=bob", "list.delete team@u.fr"}, []desk.Code{"", desk.Twice, desk.Twice}},
		"more, then renamed":        {[]string{"list.add team@u.fr members=bob", "list.rename team@u.fr to=crew@u.fr"}, []desk.Code{"", desk.Twice}},
		"renamed, then more":        {[]string{"list.rename team@u.fr to=crew@u.fr", "list.alias team@u.fr alias=x@u.fr"}, []desk.Code{"", desk.Twice}},
		"made twice":                {[]string{"list.create new@u.fr", "group.create new@u.fr"}, []desk.Code{"", desk.Twice}},
		"a list and an alias":       {[]string{"list.create x@u.fr", "alias.add bob alias=x@u.fr", "list.alias team@u.fr alias=x@u.fr"}, []desk.Code{"", desk.Twice, desk.Twice}},
		"an alias for two":          {[]string{"list.alias team@u.fr alias=x@u.fr", "alias.add bob alias=x@u.fr", "list.rename team@u.fr to=x@u.fr"}, []desk.Code{"", desk.Twice, desk.Twice}},
		"what failed takes nothing": {[]string{"alias.add nobody alias=x@u.fr", "alias.add bob alias=x@u.fr"}, []desk.Code{desk.UnknownAccount, ""}},
		"a verb of the house":       {[]string{"house.freeze", "quota.set bob size=2G"}, []desk.Code{desk.UnknownVerb, ""}},
		"a verb of the shell":       {[]string{"account.purge bob"}, []desk.Code{desk.UnknownVerb}},
		"a verb that shows":         {[]string{"account.show bob"}, []desk.Code{desk.UnknownVerb}},
		"a step":                    {[]string{"account.eppn bob@u.fr"}, []desk.Code{desk.UnknownVerb}},
	} {
		f := d.Foresee("ann", desk.Portal, actionsOf(t, tt.texts...))
		for i, row := range f.Rows {
			if desk.CodeOf(row.Err) != tt.want[i] || row.Good() != (tt.want[i] == "") {
				t.Errorf("%s, row %d: %v", name, i, row.Err)
			}
		}
	}
	if len(h.events) != 0 {
		t.Error("something was written")
	}
}

// Brakes count the batch: what would be held is said before it is asked for.
func TestABatchThatWouldBeHeld(t *testing.T) {
	d, _ := newDesk(t)
	d.Brakes = desk.Brakes{Person: 2, Domain: 9, Verb: 9, All: 9, PerMille: 1000}
	texts := []string{"account.lock bob", "account.lock cid", "quota.set bob size=3G"}
	if f := d.Foresee("ann", desk.Portal, actionsOf(t, texts...)); f.Held != (desk.Held{}) {
		t.Errorf("held by %+v", f.Held)
	}
	f := d.Foresee("ann", desk.Portal, actionsOf(t, append(texts, "account.lock dan")...))
	if f.Held.Limit != desk.PersonLimit || f.Held.Max != 2 || f.Faults() != 0 {
		t.Errorf("%+v", f.Held)
	}
}

// What earlier rows use of a delegation counts: a file is no way around its limit.
func TestABatchWithinADelegation(t *testing.T) {
	d, h := newDesk(t)
	grant(t, d, h, desk.Grant{To: "ann", Domains: []string{"u.fr"}, Daily: 2})
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Manages("u.fr") {
			return desk.Decision{Outcome: desk.Allowed}
		}
		return desk.Decision{}
	})
	order := desk.Order{By: "ann", Via: desk.Portal, Key: "k", Rows: actionsOf(t, "quota.set bob size=2G", "quota.set cid size=2G", "quota.set dan size=2G", "quota.set eve size=2G")}
	asked, f, err := d.AskAll(t.Context(), order)
	if wants(t, err, ""); len(asked) != 2 || f.Faults() != 2 || f.Rows[2].Good() || f.Rows[3].Good() {
		t.Errorf("%d asked, %d faults", len(asked), f.Faults())
	}
}

// grant delegates, as the program may.
func grant(t *testing.T, d *desk.Desk, h *house, g desk.Grant) {
	t.Helper()
	h.events = append(h.events, desk.Event{Seq: h.last() + 1, At: now, By: desk.System, Fact: desk.Granted{Grant: g}})
	if len(d.View.Correspondents()[g.To]) == 0 {
		t.Fatal("nothing was delegated")
	}
}

func TestAskingForAll(t *testing.T) {
	good := []string{"quota.set bob size=2G", "quota.set cid size=2G", "alias.add dan alias=x@u.fr"}
	bad := []string{"quota.set bob size=2G", "quota.set nobody size=2G", "alias.add dan alias=x@u.fr"}
	for name, tt := range map[string]struct {
		texts []string
		whole bool
		asked int
		code  desk.Code
	}{
		"all":             {good, true, 3, ""},
		"all, in parts":   {good, false, 3, ""},
		"whole, one bad":  {bad, true, 0, desk.NotWhole},
		"parts, one bad":  {bad, false, 2, ""},
		"nothing is good": {bad[1:2], false, 0, desk.NotWhole},
		"no row":          {nil, false, 0, desk.NotWhole},
	} {
		d, h := newDesk(t)
		order := desk.Order{By: "ann", Via: desk.Portal, Key: "k", Reason: "why", Rows: actionsOf(t, tt.texts...), Whole: tt.whole}
		asked, _, err := d.AskAll(t.Context(), order)
		if wants(t, err, tt.code); len(asked) != tt.asked || len(h.ids()) != tt.asked {
			t.Errorf("%s: %d asked, %d there", name, len(asked), len(h.ids()))
		}
		for i, r := range asked {
			stands, _ := h.Request(r.ID)
			if r.ID != desk.ID(fmt.Sprint("D-", i+1)) || stands.State != desk.Waiting || stands.Batch != "k" || stands.Reason != "why" || stands.Digest() != r.Digest() {
				t.Errorf("%s: %+v", name, stands)
			}
		}
		again, _, err := d.AskAll(t.Context(), order)
		if tt.asked > 0 && (err != nil || len(again) != tt.asked || len(h.ids()) != tt.asked) {
			t.Errorf("%s, again: %d asked, %v", name, len(again), err)
		}
	}
	d, _ := newDesk(t)
	rows := actionsOf(t, good...)
	_, _, err := d.AskAll(t.Context(), desk.Order{By: "ann", Via: desk.Portal, Key: "k", Rows: rows})
	wants(t, err, "")
	_, _, err = d.AskAll(t.Context(), desk.Order{By: "cid", Via: desk.Portal, Key: "k", Rows: rows})
	wants(t, err, desk.Changed)
	if _, _, err := d.AskAll(t.Context(), desk.Order{By: "ann"}); err == nil {
		t.Error("an order without a key")
	}
}

// Somebody who is faster moves nothing out of place: all is looked at again.
func TestABatchThatIsOvertaken(t *testing.T) {
	d, h := newDesk(t)
	h.before = func() { ask(t, d, "faster") }
	asked, f, err := d.AskAll(t.Context(), desk.Order{By: "ann", Via: desk.Portal, Key: "k", Rows: actionsOf(t, "quota.set cid size=2G", "quota.set dan size=2G")})
	if wants(t, err, ""); len(asked) != 2 || asked[0].ID != "D-2" || asked[1].ID != "D-3" || f.Faults() != 0 {
		t.Errorf("%v", asked)
	}
	if ids := h.ids(); !slices.Equal(ids, []desk.ID{"D-1", "D-2", "D-3"}) {
		t.Error(ids)
	}
}
