package mirror

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type rulesFunc func(desk.Facts) desk.Decision

func (f rulesFunc) Decide(x desk.Facts) desk.Decision { return f(x) }

// all is a reading that succeeds.
func all[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// broken is a reading that ends in an error.
func broken[T any](err error, rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row := range all(rows...) {
			if !yield(row, nil) {
				return
			}
		}
		var none T
		yield(none, err)
	}
}

func person(uid desk.UID, groups ...string) desk.Person { return desk.Person{UID: uid, Groups: groups} }

// box is a mailbox whose id is told from its first address.
func box(id string, owner desk.UID, address desk.Address, aliases ...desk.Address) desk.Account {
	return desk.Account{ID: id, Owner: owner, Address: address, Aliases: aliases, Status: "active"}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// house is a desk with its own mirror of the journal: ann asks, those of group
// dsi approve, bob has a mailbox.
func house(t testing.TB, j desk.Journal) (*desk.Desk, *Mirror) {
	t.Helper()
	m := New(j)
	people := []desk.Person{person("ann"), person("bob")}
	for i := range 8 {
		people = append(people, person(desk.UID(fmt.Sprint("dsi", i)), "dsi"))
	}
	must(t, m.LoadPeople(t.Context(), all(people...), noon))
	must(t, m.LoadAccounts(t.Context(), all(box("id-bob", "bob", "bob@u.fr")), noon))
	must(t, m.CatchUp(t.Context()))
	rules := rulesFunc(func(desk.Facts) desk.Decision {
		return desk.Decision{Outcome: desk.Pending, Rule: "alias", Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}
	})
	return &desk.Desk{Journal: j, View: m, Rules: rules, Now: func() time.Time { return noon }, Stale: time.Hour}, m
}

func askFor(t testing.TB, d *desk.Desk, alias, key string) desk.Request {
	t.Helper()
	a, err := desk.NewAction(desk.AliasAdd, "bob@u.fr", map[string]string{"alias": alias})
	must(t, err)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: key})
	must(t, err)
	return r
}

func ids(requests iter.Seq[desk.Request]) (ids []desk.ID) {
	for r := range requests {
		ids = append(ids, r.ID)
	}
	return ids
}

func facts(t testing.TB, events iter.Seq2[desk.Event, error]) (names []string) {
	t.Helper()
	for e, err := range events {
		must(t, err)
		names = append(names, fmt.Sprintf("%d %T", e.Seq, e.Fact))
	}
	return names
}

// Two mirrors have seen the request waiting; the second does not know yet that
// the first has approved. Its vote must not be taken as if nothing happened.
func TestStaleView(t *testing.T) {
	j := journal.NewMemory()
	d1, _ := house(t, j)
	r := askFor(t, d1, "b@u.fr", "k")
	d2, m2 := house(t, j)
	if _, err := d1.Approve(t.Context(), "dsi0", desk.Chat, r.ID, r.Digest()); err != nil {
		t.Fatal(err)
	}
	if _, err := d2.Approve(t.Context(), "dsi1", desk.Chat, r.ID, r.Digest()); desk.CodeOf(err) != desk.TooLate {
		t.Errorf("second vote: %v", err)
	}
	if got, _ := m2.Request(r.ID); got.State != desk.Ready || len(got.Votes) != 1 {
		t.Errorf("%s with %d votes", got.State, len(got.Votes))
	}
}

// Eight writers, each with its own memory, then all with the same.
func TestNumbersAreUniqueWithoutHoles(t *testing.T) {
	for name, shared := range map[string]bool{"a mirror each": false, "one mirror": true} {
		t.Run(name, func(t *testing.T) {
			j := journal.NewMemory()
			common, m := house(t, j)
			const each = 10
			var writers sync.WaitGroup
			for w := range 8 {
				d := common
				if !shared {
					d, _ = house(t, j)
				}
				writers.Go(func() {
					for i := range each {
						askFor(t, d, fmt.Sprintf("a%d-%d@u.fr", w, i), fmt.Sprint(w, "/", i))
						askFor(t, d, "same@u.fr", fmt.Sprint("shared ", i)) // whoever is first
					}
				})
			}
			writers.Wait()
			must(t, m.CatchUp(t.Context()))
			var want []desk.ID
			for n := int64(9 * each); n > 0; n-- {
				want = append(want, name64(n))
			}
			if diff := cmp.Diff(want, ids(m.Requests(desk.Query{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func name64(n int64) desk.ID { return desk.ID(fmt.Sprintf("D-%d", n)) }

// Readers and writers need not know of each other.
func TestManyReaders(t *testing.T) {
	j := journal.NewMemory()
	d, m := house(t, j)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := desk.Seq(0); ; {
				r, at := m.Request("D-1")
				if at < last || at > 1 && r.State == desk.None {
					t.Errorf("at %d, before %d: %q", at, last, r.State)
				}
				last = at
				for r := range m.Requests(desk.Query{States: []desk.State{desk.Waiting}}) {
					for range m.History(t.Context(), string(r.ID)) {
						m.Person(r.By)
					}
				}
				m.Search("b", 5)
				m.Owned("bob")
				m.HasDomain("u.fr")
				m.Correspondents()
				m.Ages()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 50 {
		askFor(t, d, fmt.Sprintf("a%d@u.fr", i), fmt.Sprint(i))
		must(t, d.Import(t.Context(), "test", desk.Grant{To: "bob", Domains: []string{"u.fr"}, Daily: i + 1}))
		must(t, m.LoadAccounts(t.Context(), all(box("id-bob", "bob", "bob@u.fr", desk.Address(fmt.Sprintf("b%d@u.fr", i)))), noon))
		must(t, m.Learn(box("new", "bob", desk.Address(fmt.Sprintf("n%d@u.fr", i))), noon))
	}
	close(done)
	readers.Wait()
}

func TestBindingThroughTheDesk(t *testing.T) {
	d, m := house(t, journal.NewMemory())
	bind := func(to desk.UID, account string) error {
		code, err := d.OfferBinding(t.Context(), to, sameCode{})
		must(t, err)
		_, err = d.Bind(t.Context(), account, code)
		return err
	}
	must(t, bind("ann", "chat-1"))
	must(t, bind("bob", "chat-2"))
	must(t, bind("ann", "chat-3")) // ann has a new account
	must(t, bind("bob", "chat-3")) // which becomes bob's
	for account, want := range map[string]desk.UID{"chat-1": "", "chat-2": "", "chat-3": "bob", "": ""} {
		if got := m.Binding(account); got != want {
			t.Errorf("%q is %q's, want %q", account, got, want)
		}
	}
	if m.Chat("ann") != "" || m.Chat("bob") != "chat-3" || m.Chat("") != "" {
		t.Errorf("ann %q bob %q", m.Chat("ann"), m.Chat("bob"))
	}
}

// sameCode draws the same code each time: it is offered anew after its use.
type sameCode struct{}

func (sameCode) Read(p []byte) (int, error) { return len(p), nil }

func TestOfferIsUsedUp(t *testing.T) {
	m := folded(t, event("", "ann", desk.BindingOffered{Digest: "d", Until: noon}))
	if who, until := m.Offer("d"); who != "ann" || !until.Equal(noon) {
		t.Errorf("offered to %q until %v", who, until)
	}
	m = folded(t, event("", "ann", desk.BindingOffered{Digest: "d", Until: noon}), event("", "ann", desk.Bound{Account: "c", Digest: "d"}))
	if who, until := m.Offer("d"); who != "" || !until.IsZero() {
		t.Errorf("still offered to %q until %v", who, until)
	}
}

func TestDelegation(t *testing.T) {
	d, m := house(t, journal.NewMemory())
	d.Rules = everything{}
	m.SetDomains([]string{"a.fr", "b.fr", "c.fr"})
	must(t, d.Import(t.Context(), "test", desk.Grant{To: "bob", Domains: []string{"a.fr", "c.fr"}}, desk.Grant{To: "dsi1", Domains: []string{"b.fr"}}))
	ask := func(text string) {
		a, err := desk.ParseAction(text)
		must(t, err)
		id, _ := m.Next()
		r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Action: a, Key: text + string(id)})
		if must(t, err); r.State == desk.Waiting {
			r, err = d.Approve(t.Context(), "dsi0", desk.Chat, id, "")
			must(t, err)
		}
		if r.State != desk.Settled {
			t.Fatalf("%s: %s", text, r.State)
		}
	}
	names := func(all []desk.Delegation) (names []desk.Mandate) {
		for _, o := range all {
			names = append(names, o.ID)
		}
		return names
	}
	held := func(who desk.UID, want ...desk.Mandate) {
		t.Helper()
		if got := names(m.Person(who).Delegations); !slices.Equal(got, want) || !slices.Equal(names(m.Correspondents()[who]), want) {
			t.Errorf("%s holds %v, want %v", who, got, want)
		}
	}
	held("bob", "M-1")
	before, correspondents := m.Person("bob"), m.Correspondents()
	ask("delegation.deputy M-1 person=dsi1 until=2099-01-01")
	held("dsi1", "M-2", "M-1")
	kept := m.Person("dsi1").Delegations
	ask("delegation.revoke M-1 deputy=dsi1")
	if !slices.Equal(names(kept), []desk.Mandate{"M-2", "M-1"}) {
		t.Errorf("what was returned has become %v", names(kept))
	}
	held("dsi1", "M-2")
	ask("delegation.deputy M-1 person=dsi1 until=2099-01-01")
	ask("delegation.revoke M-1")
	held("bob")
	held("dsi1", "M-2")
	if o := m.Delegation("M-1"); o.Stands() || o.EndedBy != "ann" || len(m.Delegations()) != 2 || m.Delegation("M-3").Known() {
		t.Errorf("after its end: %+v", o)
	}
	var told []string
	for e, err := range m.History(t.Context(), "M-1") {
		must(t, err)
		if _, asks := e.Fact.(desk.Asked); !asks {
			told = append(told, fmt.Sprintf("%T", e.Fact))
		}
	}
	if want := []string{"desk.Revoked", "desk.Decided", "desk.Deputised"}; !slices.Equal(told[:3], want) || told[len(told)-1] != "desk.Granted" {
		t.Errorf("history tells %v", told)
	}
	if len(before.Delegations) != 1 || len(before.Delegations[0].Deputies) != 0 || len(correspondents["bob"]) != 1 {
		t.Error("what was returned has changed since")
	}
}

// everything asks for approval where one person is not enough.
type everything struct{}

func (everything) Decide(f desk.Facts) desk.Decision {
	if spec, _ := desk.SpecOf(f.Action.Verb); spec.Two {
		return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"person:dsi0"}, Needed: 1}}}
	}
	return desk.Decision{Outcome: desk.Allowed}
}

func TestUnreadableJournal(t *testing.T) {
	lost := errors.New("disk gone")
	m := New(failing{journal.NewMemory(), lost})
	if err := m.CatchUp(t.Context()); !errors.Is(err, lost) {
		t.Errorf("caught up: %v", err)
	}
}
