package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/journal"
	"github.com/unistra/melusine/internal/mirror"
	"github.com/unistra/melusine/partage/simulator"
)

var (
	stormActions = flag.Int("storm.actions", 1000, "actions of the storm")
	stormLimit   = flag.Duration("storm.limit", 20*time.Minute, "how long a university may take; what is not final by then is unknown")
	stormSeed    = flag.Uint64("storm.seed", 1, "seed of the storm: of what Partage does, and of when nodes are killed")
)

// A storm is one university in trouble: a Partage that applies late, and nodes
// that are killed at any moment and started again until all that was asked of
// them is final.
type storm struct {
	orders
	nodes     int               // at once, on one journal
	mean      int               // of a life, in calls of Partage once the node is at work
	limit     time.Duration     // of it all; what is not final by then is unknown
	latest    time.Duration     // of an effect, from when Partage took the write
	steadfast bool              // nobody is killed
	then      func()            // once all is final, before it is judged
	calm      bool              // Partage does as it is told, and nobody is killed
	under     []string          // the program that runs the nodes, if any
	faults    []simulator.Fault // what Partage does in a calm

	rand    *rand.Rand
	partage *simulator.Server
	calls   atomic.Int64 // that Partage received
	before  map[desk.Address]desk.Account

	birth atomic.Int64 // how long the last start took

	mu   sync.Mutex
	acks []string // request and key of all that was acknowledged
	dead int      // nodes that were killed
}

// newStorm raises one over a folder of its own.
func newStorm(t *testing.T, actions int, seed uint64) *storm {
	t.Helper()
	if testing.Short() {
		t.Skip("processes are started")
	}
	s := &storm{nodes: 1, mean: 75, latest: latest, limit: *stormLimit, rand: rand.New(rand.NewPCG(seed, 0))}
	accounts := max(400, actions/2) // what a node reads in no time
	university := simulator.NewUniversity(accounts)
	server, err := simulator.New(simulator.Config{Now: time.Now, University: university, TokenLife: tokenLife})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	folder := t.TempDir()
	s.partage, s.before = server, map[desk.Address]desk.Account{}
	s.orders = orders{Accounts: accounts, Partage: listener.URL + "/service/domain", Keys: map[string]string{}, Journal: filepath.Join(folder, "journal.db"), Freeze: filepath.Join(folder, "freeze"), Timing: stormTiming()}
	for _, d := range university.Domains()[:10] {
		s.Keys[d.Name] = server.Keys()[d.Name].Reveal()
	}
	s.Tales = tellTales(s.untouched(t), actions)
	return s
}

// untouched lists the accounts to which everything can still happen.
func (s *storm) untouched(t *testing.T) (accounts []desk.Account) {
	t.Helper()
	h, err := s.house(t.Context(), journal.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	defer h.office.Domains.Close()
	for a, err := range h.office.Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		owner := h.mirror.Person(a.Owner)
		if a.Status == desk.Active && a.COS != stormClass && !a.Hidden && a.Forward == "" && !a.ForwardOnly && owner.Known() && owner.Groups == nil && len(h.mirror.Owned(a.Owner)) == 1 {
			accounts = append(accounts, a)
			s.before[a.Address] = a
		}
	}
	return inTurn(accounts)
}

// rage runs it to its end.
func (s *storm) rage(t *testing.T) verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), s.limit)
	defer cancel()
	began := time.Now()
	var all sync.WaitGroup
	for range s.nodes {
		lives := rand.New(rand.NewPCG(s.rand.Uint64(), 0))
		all.Go(func() { s.relive(t, ctx, lives) })
	}
	all.Wait()
	if s.then != nil {
		s.then()
	}
	time.Sleep(2 * (tokenLife + margin)) // for what may still take effect
	v := s.judge(t)
	v.took = time.Since(began)
	return v
}

// relive starts a node again and again, until one finds that all is final.
func (s *storm) relive(t *testing.T, ctx context.Context, r *rand.Rand) {
	for ctx.Err() == nil && !t.Failed() {
		if err := s.partage.SetFaults(s.weather(r)...); err != nil {
			t.Error(err)
			return
		}
		if s.live(t, ctx, r) {
			return
		}
	}
}

// live lets one node live until chance kills it. It tells whether the node found
// that all is final.
func (s *storm) live(t *testing.T, ctx context.Context, r *rand.Rand) (over bool) {
	n, err := s.start()
	if err != nil {
		t.Error(err)
		return true
	}
	if s.calm || s.steadfast {
		n.outlives(ctx, s.limit)
	} else {
		s.fate(ctx, n, r)
	}
	n.kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case n.over:
	case n.killed():
		s.dead++
	case s.Sabotage == "":
		t.Errorf("a node ended by itself, %v: %s", n.process.ProcessState, &n.complaint)
	}
	return n.over
}

// fate waits for the moment when chance kills a node, or for its end: one in six
// dies while it is still reading its journal, the others once they have done so
// much, and a moment later. What is done in a life is the same on a slow machine.
func (s *storm) fate(ctx context.Context, n *node, r *rand.Rand) {
	began, early, calls, share := time.Now(), r.IntN(6) == 0, r.Int64N(2*int64(s.mean)), r.Float64()
	moment := func(longest time.Duration) time.Duration { return time.Duration(share * float64(longest)) }
	if early {
		n.outlives(ctx, moment(time.Duration(s.birth.Load())))
		return
	}
	select {
	case <-n.born:
	case <-n.ended:
		return
	case <-ctx.Done():
		return
	}
	s.birth.Store(int64(time.Since(began)))
	for until := s.calls.Load() + calls; s.calls.Load() < until; {
		if !n.outlives(ctx, time.Millisecond) {
			return
		}
	}
	n.outlives(ctx, moment(tokenLife))
}

// outlives waits that long and tells whether the node is still there.
func (n *node) outlives(ctx context.Context, d time.Duration) bool {
	select {
	case <-n.ended:
		return false
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (n *node) kill() {
	n.signal(syscall.SIGKILL)
	<-n.ended
}

// A node is one process.
type node struct {
	process   *exec.Cmd
	complaint bytes.Buffer
	born      chan struct{} // closed once it is at work
	ended     chan struct{} // closed once the process is gone and all it said was read
	over      bool
}

func (s *storm) start() (*node, error) {
	program := append(slices.Clone(s.under), "storm-node")
	n := &node{process: exec.Command(program[0], program[1:]...), born: make(chan struct{}), ended: make(chan struct{})}
	n.process.Stderr = &n.complaint
	told, err := n.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := n.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := n.process.Start(); err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	if err := json.NewEncoder(told).Encode(s.orders); err != nil {
		return nil, fmt.Errorf("order node: %w", err)
	}
	go func() {
		defer close(n.ended)
		s.hear(n, said)
		_ = n.process.Wait() // how it ended is in its state
	}()
	return n, nil
}

// hear keeps what a node acknowledges. A line that was cut is nobody's.
func (s *storm) hear(n *node, said io.Reader) {
	lines := bufio.NewReader(said)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "up" {
			close(n.born)
		}
		ack, asked := strings.CutPrefix(line, "asked ")
		s.mu.Lock()
		if asked {
			s.acks = append(s.acks, ack)
		}
		n.over = n.over || line == "over"
		s.mu.Unlock()
	}
}

func (n *node) signal(sig syscall.Signal) { _ = n.process.Process.Signal(sig) } // it may have just ended

func (n *node) killed() bool {
	status, ok := n.process.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// judge opens the journal and compares.
func (s *storm) judge(t *testing.T) verdict {
	t.Helper()
	if err := s.partage.SetFaults(); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	events, err := config{Journal: s.Journal}.openJournal(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := events.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := events.Verify(ctx); err != nil {
		t.Errorf("the journal does not verify: %v", err)
	}
	view := mirror.New(events)
	if err := view.CatchUp(ctx); err != nil {
		t.Errorf("the journal does not fold: %v", err)
	}
	v := verdict{kills: s.dead, storm: s}
	v.readJournal(t, events, view)
	v.readPartage(s.partage.Log())
	v.compare()
	v.compareAccounts(t)
	return v
}

// TestStorm is the storm: the long form by -storm.actions=10000, in universities
// of a thousand actions each, three at a time.
func TestStorm(t *testing.T) {
	const each = 1000
	total, turn := verdict{}, make(chan struct{}, 3)
	began := time.Now()
	var all sync.WaitGroup
	var mu sync.Mutex
	for n := range max(1, *stormActions/each) {
		s := newStorm(t, min(each, *stormActions), *stormSeed+uint64(n))
		if *stormActions <= each {
			s.mean *= 2 // in less than a minute, with the race detector
		}
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			v := s.rage(t)
			mu.Lock()
			defer mu.Unlock()
			total = total.plus(v)
		})
	}
	all.Wait()
	total.took = time.Since(began)
	fmt.Println(total)
	if total.bad() {
		t.Error(total.told())
	}
}
