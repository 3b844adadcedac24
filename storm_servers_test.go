//go:build servers

package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
)

// onPostgres is a storm on a database, with two nodes at once.
func onPostgres(t *testing.T, p *dev.PostgresServer, name string, actions int) *storm {
	t.Helper()
	s := newStorm(t, actions, *stormSeed)
	s.Journal, s.nodes = p.Database(t, name), 2
	return s
}

// Two nodes at once on one PostgreSQL, each killed at any moment.
func TestStormOnPostgres(t *testing.T) {
	p := dev.Postgres(t, "fsync=on", "full_page_writes=on")
	t.Run("two nodes", func(t *testing.T) {
		onPostgres(t, p, "nodes", max(200, *stormActions/10)).rage(t).must(t)
	})
	t.Run(noSwap, func(t *testing.T) {
		s := onPostgres(t, p, "swap", 300)
		s.Tales, s.calm, s.limit, s.Sabotage = quick(s.Tales), true, 20*time.Second, noSwap
		// What the loser sends is of no intent that was kept, or of the winner's.
		if v := s.rage(t); v.doubled+v.orphans == 0 {
			t.Errorf("not seen: %s\n%s", v, v.told())
		}
	})
	t.Run("server killed", func(t *testing.T) { serverKilled(t, p) })
}

// PostgreSQL itself is killed again and again under two nodes that execute.
func serverKilled(t *testing.T, p *dev.PostgresServer) {
	actions, shortest, longest := 300, time.Second, 3*time.Second
	if *stormActions >= 10_000 {
		actions, shortest, longest = 4000, 5*time.Second, 15*time.Second
	}
	s := onPostgres(t, p, "server", actions)
	s.steadfast = true
	ctx, over := context.WithCancel(t.Context())
	var killing sync.WaitGroup
	kills := 0
	killing.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(shortest + rand.N(longest-shortest)):
			}
			p.Kill(t)
			p.Start(t)
			kills++
		}
	})
	s.then = func() { over(); killing.Wait() }
	v := s.rage(t)
	t.Logf("PostgreSQL was killed %d times", kills)
	if kills == 0 {
		t.Error("it was over before")
	}
	v.must(t)
}
