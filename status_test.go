package main

import (
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// What the server says of its sources is what status prints.
func TestStatus(t *testing.T) {
	h, _, _, _ := manned(t)
	h.every = refreshConfig{Partage: time.Hour}
	h.progress.set(func(p *progress) { p.way, p.reading, p.listed = "syncrepl", "univ-test.fr", 700 })
	h.progress.proof = proof{At: time.Now(), Accounts: tally{Domains: make([]domainProof, 1), Here: 3, There: 4, Sampled: 2}, Lists: tally{Domains: make([]domainProof, 1), Here: 5, There: 6, Sampled: 1}}
	server := httptest.NewServer(operations(h.vitals, readiness{h, nil}))
	defer server.Close()
	var out strings.Builder
	if err := (statusCommand{Lang: "fr"}).print(t.Context(), &out, server.URL); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"way": "syncrepl"`, `"reading": "univ-test.fr"`, `"listed": 700`, "3 accounts of 4, 2 sampled, 0 differ", "5 lists of 6, 1 sampled, 0 differ", `"name": "lists"`, `"domains": 1`, `"fresh": 1`, `"rows": 2`} {
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
	h.progress.proof = proof{At: h.desk.Now(), Accounts: tally{Domains: []domainProof{{Here: 1, There: 2}, {Here: 2, There: 2}}, Differ: []difference{{}, {}, {}}},
		Lists: tally{Domains: []domainProof{{Here: 2, There: 1}, {Here: 3, There: 1}}, Differ: []difference{{}}}}
	got = scrape(t, operations(h.vitals, readiness{h, nil}))
	if got[`melusine_proof_differences accounts`] != 3 || got[`melusine_proof_differences domains`] != 1 || got[`melusine_proof_differences lists`] != 1 || got[`melusine_proof_differences domains of lists`] != 2 {
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
	if !strings.Contains(out.String(), "lists are not compared") {
		t.Errorf("of lists that were never kept: %s", out.String())
	}
	stage{d, t}.readsLists()
	if err := d.house.mirror.SaveObjects(filepath.Join(cfg.Store, "lists.snapshot"), cfg.Partage.origin()); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := (compareCommand{Sample: 20}).compare(t.Context(), &out, cfg, parts); err != nil || !strings.Contains(out.String(), "20 lists compared one by one, 0 differ") {
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

// What another tool has done to lists since is found: one is gone, one has another
// name; the domains are read again before their time.
func TestCompareLists(t *testing.T) {
	d, r, now := rounded(t)
	r.all(t, now, 1000)
	stage{d, t}.readsLists()
	h, chance := d.house, rand.New(rand.NewPCG(1, 2))
	proves := func() proof {
		t.Helper()
		p, err := prove(t.Context(), h.mirror, h.office, nil, chance, 10_000, h.desk.Now())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := proves()
	if !before.same() || before.Lists.Sampled == 0 || before.Lists.Here != before.Lists.There || before.Lists.Here <= before.Lists.Sampled {
		t.Fatalf("as read: %+v", before.Lists)
	}
	all := slices.Collect(h.mirror.Lists())
	gone, renamed := all[0], all[1]
	for _, l := range []*desk.List{gone, renamed} {
		client, err := h.office.Domains.Client(l.Address.Domain())
		if err != nil {
			t.Fatal(err)
		}
		w, err := client.Writer(t.Context())
		if err == nil && l == gone {
			err = w.DeleteGroup(t.Context(), partage.Address(l.Address))
		} else if err == nil {
			err = w.ModifyGroup(t.Context(), partage.Address(l.Address), partage.GroupChange{DisplayName: new("autrement")})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	after := proves()
	if after.same() || after.Lists.There != before.Lists.There-1 || !slices.ContainsFunc(after.Lists.Differ, func(x difference) bool {
		return x.Address == renamed.Address && slices.Equal(x.Fields, []string{"Name"})
	}) {
		t.Errorf("%+v", after.Lists)
	}
	r.every.Sample = 10_000
	r.proved = time.Time{}
	r.end(t.Context())
	for _, l := range []*desk.List{gone, renamed} {
		if !r.stale[l.Address.Domain()] {
			t.Errorf("%s is not read again", l.Address)
		}
	}
	if due, _ := r.nextObjects(); !r.stale[due] {
		t.Errorf("next is %q", due)
	}
	domain, _ := r.nextObjects()
	*now = now.Add(time.Second)
	if r.loadObjects(t.Context(), domain); r.stale[domain] {
		t.Error("read, and still to be read")
	}
}
