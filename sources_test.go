package main

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// rounded is a house of which nothing was read, a round, and a clock to turn.
func rounded(t *testing.T) (*demo, *round, *time.Time) {
	t.Helper()
	d := &demo{}
	t.Cleanup(d.close)
	if err := d.build(t.Context(), 2000, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	h := d.house
	h.desk.Now = func() time.Time { return now }
	h.every = refreshConfig{Partage: 6 * time.Hour, Counts: 15 * time.Minute, Sample: 30}
	h.store = store{t.TempDir(), "here"}
	h.chance = rand.New(rand.NewPCG(1, 2))
	return d, newRound(h), &now
}

// all reads until nothing is due, at most so many domains, and names them.
func (r *round) all(t *testing.T, now *time.Time, most int) (read []string) {
	t.Helper()
	for len(read) < most {
		domain, _ := r.next()
		if domain == "" {
			break
		}
		r.load(t.Context(), domain)
		read = append(read, domain)
		*now = now.Add(time.Second)
	}
	return read
}

func (h *house) proves(t *testing.T) proof {
	t.Helper()
	p, err := prove(t.Context(), h.mirror, h.office, nil, rand.New(rand.NewPCG(1, 2)), 300, h.desk.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A round is stopped and taken up again by the next process, which reads only what
// was not read; then the copy is Partage.
func TestARoundIsTakenUpAgain(t *testing.T) {
	d, r, now := rounded(t)
	domains := len(d.house.office.Domains.Names())
	if err := d.house.mirror.RestoreAccounts(d.house.store.accounts(), "here"); err == nil {
		t.Fatal("restored from nothing")
	}
	first := r.all(t, now, domains/2)
	if _, at := d.house.mirror.Ages(); !at.IsZero() {
		t.Errorf("half of Partage is taken for the whole, of %v", at)
	}
	r.save()

	next := mirror.New(journal.NewMemory())
	next.SetDomains(d.house.office.Domains.Names())
	d.house.mirror = next
	d.house.restore(t.Context())
	again := newRound(d.house)
	rest := again.all(t, now, 2*domains)
	if slices.Sort(rest); len(rest) != domains-domains/2 || slices.ContainsFunc(first, func(s string) bool { return slices.Contains(rest, s) }) {
		t.Errorf("read %d of %d domains, then %d", len(first), domains, len(rest))
	}
	if _, at := next.Ages(); at.IsZero() {
		t.Error("all domains were read, but not Partage")
	}
	if p := d.house.proves(t); !p.same() || p.Accounts.Sampled != 300 || p.Accounts.Here != 2000 || len(p.Accounts.Domains) != domains {
		t.Errorf("%s", p.line(p.Accounts, "accounts"))
	}
	*now = now.Add(6 * time.Hour)
	if due, _ := again.next(); due != first[0] {
		t.Errorf("next is %s, not the one read longest ago, %s", due, first[0])
	}
}

// A domain that fails is left as it was and tried again later; the others go on.
// Pages that shift are found.
func TestADomainThatFails(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"forbidden": {Method: "GetAllAccounts", Answer: simulator.Forbidden},
		"cut":       {Method: "GetAllAccounts", Answer: simulator.Truncated},
		"empty":     {Method: "GetAllAccounts", Answer: simulator.Empty},
		"shifted":   {Method: "GetAllAccounts", Shift: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, r, now := rounded(t)
			r.all(t, now, 1000)
			want := slices.Collect(d.house.mirror.Accounts())
			*now = now.Add(7 * time.Hour)
			if err := d.partage.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			failing, _ := r.next()
			if r.load(t.Context(), failing); d.house.vitals.of("partage").err == nil {
				t.Error("nobody has noticed")
			}
			if diff := cmp.Diff(want, slices.Collect(d.house.mirror.Accounts())); diff != "" {
				t.Error(diff)
			}
			if err := d.partage.SetFaults(); err != nil {
				t.Fatal(err)
			}
			if others := r.all(t, now, 10); slices.Contains(others, failing) || len(others) != 10 {
				t.Errorf("after %s failed, %v were read", failing, others)
			}
			*now = now.Add(31 * time.Second)
			if r.all(t, now, 1000); !r.fresh(find(r.mirror.Reads(), failing)) || d.house.vitals.of("partage").err != nil {
				t.Errorf("%s was not tried again", failing)
			}
		})
	}
}

func find(all []mirror.DomainRead, domain string) mirror.DomainRead {
	return all[slices.IndexFunc(all, func(d mirror.DomainRead) bool { return d.Domain == domain })]
}

// What others do on Partage is found before its turn by the count, or by the sample.
func TestWhatOthersDoIsFound(t *testing.T) {
	d, r, now := rounded(t)
	r.all(t, now, 1000)
	if r.count(t.Context()); len(r.changed) > 0 {
		t.Fatalf("counted otherwise: %v", r.changed)
	}
	*now = now.Add(time.Minute)
	client, err := d.house.office.Domains.Client("physique.unistra.fr")
	if err != nil {
		t.Fatal(err)
	}
	create := func(name string) {
		t.Helper()
		w, err := client.Writer(t.Context())
		if err == nil {
			err = w.CreateAccount(t.Context(), partage.Address(name), partage.NewAccount{Password: partage.NewSecret("correct horse battery")})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	create("nouveau.venu@physique.unistra.fr")
	r.count(t.Context())
	if due, _ := r.next(); due != "physique.unistra.fr" || len(r.changed) != 1 {
		t.Errorf("to be read: %s, changed %v", due, r.changed)
	}
	r.all(t, now, 10)
	if !d.house.mirror.Account("nouveau.venu@physique.unistra.fr").Known() || len(r.changed) > 0 {
		t.Error("not read again, or for ever")
	}

	changed := slices.Collect(d.house.mirror.Accounts())[3]
	other, err := d.house.office.Domains.For(partage.Address(changed.Address))
	if err != nil {
		t.Fatal(err)
	}
	w, err := other.Writer(t.Context())
	if err == nil {
		err = w.AddAccountAlias(t.Context(), partage.Address(changed.Address), partage.Address("autre.alias@"+changed.Address.Domain()))
	}
	if err != nil {
		t.Fatal(err)
	}
	r.every.Sample = 3000
	r.proved = time.Time{}
	r.end(t.Context())
	p := r.progress.proof
	if len(p.Accounts.Differ) != 1 || p.Accounts.Differ[0].Address != changed.Address || !slices.Equal(p.Accounts.Differ[0].Fields, []string{"Aliases"}) || p.Accounts.Sampled != 2001 {
		t.Errorf("%s: %+v", p.line(p.Accounts, "accounts"), p.Accounts.Differ)
	}
	var out strings.Builder
	if err := p.write(&out, false); err != nil || !strings.Contains(out.String(), string(changed.Address)+": Aliases differ") || strings.Contains(out.String(), "physique") {
		t.Errorf("%v: %s", err, out.String())
	}
	if r.all(t, now, 10); !d.house.proves(t).same() {
		t.Error("what the sample found is not read again")
	}
}

// The same chance draws the same sample, and every account may be drawn.
func TestDraw(t *testing.T) {
	accounts := func(yield func(desk.Account) bool) {
		for i := range 20 {
			if !yield(desk.Account{Used: int64(i)}) {
				return
			}
		}
	}
	one, same := draw(accounts, 5, rand.New(rand.NewPCG(1, 2))), draw(accounts, 5, rand.New(rand.NewPCG(1, 2)))
	if diff := cmp.Diff(one, same); diff != "" || len(one) != 5 {
		t.Error(diff)
	}
	if n := len(draw(accounts, 30, rand.New(rand.NewPCG(1, 2)))); n != 20 {
		t.Errorf("drew %d of 20", n)
	}
	chance, seen := rand.New(rand.NewPCG(3, 4)), map[int64]int{}
	for range 400 {
		for _, a := range draw(accounts, 5, chance) {
			seen[a.Used]++
		}
	}
	for i := range int64(20) {
		if seen[i] < 60 || seen[i] > 140 { // of 400 times one in four
			t.Errorf("account %d was drawn %d times", i, seen[i])
		}
	}
}

func TestDiffering(t *testing.T) {
	whole := desk.Account{ID: "1", Address: "a@u.fr", Aliases: []desk.Address{"b@u.fr"}, Used: 1, Seen: time.Now()}
	for want, change := range map[string]func(*desk.Account){
		"":                    func(a *desk.Account) { a.Used, a.Seen, a.Detail = 2, time.Time{}, &desk.Detail{} },
		"ID":                  func(a *desk.Account) { a.ID = "2" },
		"Aliases":             func(a *desk.Account) { a.Aliases = nil },
		"Quota Hidden":        func(a *desk.Account) { a.Quota, a.Hidden = 1, true },
		"Address Name Status": func(a *desk.Account) { a.Address, a.Name, a.Status = "", "x", "y" },
	} {
		other := whole
		change(&other)
		if got := strings.Join(differing(whole, other), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, begun := newPace(10, time.Now), time.Now()
		for range 21 {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("21 in %v", took)
		}
		time.Sleep(time.Hour) // what was not used is not saved up
		begun = time.Now()
		for range 3 {
			_ = p.wait(t.Context())
		}
		if took := time.Since(begun); took != 200*time.Millisecond {
			t.Errorf("3 in %v", took)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2 {
			if p.wait(gone) == nil {
				t.Error("waited for nobody")
			}
		}
	})
}

// A fable is a directory that behaves as it is told.
type fable struct {
	people
	reads, follows int
	read           func(n int) error
	follow         func(ctx context.Context, n int, told directory.Told) error
}

func (d *fable) Read(context.Context) (*directory.Census, error) {
	d.reads++
	return &directory.Census{}, d.read(d.reads)
}

func (d *fable) Follow(ctx context.Context, _ *directory.Census, _ func() time.Time, told directory.Told) error {
	d.follows++
	return d.follow(ctx, d.follows, told)
}
func (d *fable) Save(string, *directory.Census, time.Time) error { return nil }
func (d *fable) Restore(string) (*directory.Census, time.Time, error) {
	return nil, time.Time{}, errors.New("nothing kept")
}

// After a line that was lost the following goes on; after anything that the census
// has and the mirror has not, or that the server forgot, all is read again. The age
// moves only by what is known.
func TestKeepPeople(t *testing.T) {
	forever := func(ctx context.Context, _ int, _ directory.Told) error { <-ctx.Done(); return nil }
	once := func(err error) func(context.Context, int, directory.Told) error {
		return func(ctx context.Context, n int, told directory.Told) error {
			if n == 1 {
				return err
			}
			return forever(ctx, n, told)
		}
	}
	for name, c := range map[string]struct {
		read           func(int) error
		follow         func(context.Context, int, directory.Told) error
		reads, follows int
		ill            bool
	}{
		"well":         {nil, forever, 1, 1, false},
		"line lost":    {nil, once(errors.New("connection reset")), 1, 2, true},
		"forgotten":    {nil, once(directory.ErrReread), 2, 2, false},
		"read refused": {func(n int) error { return map[bool]error{true: errors.New("down")}[n < 3] }, forever, 3, 1, false},
		"too many gone": {nil, func(ctx context.Context, n int, told directory.Told) error {
			if n > 1 {
				return forever(ctx, n, told)
			}
			var gone []directory.Change
			for i := range 30 {
				gone = append(gone, directory.Change{UID: desk.UID(rune('a' + i))})
			}
			return told(gone, time.Now())
		}, 2, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, _, _, _ := manned(t)
				h.every = refreshConfig{Directory: 15 * time.Minute, Whole: 24 * time.Hour}
				if c.read == nil {
					c.read = func(int) error { return nil }
				}
				if name == "too many gone" {
					var many []desk.Person
					for i := range 30 {
						many = append(many, desk.Person{UID: desk.UID(rune('a' + i))})
					}
					load := func(yield func(desk.Person, error) bool) {
						for _, p := range many {
							if !yield(p, nil) {
								return
							}
						}
					}
					// What the census of a fable holds is nobody: it is refused at the second reading too.
					if err := h.mirror.LoadPeople(t.Context(), load, time.Now()); err != nil {
						t.Fatal(err)
					}
				}
				d := &fable{read: c.read, follow: c.follow}
				h.people = d
				if name == "too many gone" {
					h.census = &directory.Census{}
					c.reads, c.follows = 0, 1
				}
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { defer close(done); h.keepPeople(ctx) }()
				time.Sleep(10 * time.Second)
				cancel()
				<-done
				if name == "too many gone" {
					if d.follows != 1 || d.reads < 1 || h.mirror.Persons() != 30 || !errors.Is(h.vitals.of("directory").err, mirror.ErrBrake) {
						t.Errorf("followed %d times, read %d times, %d people, %v", d.follows, d.reads, h.mirror.Persons(), h.vitals.of("directory").err)
					}
				} else if d.reads != c.reads || d.follows != c.follows {
					t.Errorf("read %d times, followed %d times, want %d and %d", d.reads, d.follows, c.reads, c.follows)
				}
			})
		})
	}
}

// What the directory tells makes the copy younger, and a word by which nothing
// changes heals what was told of a failure.
func TestTheAgeMovesByWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _, _, _ := manned(t)
		h.every = refreshConfig{Directory: 15 * time.Minute, Whole: 24 * time.Hour}
		h.people = &fable{read: func(int) error { return nil }, follow: func(ctx context.Context, n int, told directory.Told) error {
			if n == 1 {
				return errors.New("line lost")
			}
			for rest(ctx, time.Second) == nil {
				if err := told(nil, time.Now()); err != nil {
					return err
				}
			}
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); h.keepPeople(ctx) }()
		time.Sleep(500 * time.Millisecond)
		if h.vitals.of("directory").err == nil {
			t.Error("the lost line is not told")
		}
		time.Sleep(time.Hour)
		if at, _ := h.mirror.Ages(); time.Since(at) > 2*time.Second || h.vitals.of("directory").err != nil {
			t.Errorf("known as of %v ago, %v", time.Since(at), h.vitals.of("directory").err)
		}
		if s := h.sources()[0]; s.Rows != 0 || s.Name != "directory" {
			t.Errorf("%+v", s)
		}
		cancel()
		<-done
	})
}

func TestStoreNames(t *testing.T) {
	s := store{"/var/lib/x", ""}
	if s.people() == s.accounts() || filepath.Dir(s.people()) != "/var/lib/x" {
		t.Error(s.people(), s.accounts())
	}
	a, b := partageConfig{URL: "https://a", Scope: "x"}, partageConfig{URL: "https://b", Scope: "x"}
	if a.origin() == b.origin() {
		t.Error("another Partage is the same")
	}
}
