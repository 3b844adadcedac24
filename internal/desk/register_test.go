package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// keepingDesk is newDesk with a clock that may be moved, and addresses kept.
func keepingDesk(t *testing.T) (*desk.Desk, *house, *time.Time) {
	t.Helper()
	d, h := newDesk(t)
	at := now
	d.Now, d.Stale = func() time.Time { return at }, 100*365*24*time.Hour
	d.Keeping = desk.Keeping{Quarantine: 5, Notice: 30, Grace: 60, Renewal: 366}
	d.Brakes = desk.StandardBrakes()
	return d, h, &at
}

// does asks, has an admin approve if it must be, and carries it out on the account.
func does(t *testing.T, d *desk.Desk, h *house, by desk.UID, text string) desk.Request {
	t.Helper()
	r, err := d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(t, text), Key: text + d.Now().String(), Reason: "because"})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if r.State == desk.Waiting {
		approver := desk.UID("cid")
		if by == approver {
			approver = "dan"
		}
		if r, err = d.Approve(t.Context(), approver, desk.Chat, r.ID, ""); err != nil {
			t.Fatalf("approve %s: %v", text, err)
		}
	}
	return carry(t, d, h, r.ID)
}

// carry does what the executor would.
func carry(t *testing.T, d *desk.Desk, h *house, id desk.ID) desk.Request {
	t.Helper()
	r, _ := h.Request(id)
	if r.State != desk.Ready {
		return r
	}
	if spec, _ := desk.SpecOf(r.Action.Verb); spec.Object {
		return carryList(t, d, h, r)
	}
	before := h.Account(desk.Address(r.Action.Target))
	after := carriedOut(r.Action, before)
	if r.Action.Verb == desk.AccountDelete {
		after.Address, after.Status = after.Trash(), desk.Closed
	}
	for _, f := range []desk.Fact{desk.Started{Attempt: 1, Before: before, Until: d.Now()}, desk.Done{Attempt: 1, Proof: after}} {
		if _, err := d.Change(t.Context(), id, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	delete(h.accounts, before.Address)
	h.accounts[after.Address] = after
	r, _ = h.Request(id)
	return r
}

// carryList does what the executor would with a list.
func carryList(t *testing.T, d *desk.Desk, h *house, r desk.Request) desk.Request {
	t.Helper()
	at := desk.Address(r.Action.Target)
	next := h.List(at)
	before := next.Target()
	switch r.Action.Verb {
	case desk.ListCreate:
		next = desk.List{ID: "list-" + string(r.ID), Address: at, Kind: desk.Distribution}
	case desk.ListDelete:
		next = desk.List{}
	case desk.ListProfile:
		if hidden := r.Action.Arg("hidden"); hidden != "" {
			next.Hidden = hidden == "yes"
		}
	}
	for _, f := range []desk.Fact{desk.Started{Attempt: 1, Before: before, Until: d.Now()}, desk.Done{Attempt: 1, Proof: next.Target()}} {
		if _, err := d.Change(t.Context(), r.ID, desk.System, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if delete(h.lists, at); next.Known() {
		h.lists[at] = next
	}
	r, _ = h.Request(r.ID)
	return r
}

func free(d *desk.Desk, by desk.UID, text string, t *testing.T) error {
	t.Helper()
	_, _, err := d.Preview(by, desk.Chat, action(t, text))
	return err
}

// A freed address goes back to who had it, and to nobody else before its time or
// two administrators.
func TestQuarantine(t *testing.T) {
	d, h, at := keepingDesk(t)
	given := does(t, d, h, "ann", "alias.add bob@u.fr alias=contact@u.fr")
	x, _ := h.Entry("contact@u.fr")
	if want := (desk.Entry{Address: "contact@u.fr", Nature: desk.AsAlias, Mailbox: "bob", Owner: "bob", Held: true, Since: now, Request: given.ID, Reason: "because"}); !cmp.Equal(x, want) {
		t.Error(cmp.Diff(want, x))
	}
	*at = at.AddDate(1, 0, 0)
	removed := does(t, d, h, "ann", "alias.remove bob@u.fr alias=contact@u.fr")
	x, _ = h.Entry("contact@u.fr")
	if x.Held || !x.Freed.Equal(*at) || x.FreedBy != removed.ID || !x.Of("bob") {
		t.Errorf("freed is %+v", x)
	}
	const want = "2032-09-01T08:00:00Z" // five years after
	err := free(d, "ann", "alias.add fay2@u.fr alias=contact@u.fr", t)
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != desk.InQuarantine || e.Details["until"] != want || e.Details["address"] != "contact@u.fr" {
		t.Errorf("alias: %v", err)
	}
	if err := free(d, "ann", "account.rename fay@u.fr to=contact@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("rename: %v", err)
	}
	if err := d.Free("contact@u.fr"); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("free: %v", err)
	}
	if err := free(d, "ann", "alias.add bob@u.fr alias=contact@u.fr", t); err != nil {
		t.Errorf("the last holder: %v", err)
	}
	h.accounts["bob2@u.fr"] = desk.Account{ID: "bob2", Address: "bob2@u.fr", Owner: "bob"}
	if err := free(d, "ann", "alias.add bob2@u.fr alias=contact@u.fr", t); err != nil {
		t.Errorf("another mailbox of the last holder: %v", err)
	}
	for _, tt := range []struct {
		after time.Duration
		want  desk.Code
	}{{-time.Second, desk.InQuarantine}, {0, ""}} {
		*at = time.Date(2032, 9, 1, 8, 0, 0, 0, time.UTC).Add(tt.after)
		if err := free(d, "ann", "alias.add fay@u.fr alias=contact@u.fr", t); desk.CodeOf(err) != tt.want {
			t.Errorf("%v after: %v", tt.after, err)
		}
	}
}

// A new account gets no address that was somebody else's; who had it gets it back.
func TestANewAccountOfAFreedAddress(t *testing.T) {
	d, h, _ := keepingDesk(t)
	h.people["gus"] = desk.Person{UID: "gus", Name: "Gus Gold", EPPN: "gus@u.fr"}
	_, err := d.Enroll(t.Context(), "import", desk.Registration{Address: "gus.gold@u.fr", Nature: desk.AsAccount, Owner: "gus", Freed: now.AddDate(-1, 0, 0)})
	must(t, err)
	if err := free(d, "ann", "account.create gus.gold@u.fr cos=staff_s name=Accueil", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("for somebody else: %v", err)
	}
	if err := free(d, "ann", "account.create gus.gold@u.fr cos=staff_s person=gus", t); err != nil {
		t.Errorf("for who had it: %v", err)
	}
}

// A quarantine ends before its time by two people, neither of whom had the
// address; once.
func TestRelease(t *testing.T) {
	d, h, _ := keepingDesk(t)
	release := func(by desk.UID, key string) (desk.Request, error) {
		return d.Ask(t.Context(), desk.Asking{By: by, Via: desk.Chat, Action: action(t, "address.release d@u.fr"), Key: key})
	}
	if _, err := release("cid", "1"); desk.CodeOf(err) != desk.NotQuarantined {
		t.Errorf("of nothing: %v", err)
	}
	does(t, d, h, "ann", "alias.add dan@u.fr alias=d@u.fr")
	if _, err := release("cid", "2"); desk.CodeOf(err) != desk.NotQuarantined {
		t.Errorf("of what is held: %v", err)
	}
	does(t, d, h, "ann", "alias.remove dan@u.fr alias=d@u.fr")
	rules := d.Rules
	d.Rules = book(func(desk.Facts) desk.Decision { return desk.Decision{Outcome: desk.Allowed} })
	alone, err := release("cid", "3")
	if err != nil || alone.State == desk.Settled || alone.State == desk.Ready {
		t.Errorf("by one alone: %s %v", alone.State, err)
	}
	d.Rules = rules
	r, err := release("cid", "4")
	if err != nil || r.Owner != "dan" {
		t.Fatalf("%q %v", r.Owner, err)
	}
	if _, err := d.Approve(t.Context(), "dan", desk.Chat, r.ID, ""); desk.CodeOf(err) != desk.OwnBenefit {
		t.Errorf("by who had it: %v", err)
	}
	if _, err := d.Approve(t.Context(), "cid", desk.Chat, r.ID, ""); desk.CodeOf(err) != desk.OwnRequest {
		t.Errorf("by who asked: %v", err)
	}
	if r, err = d.Approve(t.Context(), "eve", desk.Chat, r.ID, ""); err != nil || r.State != desk.Settled {
		t.Fatalf("%s %v", r.State, err)
	}
	if x, _ := h.Entry("d@u.fr"); x.Lifted != r.ID {
		t.Errorf("lifted by %q", x.Lifted)
	}
	if err := free(d, "ann", "alias.add fay2@u.fr alias=d@u.fr", t); err != nil {
		t.Errorf("released: %v", err)
	}
	if _, err := release("cid", "5"); desk.CodeOf(err) != desk.NotQuarantined {
		t.Errorf("twice: %v", err)
	}
	last := h.events[len(h.events)-1]
	if lifted, ok := last.Fact.(desk.Lifted); !ok || lifted.Address != "d@u.fr" || last.Subject != "dan" {
		t.Errorf("%T of %q", last.Fact, last.Subject)
	}
	// Freed anew it is in quarantine anew.
	does(t, d, h, "ann", "alias.add fay2@u.fr alias=d@u.fr")
	does(t, d, h, "ann", "alias.remove fay2@u.fr alias=d@u.fr")
	if err := free(d, "ann", "alias.add bob@u.fr alias=d@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("freed anew: %v", err)
	}
}

// What another tool took away from Partage goes into quarantine as well, once; but
// not while time proves nothing.
func TestVanished(t *testing.T) {
	d, h, _ := keepingDesk(t)
	fay := h.accounts["fay2@u.fr"]
	fay.Aliases = nil
	h.accounts["fay2@u.fr"] = fay
	h.gone = []desk.Registration{{Address: "f@u.fr", Nature: desk.AsAlias, Mailbox: "fay2", Owner: "fay"}, {Address: "bob@u.fr", Nature: desk.AsAccount, Mailbox: "bob", Owner: "bob"}}
	must(t, d.Freeze(t.Context(), desk.ByClock, ""))
	must(t, d.Miss(t.Context()))
	n := len(h.events)
	if _, frozen := h.Freeze(); !frozen || slices.ContainsFunc(h.events, func(e desk.Event) bool { _, gone := e.Fact.(desk.Vanished); return gone }) {
		t.Error("recorded while time proves nothing")
	}
	h.events = nil
	must(t, d.Miss(t.Context()))
	must(t, d.Miss(t.Context()))
	if len(h.events) != 1 || n == 0 {
		t.Fatalf("%d facts", len(h.events))
	}
	if f, ok := h.events[0].Fact.(desk.Vanished); !ok || len(f.Entries) != 1 || f.Entries[0].Address != "f@u.fr" || h.events[0].Subject != "fay" || h.events[0].By != desk.System {
		t.Errorf("%+v", h.events[0])
	}
	if err := free(d, "ann", "alias.add bob@u.fr alias=f@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("to another: %v", err)
	}
	if err := free(d, "ann", "alias.add fay2@u.fr alias=f@u.fr", t); err != nil {
		t.Errorf("back: %v", err)
	}
}

func TestEnroll(t *testing.T) {
	d, h, _ := keepingDesk(t)
	day := func(s string) time.Time { at, _ := time.Parse(time.DateOnly, s); return at }
	for name, tt := range map[string]struct {
		r    desk.Registration
		want desk.Code
	}{
		"list":             {desk.Registration{Address: "tous@u.fr", Nature: desk.AsSympa, Since: day("2019-01-01")}, ""},
		"freed account":    {desk.Registration{Address: "old@u.fr", Nature: desk.AsAccount, Owner: "bob", Freed: day("2026-01-01")}, ""},
		"no address":       {desk.Registration{Nature: desk.AsSympa}, desk.InvalidAddress},
		"accent":           {desk.Registration{Address: "été@u.fr", Nature: desk.AsSympa}, desk.InvalidAddress},
		"no nature":        {desk.Registration{Address: "x@u.fr"}, desk.InvalidArgument},
		"unknown nature":   {desk.Registration{Address: "x@u.fr", Nature: "forum"}, desk.InvalidArgument},
		"what Partage has": {desk.Registration{Address: "x@u.fr", Nature: desk.AsAlias}, desk.InvalidArgument},
		"freed tomorrow":   {desk.Registration{Address: "x@u.fr", Nature: desk.AsSympa, Freed: day("2026-09-02")}, desk.InvalidArgument},
		"from tomorrow":    {desk.Registration{Address: "x@u.fr", Nature: desk.AsSympa, Since: day("2026-09-02")}, desk.InvalidArgument},
		"freed before":     {desk.Registration{Address: "x@u.fr", Nature: desk.AsSympa, Since: day("2020-01-02"), Freed: day("2020-01-01")}, desk.InvalidArgument},
		"taken":            {desk.Registration{Address: "bob@u.fr", Nature: desk.AsSympa}, desk.AliasTaken},
	} {
		if err := d.Enrollable(tt.r); desk.CodeOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, gone := desk.Registration{Address: "tous@u.fr", Nature: desk.AsSympa, Since: day("2019-01-01")}, desk.Registration{Address: "old@u.fr", Nature: desk.AsAccount, Owner: "bob", Freed: day("2026-01-01")}
	if n, err := d.Enroll(t.Context(), "import", list, gone, desk.Registration{Address: "bob@u.fr", Nature: desk.AsSympa}); err == nil || n != 0 && len(h.events) > 0 {
		t.Errorf("%d written beside a fault: %v", n, err)
	}
	for range 2 {
		if _, err := d.Enroll(t.Context(), "import", gone, list); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.events) != 2 || h.events[0].Subject != desk.System || h.events[1].Subject != "bob" {
		t.Fatalf("%+v", h.events)
	}
	for _, alias := range []string{"tous@u.fr", "tous-request@u.fr", "tous-unsubscribe@u.fr"} {
		if err := free(d, "ann", "alias.add fay@u.fr alias="+alias, t); desk.CodeOf(err) != desk.AliasTaken {
			t.Errorf("%s: %v", alias, err)
		}
	}
	if err := free(d, "ann", "alias.add fay@u.fr alias=bob-request@u.fr", t); err != nil {
		t.Errorf("commands of what is no list: %v", err)
	}
	if err := free(d, "ann", "alias.add fay@u.fr alias=old@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("what an import says was freed: %v", err)
	}
	if err := free(d, "ann", "alias.add bob@u.fr alias=old@u.fr", t); err != nil {
		t.Errorf("to whose it was: %v", err)
	}
}

// Who may see an address, by the rules; what they hide is not there.
func TestAddressShow(t *testing.T) {
	d, h, _ := keepingDesk(t)
	does(t, d, h, "ann", "alias.add bob@u.fr alias=contact@u.fr")
	var seen desk.Facts
	d.Rules = book(func(f desk.Facts) desk.Decision {
		seen = f
		return desk.Decision{Outcome: map[bool]desk.Outcome{true: desk.Allowed}[f.Actor.UID == "bob"]}
	})
	l, err := d.Address("bob", desk.Chat, "Contact@U.fr")
	if err != nil || l.Address != "contact@u.fr" || !l.Held || l.Owner != "bob" || seen.Target.ID != "bob" || seen.Owner.UID != "bob" || seen.Domain != "u.fr" {
		t.Errorf("%+v %v, rules saw %+v", l, err, seen)
	}
	if _, err := d.Address("fay", desk.Chat, "contact@u.fr"); desk.CodeOf(err) != desk.UnknownAddress {
		t.Errorf("hidden: %v", err)
	}
	if _, err := d.Address("bob", desk.Chat, "not an address"); desk.CodeOf(err) != desk.InvalidAddress {
		t.Errorf("no address: %v", err)
	}
	if _, err := d.Address("nobody", desk.Chat, "contact@u.fr"); desk.CodeOf(err) != desk.UnknownPerson {
		t.Errorf("by nobody: %v", err)
	}
	if l, err := d.Address("bob", desk.Chat, "b0b@u.fr"); err != nil || l.Held || l.Known() && l.Nature != "" || l.Breach != desk.LookAlike || l.Like != "bob@u.fr" {
		t.Errorf("what is free: %+v %v", l, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Skeletons join what people confuse, and nothing else.
func TestAlike(t *testing.T) {
	for _, group := range [][]desk.Address{
		{"marie@u.fr", "rnarie@v.fr", "marle@u.fr", "mar1e@u.fr"},
		{"doe@u.fr", "d0e@u.fr", "cloe@u.fr", "cl0e@v.fr"},
		{"jean.paul@u.fr", "jean-paul@u.fr", "jean_paul@u.fr"},
		{"wilson@u.fr", "vvilson@u.fr", "vvi1s0n@u.fr", "wllson@u.fr"},
		{"paul@u.fr"}, {"pual@u.fr"}, {"jeanpaul@u.fr"},
	} {
		for _, a := range group {
			for _, b := range []desk.Address{"marie@u.fr", "doe@u.fr", "jean.paul@u.fr", "wilson@u.fr", "paul@u.fr", "pual@u.fr", "jeanpaul@u.fr"} {
				same := slices.Contains(group, b)
				if (a.Skeleton() == b.Skeleton()) != same || (a.SkeletonSum() == b.SkeletonSum()) != same {
					t.Errorf("%s and %s: %q %q", a, b, a.Skeleton(), b.Skeleton())
				}
			}
		}
	}
}

func FuzzSkeleton(f *testing.F) {
	for _, s := range []string{"marie@u.fr", "rn@u.fr", "", "@", "d0@x", "é@u.fr", "a@b@c"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, s, other string) {
		a, b := desk.Address(s), desk.Address(other)
		if a.Skeleton() == b.Skeleton() && a.SkeletonSum() != b.SkeletonSum() {
			t.Errorf("%q and %q look alike, their sums do not", a, b)
		}
		if again := desk.Address(a.Skeleton() + "@u.fr"); !strings.Contains(s, "@") && len(s) > 0 && again.Skeleton() != desk.Address(again.Skeleton()+"@v.fr").Skeleton() {
			t.Errorf("skeleton of %q is not its own", s)
		}
	})
}

func TestConfusable(t *testing.T) {
	marie := desk.Account{ID: "m", Address: "marie@u.fr", Owner: "marie", Aliases: []desk.Address{"contact@u.fr"}}
	service := desk.Account{ID: "s", Address: "accueil@u.fr"}
	bob := desk.Account{ID: "b", Address: "bob@u.fr", Owner: "bob"}
	for _, tt := range []struct {
		a, other       desk.Address
		target, holder desk.Account
		want           bool
	}{
		{"rnarie@v.fr", "marie@u.fr", bob, marie, true},
		{"marie@v.fr", "marie@u.fr", bob, marie, true},      // her name, in another domain
		{"contact@v.fr", "contact@u.fr", bob, marie, false}, // each domain has one
		{"c0ntact@v.fr", "contact@u.fr", bob, marie, true},
		{"accueil@v.fr", "accueil@u.fr", bob, service, false},
		{"accue1l@v.fr", "accueil@u.fr", bob, service, true},
		{"rnarie@v.fr", "marie@u.fr", marie, marie, false},
		{"rnarie@v.fr", "marie@u.fr", desk.Account{ID: "m2", Owner: "marie"}, marie, false}, // another mailbox of hers
		{"rnarie@v.fr", "marie@u.fr", desk.Account{}, marie, true},
		{"accue1l@v.fr", "accueil@u.fr", desk.Account{ID: "t"}, service, true}, // two that are nobody's are not one
		{"marie@u.fr", "marie@u.fr", bob, marie, false},
		{"paul@u.fr", "marie@u.fr", bob, marie, false},
	} {
		if got := desk.Confusable(tt.a, tt.target, tt.other, tt.holder); got != tt.want {
			t.Errorf("%s for %q beside %s: %v", tt.a, tt.target.Owner, tt.other, got)
		}
	}
}

func TestCandidates(t *testing.T) {
	for name, want := range map[string]string{
		"Jeanne Dupont":            "jeanne.dupont jeanne.dupont j.dupont jdupont dupont.jeanne jeanne-dupont",
		"Jean-Noël D’Été":          "jean-noel.dete jean-noel.dete j.dete jdete dete.jean-noel jean-noel-dete",
		"Łukasz Große Æther Œuvre": "lukasz.grosse-aether-oeuvre lukasz.oeuvre l.grosse-aether-oeuvre",
		"José́ Ñandú":              "jose.nandu",
		"Nguyễn Thị Ánh":           "nguyen.thi-anh nguyen.anh n.thi-anh",
		"Cher":                     "cher",
		"":                         "",
		"李 小龙":                     "",
		"Marie 李":                  "marie",
		"--- ...":                  "",
		"o'Neil <script>":          "oneil",
	} {
		got := desk.Candidates(name)
		if words := strings.Fields(want); len(got) < len(words) || !slices.Equal(got[:len(words)], words) || want == "" && len(got) > 0 {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	for _, s := range []string{"Jeanne Dupont", "İpek Işık", "\xff", "a b c d e f g h", "- -", "ß ſ", strings.Repeat("x", 300) + " y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, local := range desk.Candidates(name) {
			if _, err := desk.ParseAddress(local + "@u.fr"); err != nil && len(local) < 60 {
				t.Errorf("%q gives %q: %v", name, local, err)
			}
		}
	})
}

// names is a rule book with a charter.
type names struct {
	book
	breach map[desk.Address]desk.Breach
}

func (n names) Names(a desk.Address) desk.Breach { return n.breach[a] }
func (names) Naming() desk.Naming                { return desk.Naming{Reserved: []string{"root"}} }

// What is proposed is free, in the charter, and nobody else's; an error about an
// address says so to who may know whose account it is.
func TestPropose(t *testing.T) {
	d, h, _ := keepingDesk(t)
	h.people["bob"] = desk.Person{UID: "bob", Name: "Bob Martin"}
	h.accounts["bob.martin@u.fr"] = desk.Account{ID: "x", Address: "bob.martin@u.fr", Owner: "fay"}
	h.accounts["b-rnartin@u.fr"] = desk.Account{ID: "y", Address: "b-rnartin@u.fr", Owner: "fay"} // b.martin looks like it
	h.domains = append(h.domains, "v.fr")
	d.Rules = names{d.Rules.(book), map[desk.Address]desk.Breach{"bmartin@u.fr": desk.BadForm}}
	want := []desk.Address{"martin.bob@u.fr", "bob.martin2@u.fr", "bob.martin3@u.fr"}
	if got := d.Propose(h.people["bob"], "u.fr", h.accounts["bob@u.fr"]); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := d.Propose(h.people["bob"], "nowhere.fr", h.accounts["bob@u.fr"]); len(got) > 0 {
		t.Errorf("where there is no domain: %q", got)
	}
	err := free(d, "ann", "alias.add bob@u.fr alias=bob.martin@u.fr", t)
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != desk.AliasTaken || e.Details["free"] != "martin.bob@u.fr,bob.martin2@u.fr,bob.martin3@u.fr" {
		t.Errorf("%v", err)
	}
	d.Rules = names{book(func(f desk.Facts) desk.Decision {
		if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
			return desk.Decision{}
		}
		return needs(1, "admins")
	}), nil}
	err = free(d, "ann", "alias.add bob@u.fr alias=bob.martin@u.fr", t)
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Code != desk.AliasTaken || e.Details["free"] != "" {
		t.Errorf("to who may not see the account: %v", err)
	}
	err = free(d, "bob", "alias.add bob@u.fr alias=bob.martin@u.fr", t)
	if e, ok := errors.AsType[*desk.Error](err); !ok || e.Details["free"] == "" {
		t.Errorf("to the owner: %v", err)
	}
}

// The rules are told what an address would be taken for.
func TestRulesSeeLookAlikes(t *testing.T) {
	d, h, _ := keepingDesk(t)
	box := h.accounts["fay2@u.fr"]
	box.Aliases = append(slices.Clone(box.Aliases), "bo-b@u.fr")
	h.accounts["fay2@u.fr"] = box
	h.accounts["bo.b@u.fr"] = desk.Account{ID: "bo", Address: "bo.b@u.fr", Owner: "bob", Status: "active"}
	for text, want := range map[string]desk.Address{
		"alias.add fay2@u.fr alias=b0b@u.fr":       "bob@u.fr",
		"alias.add bob@u.fr alias=b0b@u.fr":        "",
		"alias.add fay2@u.fr alias=new@u.fr":       "",
		"account.rename fay2@u.fr to=clan@u.fr":    "dan@u.fr",
		"account.rename fay2@u.fr to=another@u.fr": "",

		"account.create b0b@u.fr cos=staff_s name=Bob":     "bob@u.fr",
		"account.create another@u.fr cos=staff_s name=Bob": "",
		"alias.move fay2@u.fr alias=f@u.fr to=bob@u.fr":    "",
		"alias.move fay2@u.fr alias=bo-b@u.fr to=dan@u.fr": "bo.b@u.fr",
		"alias.move fay2@u.fr alias=bo-b@u.fr to=bob@u.fr": "",
	} {
		var seen desk.Facts
		d.Rules = book(func(f desk.Facts) desk.Decision { seen = f; return needs(1, "admins") })
		if err := free(d, "ann", text, t); err != nil || seen.Resembles != want {
			t.Errorf("%s: %q %v", text, seen.Resembles, err)
		}
	}
}

// The charter is that of the book in force.
func TestTheCharterIsOfTheBookInForce(t *testing.T) {
	d, h, _ := keepingDesk(t)
	first := desk.Book{Name: "a", Files: []desk.BookFile{{Name: "a.yaml", Text: "a"}}}
	d.Rules = &desk.Library{Fold: h, Read: func(desk.Book) (desk.Rules, error) {
		return names{book(func(desk.Facts) desk.Decision { return desk.Decision{} }), map[desk.Address]desk.Breach{"abuse@u.fr": desk.KeptBack}}, nil
	}}
	if clause, _ := d.Breach("abuse@u.fr", desk.Account{}); clause != desk.NoBreach {
		t.Errorf("without a book: %s", clause)
	}
	must(t, d.Seed(t.Context(), first))
	if clause, _ := d.Breach("abuse@u.fr", desk.Account{}); clause != desk.KeptBack {
		t.Errorf("%q", clause)
	}
}

// What nobody has any more is taken for nobody's; what is on no mailbox, a list of
// Sympa, is somebody else's also for an account that is not there yet.
func TestLooksLikeWhatIsHeld(t *testing.T) {
	d, h, _ := keepingDesk(t)
	does(t, d, h, "ann", "alias.add bob@u.fr alias=contact@u.fr")
	if clause, of := d.Breach("c0ntact@u.fr", desk.Account{}); clause != desk.LookAlike || of != "contact@u.fr" {
		t.Errorf("held: %q %q", clause, of)
	}
	does(t, d, h, "ann", "alias.remove bob@u.fr alias=contact@u.fr")
	if clause, of := d.Breach("c0ntact@u.fr", desk.Account{}); clause != desk.NoBreach {
		t.Errorf("freed: %q %q", clause, of)
	}
	_, err := d.Enroll(t.Context(), "import", desk.Registration{Address: "tous@u.fr", Nature: desk.AsSympa})
	must(t, err)
	if clause, of := d.Breach("t0us@u.fr", desk.Account{}); clause != desk.LookAlike || of != "tous@u.fr" {
		t.Errorf("of Sympa: %q %q", clause, of)
	}
}

// Rules are told what the address of a list or a resource would be taken for.
func TestListsLookLike(t *testing.T) {
	d, h, _ := keepingDesk(t)
	h.lists = map[desk.Address]desk.List{"team@u.fr": {ID: "team", Address: "team@u.fr", Kind: desk.Distribution}}
	for text, want := range map[string]desk.Address{
		"list.create b0b@u.fr": "bob@u.fr", "group.create b0b@u.fr": "bob@u.fr", "fanout.create b0b@u.fr members=ann@u.fr": "bob@u.fr", "resource.create b0b@u.fr name=b type=location": "bob@u.fr",
		"list.alias team@u.fr alias=b0b@u.fr": "bob@u.fr", "list.rename team@u.fr to=b0b@u.fr": "bob@u.fr", "list.alias team@u.fr alias=tearn@u.fr": "", "list.alias team@u.fr alias=crew@u.fr": "",
	} {
		var seen desk.Facts
		d.Rules = book(func(f desk.Facts) desk.Decision { seen = f; return desk.Decision{Outcome: desk.Allowed} })
		if _, _, err := d.Preview("ann", desk.Chat, action(t, text)); err != nil || seen.Resembles != want {
			t.Errorf("%s resembles %q, want %q: %v", text, seen.Resembles, want, err)
		}
	}
}

// The commands of a list of Sympa that is no more are free, and its own address rests.
func TestAListOfSympaThatIsNoMore(t *testing.T) {
	d, _, _ := keepingDesk(t)
	_, err := d.Enroll(t.Context(), "import", desk.Registration{Address: "club@u.fr", Nature: desk.AsSympa, Freed: now.AddDate(-1, 0, 0)})
	must(t, err)
	for alias, want := range map[desk.Address]desk.Code{"club@u.fr": desk.InQuarantine, "club-request@u.fr": ""} {
		if err := free(d, "ann", "alias.add bob@u.fr alias="+string(alias), t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", alias, err)
		}
	}
}

// What a mailbox of nobody had goes back to that mailbox, and to no other of nobody's.
func TestQuarantineOfWhatIsNobodys(t *testing.T) {
	d, h, _ := keepingDesk(t)
	for _, at := range []desk.Address{"box@u.fr", "other@u.fr"} {
		h.accounts[at] = desk.Account{ID: string(at), Address: at, Status: "active"}
	}
	does(t, d, h, "ann", "alias.add box@u.fr alias=info@u.fr")
	does(t, d, h, "ann", "alias.remove box@u.fr alias=info@u.fr")
	for text, want := range map[string]desk.Code{
		"alias.add box@u.fr alias=info@u.fr": "", "alias.add other@u.fr alias=info@u.fr": desk.InQuarantine,
		"list.create info@u.fr": desk.InQuarantine, "account.create info@u.fr name=x cos=staff_s": desk.InQuarantine,
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A list is renamed within its domain, to an address that rests for nobody else; an
// alias that is a member elsewhere is not taken.
func TestGuardsOfLists(t *testing.T) {
	d, h, _ := keepingDesk(t)
	h.domains = []string{"u.fr", "v.fr"}
	h.lists = map[desk.Address]desk.List{
		"team@u.fr": {ID: "team", Address: "team@u.fr", Kind: desk.Distribution, Aliases: []desk.Address{"gang@u.fr", "other@u.fr"}},
		"all@u.fr":  {ID: "all", Address: "all@u.fr", Kind: desk.Distribution, Members: []desk.Address{"gang@u.fr"}, Size: 1, Senders: []desk.Address{"other@u.fr"}}}
	does(t, d, h, "ann", "alias.add bob@u.fr alias=contact@u.fr")
	does(t, d, h, "ann", "alias.remove bob@u.fr alias=contact@u.fr")
	for text, want := range map[string]desk.Code{
		"list.rename team@u.fr to=crew@u.fr": "", "list.rename team@u.fr to=crew@v.fr": desk.OtherDomain, "list.rename team@u.fr to=contact@u.fr": desk.InQuarantine,
		"list.unalias team@u.fr alias=gang@u.fr": desk.AliasListed, "list.unalias team@u.fr alias=other@u.fr": "",
	} {
		if err := free(d, "ann", text, t); desk.CodeOf(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A list goes back to the address that it had; not to one that a mailbox had before it
// was renamed to where the list is by now: what comes there is for somebody else.
func TestAListGoesBackToItsOwnAddressOnly(t *testing.T) {
	d, h, _ := keepingDesk(t)
	does(t, d, h, "ann", "account.rename bob@u.fr to=crew@u.fr")
	delete(h.accounts, "crew@u.fr") // by another tool
	h.lists = map[desk.Address]desk.List{"crew@u.fr": {ID: "l", Address: "crew@u.fr", Kind: desk.Distribution}}
	if x, _ := h.Entry("bob@u.fr"); x.Held || x.FreedBy != "D-1" {
		t.Fatalf("%+v", x)
	}
	if err := free(d, "ann", "list.rename crew@u.fr to=bob@u.fr", t); desk.CodeOf(err) != desk.InQuarantine {
		t.Errorf("%v", err)
	}
}
