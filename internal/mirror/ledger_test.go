package mirror

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// The shelf is a sorted map, whatever the order in which it is filled.
func TestShelf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, want := newLedger(), map[desk.Address][]mark{}
		n := rapid.SampledFrom([]int{3, 50, 3000}).Draw(t, "many")
		for i := range n {
			a := desk.Address(fmt.Sprintf("%03x@u.fr", rapid.IntRange(0, n).Draw(t, "address")))
			if rapid.Bool().Draw(t, "in order") {
				a = desk.Address(fmt.Sprintf("z%05d@u.fr", i))
			}
			m := mark{seq: uint32(i)}
			l.note(a, m)
			want[a] = append(want[a], m)
		}
		prefix := rapid.SampledFrom([]string{"", "0", "00", "z", "z0001", "nothing", "~"}).Draw(t, "prefix")
		got := []desk.Address{}
		for x := range l.from(prefix) {
			got = append(got, x.address)
			if !slices.Equal(x.marks, want[x.address]) || !slices.Equal(l.marks(x.address), want[x.address]) {
				t.Fatalf("%s: %v, want %v", x.address, x.marks, want[x.address])
			}
		}
		all := slices.Sorted(maps.Keys(want))
		all = slices.DeleteFunc(all, func(a desk.Address) bool { return !strings.HasPrefix(string(a), prefix) })
		if !slices.Equal(got, all) || l.size != len(want) || l.marks("absent@u.fr") != nil {
			t.Fatalf("%d lines for %d, prefix %q: %v, want %v", l.size, len(want), prefix, got, all)
		}
		for _, block := range l.shelf {
			if len(block) == 0 || len(block) > mostLines {
				t.Fatalf("a block of %d", len(block))
			}
		}
	})
}

// life is the events of a request that was carried out.
func life(id desk.ID, text string, before, after desk.Account) []desk.Event {
	a, err := desk.ParseAction(text)
	if err != nil {
		panic(err)
	}
	return []desk.Event{event(id, "ann", desk.Asked{Action: a, Mailbox: cmpOr(before.ID, after.ID), Owner: before.Owner, Key: string(id), Reason: "because"}), event(id, "melusine", allowed),
		event(id, "melusine", desk.Started{Attempt: 1, Before: before, Until: noon}), event(id, "melusine", desk.Done{Attempt: 1, Proof: after})}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var (
	bob0 = desk.Account{ID: "b", Address: "bob@u.fr", Owner: "bob"}
	bob1 = desk.Account{ID: "b", Address: "bob@u.fr", Owner: "bob", Aliases: []desk.Address{"c@u.fr"}}
	rob1 = desk.Account{ID: "b", Address: "rob@u.fr", Owner: "bob", Aliases: []desk.Address{"c@u.fr"}}
	fay1 = desk.Account{ID: "f", Address: "fay@u.fr", Owner: "fay", Aliases: []desk.Address{"c@u.fr"}}
	fay0 = desk.Account{ID: "f", Address: "fay@u.fr", Owner: "fay"}
)

// An address with all that happened to it.
func TestEntryOfAllThatHappened(t *testing.T) {
	sympa := desk.Registration{Address: "tous@u.fr", Nature: desk.AsSympa, Owner: "bob", Since: noon.AddDate(-3, 0, 0)}
	m := folded(t, slices.Concat(
		life("D-1", "alias.add bob@u.fr alias=c@u.fr until=2027-01-31", bob0, bob1),
		life("D-2", "account.rename bob@u.fr to=rob@u.fr", bob1, rob1),
		life("D-3", "alias.remove rob@u.fr alias=c@u.fr", rob1, desk.Account{ID: "b", Address: "rob@u.fr", Owner: "bob"}),
		life("D-4", "alias.add fay@u.fr alias=c@u.fr", fay0, fay1),
		life("D-5", "account.renew fay@u.fr until=2027-06-30", fay1, fay1),
		[]desk.Event{event("", "melusine", desk.Registered{Entries: []desk.Registration{sympa}, Reason: "import"})},
	)...)
	must(t, m.LoadAccounts(t.Context(), all(fay1, desk.Account{ID: "b", Address: "rob@u.fr", Owner: "bob"}, desk.Account{ID: "z", Address: "old@u.fr"}), noon.Add(time.Hour)))
	for a, want := range map[desk.Address]desk.Entry{
		"c@u.fr":    {Address: "c@u.fr", Nature: desk.AsAlias, Mailbox: "f", Owner: "fay", Held: true, Since: noon, Request: "D-4", Reason: "because"},
		"bob@u.fr":  {Address: "bob@u.fr", Nature: desk.AsAccount, Mailbox: "b", Owner: "bob", Freed: noon, FreedBy: "D-2"},
		"rob@u.fr":  {Address: "rob@u.fr", Nature: desk.AsAccount, Mailbox: "b", Owner: "bob", Held: true, Since: noon, Request: "D-2", Reason: "because"},
		"fay@u.fr":  {Address: "fay@u.fr", Nature: desk.AsAccount, Mailbox: "f", Owner: "fay", Held: true, Until: "2027-06-30", Dated: "D-5"},
		"old@u.fr":  {Address: "old@u.fr", Nature: desk.AsAccount, Mailbox: "z", Held: true},
		"tous@u.fr": {Address: "tous@u.fr", Nature: desk.AsSympa, Owner: "bob", Held: true, Since: sympa.Since, Reason: "import"},
		"no@u.fr":   {},
	} {
		got, known := m.Entry(a)
		if diff := cmp.Diff(want, got); diff != "" || known != want.Known() {
			t.Errorf("%s, known %v: %s", a, known, diff)
		}
	}
	if past := m.Past("c@u.fr"); len(past) != 1 || past[0].Mailbox != "b" || past[0].FreedBy != "D-3" {
		t.Errorf("before: %+v", past)
	}
	if dated := m.Dated(); len(dated) != 1 || dated[0].Address != "fay@u.fr" {
		t.Errorf("dated: %+v", dated)
	}
	var found []string
	for _, x := range m.Entries("", 9) {
		found = append(found, string(x.Address))
	}
	if len(found) > 0 {
		t.Errorf("by nothing: %v", found)
	}
}

// Prefixes find what is held and what was, once each, in order.
func TestEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := New(journal.NewMemory())
		var rows []desk.Account
		var gone []desk.Registration
		address := rapid.StringMatching(`[ab]{1,3}@u[.]fr`)
		seen := map[desk.Address]bool{}
		for i := range rapid.IntRange(0, 12).Draw(t, "accounts") {
			a := desk.Account{ID: fmt.Sprint(i), Address: desk.Address(fmt.Sprintf("%d%s", i%2, address.Draw(t, "address")))}
			if seen[a.Address] {
				continue
			}
			seen[a.Address] = true
			for range rapid.IntRange(0, 3).Draw(t, "aliases") {
				alias := desk.Address(address.Draw(t, "alias"))
				if !seen[alias] {
					seen[alias], a.Aliases = true, append(a.Aliases, alias)
				}
			}
			rows = append(rows, a)
		}
		for range rapid.IntRange(0, 5).Draw(t, "gone") {
			a := desk.Address(address.Draw(t, "gone"))
			if !slices.ContainsFunc(gone, func(r desk.Registration) bool { return r.Address == a }) {
				gone, seen[a] = append(gone, desk.Registration{Address: a, Nature: desk.AsAlias, Mailbox: "x"}), true
			}
		}
		slices.SortFunc(gone, func(a, b desk.Registration) int { return strings.Compare(string(a.Address), string(b.Address)) })
		if len(gone) > 0 {
			e := event("", desk.System, desk.Vanished{Entries: gone})
			e.Seq = 1
			if err := m.take(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.LoadAccounts(t.Context(), all(rows...), noon); err != nil {
			t.Fatal(err)
		}
		prefix, n := rapid.SampledFrom([]string{"a", "b", "ab", "0", "1a", "x"}).Draw(t, "prefix"), rapid.IntRange(0, 6).Draw(t, "n")
		want := slices.DeleteFunc(slices.Sorted(maps.Keys(seen)), func(a desk.Address) bool { return !strings.HasPrefix(string(a), prefix) })
		want = want[:min(n, len(want))]
		got := m.Entries(prefix, n)
		for i, x := range got {
			if alone, _ := m.Entry(x.Address); i >= len(want) || x.Address != want[i] || !cmp.Equal(x, alone) {
				t.Fatalf("%q %d: %+v, want %v", prefix, n, got, want)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%q %d: %+v, want %v", prefix, n, got, want)
		}
	})
}

// What a reading lacks is gone, unless it came back or the journal says so already.
func TestLeft(t *testing.T) {
	m := folded(t, life("D-1", "alias.remove bob@u.fr alias=c@u.fr", bob1, bob0)...)
	load := func(at int, rows ...desk.Account) {
		t.Helper()
		must(t, m.LoadAccounts(t.Context(), all(rows...), noon.Add(time.Duration(at)*time.Hour)))
	}
	names := func() (names []string) {
		for _, r := range m.Gone() {
			names = append(names, string(r.Address)+" of "+r.Mailbox)
		}
		return names
	}
	old := desk.Account{ID: "o", Address: "old@u.fr", Owner: "olga", Aliases: []desk.Address{"o@u.fr", "x@u.fr"}}
	load(1, bob0, old)
	if got := names(); len(got) > 0 {
		t.Errorf("at first: %v", got)
	}
	next := desk.Account{ID: "n", Address: "new@u.fr", Aliases: []desk.Address{"x@u.fr"}}
	load(2, bob0, next)
	if got := names(); !slices.Equal(got, []string{"o@u.fr of o", "old@u.fr of o"}) {
		t.Errorf("gone: %v", got) // x@u.fr is another's
	}
	load(3, bob0, next, desk.Account{ID: "p", Address: "o@u.fr"})
	if got := names(); !slices.Equal(got, []string{"old@u.fr of o"}) {
		t.Errorf("one came back: %v", got)
	}
	e := event("", desk.System, desk.Vanished{Entries: []desk.Registration{{Address: "old@u.fr", Nature: desk.AsAccount, Mailbox: "o", Owner: "olga"}}})
	_, at := m.Request("")
	e.Seq = at + 1
	must(t, m.take(e))
	if got := names(); len(got) > 0 {
		t.Errorf("recorded: %v", got)
	}
	if x, _ := m.Entry("old@u.fr"); x.Held || !x.Freed.Equal(noon) || x.Owner != "olga" {
		t.Errorf("%+v", x)
	}
}

// What the program says of addresses by itself cannot be said by others, out of
// order, or of what Partage has.
func TestEnrollIllegal(t *testing.T) {
	list := func(names ...string) (all []desk.Registration) {
		for _, n := range names {
			all = append(all, desk.Registration{Address: desk.Address(n), Nature: desk.AsSympa})
		}
		return all
	}
	for name, e := range map[string]desk.Event{
		"by a person":     event("", "ann", desk.Registered{Entries: list("a@u.fr")}),
		"gone, a person":  event("", "ann", desk.Vanished{Entries: list("a@u.fr")}),
		"nothing":         event("", desk.System, desk.Registered{}),
		"nothing gone":    event("", desk.System, desk.Vanished{}),
		"out of order":    event("", desk.System, desk.Registered{Entries: list("b@u.fr", "a@u.fr")}),
		"twice":           event("", desk.System, desk.Vanished{Entries: list("a@u.fr", "a@u.fr")}),
		"of two":          event("", desk.System, desk.Registered{Entries: []desk.Registration{{Address: "a@u.fr", Nature: desk.AsSympa}, {Address: "b@u.fr", Nature: desk.AsSympa, Owner: "bob"}}}),
		"too many":        event("", desk.System, desk.Registered{Entries: list(strings.Fields(strings.Repeat("a@u.fr ", 501))...)}),
		"held on Partage": event("", desk.System, desk.Registered{Entries: []desk.Registration{{Address: "a@u.fr", Nature: desk.AsAlias}}}),
		"no nature":       event("", desk.System, desk.Registered{Entries: []desk.Registration{{Address: "a@u.fr"}}}),
		"no address":      event("", desk.System, desk.Vanished{Entries: []desk.Registration{{Nature: desk.AsAlias}}}),
		"lifted alone":    event("", desk.System, desk.Lifted{Address: "a@u.fr"}),
		"notice alone":    event("", desk.System, desk.Noticed{}),
		"of no right":     event("", desk.System, desk.Noticed{Of: "M-1"}),
	} {
		if err := New(journalOf(t, e)).CatchUp(t.Context()); err == nil {
			t.Errorf("%s is folded", name)
		}
	}
}

// Look-alikes are found in all domains, also of what was learned since the load,
// and of what is elsewhere.
func TestAlikeEverywhere(t *testing.T) {
	m := folded(t, event("", desk.System, desk.Registered{Entries: []desk.Registration{{Address: "d0e@listes.u.fr", Nature: desk.AsSympa}}}))
	must(t, m.LoadAccounts(t.Context(), all(desk.Account{ID: "a", Address: "doe@u.fr", Aliases: []desk.Address{"cloe@v.fr"}}, desk.Account{ID: "b", Address: "dupont@u.fr"}), noon))
	must(t, m.Learn(desk.Account{ID: "c", Address: "c1oe@w.fr"}, noon.Add(time.Minute)))
	_ = m.Learn(desk.Account{ID: "d", Address: "cl0e@w.fr"}, noon.Add(time.Minute))
	want := []desk.Address{"c1oe@w.fr", "cl0e@w.fr", "cloe@v.fr", "d0e@listes.u.fr", "doe@u.fr"}
	if got := m.Alike("doe@x.fr"); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if got := m.Alike("nobody@x.fr"); len(got) > 0 {
		t.Errorf("%v", got)
	}
}
