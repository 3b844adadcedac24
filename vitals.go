package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/notify"
)

// vitals count what a house does, and remember how it last went: what operators
// watch. No label ever names a person, an address or a request.
type vitals struct {
	registry *prometheus.Registry
	appends  *prometheus.CounterVec // by result
	took     prometheus.Histogram
	facts    *prometheus.CounterVec // by kind
	sends    *prometheus.CounterVec // by verb and outcome
	looks    *prometheus.CounterVec // by result
	told     *prometheus.CounterVec // by role and result
	loads    *prometheus.CounterVec // by source and result
	posts    *prometheus.CounterVec // by result

	mu   sync.Mutex
	last map[string]pulse
}

// A pulse is how something went the last time.
type pulse struct {
	at  time.Time
	err error
}

func newVitals() *vitals {
	v := &vitals{registry: prometheus.NewRegistry(), last: map[string]pulse{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "melusine_" + name, Help: help}, labels)
		v.registry.MustRegister(c)
		return c
	}
	v.appends = counter("appends_total", "Appends to the journal: kept, behind (somebody was faster) or failed.", "result")
	v.facts = counter("facts_total", "Facts that this node has written.", "fact")
	v.sends = counter("sends_total", "Writes sent to Partage: accepted, refused, not_sent or unknown.", "verb", "outcome")
	v.looks = counter("looks_total", "Reads of one mailbox from Partage: answered or failed.", "result")
	v.told = counter("told_total", "Posts written or edited: done or failed.", "role", "result")
	v.loads = counter("loads_total", "Readings of all people or of all accounts: done or failed.", "source", "result")
	v.posts = counter("checkpoint_posts_total", "Checkpoints posted where others keep them: done or failed.", "result")
	v.took = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "melusine_append_seconds", Help: "How long an append took.",
		Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .5, 1, 5, 30}})
	v.registry.MustRegister(v.took)
	return v
}

// note remembers how something went. What was only cut short says nothing.
func (v *vitals) note(what string, at time.Time, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last[what] = pulse{at, err}
}

func (v *vitals) of(what string) pulse {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.last[what]
}

func (v *vitals) loaded(source string, at time.Time, err error) {
	v.note(source, at, err)
	v.loads.WithLabelValues(source, result(err, "done")).Inc()
}

// published remembers how a checkpoint was posted.
func (v *vitals) published(at time.Time, err error) {
	v.note("publication", at, err)
	v.posts.WithLabelValues(result(err, "done")).Inc()
}

func result(err error, good string) string {
	if err != nil {
		return "failed"
	}
	return good
}

// A measuredJournal is the journal, watched.
type measuredJournal struct {
	desk.Journal
	*vitals
	now func() time.Time
}

func (j measuredJournal) Append(ctx context.Context, after desk.Seq, events ...desk.Event) (desk.Seq, error) {
	begun := j.now()
	seq, err := j.Journal.Append(ctx, after, events...)
	j.took.Observe(j.now().Sub(begun).Seconds())
	if errors.Is(err, desk.ErrBehind) {
		j.appends.WithLabelValues("behind").Inc()
		return seq, err
	}
	j.appends.WithLabelValues(result(err, "kept")).Inc()
	if err == nil {
		for _, e := range events {
			kind := fmt.Sprintf("%T", e.Fact)
			j.facts.WithLabelValues(strings.ToLower(strings.TrimPrefix(kind, "desk."))).Inc()
		}
	}
	return seq, err
}

func (j measuredJournal) Read(ctx context.Context, after desk.Seq) iter.Seq2[desk.Event, error] {
	return func(yield func(desk.Event, error) bool) {
		for e, err := range j.Journal.Read(ctx, after) {
			if err != nil {
				j.note("read", j.now(), err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		j.note("read", j.now(), nil)
	}
}

// A measuredOffice is Partage, watched.
type measuredOffice struct {
	desk.Office
	*vitals
	now func() time.Time
}

func (o measuredOffice) Look(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	found, err := o.Office.Look(ctx, a, id)
	o.note("partage", o.now(), err)
	o.looks.WithLabelValues(result(err, "answered")).Inc()
	return found, err
}

func (o measuredOffice) Pen(ctx context.Context, a desk.Action, before desk.Account) (desk.Pen, error) {
	pen, err := o.Office.Pen(ctx, a, before)
	if err != nil {
		return nil, err
	}
	return measuredPen{pen, a.Verb, o.sends}, nil
}

type measuredPen struct {
	desk.Pen
	verb  desk.Verb
	sends *prometheus.CounterVec
}

func (p measuredPen) Write(ctx context.Context) error {
	err := p.Pen.Write(ctx)
	outcome := "unknown"
	switch {
	case err == nil:
		outcome = "accepted"
	case errors.Is(err, desk.ErrRefused):
		outcome = "refused"
	case errors.Is(err, desk.ErrNotSent):
		outcome = "not_sent"
	}
	p.sends.WithLabelValues(string(p.verb), outcome).Inc()
	return err
}

// A measuredTeller is the chat, watched.
type measuredTeller struct {
	notify.Teller
	*vitals
}

func (t measuredTeller) Tell(ctx context.Context, role desk.Role, r desk.Request) (desk.Post, error) {
	post, err := t.Teller.Tell(ctx, role, r)
	t.told.WithLabelValues(string(role), result(err, "done")).Inc()
	return post, err
}

func (t measuredTeller) Edit(ctx context.Context, post desk.Post, role desk.Role, r desk.Request) error {
	err := t.Teller.Edit(ctx, post, role, r)
	t.told.WithLabelValues(string(role), result(err, "done")).Inc()
	return err
}
