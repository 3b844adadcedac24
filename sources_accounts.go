package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// A round keeps the copy of Partage like Partage: no method says what has changed,
// so that domains are read again one after the other, those longest ago first, and
// before their time those that have another number of accounts than is known. What
// was read stays when the process stops, or when a domain fails: nothing is begun
// again but the domain itself. Lists, which take two calls each, are read when no
// accounts are to be.
type round struct {
	*house
	chance  *rand.Rand
	counted time.Time
	classed time.Time
	saved   time.Time
	proved  time.Time
	changed map[string]bool // domains of which the count is another
	turns   turns           // of accounts
	objects turns           // of lists, resources and trees
	stale   map[string]bool // domains of which these are others than were read
}

func newRound(h *house) *round {
	now := h.desk.Now()
	return &round{house: h, chance: h.chance, counted: now, saved: now, changed: map[string]bool{}, turns: newTurns(), objects: newTurns(), stale: map[string]bool{}}
}

// keepAccounts goes round until ctx ends.
func (h *house) keepAccounts(ctx context.Context) {
	r := newRound(h)
	for ctx.Err() == nil {
		domain, wait := r.next()
		lists, later := r.nextObjects()
		switch {
		case domain != "":
			r.load(ctx, domain)
		case lists != "":
			r.loadObjects(ctx, lists)
		case h.every.Counts > 0 && h.desk.Now().Sub(r.counted) >= h.every.Counts:
			r.count(ctx)
		default:
			r.end(ctx)
			_ = rest(ctx, min(wait, later))
		}
	}
	r.save()
}

// next is the domain to be read now, or how long to wait.
func (r *round) next() (domain string, wait time.Duration) {
	return r.turns.next(r.mirror.Reads(), r.changed, r.desk.Now(), r.every.Partage)
}

// load reads one domain. One that fails is tried again later, less and less often;
// the others go on.
func (r *round) load(ctx context.Context, domain string) {
	err := r.classes(ctx)
	at := r.desk.Now()
	if err == nil {
		r.progress.set(func(p *progress) { p.reading, p.listed = domain, 0 })
		err = r.mirror.LoadDomain(ctx, domain, r.listed(r.office.AccountsOf(ctx, domain)), at)
		r.progress.set(func(p *progress) { p.reading, p.listed = "", 0 })
	}
	if ctx.Err() != nil {
		return
	}
	delete(r.changed, domain)
	r.vitals.loaded("partage", r.desk.Now(), err)
	if err != nil {
		r.log.Error("load", "what", "accounts", "domain", domain, "error", err)
		r.turns.fails(domain, r.desk.Now(), r.every.Partage)
		return
	}
	r.log.Info("domain read", "domain", domain, "took", r.desk.Now().Sub(at))
	r.turns.works(domain)
	if r.desk.Now().Sub(r.saved) > time.Minute {
		r.save()
	}
}

// listed counts accounts as they come.
func (r *round) listed(accounts iter.Seq2[desk.Account, error]) iter.Seq2[desk.Account, error] {
	return func(yield func(desk.Account, error) bool) {
		n := 0
		for a, err := range accounts {
			if n++; n%100 == 0 {
				r.progress.set(func(p *progress) { p.listed = n })
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

// classes reads the names of the classes of service, once in a round.
func (r *round) classes(ctx context.Context) error {
	if !r.classed.IsZero() && r.desk.Now().Sub(r.classed) < r.every.Partage {
		return nil
	}
	classes, err := r.office.Classes(ctx)
	if err != nil {
		return fmt.Errorf("read classes of service: %w", err)
	}
	r.mirror.SetClasses(classes)
	r.classed = r.desk.Now()
	return nil
}

// count asks how many accounts each domain has, and has those read again that have
// more or fewer than is known.
func (r *round) count(ctx context.Context) {
	for _, d := range r.mirror.Reads() {
		if r.pace != nil && r.pace.wait(ctx) != nil {
			return
		}
		n, err := r.office.CountOf(ctx, d.Domain)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.log.Error("count accounts", "domain", d.Domain, "error", err)
			r.vitals.note("partage", r.desk.Now(), err)
			continue
		}
		if n != d.Accounts {
			r.log.Info("another number of accounts", "domain", d.Domain, "known", d.Accounts, "partage", n)
			r.changed[d.Domain] = true
		}
	}
	r.counted = r.desk.Now()
}

// end proves what was read, once all domains were since the last proof, and keeps it.
func (r *round) end(ctx context.Context) {
	_, oldest := r.mirror.Ages()
	if oldest.IsZero() || !oldest.After(r.proved) {
		return
	}
	r.save()
	r.proved = r.desk.Now()
	r.countRestored(ctx)
	if r.every.Sample == 0 {
		return
	}
	proof, err := prove(ctx, r.mirror, r.office, r.pace, r.chance, r.every.Sample, r.desk.Now())
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.log.Error("compare with Partage", "error", err)
		return
	}
	r.progress.set(func(p *progress) { p.proof = proof })
	for _, domain := range proof.Accounts.other() {
		r.changed[domain] = true
	}
	for _, domain := range proof.Lists.other() {
		r.stale[domain] = true
	}
	for what, t := range map[string]tally{"accounts": proof.Accounts, "lists": proof.Lists} {
		r.log.Info("compared with Partage", "what", what, "domains", len(t.Domains), "here", t.Here, "there", t.There, "sampled", t.Sampled, "differ", len(t.Differ))
	}
}

func (r *round) save() {
	if r.store.folder == "" {
		return
	}
	r.saved = r.desk.Now()
	if err := r.mirror.SaveAccounts(r.store.accounts(), r.store.partage); err != nil {
		r.log.Error("keep accounts for the next start", "error", err)
	}
	if err := r.mirror.SaveObjects(r.store.objects(), r.store.partage); err != nil {
		r.log.Error("keep lists for the next start", "error", err)
	}
}
