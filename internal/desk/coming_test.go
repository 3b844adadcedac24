package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// newcomers is a desk with somebody who has no mailbox yet, and mailboxes of nobody.
func newcomers(t *testing.T) (*desk.Desk, *house) {
	d, h := newDesk(t)
	h.people["gus"] = desk.Person{UID: "gus", Name: "Gus  Gold", EPPN: "Gus@U.fr", Affiliation: "student"}
	h.people["hal"] = desk.Person{UID: "hal", Name: "Hal", Affiliation: "staff"}
	h.people["ivy"] = desk.Person{UID: "ivy", Name: "Ivy", EPPN: "ivy@u.fr", Unlisted: true}
	h.accounts["box@u.fr"] = desk.Account{ID: "box", Address: "box@u.fr", Status: "active", COS: "staff_s", Aliases: []desk.Address{"b.ox@u.fr"}}
	d.Estate.Populations = desk.Populations{{Name: "students", Affiliations: []string{"student"}, Class: "staff_s"}}
	return d, h
}

func TestWhatMayBeCreated(t *testing.T) {
	for text, want := range map[string]struct {
		action string
		code   desk.Code
	}{
		"account.create gus.gold@u.fr person=gus":                             {`account.create gus.gold@u.fr cos=staff_s eppn=gus@u.fr name="Gus Gold" person=gus`, ""},
		"account.create gus.gold@u.fr person=gus cos=staff_l":                 {`account.create gus.gold@u.fr cos=staff_l eppn=gus@u.fr name="Gus Gold" person=gus`, ""},
		`account.create gus.gold@u.fr person=gus name="Gus Gold"`:             {`account.create gus.gold@u.fr cos=staff_s eppn=gus@u.fr name="Gus Gold" person=gus`, ""},
		"account.create accueil@u.fr name=Accueil cos=staff_l":                {"account.create accueil@u.fr cos=staff_l name=Accueil", ""},
		"account.create accueil@u.fr name=Accueil":                            {"", desk.MissingArgument},
		"account.create gus.gold@u.fr person=gus size=3072M until=31/12/2026": {`account.create gus.gold@u.fr cos=staff_s eppn=gus@u.fr name="Gus Gold" person=gus size=3G until=2026-12-31`, ""},
		"account.create gus.gold@u.fr person=gus until=2026-08-31":            {"", desk.InvalidArgument},
		"account.create gus.gold@u.fr person=gus name=Auguste":                {"", desk.DirectoryOwns},
		"account.create gus.gold@u.fr person=gus eppn=x@u.fr":                 {"", desk.DirectoryOwns},
		"account.create accueil@u.fr name=Accueil cos=staff_l eppn=gus@u.fr":  {"", desk.DirectoryOwns},
		"account.create ivy@u.fr cos=staff_l person=ivy":                      {"account.create ivy@u.fr cos=staff_l eppn=ivy@u.fr hidden=yes name=Ivy person=ivy", ""},
		"account.create gus.gold@u.fr person=gus hidden=YES":                  {`account.create gus.gold@u.fr cos=staff_s eppn=gus@u.fr hidden=yes name="Gus Gold" person=gus`, ""},
		"account.create hal@u.fr cos=staff_l person=hal":                      {"", desk.NoEPPN},
		"account.create x@u.fr cos=staff_l person=nobody name=x":              {"", desk.UnknownPerson},
		"account.create bob@u.fr name=x cos=staff_l":                          {"", desk.AliasTaken},
		"account.create f@u.fr name=x cos=staff_l":                            {"", desk.AliasTaken},
		"account.create x@v.fr name=x cos=staff_l":                            {"", desk.UnknownDomain},
		"account.create x+y@u.fr name=x cos=staff_l":                          {"", desk.InvalidAddress},
		"account.create x@u.fr name=x cos=none":                               {"", desk.UnknownClass},
	} {
		d, _ := newcomers(t)
		got, _, err := d.Preview("ann", desk.Chat, action(t, text))
		wants(t, err, want.code)
		if want.code == "" && got.String() != want.action {
			t.Errorf("%s is %s", text, got)
		}
	}
}

func TestWhoHasAnAccountGetsNoOther(t *testing.T) {
	d, h := newcomers(t)
	h.accounts["old@u.fr"] = desk.Account{ID: "old", Address: "old@u.fr", Owner: "gus"}
	_, _, err := d.Preview("ann", desk.Chat, action(t, "account.create gus.gold@u.fr person=gus"))
	wants(t, err, desk.PersonTaken)
	d.Estate.Populations = nil
	_, _, err = d.Preview("ann", desk.Chat, action(t, "account.create x@u.fr name=x"))
	wants(t, err, desk.MissingArgument)
}

// Who the rules deny learns nothing of who is in the directory.
func TestTheDeniedLearnNothingOfNewcomers(t *testing.T) {
	d, _ := newcomers(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{} })
	for _, text := range []string{"account.create x@u.fr cos=staff_l person=nobody", "account.create x@u.fr cos=staff_l person=hal", "account.create bob@u.fr person=gus"} {
		_, decision, err := d.Preview("ann", desk.Chat, action(t, text))
		if wants(t, err, ""); decision.Outcome == desk.Allowed {
			t.Errorf("%s: %+v", text, decision)
		}
	}
}

// The address of what can still be restored is not given away.
func TestAnAddressWaitsForItsDeletedAccount(t *testing.T) {
	d, h := newcomers(t)
	deleteBob(t, d, h, "1")
	create := action(t, "account.create bob@u.fr cos=staff_l name=x")
	_, _, err := d.Preview("ann", desk.Chat, create)
	wants(t, err, desk.AddressDeleted)
	passes(d, h, desk.Term)
	_, _, err = d.Preview("ann", desk.Chat, create)
	wants(t, err, "")
}

func passes(d *desk.Desk, h *house, after time.Duration) {
	d.Now = func() time.Time { return now.Add(after) }
	h.read = now.Add(after)
}

// A new account is its person's from the start: they do not approve it, and what
// is made is the request's mailbox.
func TestACreationFromAskedToDone(t *testing.T) {
	d, h := newcomers(t)
	h.people["gus"] = desk.Person{UID: "gus", Name: "Gus", EPPN: "gus@u.fr", Groups: []string{"admins"}}
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "account.create gus@u.fr cos=staff_l person=gus"), Key: "k"})
	if wants(t, err, ""); r.Owner != "gus" || r.Mailbox != "" {
		t.Fatalf("%+v", r)
	}
	_, err = d.Approve(t.Context(), "gus", desk.Chat, r.ID, "")
	wants(t, err, desk.OwnBenefit)
	r, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	wants(t, err, "")
	wants(t, d.Recheck(r, desk.Account{}), "")
	gus := h.people["gus"]
	for _, change := range []func(*desk.Person){func(p *desk.Person) { p.Unlisted = true }, func(p *desk.Person) { p.Name = "Gustav" }, func(p *desk.Person) { p.EPPN = "g@u.fr" }} {
		other := gus
		change(&other)
		h.people["gus"] = other
		wants(t, d.Recheck(r, desk.Account{}), desk.DirectoryOwns)
	}
	h.people["gus"] = gus
	made := desk.Account{ID: "gus", Address: "gus@u.fr", Owner: "gus"}
	r, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
		return []desk.Fact{desk.Started{Attempt: 1}, desk.Done{Attempt: 1, Proof: made}}, nil
	})
	if wants(t, err, ""); r.Mailbox != "gus" {
		t.Errorf("made %q", r.Mailbox)
	}
	h.accounts["gus@u.fr"] = made
	wants(t, d.Recheck(r, desk.Account{}), desk.PersonTaken)
}

// Only what account.delete did, and longer ago than its term, is purged; by two
// administrators beside who asks, at the command line.
func TestPurgeTakesTime(t *testing.T) {
	d, h := newDesk(t)
	purge := action(t, "account.purge bob@u.fr")
	h.people["fin"] = desk.Person{UID: "fin", Groups: []string{"admins"}}
	d.Rules = book(func(desk.Facts) desk.Decision { return needs(2, "admins") })
	ask := func(via desk.Door, want desk.Code) {
		t.Helper()
		_, _, err := d.Preview("ann", via, purge)
		wants(t, err, want)
	}
	ask(desk.Shell, desk.NotDeleted)
	d.Rules = book(func(desk.Facts) desk.Decision { return needs(1, "admins") })
	deleteBob(t, d, h, "1")
	d.Rules = book(func(desk.Facts) desk.Decision { return needs(2, "admins") })
	ask(desk.Shell, desk.TermRuns)
	passes(d, h, desk.Term)
	ask(desk.Shell, desk.TermRuns)
	passes(d, h, desk.Term+time.Microsecond)
	ask(desk.Chat, desk.ShellOnly)
	ask(desk.Portal, desk.ShellOnly)
	ask(desk.Shell, "")
	trash := h.accounts["deleted-bob@u.fr"]
	delete(h.accounts, "deleted-bob@u.fr")
	ask(desk.Shell, desk.NotDeleted) // Partage has it no more
	h.accounts["deleted-bob@u.fr"] = desk.Account{ID: "other", Address: "deleted-bob@u.fr"}
	ask(desk.Shell, desk.NotDeleted)
	h.accounts["deleted-bob@u.fr"] = desk.Account{ID: "eve", Address: "deleted-eve@u.fr", Aliases: []desk.Address{"deleted-bob@u.fr"}}
	ask(desk.Shell, desk.NotDeleted) // another that was deleted answers there
	h.accounts["deleted-bob@u.fr"] = trash
	ask(desk.Shell, "")
}

func TestPurgeTakesTwo(t *testing.T) {
	d, h := newDesk(t)
	deleteBob(t, d, h, "1")
	passes(d, h, desk.Term+time.Hour)
	asking := func(rules desk.Decision, key string) desk.Request {
		t.Helper()
		d.Rules = book(func(desk.Facts) desk.Decision { return rules })
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Shell, Action: action(t, "account.purge bob@u.fr"), Key: key})
		wants(t, err, "")
		return r
	}
	for name, rules := range map[string]desk.Decision{"one": needs(1, "admins"), "none": {Outcome: desk.Allowed}} {
		if r := asking(rules, name); r.State != desk.Rejected {
			t.Errorf("by %s: %s", name, r.State)
		}
	}
	r := asking(needs(2, "admins"), "two")
	trash := h.accounts["deleted-bob@u.fr"]
	r, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
	if wants(t, err, ""); r.State != desk.Waiting {
		t.Fatal(r.State)
	}
	wants(t, d.Recheck(r, trash), desk.NotAllowed)
	r, err = d.Approve(t.Context(), "dan", desk.Portal, r.ID, "")
	if wants(t, err, ""); r.State != desk.Ready {
		t.Fatal(r.State)
	}
	wants(t, d.Recheck(r, trash), "")
	back := trash
	back.Address = "bob@u.fr"
	wants(t, d.Recheck(r, back), desk.NotDeleted)
	wants(t, d.Recheck(r, desk.Account{}), desk.NotDeleted)
	// The rules have changed: two it must still be.
	for _, rules := range []desk.Decision{{Outcome: desk.Allowed}, needs(1, "admins")} {
		h.people["dan"] = desk.Person{UID: "dan"}
		d.Rules = book(func(desk.Facts) desk.Decision { return rules })
		wants(t, d.Recheck(r, trash), desk.NotAllowed)
	}
}

func TestWhatMovesAndIsShared(t *testing.T) {
	for text, want := range map[string]struct {
		action string
		code   desk.Code
	}{
		"alias.move fay2@u.fr alias=f@u.fr to=bob":         {"alias.move fay2@u.fr alias=f@u.fr to=bob@u.fr", ""},
		"alias.move f@u.fr alias=f@u.fr to=bob@u.fr":       {"alias.move fay2@u.fr alias=f@u.fr to=bob@u.fr", ""},
		"alias.move fay2@u.fr alias=fay2@u.fr to=bob":      {"", desk.AliasAbsent},
		"alias.move bob@u.fr alias=f@u.fr to=ann":          {"", desk.AliasAbsent},
		"alias.move fay2@u.fr alias=f@u.fr to=nobody":      {"", desk.UnknownAccount},
		"alias.move fay2@u.fr alias=f@u.fr to=f@u.fr":      {"", desk.AlreadySo},
		"account.share box@u.fr with=bob":                  {"account.share box@u.fr right=sendAs with=bob@u.fr", ""},
		"account.share box with=bob right=SENDONBEHALFOF":  {"", desk.UnknownAccount},
		"account.share b.ox@u.fr with=f@u.fr right=sendas": {"account.share box@u.fr right=sendAs with=fay2@u.fr", ""},
		"account.share bob@u.fr with=ann":                  {"", desk.Personal},
		"account.share box@u.fr with=nobody":               {"", desk.UnknownAccount},
		"account.share box@u.fr with=b.ox@u.fr":            {"", desk.InvalidArgument},
		"account.unshare box@u.fr with=bob":                {"", desk.NotShared},
		"account.profile box@u.fr name=Box":                {"account.profile box@u.fr name=Box", ""},
		"account.profile bob name=Robert":                  {"", desk.DirectoryOwns},
		"account.profile box@u.fr name=none":               {"", desk.InvalidArgument},
		"account.profile bob phone=none":                   {"account.profile bob@u.fr phone=none", ""},
		"account.profile bob":                              {"", desk.MissingArgument},
	} {
		a, err := desk.ParseAction(text)
		d, _ := newcomers(t)
		if err == nil {
			a, _, err = d.Preview("ann", desk.Chat, a)
		}
		if wants(t, err, want.code); want.code == "" && a.String() != want.action {
			t.Errorf("%s is %s", text, a)
		}
	}
}

// Who would receive does not approve.
func TestWhoReceivesDoesNotApprove(t *testing.T) {
	for _, text := range []string{"alias.move fay2@u.fr alias=f@u.fr to=cid", "account.share box@u.fr with=cid"} {
		d, _ := newcomers(t)
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: text})
		wants(t, err, "")
		_, err = d.Approve(t.Context(), "cid", desk.Chat, r.ID, "")
		wants(t, err, desk.OwnBenefit)
	}
}

func TestSharesAreWhatWasDone(t *testing.T) {
	d, h := newcomers(t)
	done := func(text, key string) {
		t.Helper()
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, text), Key: key})
		wants(t, err, "")
		_, err = d.Approve(t.Context(), "dan", desk.Chat, r.ID, "")
		wants(t, err, "")
		_, err = d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) {
			return []desk.Fact{desk.Started{Attempt: 1}, desk.Done{Attempt: 1, Proof: h.accounts["box@u.fr"]}}, nil
		})
		wants(t, err, "")
	}
	asks := func(text string, want desk.Code) {
		t.Helper()
		_, _, err := d.Preview("ann", desk.Chat, action(t, text))
		wants(t, err, want)
	}
	passes(d, h, 1*time.Minute)
	done("account.share box@u.fr with=bob", "1")
	done("account.share box@u.fr with=cid right=sendOnBehalfOf", "2")
	want := []desk.Share{{With: "bob@u.fr", Right: "sendAs", Since: now.Add(time.Minute), By: "D-1"}, {With: "cid@u.fr", Right: "sendOnBehalfOf", Since: now.Add(time.Minute), By: "D-2"}}
	if diff := cmp.Diff(want, d.Shares(h.accounts["box@u.fr"])); diff != "" {
		t.Error(diff)
	}
	asks("account.share box@u.fr with=bob", desk.AlreadySo)
	asks("account.share box@u.fr with=bob right=sendOnBehalfOf", desk.AlreadySo)
	box := h.accounts["box@u.fr"]
	delete(h.accounts, "box@u.fr")
	box.Address = "renamed@u.fr"
	h.accounts["renamed@u.fr"] = box
	passes(d, h, 2*time.Minute)
	done("account.unshare renamed@u.fr with=bob", "3")
	if r, _ := h.Request("D-3"); r.Action.Arg("right") != "sendAs" {
		t.Errorf("what it takes away is not said: %s", r.Action)
	}
	if diff := cmp.Diff(want[1:], d.Shares(box)); diff != "" {
		t.Error(diff)
	}
	asks("account.unshare renamed@u.fr with=bob", desk.NotShared)
	if s := d.Shares(desk.Account{ID: "other", Address: "box@u.fr"}); len(s) != 0 {
		t.Errorf("another mailbox at its address has %v", s)
	}
}

func TestPhonesAndProfiles(t *testing.T) {
	for text, ok := range map[string]bool{
		"phone=0368850000": true, `phone="+33 3 68 85 00 00"`: true, `phone="03.68-85/00 (0)1"`: true, "phone=1": true, "phone=none": true, "phone=NONE": true,
		"phone=+": false, "phone=poste12": false, `phone="1;2"`: false, "phone=-1": false, "phone=123456789012345678901234567890123": false,
		"title=é": true, "title=\"a\u202eb\"": false, "mail=x": false,
	} {
		if _, err := desk.ParseAction("account.profile bob " + text); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
