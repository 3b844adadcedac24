package main

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/executor"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/notify"
)

// A distant journal is one whose database can go away.
type distant struct {
	*journal.Memory
	away atomic.Pointer[error]
}

func (j *distant) fails() error {
	if err := j.away.Load(); err != nil {
		return *err
	}
	return nil
}

func (j *distant) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	if err := j.fails(); err != nil {
		return 0, err
	}
	return j.Memory.Append(ctx, after, events...)
}

func (j *distant) Read(ctx context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	if err := j.fails(); err != nil {
		return func(yield func(desk.Event, error) bool) { yield(desk.Event{}, err) }
	}
	return j.Memory.Read(ctx, after)
}

func (j *distant) Wait(ctx context.Context, after desk.Seq) error {
	if err := j.fails(); err != nil {
		return err
	}
	return j.Memory.Wait(ctx, after)
}

// manned is a house with everything that its vitals look at, on a journal that
// can go away and a Partage of one mailbox.
func manned(t *testing.T) (*house, *distant, *executor.Executor, *mailbox) {
	t.Helper()
	j, start, v := &distant{Memory: journal.NewMemory()}, time.Now(), newVitals()
	m := mirror.New(measuredJournal{j, v, time.Now})
	m.SetDomains([]string{"univ-test.fr"})
	box := &mailbox{has: desk.Account{ID: "m", Address: "jeanne@univ-test.fr", Owner: "jeanne", Status: "active"}}
	people := func(yield func(desk.Person, error) bool) {
		_ = yield(desk.Person{UID: "jeanne"}, nil) && yield(desk.Person{UID: "paul"}, nil)
	}
	accounts := func(yield func(desk.Account, error) bool) { yield(box.has, nil) }
	nothing := mirror.Reading{Lists: func(func(desk.List, error) bool) {}, Resources: func(func(desk.Resource, error) bool) {}}
	if err := errors.Join(m.LoadPeople(t.Context(), people, start), m.LoadAccounts(t.Context(), accounts, start),
		m.LoadObjects(t.Context(), "univ-test.fr", nothing, start)); err != nil {
		t.Fatal(err)
	}
	d := &desk.Desk{Journal: measuredJournal{j, v, time.Now}, View: m, Now: time.Now, Stale: 24 * time.Hour, Brakes: desk.StandardBrakes(), Rules: permissive{}}
	h := &house{log: quiet, mirror: m, desk: d, vitals: v, steady: func() time.Duration { return time.Since(start) }, freezeFile: filepath.Join(t.TempDir(), "freeze")}
	x := &executor.Executor{Desk: d, Office: measuredOffice{box, v, time.Now}, Timing: executor.Standard(), Log: quiet, Steady: h.steady,
		Refresh: func(context.Context, ...desk.UID) error { return nil }, Halted: func() bool { return false }}
	return h, j, x, box
}

// silent tells nobody, and can be made to fail.
type silent struct{ err error }

func (s silent) Tell(context.Context, desk.Role, desk.Request) (desk.Post, error) {
	return desk.Post{}, s.err
}
func (s silent) Edit(context.Context, desk.Post, desk.Role, desk.Request) error { return s.err }

// A database that is away for an hour stops what would write, not the house: what
// is in memory is answered, and all goes on when it is back.
func TestAHouseOutlivesItsJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, j, x, box := manned(t)
		n := survivor{house: h}
		teller := &notify.Notifier{Desk: h.desk, Teller: silent{}, Pause: time.Second, Retry: time.Second, Log: quiet}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		for name, part := range map[string]func(context.Context) error{"executor": x.Run, "notifier": teller.Run} {
			go func() { done <- h.persists(name, part)(ctx) }()
		}
		before := n.allowed(t, "before@univ-test.fr")
		time.Sleep(time.Minute)
		gone := errors.New("connection refused")
		j.away.Store(&gone)
		time.Sleep(time.Hour)
		if r := mustRequest(n, before); r.State != desk.Settled || len(done) > 0 {
			t.Fatalf("%s; %d parts have ended", r.State, len(done))
		}
		if h.vitals.of("read").err == nil {
			t.Error("nobody has noticed")
		}
		j.away.Store(nil)
		if err := h.mirror.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := n.allowed(t, "after@univ-test.fr")
		time.Sleep(time.Minute)
		if r := mustRequest(n, after); r.State != desk.Settled || box.sends != 2 || h.vitals.of("read").err != nil || len(r.Announced) == 0 {
			t.Errorf("%+v, %d sends, %v", r, box.sends, h.vitals.of("read").err)
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// A journal that is not the one in memory any more ends the process.
func TestALostJournalIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, end := range []error{journal.ErrLost, journal.ErrRewritten} {
			h, j, x, _ := manned(t)
			j.away.Store(&end)
			if err := h.persists("executor", x.Run)(t.Context()); !errors.Is(err, end) {
				t.Errorf("%v: %v", end, err)
			}
		}
	})
}

// scrape reads the metrics as Prometheus does: name{label values} -> value.
func scrape(t *testing.T, from http.Handler) map[string]float64 {
	t.Helper()
	w := httptest.NewRecorder()
	from.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v", w.Code, err)
	}
	values := map[string]float64{}
	for name, f := range families {
		for _, m := range f.GetMetric() {
			at := name
			for _, l := range m.GetLabel() {
				at += " " + l.GetValue()
				if strings.Contains(l.GetValue(), "@") || strings.Contains(l.GetValue(), "jeanne") {
					t.Errorf("personal data in %s", at)
				}
			}
			values[at] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, j, x, _ := manned(t)
		kept := seals{}
		h.vitals.expose(gauges{h, func() (seals, error) { return kept, nil }})
		all := operations(h.vitals, readiness{house: h})
		n := survivor{house: h}
		want := func(when string, wanted map[string]float64) {
			t.Helper()
			got := scrape(t, all)
			for name, value := range wanted {
				if v, ok := got["melusine_"+name]; !ok || v != value {
					t.Errorf("%s: %s is %v (%v), not %v", when, name, v, ok, value)
				}
			}
		}
		want("at first", map[string]float64{"requests ready": 0, "requests held": 0, "frozen": 0, "frozen_since_timestamp_seconds": 0, "journal_events": 0, "checkpoint_lag_events": 0,
			"checkpoint_age_seconds": math.Inf(1), "mirror_rows people": 2, "mirror_rows accounts": 1, "source_age_seconds directory": 0, "held person": 0})
		n.allowed(t, "a@univ-test.fr")
		time.Sleep(90 * time.Second)
		want("asked", map[string]float64{"requests ready": 1, "oldest_seconds ready": 90, "oldest_seconds doubtful": 0, "appends_total kept": 1, "facts_total asked": 1,
			"facts_total decided": 1, "append_seconds": 1, "journal_events": 2, "checkpoint_lag_events": 2, "source_age_seconds partage": 90})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := x.Run(ctx); err != nil {
			t.Fatal(err)
		}
		kept = seals{4, time.Now().Add(-time.Minute)}
		want("done", map[string]float64{"requests done": 1, "requests ready": 0, "oldest_seconds ready": 0, "sends_total accepted alias.add": 1, "looks_total answered": 2,
			"facts_total started": 1, "facts_total done": 1, "checkpoint_lag_events": 0, "checkpoint_age_seconds": 60})
		gone := errors.New("no")
		j.away.Store(&gone)
		if err := h.desk.Freeze(t.Context(), desk.ByFile, ""); err == nil {
			t.Fatal("written nowhere")
		}
		j.away.Store(nil)
		h.freeze(t.Context(), desk.ByFile, "incident")
		tell := measuredTeller{silent{errors.New("no answer")}, h.vitals}
		_, _ = tell.Tell(t.Context(), desk.ToAsker, desk.Request{})
		_ = measuredTeller{silent{}, h.vitals}.Edit(t.Context(), desk.Post{}, desk.ToAsker, desk.Request{})
		h.vitals.loaded("partage", time.Now(), errors.New("no answer"))
		want("ill", map[string]float64{"appends_total failed": 1, "frozen": 1, "frozen_since_timestamp_seconds": float64(time.Now().Unix()), "told_total failed asker": 0 + 1,
			"told_total done asker": 1, "loads_total failed partage": 1, "facts_total frozen": 1})
	})
}

func TestOutcomesOfSends(t *testing.T) {
	for err, want := range map[error]string{nil: "accepted", desk.ErrRefused: "refused", desk.ErrNotSent: "not_sent", context.DeadlineExceeded: "unknown"} {
		v := newVitals()
		got := measuredPen{broken{err}, desk.AliasAdd, v.sends}.Write(t.Context())
		if values := scrape(t, operations(v, readiness{})); !errors.Is(got, err) || values["melusine_sends_total "+want+" alias.add"]+values["melusine_sends_total alias.add "+want] != 1 {
			t.Errorf("%v: %v", err, values)
		}
	}
}

type broken struct{ err error }

func (broken) Issued() time.Time             { return time.Time{} }
func (b broken) Write(context.Context) error { return b.err }

func TestReadiness(t *testing.T) {
	var ping atomic.Int32
	mattermost := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v4/system/ping" {
			t.Errorf("asked %s", r.URL.Path)
		}
		w.WriteHeader(int(ping.Load()))
	}))
	defer mattermost.Close()
	for name, tt := range map[string]struct {
		make   func(h *house, fit *error, kept *seals, now *time.Time)
		ill    string
		passes time.Duration
	}{
		"all well":                     {func(*house, *error, *seals, *time.Time) {}, "", 0},
		"a journal that takes no more": {func(_ *house, fit *error, _ *seals, _ *time.Time) { *fit = errors.New("disk full") }, "journal", 0},
		"a journal that is damaged": {func(h *house, _ *error, _ *seals, _ *time.Time) {
			h.vitals.note("read", time.Now(), errors.New("event 3"))
		}, "journal", 0},
		"an old directory": {func(_ *house, _ *error, _ *seals, now *time.Time) { *now = now.Add(25 * time.Hour) }, "directory", 0},
		"no directory":     {func(h *house, _ *error, _ *seals, _ *time.Time) { empty(h) }, "directory partage", 0},
		"a Partage that does not answer": {func(h *house, _ *error, _ *seals, _ *time.Time) {
			h.vitals.note("partage", time.Now(), errors.New("timeout"))
		}, "partage", 0},
		"a Partage that answers again": {func(h *house, _ *error, _ *seals, _ *time.Time) {
			h.vitals.note("partage", time.Now(), errors.New("timeout"))
			h.vitals.note("partage", time.Now(), nil)
		}, "", 0},
		"a read that was cut short": {func(h *house, _ *error, _ *seals, _ *time.Time) {
			h.vitals.note("partage", time.Now(), context.Canceled)
		}, "", 0},
		"a Mattermost that is ill": {func(*house, *error, *seals, *time.Time) { ping.Store(500) }, "mattermost", 0},
		"a checkpoint that was not posted": {func(h *house, _ *error, _ *seals, now *time.Time) {
			h.vitals.published(*now, errors.New("not a member"))
		}, "publication", 0},
		"a checkpoint that was, in the end": {func(h *house, _ *error, _ *seals, now *time.Time) {
			h.vitals.published(*now, errors.New("not a member"))
			h.vitals.published(*now, nil)
		}, "", 0},
		"no checkpoint for long":       {func(_ *house, _ *error, k *seals, _ *time.Time) { k.events = 1 }, "checkpoint", 16 * time.Minute},
		"no checkpoint for a while":    {func(_ *house, _ *error, k *seals, _ *time.Time) { k.events = 1 }, "", 10 * time.Minute},
		"checkpoints of all, long ago": {func(*house, *error, *seals, *time.Time) {}, "", 16 * time.Minute},
		"frozen is told, and is not ill": {func(h *house, _ *error, k *seals, _ *time.Time) {
			h.freeze(context.Background(), desk.ByFile, "")
			k.events = 5
		}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			ping.Store(200)
			h, _, _, _ := manned(t)
			survivor{house: h}.allowed(t, "a@univ-test.fr")
			var fit error
			kept, now := seals{2, time.Now()}, time.Now()
			h.desk.Now = func() time.Time { return now }
			r := readiness{h, h.checks(func(context.Context) error { return fit }, mattermost.URL, func() (seals, error) { return kept, nil })}
			tt.make(h, &fit, &kept, &now)
			get(t, r) // what is not covered is seen
			now = now.Add(tt.passes)
			code, said := get(t, r)
			var ill []string
			for _, f := range said.Dependencies {
				if f.Ill {
					ill = append(ill, f.Name)
					if f.Says == "" || f.Why == "" {
						t.Errorf("%+v", f)
					}
				}
			}
			if strings.Join(ill, " ") != tt.ill || (code == 200) != (tt.ill == "") || said.Ready != (tt.ill == "") || len(said.Dependencies) != 6 {
				t.Errorf("%d, %+v", code, said)
			}
			if _, frozen := h.desk.View.Freeze(); (said.Frozen != "") != frozen {
				t.Errorf("frozen: %q", said.Frozen)
			}
		})
	}
}

// empty gives the house a memory that was never filled.
func empty(h *house) {
	m := mirror.New(h.desk.Journal)
	_ = m.CatchUp(context.Background())
	h.mirror, h.desk.View = m, m
}

func get(t *testing.T, r http.Handler) (int, report) {
	t.Helper()
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz?lang=en", nil))
	var said report
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	return w.Code, said
}

// The listener is there if it is wanted, and says that the process lives.
func TestOperatorsListener(t *testing.T) {
	c, events, _ := archive(t)
	h, _, _, _ := manned(t)
	for _, address := range []string{"", freePort(t)} {
		c.Operations.Listen = address
		serve, err := c.operate(h, events)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- serve(ctx) }()
		if address != "" {
			for path, want := range map[string]int{"/healthz": 200, "/metrics": 200, "/": 404} {
				answer, err := http.Get("http://" + address + path)
				if err != nil || answer.StatusCode != want {
					t.Fatalf("%s: %v, %v", path, answer, err)
				}
				answer.Body.Close()
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
