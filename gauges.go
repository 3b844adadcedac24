package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
)

// gauges tell, when they are asked, how the house stands.
type gauges struct {
	house *house
	seals func() (seals, error) // nil = no checkpoint is signed
}

// seals is how far checkpoints have come.
type seals struct {
	events desk.Seq
	at     time.Time // zero if there is none
}

// kept reads the last checkpoint of this site.
func (c historyConfig) kept() (s seals, err error) {
	k, err := c.key()
	if err != nil {
		return s, err
	}
	last, err := journal.Shelf(c.Folder).Last(k.Public())
	if err != nil || last.Size == 0 {
		return s, err
	}
	info, err := os.Stat(filepath.Join(c.Folder, "last"))
	if err != nil {
		return s, err
	}
	return seals{last.Size, info.ModTime()}, nil
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("melusine_"+name, help, labels, nil)
}

var (
	requestsGauge    = gauge("requests", "Requests by state.", "state")
	oldestGauge      = gauge("oldest_seconds", "For how long the request that is longest in a state is in it; 0 if there is none.", "state")
	heldGauge        = gauge("held", "Requests that a brake holds, by limit.", "limit")
	frozenGauge      = gauge("frozen", "1 while nothing is sent to Partage.")
	frozenAtGauge    = gauge("frozen_since_timestamp_seconds", "When the freeze began; 0 without one.")
	ageGauge         = gauge("source_age_seconds", "How long ago all people (directory), accounts (partage) or lists (lists) were read; +Inf = never.", "source")
	roundGauge       = gauge("partage_domains", "Domains of Partage: all, fresh (read within a round), never (not read yet).", "state")
	followGauge      = gauge("directory_followed", "1 by the way changes of the directory are learned: syncrepl, poll or reread.", "way")
	proofGauge       = gauge("proof_differences", "What differed when the copy was last compared with Partage: accounts and lists sampled, domains counted; NaN = never compared.", "of")
	proofAgeGauge    = gauge("proof_age_seconds", "How long ago that was; +Inf = never.")
	leftGauge        = gauge("directory_left_out", "Entries of the directory that are nobody, by reason.", "reason")
	sizeGauge        = gauge("mirror_rows", "People, accounts, and lists with resources in memory.", "of")
	eventsGauge      = gauge("journal_events", "Events in the journal, as far as they were read.")
	thinGauge        = gauge("domains_thin", "Domains with fewer than two correspondents, by how many they have.", "correspondents")
	sealLagGauge     = gauge("checkpoint_lag_events", "Events that no kept checkpoint covers.")
	sealAgeGauge     = gauge("checkpoint_age_seconds", "How long ago a checkpoint was kept; +Inf = never.")
	buildGauge       = gauge("build_info", "1; what is running.", "version", "go")
	unfinishedStates = []desk.State{desk.Waiting, desk.Ready, desk.Running, desk.Doubtful, desk.Stopped, desk.Review, desk.Applying}
)

// Describe is prometheus.Collector's.
func (g gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{requestsGauge, oldestGauge, heldGauge, frozenGauge, frozenAtGauge, ageGauge, roundGauge, followGauge, proofGauge, proofAgeGauge, leftGauge, sizeGauge, eventsGauge, thinGauge, sealLagGauge, sealAgeGauge, buildGauge} {
		to <- d
	}
}

// Collect is prometheus.Collector's.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	g.requests(tell)
	g.safety(tell)
	g.world(tell)
	g.sources(tell)
	g.checkpoints(tell)
	if info, ok := debug.ReadBuildInfo(); ok {
		tell(buildGauge, 1, info.Main.Version, info.GoVersion)
	}
}

type tell func(d *prometheus.Desc, value float64, labels ...string)

func (g gauges) requests(tell tell) {
	now, count, oldest, held := g.house.desk.Now(), map[desk.State]int{}, map[desk.State]time.Duration{}, map[desk.Limit]int{}
	for r := range g.house.desk.View.Requests(desk.Query{}) {
		count[r.State]++
		oldest[r.State] = max(oldest[r.State], now.Sub(r.Changed))
		if r.State == desk.Stopped {
			held[r.Limit.Limit]++
		}
	}
	for _, s := range desk.States() {
		tell(requestsGauge, float64(count[s]), string(s))
	}
	for _, s := range unfinishedStates {
		tell(oldestGauge, oldest[s].Seconds(), string(s))
	}
	for _, l := range g.house.desk.Brakes.Limits() {
		tell(heldGauge, float64(held[l.Limit]), string(l.Limit))
	}
}

func (g gauges) safety(tell tell) {
	frozen, since := 0., 0.
	if e, is := g.house.desk.View.Freeze(); is {
		frozen, since = 1, float64(e.At.Unix())
	} else if g.house.freezeFile != "" && frozenByFile(g.house.freezeFile) {
		frozen, since = 1, float64(g.house.desk.Now().Unix())
	}
	tell(frozenGauge, frozen)
	tell(frozenAtGauge, since)
}

func (g gauges) world(tell tell) {
	directory, partage := g.house.mirror.Ages()
	tell(ageGauge, g.age(directory), "directory")
	tell(ageGauge, g.age(partage), "partage")
	tell(ageGauge, g.age(g.house.mirror.Listed()), "lists")
	tell(sizeGauge, float64(g.house.mirror.Persons()), "people")
	tell(sizeGauge, float64(g.house.mirror.Population()), "accounts")
	lists := 0
	for _, d := range g.house.mirror.ObjectsRead() {
		lists += d.Accounts
	}
	tell(sizeGauge, float64(lists), "lists")
	thin := [2]int{}
	for _, c := range g.house.desk.Thin() {
		thin[len(c.By)]++
	}
	tell(thinGauge, float64(thin[0]), "0")
	tell(thinGauge, float64(thin[1]), "1")
}

func (g gauges) checkpoints(tell tell) {
	_, head := g.house.desk.View.Request("")
	tell(eventsGauge, float64(head))
	if g.seals == nil {
		return
	}
	last, err := g.seals()
	if err != nil {
		last = seals{}
	}
	tell(sealLagGauge, float64(max(0, head-last.events)))
	tell(sealAgeGauge, g.age(last.at))
}

func (g gauges) age(at time.Time) float64 {
	if at.IsZero() {
		return math.Inf(1)
	}
	return g.house.desk.Now().Sub(at).Seconds()
}

// expose registers the gauges, and what Go and the system tell of the process.
func (v *vitals) expose(g gauges) {
	v.registry.MustRegister(g, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}
