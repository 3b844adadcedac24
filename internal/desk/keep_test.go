package desk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

func TestUntil(t *testing.T) {
	d, _, _ := keepingDesk(t) // today is 2026-09-01
	for text, want := range map[string]desk.Code{
		"alias.add bob@u.fr alias=c@u.fr until=2026-09-01": "",
		"alias.add bob@u.fr alias=c@u.fr until=2027-09-02": "",
		"alias.add bob@u.fr alias=c@u.fr until=2027-09-03": desk.InvalidArgument, // further than the house lets
		"alias.add bob@u.fr alias=c@u.fr until=2026-08-31": desk.InvalidArgument,
		"alias.add bob@u.fr alias=c@u.fr until=31/12/2026": "",
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"alias.add bob@u.fr alias=c@u.fr until=2026-02-30", "alias.add bob@u.fr alias=c@u.fr until=tomorrow", "alias.renew bob@u.fr", "account.renew bob@u.fr alias=c@u.fr"} {
		if _, err := desk.ParseAction(text); err == nil {
			t.Errorf("%s is an action", text)
		}
	}
	d.Zone = time.FixedZone("Réunion", 12*3600) // there it is eight in the evening, and then tomorrow
	d.Now = func() time.Time { return now.Add(5 * time.Hour) }
	if err := free(d, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-09-01", t); desk.CodeOf(err) != desk.InvalidArgument {
		t.Errorf("yesterday there: %v", err)
	}
}

func TestRenew(t *testing.T) {
	d, h, at := keepingDesk(t)
	does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-12-31")
	does(t, d, h, "ann", "alias.add bob@u.fr alias=e@u.fr")
	for text, want := range map[string]desk.Code{
		"alias.renew bob@u.fr alias=c@u.fr":                    "",
		"alias.renew bob@u.fr alias=c@u.fr until=2027-01-01":   "",
		"alias.renew bob@u.fr alias=c@u.fr until=2026-12-31":   desk.AlreadySo,
		"alias.renew bob@u.fr alias=c@u.fr until=2026-10-01":   desk.AlreadySo, // it takes nothing away
		"alias.renew bob@u.fr alias=c@u.fr until=2028-01-01":   desk.InvalidArgument,
		"alias.renew bob@u.fr alias=e@u.fr":                    desk.NoEnd,
		"alias.renew bob@u.fr alias=e@u.fr until=2027-01-01":   "", // it gets an end
		"alias.renew bob@u.fr alias=bob@u.fr until=2027-01-01": desk.AliasAbsent,
		"alias.renew fay@u.fr alias=c@u.fr":                    desk.AliasAbsent,
		"alias.renew bob@u.fr alias=never@u.fr":                desk.AliasAbsent,
		"account.renew bob@u.fr":                               desk.NoEnd,
		"account.renew bob@u.fr until=2027-01-01":              "",
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	a, _, err := d.Preview("ann", desk.Chat, action(t, "alias.renew bob@u.fr alias=c@u.fr"))
	if err != nil || a.String() != "alias.renew bob@u.fr alias=c@u.fr until=2027-09-02" {
		t.Errorf("%s %v", a, err)
	}
	r := does(t, d, h, "ann", "alias.renew bob@u.fr alias=c@u.fr until=2027-06-30")
	if x, _ := h.Entry("c@u.fr"); x.Until != "2027-06-30" || x.Dated != r.ID || x.Request == r.ID {
		t.Errorf("%+v", x)
	}
	// What was removed comes back to its mailbox, to no other, even from its quarantine.
	does(t, d, h, "ann", "alias.remove bob@u.fr alias=c@u.fr")
	*at = at.AddDate(1, 0, 0)
	if err := free(d, "ann", "alias.renew fay@u.fr alias=c@u.fr", t); desk.CodeOf(err) != desk.AliasAbsent {
		t.Errorf("to another: %v", err)
	}
	does(t, d, h, "ann", "alias.renew bob@u.fr alias=c@u.fr")
	if x, _ := h.Entry("c@u.fr"); !x.Held || x.Until != "2028-09-01" || !h.Account("c@u.fr").Holds("c@u.fr") {
		t.Errorf("%+v", x)
	}
	// Given anew without an end, it has none.
	does(t, d, h, "ann", "alias.remove bob@u.fr alias=c@u.fr")
	does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr")
	if x, _ := h.Entry("c@u.fr"); x.Until != "" {
		t.Errorf("%+v", x)
	}
}

// What somebody has locked is not opened by renewing it.
func TestRenewOpensOnlyWhatItsEndHasLocked(t *testing.T) {
	d, h, _ := keepingDesk(t)
	does(t, d, h, "ann", "account.renew bob@u.fr until=2026-12-31")
	does(t, d, h, "ann", "account.lock bob@u.fr")
	if err := free(d, "ann", "account.renew bob@u.fr", t); desk.CodeOf(err) != desk.WrongStatus {
		t.Errorf("%v", err)
	}
}

// byClock lets what has ended be taken, all else wait.
func byClock(f desk.Facts) desk.Decision {
	if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes || f.Ended && f.Action.Verb != desk.AccountDelete {
		return desk.Decision{Outcome: desk.Allowed}
	}
	return needs(1, "admins")
}

// kept lists what the program asked for by itself.
func kept(h *house) (asked []string) {
	for _, e := range h.events {
		if f, ok := e.Fact.(desk.Asked); ok && f.Via == desk.Clock {
			asked = append(asked, string(e.By)+" "+f.Action.String())
		}
		if _, ok := e.Fact.(desk.Noticed); ok {
			asked = append(asked, "notice of "+string(e.ID))
		}
	}
	return asked
}

func wantKept(t *testing.T, h *house, want ...string) {
	t.Helper()
	if got := kept(h); !slices.Equal(got, want) {
		t.Errorf("got\n %q, want\n %q", got, want)
	}
}

// An alias: told, removed, given back by one click.
func TestAnAliasEnds(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(byClock)
	r := does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-12-31")
	look := func(day string, working bool) {
		t.Helper()
		*at, _ = time.Parse(time.DateOnly, day)
		for range 2 { // once, however often it is looked at
			must(t, d.Keep(t.Context(), working))
		}
	}
	look("2026-11-30", true)
	wantKept(t, h)
	look("2026-12-01", false)
	wantKept(t, h) // nobody is at work
	look("2026-12-02", true)
	wantKept(t, h, "notice of "+string(r.ID))
	look("2026-12-31", true)
	wantKept(t, h, "notice of "+string(r.ID)) // the last day is included
	look("2027-01-01", false)
	wantKept(t, h, "notice of "+string(r.ID), "melusine alias.remove bob@u.fr alias=c@u.fr")
	id, _ := h.Request(desk.ID("D-2"))
	if id.State != desk.Ready || id.By != desk.System || id.Owner != "bob" {
		t.Fatalf("%+v", id)
	}
	if carry(t, d, h, "D-2").State != desk.Settled {
		t.Fatal("not carried out")
	}
	look("2027-01-10", true)
	wantKept(t, h, "notice of "+string(r.ID), "melusine alias.remove bob@u.fr alias=c@u.fr")
	if err := free(d, "ann", "alias.add fay@u.fr alias=c@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("given to another: %v", err)
	}
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Actor.UID == "fay" && f.Action.Verb == desk.AliasRenew {
			return desk.Decision{Outcome: desk.Denied}
		}
		return byClock(f)
	})
	if denied, err := d.Renew(t.Context(), "fay", desk.Chat, r.ID); err != nil || denied.State != desk.Rejected {
		t.Errorf("who may not: %s %v", denied.State, err)
	} else if again, err := d.Renew(t.Context(), "fay", desk.Chat, r.ID); err != nil || again.ID != denied.ID {
		t.Errorf("who may not, twice: %s %v", again.ID, err)
	}
	back, err := d.Renew(t.Context(), "bob", desk.Chat, r.ID)
	if err != nil || back.Action.Verb != desk.AliasRenew {
		t.Fatalf("%s %v", back.Action, err)
	}
	if again, err := d.Renew(t.Context(), "bob", desk.Chat, r.ID); err != nil || again.ID != back.ID {
		t.Errorf("clicked twice: %s %v", again.ID, err)
	}
	back, err = d.Approve(t.Context(), "cid", desk.Chat, back.ID, "")
	must(t, err)
	carry(t, d, h, back.ID)
	if x, _ := h.Entry("c@u.fr"); !x.Held || x.Until != "2028-01-11" {
		t.Errorf("%+v", x)
	}
}

// A mailbox: locked, opened again by renewing it, locked anew, deleted once an
// administrator approves.
func TestAMailboxEnds(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(byClock)
	is := func(status string) {
		fay := h.accounts["fay2@u.fr"]
		fay.Status = status
		h.accounts["fay2@u.fr"] = fay
	}
	is(desk.Active)
	does(t, d, h, "ann", "account.renew fay2@u.fr until=2026-12-31")
	is("maintenance")
	look := func(day string) {
		t.Helper()
		*at, _ = time.Parse(time.DateOnly, day)
		must(t, d.Keep(t.Context(), false))
		for r := range h.Requests(desk.Query{States: []desk.State{desk.Ready}}) {
			carry(t, d, h, r.ID)
		}
	}
	look("2027-01-01")
	wantKept(t, h) // something is under way on Partage
	is(desk.Active)
	look("2027-01-01")
	if h.accounts["fay2@u.fr"].Status != desk.Locked {
		t.Fatalf("%+v", h.accounts["fay2@u.fr"])
	}
	does(t, d, h, "ann", "account.renew fay2@u.fr until=2027-03-31")
	if h.accounts["fay2@u.fr"].Status != desk.Active {
		t.Fatal("renewing does not open it")
	}
	look("2027-03-31")
	look("2027-04-01")
	look("2027-05-30")
	lock := "melusine account.lock fay2@u.fr"
	wantKept(t, h, lock, lock)
	look("2027-05-31")
	wantKept(t, h, lock, lock, "melusine account.delete fay2@u.fr")
	last := desk.Request{}
	for r := range h.Requests(desk.Query{States: []desk.State{desk.Waiting}}) {
		last = r
	}
	if last.Action.Verb != desk.AccountDelete {
		t.Fatalf("%+v", last.Action)
	}
	// Renewed meanwhile, it is not deleted: the rules are asked again.
	does(t, d, h, "ann", "account.renew fay2@u.fr until=2027-12-31")
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Via == desk.Clock && !f.Ended {
			return desk.Decision{}
		}
		return byClock(f)
	})
	if _, err := d.Approve(t.Context(), "cid", desk.Chat, last.ID, ""); err == nil {
		t.Error("approved although it has not ended any more")
	}
}

// A list: told, hidden, shown again by one click, hidden anew, deleted once an
// administrator approves; its address rests.
func TestAListEnds(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(func(f desk.Facts) desk.Decision {
		if f.Ended && f.Action.Verb == desk.ListDelete {
			return needs(1, "admins")
		}
		return byClock(f)
	})
	h.lists = map[desk.Address]desk.List{"kept@u.fr": {ID: "k", Address: "kept@u.fr", Kind: desk.Grouping}}
	does(t, d, h, "ann", "list.profile kept@u.fr hidden=yes")
	r := does(t, d, h, "ann", "list.create colloque@u.fr until=2026-12-31")
	for text, want := range map[string]desk.Code{
		"list.create other@u.fr until=2028-12-31":     desk.InvalidArgument, // further than the house lets
		"list.create other@u.fr until=2026-01-01":     desk.InvalidArgument,
		"list.profile colloque@u.fr until=2026-12-31": desk.AlreadySo,
		"list.profile colloque@u.fr until=2026-10-01": desk.AlreadySo, // it takes nothing away
		"list.profile colloque@u.fr until=2029-10-01": desk.InvalidArgument,
		"list.profile colloque@u.fr until=2027-01-01": "",
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	look := func(day string) {
		t.Helper()
		*at, _ = time.Parse(time.DateOnly, day)
		for range 2 {
			must(t, d.Keep(t.Context(), true))
		}
		for r := range h.Requests(desk.Query{States: []desk.State{desk.Ready}}) {
			carry(t, d, h, r.ID)
		}
	}
	notice, hide := "notice of "+string(r.ID), "melusine list.profile colloque@u.fr hidden=yes"
	look("2026-11-30")
	wantKept(t, h)
	look("2026-12-31")
	wantKept(t, h, notice)
	look("2027-01-01")
	wantKept(t, h, notice, hide)
	if !h.lists["colloque@u.fr"].Hidden {
		t.Fatal("its end does not hide it")
	}
	back, err := d.Renew(t.Context(), "ann", desk.Chat, r.ID)
	if err != nil || back.Action.String() != "list.profile colloque@u.fr hidden=no until=2028-01-02" {
		t.Fatalf("%s %v", back.Action, err)
	}
	back, err = d.Approve(t.Context(), "cid", desk.Chat, back.ID, "")
	must(t, err)
	carry(t, d, h, back.ID)
	if h.lists["colloque@u.fr"].Hidden || h.lists["kept@u.fr"].ID == "" {
		t.Fatal("renewing does not show it")
	}
	look("2028-01-03")
	wantKept(t, h, notice, hide, hide)
	look("2028-03-02")
	wantKept(t, h, notice, hide, hide)
	look("2028-03-03")
	wantKept(t, h, notice, hide, hide, "melusine list.delete colloque@u.fr")
	last := desk.Request{}
	for r := range h.Requests(desk.Query{States: []desk.State{desk.Waiting}}) {
		last = r
	}
	last, err = d.Approve(t.Context(), "cid", desk.Chat, last.ID, "")
	must(t, err)
	carry(t, d, h, last.ID)
	if err := free(d, "ann", "alias.add bob@u.fr alias=colloque@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("its address: %v", err)
	}
	// What somebody has hidden is not shown by renewing it.
	dated := does(t, d, h, "ann", "list.profile kept@u.fr until=2028-12-31")
	if next, ok := d.RenewalOf(dated); !ok || next.String() != "list.profile kept@u.fr until=2029-03-04" {
		t.Errorf("%s", next)
	}
	look("2029-01-01") // it is hidden already
	look("2029-03-02")
	wantKept(t, h, notice, hide, hide, "melusine list.delete colloque@u.fr", "melusine list.delete kept@u.fr")
}

// A deleted list comes back with the last day that it had; with another if that has
// passed, which who agrees has seen.
func TestAListComesBackWithItsLastDay(t *testing.T) {
	d, h, at := keepingDesk(t)
	h.lists = map[desk.Address]desk.List{}
	does(t, d, h, "ann", "list.create colloque@u.fr until=2026-12-31")
	does(t, d, h, "ann", "list.create sans@u.fr")
	*at = at.Add(time.Minute)
	does(t, d, h, "ann", "list.delete colloque@u.fr")
	does(t, d, h, "ann", "list.delete sans@u.fr")
	d.Keeping.Quarantine = 0
	does(t, d, h, "ann", "list.create sans@u.fr until=2026-12-31") // another, which is gone too: its day is its own
	delete(h.lists, "sans@u.fr")
	restores := func(day, text, want string, code desk.Code) {
		t.Helper()
		*at, _ = time.Parse(time.DateOnly, day)
		a, _, err := d.Preview("ann", desk.Chat, action(t, text))
		if desk.CodeOf(err) != code || code == "" && a.String() != want {
			t.Errorf("on %s %s: %s, %v", day, text, a, err)
		}
	}
	restores("2026-12-31", "list.restore colloque@u.fr", "list.restore colloque@u.fr", "")
	restores("2026-12-31", "list.restore colloque@u.fr until=2027-03-31", "list.restore colloque@u.fr until=2027-03-31", "")
	restores("2026-12-31", "list.restore colloque@u.fr until=2026-12-31", "", desk.AlreadySo)
	restores("2026-12-31", "list.restore colloque@u.fr until=2028-12-31", "", desk.InvalidArgument) // further than the house lets
	early, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: action(t, "list.restore colloque@u.fr"), Key: "early"})
	must(t, err)
	restores("2027-01-01", "list.restore colloque@u.fr", "list.restore colloque@u.fr until=2028-01-02", "")
	restores("2027-01-01", "list.restore colloque@u.fr until=2026-12-31", "", desk.AlreadySo)
	restores("2027-01-01", "list.restore sans@u.fr", "list.restore sans@u.fr", "")
	_, err = d.Approve(t.Context(), "cid", desk.Chat, early.ID, "")
	wants(t, err, desk.InvalidArgument) // nobody has said that it is to last for another year
	_, err = d.Amend(t.Context(), "ann", desk.Chat, early.ID, "", "until=2027-06-30")
	must(t, err)
	_, err = d.Approve(t.Context(), "cid", desk.Chat, early.ID, "")
	must(t, err)
	early, _ = h.Request(early.ID)
	if must(t, d.Recheck(early, desk.Account{})); early.Action.Arg("until") != "2027-06-30" {
		t.Errorf("%s", early.Action)
	}
	early.Action = action(t, "list.restore colloque@u.fr")
	wants(t, d.Recheck(early, desk.Account{}), desk.InvalidArgument)
}

// Nobody comes by the door of the clock, and nothing that is not due.
func TestTheDoorOfTheClock(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-12-31")
	comes := func(by desk.UID, text string) error {
		_, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Clock, Action: action(t, text), Key: string(by) + text + at.String()})
		return err
	}
	if err := comes(desk.System, "alias.remove bob@u.fr alias=c@u.fr"); desk.CodeOf(err) != desk.NotDue {
		t.Errorf("before: %v", err)
	}
	*at = time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		by   desk.UID
		text string
	}{{"ann", "alias.remove bob@u.fr alias=c@u.fr"}, {desk.System, "account.lock bob@u.fr"}, {desk.System, "quota.set bob@u.fr size=2G"}, {desk.System, "alias.add bob@u.fr alias=z@u.fr"}} {
		if err := comes(tt.by, tt.text); desk.CodeOf(err) != desk.NotDue {
			t.Errorf("%s %s: %v", tt.by, tt.text, err)
		}
	}
	if _, err := d.Ask(t.Context(), desk.Asking{By: desk.System, Via: desk.Chat, Action: action(t, "alias.remove bob@u.fr alias=c@u.fr"), Key: "chat"}); desk.CodeOf(err) != desk.UnknownPerson {
		t.Errorf("by another door: %v", err)
	}
	must(t, comes(desk.System, "alias.remove bob@u.fr alias=c@u.fr"))
}

// What ends on one day is taken as fast as brakes let, and nothing is held by them.
func TestManyEnd(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(byClock)
	for _, alias := range []string{"k1", "k2", "k3", "k4", "k5", "k6", "k7"} {
		does(t, d, h, "ann", "alias.add bob@u.fr alias="+alias+"@u.fr until=2026-12-31")
	}
	d.Brakes = desk.Brakes{Person: 3, Domain: 10, Verb: 10, All: 10, PerMille: 1000}
	*at = time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	for _, want := range []int{3, 6, 7, 7} {
		must(t, d.Keep(t.Context(), true))
		if got := len(kept(h)); got != want {
			t.Fatalf("%d asked, want %d", got, want)
		}
		for r := range h.Requests(desk.Query{States: []desk.State{desk.Ready}}) {
			carry(t, d, h, r.ID)
		}
		*at = at.Add(61 * time.Minute)
	}
	if h.Stopped() > 0 {
		t.Error("held by a brake")
	}
}

// In a freeze nothing ends; where time proves nothing, nobody is told either.
func TestNothingEndsInAFreeze(t *testing.T) {
	for cause, want := range map[desk.Cause]int{desk.ByRequest: 1, desk.ByClock: 0} {
		d, h, at := keepingDesk(t)
		d.Rules = book(byClock)
		does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-10-31")
		does(t, d, h, "ann", "alias.add bob@u.fr alias=e@u.fr until=2026-12-31")
		*at = time.Date(2026, 12, 15, 8, 0, 0, 0, time.UTC)
		must(t, d.Freeze(t.Context(), cause, ""))
		must(t, d.Keep(t.Context(), true))
		if got := kept(h); len(got) != want {
			t.Errorf("%s: %q", cause, got)
		}
	}
}

// The zero Keeping ends nothing and keeps nothing back.
func TestNothingIsKept(t *testing.T) {
	d, h, at := keepingDesk(t)
	d.Rules = book(byClock)
	does(t, d, h, "ann", "alias.add bob@u.fr alias=c@u.fr until=2026-10-31")
	does(t, d, h, "ann", "alias.remove bob@u.fr alias=c@u.fr")
	d.Keeping = desk.Keeping{}
	*at = at.AddDate(1, 0, 0)
	must(t, d.Keep(t.Context(), true))
	wantKept(t, h)
	if err := free(d, "ann", "alias.add fay@u.fr alias=c@u.fr", t); err != nil {
		t.Error(err)
	}
}

// All that is said of an account includes its last days.
func TestLastDaysAreOfTheWhole(t *testing.T) {
	d, h, _ := keepingDesk(t)
	h.accounts["fay3@u.fr"] = desk.Account{ID: "fay3", Address: "fay3@u.fr", Owner: "fay", Status: "active"}
	r := does(t, d, h, "ann", "alias.add fay3@u.fr alias=guest@u.fr until=2026-12-31")
	w, err := d.Whole(t.Context(), "ann", desk.Chat, "fay3@u.fr")
	must(t, err)
	want := desk.Side{Name: "until", Journal: "guest@u.fr 2026-12-31 (" + string(r.ID) + ")", Equality: desk.Alone}
	if got := w.Sides[len(w.Sides)-1]; got != want {
		t.Errorf("%+v", got)
	}
}
