package mirror

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

var dawn = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)

func rowsOf[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range rows {
			if !yield(x, nil) {
				return
			}
		}
	}
}

func aList(id string, at desk.Address, members ...desk.Address) desk.List {
	slices.Sort(members)
	return desk.List{ID: id, Address: at, Kind: desk.Distribution, Members: members, Size: len(members), Asked: true}
}

// ofLists is a mirror of two domains, one of which was read.
func ofLists(t *testing.T) *Mirror {
	t.Helper()
	m := New(journal.NewMemory())
	m.SetDomains([]string{"a.fr", "b.fr"})
	crew := aList("l-1", "crew@a.fr", "ann@a.fr", "team@a.fr")
	crew.Aliases = []desk.Address{"equipage@a.fr"}
	loads(t, m, "a.fr", dawn, []desk.List{crew, aList("l-2", "team@a.fr", "bob@b.fr")}, desk.Resource{ID: "r-1", Address: "room@a.fr"})
	return m
}

func listing(lists []desk.List, resources ...desk.Resource) Reading {
	return Reading{Lists: rowsOf(lists...), Resources: rowsOf(resources...), Tree: desk.Tree{Label: "Lists", Below: []desk.Tree{{Address: "crew@a.fr"}}}}
}

func loads(t *testing.T, m *Mirror, domain string, at time.Time, lists []desk.List, resources ...desk.Resource) {
	t.Helper()
	if err := m.LoadObjects(t.Context(), domain, listing(lists, resources...), at); err != nil {
		t.Fatal(err)
	}
}

func (m *Mirror) heldLists() (all []desk.List) {
	for l := range m.Lists() {
		all = append(all, *l)
	}
	return all
}

// The copy is as old as its oldest domain, and what a domain has is replaced whole or
// not at all.
func TestListsAreReadByDomain(t *testing.T) {
	m := ofLists(t)
	if !m.Listed().IsZero() || m.ObjectsRead()[0].Domain != "b.fr" {
		t.Errorf("read whole at %v, next %v", m.Listed(), m.ObjectsRead())
	}
	loads(t, m, "b.fr", dawn.Add(time.Hour), []desk.List{aList("l-3", "all@b.fr")})
	if m.Listed() != dawn || m.List("equipage@a.fr").ID != "l-1" || !m.Resource("room@a.fr").Known() || m.Tree("a.fr").Label != "Lists" {
		t.Errorf("at %v: %+v", m.Listed(), m.heldLists())
	}
	before := m.heldLists()
	var many []desk.List
	for i := range 30 {
		many = append(many, aList("x"+string(rune('a'+i)), desk.Address(string(rune('a'+i%26))+string(rune('a'+i/26))+"@b.fr")))
	}
	for name, x := range map[string]Reading{
		"another domain":  listing([]desk.List{aList("l-9", "x@a.fr")}),
		"without id":      listing([]desk.List{aList("", "x@b.fr")}),
		"twice":           listing([]desk.List{aList("l-9", "x@b.fr"), aList("l-9", "y@b.fr")}),
		"one address":     listing([]desk.List{aList("l-8", "x@b.fr"), aList("l-9", "x@b.fr")}),
		"a reading fails": {Lists: func(yield func(desk.List, error) bool) { yield(desk.List{}, errors.New("no answer")) }, Resources: rowsOf[desk.Resource]()},
	} {
		if err := m.LoadObjects(t.Context(), "b.fr", x, dawn.Add(2*time.Hour)); err == nil || !cmp.Equal(before, m.heldLists(), cmpopts.EquateEmpty()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := m.LoadObjects(t.Context(), "b.fr", listing(nil), dawn); err == nil {
		t.Error("an older reading is taken")
	}
	loads(t, m, "b.fr", dawn.Add(3*time.Hour), many)
	if err := m.LoadObjects(t.Context(), "b.fr", listing(many[:5]), dawn.Add(4*time.Hour)); !errors.Is(err, ErrBrake) {
		t.Errorf("25 of 30 are gone: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := m.LoadObjects(stopped, "b.fr", listing(many), dawn.Add(4*time.Hour)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What was proved since a reading began outlives it; what was before does not. A
// list that goes leaves those above it.
func TestWhatIsProvedOfAList(t *testing.T) {
	m := ofLists(t)
	next := m.List("crew@a.fr").Target()
	partly := *next.Detail.List
	partly.Members, partly.Size = nil, 3
	next.Detail = &desk.Detail{List: &partly, Lists: []desk.Membership{{List: "crew@a.fr", ID: "l-1", Member: "cid@a.fr", In: true}}}
	m.learnObject(next, dawn.Add(time.Minute))
	want := []desk.Address{"ann@a.fr", "cid@a.fr", "team@a.fr"}
	if got := m.List("crew@a.fr"); !slices.Equal(got.Members, want) || !got.Whole() || !got.Asked {
		t.Errorf("after one more: %+v", got)
	}
	loads(t, m, "a.fr", dawn.Add(time.Second), []desk.List{aList("l-1", "crew@a.fr", "ann@a.fr", "team@a.fr"), aList("l-2", "team@a.fr")})
	if got := m.List("crew@a.fr"); !slices.Equal(got.Members, want) {
		t.Errorf("a reading that began before forgets it: %v", got.Members)
	}
	m.learnObject(desk.Account{ID: "l-2"}, dawn.Add(2*time.Minute))
	if got := m.List("crew@a.fr"); m.List("team@a.fr").Known() || !slices.Equal(got.Members, want[:2]) || !got.Whole() {
		t.Errorf("team is gone: %+v", got)
	}
	m.learnMemberships([]desk.Membership{{List: "crew@a.fr", ID: "l-1", Member: "ann@a.fr"}, {List: "crew@a.fr", ID: "another", Member: "cid@a.fr"}}, dawn.Add(3*time.Minute))
	if got := m.List("crew@a.fr"); !slices.Equal(got.Members, want[1:2]) || !got.Whole() {
		t.Errorf("an account has left it: %+v", got)
	}
	loads(t, m, "a.fr", dawn.Add(time.Hour), []desk.List{aList("l-1", "crew@a.fr", "eve@a.fr")})
	if got := m.List("crew@a.fr"); !slices.Equal(got.Members, []desk.Address{"eve@a.fr"}) {
		t.Errorf("a reading that began after: %v", got.Members)
	}
	m.learnObject(next, dawn.Add(time.Minute))
	if got := m.List("crew@a.fr"); !slices.Equal(got.Members, []desk.Address{"eve@a.fr"}) {
		t.Errorf("an older proof is believed: %v", got.Members)
	}
}

// Several members that were proved one by one outlive a reading that began before,
// also those of a list that was made meanwhile.
func TestMembersAreProvedOneByOne(t *testing.T) {
	m := ofLists(t)
	joins := func(list desk.List, member desk.Address, at time.Time) {
		list.Members, list.Size = nil, -1
		next := list.Target()
		next.Detail.Lists = []desk.Membership{{List: list.Address, ID: list.ID, Member: member, In: true}}
		m.learnObject(next, at)
	}
	crew, fresh := m.List("crew@a.fr"), aList("l-7", "fresh@a.fr", "ann@a.fr")
	m.learnObject(fresh.Target(), dawn.Add(time.Minute))
	for i, member := range []desk.Address{"cid@a.fr", "dan@a.fr"} {
		joins(crew, member, dawn.Add(time.Duration(2+i)*time.Minute))
		joins(fresh, member, dawn.Add(time.Duration(2+i)*time.Minute))
	}
	for _, when := range []string{"as they are proved", "after a reading that began before"} {
		if got := m.List("crew@a.fr").Members; !slices.Equal(got, []desk.Address{"ann@a.fr", "cid@a.fr", "dan@a.fr", "team@a.fr"}) {
			t.Errorf("%s: crew has %v", when, got)
		}
		if got := m.List("fresh@a.fr"); !slices.Equal(got.Members, []desk.Address{"ann@a.fr", "cid@a.fr", "dan@a.fr"}) || !got.Whole() {
			t.Errorf("%s: fresh has %v", when, got)
		}
		loads(t, m, "a.fr", dawn.Add(time.Second), []desk.List{aList("l-1", "crew@a.fr", "ann@a.fr", "team@a.fr"), aList("l-2", "team@a.fr")})
	}
	loads(t, m, "a.fr", dawn.Add(150*time.Second), []desk.List{aList("l-1", "crew@a.fr", "eve@a.fr"), aList("l-7", "fresh@a.fr")})
	if crew, fresh := m.List("crew@a.fr").Members, m.List("fresh@a.fr").Members; !slices.Equal(crew, []desk.Address{"dan@a.fr", "eve@a.fr"}) || !slices.Equal(fresh, []desk.Address{"dan@a.fr"}) {
		t.Errorf("after a reading between the two: %v, %v", crew, fresh)
	}
}

// Before its domain is read, what is proved is kept in mind; then it counts.
func TestWhatIsProvedBeforeTheReading(t *testing.T) {
	m := ofLists(t)
	m.learnObject(aList("l-3", "all@b.fr", "x@b.fr").Target(), dawn.Add(time.Minute))
	if m.List("all@b.fr").Known() {
		t.Error("known before anything was read")
	}
	loads(t, m, "b.fr", dawn, nil)
	if !m.List("all@b.fr").Known() {
		t.Error("the reading, which began before, forgets it")
	}
}

func TestListsAreKept(t *testing.T) {
	m, path := ofLists(t), filepath.Join(t.TempDir(), "lists")
	loads(t, m, "b.fr", dawn.Add(time.Hour), []desk.List{aList("l-3", "all@b.fr", "crew@a.fr")})
	if err := m.SaveObjects(path, "here"); err != nil {
		t.Fatal(err)
	}
	next := New(journal.NewMemory())
	next.SetDomains([]string{"a.fr", "b.fr", "c.fr"})
	if err := next.RestoreObjects(path, "elsewhere"); err == nil || len(next.heldLists()) > 0 {
		t.Error("restored from another Partage")
	}
	proved := aList("l-3", "all@b.fr", "new@b.fr")
	next.learnObject(proved.Target(), dawn.Add(2*time.Hour))
	if err := next.RestoreObjects(path, "here"); err != nil {
		t.Fatal(err)
	}
	want := m.heldLists()
	want[slices.IndexFunc(want, func(l desk.List) bool { return l.ID == "l-3" })] = proved
	if diff := cmp.Diff(want, next.heldLists(), cmpopts.EquateEmpty()); diff != "" || next.Tree("a.fr").Digest() != m.Tree("a.fr").Digest() || !next.Resource("room@a.fr").Known() {
		t.Error(diff)
	}
	if !next.Listed().IsZero() || next.ObjectsRead()[0].Domain != "c.fr" {
		t.Errorf("c.fr was never read: %v", next.ObjectsRead())
	}
	if err := next.RestoreObjects(path, "here"); err == nil {
		t.Error("restored over what is there")
	}
	less := New(journal.NewMemory())
	less.SetDomains([]string{"b.fr"})
	if err := less.RestoreObjects(path, "here"); err != nil || less.List("crew@a.fr").Known() || !less.List("all@b.fr").Known() {
		t.Errorf("a domain that is served no more: %v", err)
	}
}

// The register tells of lists and resources too, as what they are.
func TestListsAreInTheRegister(t *testing.T) {
	m := ofLists(t)
	for at, want := range map[desk.Address]desk.Nature{"crew@a.fr": desk.AsList, "equipage@a.fr": desk.AsList, "room@a.fr": desk.AsResource} {
		if x, known := m.Entry(at); !known || !x.Held || x.Nature != want {
			t.Errorf("%s: %+v", at, x)
		}
	}
	if x, known := m.Entry("nothing@a.fr"); known {
		t.Errorf("%+v", x)
	}
	var found []desk.Address
	for _, x := range m.Entries("e", 10) {
		found = append(found, x.Address)
	}
	if !slices.Equal(found, []desk.Address{"equipage@a.fr"}) {
		t.Errorf("by prefix: %v", found)
	}
	for like, want := range map[desk.Address]desk.Address{"c-rew@b.fr": "", "crevv@b.fr": "crew@a.fr", "equ1page@b.fr": "equipage@a.fr", "r0orn@b.fr": "room@a.fr"} {
		if got := m.Alike(like); (len(got) > 0) != (want != "") || want != "" && got[0] != want {
			t.Errorf("%s looks like %v, want %q", like, got, want)
		}
	}
	loads(t, m, "a.fr", dawn.Add(time.Hour), []desk.List{aList("l-1", "crew@a.fr", "ann@a.fr")})
	if got := m.Alike("equ1page@b.fr"); len(got) > 0 {
		t.Errorf("gone, and still %v", got)
	}
	if got := m.Alike("crevv@b.fr"); len(got) != 1 {
		t.Errorf("still there, and found %v", got)
	}
}

// What a reading of lists has no more has left without a request, unless something
// has its address by then.
func TestListsThatLeave(t *testing.T) {
	crew := aList("l-1", "crew@a.fr", "ann@a.fr")
	crew.Aliases = []desk.Address{"equipage@a.fr"}
	other := crew
	other.ID, other.Aliases = "l-9", []desk.Address{"equipage@a.fr", "team@a.fr"}
	bare := crew
	bare.Aliases = nil
	team, room := aList("l-2", "team@a.fr"), desk.Resource{ID: "r-1", Address: "room@a.fr"}
	for name, tt := range map[string]struct {
		next  []desk.List
		rooms []desk.Resource
		want  []desk.Registration
	}{
		"all there":    {next: []desk.List{crew, team}, rooms: []desk.Resource{room}},
		"made anew":    {next: []desk.List{other}, rooms: []desk.Resource{room}},
		"without one":  {next: []desk.List{crew}, rooms: []desk.Resource{room}, want: []desk.Registration{{Address: "team@a.fr", Nature: desk.AsList, Mailbox: "l-2"}}},
		"an alias":     {next: []desk.List{bare, team}, rooms: []desk.Resource{room}, want: []desk.Registration{{Address: "equipage@a.fr", Nature: desk.AsList, Mailbox: "l-1"}}},
		"with its own": {next: []desk.List{team}, rooms: []desk.Resource{room}, want: []desk.Registration{{Address: "crew@a.fr", Nature: desk.AsList, Mailbox: "l-1"}, {Address: "equipage@a.fr", Nature: desk.AsList, Mailbox: "l-1"}}},
		"a resource":   {next: []desk.List{crew, team}, want: []desk.Registration{{Address: "room@a.fr", Nature: desk.AsResource, Mailbox: "r-1"}}},
	} {
		m := New(journal.NewMemory())
		m.SetDomains([]string{"a.fr"})
		loads(t, m, "a.fr", dawn, []desk.List{crew, team}, room)
		if gone := m.Gone(); len(gone) > 0 {
			t.Errorf("%s: gone at the first reading: %v", name, gone)
		}
		loads(t, m, "a.fr", dawn.Add(time.Hour), tt.next, tt.rooms...)
		if noted := len(*m.gone.Load()); noted != len(tt.want) {
			t.Errorf("%s: %d are noted", name, noted)
		}
		if diff := cmp.Diff(tt.want, m.Gone(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		loads(t, m, "a.fr", dawn.Add(2*time.Hour), []desk.List{crew, team}, room)
		if gone := m.Gone(); len(gone) > 0 {
			t.Errorf("%s: gone although it has come back: %v", name, gone)
		}
	}
	// What a request has deleted, the journal says already.
	m := folded(t, life("D-1", "list.delete team@a.fr", team.Target(), desk.Account{})...)
	m.SetDomains([]string{"a.fr"})
	m.lose([]desk.Registration{{Address: "team@a.fr", Nature: desk.AsList, Mailbox: "l-2"}})
	loads(t, m, "a.fr", dawn.Add(time.Hour), []desk.List{crew})
	if gone := m.Gone(); len(gone) > 0 {
		t.Errorf("deleted by a request: %v", gone)
	}
}

// A list lasts until a day, whatever its aliases, and under another address too.
func TestTheLastDayOfAList(t *testing.T) {
	crew, chiefs := aList("l-1", "crew@a.fr"), aList("l-5", "chiefs@a.fr")
	crew.Aliases, chiefs.Aliases = []desk.Address{"equipage@a.fr"}, []desk.Address{"equipage@a.fr"}
	events := slices.Concat(
		life("D-1", "list.create crew@a.fr until=2027-01-31", desk.Account{}, crew.Target()),
		life("D-2", "list.profile crew@a.fr name=x", crew.Target(), crew.Target()), // of the day it says nothing
	)
	m := folded(t, events...)
	m.SetDomains([]string{"a.fr"})
	loads(t, m, "a.fr", dawn, []desk.List{crew})
	dated := func(want ...string) {
		t.Helper()
		var got []string
		for _, x := range m.Dated() {
			got = append(got, string(x.Address)+" "+string(x.Until)+" "+string(x.Dated))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	dated("crew@a.fr 2027-01-31 D-1")
	if x, _ := m.Entry("equipage@a.fr"); x.Until != "" || x.Nature != desk.AsList {
		t.Errorf("its alias: %+v", x)
	}
	steps := desk.Plan{Steps: []desk.Step{{Do: action(t, "list.make chiefs@a.fr kind=list mark=m"), Undo: action(t, "list.drop chiefs@a.fr mark=m"), Mailbox: desk.Made}, {Do: action(t, "list.drop crew@a.fr id=l-1"), Undo: action(t, "list.make crew@a.fr kind=list mark=m")}}}
	renamed := life("D-3", "list.rename crew@a.fr to=chiefs@a.fr", crew.Target(), desk.Account{})
	tail := []desk.Event{event("D-3", "melusine", desk.Planned{Plan: steps}), event("D-3", "melusine", desk.Started{Attempt: 1, Until: noon}), event("D-3", "melusine", desk.Stepped{Attempt: 1, Proof: chiefs.Target()}),
		event("D-3", "melusine", desk.Started{Attempt: 2, Step: 1, Before: crew.Target(), Until: noon}), event("D-3", "melusine", desk.Done{Attempt: 2})}
	m = folded(t, slices.Concat(events, renamed[:2], tail)...)
	m.SetDomains([]string{"a.fr"})
	loads(t, m, "a.fr", dawn, []desk.List{chiefs})
	dated("chiefs@a.fr 2027-01-31 D-1")
	if dates, _ := m.Request("D-1"); !(&desk.Desk{View: m, Now: func() time.Time { return noon }}).Keeps(dates) {
		t.Error("the words that set its last day are not kept")
	}
}

// A list that comes back has the last day that it had, or the one that is said, whatever
// list its last step was on; and it is told of once.
func TestTheLastDayOfAListThatComesBack(t *testing.T) {
	crew, again, above := aList("l-1", "crew@a.fr"), aList("l-5", "crew@a.fr"), aList("l-9", "all@a.fr", "crew@a.fr")
	for text, want := range map[string]string{
		"list.restore crew@a.fr":                  "crew@a.fr l-5 2027-01-31 D-1",
		"list.restore crew@a.fr until=2027-06-30": "crew@a.fr l-5 2027-06-30 D-3",
	} {
		back := life("D-3", text, crew.Target(), desk.Account{})
		steps := desk.Plan{Steps: []desk.Step{{Do: action(t, "list.make crew@a.fr kind=list mark=m"), Undo: action(t, "list.drop crew@a.fr mark=m"), Mailbox: desk.Made},
			{Do: action(t, "list.add all@a.fr members=crew@a.fr"), Undo: action(t, "list.remove all@a.fr members=crew@a.fr"), Mailbox: "l-9"}}}
		m := folded(t, slices.Concat(
			life("D-1", "list.create crew@a.fr until=2027-01-31", desk.Account{}, crew.Target()),
			life("D-2", "list.delete crew@a.fr", crew.Target(), desk.Account{}), back[:2],
			[]desk.Event{event("D-3", "melusine", desk.Planned{Plan: steps}), event("D-3", "melusine", desk.Started{Attempt: 1, Until: noon}), event("D-3", "melusine", desk.Stepped{Attempt: 1, Proof: again.Target()}),
				event("D-3", "melusine", desk.Started{Attempt: 2, Step: 1, Before: above.Target(), Until: noon}), event("D-3", "melusine", desk.Done{Attempt: 2, Proof: above.Target()})})...)
		m.SetDomains([]string{"a.fr"})
		loads(t, m, "a.fr", dawn, []desk.List{again, above})
		var got []string
		for _, x := range m.Dated() {
			got = append(got, string(x.Address)+" "+x.Mailbox+" "+string(x.Until)+" "+string(x.Dated))
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func action(t *testing.T, text string) desk.Action {
	t.Helper()
	a, err := desk.ParseAction(text)
	must(t, err)
	return a
}

// BenchmarkReach follows mail to a list of 10,000 members among all accounts of
// the university. The goal is 50 ms.
func BenchmarkReach(b *testing.B) {
	m := New(journal.NewMemory())
	m.SetDomains([]string{"etu.unistra.fr"})
	must(b, m.LoadAccounts(b.Context(), generated(university, accountAt), noon))
	members := make([]desk.Address, 10_000)
	for i := range members {
		members[i] = accountAt(i * 9).Address
	}
	must(b, m.LoadObjects(b.Context(), "etu.unistra.fr", listing([]desk.List{aList("l-1", "tous@etu.unistra.fr", members...)}), noon))
	d := &desk.Desk{View: m, Now: func() time.Time { return noon }}
	begun := cpu()
	for b.Loop() {
		if n := d.Reach("tous@etu.unistra.fr").Heads(); n != len(members) {
			b.Fatalf("%d of %d", n, len(members))
		}
	}
	b.ReportMetric((cpu()-begun).Seconds()/float64(b.N)/0.050, "of-goal")
}
