package mirror

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/snapshot"
)

// in is n accounts of a domain.
func in(domain string, n int) (all []desk.Account) {
	for i := range n {
		all = append(all, box(fmt.Sprintf("%s-%d", domain, i), "", desk.Address(fmt.Sprintf("b%04d@%s", i, domain)), desk.Address(fmt.Sprintf("x%04d@%s", i, domain))))
	}
	return all
}

func TestDomains(t *testing.T) {
	m := folded(t)
	m.SetDomains([]string{"a.fr", "b.fr"})
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	load := func(domain string, n int, accounts ...desk.Account) {
		t.Helper()
		must(t, m.LoadDomain(t.Context(), domain, all(accounts...), at(n)))
	}
	age := func(want time.Time) {
		t.Helper()
		if _, partage := m.Ages(); !partage.Equal(want) {
			t.Errorf("as of %v, want %v", partage, want)
		}
	}
	load("a.fr", 1, in("a.fr", 30)...)
	age(time.Time{}) // b.fr was never read
	load("b.fr", 2, in("b.fr", 3)...)
	age(at(1))
	load("a.fr", 3, in("a.fr", 30)...)
	age(at(2))
	if m.Population() != 33 || !m.Account("x0002@b.fr").Known() {
		t.Errorf("%d accounts", m.Population())
	}
	want := []DomainRead{{"b.fr", 3, at(2)}, {"a.fr", 30, at(3)}}
	if diff := cmp.Diff(want, m.Reads()); diff != "" {
		t.Error(diff)
	}
	must(t, m.LoadAccounts(t.Context(), all(append(in("a.fr", 30), in("b.fr", 3)...)...), at(4))) // all at once
	age(at(4))

	// An account that has moved to the other domain is there, and only there.
	moved := in("a.fr", 30)[7]
	moved.Address = "moved@b.fr"
	load("b.fr", 5, append(in("b.fr", 3), moved)...)
	if m.Account("b0007@a.fr").Known() || m.Account("moved@b.fr").ID != moved.ID || m.Population() != 33 {
		t.Errorf("moved: %d accounts", m.Population())
	}
	rest := append(in("a.fr", 7), in("a.fr", 30)[8:]...)
	load("a.fr", 6, rest...)
	if m.Account("moved@b.fr").ID != moved.ID || m.Population() != 33 {
		t.Errorf("moved away: %d accounts", m.Population())
	}
}

func TestDomainsRefused(t *testing.T) {
	lost := errors.New("connection lost")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	later := noon.Add(time.Hour)
	new := box("new", "zoe", "new@a.fr")
	for name, c := range map[string]struct {
		ctx  context.Context
		rows iter.Seq2[desk.Account, error]
		at   time.Time
		want string
	}{
		"partial":        {t.Context(), broken(lost, append(in("a.fr", 60), new)...), later, "connection lost"},
		"cancelled":      {gone, all(append(in("a.fr", 60), new)...), later, "context canceled"},
		"another domain": {t.Context(), all(append(in("a.fr", 60), box("new", "", "new@b.fr"))...), later, "another domain"},
		"repeated":       {t.Context(), all(append(in("a.fr", 60), new, in("a.fr", 1)[0])...), later, "listed twice"},
		"shifted":        {t.Context(), all(append(in("a.fr", 60), new, box("other", "", "b0001@a.fr"))...), later, "listed twice"},
		"shrunk":         {t.Context(), all(append(in("a.fr", 38), new)...), later, "vanish"},
		"empty":          {t.Context(), all[desk.Account](), later, "vanish"},
		"older":          {t.Context(), all(append(in("a.fr", 60), new)...), noon.Add(-1), "not newer"},
		"no time":        {t.Context(), all(append(in("a.fr", 60), new)...), time.Time{}, "not newer"},
	} {
		m := folded(t)
		m.SetDomains([]string{"a.fr", "large.fr"})
		must(t, m.LoadDomain(t.Context(), "large.fr", all(in("large.fr", 1000)...), noon)) // beside which a.fr is nothing
		must(t, m.LoadDomain(t.Context(), "a.fr", all(in("a.fr", 60)...), noon))
		before := held(m)
		if err := m.LoadDomain(c.ctx, "a.fr", c.rows, c.at); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, at := m.Ages(); !at.Equal(noon) || cmp.Diff(before, held(m)) != "" {
			t.Errorf("%s left a trace", name)
		}
	}
}

// Twenty a day from each domain is a university in a month.
func TestSmallLossesAddUp(t *testing.T) {
	m := folded(t)
	var domains []string
	for i := range 20 {
		domains = append(domains, fmt.Sprintf("d%02d.fr", i))
	}
	m.SetDomains(domains)
	for _, d := range domains {
		must(t, m.LoadDomain(t.Context(), d, all(in(d, 40)...), noon))
	}
	refused := 0
	for _, d := range domains {
		if err := m.LoadDomain(t.Context(), d, all(in(d, 25)...), noon.Add(time.Hour)); errors.Is(err, ErrBrake) {
			refused++
		} else {
			must(t, err)
		}
	}
	if lost := 800 - m.Population(); refused != 18 || lost != 30 {
		t.Errorf("%d domains refused, %d accounts lost of 800", refused, lost)
	}
	must(t, m.LoadDomain(t.Context(), "d19.fr", all(in("d19.fr", 25)...), noon.Add(26*time.Hour))) // the next day
}

// A proof of the executor outlives every listing that was begun before it, and
// yields to one begun after, wherever the listing was when it came.
func TestProofsOutliveOlderListings(t *testing.T) {
	stale := in("a.fr", 1200)
	changed := stale[5]
	changed.Aliases = []desk.Address{"proved@a.fr"}
	renamed := stale[6]
	renamed.Address = "b0007@a.fr" // another's address, who has moved
	other := stale[7]
	other.Address = "moved@b.fr"
	created := box("created", "", "created@a.fr")
	took := stale[9]
	took.Address = "b0008@a.fr" // of one that is there no more, though the listing has it
	proofs := []desk.Account{changed, other, renamed, created, took}
	check := func(when string, m *Mirror) {
		t.Helper()
		for _, p := range proofs {
			if got := m.Account(p.Address); cmp.Diff(p, got) != "" {
				t.Errorf("%s: %s", when, cmp.Diff(p, got))
			}
		}
		if m.Account("b0009@a.fr").Known() || m.Account("b0006@a.fr").Known() || m.Account("x0005@a.fr").Known() {
			t.Errorf("%s: an older listing undid a proof", when)
		}
	}
	for _, when := range []string{"before", "during", "after"} {
		m := folded(t)
		m.SetDomains([]string{"a.fr", "b.fr"})
		must(t, m.LoadDomain(t.Context(), "a.fr", all(stale...), noon))
		must(t, m.LoadDomain(t.Context(), "b.fr", all[desk.Account](), noon))
		learn := func() {
			for i, p := range proofs {
				must(t, m.Learn(p, noon.Add(10*time.Second+time.Duration(i))))
			}
		}
		listing := func(yield func(desk.Account, error) bool) {
			for i, a := range stale {
				if when == "during" && i == 600 {
					learn()
				}
				a.Used = 7 // so that every row is written
				if !yield(a, nil) {
					return
				}
			}
		}
		if when == "before" {
			learn()
		}
		must(t, m.LoadDomain(t.Context(), "a.fr", listing, noon.Add(5*time.Second)))
		if when == "after" {
			learn()
		}
		check(when, m)
		must(t, m.LoadDomain(t.Context(), "b.fr", all(other), noon.Add(6*time.Second)))
		check(when+", other domain", m)
		must(t, m.LoadDomain(t.Context(), "a.fr", all(stale...), noon.Add(time.Minute))) // somebody else has undone it
		if got := m.Account("b0005@a.fr"); cmp.Diff(stale[5], got) != "" || m.Account("created@a.fr").Known() {
			t.Errorf("%s: a proof holds back a listing that is newer", when)
		}
	}
}

// Proofs arrive, people read, while domains are read again and again: no proof is
// lost, and nobody waits for a whole domain.
func TestDomainsUnderLoad(t *testing.T) {
	m := folded(t)
	m.SetDomains([]string{"a.fr"})
	stale := in("a.fr", 3000)
	must(t, m.LoadDomain(t.Context(), "a.fr", all(stale...), noon))
	var group sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		group.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if a := m.Account(stale[i%3000].Address); !a.Known() {
					t.Error("an account is not there for a moment")
					return
				}
				m.Search("b1", 20)
				m.Reads()
			}
		})
	}
	for n := range 4 {
		at := noon.Add(time.Duration(n+1) * time.Minute)
		proved := make(chan struct{})
		go func() {
			defer close(proved)
			for i := range 300 {
				p := stale[i*10]
				p.Quota = int64(n + 1)
				if err := m.Learn(p, at.Add(time.Second)); err != nil {
					t.Error(err)
				}
			}
		}()
		rows := func(yield func(desk.Account, error) bool) {
			for _, a := range stale {
				a.Used = int64(n)
				if !yield(a, nil) {
					return
				}
			}
		}
		must(t, m.LoadDomain(t.Context(), "a.fr", rows, at))
		<-proved
		for i := range 300 {
			if got := m.Account(stale[i*10].Address); got.Quota != int64(n+1) {
				t.Fatalf("round %d: the proof of %s is lost", n, got.Address)
			}
		}
	}
	close(stop)
	group.Wait()
}

func TestAccountsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts")
	m := folded(t)
	m.SetDomains([]string{"a.fr", "b.fr"})
	accounts := in("a.fr", 50)
	accounts[1] = desk.Account{ID: "one", Address: "b0001@a.fr", Owner: "bob", Name: "Bob é", Status: "locked", COS: "staff", Quota: -1, Used: 1 << 50,
		Aliases: []desk.Address{"u@a.fr", "v@b.fr"}, Seen: time.Unix(0, 0).UTC(), Forward: "x@y.fr", ForwardOnly: true, Hidden: true}
	must(t, m.LoadDomain(t.Context(), "a.fr", all(accounts...), noon))
	must(t, m.LoadDomain(t.Context(), "b.fr", all(in("b.fr", 2)...), noon.Add(time.Minute)))
	must(t, m.SaveAccounts(path, "here"))

	again := folded(t)
	again.SetDomains([]string{"a.fr", "b.fr"})
	proved := accounts[2]
	proved.Quota = 42
	must(t, again.Learn(proved, noon.Add(time.Second)))              // later than the listing that was kept
	must(t, again.Learn(accounts[3], noon.Add(-time.Second)))        // earlier
	must(t, again.Learn(in("b.fr", 1)[0], noon.Add(30*time.Second))) // earlier than that of its own domain
	must(t, again.RestoreAccounts(path, "here"))
	want := held(m)
	want[proved.Address] = proved
	if diff := cmp.Diff(want, held(again)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(m.Reads(), again.Reads()); diff != "" {
		t.Error(diff)
	}
	if _, at := again.Ages(); !at.Equal(noon) {
		t.Errorf("as of %v", at)
	}
	if len(again.Owned("bob")) != 1 || !again.HasDomain("b.fr") || again.Account("v@b.fr").ID != "one" {
		t.Error("the indexes are not those of what was kept")
	}
	if err := again.RestoreAccounts(path, "here"); err == nil {
		t.Error("restored over what was read")
	}
	less := folded(t)
	less.SetDomains([]string{"b.fr"}) // the key of a.fr was taken away
	must(t, less.RestoreAccounts(path, "here"))
	if less.Population() != 2 {
		t.Errorf("%d accounts of domains that are not served any more", less.Population())
	}
	if err := folded(t).RestoreAccounts(path, "elsewhere"); !errors.Is(err, snapshot.ErrOther) {
		t.Errorf("of another Partage: %v", err)
	}
}

// People who are followed come, change and go; who was read by himself just
// before is not put back.
func TestFollowPeople(t *testing.T) {
	m := folded(t)
	pairs := func(people ...desk.Person) iter.Seq2[desk.UID, desk.Person] {
		return func(yield func(desk.UID, desk.Person) bool) {
			for _, p := range people {
				uid := p.UID
				if p.Name == "gone" {
					p = desk.Person{}
				}
				if !yield(uid, p) {
					return
				}
			}
		}
	}
	follow := func(at time.Duration, people ...desk.Person) []desk.UID {
		t.Helper()
		again, err := m.FollowPeople(pairs(people...), noon.Add(at))
		must(t, err)
		return again
	}
	if _, err := m.FollowPeople(pairs(), noon); err == nil {
		t.Error("followed before any reading")
	}
	must(t, m.LoadPeople(t.Context(), all(person("ann", "dsi"), person("bob", "dsi"), person("eve")), noon))
	m.Members("dsi")
	if again := follow(time.Minute, person("ann"), desk.Person{UID: "bob", Name: "gone"}, person("new", "dsi"), desk.Person{UID: "ghost", Name: "gone"}); len(again) > 0 {
		t.Errorf("to be read again: %v", again)
	}
	if m.Person("ann").In("dsi") || m.Person("bob").Known() || len(m.Members("dsi")) != 1 || m.Persons() != 3 {
		t.Errorf("%d people, members %v", m.Persons(), m.Members("dsi"))
	}
	if at, _ := m.Ages(); !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("as of %v", at)
	}
	must(t, m.LearnPerson("eve", desk.Person{}, noon.Add(2*time.Minute))) // has gone, as just read
	if again := follow(2*time.Minute+time.Second, person("eve", "dsi"), person("zoe")); len(again) != 1 || again[0] != "eve" {
		t.Errorf("to be read again: %v", again)
	}
	if m.Person("eve").Known() || !m.Person("zoe").Known() {
		t.Error("what was told late counts more than what was just read")
	}
	follow(3*time.Minute, person("eve")) // long after
	if !m.Person("eve").Known() || len(m.met) > 0 {
		t.Error("who was once read by himself is never followed again")
	}
	follow(time.Minute) // an older time does not make it older
	if at, _ := m.Ages(); !at.Equal(noon.Add(3 * time.Minute)) {
		t.Errorf("as of %v", at)
	}
}

// People who go one by one all day are braked as those who go at once.
func TestFollowBrakes(t *testing.T) {
	m := folded(t)
	var people []desk.Person
	for i := range 1000 {
		people = append(people, person(desk.UID(fmt.Sprint("p", i))))
	}
	must(t, m.LoadPeople(t.Context(), all(people...), noon))
	gone := func(i int, at time.Time) error {
		_, err := m.FollowPeople(func(yield func(desk.UID, desk.Person) bool) { yield(people[i].UID, desk.Person{}) }, at)
		return err
	}
	n := 0
	for ; n < 1000 && gone(n, noon.Add(time.Duration(n)*time.Second)) == nil; n++ {
	}
	if n != 50 || m.Persons() != 950 {
		t.Errorf("%d went before the brake, %d are there", n, m.Persons())
	}
	if err := gone(n, noon.Add(25*time.Hour)); err != nil {
		t.Errorf("the next day: %v", err)
	}
	if _, err := m.FollowPeople(func(yield func(desk.UID, desk.Person) bool) {
		for _, p := range people[100:300] {
			if !yield(p.UID, desk.Person{}) {
				return
			}
		}
	}, noon.Add(60*time.Hour)); !errors.Is(err, ErrBrake) || m.Persons() != 949 {
		t.Errorf("%v, %d people", err, m.Persons())
	}
}
