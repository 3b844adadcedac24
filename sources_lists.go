package main

import (
	"context"
	"time"

	"github.com/unistra/melusine/internal/mirror"
)

// turns say which domain is read next. One that fails is tried again later, less and
// less often.
type turns struct {
	retry  map[string]time.Time // domains that failed: not before
	failed map[string]int       // times in a row
}

func newTurns() turns { return turns{map[string]time.Time{}, map[string]int{}} }

// next is the domain to be read now, or how long to wait: those read longest ago
// come first, those that have changed before their time.
func (t turns) next(reads []mirror.DomainRead, changed map[string]bool, now time.Time, every time.Duration) (domain string, wait time.Duration) {
	wait = time.Minute
	for _, d := range reads {
		due := d.At.Add(every)
		if d.At.IsZero() || changed[d.Domain] {
			due = now
		}
		if later := t.retry[d.Domain]; later.After(due) {
			due = later
		}
		if !due.After(now) {
			return d.Domain, 0
		}
		wait = min(wait, due.Sub(now))
	}
	return "", wait
}

func (t turns) fails(domain string, now time.Time, every time.Duration) {
	t.retry[domain] = now.Add(min(30*time.Second<<min(t.failed[domain], 10), every))
	t.failed[domain]++
}

func (t turns) works(domain string) {
	delete(t.retry, domain)
	delete(t.failed, domain)
}

// nextObjects is the domain whose lists, resources and tree are to be read now, or
// how long to wait.
func (r *round) nextObjects() (domain string, wait time.Duration) {
	return r.objects.next(r.mirror.ObjectsRead(), r.stale, r.desk.Now(), r.every.Partage)
}

// loadObjects reads them of one domain.
func (r *round) loadObjects(ctx context.Context, domain string) {
	at := r.desk.Now()
	err := r.readObjects(ctx, domain, at)
	if ctx.Err() != nil {
		return
	}
	delete(r.stale, domain)
	r.vitals.loaded("lists", r.desk.Now(), err)
	if err != nil {
		r.log.Error("load", "what", "lists", "domain", domain, "error", err)
		r.objects.fails(domain, r.desk.Now(), r.every.Partage)
		return
	}
	r.objects.works(domain)
	if next, _ := r.nextObjects(); next == "" || r.desk.Now().Sub(r.saved) > time.Minute {
		r.save()
	}
}

func (h *house) readObjects(ctx context.Context, domain string, at time.Time) error {
	found := h.office.ObjectsOf(ctx, domain)
	tree, err := found.Tree()
	if err != nil {
		return err
	}
	return h.mirror.LoadObjects(ctx, domain, mirror.Reading{Lists: found.Lists, Resources: found.Resources, Tree: tree}, at)
}
