package main

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/partage"
)

// What the server says of its sources is what status prints.
func TestStatus(t *testing.T) {
	h, _, _, _ := manned(t)
	h.every = refreshConfig{Partage: time.Hour}
	h.progress.set(func(p *progress) { p.way, p.reading, p.listed = "syncrepl", "univ-test.fr", 700 })
	h.progress.proof = proof{At: time.Now(), Here: 3, There: 4, Sampled: 2}
	server := httptest.NewServer(operations(h.vitals, readiness{h, nil}))
	defer server.Close()
	var out strings.Builder
	if err := (statusCommand{Lang: "fr"}).print(t.Context(), &out, server.URL); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"way": "syncrepl"`, `"reading": "univ-test.fr"`, `"listed": 700`, "3 accounts of 4, 2 sampled, 0 differ", `"domains": 1`, `"fresh": 1`, `"rows": 2`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
	ill := httptest.NewServer(operations(newVitals(), readiness{h, h.checks(nil, "", nil)[1:2]}))
	defer ill.Close()
	h.desk.Stale = -time.Hour
	if err := (statusCommand{}).print(t.Context(), &out, ill.URL); err == nil || !strings.Contains(err.Error(), "not ready") {
		t.Errorf("got %v", err)
	}
	server.Close()
	if err := (statusCommand{}).print(t.Context(), &out, server.URL); err == nil {
		t.Error("a server that is not there has answered")
	}
}

// The metrics of sources tell the same.
func TestSourceGauges(t *testing.T) {
	h, _, _, _ := manned(t)
	h.every = refreshConfig{Partage: time.Hour}
	h.progress.set(func(p *progress) { p.way = "poll" })
	h.vitals.expose(gauges{h, nil})
	got := scrape(t, operations(h.vitals, readiness{h, nil}))
	for name, want := range map[string]float64{`melusine_partage_domains all`: 1, `melusine_partage_domains fresh`: 1,
		`melusine_partage_domains never`: 0, `melusine_directory_followed poll`: 1} {
		if v, told := got[name]; !told || v != want {
			t.Errorf("%s is %v (%t), want %v", name, v, told, want)
		}
	}
	h.progress.proof = proof{At: h.desk.Now(), Domains: []domainProof{{Here: 1, There: 2}, {Here: 2, There: 2}}, Differ: []difference{{}, {}, {}}}
	got = scrape(t, operations(h.vitals, readiness{h, nil}))
	if got[`melusine_proof_differences accounts`] != 3 || got[`melusine_proof_differences domains`] != 1 {
		t.Errorf("proof: %v", got)
	}
}

// Compare reads what is kept, beside the server, and fails if Partage has other.
func TestCompare(t *testing.T) {
	d, r, now := rounded(t)
	r.all(t, now, 1000)
	cfg := config{Store: d.house.store.folder, Partage: partageConfig{URL: "https://here", Scope: "unistra.fr"}}
	parts := parts{office: d.house.office, pace: newPace(1000, time.Now)}
	var out strings.Builder
	if err := (compareCommand{Sample: 20}).compare(t.Context(), &out, cfg, parts); err == nil {
		t.Error("compared with nothing")
	}
	if err := d.house.mirror.SaveAccounts(filepath.Join(cfg.Store, "accounts.snapshot"), cfg.Partage.origin()); err != nil {
		t.Fatal(err)
	}
	if err := (compareCommand{Sample: 20}).compare(t.Context(), &out, cfg, parts); err != nil || !strings.Contains(out.String(), "20 accounts compared one by one, 0 differ") {
		t.Errorf("%v: %s", err, out.String())
	}
	some := d.house.mirror.Reads()[0].Domain
	client, err := d.house.office.Domains.Client(some)
	if err != nil {
		t.Fatal(err)
	}
	w, err := client.Writer(t.Context())
	if err == nil {
		err = w.CreateAccount(t.Context(), partage.Address("neuf@"+some), partage.NewAccount{Password: partage.NewSecret("correct horse battery")})
	}
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := (compareCommand{Sample: 20}).compare(t.Context(), &out, cfg, parts); err == nil || !strings.Contains(out.String(), some) {
		t.Errorf("%v: %s", err, out.String())
	}
}
