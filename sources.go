package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/directory"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/internal/snapshot"
)

// refreshConfig is how often the copies of the directory and of Partage are renewed.
type refreshConfig struct {
	Directory time.Duration `yaml:"directory"` // all of it, where it does not tell its changes
	Whole     time.Duration `yaml:"whole"`     // all of it, where it does: to prove that nothing was missed
	Partage   time.Duration `yaml:"partage"`   // each domain
	Counts    time.Duration `yaml:"counts"`    // how many accounts each domain has
	Sample    int           `yaml:"sample"`    // accounts compared one by one after each round
}

// progress is what sources tell of themselves, beside their ages.
type progress struct {
	mu      sync.Mutex
	way     directory.Way // by which the directory is followed, "" before
	reading string        // domain that is being read, "" between two
	listed  int           // accounts of it so far
	proof   proof
}

func (p *progress) set(change func(*progress)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// store is where the copies are kept between two runs. The files may be removed at
// any time, and hold personal data.
type store struct{ folder, partage string }

func (s store) people() string   { return filepath.Join(s.folder, "directory.snapshot") }
func (s store) accounts() string { return filepath.Join(s.folder, "accounts.snapshot") }
func (s store) objects() string  { return filepath.Join(s.folder, "lists.snapshot") }

// origin of the accounts: other accounts come from another Partage.
func (c partageConfig) origin() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(c.URL+"\n"+c.Scope)))
}

// restore takes in what was kept, so that a start need not wait for anybody. What
// cannot be used is told, and read again.
func (h *house) restore(ctx context.Context) (census *directory.Census) {
	if h.store.folder == "" {
		return nil
	}
	if err := h.mirror.RestoreAccounts(h.store.accounts(), h.store.partage); err != nil {
		h.tellStore("accounts", err)
	}
	if err := h.mirror.RestoreObjects(h.store.objects(), h.store.partage); err != nil {
		h.tellStore("lists", err)
	}
	f, follows := h.people.(follower)
	if !follows {
		return nil
	}
	census, at, err := f.Restore(h.store.people())
	if err == nil {
		err = h.mirror.LoadPeople(ctx, census.People(), at)
	}
	if err != nil {
		h.tellStore("people", err)
		return nil
	}
	return census
}

func (h *house) tellStore(what string, err error) {
	if errors.Is(err, snapshot.ErrNone) {
		h.log.Info("nothing was kept, all is read", "what", what)
		return
	}
	h.log.Warn("what was kept cannot be used, all is read", "what", what, "error", err)
}

// pace lets so many through in a second, one after the other.
type pace struct {
	mu   sync.Mutex
	next time.Time
	gap  time.Duration
	now  func() time.Time
}

func newPace(perSecond float64, now func() time.Time) *pace {
	return &pace{gap: time.Duration(float64(time.Second) / perSecond), now: now}
}

func (p *pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := p.now()
	if p.next.Before(now) {
		p.next = now
	}
	left := p.next.Sub(now)
	p.next = p.next.Add(p.gap)
	p.mu.Unlock()
	if left <= 0 {
		return ctx.Err()
	}
	return rest(ctx, left)
}

// rest waits, or returns the error of ctx.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// A sourceReport is how a source stands, for who operates the house.
type sourceReport struct {
	Name    string    `json:"name"`
	At      time.Time `json:"at,omitzero"`      // as of when all of it is known
	Rows    int       `json:"rows"`             // people, accounts, or lists and resources
	Way     string    `json:"way,omitempty"`    // by which changes are learned
	Domains int       `json:"domains,omitzero"` // of Partage
	Fresh   int       `json:"fresh,omitzero"`   // of them, read within a round
	Reading string    `json:"reading,omitempty"`
	Listed  int       `json:"listed,omitzero"`
	Proof   string    `json:"proof,omitempty"`
	Error   string    `json:"error,omitempty"` // of the last reading
}

// sources tells how they stand.
func (h *house) sources() []sourceReport {
	people, accounts := h.mirror.Ages()
	h.progress.mu.Lock()
	defer h.progress.mu.Unlock()
	p := &h.progress
	from := sourceReport{Name: "directory", At: people, Rows: h.mirror.Persons(), Way: string(p.way)}
	to := sourceReport{Name: "partage", At: accounts, Rows: h.mirror.Population(), Reading: p.reading, Listed: p.listed, Proof: p.proof.line(p.proof.Accounts, "accounts")}
	lists := sourceReport{Name: "lists", At: h.mirror.Listed(), Proof: p.proof.line(p.proof.Lists, "lists")}
	for _, d := range h.mirror.Reads() {
		if to.Domains++; h.fresh(d) {
			to.Fresh++
		}
	}
	for _, d := range h.mirror.ObjectsRead() {
		if lists.Domains++; h.fresh(d) {
			lists.Fresh++
		}
		lists.Rows += d.Accounts
	}
	for _, s := range []*sourceReport{&from, &to, &lists} {
		if err := h.vitals.of(s.Name).err; err != nil {
			s.Error = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
	}
	return []sourceReport{from, to, lists}
}

// sources tells of them to those who watch.
func (g gauges) sources(tell tell) {
	h, state := g.house, map[string]int{"all": 0, "fresh": 0, "never": 0}
	for _, d := range h.mirror.Reads() {
		state["all"]++
		if h.fresh(d) {
			state["fresh"]++
		}
		if d.At.IsZero() {
			state["never"]++
		}
	}
	for name, n := range state {
		tell(roundGauge, float64(n), name)
	}
	h.progress.mu.Lock()
	way, last := h.progress.way, h.progress.proof
	h.progress.mu.Unlock()
	if way != "" {
		tell(followGauge, 1, string(way))
	}
	for of, t := range map[string]tally{"accounts": last.Accounts, "lists": last.Lists} {
		differ, domains := math.NaN(), math.NaN()
		if len(t.Domains) > 0 {
			differ, domains = float64(len(t.Differ)), float64(len(t.miscounted()))
		}
		tell(proofGauge, differ, of)
		tell(proofGauge, domains, map[string]string{"accounts": "domains", "lists": "domains of lists"}[of])
	}
	tell(proofAgeGauge, g.age(last.At))
	if s, counts := h.people.(interface{ Stats() directory.Stats }); counts {
		for reason, n := range s.Stats().Rejected {
			tell(leftGauge, float64(n), string(reason))
		}
	}
}

// fresh says that a domain was read within a round.
func (h *house) fresh(d mirror.DomainRead) bool {
	return !d.At.IsZero() && h.desk.Now().Sub(d.At) < h.every.Partage
}

// told is who may have changed, as pairs.
func told(changes []directory.Change) func(func(desk.UID, desk.Person) bool) {
	return func(yield func(desk.UID, desk.Person) bool) {
		for _, c := range changes {
			if !yield(c.UID, c.Person) {
				return
			}
		}
	}
}
