package desk_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// governed is a desk whose rules are those of rights as a house would have them:
// admins give rights together and take them back alone, correspondents change
// the aliases and quotas of their domain.
func governed(t *testing.T) (*desk.Desk, *house) {
	d, h := newDesk(t)
	h.domains = []string{"u.fr", "v.fr"}
	d.Rules = book(func(f desk.Facts) desk.Decision {
		admin := f.Actor.In("admins")
		switch f.Action.Verb {
		case desk.DelegationGrant, desk.DelegationDeputy:
			if admin || f.Holder == f.Actor.UID && f.Holder != "" {
				return needs(1, "admins")
			}
		case desk.DelegationRevoke:
			if admin || f.Owner.UID == f.Actor.UID {
				return desk.Decision{Outcome: desk.Allowed}
			}
		case desk.DelegationShow:
			if admin || f.Manages(f.Domain) {
				return desk.Decision{Outcome: desk.Allowed}
			}
		case desk.AliasAdd:
			if f.Manages(f.Domain) {
				return desk.Decision{Outcome: desk.Allowed}
			}
			return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"domain:" + f.Domain}, Needed: 1}}}
		case desk.QuotaSet, desk.AccountCOS:
			if f.Manages(f.Domain) || f.Manages(f.Owner.Unit) {
				return desk.Decision{Outcome: desk.Allowed}
			}
		}
		return desk.Decision{Outcome: desk.Denied}
	})
	return d, h
}

// request asks, and has dan approve what waits.
func request(t *testing.T, d *desk.Desk, by desk.UID, text string) (desk.Request, error) {
	t.Helper()
	id, _ := d.View.Next()
	r, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(t, text), Key: "request " + string(id)})
	if err == nil && r.State == desk.Waiting {
		return d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest())
	}
	return r, err
}

// entrust has a grant made and gives its name.
func entrust(t *testing.T, d *desk.Desk, text string) desk.Mandate {
	t.Helper()
	r, err := request(t, d, "cid", "delegation.grant "+text)
	if err != nil || r.State != desk.Settled {
		t.Fatalf("%s: %s, %v", text, r.State, err)
	}
	all := d.View.Delegations()
	return all[len(all)-1].ID
}

// can says whether the person would be allowed at once.
func can(t *testing.T, d *desk.Desk, who desk.UID, text string) bool {
	t.Helper()
	_, decision, err := d.Preview(who, desk.Chat, action(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return decision.Outcome == desk.Allowed
}

// A right is given by two people, and by neither who asks alone nor who gets it.
func TestGrantTakesTwo(t *testing.T) {
	d, h := governed(t)
	r, err := d.Ask(t.Context(), desk.Asking{By: "cid", Via: desk.Chat, Action: action(t, "delegation.grant eve domains=u.fr"), Key: "k"})
	if err != nil || r.State != desk.Waiting || r.Owner != "eve" || len(d.View.Delegations()) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	for who, code := range map[desk.UID]desk.Code{"cid": desk.OwnRequest, "eve": desk.OwnBenefit, "fay": desk.NotApprover} {
		_, err := d.Approve(t.Context(), who, desk.Chat, r.ID, r.Digest())
		wants(t, err, code)
	}
	if r, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, r.Digest()); err != nil || r.State != desk.Settled {
		t.Fatalf("%s, %v", r.State, err)
	}
	last := h.events[len(h.events)-1]
	want := desk.Event{Seq: 4, At: now, ID: "D-1", By: "dan", Subject: "eve", Fact: desk.Granted{Grant: desk.Grant{To: "eve", Domains: []string{"u.fr"}}}}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Error(diff)
	}
	if o := d.View.Delegation("M-4"); o.By != "dan" || o.Request != "D-1" || o.To != "eve" {
		t.Errorf("recorded as %+v", o)
	}
	// A book that lets one person alone is not obeyed.
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	for _, text := range []string{"delegation.grant fay domains=u.fr", "delegation.deputy M-4 person=fay until=2026-10-01"} {
		if r, err := request(t, d, "cid", text); err != nil || r.State != desk.Rejected || len(d.View.Delegations()) != 1 {
			t.Errorf("%s alone: %s, %v", text, r.State, err)
		}
	}
}

// What cannot be delegated, whoever asks.
func TestBadGrants(t *testing.T) {
	d, h := governed(t)
	h.accounts["nobody@u.fr"] = desk.Account{ID: "n", Address: "nobody@u.fr"}
	m := string(entrust(t, d, "bob domains=u.fr until=2026-12-31"))
	before := len(h.events)
	for text, code := range map[string]desk.Code{
		"delegation.grant cid domains=u.fr":                                       desk.OwnRight,
		"delegation.grant cid@u.fr domains=u.fr":                                  desk.OwnRight,
		"delegation.grant who domains=u.fr":                                       desk.UnknownPerson,
		"delegation.grant nobody@u.fr domains=u.fr":                               desk.UnknownPerson,
		"delegation.grant fay":                                                    desk.MissingArgument,
		"delegation.grant fay verbs=quota.set quota=1G":                           desk.MissingArgument,
		"delegation.grant fay domains=u.fr,elsewhere.fr":                          desk.UnknownDomain,
		"delegation.grant fay lists=l@elsewhere.fr":                               desk.UnknownDomain,
		"delegation.grant fay units=XYZ":                                          desk.UnknownUnit,
		"delegation.grant fay domains=u.fr classes=gold":                          desk.UnknownClass,
		"delegation.grant fay domains=u.fr until=2026-08-31":                      desk.InvalidArgument,
		"delegation.grant fay domains=u.fr from=2026-12-02 until=2026-12-01":      desk.InvalidArgument,
		"delegation.grant bob domains=u.fr until=2026-12-31":                      desk.AlreadySo,
		"delegation.deputy M-99 person=fay until=2026-10-01":                      desk.UnknownDelegation,
		"delegation.deputy " + m + " person=who until=2026-10-01":                 desk.UnknownPerson,
		"delegation.deputy " + m + " person=bob until=2026-10-01":                 desk.OwnRight,
		"delegation.deputy " + m + " person=cid until=2026-10-01":                 desk.OwnRight,
		"delegation.deputy " + m + " person=fay until=2026-08-31":                 desk.InvalidArgument,
		"delegation.deputy " + m + " person=fay from=2026-11-01 until=2026-10-01": desk.InvalidArgument,
		"delegation.revoke M-99":                                                  desk.UnknownDelegation,
		"delegation.revoke " + m + " deputy=fay":                                  desk.UnknownDelegation,
	} {
		_, err := request(t, d, "cid", text)
		if desk.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", text, err, code)
		}
	}
	if len(h.events) != before {
		t.Errorf("recorded %v", h.events[before:])
	}
	// Who may not is told so, and nothing of what is there.
	for _, text := range []string{"delegation.revoke M-99", "delegation.revoke " + m, "delegation.deputy " + m + " person=eve until=2026-10-01", "delegation.grant fay domains=u.fr"} {
		if r, err := request(t, d, "fay", text); err != nil || r.State != desk.Rejected {
			t.Errorf("fay asks %s: %s, %v", text, r.State, err)
		}
	}
}

// Bad forms are refused before anybody is asked.
func TestFormsOfRights(t *testing.T) {
	for _, text := range []string{"delegation.grant", "delegation.grant Paul! domains=u.fr", "delegation.grant melusine domains=u.fr", "delegation.grant p domains=u",
		"delegation.grant p domains=u.fr,,v.fr", "delegation.grant p domains=*", "delegation.grant p domains=u..fr", "delegation.grant p domains=é.fr",
		"delegation.grant p units=a.b", "delegation.grant p units=-x", "delegation.grant p lists=u.fr", "delegation.grant p domains=u.fr verbs=*", "delegation.grant p domains=u.fr verbs=house.freeze",
		"delegation.grant p domains=u.fr verbs=house.*", "delegation.grant p domains=u.fr verbs=account.eppn", "delegation.grant p domains=u.fr verbs=account.show", "delegation.grant p domains=u.fr verbs=al*",
		"delegation.grant p domains=u.fr quota=10", "delegation.grant p domains=u.fr quota=0G", "delegation.grant p domains=u.fr daily=0", "delegation.grant p domains=u.fr daily=-1",
		"delegation.grant p domains=u.fr daily=1000", "delegation.grant p domains=u.fr from=tomorrow", "delegation.grant p domains=u.fr until=2026-02-30", "delegation.grant p domains=u.fr until=31/02/2026",
		"delegation.grant p domains=u.fr until=1999-01-01", "delegation.grant p domains=u.fr until=10000-01-01", "delegation.grant p domains=u.fr to=bob", "delegation.revoke", "delegation.revoke M-0", "delegation.revoke D-1",
		"delegation.deputy M-1 person=bob", "delegation.deputy M-1 until=2026-10-01", "delegation.show bob", `delegation.list "a b"`} {
		if a, err := desk.ParseAction(text); err == nil {
			t.Errorf("%q is read as %q", text, a)
		}
	}
	for text, want := range map[string]string{
		"delegation.grant Paul domains=V.fr,u.fr,v.fr verbs=alias.*,quota.set": "delegation.grant paul domains=u.fr,v.fr verbs=alias.add,alias.move,alias.remove,alias.renew,quota.set",
		"delegation.grant p@u.fr units=PHY lists=L@u.fr daily=007":             "delegation.grant p@u.fr daily=7 lists=l@u.fr units=PHY",
		"delegation.grant p domains=u.fr until=31/12/2026 from=1/9/2026":       "delegation.grant p domains=u.fr from=2026-09-01 until=2026-12-31",
		`delegation.grant p classes="é·t,a" domains=u.fr`:                      `delegation.grant p classes="a,é·t" domains=u.fr`,
		"delegation.revoke m-018 deputy=Eve":                                   "delegation.revoke M-18 deputy=eve",
		"delegation.list PHY":                                                  "delegation.list PHY",
		"delegation.list U.fr":                                                 "delegation.list u.fr",
	} {
		a := action(t, text)
		if a.String() != want || action(t, a.String()) != a {
			t.Errorf("%q is %q", text, a)
		}
	}
}

// A delegation begins and ends at the very second of its days, in the zone of the
// house, for who holds it and for a deputy.
func TestDatesToTheSecond(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	d, h := governed(t)
	d.Zone = paris
	m := entrust(t, d, "bob domains=u.fr from=2026-09-10 until=2026-10-24")
	if r, err := request(t, d, "eve", "delegation.deputy "+string(m)+" person=fay from=2026-09-20 until=2026-11-30"); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	at := func(text string) time.Time {
		at, err := time.ParseInLocation(time.DateTime, text, paris)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	d.Stale = 10000 * time.Hour
	for _, tt := range []struct {
		at       string
		bob, fay bool
	}{
		{"2026-09-09 23:59:59", false, false}, {"2026-09-10 00:00:00", true, false}, {"2026-09-19 23:59:59", true, false},
		{"2026-09-20 00:00:00", true, true}, {"2026-10-24 23:59:59", true, true}, {"2026-10-25 00:00:00", false, false},
		{"2026-11-20 00:00:00", false, false},
	} {
		moment := at(tt.at)
		d.Now = func() time.Time { return moment }
		if bob, fay := can(t, d, "bob", "quota.set ann@u.fr size=2G"), can(t, d, "fay", "quota.set ann@u.fr size=2G"); bob != tt.bob || fay != tt.fay {
			t.Errorf("at %s bob can: %v, fay can: %v", tt.at, bob, fay)
		}
		r := ask2(t, d, "ann", tt.at) // and so it is with approvals
		for who, may := range map[desk.UID]bool{"bob": tt.bob, "fay": tt.fay} {
			if got := slices.ContainsFunc(d.Inbox(who), func(w desk.Request) bool { return w.ID == r.ID }); got != may {
				t.Errorf("at %s the request waits for %s: %v", tt.at, who, got)
			}
		}
	}
	if got := h.last(); got == 0 {
		t.Error("nothing was written")
	}
}

// ask2 asks for an alias that waits for the correspondents.
func ask2(t *testing.T, d *desk.Desk, by desk.UID, key string) desk.Request {
	t.Helper()
	r, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(t, "alias.add ann@u.fr alias=new@u.fr"), Key: key})
	if err != nil || r.State != desk.Waiting {
		t.Fatal(r.State, err)
	}
	return r
}

// What a delegation covers, and what it does not.
func TestCovers(t *testing.T) {
	noon := now
	full := desk.Grant{To: "bob", Domains: []string{"u.fr"}}
	with := func(change func(*desk.Delegation)) desk.Person {
		d := desk.Delegation{ID: "M-1", Grant: full}
		change(&d)
		return desk.Person{UID: "bob", Delegations: []desk.Delegation{d}}
	}
	add, quota := desk.Use{Verb: desk.AliasAdd, At: noon}, func(n int64) desk.Use { return desk.Use{Verb: desk.QuotaSet, Size: n, At: noon} }
	tests := map[string]struct {
		who   desk.Person
		scope string
		use   desk.Use
		want  bool
	}{
		"all":                           {with(func(*desk.Delegation) {}), "u.fr", add, true},
		"another domain":                {with(func(*desk.Delegation) {}), "v.fr", add, false},
		"no domain":                     {with(func(d *desk.Delegation) { d.Domains = []string{""} }), "", add, false},
		"a unit":                        {with(func(d *desk.Delegation) { d.Units = []string{"PHY"} }), "PHY", add, true},
		"a list":                        {with(func(d *desk.Delegation) { d.Lists = []desk.Address{"l@u.fr"} }), "l@u.fr", add, true},
		"another's":                     {with(func(d *desk.Delegation) { d.To = "eve" }), "u.fr", add, false},
		"nobody's":                      {desk.Person{Delegations: []desk.Delegation{{Grant: desk.Grant{Domains: []string{"u.fr"}}}}}, "u.fr", add, false},
		"one verb":                      {with(func(d *desk.Delegation) { d.Verbs = []desk.Verb{desk.AliasAdd} }), "u.fr", add, true},
		"another verb":                  {with(func(d *desk.Delegation) { d.Verbs = []desk.Verb{desk.AliasRemove} }), "u.fr", add, false},
		"to read comes with it":         {with(func(d *desk.Delegation) { d.Verbs, d.Daily, d.Used = []desk.Verb{desk.AliasRemove}, 1, 1 }), "u.fr", desk.Use{Verb: desk.AccountShow, At: noon}, true},
		"to freeze does not":            {with(func(*desk.Delegation) {}), "u.fr", desk.Use{Verb: desk.HouseFreeze, At: noon}, false},
		"to delegate does not":          {with(func(*desk.Delegation) {}), "u.fr", desk.Use{Verb: desk.DelegationGrant, At: noon}, false},
		"unless it is said":             {with(func(d *desk.Delegation) { d.Verbs = []desk.Verb{desk.DelegationGrant} }), "u.fr", desk.Use{Verb: desk.DelegationGrant, At: noon}, true},
		"a verb that does not exist":    {with(func(*desk.Delegation) {}), "u.fr", desk.Use{Verb: "cos.set", At: noon}, false},
		"no verb":                       {with(func(*desk.Delegation) {}), "u.fr", desk.Use{At: noon}, false},
		"as much as that":               {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", quota(5), true},
		"a byte more":                   {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", quota(6), false},
		"an unknown size":               {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", quota(0), false},
		"an impossible size":            {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", quota(-1), false},
		"a mailbox of as much":          {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", desk.Use{Verb: desk.AccountCreate, Size: 5, At: noon}, true},
		"a mailbox of a byte more":      {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", desk.Use{Verb: desk.AccountCreate, Size: 6, At: noon}, false},
		"a mailbox as its class has it": {with(func(d *desk.Delegation) { d.Quota = 5 }), "u.fr", desk.Use{Verb: desk.AccountCreate, At: noon}, true},
		"one of the classes":            {with(func(d *desk.Delegation) { d.Classes = []string{"s", "t"} }), "u.fr", desk.Use{Verb: desk.AccountCOS, Class: "t", At: noon}, true},
		"another class":                 {with(func(d *desk.Delegation) { d.Classes = []string{"s", "t"} }), "u.fr", desk.Use{Verb: desk.AccountCOS, Class: "S", At: noon}, false},
		"an unknown class":              {with(func(d *desk.Delegation) { d.Classes = []string{"s"} }), "u.fr", desk.Use{Verb: desk.AccountCOS, At: noon}, false},
		"one left today":                {with(func(d *desk.Delegation) { d.Daily, d.Used = 3, 2 }), "u.fr", add, true},
		"none left today":               {with(func(d *desk.Delegation) { d.Daily, d.Used = 3, 3 }), "u.fr", add, false},
		"from now on":                   {with(func(d *desk.Delegation) { d.From = noon }), "u.fr", add, true},
		"from a moment later":           {with(func(d *desk.Delegation) { d.From = noon.Add(1) }), "u.fr", add, false},
		"until now":                     {with(func(d *desk.Delegation) { d.Until = noon }), "u.fr", add, false},
		"until a moment later":          {with(func(d *desk.Delegation) { d.Until = noon.Add(1) }), "u.fr", add, true},
		"with an end, at no known time": {with(func(d *desk.Delegation) { d.Until = noon }), "u.fr", desk.Use{Verb: desk.AliasAdd}, false},
		"revoked":                       {with(func(d *desk.Delegation) { d.Ended = noon }), "u.fr", add, false},
		"a deputy": {with(func(d *desk.Delegation) {
			d.To, d.Deputies = "eve", []desk.Deputy{{Who: "bob", From: noon, Until: noon.Add(1)}}
		}), "u.fr", add, true},
		"a deputy later": {with(func(d *desk.Delegation) {
			d.To, d.Deputies = "eve", []desk.Deputy{{Who: "bob", From: noon.Add(1), Until: noon.Add(2)}}
		}), "u.fr", add, false},
		"a deputy until now": {with(func(d *desk.Delegation) { d.To, d.Deputies = "eve", []desk.Deputy{{Who: "bob", Until: noon}} }), "u.fr", add, false},
		"a deputy of what is over": {with(func(d *desk.Delegation) {
			d.To, d.Until, d.Deputies = "eve", noon, []desk.Deputy{{Who: "bob", Until: noon.Add(1)}}
		}), "u.fr", add, false},
	}
	for name, tt := range tests {
		if got := tt.who.Manages(tt.scope, tt.use); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
		if (desk.Panel{Approvers: []string{"domain:" + tt.scope}}).Has(desk.Voter{Person: tt.who, Use: tt.use}) != tt.want {
			t.Errorf("%s: may approve: %v", name, !tt.want)
		}
	}
}

// To take a right back takes effect at once, also on what waits: votes of who has
// lost it count no more, nor what they asked.
func TestRevokedAtOnce(t *testing.T) {
	d, _ := governed(t)
	m := entrust(t, d, "bob domains=u.fr")
	asked, err := request(t, d, "bob", "quota.set ann@u.fr size=2G")
	if err != nil || asked.State != desk.Ready {
		t.Fatal(asked.State, err)
	}
	voted := ask2(t, d, "ann", "one")
	if voted, err = d.Approve(t.Context(), "bob", desk.Chat, voted.ID, voted.Digest()); err != nil || voted.State != desk.Ready {
		t.Fatal(voted.State, err)
	}
	waits, err := d.Ask(t.Context(), desk.Asking{By: "fay", Via: desk.Chat, Action: action(t, "alias.add fay@u.fr alias=other@u.fr"), Key: "two"})
	if err != nil || len(d.Inbox("bob")) != 1 {
		t.Fatal(err, d.Inbox("bob"))
	}
	if r, err := request(t, d, "eve", "delegation.revoke "+string(m)); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	account := d.View.Account("ann@u.fr")
	wants(t, d.Recheck(asked, account), desk.NotAllowed)
	wants(t, d.Recheck(voted, account), desk.NotAllowed)
	_, err = d.Approve(t.Context(), "bob", desk.Chat, waits.ID, waits.Digest())
	wants(t, err, desk.NotApprover)
	if len(d.Inbox("bob")) != 0 || can(t, d, "bob", "quota.set ann@u.fr size=2G") {
		t.Error("bob still may")
	}
	if o := d.View.Delegation(m); o.Ended != now || o.EndedBy != "eve" {
		t.Errorf("ended %v by %s", o.Ended, o.EndedBy)
	}
}

// Somebody gives back their own, and does without a deputy.
func TestRevokeDeputyAndOwn(t *testing.T) {
	d, _ := governed(t)
	m := string(entrust(t, d, "bob domains=u.fr"))
	if r, err := request(t, d, "bob", "delegation.deputy "+m+" person=fay until=2026-09-30"); err != nil || r.State != desk.Settled || r.Owner != "fay" {
		t.Fatal(r.State, err)
	}
	if !can(t, d, "fay", "quota.set ann@u.fr size=2G") {
		t.Error("the deputy may not")
	}
	if r, err := request(t, d, "fay", "delegation.revoke "+m+" deputy=fay"); err != nil || r.State != desk.Settled || len(r.Thin) > 0 {
		t.Fatal(r.State, err)
	}
	if can(t, d, "fay", "quota.set ann@u.fr size=2G") || !can(t, d, "bob", "quota.set ann@u.fr size=2G") {
		t.Error("not only the deputy has lost the right")
	}
	if r, err := request(t, d, "bob", "delegation.revoke "+m); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	_, err := request(t, d, "cid", "delegation.revoke "+m)
	wants(t, err, desk.UnknownDelegation)
}

// n a day are counted over 24 hours, for all who hold the delegation, without
// what was denied or withdrawn; and what was allowed stays so when it is asked
// about again.
func TestDaily(t *testing.T) {
	d, h := governed(t)
	m := string(entrust(t, d, "bob domains=u.fr daily=2"))
	if r, err := request(t, d, "cid", "delegation.deputy "+m+" person=fay until=2026-09-30"); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	at := now
	d.Now = func() time.Time { return at }
	quota := func(who desk.UID, text string) desk.Request {
		t.Helper()
		r, err := request(t, d, who, "quota.set "+text)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := quota("bob", "ann@u.fr size=2G")
	if _, err := d.Withdraw(t.Context(), "bob", desk.Chat, quota("bob", "cid@u.fr size=2G").ID); err != nil {
		t.Fatal(err)
	}
	h.accounts["x@v.fr"] = desk.Account{ID: "x", Address: "x@v.fr", Owner: "ann", Quota: 1 << 30}
	entrust(t, d, "bob domains=v.fr")
	if r := quota("bob", "x@v.fr size=2G"); r.State != desk.Ready {
		t.Fatal(r.State) // and counts for the other alone
	}
	second := quota("fay", "eve@u.fr size=2G")
	if first.State != desk.Ready || second.State != desk.Ready {
		t.Fatal(first.State, second.State)
	}
	for _, who := range []desk.UID{"bob", "fay"} {
		if r := quota(who, "dan@u.fr size=2G"); r.State != desk.Rejected {
			t.Errorf("%s asks for a third: %s", who, r.State)
		}
	}
	for _, r := range []desk.Request{first, second} {
		wants(t, d.Recheck(r, h.accounts[desk.Address(r.Action.Target)]), "")
	}
	at = now.Add(24 * time.Hour)
	h.read = at
	if r := quota("bob", "dan@u.fr size=2G"); r.State != desk.Rejected {
		t.Errorf("at 24 hours: %s", r.State)
	}
	at = at.Add(time.Microsecond)
	if r := quota("bob", "dan@u.fr size=2G"); r.State != desk.Ready {
		t.Errorf("after 24 hours: %s", r.State)
	}
}

// What keeps a domain with two correspondents.
func TestThin(t *testing.T) {
	d, h := governed(t)
	thin := func() (names []string) {
		for _, c := range d.Thin() {
			names = append(names, c.Domain+" "+string(slices.Concat(c.By, []desk.UID{"-"})[0]))
		}
		return names
	}
	check := func(want ...string) {
		t.Helper()
		if got := thin(); !slices.Equal(got, want) {
			t.Errorf("thin are %q, want %q", got, want)
		}
	}
	check("u.fr -", "v.fr -")
	bob := entrust(t, d, "bob domains=u.fr,v.fr")
	entrust(t, d, "bob domains=u.fr verbs=quota.set") // twice the same person is one
	check("u.fr bob", "v.fr bob")
	if r, err := request(t, d, "cid", "delegation.deputy "+string(bob)+" person=fay until=2026-09-30"); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	check("u.fr bob", "v.fr bob") // a deputy is there for a while only
	eve := entrust(t, d, "eve domains=u.fr")
	entrust(t, d, "ann domains=v.fr from=2026-09-02")
	check("v.fr bob")
	if got := d.Thinned(action(t, "delegation.revoke "+string(bob))); !slices.Equal(got, []string{"v.fr"}) {
		t.Errorf("would thin %v", got) // bob keeps another of u.fr
	}
	r, err := request(t, d, "cid", "delegation.revoke "+string(eve))
	if err != nil || !slices.Equal(r.Thin, []string{"u.fr"}) {
		t.Errorf("the last but one leaves: %v, %v", r.Thin, err)
	}
	check("u.fr bob", "v.fr bob")
	if got := d.Thinned(action(t, "delegation.revoke "+string(bob))); !slices.Equal(got, []string{"v.fr"}) {
		t.Errorf("would thin %v", got) // of u.fr bob stays, by another
	}
	h.people["bob"] = desk.Person{} // has left the university
	check("u.fr -", "v.fr -")
}

// Who sees which delegations.
func TestDelegationsSeen(t *testing.T) {
	d, _ := governed(t)
	m := entrust(t, d, "bob domains=u.fr")
	entrust(t, d, "ann domains=v.fr units=PHY lists=l@v.fr")
	if r, err := request(t, d, "cid", "delegation.deputy "+string(m)+" person=fay until=2026-09-02"); err != nil || r.State != desk.Settled {
		t.Fatal(r.State, err)
	}
	for who, want := range map[desk.UID]int{"cid": 2, "bob": 1, "ann": 1, "fay": 1, "who": 0, "": 0} {
		if got := d.Delegations(who, desk.Chat, ""); len(got) != want {
			t.Errorf("%s sees %v", who, got)
		}
	}
	for about, want := range map[string]int{"u.fr": 1, "v.fr": 1, "PHY": 1, "l@v.fr": 1, "bob": 1, "Bob": 1, "bob@u.fr": 1, "fay": 1, "x.fr": 0, "eve": 0} {
		if got := d.Delegations("cid", desk.Chat, about); len(got) != want {
			t.Errorf("about %s: %v", about, got)
		}
	}
	_, err := d.Delegation("ann", desk.Chat, m)
	wants(t, err, desk.UnknownDelegation)
	_, err = d.Delegation("cid", desk.Chat, "M-99")
	wants(t, err, desk.UnknownDelegation)
	if _, err := request(t, d, "cid", "delegation.revoke "+string(m)); err != nil {
		t.Fatal(err)
	}
	if o, err := d.Delegation("cid", desk.Chat, m); err != nil || o.Stands() || len(d.Delegations("cid", desk.Chat, "")) != 1 {
		t.Errorf("after its end: %+v, %v", o, err)
	}
}

// Each request about a right can be taken back by another.
func TestReverseOfRights(t *testing.T) {
	d, _ := governed(t)
	grant := "delegation.grant bob classes=staff_s daily=3 domains=u.fr from=2026-10-01 lists=l@u.fr quota=2G units=PHY until=2026-12-31 verbs=account.cos,quota.set"
	r, err := request(t, d, "cid", grant)
	if err != nil {
		t.Fatal(err)
	}
	m := string(d.View.Delegations()[0].ID)
	back := func(r desk.Request, want string) {
		t.Helper()
		if a, ok := d.Reverse(r); a.String() != want || ok != (want != "") {
			t.Errorf("%s is taken back by %q, %v; want %q", r.Action, a, ok, want)
		}
	}
	back(r, "delegation.revoke "+m)
	deputy, err := request(t, d, "cid", "delegation.deputy "+m+" person=fay until=2026-09-30")
	if err != nil {
		t.Fatal(err)
	}
	back(deputy, "delegation.revoke "+m+" deputy=fay")
	revoked, err := request(t, d, "cid", "delegation.revoke "+m)
	if err != nil {
		t.Fatal(err)
	}
	back(revoked, grant)
	back(r, "") // it is revoked already
	back(desk.Request{State: desk.Settled, Action: action(t, "house.freeze")}, "")
	back(desk.Request{State: desk.Waiting, Action: action(t, grant)}, "")
	d.Now = func() time.Time { return now.AddDate(1, 0, 0) }
	back(revoked, "") // it would be over
}

// What a file says is delegated once, or not at all.
func TestImport(t *testing.T) {
	d, h := governed(t)
	good := desk.Grant{To: "bob", Domains: []string{"u.fr"}}
	for code, bad := range map[desk.Code]desk.Grant{desk.UnknownPerson: {To: "who", Domains: []string{"u.fr"}}, desk.UnknownDomain: {To: "fay", Domains: []string{"x.fr"}}, desk.MissingArgument: {To: "fay"}} {
		wants(t, d.Import(t.Context(), "file", good, bad), code)
	}
	if len(h.events) > 0 {
		t.Errorf("recorded %v", h.events)
	}
	wants(t, d.Import(t.Context(), "file", good), "")
	wants(t, d.Import(t.Context(), "file", good), desk.AlreadySo)
	want := []desk.Event{{Seq: 1, At: now, By: desk.System, Subject: "bob", Fact: desk.Granted{Grant: good, Reason: "file"}}}
	if diff := cmp.Diff(want, h.events); diff != "" {
		t.Error(diff)
	}
	g, err := d.ReadGrant("bob@u.fr", map[string]string{"domains": "u.fr", "daily": "3", "until": "2026-12-31"})
	if want := (desk.Grant{To: "bob", Domains: []string{"u.fr"}, Daily: 3, Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}); err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("read %+v, %v", g, err)
	}
}

// The fold of one delegation, by every fact that may touch it.
func TestDelegationFold(t *testing.T) {
	at := func(seq desk.Seq, f desk.Fact) desk.Event { return desk.Event{Seq: seq, At: now, By: "cid", Fact: f} }
	one, err := desk.Delegation{}.With(at(18, desk.Granted{Grant: desk.Grant{To: "bob"}}))
	if err != nil || one.ID != "M-18" {
		t.Fatal(one, err)
	}
	helped, err := one.With(at(19, desk.Deputised{Of: "M-18", Who: "fay", Until: now}))
	if err != nil || len(helped.Deputies) != 1 || len(one.Deputies) != 0 {
		t.Fatal(helped, err)
	}
	again, err := helped.With(at(20, desk.Deputised{Of: "M-18", Who: "fay", Until: now.Add(1)}))
	if err != nil || len(again.Deputies) != 1 || !again.Deputies[0].Until.Equal(now.Add(1)) || !helped.Deputies[0].Until.Equal(now) {
		t.Fatal(again, err)
	}
	over, err := one.With(at(21, desk.Revoked{Of: "M-18"}))
	if err != nil || over.Stands() || !one.Stands() {
		t.Fatal(over, err)
	}
	for name, bad := range map[string]struct {
		of   desk.Delegation
		fact desk.Fact
	}{
		"granted twice":          {one, desk.Granted{Grant: desk.Grant{To: "bob"}}},
		"granted to nobody":      {desk.Delegation{}, desk.Granted{}},
		"another's deputy":       {one, desk.Deputised{Of: "M-19", Who: "fay"}},
		"nobody as a deputy":     {one, desk.Deputised{Of: "M-18"}},
		"its own deputy":         {one, desk.Deputised{Of: "M-18", Who: "bob"}},
		"a deputy of what ended": {over, desk.Deputised{Of: "M-18", Who: "fay"}},
		"another's revocation":   {one, desk.Revoked{Of: "M-19"}},
		"revoked twice":          {over, desk.Revoked{Of: "M-18"}},
		"no such deputy":         {one, desk.Revoked{Of: "M-18", Deputy: "fay"}},
		"none":                   {desk.Delegation{}, desk.Revoked{Of: ""}},
		"another fact":           {one, desk.Thawed{}},
		"told by somebody":       {one, desk.Noticed{Of: "M-18"}},
	} {
		if next, err := bad.of.With(at(30, bad.fact)); !errors.Is(err, desk.ErrIllegal) || !reflect.DeepEqual(next, bad.of) {
			t.Errorf("%s: %+v, %v", name, next, err)
		}
	}
}

// Of an imported delegation it is told once that it lapses, by the program, and of no
// other.
func TestNoticedIsOfWhatWasImported(t *testing.T) {
	granted := func(id desk.ID) desk.Delegation {
		d, err := desk.Delegation{}.With(desk.Event{Seq: 18, At: now, ID: id, By: desk.System, Fact: desk.Granted{Grant: desk.Grant{To: "bob"}}})
		must(t, err)
		return d
	}
	told := desk.Event{Seq: 19, At: now, By: desk.System, Fact: desk.Noticed{Of: "M-18"}}
	once, err := granted("").With(told)
	if err != nil || !once.Noticed {
		t.Fatal(once, err)
	}
	ofRequest := told
	ofRequest.ID = "D-2"
	other := told
	other.Fact = desk.Noticed{Of: "M-19"}
	for name, bad := range map[string]struct {
		of desk.Delegation
		e  desk.Event
	}{"twice": {once, told}, "asked for": {granted("D-1"), told}, "of a request": {granted(""), ofRequest}, "of another": {granted(""), other}} {
		if _, err := bad.of.With(bad.e); !errors.Is(err, desk.ErrIllegal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := desk.Request{ID: "D-1", State: desk.Settled, Action: action(t, "delegation.grant bob domains=u.fr until=2026-12-31")}
	if _, err := r.With(desk.Event{ID: "D-1", By: desk.System, Fact: desk.Noticed{Of: "M-18"}}); err == nil {
		t.Error("of a request, and of a right")
	}
}

// An imported delegation is told of in time, once; whoever may ask for it again renews
// it, and nobody their own.
func TestAnImportedDelegationLapses(t *testing.T) {
	d, h := governed(t)
	at := now
	d.Now, d.Stale = func() time.Time { return at }, 100*365*24*time.Hour
	d.Keeping = desk.Keeping{Notice: 30, Renewal: 366}
	until := func(day string) time.Time { end, _ := time.Parse(time.DateOnly, day); return end.AddDate(0, 0, 1) }
	must(t, d.Import(t.Context(), "file", desk.Grant{To: "cid", Domains: []string{"u.fr"}, Until: until("2026-12-31")}, desk.Grant{To: "fay", Domains: []string{"u.fr"}},
		desk.Grant{To: "bob", Domains: []string{"v.fr"}, Until: until("2026-12-30")}, desk.Grant{To: "bob", Domains: []string{"v.fr"}}))
	_, err := request(t, d, "cid", "delegation.grant fay domains=v.fr until=2026-12-31") // a request tells of it
	must(t, err)
	lapsing := func(day string, want ...desk.Mandate) {
		t.Helper()
		at, _ = time.Parse(time.RFC3339, day+"T10:00:00Z")
		var got []desk.Mandate
		for _, o := range d.Lapsing() {
			got = append(got, o.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("on %s %s, want %s", day, got, want)
		}
	}
	lapsing("2026-11-30")
	lapsing("2026-12-01", "M-1")
	lapsing("2026-12-31", "M-1")
	lapsing("2027-01-01")
	lapsing("2026-12-01", "M-1")
	d.Keeping.Notice = 999
	lapsing("2026-01-01") // the clock is not to be believed
	d.Keeping.Notice = 30
	lapsing("2026-12-01", "M-1")
	o := d.View.Delegation("M-1")
	if who := d.Renewers(o); !slices.Equal(who, []desk.UID{"dan", "eve"}) { // cid holds it
		t.Errorf("renewed by %s", who)
	}
	for range 2 {
		must(t, d.Notice(t.Context(), "M-1"))
	}
	lapsing("2026-12-01")
	if n := len(h.events); n != 9 { // four imports, a grant of four events, one notice
		t.Errorf("%d events", len(h.events))
	}
	if own, err := d.RenewRight(t.Context(), "cid", desk.Chat, "M-1"); desk.CodeOf(err) != desk.OwnRight {
		t.Errorf("%s: %v", own.Action, err)
	}
	if _, err := d.RenewRight(t.Context(), "bob", desk.Chat, "M-1"); desk.CodeOf(err) != desk.UnknownDelegation {
		t.Errorf("who may not see it: %v", err)
	}
	for range 2 {
		back, err := d.RenewRight(t.Context(), "dan", desk.Chat, "M-1")
		if err != nil || back.Action.String() != "delegation.grant cid domains=u.fr until=2027-12-02" || back.State != desk.Waiting || back.ID != "D-2" {
			t.Fatalf("%s is %s: %v", back.Action, back.State, err)
		}
	}
	for _, of := range []desk.Mandate{"M-2", "M-3"} { // without end, and going on anyway
		if _, err := d.RenewRight(t.Context(), "dan", desk.Chat, of); desk.CodeOf(err) != desk.NoEnd {
			t.Errorf("%s: %v", of, err)
		}
	}
}

// A right is settled by what was asked and by nothing else.
func TestRightSettlesWhatWasAsked(t *testing.T) {
	request := func(text string) desk.Request {
		return desk.Request{ID: "D-1", By: "ann", State: desk.Ready, Action: action(t, text)}
	}
	for text, facts := range map[string][]desk.Fact{
		"delegation.grant bob domains=u.fr":                 {desk.Granted{Grant: desk.Grant{To: "eve"}}, desk.Revoked{Of: "bob"}, desk.Done{}},
		"delegation.deputy M-1 person=bob until=2026-12-31": {desk.Deputised{Of: "M-2", Who: "bob"}, desk.Deputised{Of: "M-1", Who: "eve"}, desk.Granted{Grant: desk.Grant{To: "M-1"}}},
		"delegation.revoke M-1":                             {desk.Revoked{Of: "M-2"}, desk.Revoked{Of: "M-1", Deputy: "bob"}},
		"delegation.revoke M-1 deputy=bob":                  {desk.Revoked{Of: "M-1"}},
		"house.freeze":                                      {desk.Revoked{}, desk.Granted{}},
	} {
		for _, f := range facts {
			if r, err := request(text).With(desk.Event{ID: "D-1", By: "eve", Fact: f}); err == nil {
				t.Errorf("%s is settled by %+v: %s", text, f, r.State)
			}
		}
	}
	waiting := request("delegation.grant bob domains=u.fr")
	waiting.State = desk.Waiting
	if r, err := waiting.With(desk.Event{ID: "D-1", By: "eve", Fact: desk.Granted{Grant: desk.Grant{To: "bob"}}}); err == nil {
		t.Errorf("granted while it waits: %s", r.State)
	}
}

// A delegation with a last day: both are told before, who asked for it renews it, in
// time or afterwards; it lapses by itself, and what goes on anyway is not told.
func TestADelegationLapses(t *testing.T) {
	d, h := governed(t)
	at := now
	d.Now, d.Stale = func() time.Time { return at }, 100*365*24*time.Hour
	d.Keeping = desk.Keeping{Notice: 30, Renewal: 366}
	look := func(day string, working bool) {
		t.Helper()
		at, _ = time.Parse(time.RFC3339, day+"T10:00:00Z")
		for range 2 {
			must(t, d.Keep(t.Context(), working))
		}
	}
	r, err := request(t, d, "cid", "delegation.grant fay domains=u.fr verbs=quota.set from=2026-10-01 until=2026-12-31")
	must(t, err)
	must(t, d.Import(t.Context(), "file", desk.Grant{To: "bob", Domains: []string{"u.fr"}, Until: now.AddDate(0, 1, 0)}))
	_, err = request(t, d, "cid", "delegation.grant fay domains=v.fr") // another, which goes on
	must(t, err)
	notice := "notice of " + string(r.ID)
	look("2026-11-30", true)
	look("2026-12-02", false)
	wantKept(t, h)
	look("2026-12-03", true)
	wantKept(t, h, notice)
	if !can(t, d, "fay", "quota.set bob@u.fr size=2G") {
		t.Error("over before its last day")
	}
	if own, err := d.Renew(t.Context(), "fay", desk.Chat, r.ID); err != nil || own.State != desk.Rejected {
		t.Errorf("her own is %s: %v", own.State, err)
	}
	look("2027-01-01", true)
	if can(t, d, "fay", "quota.set bob@u.fr size=2G") {
		t.Error("it does not lapse")
	}
	back, err := d.Renew(t.Context(), "cid", desk.Chat, r.ID)
	if err != nil || back.Action.String() != "delegation.grant fay domains=u.fr until=2028-01-02 verbs=quota.set" || back.State != desk.Waiting {
		t.Fatalf("%s is %s: %v", back.Action, back.State, err)
	}
	_, err = d.Approve(t.Context(), "dan", desk.Chat, back.ID, back.Digest())
	must(t, err)
	if !can(t, d, "fay", "quota.set bob@u.fr size=2G") {
		t.Error("not renewed")
	}
	if next, ok := d.RenewalOf(r); ok {
		t.Errorf("it goes on, and still %s", next)
	}
	// One that goes on under another name is not told, nor one that was revoked.
	_, err = request(t, d, "cid", "delegation.grant fay domains=u.fr verbs=quota.set")
	must(t, err)
	gone, err := request(t, d, "cid", "delegation.grant bob domains=v.fr until=2028-01-02")
	must(t, err)
	undo, _ := d.Reverse(gone)
	_, err = request(t, d, "cid", undo.String())
	must(t, err)
	_, err = request(t, d, "cid", "delegation.grant bob domains=u.fr verbs=alias.add until=2027-02-01") // over when it is looked at
	must(t, err)
	other, err := request(t, d, "cid", "delegation.grant bob domains=u.fr until=2028-01-02")
	must(t, err)
	look("2027-12-20", true)
	wantKept(t, h, notice, "notice of "+string(other.ID))
	if next, ok := d.RenewalOf(gone); ok {
		t.Errorf("it was revoked, and still %s", next)
	}
}
