package reminder_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/reminder"
)

// week has every day worked but Saturdays and Sundays, from 8 to 18 UTC.
type week struct{}

func worked(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }

func (week) Add(t time.Time, n int) time.Time {
	for t = t.UTC().Truncate(24 * time.Hour).Add(18 * time.Hour); n > 0; {
		if t = t.AddDate(0, 0, 1); worked(t) {
			n--
		}
	}
	return t
}

func (week) Working(t time.Time) bool {
	return worked(t.UTC()) && t.UTC().Hour() >= 8 && t.UTC().Hour() < 18
}

func (week) Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// A wall keeps what was told: "2026-12-03 eve 2". Like a chat it says a thing once.
type wall struct {
	mu    sync.Mutex
	lines []string
	down  map[desk.UID]bool
}

func (w *wall) Digest(_ context.Context, to desk.UID, day string, _ time.Time, waiting []desk.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down[to] {
		return errors.New("no answer")
	}
	key := fmt.Sprintf("%s %s ", day, to)
	if !slices.ContainsFunc(w.lines, func(l string) bool { return l[:len(key)] == key }) {
		w.lines = append(w.lines, key+fmt.Sprint(len(waiting)))
	}
	return nil
}

// Lapse is said once too, whoever is told.
func (w *wall) Lapse(_ context.Context, of desk.Delegation, since time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down[of.To] {
		return errors.New("no answer")
	}
	w.lines = append(w.lines, fmt.Sprintf("%s of %s since %s", of.ID, of.To, since.Format(time.DateOnly)))
	return nil
}

func (w *wall) want(t *testing.T, lines ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.lines, lines) {
		t.Errorf("told %q, want %q", w.lines, lines)
	}
}

func (w *wall) fail(who desk.UID, down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = map[desk.UID]bool{who: down}
}

type rules struct{}

func (rules) Decide(f desk.Facts) desk.Decision {
	if spec, _ := desk.SpecOf(f.Action.Verb); !spec.Changes {
		return desk.Decision{Outcome: desk.Allowed}
	}
	return desk.Decision{Outcome: desk.Pending, Panels: []desk.Panel{{Approvers: []string{"group:dsi"}, Needed: 1}}}
}

func all[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// newDesk has dan and eve who answer within two days, and fay who looks after
// them; after five a request ends.
func newDesk(t *testing.T, j desk.Journal) *desk.Desk {
	t.Helper()
	m := mirror.New(j)
	people := all(desk.Person{UID: "ann"}, desk.Person{UID: "dan", Groups: []string{"dsi"}}, desk.Person{UID: "eve", Groups: []string{"dsi"}},
		desk.Person{UID: "fay", Groups: []string{"chiefs"}})
	must(t, m.LoadPeople(t.Context(), people, time.Now()))
	must(t, m.LoadAccounts(t.Context(), all(desk.Account{ID: "z", Address: "bob@u.fr", Owner: "bob", Quota: 1}), time.Now()))
	must(t, m.CatchUp(t.Context()))
	return &desk.Desk{Journal: j, View: m, Rules: rules{}, Now: time.Now, Stale: 10000 * time.Hour,
		Terms: desk.Terms{Calendar: week{}, Deadline: 2, Expiry: 5, Escalation: "chiefs"}}
}

// seat gives everybody a chat account.
func seat(t *testing.T, d *desk.Desk) {
	t.Helper()
	for _, who := range []desk.UID{"ann", "dan", "eve", "fay"} {
		for _, f := range []desk.Fact{desk.BindingOffered{Digest: string(who)}, desk.Bound{Account: string(who), Digest: string(who)}} {
			_, err := d.Change(t.Context(), "", who, func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{f}, nil })
			must(t, err)
		}
	}
}

func ask(t *testing.T, d *desk.Desk, key string) desk.Request {
	t.Helper()
	a, err := desk.ParseAction("quota.set bob@u.fr size=2G")
	must(t, err)
	r, err := d.Ask(t.Context(), desk.Asking{By: "ann", Via: desk.Chat, Action: a, Key: key})
	must(t, err)
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run starts a reminder that stop ends.
func run(t *testing.T, d *desk.Desk, w *wall) (stop func()) {
	t.Helper()
	began := time.Now()
	r := &reminder.Reminder{Desk: d, Calendar: week{}, Steady: func() time.Duration { return time.Since(began) }, Log: slog.New(slog.DiscardHandler)}
	if w != nil {
		r.Teller = w
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return func() { cancel(); must(t, <-done) }
}

// wrote lists what was written by itself, with its hour: "Thu 08:00 Reminded".
func wrote(t *testing.T, d *desk.Desk) (lines []string) {
	t.Helper()
	for e, err := range d.Journal.Read(t.Context(), 0) {
		must(t, err)
		switch e.Fact.(type) {
		case desk.Reminded, desk.Escalated, desk.Expired:
			lines = append(lines, fmt.Sprintf("%s %s %T", e.ID, e.At.Round(time.Minute).Format("Mon 2 15:04"), e.Fact))
		}
	}
	return lines
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n %q, want\n %q", got, want)
	}
}

// to sleeps until an hour of January 2000, which begins on a Saturday as all
// synthetic time does.
func to(day, hour int) { time.Sleep(time.Until(time.Date(2000, 1, day, hour, 0, 0, 0, time.UTC))) }

// From Monday 3 to the next Monday, on two nodes that both die and come back.
func TestTheWholeLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, w := journal.NewMemory(), &wall{}
		one, two := newDesk(t, j), newDesk(t, j)
		seat(t, one)
		to(3, 10)
		r := ask(t, one, "k")
		stop, stop2 := run(t, one, w), run(t, two, w)
		to(6, 9) // Thursday: the deadline was Wednesday, 18:00
		stop()
		stop2()
		stop, stop2 = run(t, one, w), run(t, two, w)
		to(8, 9)
		stop()
		defer run(t, one, w)()
		to(9, 9)
		stop2()
		defer run(t, two, w)()
		to(13, 0)
		wants(t, wrote(t, one), "D-1 Thu 6 08:00 desk.Reminded", "D-1 Mon 10 08:00 desk.Escalated", "D-1 Mon 10 18:00 desk.Expired")
		w.want(t, "2000-01-03 dan 1", "2000-01-03 eve 1", "2000-01-04 dan 1", "2000-01-04 eve 1", "2000-01-05 dan 1", "2000-01-05 eve 1",
			"2000-01-06 dan 1", "2000-01-06 eve 1", "2000-01-07 dan 1", "2000-01-07 eve 1", "2000-01-10 dan 1", "2000-01-10 eve 1")
		if now, _ := two.View.Request(r.ID); now.State != desk.Lapsed {
			t.Errorf("%s on the other node", now.State)
		}
	})
}

// Who has left the directory for a day loses the tokens for good, whatever comes
// back under that login; a slip of the directory takes nothing, nor does one that
// is not read.
func TestTokensOfWhoHasLeftEnd(t *testing.T) {
	hours := func(n int) { time.Sleep(time.Duration(n) * time.Hour) }
	ann := desk.Person{UID: "ann"}
	for name, tt := range map[string]struct {
		live func(read func(...desk.Person))
		ends bool
	}{
		"there": {func(read func(...desk.Person)) { hours(48); read(ann); hours(2) }, false},
		"gone": {func(read func(...desk.Person)) {
			read()
			hours(25)
			read()
			hours(1)
			read(ann)
			hours(1)
		}, true},
		"gone, again": {func(read func(...desk.Person)) {
			read()
			hours(20)
			read(ann)
			hours(1)
			read()
			hours(20)
			read()
			hours(1)
		}, false},
		"not a day": {func(read func(...desk.Person)) {
			read()
			hours(23)
			read()
			hours(1)
			read(ann)
			hours(1)
		}, false},
		"a slip":     {func(read func(...desk.Person)) { read(); hours(23); read(ann); hours(48) }, false},
		"not read":   {func(read func(...desk.Person)) { read(); hours(100) }, false},
		"never read": {func(func(...desk.Person)) { hours(48) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := journal.NewMemory()
				d, m := newDesk(t, j), mirror.New(j)
				d.View = m
				read := func(people ...desk.Person) {
					must(t, m.LoadPeople(t.Context(), all(append(people, desk.Person{UID: "dan"})...), time.Now()))
				}
				if name != "never read" {
					read(ann)
					must(t, m.LoadAccounts(t.Context(), all[desk.Account](), time.Now()))
				}
				issued := desk.TokenIssued{Digest: "d", Name: "x", Powers: desk.Powers(), Until: time.Now().AddDate(0, 1, 0)}
				_, err := d.Change(t.Context(), "", "ann", func(desk.Request) ([]desk.Fact, error) { return []desk.Fact{issued}, nil })
				must(t, err)
				stop := run(t, d, nil)
				hours(1)
				tt.live(read)
				stop()
				ended := ""
				for e, err := range j.Read(t.Context(), 0) {
					must(t, err)
					if f, ok := e.Fact.(desk.TokenEnded); ok {
						ended = fmt.Sprint(e.By, " ", f)
					}
				}
				if want := fmt.Sprint(desk.System, " ", desk.TokenEnded{Token: "T-1", Of: "ann"}); tt.ends != (ended == want) || tt.ends != (len(d.Tokens("ann")) == 0) {
					t.Errorf("ended %q, stand %v", ended, d.Tokens("ann"))
				}
			})
		})
	}
}

// What is answered, and what needs no answer, is left alone.
func TestWhatIsAnsweredIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, journal.NewMemory())
		seat(t, d)
		to(3, 10)
		ready, refused := ask(t, d, "k"), ask(t, d, "k2")
		_, err := d.Approve(t.Context(), "eve", desk.Chat, ready.ID, "")
		must(t, err)
		_, err = d.Refuse(t.Context(), "eve", desk.Chat, refused.ID, "", "")
		must(t, err)
		defer run(t, d, nil)()
		to(30, 0)
		wants(t, wrote(t, d))
	})
}

// A day's digest is of its morning: who had nothing to answer then hears nothing
// more that day, not after a restart either.
func TestTheDigestIsOfTheMorning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, w := newDesk(t, journal.NewMemory()), &wall{}
		seat(t, d)
		to(3, 7)
		stop := run(t, d, w)
		to(3, 9)
		ask(t, d, "k")
		to(3, 11)
		stop()
		defer run(t, d, w)()
		to(3, 23)
		w.want(t)
		to(4, 9)
		w.want(t, "2000-01-04 dan 1", "2000-01-04 eve 1")
	})
}

// An imported delegation is told of before it lapses, at work, once, whatever the
// restarts; one that a request gave is not told of here. No digest is needed for it.
func TestAnImportedDelegationLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, w := newDesk(t, journal.NewMemory()), &wall{}
		d.Keeping = desk.Keeping{Notice: 3, Renewal: 366}
		d.View.(*mirror.Mirror).SetDomains([]string{"u.fr"})
		until := func(day int) time.Time { return time.Date(2000, 1, day+1, 0, 0, 0, 0, time.UTC) }
		must(t, d.Import(t.Context(), "file", desk.Grant{To: "ann", Domains: []string{"u.fr"}, Until: until(9)},
			desk.Grant{To: "dan", Domains: []string{"u.fr"}, Until: until(20)}, desk.Grant{To: "fay", Domains: []string{"u.fr"}}))
		to(5, 17)
		w.fail("ann", true)
		stop := run(t, d, w)
		to(6, 7)
		w.want(t)
		to(6, 12)
		w.want(t) // the chat is away
		w.fail("ann", false)
		to(6, 13)
		w.want(t, "M-1 of ann since 2000-01-06")
		stop()
		defer run(t, d, w)()
		to(16, 18)
		w.want(t, "M-1 of ann since 2000-01-06")
		to(17, 9)
		w.want(t, "M-1 of ann since 2000-01-06", "M-2 of dan since 2000-01-17")
	})
}

// Nobody is told when the house has turned it off.
func TestWithoutDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, journal.NewMemory())
		seat(t, d)
		to(3, 7)
		ask(t, d, "k")
		defer run(t, d, nil)()
		w := &wall{}
		quiet := &reminder.Reminder{Desk: d, Calendar: week{}, Teller: w, Quiet: true, Steady: func() time.Duration { return 0 }}
		to(4, 9)
		must(t, quiet.Look(t.Context()))
		must(t, quiet.Look(t.Context()))
		if w.want(t); d.View.Digested() != "" {
			t.Errorf("digested on %s", d.View.Digested())
		}
	})
}

// A chat that is away is tried again, and nobody is told twice.
func TestTheDigestIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, w := newDesk(t, journal.NewMemory()), &wall{}
		seat(t, d)
		to(3, 7)
		ask(t, d, "k")
		w.fail("eve", true)
		defer run(t, d, w)()
		to(3, 10)
		w.want(t, "2000-01-03 dan 1")
		w.fail("eve", false)
		to(3, 11)
		w.want(t, "2000-01-03 dan 1", "2000-01-03 eve 1")
	})
}

// A clock that is set forward ends nothing, for ever or until it is set right.
func TestTheClockIsSetForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, w := newDesk(t, journal.NewMemory()), &wall{}
		var ahead atomic.Int64
		shift := func(by time.Duration) { ahead.Store(int64(by)) }
		d.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		seat(t, d)
		to(3, 10)
		ask(t, d, "k")
		defer run(t, d, w)()
		to(3, 11)
		w.want(t, "2000-01-03 dan 1", "2000-01-03 eve 1")
		shift(10 * 365 * 24 * time.Hour)
		time.Sleep(time.Minute)
		must(t, d.Freeze(t.Context(), desk.ByClock, "+10y")) // what the house does, within a second
		time.Sleep(time.Hour)
		if day := d.View.Digested(); day != "2000-01-03" {
			t.Errorf("digested on %s", day)
		}
		shift(0)
		time.Sleep(time.Hour)
		wants(t, wrote(t, d))
		w.want(t, "2000-01-03 dan 1", "2000-01-03 eve 1")
	})
}
