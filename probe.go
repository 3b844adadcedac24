package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// The history of a service is in cells of five minutes, for a day. It is kept in
// memory alone: it is of one node, and worth little tomorrow.
const (
	cellTime = 5 * time.Minute
	cells    = int(24 * time.Hour / cellTime)
)

// A prober asks services at intervals whether they answer.
type prober struct {
	now    func() time.Time
	steady func() time.Duration // latencies are not measured by a clock that may be set
	every  time.Duration
	limit  time.Duration // of one answer
	asks   []probe

	mu   sync.Mutex
	seen map[string]desk.Service
}

// A probe asks one service.
type probe struct {
	name string
	ask  func(context.Context) error
}

func newProber(now func() time.Time, steady func() time.Duration, every time.Duration, asks ...probe) *prober {
	return &prober{now: now, steady: steady, every: every, limit: 10 * time.Second, asks: asks, seen: map[string]desk.Service{}}
}

// run asks until ctx ends.
func (p *prober) run(ctx context.Context) error {
	for {
		p.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(p.every):
		}
	}
}

// look asks every service once, side by side: one that hangs delays no other.
func (p *prober) look(ctx context.Context) {
	var all sync.WaitGroup
	for _, a := range p.asks {
		all.Go(func() {
			within, cancel := context.WithTimeout(ctx, p.limit)
			defer cancel()
			begun := p.steady()
			err := a.ask(within)
			if ctx.Err() == nil { // what was cut short says nothing
				p.note(a.name, p.steady()-begun, err)
			}
		})
	}
	all.Wait()
}

func (p *prober) note(name string, took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, s := p.now(), p.seen[name]
	if up := err == nil; s.At.IsZero() || up != s.Up {
		s.Since = now
	}
	s.Name, s.At, s.Up, s.Latency, s.Error = name, now, err == nil, took, ""
	if err != nil {
		s.Error = err.Error()
	}
	s.History = noted(s.History, now.Truncate(cellTime), took, err == nil)
	p.seen[name] = s
}

// noted is the history with one more answer. What it returns shares nothing with
// what a reader holds.
func noted(history []desk.Cell, from time.Time, took time.Duration, good bool) []desk.Cell {
	history = slices.Clone(history)
	if len(history) == 0 || !history[len(history)-1].From.Equal(from) {
		history = append(history[max(0, len(history)+1-cells):], desk.Cell{From: from})
	}
	last := &history[len(history)-1]
	if good {
		last.Good, last.Sum, last.Worst = last.Good+1, last.Sum+took, max(last.Worst, took)
	} else {
		last.Bad++
	}
	return history
}

// services are what was seen, in the order of the probes.
func (p *prober) services() (all []desk.Service) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.asks {
		s := p.seen[a.name]
		s.Name = a.name
		all = append(all, s)
	}
	return all
}

// answers asks for a page, and wants it to be there or to ask who one is.
func answers(client *http.Client, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ask, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		answer, err := client.Do(ask)
		if err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection serves again
		if answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusNotFound {
			return fmt.Errorf("ask: %s", answer.Status)
		}
		return nil
	}
}
