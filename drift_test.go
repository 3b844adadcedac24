package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unistra/melusine/internal/desk"
)

// small is the demo on a small university, loaded, with nobody at work.
func small(t *testing.T) *house {
	t.Helper()
	d, err := newDemo(t.Context(), demoCommand{Listen: freePort(t), Accounts: 1000}, newLog())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d.house
}

func TestDriftCommands(t *testing.T) {
	h := small(t)
	var out strings.Builder
	err := driftShowCommand{Lang: "en"}.show(&out, h.desk)
	if err == nil || !strings.Contains(out.String(), "person.gone") || !strings.Contains(out.String(), "Account without person") {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	if err := (driftShowCommand{selectOptions: selectOptions{Cause: []string{"person.gone"}}, Lang: "fr"}).show(&out, h.desk); err == nil || !strings.Contains(out.String(), "account.delete") {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	if err := (driftShowCommand{selectOptions: selectOptions{Cause: []string{"quota.low"}}, JSON: true}).show(&out, h.desk); err != nil || strings.TrimSpace(out.String()) != "[]" {
		t.Errorf("%q, %v", out.String(), err)
	}
	for name, o := range map[string]selectOptions{"cause": {Cause: []string{"nothing"}}, "domain": {Domain: "no domain"}, "population": {Population: "<x>"}} {
		if err := (driftShowCommand{selectOptions: o, Lang: "en"}).show(&out, h.desk); err == nil {
			t.Errorf("no such %s is no error", name)
		}
	}
	out.Reset()
	if err := (driftPlanCommand{planOptions: planOptions{Most: 3, Canary: 2}, Lang: "en"}).print(&out, h); err != nil || strings.Count(out.String(), "account.delete") != 3 {
		t.Errorf("%q, %v", out.String(), err)
	}
	digest := strings.TrimSpace(out.String())[strings.LastIndex(strings.TrimSpace(out.String()), "\n")+1:]
	apply := driftApplyCommand{shellOptions: shellOptions{By: "sgermain", Lang: "en"}, planOptions: planOptions{Most: 3, Canary: 2}, Plan: strings.Repeat("0", 12)}
	if err := apply.askFor(t.Context(), &out, h.desk); err == nil {
		t.Error("another plan than was shown is asked for")
	}
	apply.Plan = digest[:12]
	out.Reset()
	if err := apply.askFor(t.Context(), &out, h.desk); err != nil || !strings.Contains(out.String(), "D-1") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if r, _ := h.mirror.Request("D-1"); r.State != desk.Waiting || r.Via != desk.Shell || r.Action.Arg("plan") != digest {
		t.Errorf("%s by %s: %s", r.State, r.Via, r.Action)
	}
	if err := h.desk.Mark(t.Context()); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := (driftTrendCommand{}).print(t.Context(), &out, h.desk.Journal); err != nil || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	h.prober.look(t.Context())
	if err := (figuresCommand{By: "sgermain", Lang: "fr"}).print(&out, h); err != nil || !strings.Contains(out.String(), "étudiants") || !strings.Contains(out.String(), "répond en") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := (figuresCommand{By: "jdupont", Lang: "fr"}).print(&out, h); err == nil {
		t.Error("the figures are for anybody")
	}
}

// ails is the trouble there is, if any.
func ails(trouble *atomic.Pointer[error]) error {
	if err := trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// A service is asked at intervals; what it answered is kept for a day, in cells
// of five minutes.
func TestProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var trouble atomic.Pointer[error]
		hangs := make(chan bool)
		p := newProber(time.Now, func() time.Duration { return time.Since(start) }, time.Minute,
			probe{"partage", func(context.Context) error { time.Sleep(40 * time.Millisecond); return ails(&trouble) }},
			probe{"webmail", func(ctx context.Context) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-hangs:
					return nil
				}
			}})
		if s := p.services(); len(s) != 2 || !s[0].At.IsZero() || s[1].Name != "webmail" {
			t.Errorf("before the first look: %+v", s)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.run(ctx) }()
		time.Sleep(30 * time.Second)
		s := p.services()
		if !s[0].Up || s[0].Latency != 40*time.Millisecond || s[1].Up || s[1].Error == "" {
			t.Errorf("%+v", s)
		}
		first := s[0].Since
		time.Sleep(10 * time.Minute)
		if s = p.services(); s[0].Since != first || s[0].At == first {
			t.Errorf("up since %v, asked %v", s[0].Since, s[0].At)
		}
		down := errors.New("down")
		trouble.Store(&down)
		time.Sleep(2 * time.Minute)
		if s = p.services(); s[0].Up || s[0].Error != "down" || s[0].Since == first {
			t.Errorf("%+v", s[0])
		}
		held := s[0].History
		last := held[len(held)-1]
		time.Sleep(25 * time.Hour)
		s = p.services()
		if len(s[0].History) != cells || held[len(held)-1] != last {
			t.Errorf("%d cells; what a reader holds has changed: %v", len(s[0].History), held[len(held)-1] != last)
		}
		if c := s[0].History[10]; c.Bad < 4 || c.Good != 0 || c.Mean() != 0 {
			t.Errorf("%+v", c)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatAWebmailAnswers(t *testing.T) {
	for status, up := range map[int]bool{200: true, 401: true, 403: true, 404: false, 500: false, 503: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		if err := answers(server.Client(), server.URL)(t.Context()); (err == nil) != up {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
		if err := answers(server.Client(), server.URL)(t.Context()); err == nil {
			t.Error("a server that is gone answers")
		}
	}
}

// What of the new sections makes no sense is told, with its place.
func TestBadDriftConfigurations(t *testing.T) {
	for text, want := range map[string]string{
		"drift: {leavers: burn}":                                        "drift.leavers",
		"drift: {percent: 0}":                                           "drift.percent",
		"drift: {percent: 50}":                                          "drift.percent",
		"drift: {most: 100000}":                                         "drift.most",
		"drift: {canary: 0}":                                            "drift.canary",
		"drift: {wave: 0}":                                              "drift.wave",
		`drift: {daily: "25:00"}`:                                       "drift.daily",
		"drift: {ignore: [nothing]}":                                    "drift.ignore",
		"drift: {sync: {every: 1s, causes: [quota.low]}}":               "drift.sync.every",
		"drift: {sync: {every: 1h}}":                                    "drift.sync.causes",
		"drift: {sync: {every: 1h, causes: [nothing]}}":                 "drift.sync.causes",
		"drift: {populations: [{name: \"A b\"}]}":                       "drift.populations[0]",
		"drift: {populations: [{name: a}, {name: a}]}":                  "drift.populations[1]",
		"drift: {populations: [{name: a, classes: [\"[\"]}]}":           "drift.populations[0]",
		"drift: {populations: [{name: a, classes: [s_*], class: l_x}]}": "none of classes",
		"drift: {populations: [{name: a, quota: 12}]}":                  "quota",
		"cost: {bought: many}":                                          "cost.bought",
		"cost: {storage: \"-1\"}":                                       "cost.storage",
		"cost: {prices: [{class: s, each: \"1,5\"}]}":                   "cost.prices[0].each",
		"cost: {prices: [{each: \"1\"}]}":                               "class is needed",
		"cost: {prices: [{class: s, each: \"1\", free_for: 5}]}":        "free_for",
		"cost: {prices: [{class: \"[\", each: \"1\"}]}":                 "cost.prices[0]",
		"watch: {every: 1s}":                                            "watch.every",
		"watch: {webmail: \"http://webmail.example.fr/\"}":              "watch.webmail",
		"drift: {colour: blue}":                                         "colour",
	} {
		if _, err := parseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What prices come to is the same whatever the order in which classes are counted.
func TestTariffOfTheConfiguration(t *testing.T) {
	tariff, err := demoCost().tariff()
	if err != nil {
		t.Fatal(err)
	}
	want := desk.Tariff{Currency: "€", Bought: 210 << 40, Prices: []desk.Price{{Class: "s_*", Each: 6_400, Free: 42_050}, {Class: "l_*", Each: 19_475}}}
	if diff := cmp.Diff(want, tariff); diff != "" {
		t.Error(diff)
	}
}
