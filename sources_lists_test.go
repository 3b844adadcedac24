package main

import (
	"slices"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/partage/simulator"
)

// lists reads until nothing is due, at most so many domains, and names them.
func (r *round) lists(t *testing.T, now *time.Time, most int) (read []string) {
	t.Helper()
	for len(read) < most {
		domain, _ := r.nextObjects()
		if domain == "" {
			break
		}
		r.loadObjects(t.Context(), domain)
		read = append(read, domain)
		*now = now.Add(time.Second)
	}
	return read
}

// Each domain is read once in a round, those longest ago first; half of them are not
// the whole; what was kept is not read again by the next process.
func TestARoundOfLists(t *testing.T) {
	d, r, now := rounded(t)
	domains := d.house.office.Domains.Names()
	first := r.lists(t, now, len(domains)/2)
	if !d.house.mirror.Listed().IsZero() {
		t.Error("half of the lists are taken for all")
	}
	r.save()
	d.house.mirror = mirror.New(journal.NewMemory())
	d.house.mirror.SetDomains(domains)
	d.house.restore(t.Context())
	again := newRound(d.house)
	rest := again.lists(t, now, 2*len(domains))
	if both := slices.Sorted(slices.Values(append(slices.Clone(first), rest...))); !slices.Equal(both, slices.Sorted(slices.Values(domains))) {
		t.Errorf("read %d of %d domains, then %d", len(first), len(domains), len(rest))
	}
	if d.house.mirror.Listed().IsZero() {
		t.Error("all domains were read, but not the lists")
	}
	if domain, wait := again.nextObjects(); domain != "" || wait <= 0 || wait > time.Minute {
		t.Errorf("then %q in %v", domain, wait)
	}
	*now = now.Add(6 * time.Hour)
	if due, _ := again.nextObjects(); due != first[0] {
		t.Errorf("next is %s, not the one read longest ago, %s", due, first[0])
	}
}

// A domain of which the lists cannot be read is left as it was and tried again later,
// less and less often; the others go on.
func TestADomainWhoseListsFail(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"forbidden":        {Method: "GetAllGroups", Answer: simulator.Forbidden},
		"cut":              {Method: "GetAllGroups", Answer: simulator.Truncated},
		"members cut":      {Method: "GetGroup", Answer: simulator.Truncated},
		"senders cut":      {Method: "GetSendAsGroup", Answer: simulator.Truncated},
		"resources failed": {Method: "GetAllResources", Answer: simulator.BadGateway},
		"no tree":          {Method: "zimlet_dl/GetDefinition", Answer: simulator.BadGateway},
	} {
		t.Run(name, func(t *testing.T) {
			d, r, now := rounded(t)
			const bad = "physique.unistra.fr"
			r.lists(t, now, 1000)
			before, at := slices.Collect(d.house.mirror.Lists()), find(d.house.mirror.ObjectsRead(), bad).At
			*now = now.Add(6 * time.Hour)
			if err := d.partage.SetFaults(fault); err != nil {
				t.Fatal(err)
			}
			r.loadObjects(t.Context(), bad)
			if is := find(d.house.mirror.ObjectsRead(), bad); !is.At.Equal(at) || !slices.Equal(slices.Collect(d.house.mirror.Lists()), before) {
				t.Errorf("read at %v, was %v", is.At, at)
			}
			if d.house.vitals.of("lists").err == nil {
				t.Error("it is not told")
			}
			for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
				if !r.objects.retry[bad].Equal(now.Add(wait)) {
					t.Errorf("again in %v, want %v", r.objects.retry[bad].Sub(*now), wait)
				}
				if due, _ := r.nextObjects(); due == bad || due == "" {
					t.Errorf("due at once: %q", due)
				}
				*now = now.Add(wait)
				r.loadObjects(t.Context(), bad)
			}
			if err := d.partage.SetFaults(); err != nil {
				t.Fatal(err)
			}
			*now = now.Add(4 * time.Minute)
			r.loadObjects(t.Context(), bad)
			if len(r.objects.retry) > 0 || len(r.objects.failed) > 0 || d.house.vitals.of("lists").err != nil {
				t.Errorf("still failed: %v", r.objects)
			}
		})
	}
}
