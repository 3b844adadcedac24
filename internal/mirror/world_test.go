package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// boxes gives n mailboxes out of order, each with an owner and an alias.
func boxes(n int) (accounts []desk.Account) {
	for i := range n {
		i = (i * 7919) % n // 7919 is prime: every number once
		accounts = append(accounts, box(fmt.Sprint("id-", i), desk.UID(fmt.Sprintf("u%05d", i)),
			desk.Address(fmt.Sprintf("box%05d@u.fr", i)), desk.Address(fmt.Sprintf("alias%05d@a.fr", i))))
	}
	return accounts
}

// world is a mirror of these accounts, read at noon.
func world(t testing.TB, accounts ...desk.Account) *Mirror {
	t.Helper()
	m := folded(t)
	must(t, m.LoadAccounts(t.Context(), all(accounts...), noon))
	return m
}

// held is every account of the mirror, by address.
func held(m *Mirror) map[desk.Address]desk.Account {
	rows := map[desk.Address]desk.Account{}
	for row := range m.accounts.rows("id") {
		rows[row.Address] = *row
	}
	return rows
}

func byAddress(accounts []desk.Account) map[desk.Address]desk.Account {
	rows := map[desk.Address]desk.Account{}
	for _, a := range accounts {
		rows[a.Address] = a
	}
	return rows
}

func addresses(accounts []desk.Account) (addresses []desk.Address) {
	for _, a := range accounts {
		addresses = append(addresses, a.Address)
	}
	return addresses
}

func TestEmptyMirrorKnowsNothing(t *testing.T) {
	m := folded(t)
	directory, partage := m.Ages()
	if m.Person("bob").Known() || m.Account("bob@u.fr").Known() || len(m.Owned("bob")) > 0 || len(m.Search("b", 9)) > 0 ||
		m.HasDomain("u.fr") || !directory.IsZero() || !partage.IsZero() {
		t.Error("it knows something")
	}
}

func TestFind(t *testing.T) {
	m := world(t, append(boxes(50), box("id-x", "", "shared@u.fr"), box("id-y", "u00007", "second@z.fr", "box9@u.fr"))...)
	for address, want := range map[desk.Address]string{
		"box00007@u.fr": "id-7", "alias00007@a.fr": "id-7", "box9@u.fr": "id-y", "shared@u.fr": "id-x",
		"box0000@u.fr": "", "box00007@u.f": "", "box00007": "", "": "",
	} {
		if got := m.Account(address); got.ID != want {
			t.Errorf("%q is %q, want %q", address, got.ID, want)
		}
	}
	for owner, want := range map[desk.UID][]desk.Address{"u00007": {"box00007@u.fr", "second@z.fr"}, "u0000": nil, "zoe": nil, "": nil} {
		if diff := cmp.Diff(want, addresses(m.Owned(owner))); diff != "" {
			t.Errorf("of %q: %s", owner, diff)
		}
	}
	for domain, want := range map[string]bool{"u.fr": true, "a.fr": true, "z.fr": true, "fr": false, "other.fr": false, "": false} {
		if m.HasDomain(domain) != want {
			t.Errorf("domain %q: %t", domain, !want)
		}
	}
	m.SetDomains([]string{"other.fr", ""})
	if !m.HasDomain("other.fr") || !m.HasDomain("a.fr") || m.HasDomain("") {
		t.Error("domains that were set")
	}
	if len(m.Classes()) != 0 {
		t.Errorf("classes %q before they were set", m.Classes())
	}
	names := []string{"staff_s", "staff_l"}
	m.SetClasses(names)
	if !slices.Equal(m.Classes(), []string{"staff_l", "staff_s"}) || names[0] != "staff_s" {
		t.Errorf("classes %q", m.Classes())
	}
}

// A row is all that was read: a forwarding and a hiding too.
func TestARowIsWhole(t *testing.T) {
	m := New(journal.NewMemory())
	full := box("id", "bob", "bob@u.fr", "b@u.fr")
	full.Name, full.COS, full.Quota, full.Used, full.Seen = "Bob", "staff_s", 5, 3, noon
	full.Forward, full.ForwardOnly, full.Hidden = "bob@example.org", true, true
	for _, f := range reflect.VisibleFields(reflect.TypeFor[desk.Account]()) {
		if f.Name == "Detail" {
			continue // see TestStepsAreLearned
		}
		if reflect.ValueOf(full).FieldByIndex(f.Index).IsZero() {
			t.Errorf("%s is not tried here", f.Name)
		}
	}
	must(t, m.LoadAccounts(t.Context(), all(full), noon))
	if diff := cmp.Diff(full, m.Account("bob@u.fr")); diff != "" {
		t.Error(diff)
	}
}

// What each step of a request proved is known at once, and only that: the detail
// that the executor looked at is not kept for every account.
func TestStepsAreLearned(t *testing.T) {
	for name, proof := range map[string]func(desk.Account) desk.Fact{
		"a step":     func(a desk.Account) desk.Fact { return desk.Stepped{Attempt: 1, Proof: a} },
		"a way back": func(a desk.Account) desk.Fact { return desk.Undone{Attempt: 3, Proof: a} },
	} {
		j := journal.NewMemory()
		m := New(j)
		must(t, m.LoadAccounts(t.Context(), all(box("id", "bob", "bob@u.fr")), noon))
		closed := box("id", "", "deleted-id@u.fr")
		closed.Status, closed.Detail = desk.Closed, &desk.Detail{EPPN: "bob@u.fr", Notes: "x"}
		facts := []desk.Fact{desk.Asked{Action: desk.Action{Verb: desk.AccountDelete, Target: "bob@u.fr"}, Mailbox: "id", Key: "k"},
			desk.Decided{Decision: desk.Decision{Outcome: desk.Allowed}},
			desk.Planned{Plan: desk.Plan{Steps: []desk.Step{{Do: desk.Action{Verb: desk.AccountClose}, Undo: desk.Action{Verb: desk.AccountActivate}}, {Do: desk.Action{Verb: desk.AccountHide}}}}},
			desk.Started{Attempt: 1}}
		if _, undone := proof(closed).(desk.Undone); undone {
			facts = append(facts, desk.Stepped{Attempt: 1, Proof: box("id", "bob", "bob@u.fr")}, desk.Started{Attempt: 2, Step: 1},
				desk.Failed{Attempt: 2, Final: true}, desk.Started{Attempt: 3, Undo: true})
		}
		var events []desk.Event
		for i, f := range append(facts, proof(closed)) {
			events = append(events, desk.Event{Seq: desk.Seq(i + 1), At: noon.Add(time.Minute), ID: "D-1", By: "ann", Fact: f})
		}
		if _, err := j.Append(t.Context(), 0, events...); err != nil {
			t.Fatal(err)
		}
		must(t, m.CatchUp(t.Context()))
		a := m.Account("deleted-id@u.fr")
		if closed.Detail = nil; !cmp.Equal(a, closed) || m.Account("bob@u.fr").Known() || len(m.Owned("bob")) != 0 {
			t.Errorf("%s: %s", name, cmp.Diff(closed, a))
		}
	}
}

// An address of a mailbox goes before the same one as an alias of another.
func TestAddressBeforeAlias(t *testing.T) {
	m := world(t, box("1", "", "a@u.fr", "b@u.fr"), box("2", "", "b@u.fr"))
	if got := m.Account("b@u.fr"); got.ID != "2" {
		t.Errorf("b@u.fr is %s", got.ID)
	}
}

func TestSearch(t *testing.T) {
	m := world(t, box("1", "", "d@u.fr", "aa@u.fr", "aaa@u.fr", "aab@u.fr", "ab@u.fr"), box("2", "", "ac@u.fr", "az@u.fr"), box("3", "", "b@u.fr", "ad@u.fr"), box("4", "", "c@u.fr"))
	for prefix, want := range map[string]string{
		"a": "d@u.fr ac@u.fr b@u.fr", "ab": "d@u.fr", "ac": "ac@u.fr", "b": "b@u.fr", "c@u.fr": "c@u.fr", "x": "", "": "",
	} {
		var found []string
		for _, a := range m.Search(prefix, 10) {
			found = append(found, string(a.Address))
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q: %q, want %q", prefix, got, want)
		}
		for n := -1; n <= len(found); n++ {
			if page := addresses(m.Search(prefix, n)); len(page) != max(n, 0) {
				t.Errorf("%q, %d at most: %v", prefix, n, page)
			}
		}
	}
	if page := addresses(m.Search("a", 2)); !slices.Equal(page, []desk.Address{"d@u.fr", "ac@u.fr"}) {
		t.Errorf("first page: %v", page)
	}
}

// Only what differs is written, in small transactions.
func TestLaterLoads(t *testing.T) {
	const n, changed, added, gone = 4000, 1800, 700, 150
	before := boxes(n)
	m := world(t, before...)
	var written []int
	m.accounts.commit = func(rows int) { written = append(written, rows) }

	after := slices.Clone(before[gone:])
	for i := range changed {
		after[i].Quota, after[i].Aliases = 1, []desk.Address{desk.Address(fmt.Sprintf("other%d@b.fr", i))}
	}
	for i := range added {
		after = append(after, box(fmt.Sprint("new-", i), "", desk.Address(fmt.Sprintf("new%d@u.fr", i))))
	}
	must(t, m.LoadAccounts(t.Context(), all(after...), noon.Add(time.Hour)))

	if diff := cmp.Diff(byAddress(after), held(m)); diff != "" {
		t.Error(diff)
	}
	total := 0
	for _, rows := range written {
		if total += rows; rows > 500 {
			t.Errorf("a transaction of %d rows", rows)
		}
	}
	if total != changed+added+gone {
		t.Errorf("%d rows written for %d changes", total, changed+added+gone)
	}
	if m.Account(before[0].Address).Known() || m.Account(before[0].Aliases[0]).Known() || len(m.Owned(before[0].Owner)) > 0 {
		t.Error("an account that has gone is still found")
	}
	if m.Account(before[gone].Aliases[0]).Known() || !m.Account("other0@b.fr").Known() || !m.HasDomain("b.fr") {
		t.Error("aliases are those of before")
	}
	if _, at := m.Ages(); !at.Equal(noon.Add(time.Hour)) {
		t.Errorf("read at %v", at)
	}
}

// Two mailboxes exchange their addresses, a third takes a new one.
func TestRenames(t *testing.T) {
	m := world(t, box("1", "ann", "a@u.fr"), box("2", "bob", "b@u.fr"), box("3", "eve", "c@u.fr", "x@u.fr"))
	want := []desk.Account{box("1", "ann", "b@u.fr"), box("2", "bob", "a@u.fr"), box("3", "eve", "d@u.fr", "x@u.fr")}
	must(t, m.LoadAccounts(t.Context(), all(want...), noon))
	if diff := cmp.Diff(byAddress(want), held(m)); diff != "" {
		t.Error(diff)
	}
	if got := m.Account("x@u.fr"); got.Address != "d@u.fr" || m.Account("c@u.fr").Known() {
		t.Errorf("x is %+v", got)
	}
}

func TestRefusedReadings(t *testing.T) {
	if err := folded(t).LoadAccounts(t.Context(), all(boxes(1)...), time.Time{}); err == nil {
		t.Error("read at no time")
	}
	lost := errors.New("connection lost")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	later := noon.Add(time.Hour)
	one := box("new", "zoe", "new@n.fr")
	for name, c := range map[string]struct {
		ctx  context.Context
		rows iter.Seq2[desk.Account, error]
		at   time.Time
		want string
	}{
		"partial":       {t.Context(), broken(lost, append(boxes(100), one)...), later, "connection lost"},
		"cancelled":     {gone, all(append(boxes(100), one)...), later, "context canceled"},
		"no id":         {t.Context(), all(append(boxes(100), box("", "zoe", "new@n.fr"))...), later, "no id"},
		"no address":    {t.Context(), all(append(boxes(100), box("new", "zoe", ""))...), later, "no id or address"},
		"id twice":      {t.Context(), all(append(boxes(100), box("id-1", "zoe", "new@n.fr"))...), later, "listed twice"},
		"address twice": {t.Context(), all(append(boxes(100), box("new", "zoe", "box00001@u.fr"))...), later, "listed twice"},
		"no time":       {t.Context(), all(append(boxes(100), one)...), time.Time{}, "not newer"},
		"older":         {t.Context(), all(append(boxes(100), one)...), noon.Add(-1), "not newer"},
		"empty":         {t.Context(), all[desk.Account](), later, "vanish"},
	} {
		m := world(t, boxes(100)...)
		must(t, m.Learn(box("id-2", "bob", "learned@l.fr"), noon))
		before := held(m)
		err := m.LoadAccounts(c.ctx, c.rows, c.at)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, at := m.Ages(); !at.Equal(noon) || cmp.Diff(before, held(m)) != "" || m.HasDomain("n.fr") || !m.HasDomain("l.fr") {
			t.Errorf("%s left a trace", name)
		}
		must(t, m.LoadAccounts(t.Context(), all(boxes(100)...), noon)) // what was learned is still in mind
		if !m.Account("learned@l.fr").Known() {
			t.Errorf("%s: what was learned is forgotten", name)
		}
	}
}

func TestBrake(t *testing.T) {
	for _, c := range []struct {
		held, gone int
		braked     bool
	}{
		{30, 20, false}, {20, 20, false}, {30, 21, true}, {420, 21, false}, {419, 21, true}, {2000, 100, false}, {2000, 101, true}, {2000, 2000, true},
	} {
		m := world(t, boxes(c.held)...)
		var people []desk.Person
		for _, a := range boxes(c.held) {
			people = append(people, person(a.Owner))
		}
		must(t, m.LoadPeople(t.Context(), all(people...), noon))
		later := noon.Add(time.Hour)
		for name, err := range map[string]error{
			"accounts": m.LoadAccounts(t.Context(), all(boxes(c.held)[c.gone:]...), later),
			"people":   m.LoadPeople(t.Context(), all(people[c.gone:]...), later),
		} {
			if errors.Is(err, ErrBrake) != c.braked || !c.braked && err != nil {
				t.Errorf("%d of %d %s: %v", c.gone, c.held, name, err)
			}
		}
		want := noon
		if !c.braked {
			want = later
		}
		if directory, partage := m.Ages(); !directory.Equal(want) || !partage.Equal(want) {
			t.Errorf("%d of %d: read at %v and %v", c.gone, c.held, directory, partage)
		}
		if c.braked && (!m.Account(boxes(c.held)[0].Address).Known() || !m.Person(people[0].UID).Known()) {
			t.Errorf("%d of %d: gone all the same", c.gone, c.held)
		}
	}
}

func TestLearn(t *testing.T) {
	for name, c := range map[string]struct {
		learned desk.Account
		at      time.Time
		want    []desk.Account
	}{
		"changed":      {box("1", "ann", "a@u.fr", "new@n.fr"), noon, []desk.Account{box("1", "ann", "a@u.fr", "new@n.fr"), box("2", "bob", "b@u.fr")}},
		"renamed":      {box("1", "ann", "new@n.fr"), noon, []desk.Account{box("1", "ann", "new@n.fr"), box("2", "bob", "b@u.fr")}},
		"new":          {box("3", "eve", "new@n.fr"), noon, []desk.Account{box("1", "ann", "a@u.fr", "x@u.fr"), box("2", "bob", "b@u.fr"), box("3", "eve", "new@n.fr")}},
		"another took": {box("3", "eve", "b@u.fr", "new@n.fr"), noon, []desk.Account{box("1", "ann", "a@u.fr", "x@u.fr"), box("3", "eve", "b@u.fr", "new@n.fr")}},
		"one of ours":  {box("1", "ann", "b@u.fr", "new@n.fr"), noon, []desk.Account{box("1", "ann", "b@u.fr", "new@n.fr")}},
		"older":        {box("1", "ann", "old@u.fr"), noon.Add(-1), []desk.Account{box("1", "ann", "a@u.fr", "x@u.fr"), box("2", "bob", "b@u.fr")}},
	} {
		m := world(t, box("1", "ann", "a@u.fr", "x@u.fr"), box("2", "bob", "b@u.fr"))
		must(t, m.Learn(c.learned, c.at))
		if diff := cmp.Diff(byAddress(c.want), held(m)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if m.HasDomain("n.fr") != (name != "older") {
			t.Errorf("%s: domains", name)
		}
	}
	m := world(t, box("1", "ann", "a@u.fr"))
	must(t, m.Learn(box("1", "eve", "a@u.fr"), noon))
	if ann, eve := m.Owned("ann"), addresses(m.Owned("eve")); len(ann) > 0 || len(eve) != 1 {
		t.Errorf("given to eve, but ann has %v and eve %v", ann, eve)
	}
	for _, a := range []desk.Account{{}, {ID: "1"}, {Address: "a@u.fr"}} {
		if err := world(t).Learn(a, noon); err == nil {
			t.Errorf("learned %+v", a)
		}
	}
}

// A reading that was begun before a change must not undo it; one begun after
// must not be held back by it.
func TestLearnedOutlivesAnOldReading(t *testing.T) {
	stale := []desk.Account{box("1", "ann", "a@u.fr"), box("2", "bob", "b@u.fr")}
	for _, first := range []bool{true, false} {
		m := folded(t)
		if !first {
			must(t, m.LoadAccounts(t.Context(), all(stale...), noon))
		}
		must(t, m.Learn(box("1", "ann", "older@u.fr"), noon.Add(2*time.Minute)))
		must(t, m.Learn(box("1", "ann", "b@u.fr", "new@u.fr"), noon.Add(3*time.Minute))) // bob's address is now ann's
		must(t, m.Learn(box("1", "ann", "older@u.fr"), noon.Add(time.Minute)))
		if first && m.Account("new@u.fr").Known() {
			t.Error("there are accounts before the first reading")
		}
		must(t, m.LoadAccounts(t.Context(), all(stale...), noon.Add(2*time.Minute)))
		if diff := cmp.Diff([]desk.Address{"b@u.fr"}, slices.Collect(maps.Keys(held(m)))); diff != "" || m.Account("new@u.fr").ID != "1" {
			t.Errorf("first %t: %s", first, diff)
		}
		must(t, m.LoadAccounts(t.Context(), all(stale...), noon.Add(4*time.Minute)))
		if diff := cmp.Diff(byAddress(stale), held(m)); diff != "" {
			t.Errorf("first %t: %s", first, diff)
		}
		if len(m.learned) > 0 {
			t.Error("what has been read since is still kept in mind")
		}
	}
}

func TestPeople(t *testing.T) {
	m := folded(t, event("", "x", desk.Granted{Grant: desk.Grant{To: "bob", Domains: []string{"u.fr"}}}), event("", "x", desk.Granted{Grant: desk.Grant{To: "ghost", Domains: []string{"u.fr"}}}))
	bob := desk.Person{UID: "bob", Name: "Bob", Mail: "bob@u.fr", EPPN: "bob@unistra.fr", Affiliation: "employee", Unit: "U1", UnitName: "UFR",
		UnitDomain: "u.fr", Manager: "eve", MailState: "A", Groups: []string{"dsi", "all"}, Delegations: []desk.Delegation{{ID: "M-9"}}}
	must(t, m.LoadPeople(t.Context(), all(bob, person("eve", "all")), noon))
	want := bob
	want.Delegations = m.Correspondents()["bob"] // what the journal says, and nothing else
	if diff := cmp.Diff(want, m.Person("bob")); diff != "" || len(want.Delegations) != 1 || want.Delegations[0].Domains[0] != "u.fr" {
		t.Error(diff, want)
	}
	for _, uid := range []desk.UID{"ghost", "BOB", "bo", "bob\x00", ""} {
		if p := m.Person(uid); p.Known() || len(p.Delegations) > 0 {
			t.Errorf("%q is %+v", uid, p)
		}
	}
	lost := errors.New("ldap gone")
	zoe := person("zoe")
	for name, rows := range map[string]iter.Seq2[desk.Person, error]{
		"partial": broken(lost, bob, zoe), "no uid": all(bob, zoe, person("")), "twice": all(bob, zoe, person("eve"), person("eve")),
	} {
		if err := m.LoadPeople(t.Context(), rows, noon.Add(time.Hour)); err == nil || m.Person("zoe").Known() || !m.Person("eve").Known() {
			t.Errorf("%s was taken", name)
		}
	}
	bob.Groups = nil // bob has left
	must(t, m.LoadPeople(t.Context(), all(bob), noon.Add(time.Hour)))
	if m.Person("eve").Known() || m.Person("bob").In("dsi") {
		t.Error("those who left are still there")
	}
	if directory, partage := m.Ages(); !directory.Equal(noon.Add(time.Hour)) || !partage.IsZero() {
		t.Errorf("read at %v and %v", directory, partage)
	}
}

// Two mailboxes were renamed, the second to the address that the first had left,
// and a third took that of a fourth.
func TestLearnedRenames(t *testing.T) {
	stale := []desk.Account{box("1", "", "a@u.fr"), box("2", "", "b@u.fr"), box("3", "", "c@u.fr"), box("4", "", "d@u.fr")}
	for range 10 { // maps have no order
		m := world(t, stale...)
		for i, a := range []desk.Account{box("1", "", "z@u.fr"), box("2", "", "a@u.fr"), box("4", "", "d@u.fr", "x@u.fr"), box("3", "", "d@u.fr")} {
			must(t, m.Learn(a, noon.Add(time.Duration(i+1)*time.Second)))
		}
		before := held(m)
		must(t, m.LoadAccounts(t.Context(), all(stale...), noon))
		if diff := cmp.Diff(before, held(m)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestLearnPerson(t *testing.T) {
	m := folded(t)
	must(t, m.LearnPerson("ann", person("ann", "dsi"), noon))
	if m.Person("ann").Known() {
		t.Error("there are people before the first reading")
	}
	must(t, m.LoadPeople(t.Context(), all(person("ann"), person("bob")), noon))
	must(t, m.LearnPerson("ann", person("ann", "dsi"), noon))
	must(t, m.LearnPerson("bob", desk.Person{}, noon))
	must(t, m.LearnPerson("bob", desk.Person{}, noon)) // who has gone already
	must(t, m.LearnPerson("eve", person("eve"), noon))
	if !m.Person("ann").In("dsi") || m.Person("bob").Known() || !m.Person("eve").Known() {
		t.Errorf("ann %+v, bob %+v, eve %+v", m.Person("ann"), m.Person("bob"), m.Person("eve"))
	}
	if m.LearnPerson("", desk.Person{}, noon) == nil || m.LearnPerson("ann", person("eve"), noon) == nil || m.Person("ann").UID != "ann" {
		t.Error("learned somebody under another's uid")
	}
	if directory, _ := m.Ages(); !directory.Equal(noon) {
		t.Errorf("one person made the copy of %v", directory)
	}
}

// An approver who leaves while everybody is being read has left.
func TestLearnPersonDuringALoad(t *testing.T) {
	m := folded(t)
	for range 2 { // the first load, and a later one
		reading := func(yield func(desk.Person, error) bool) {
			yield(person("ann", "dsi"), nil)
			yield(person("bob", "dsi"), nil)
			must(t, m.LearnPerson("ann", desk.Person{}, noon))
			must(t, m.LearnPerson("bob", person("bob"), noon))
		}
		must(t, m.LoadPeople(t.Context(), reading, noon))
		if m.Person("ann").Known() || !m.Person("bob").Known() || m.Person("bob").In("dsi") {
			t.Errorf("ann %+v, bob %+v", m.Person("ann"), m.Person("bob"))
		}
	}
	must(t, m.LoadPeople(t.Context(), all(person("ann", "dsi"), person("bob", "dsi")), noon))
	if !m.Person("ann").In("dsi") || !m.Person("bob").In("dsi") || len(m.met) > 0 {
		t.Error("what is read afterwards counts")
	}
}

// A row that is kept must not keep the answer it was cut from.
func TestRowsAreCopies(t *testing.T) {
	m := folded(t)
	aliases, groups := []desk.Address{"b@u.fr", "c@u.fr"}, []string{"dsi"}
	must(t, m.LoadAccounts(t.Context(), all(box("1", "ann", "a@u.fr", aliases...)), noon))
	must(t, m.LoadPeople(t.Context(), all(person("ann", groups...)), noon))
	aliases[0], groups[0] = "stolen@u.fr", "admins"
	if m.Account("a@u.fr").Holds("stolen@u.fr") || m.Person("ann").In("admins") {
		t.Error("the reader's slices are ours")
	}
}
